/*
 * The save dialog on real segments in a private directory, drawn into fake cells.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/segment.h"
#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/term/width.h"
#include "tui/view/save_dialog.h"

struct scene {
    struct tmpdir *tmpdir; /* files/ holds files, shm/ is the directory */
    struct directory *directory;
    struct save_dialog *dialog;
    struct line_history *history;
    struct cells cells;
    int64_t now;
    enum dialog_result last;
};

static void scene_open(struct scene *scene, void **state)
{
    memset(scene, 0, sizeof *scene);
    scene->tmpdir = *state;
    tmpdir_mkdir(scene->tmpdir, "files");
    tmpdir_mkdir(scene->tmpdir, "shm");
    assert_int_equal(directory_open(&scene->directory, tmpdir_path(scene->tmpdir, "shm"), false, NULL), 0);
    scene->history = line_history_new();
    cells_resize(&scene->cells, 24, 80);
    uint16_t values[60 * 40];
    for (uint16_t i = 0; i < 60 * 40; i++)
        values[i] = i;
    tmpdir_write_npy(scene->tmpdir, "shm/prices.shm", "<u2", false, "(60, 40)", values, sizeof values);
}

static void scene_close(struct scene *scene)
{
    save_dialog_free(scene->dialog);
    line_history_free(scene->history);
    directory_close(scene->directory);
    cells_free(&scene->cells);
}

static void scene_draw(struct scene *scene)
{
    save_dialog_layout(scene->dialog, scene->cells.rows, scene->cells.columns, false);
    cells_clear(&scene->cells);
    save_dialog_draw(scene->dialog, &scene->cells,
                     (struct rect){0, 0, scene->cells.rows, scene->cells.columns});
    draw_assert_sane(&scene->cells);
}

/* Does what it wants, and draws. */
static void scene_settle(struct scene *scene)
{
    for (int i = 0; i < 10; i++) {
        struct save_dialog_request *request = save_dialog_wants(scene->dialog, scene->now);
        if (!request)
            break;
        struct save_dialog_reply *reply =
            save_dialog_fetch(scene->directory, &(struct host){.proc_root = "/proc"}, request, NULL);
        scene->last = save_dialog_supply(scene->dialog, reply, scene->now);
        save_dialog_request_free(request);
        if (scene->last == DIALOG_CLOSE)
            break;
        assert_true(i < 9);
    }
    scene_draw(scene);
}

static void scene_dialog(struct scene *scene, const char *name, const char *index, bool transposed)
{
    struct segment segment = {0};
    assert_int_equal(segment_stat(scene->directory, name, &segment, NULL), 0);
    save_dialog_free(scene->dialog);
    scene->dialog = save_dialog_new(&(struct save_dialog_options){.name = name,
                                                                  .id = segment.id,
                                                                  .index = index,
                                                                  .transposed = transposed,
                                                                  .home = tmpdir_path(scene->tmpdir, "files"),
                                                                  .history = scene->history});
    segment_clear(&segment);
    scene_settle(scene);
}

static void press(struct scene *scene, uint32_t code)
{
    scene->last = save_dialog_key(scene->dialog, &(struct key){.code = code}, scene->now);
    if (scene->last == DIALOG_USED)
        scene_settle(scene);
}

static void type(struct scene *scene, const char *text)
{
    uint32_t code;
    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n)
        save_dialog_key(scene->dialog, &(struct key){.code = code}, scene->now);
    scene_settle(scene);
}

/* From the file's line to the button, and on it. */
static void press_save(struct scene *scene)
{
    for (int i = 0; i < 4; i++)
        press(scene, KEY_ENTER_CODE);
}

static void replace_path(struct scene *scene, const char *path)
{
    press(scene, KEY_CTRL('U'));
    type(scene, path);
}

/* --- the form --- */

static void it_says_what_will_be_written_and_where(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "", false);
    draw_assert_has(&scene.cells, "Save prices.shm");
    draw_assert_has(&scene.cells, "uint16  60 × 40  all");
    draw_assert_has(&scene.cells, "~/prices.npy");
    draw_assert_has(&scene.cells, "a new file");
    draw_assert_has(&scene.cells, "takes 4.8K, ");
    scene_dialog(&scene, "prices.shm", "3,:", false);
    draw_assert_has(&scene.cells, "uint16  40  of [3,:]");
    scene_dialog(&scene, "prices.shm", "", true);
    draw_assert_has(&scene.cells, "uint16  40 × 60  all transposed");
    scene_close(&scene);
}

static void what_is_typed_replaces_the_suggestion(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "", false);
    type(&scene, "/tmp/a");
    draw_assert_has(&scene.cells, " /tmp/a ");
    draw_assert_lacks(&scene.cells, "prices.npy");
    scene_dialog(&scene, "prices.shm", "", false);
    press(&scene, KEY_CODE_END);
    type(&scene, "x");
    draw_assert_has(&scene.cells, "~/prices.npyx");
    scene_dialog(&scene, "prices.shm", "", false);
    press(&scene, KEY_BACKSPACE_CODE);
    type(&scene, "z");
    draw_assert_has(&scene.cells, "~/prices.npz");
    scene_dialog(&scene, "prices.shm", "", false);
    save_dialog_paste(scene.dialog, "/tmp/b");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, " /tmp/b ");
    scene_close(&scene);
}

/* The room there is the machine's: left out. */
static void golden(struct scene *scene, const char *path)
{
    int y, x;
    if (draw_find(&scene->cells, "takes ", &y, &x))
        cells_fill(&scene->cells, (struct rect){y, x, 1, 40}, ROLE_TEXT, 0, " ");
    draw_assert_golden(&scene->cells, path);
}

static void how_it_looks(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "::2,:5", false);
    golden(&scene, "tests/unit/goldens/save-80x24");
    tmpdir_write_text(scene.tmpdir, "files/prices.npy", "old");
    scene_dialog(&scene, "prices.shm", "", false);
    press_save(&scene);
    golden(&scene, "tests/unit/goldens/save-exists-80x24");
    for (int rows = 1; rows < 24; rows++)
        for (int columns = 1; columns < 80; columns++) {
            cells_resize(&scene.cells, rows, columns);
            scene_draw(&scene);
        }
    scene_close(&scene);
}

static void the_format_is_the_ending(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "", false);
    draw_assert_has(&scene.cells, "[.npy]");
    press(&scene, KEY_ENTER_CODE);
    press(&scene, KEY_CODE_RIGHT);
    draw_assert_has(&scene.cells, "~/prices.csv");
    draw_assert_has(&scene.cells, "[.csv]");
    draw_assert_has(&scene.cells, "or more, ");
    press(&scene, KEY_CODE_UP);
    replace_path(&scene, "~/out.NPY");
    draw_assert_has(&scene.cells, "[.npy]");
    replace_path(&scene, "~/out.txt");
    draw_assert_lacks(&scene.cells, "[.npy]");
    draw_assert_lacks(&scene.cells, "[.csv]");
    draw_assert_has(&scene.cells, "must end in .npy or .csv");
    press(&scene, KEY_ENTER_CODE);
    press(&scene, ' ');
    draw_assert_has(&scene.cells, "~/out.txt.npy");
    draw_assert_has(&scene.cells, "a new file");
    scene_close(&scene);
}

static void what_cannot_be_saved_is_told_why(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    tmpdir_write_text(scene.tmpdir, "shm/psm_1", "raw bytes");
    tmpdir_write_text(scene.tmpdir, "shm/broken", "\x93NUMPY\1");
    uint8_t cube[8] = {0};
    tmpdir_write_npy(scene.tmpdir, "shm/cube", "|u1", false, "(2, 2, 2)", cube, 8);
    scene_dialog(&scene, "psm_1", "", false);
    draw_assert_has(&scene.cells, "no matrix: nothing in it says its type and shape");
    press_save(&scene);
    assert_false(save_dialog_is_saving(scene.dialog));
    scene_dialog(&scene, "broken", "", false);
    draw_assert_has(&scene.cells, "damaged: ");
    scene_dialog(&scene, "cube", "", false);
    replace_path(&scene, "~/cube.csv");
    draw_assert_has(&scene.cells, "csv has two dimensions at most: look at it");
    scene_dialog(&scene, "prices.shm", "", false);
    replace_path(&scene, "~/none/a.npy");
    draw_assert_has(&scene.cells, "no such directory to save it in");
    tmpdir_symlink(scene.tmpdir, "files/link.npy", "elsewhere");
    replace_path(&scene, "~/link.npy");
    draw_assert_has(&scene.cells, "a link, which is not followed, bears");
    tmpdir_unlink(scene.tmpdir, "shm/prices.shm");
    replace_path(&scene, "~/a.npy");
    press_save(&scene);
    assert_false(save_dialog_is_saving(scene.dialog));
    scene_close(&scene);
}

static void tab_completes_and_a_new_name_is_complete(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    tmpdir_write_text(scene.tmpdir, "files/sim_2025.npy", "");
    tmpdir_write_text(scene.tmpdir, "files/sim_2026.npy", "");
    tmpdir_mkdir(scene.tmpdir, "files/data");
    scene_dialog(&scene, "prices.shm", "", false);
    replace_path(&scene, "~/d");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "~/data/");
    replace_path(&scene, "~/s");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "~/sim_202");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "2 begin like this");
    press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_USED);
    replace_path(&scene, "~/new.npy");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "Left and Right choose");
    scene_close(&scene);
}

static void escape_cancels_anywhere(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    for (int fields = 0; fields < 5; fields++) {
        scene_dialog(&scene, "prices.shm", "", false);
        for (int i = 0; i < fields; i++)
            press(&scene, KEY_CODE_DOWN);
        press(&scene, KEY_ESCAPE_CODE);
        assert_int_equal(scene.last, DIALOG_CLOSE);
        assert_string_equal(save_dialog_message(scene.dialog), "");
    }
    scene_close(&scene);
}

static void a_paste_starts_nothing(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "", false);
    save_dialog_paste(scene.dialog, "\n\n\n\n\n");
    scene_settle(&scene);
    press(&scene, KEY_ENTER_CODE);
    save_dialog_paste(scene.dialog, "x\n\n\n");
    scene_settle(&scene);
    assert_false(save_dialog_is_saving(scene.dialog));
    draw_assert_has(&scene.cells, "~/prices.npy");
    scene_close(&scene);
}

/* --- saving --- */

static void it_saves_what_it_says(void **state)
{
    struct scene scene;
    size_t size, copy_size;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "", false);
    scene.now = 1000;
    press_save(&scene);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_string_equal(save_dialog_message(scene.dialog),
                        "~/prices.npy saved: uint16 60 × 40, 4.8K in 0.0 s");
    char *source = tmpdir_read(scene.tmpdir, "shm/prices.shm", &size);
    char *copy = tmpdir_read(scene.tmpdir, "files/prices.npy", &copy_size);
    assert_memory_equal(source + size - 4800, copy + copy_size - 4800, 4800);
    free(source);
    free(copy);
    scene_dialog(&scene, "prices.shm", "1,:3", false);
    replace_path(&scene, "~/row.csv");
    press_save(&scene);
    char *text = tmpdir_read(scene.tmpdir, "files/row.csv", &size);
    assert_string_equal(text, "40\n41\n42\n");
    free(text);
    scene_dialog(&scene, "prices.shm", ":2,:3", true);
    replace_path(&scene, "~/turned.csv");
    press_save(&scene);
    text = tmpdir_read(scene.tmpdir, "files/turned.csv", &size);
    assert_string_equal(text, "0,40\n1,41\n2,42\n");
    free(text);
    assert_int_equal(line_history_count(scene.history), 3);
    scene_close(&scene);
}

static void a_file_is_not_replaced_unasked(void **state)
{
    struct scene scene;
    struct stat st;
    scene_open(&scene, state);
    tmpdir_write_text(scene.tmpdir, "files/prices.npy", "old");
    scene_dialog(&scene, "prices.shm", "", false);
    draw_assert_has(&scene.cells, "exists, 3");
    press_save(&scene);
    assert_int_equal(scene.last, DIALOG_USED);
    draw_assert_has(&scene.cells, "the file exists: choose another one, or replace it");
    press(&scene, KEY_CODE_RIGHT); /* the focus went to the choice */
    draw_assert_has(&scene.cells, "[replace]");
    press(&scene, KEY_ENTER_CODE);
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_return_code(stat(tmpdir_path(scene.tmpdir, "files/prices.npy"), &st), errno);
    assert_true(st.st_size > 4800);
    scene_close(&scene);
}

static void an_unlinked_segment_is_saved(void **state)
{
    struct scene scene;
    struct segment segment = {0};
    const pid_t pid = getpid();
    scene_open(&scene, state);
    int held = open(tmpdir_path(scene.tmpdir, "shm/prices.shm"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(segment_stat(scene.directory, "prices.shm", &segment, NULL), 0);
    tmpdir_unlink(scene.tmpdir, "shm/prices.shm");
    scene.dialog = save_dialog_new(&(struct save_dialog_options){.name = "prices.shm",
                                                                 .id = segment.id,
                                                                 .unlinked = true,
                                                                 .pids = &pid,
                                                                 .pid_count = 1,
                                                                 .index = "",
                                                                 .home = tmpdir_path(scene.tmpdir, "files")});
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "uint16  60 × 40  all");
    press_save(&scene);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_true(tmpdir_exists(scene.tmpdir, "files/prices.npy"));
    segment_clear(&segment);
    close(held);
    scene_close(&scene);
}

/* As far as the save itself, which is not done. */
static struct save_dialog_request *begin(struct scene *scene)
{
    scene_dialog(scene, "prices.shm", "", false);
    for (int i = 0; i < 3; i++)
        press(scene, KEY_ENTER_CODE);
    save_dialog_key(scene->dialog, &(struct key){.code = KEY_ENTER_CODE}, scene->now);
    struct save_dialog_request *request = save_dialog_wants(scene->dialog, scene->now);
    assert_non_null(request);
    assert_true(save_dialog_request_is_save(request));
    assert_true(save_dialog_is_saving(scene->dialog));
    return request;
}

static void progress_is_shown_and_stopped(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    struct save_dialog_request *request = begin(&scene);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "saving");
    scene.now += 1000;
    save_dialog_progress(scene.dialog, 1 << 20, 4 << 20, scene.now);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "25%");
    draw_assert_has(&scene.cells, "1.0M of 4.0M  1.0M/s  3s left");
    press(&scene, 'q');
    draw_assert_has(&scene.cells, "A save is running: stop it and quit?");
    press(&scene, 'n');
    draw_assert_has(&scene.cells, "25%");
    press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_STOP);
    struct progress cancelled = {.cancel = true};
    struct save_dialog_reply *reply =
        save_dialog_fetch(scene.directory, &(struct host){.proc_root = "/proc"}, request, &cancelled);
    assert_int_equal(save_dialog_supply(scene.dialog, reply, scene.now), DIALOG_CLOSE);
    assert_string_equal(save_dialog_message(scene.dialog), "save cancelled: nothing of it is left");
    assert_false(tmpdir_exists(scene.tmpdir, "files/prices.npy"));
    save_dialog_request_free(request);
    scene_close(&scene);
}

/* Before it began nothing is stopped by it, and nothing is saved later. */
static void a_save_that_waits_for_a_look_can_be_taken_back(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_dialog(&scene, "prices.shm", "", false);
    press(&scene, KEY_ENTER_CODE);
    save_dialog_key(scene.dialog, &(struct key){.code = KEY_CODE_RIGHT}, scene.now);
    struct save_dialog_request *request = save_dialog_wants(scene.dialog, scene.now);
    assert_non_null(request);
    assert_false(save_dialog_request_is_save(request));
    for (int i = 0; i < 3; i++)
        save_dialog_key(scene.dialog, &(struct key){.code = KEY_ENTER_CODE}, scene.now);
    assert_true(save_dialog_is_saving(scene.dialog));
    assert_int_equal(save_dialog_key(scene.dialog, &(struct key){.code = KEY_ESCAPE_CODE}, scene.now),
                     DIALOG_USED);
    assert_false(save_dialog_is_saving(scene.dialog));
    struct save_dialog_reply *reply =
        save_dialog_fetch(scene.directory, &(struct host){.proc_root = "/proc"}, request, NULL);
    assert_int_equal(save_dialog_supply(scene.dialog, reply, scene.now), DIALOG_USED);
    save_dialog_request_free(request);
    scene_settle(&scene);
    assert_false(save_dialog_is_saving(scene.dialog));
    assert_false(tmpdir_exists(scene.tmpdir, "files/prices.csv"));
    scene_close(&scene);
}

static void what_fails_is_told_in_the_form(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    struct save_dialog_request *request = begin(&scene);
    tmpdir_write_text(scene.tmpdir, "files/prices.npy", "made meanwhile");
    struct save_dialog_reply *reply =
        save_dialog_fetch(scene.directory, &(struct host){.proc_root = "/proc"}, request, NULL);
    assert_int_equal(save_dialog_supply(scene.dialog, reply, scene.now), DIALOG_USED);
    save_dialog_request_free(request);
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "the file exists");
    draw_assert_has(&scene.cells, "exists, 14");
    assert_false(save_dialog_is_saving(scene.dialog));
    tmpdir_unlink(scene.tmpdir, "files/prices.npy");
    request = begin(&scene);
    assert_int_equal(save_dialog_supply(scene.dialog, NULL, scene.now), DIALOG_CLOSE);
    save_dialog_request_free(request);
    scene_close(&scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_what_will_be_written_and_where),
        TEST(what_is_typed_replaces_the_suggestion),
        TEST(how_it_looks),
        TEST(the_format_is_the_ending),
        TEST(what_cannot_be_saved_is_told_why),
        TEST(tab_completes_and_a_new_name_is_complete),
        TEST(escape_cancels_anywhere),
        TEST(a_paste_starts_nothing),
        TEST(it_saves_what_it_says),
        TEST(a_file_is_not_replaced_unasked),
        TEST(an_unlinked_segment_is_saved),
        TEST(progress_is_shown_and_stopped),
        TEST(a_save_that_waits_for_a_look_can_be_taken_back),
        TEST(what_fails_is_told_in_the_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
