/*
 * The keys that look at a segment as something else, and record what it is.
 */
#include "tests/support/test.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/segment/description.h"
#include "tests/support/child.h"
#include "tests/support/draw.h"
#include "tests/support/fault.h"
#include "tests/support/stage.h"
#include "tests/support/tmpdir.h"
#include "tui/app/state.h"

struct fixture {
    struct tmpdir *tmpdir;
    struct descriptions *descriptions;
    struct stage stage;
};

static const struct stage_segment raw = {.name = "raw", .size = 4096, .age = 60};

static void the_table_opens_it(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, 24, 80, NULL);
    stage_scan(&stage, &raw, 1);
    stage_draw(&stage);
    stage_type(&stage, "D");
    stage_draw(&stage);
    assert_int_equal(stage.asked[EFFECT_PREVIEW], 1);
    draw_assert_has(&stage.cells, "Look at its bytes as");
    draw_assert_has(&stage.cells, "Enter: look so");
    draw_assert_has(&stage.cells, "reading…");
    stage_type(&stage, "q?"); /* letters are typed, not obeyed */
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "Look at its bytes as");
    stage_key(&stage, KEY_ESCAPE_CODE);
    stage_draw(&stage);
    draw_assert_lacks(&stage.cells, "Look at its bytes as");
    stage_close(&stage);
}

static void a_directory_holds_nothing_to_look_at(void **state)
{
    (void)state;
    struct stage stage;
    const struct stage_segment directory = {.name = "dir", .type_bits = S_IFDIR, .age = 60};
    stage_open(&stage, 24, 80, NULL);
    stage_scan(&stage, &directory, 1);
    stage_draw(&stage);
    stage_type(&stage, "D");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "a directory holds no values");
    stage_close(&stage);
}

static void read_only_looks_and_records_nothing(void **state)
{
    (void)state;
    struct stage stage;
    struct app_options options = {.directory = "/dev/shm", .host = "db07", .read_only = true};
    stage_open(&stage, 24, 80, &options);
    stage_scan(&stage, &raw, 1);
    stage_draw(&stage);
    stage_type(&stage, "D");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "Look at its bytes as");
    draw_assert_lacks(&stage.cells, "Record");
    stage_key(&stage, KEY_ESCAPE_CODE);
    stage_type(&stage, "R");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "record: not with --read-only");
    assert_int_equal(stage.asked[EFFECT_DESCRIBE], 0);
    stage_close(&stage);
}

/* --- on a real directory --- */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[512];
    void *tmpdir = NULL;
    tmpdir_setup(&tmpdir);
    f->tmpdir = tmpdir;
    tmpdir_mkdir(f->tmpdir, "shm");
    snprintf(path, sizeof path, "%s", tmpdir_path(f->tmpdir, "state/described"));
    f->descriptions = descriptions_new(path, tmpdir_path(f->tmpdir, "rules"));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *tmpdir = f->tmpdir;
    fault_reset();
    descriptions_free(f->descriptions);
    tmpdir_teardown(&tmpdir);
    free(f);
    return 0;
}

static void write_floats(const struct fixture *f, const char *name)
{
    float values[1024];
    for (int i = 0; i < 1024; i++)
        values[i] = (float)i / 2;
    tmpdir_write(f->tmpdir, name, values, sizeof values);
}

static void open_stage(struct fixture *f)
{
    stage_open_described(&f->stage, tmpdir_path(f->tmpdir, "shm"), f->descriptions);
}

/* float32, 32 × 32. */
static void look_as_floats(struct stage *stage)
{
    stage_type(stage, "D");
    stage_until(stage, "as float16 (you said so) 2048");
    stage_key(stage, KEY_CODE_RIGHT);
    stage_type(stage, "\t\x15"
                      "32,32\r");
    stage_until(stage, "as float32 (you said so) 32 × 32");
    stage_until(stage, "144.5");
}

static void what_is_said_is_recorded_in_the_state_file(void **state)
{
    struct fixture *f = *state;
    struct stage *stage = &f->stage;
    size_t size;
    fault_play(FAULT_NO_ATTRIBUTES);
    write_floats(f, "shm/raw");
    open_stage(f);
    stage_until(stage, "type and shape unknown");
    look_as_floats(stage);
    stage_type(stage, "R");
    stage_draw(stage);
    assert_int_equal(stage->asked[EFFECT_DESCRIBE], 1);
    stage_until(stage, "raw: float32 32 × 32, recorded in ");
    stage_until(stage, "raw  float32 (your state file says so) 32 × 32  4.0K  C order");
    char *text = tmpdir_read(f->tmpdir, "state/described", &size);
    assert_non_null(strstr(text, "{'descr': '<f4', 'fortran_order': False, 'shape': (32, 32), }"));
    free(text);
    stage_type(stage, "q");
    stage_until(stage, "described  float32  32 × 32");
    stage_until(stage, "described by your state file");

    stage_type(stage, "D");
    stage_until(stage, "Clear record");
    stage_key(stage, KEY_CODE_BACK_TAB);
    stage_key(stage, KEY_CODE_LEFT);
    stage_key(stage, KEY_CODE_LEFT);
    stage_key(stage, '\r');
    stage_until(stage, "raw: what was recorded of it is taken away");
    stage_until(stage, "nothing in it says its type and shape: its bytes");
    stage_type(stage, "q");
    stage_until(stage, "type and shape unknown: D looks");
    assert_true(stage->asked[EFFECT_DESCRIBE] == 2);
    stage_close(stage);
}

static void what_is_said_is_recorded_in_the_attribute(void **state)
{
    struct fixture *f = *state;
    struct stage *stage = &f->stage;
    write_floats(f, "shm/raw");
    if (setxattr(tmpdir_path(f->tmpdir, "shm/raw"), "user.x", "", 0, 0) < 0)
        skip(); /* tmpfs before Linux 6.6 */
    open_stage(f);
    stage_until(stage, "type and shape unknown");
    look_as_floats(stage);
    stage_type(stage, "D");
    stage_key(stage, KEY_CODE_BACK_TAB);
    stage_key(stage, KEY_CODE_RIGHT);
    stage_key(stage, '\r');
    stage_until(stage, "raw: float32 32 × 32, recorded in its attribute user.npy_header");
    stage_until(stage, "float32 (its attribute says so) 32 × 32");
    assert_false(tmpdir_exists(f->tmpdir, "state/described"));
    stage_close(stage);
}

static void what_says_itself_what_it_is_is_not_recorded(void **state)
{
    struct fixture *f = *state;
    struct stage *stage = &f->stage;
    static const uint16_t values[6] = {1, 2, 3, 4, 5, 6};
    tmpdir_write_npy(f->tmpdir, "shm/m.shm", "<u2", false, "(2, 3)", values, sizeof values);
    open_stage(f);
    stage_until(stage, "2 × 3");
    stage_type(stage, "D");
    stage_until(stage, "12 of 140");
    stage_key(stage, KEY_CODE_LEFT);
    stage_key(stage, '\r');
    stage_until(stage, "as int16 (you said so) 2 × 3");
    stage_type(stage, "R");
    stage_until(stage, "m.shm: is a .npy file already; describe is for raw bytes");
    stage_until(stage, "as int16 (you said so)"); /* looking goes on */
    stage_close(stage);
}

static void one_without_a_name_is_recorded_too(void **state)
{
    struct fixture *f = *state;
    struct stage *stage = &f->stage;
    write_floats(f, "shm/raw");
    struct child child =
        child_hold(tmpdir_path(f->tmpdir, "shm/raw"), (struct child_map){PROT_READ, MAP_SHARED, true});
    tmpdir_unlink(f->tmpdir, "shm/raw");
    fault_play(FAULT_NO_ATTRIBUTES);
    open_stage(f);
    stage_until(stage, "raw");
    look_as_floats(stage);
    stage_type(stage, "R");
    stage_until(stage, "raw: float32 32 × 32, recorded in ");
    stage_type(stage, "q");
    stage_until(stage, "described  float32  32 × 32");
    child_end(&child);
    stage_close(stage);
}

static void what_is_said_is_exported(void **state)
{
    struct fixture *f = *state;
    struct stage *stage = &f->stage;
    char path[300];
    size_t size;
    write_floats(f, "shm/raw");
    open_stage(f);
    stage_until(stage, "type and shape unknown");
    stage_type(stage, "\r");
    stage_until(stage, "00000000");
    stage_type(stage, "e");
    stage_until(stage, "D looks at it as one");
    look_as_floats(stage);
    stage_type(stage, "e");
    stage_until(stage, "float32  32 × 32  all, as you said");
    snprintf(path, sizeof path, "%s/raw.csv", f->tmpdir->path);
    stage_key(stage, KEY_CTRL('U'));
    stage_type(stage, path);
    stage_type(stage, "\r\r\r\r");
    stage_until(stage, "saved: float32 32 × 32, ");
    char *text = tmpdir_read(f->tmpdir, "raw.csv", &size);
    assert_memory_equal(text, "0.0,0.5,1.0,1.5,", 16);
    free(text);
    stage_close(stage);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_opens_it),
        cmocka_unit_test(a_directory_holds_nothing_to_look_at),
        cmocka_unit_test(read_only_looks_and_records_nothing),
        in_directory(what_is_said_is_recorded_in_the_state_file),
        in_directory(what_is_said_is_recorded_in_the_attribute),
        in_directory(what_says_itself_what_it_is_is_not_recorded),
        in_directory(one_without_a_name_is_recorded_too),
        in_directory(what_is_said_is_exported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
