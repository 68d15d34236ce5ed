/*
 * The preview seen through the lens, on real segments in a private directory.
 */
#include "tests/support/test.h"

#include <unistd.h>

#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/values/preview.h"

struct scene {
    struct tmpdir *tmpdir;
    struct directory *directory;
    struct preview *preview;
    struct cells cells;
    int64_t now;
};

/* Lets it read what it wants, and draws. */
static void settle(struct scene *scene)
{
    int rows = scene->cells.rows, columns = scene->cells.columns;
    preview_layout(scene->preview, rows, columns, false);
    for (int i = 0; i < 20; i++) {
        struct preview_request *request = preview_wants(scene->preview, scene->now);
        if (!request)
            break;
        preview_supply(scene->preview, preview_fetch(scene->directory, "/proc", request), scene->now);
        preview_request_free(request);
        preview_layout(scene->preview, rows, columns, false);
        assert_true(i < 19);
    }
    cells_clear(&scene->cells);
    preview_draw(scene->preview, &scene->cells, (struct rect){0, 0, rows, columns});
    draw_assert_sane(&scene->cells);
}

static void open_preview(struct scene *scene, void **state, const char *name)
{
    struct segment segment = {0};
    *scene = (struct scene){.tmpdir = *state};
    assert_int_equal(directory_open(&scene->directory, scene->tmpdir->path, false, NULL), 0);
    assert_int_equal(segment_stat(scene->directory, name, &segment, NULL), 0);
    scene->preview = preview_new(name, &segment.id, scene->now);
    segment_clear(&segment);
    cells_resize(&scene->cells, 24, 80);
    settle(scene);
}

static void close_preview(struct scene *scene)
{
    preview_free(scene->preview);
    directory_close(scene->directory);
    cells_free(&scene->cells);
}

static void press(struct scene *scene, uint32_t code)
{
    preview_key(scene->preview, &(struct key){.code = code}, scene->now);
    settle(scene);
}

static void type(struct scene *scene, const char *text)
{
    for (; *text; text++)
        press(scene, (unsigned char)*text);
}

static void look_through(struct scene *scene)
{
    preview_open_lens(scene->preview, true);
    settle(scene);
}

static void wait_ms(struct scene *scene, int64_t ms)
{
    scene->now += ms;
    settle(scene);
}

/* 0, 0.5, 1, … as float32. */
static void write_floats(const struct tmpdir *tmpdir, const char *name, size_t count)
{
    float *values = calloc(count, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)i / 2;
    tmpdir_write(tmpdir, name, values, count * sizeof *values);
    free(values);
}

static void raw_bytes_become_numbers(void **state)
{
    struct scene scene;
    write_floats(*state, "raw", 100 * 768);
    open_preview(&scene, state, "raw");
    draw_assert_has(&scene.cells, "raw  raw  300K");
    look_through(&scene);
    draw_assert_has(&scene.cells, "raw  as float16 (you said so) 153600  300K");
    press(&scene, KEY_CODE_RIGHT);
    draw_assert_has(&scene.cells, "as float32 (you said so) 76800");
    draw_assert_has(&scene.cells, "[0] = 0.0");
    press(&scene, '\t');
    press(&scene, KEY_CODE_DOWN);
    draw_assert_has(&scene.cells, "as float32 (you said so) 100 × 768");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-lens-80x24");
    cells_resize(&scene.cells, 40, 140);
    settle(&scene);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-lens-140x40");
    press(&scene, KEY_ENTER_CODE);
    assert_false(preview_lens_is_open(scene.preview));
    type(&scene, "jl");
    draw_assert_has(&scene.cells, "[1, 1] = 384.5");
    draw_assert_has(&scene.cells, "as float32 (you said so) 100 × 768");
    close_preview(&scene);
}

static void what_does_not_fit_shows_no_values(void **state)
{
    struct scene scene;
    write_floats(*state, "raw", 1000);
    open_preview(&scene, state, "raw");
    look_through(&scene);
    type(&scene, "\t\x15");
    draw_assert_has(&scene.cells, "as nothing that fits");
    type(&scene, "1000,1000");
    draw_assert_has(&scene.cells, "needs 1.9M, the segment has 3.9K: 1.9M short");
    draw_assert_lacks(&scene.cells, "[0");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-lens-short-80x24");
    press(&scene, KEY_ENTER_CODE);
    assert_true(preview_lens_is_open(scene.preview));
    press(&scene, KEY_ESCAPE_CODE);
    draw_assert_has(&scene.cells, "nothing in it says its type and shape");
    draw_assert_has(&scene.cells, "00000000");
    close_preview(&scene);
}

static void the_byte_under_the_cursor_stays(void **state)
{
    struct scene scene;
    write_floats(*state, "raw", 4096);
    open_preview(&scene, state, "raw");
    type(&scene, ":8192\r");
    draw_assert_has(&scene.cells, "[8192] = 0x00");
    look_through(&scene);
    press(&scene, KEY_CODE_RIGHT);
    draw_assert_has(&scene.cells, "[2048] = 1024.0");
    type(&scene, "\t\x15"
                 "16,256");
    draw_assert_has(&scene.cells, "[8, 0] = 1024.0");
    press(&scene, '\t');
    press(&scene, 'f');
    draw_assert_has(&scene.cells, "[0, 128] = 1024.0");
    press(&scene, KEY_ESCAPE_CODE);
    draw_assert_has(&scene.cells, "[8192] = 0x00");
    close_preview(&scene);
}

static void a_header_can_be_looked_past(void **state)
{
    struct scene scene;
    static const uint16_t values[6] = {1, 2, 3, 4, 5, 6};
    tmpdir_write_npy(*state, "m.shm", "<u2", false, "(2, 3)", values, sizeof values);
    open_preview(&scene, state, "m.shm");
    look_through(&scene);
    draw_assert_has(&scene.cells, "m.shm  uint16 2 × 3"); /* what it says itself: nobody said more */
    press(&scene, KEY_CODE_LEFT);
    draw_assert_has(&scene.cells, "as int16 (you said so) 2 × 3");
    press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "as int16 (you said so) 2 × 3");
    look_through(&scene);
    press(&scene, KEY_CODE_RIGHT);
    press(&scene, KEY_ESCAPE_CODE); /* as before: what was said */
    draw_assert_has(&scene.cells, "as int16 (you said so) 2 × 3");
    look_through(&scene);
    press(&scene, KEY_CODE_RIGHT);
    press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "m.shm  uint16 2 × 3");
    close_preview(&scene);
}

static void a_damaged_one_can_be_looked_at(void **state)
{
    struct scene scene;
    tmpdir_write_npy(*state, "cut.shm", "<f4", false, "(1000, 1000)", "abcdefgh", 8);
    open_preview(&scene, state, "cut.shm");
    look_through(&scene);
    type(&scene, "\x15u1\t\x15-1\t\t\x15"
                 "128");
    draw_assert_has(&scene.cells, "as uint8 (you said so) 8");
    draw_assert_has(&scene.cells, "97");
    close_preview(&scene);
}

static void it_may_shrink_and_grow_meanwhile(void **state)
{
    struct scene scene;
    struct matrix said;
    write_floats(*state, "raw", 1000);
    open_preview(&scene, state, "raw");
    look_through(&scene);
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(truncate(tmpdir_path(*state, "raw"), 100), 0);
    wait_ms(&scene, 1000);
    draw_assert_has(&scene.cells, "it shrank: 100 of 4000 bytes are left (D looks at them)");
    look_through(&scene);
    draw_assert_has(&scene.cells, "needs 3.9K, the segment has 100: 3.8K short");
    write_floats(*state, "raw", 2000);
    wait_ms(&scene, 1000);
    draw_assert_has(&scene.cells, "as float16 (you said so) 2000");
    press(&scene, KEY_ENTER_CODE);
    assert_true(preview_said(scene.preview, &said));
    tmpdir_unlink(*state, "raw");
    wait_ms(&scene, 1000);
    draw_assert_has(&scene.cells, "gone: deleted");
    look_through(&scene);
    assert_false(preview_lens_is_open(scene.preview));
    close_preview(&scene);
}

static void recording_is_a_wish(void **state)
{
    struct scene scene;
    struct preview_record record;
    write_floats(*state, "raw", 1000);
    open_preview(&scene, state, "raw");
    preview_ask_record(scene.preview);
    assert_false(preview_wants_record(scene.preview, &record));
    settle(&scene);
    draw_assert_has(&scene.cells, "nothing to record");
    look_through(&scene);
    press(&scene, KEY_CODE_RIGHT);
    press(&scene, KEY_ENTER_CODE);
    preview_ask_record(scene.preview);
    assert_true(preview_wants_record(scene.preview, &record));
    assert_false(record.clear);
    assert_int_equal(record.matrix.shape[0], 1000);
    assert_false(preview_wants_record(scene.preview, &record));
    preview_recorded(scene.preview, false);
    settle(&scene); /* and it was not: the bytes are what they were */
    close_preview(&scene);
}

static void it_opens_before_anything_is_known(void **state)
{
    struct scene scene;
    write_floats(*state, "raw", 1000);
    open_preview(&scene, state, "raw");
    struct identity id = *preview_identity(scene.preview);
    preview_free(scene.preview);
    scene.preview = preview_new("raw", &id, scene.now);
    preview_open_lens(scene.preview, true);
    preview_key(scene.preview, &(struct key){.code = KEY_CODE_RIGHT}, scene.now);
    preview_key(scene.preview, &(struct key){.code = '\t'}, scene.now);
    settle(&scene);
    draw_assert_has(&scene.cells, "as float16 (you said so) 2000");
    close_preview(&scene);
}

static void any_size_is_safe(void **state)
{
    struct scene scene;
    write_floats(*state, "raw", 768 * 64);
    open_preview(&scene, state, "raw");
    look_through(&scene);
    for (int rows = 1; rows < 30; rows += rows < 16 ? 1 : 5)
        for (int columns = 1; columns < 120; columns += columns < 16 ? 1 : 13) {
            cells_resize(&scene.cells, rows, columns);
            settle(&scene);
            press(&scene, '\t');
            press(&scene, KEY_CODE_DOWN);
            press(&scene, KEY_CODE_PAGE_DOWN);
        }
    close_preview(&scene);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_directory(raw_bytes_become_numbers),
        in_directory(what_does_not_fit_shows_no_values),
        in_directory(the_byte_under_the_cursor_stays),
        in_directory(a_header_can_be_looked_past),
        in_directory(a_damaged_one_can_be_looked_at),
        in_directory(it_may_shrink_and_grow_meanwhile),
        in_directory(recording_is_a_wish),
        in_directory(it_opens_before_anything_is_known),
        in_directory(any_size_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
