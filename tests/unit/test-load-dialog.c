/*
 * The load dialog on real files in a private directory, drawn into fake cells.
 */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/term/width.h"
#include "tui/view/complete.h"
#include "tui/view/load_dialog.h"

struct scene {
    struct tmpdir *tmpdir; /* files/ holds files, shm/ is the directory */
    struct directory *directory;
    struct load_dialog *dialog;
    struct line_history *history;
    struct cells cells;
    int64_t now;
    enum dialog_result last;
};

static void scene_open(struct scene *scene, void **state)
{
    struct error error = {0};
    memset(scene, 0, sizeof *scene);
    scene->tmpdir = *state;
    tmpdir_mkdir(scene->tmpdir, "files");
    tmpdir_mkdir(scene->tmpdir, "shm");
    assert_int_equal(directory_open(&scene->directory, tmpdir_path(scene->tmpdir, "shm"), false, &error), 0);
    scene->history = line_history_new();
    scene->dialog = load_dialog_new(&(struct load_dialog_options){.home = tmpdir_path(scene->tmpdir, "files"),
                                                                  .directory = "/dev/shm",
                                                                  .umask = 022,
                                                                  .history = scene->history});
    cells_resize(&scene->cells, 24, 80);
}

static void scene_close(struct scene *scene)
{
    load_dialog_free(scene->dialog);
    line_history_free(scene->history);
    directory_close(scene->directory);
    cells_free(&scene->cells);
}

static void scene_draw(struct scene *scene)
{
    load_dialog_layout(scene->dialog, scene->cells.rows, scene->cells.columns, false);
    cells_clear(&scene->cells);
    load_dialog_draw(scene->dialog, &scene->cells,
                     (struct rect){0, 0, scene->cells.rows, scene->cells.columns});
    draw_assert_sane(&scene->cells);
}

/* A control group without limits, so that the room does not depend on the machine. */
static struct load_dialog_reply *fetch(struct scene *scene, const struct load_dialog_request *request)
{
    return load_dialog_fetch(scene->directory, &(struct host){.proc_root = "/nonexistent"}, "/nonexistent",
                             request, NULL);
}

/* Does what it wants, short of the load itself, and draws. */
static void scene_settle(struct scene *scene)
{
    for (int i = 0; i < 10; i++) {
        struct load_dialog_request *request = load_dialog_wants(scene->dialog, scene->now);
        if (!request)
            break;
        scene->last = load_dialog_supply(scene->dialog, fetch(scene, request), scene->now);
        load_dialog_request_free(request);
        if (scene->last == DIALOG_CLOSE)
            break;
        assert_true(i < 9);
    }
    scene_draw(scene);
}

static void press(struct scene *scene, uint32_t code)
{
    scene->last = load_dialog_key(scene->dialog, &(struct key){.code = code}, scene->now);
    if (scene->last == DIALOG_USED)
        scene_settle(scene);
}

static void type(struct scene *scene, const char *text)
{
    uint32_t code;
    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n)
        load_dialog_key(scene->dialog, &(struct key){.code = code}, scene->now);
    scene_settle(scene);
}

static void write_npy(const struct tmpdir *tmpdir, const char *name, char order, uint64_t rows,
                      uint64_t columns)
{
    struct matrix matrix = {.order = order, .rank = 2, .shape = {rows, columns}};
    uint8_t *header;
    size_t length;
    assert_int_equal(dtype_parse("<f2", &matrix.dtype, NULL), 0);
    assert_int_equal(npy_write_header(&matrix, &header, &length, NULL), 0);
    uint8_t *all = calloc(1, length + rows * columns * 2);
    assert_non_null(all);
    memcpy(all, header, length);
    tmpdir_write(tmpdir, name, all, length + rows * columns * 2);
    free(all);
    free(header);
}

static void go_to_load(struct scene *scene)
{
    for (int i = 0; i < 6; i++)
        press(scene, KEY_ENTER_CODE);
}

/* --- the form --- */

static void it_says_what_a_file_holds_before_it_is_loaded(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/prices.npy", 'F', 400, 600);
    scene_settle(&scene);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/load-empty-80x24");
    type(&scene, "~/prices.npy");
    draw_assert_has(&scene.cells, "npy 1.0  float16  400 × 600  F order  469K  ok");
    draw_assert_has(&scene.cells, "prices.shm");
    draw_assert_has(&scene.cells, "free");
    draw_assert_has(&scene.cells, "Mode       0644");
    draw_assert_has(&scene.cells, "needs 469K");
    scene_close(&scene);
}

static void a_bad_file_is_named_in_words(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    tmpdir_write_text(scene.tmpdir, "files/notes.txt", "not a matrix");
    scene_settle(&scene);
    type(&scene, "~/nothing.npy");
    draw_assert_lacks(&scene.cells, "ok");
    go_to_load(&scene);
    press(&scene, KEY_ENTER_CODE); /* Load */
    assert_int_equal(scene.last, DIALOG_USED);
    assert_false(load_dialog_is_loading(scene.dialog));
    load_dialog_key(scene.dialog, &(struct key){.code = KEY_CTRL('U')}, 0);
    type(&scene, "~/notes.txt");
    draw_assert_lacks(&scene.cells, "ok");
    press(&scene, KEY_CTRL('U'));
    type(&scene, "~");
    draw_assert_has(&scene.cells, "directory");
    scene_close(&scene);
}

static void long_reasons_take_two_lines(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    tmpdir_fifo(scene.tmpdir, "files/pipe");
    scene_settle(&scene);
    type(&scene, "~/pi");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "what begins like this is no regular file");
    type(&scene, "pe");
    press(&scene, KEY_BACKSPACE_CODE);
    press(&scene, KEY_BACKSPACE_CODE);
    type(&scene, "pe");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/load-fifo-80x24");
    for (int i = 0; i < 7; i++)
        press(&scene, KEY_ENTER_CODE);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/load-refused-80x24");
    for (int rows = 1; rows < 24; rows++)
        for (int columns = 1; columns < 80; columns++) {
            cells_resize(&scene.cells, rows, columns);
            scene_draw(&scene);
        }
    scene_close(&scene);
}

static void the_name_follows_the_file_until_it_is_typed(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 2, 2);
    write_npy(scene.tmpdir, "files/b.npy", 'C', 2, 2);
    write_npy(scene.tmpdir, "shm/b.shm", 'C', 2, 2);
    scene_settle(&scene);
    type(&scene, "~/a.npy");
    draw_assert_has(&scene.cells, "a.shm");
    press(&scene, KEY_BACKSPACE_CODE);
    for (int i = 0; i < 4; i++)
        press(&scene, KEY_BACKSPACE_CODE);
    type(&scene, "b.npy");
    draw_assert_has(&scene.cells, "b.shm");
    draw_assert_has(&scene.cells, "exists, ");
    press(&scene, KEY_ENTER_CODE);
    type(&scene, "x");
    draw_assert_has(&scene.cells, "b.shmx");
    draw_assert_has(&scene.cells, "free");
    press(&scene, KEY_CTRL('U'));
    type(&scene, "..");
    draw_assert_lacks(&scene.cells, "b.shm");
    draw_assert_lacks(&scene.cells, " free  ");
    press(&scene, KEY_CTRL('U'));
    press(&scene, KEY_ENTER_CODE); /* left empty: the default again */
    draw_assert_has(&scene.cells, "b.shm");
    scene_close(&scene);
}

static void an_existing_name_is_not_replaced_unasked(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 2, 2);
    write_npy(scene.tmpdir, "shm/a.shm", 'C', 2, 2);
    scene_settle(&scene);
    type(&scene, "~/a.npy");
    go_to_load(&scene);
    press(&scene, KEY_ENTER_CODE);
    assert_false(load_dialog_is_loading(scene.dialog));
    draw_assert_has(&scene.cells, "the name exists: choose another one, or replace it");
    press(&scene, KEY_CODE_RIGHT); /* the focus went to the choice */
    draw_assert_has(&scene.cells, "[replace]");
    press(&scene, KEY_ENTER_CODE);
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    draw_assert_has(&scene.cells, "[replace]");
    assert_string_equal(load_dialog_loaded(scene.dialog), "a.shm");
    scene_close(&scene);
}

static void a_mode_that_is_none_is_refused(void **state)
{
    struct scene scene;
    struct stat facts;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 2, 2);
    scene_settle(&scene);
    type(&scene, "~/a.npy");
    press(&scene, KEY_ENTER_CODE);
    press(&scene, KEY_ENTER_CODE);
    type(&scene, "9");
    for (int i = 0; i < 4; i++)
        press(&scene, KEY_ENTER_CODE);
    press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "the mode is octal, as 0640");
    press(&scene, KEY_CTRL('U'));
    type(&scene, "600");
    for (int i = 0; i < 5; i++)
        press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_int_equal(stat(tmpdir_path(scene.tmpdir, "shm/a.shm"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    scene_close(&scene);
}

static void tab_and_arrows_go_through_the_fields(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_settle(&scene);
    for (int i = 0; i < 3; i++)
        press(&scene, '\t');
    draw_assert_has(&scene.cells, "Left and Right choose");
    press(&scene, KEY_CODE_RIGHT);
    draw_assert_has(&scene.cells, "[raw]");
    press(&scene, KEY_CODE_DOWN);
    press(&scene, ' ');
    draw_assert_has(&scene.cells, "[C]");
    press(&scene, KEY_CODE_BACK_TAB);
    press(&scene, KEY_CODE_LEFT);
    draw_assert_has(&scene.cells, "[npy]");
    press(&scene, KEY_CODE_UP);
    press(&scene, KEY_CODE_UP);
    press(&scene, KEY_CODE_UP);
    draw_assert_has(&scene.cells, "Tab completes");
    press(&scene, KEY_CODE_BACK_TAB); /* round to Cancel */
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_string_equal(load_dialog_message(scene.dialog), "");
    scene_close(&scene);
}

static void escape_cancels_anywhere(void **state)
{
    for (int fields = 0; fields < 8; fields++) {
        struct scene scene;
        if (fields)
            tmpdir_teardown(state), tmpdir_setup(state);
        scene_open(&scene, state);
        scene_settle(&scene);
        for (int i = 0; i < fields; i++)
            press(&scene, KEY_CODE_DOWN);
        press(&scene, KEY_ESCAPE_CODE);
        assert_int_equal(scene.last, DIALOG_CLOSE);
        scene_close(&scene);
    }
}

static void a_paste_starts_nothing(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 2, 2);
    load_dialog_paste(scene.dialog, "~/a.npy\n\n\n\n\n\n\n\n");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "~/a.npy");
    draw_assert_has(&scene.cells, "ok");
    go_to_load(&scene);
    load_dialog_paste(scene.dialog, "\n\r\n y");
    scene_settle(&scene);
    assert_false(load_dialog_is_loading(scene.dialog));
    scene_close(&scene);
}

/* --- completion --- */

static void tab_completes_and_the_second_lists(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/sim_2025.npy", 'C', 2, 2);
    write_npy(scene.tmpdir, "files/sim_2026.npy", 'C', 2, 2);
    write_npy(scene.tmpdir, "files/other.npy", 'C', 2, 2);
    write_npy(scene.tmpdir, "files/.hidden.npy", 'C', 2, 2);
    tmpdir_mkdir(scene.tmpdir, "files/data");
    scene_settle(&scene);
    type(&scene, "~");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "~/");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "data/");
    draw_assert_has(&scene.cells, "other.npy");
    draw_assert_lacks(&scene.cells, ".hidden");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/load-list-80x24");
    type(&scene, "s");
    draw_assert_lacks(&scene.cells, "other.npy");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "~/sim_202");
    type(&scene, "6");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "~/sim_2026.npy");
    draw_assert_has(&scene.cells, "ok");
    press(&scene, '\t'); /* complete: on to the name */
    type(&scene, "2");
    draw_assert_has(&scene.cells, "sim_2026.shm2");
    scene_close(&scene);
}

static void a_long_list_is_gone_through_with_tab(void **state)
{
    struct scene scene;
    char name[64];
    scene_open(&scene, state);
    for (int i = 0; i < 90; i++) {
        snprintf(name, sizeof name, "files/name-%03d.npy", i);
        tmpdir_write_text(scene.tmpdir, name, "");
    }
    scene_settle(&scene);
    type(&scene, "~/name-0");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "1-40 of 90, Tab: more");
    draw_assert_has(&scene.cells, "name-039.npy");
    draw_assert_lacks(&scene.cells, "name-040.npy");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "41-80 of 90");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "name-089.npy");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "1-40 of 90");
    press(&scene, KEY_ESCAPE_CODE); /* closes the list, not the dialog */
    assert_int_equal(scene.last, DIALOG_USED);
    draw_assert_lacks(&scene.cells, "of 90");
    scene_close(&scene);
}

static void nothing_to_complete_says_so(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    scene_settle(&scene);
    type(&scene, "~/zzz");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "nothing there begins like this");
    press(&scene, KEY_CTRL('U'));
    type(&scene, "/nonexistent/x");
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "the directory cannot be read");
    scene_close(&scene);
}

static void completion_is_bounded_and_leaves_out_what_cannot_be_typed(void **state)
{
    struct tmpdir *tmpdir = *state;
    char name[64];
    tmpdir_write_text(tmpdir, "good.npy", "");
    tmpdir_write_text(tmpdir, "good\x1b[2J.npy", "");
    tmpdir_write_text(tmpdir, "good\xff.npy", "");
    tmpdir_fifo(tmpdir, "good.fifo");
    tmpdir_symlink(tmpdir, "good.link", "good.npy");
    tmpdir_symlink(tmpdir, "good.dangling", "nowhere");
    struct completion *completion = complete_fetch(tmpdir_path(tmpdir, "good"), NULL);
    assert_int_equal(completion->count, 2);
    assert_string_equal(completion->names[0], "good.link");
    assert_string_equal(completion->names[1], "good.npy");
    completion_free(completion);
    for (int i = 0; i < COMPLETE_MAX + 10; i++) {
        snprintf(name, sizeof name, "many%d", i);
        tmpdir_write_text(tmpdir, name, "");
    }
    completion = complete_fetch(tmpdir_path(tmpdir, "many"), NULL);
    assert_int_equal(completion->count, COMPLETE_MAX);
    assert_true(completion->cut);
    completion_free(completion);
}

static void half_a_character_is_never_completed(void **state)
{
    struct tmpdir *tmpdir = *state;
    tmpdir_write_text(tmpdir, "x\xc3\xa9", "");
    tmpdir_write_text(tmpdir, "x\xc3\xa8", "");
    struct completion *completion = complete_fetch(tmpdir_path(tmpdir, "x"), NULL);
    char *text = completion_text(completion);
    assert_string_equal(text, completion->text);
    free(text);
    completion_free(completion);
}

static void files_loaded_are_remembered(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 2, 2);
    type(&scene, "~/a.npy");
    go_to_load(&scene);
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(line_history_count(scene.history), 1);
    load_dialog_free(scene.dialog);
    scene.dialog = load_dialog_new(
        &(struct load_dialog_options){.directory = "/dev/shm", .umask = 022, .history = scene.history});
    press(&scene, KEY_CODE_UP);
    draw_assert_has(&scene.cells, "~/a.npy");
    scene_close(&scene);
}

/* --- loading --- */

static void a_load_ends_with_what_was_loaded(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 400, 600);
    type(&scene, "~/a.npy");
    go_to_load(&scene);
    scene.now = 5000;
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_string_equal(load_dialog_message(scene.dialog), "a.shm loaded: float16 400 × 600, 469K in 0.0 s");
    assert_false(load_dialog_message_is_error(scene.dialog));
    scene_close(&scene);
}

/* Starts a load that does not end, and returns its request. */
static struct load_dialog_request *start_load(struct scene *scene)
{
    write_npy(scene->tmpdir, "files/a.npy", 'C', 400, 600);
    type(scene, "~/a.npy");
    go_to_load(scene);
    scene->now = 10000;
    assert_int_equal(load_dialog_key(scene->dialog, &(struct key){.code = KEY_ENTER_CODE}, scene->now),
                     DIALOG_USED);
    struct load_dialog_request *request = load_dialog_wants(scene->dialog, scene->now);
    assert_non_null(request);
    assert_true(load_dialog_request_is_load(request));
    assert_true(load_dialog_is_loading(scene->dialog));
    scene_draw(scene);
    return request;
}

static void progress_is_shown_when_it_takes_long(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    struct load_dialog_request *request = start_load(&scene);
    load_dialog_progress(scene.dialog, 100, 1000, 10100);
    scene_draw(&scene);
    draw_assert_lacks(&scene.cells, "Esc: cancel");
    load_dialog_progress(scene.dialog, 512ull << 20, 2048ull << 20, 10500);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, " 25%");
    draw_assert_has(&scene.cells, "512M of 2.0G  1.0G/s  1s left");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/load-progress-80x24");
    press(&scene, 'x');
    assert_int_equal(scene.last, DIALOG_UNUSED);
    press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_STOP);
    struct progress cancelled = {.cancel = true};
    struct load_dialog_reply *reply = load_dialog_fetch(
        scene.directory, &(struct host){.proc_root = "/nonexistent"}, "/nonexistent", request, &cancelled);
    assert_int_equal(load_dialog_supply(scene.dialog, reply, 11000), DIALOG_CLOSE);
    assert_string_equal(load_dialog_message(scene.dialog), "load cancelled: nothing of it is left");
    assert_null(load_dialog_loaded(scene.dialog));
    assert_int_not_equal(access(tmpdir_path(scene.tmpdir, "shm/a.shm"), F_OK), 0);
    load_dialog_request_free(request);
    scene_close(&scene);
}

static void to_quit_during_a_load_is_asked(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    struct load_dialog_request *request = start_load(&scene);
    const uint32_t no[] = {KEY_ESCAPE_CODE, 'n', KEY_ENTER_CODE, 'q'};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        press(&scene, 'q');
        assert_int_equal(scene.last, DIALOG_USED);
        draw_assert_has(&scene.cells, "A load is running: stop it and quit?");
        press(&scene, no[i]);
        assert_int_equal(scene.last, DIALOG_USED);
        draw_assert_lacks(&scene.cells, "stop it and quit");
    }
    load_dialog_ask_quit(scene.dialog);
    press(&scene, 'y');
    assert_int_equal(scene.last, DIALOG_QUIT);
    load_dialog_ask_quit(scene.dialog);
    press(&scene, '\t');
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_QUIT);
    load_dialog_request_free(request);
    scene_close(&scene);
}

static void a_load_that_fails_leaves_the_form_to_be_corrected(void **state)
{
    struct scene scene;
    scene_open(&scene, state);
    struct load_dialog_request *request = start_load(&scene);
    write_npy(scene.tmpdir, "shm/a.shm", 'C', 1, 1); /* meanwhile */
    assert_int_equal(load_dialog_supply(scene.dialog, fetch(&scene, request), 10100), DIALOG_USED);
    load_dialog_request_free(request);
    assert_false(load_dialog_is_loading(scene.dialog));
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "exists");
    press(&scene, KEY_CODE_RIGHT);
    draw_assert_has(&scene.cells, "[replace]");
    scene_close(&scene);
}

/* --- any size, any keys --- */

static void any_keys_and_sizes_are_safe(void **state)
{
    static const char keys[] = "\t\t\r\r ~/a.npy\x15\x17\x19\x1b\x03qyn/..0";
    struct scene scene;
    unsigned seed = 3;
    scene_open(&scene, state);
    write_npy(scene.tmpdir, "files/a.npy", 'C', 2, 2);
    for (int i = 0; i < 4000; i++) {
        unsigned r = (unsigned)rand_r(&seed);
        uint32_t code = (unsigned char)keys[r % (sizeof keys - 1)];
        if (r % 5 == 0)
            code = KEY_CODE_BASE + r % 15;
        enum dialog_result result =
            load_dialog_key(scene.dialog, &(struct key){.code = code, .alt = r % 13 == 0}, i);
        if (result == DIALOG_CLOSE || result == DIALOG_QUIT) {
            load_dialog_free(scene.dialog);
            scene.dialog =
                load_dialog_new(&(struct load_dialog_options){.home = tmpdir_path(scene.tmpdir, "files"),
                                                              .directory = "/dev/shm",
                                                              .history = scene.history});
        }
        if (r % 7 == 0)
            cells_resize(&scene.cells, 1 + (int)(r / 7 % 26), 1 + (int)(r / 300 % 150));
        if (r % 4 == 0)
            load_dialog_progress(scene.dialog, r, r / 2, i + 300);
        struct load_dialog_request *request = r % 3 ? load_dialog_wants(scene.dialog, i) : NULL;
        if (request &&
            load_dialog_supply(scene.dialog, r % 9 ? fetch(&scene, request) : NULL, i) == DIALOG_CLOSE) {
            load_dialog_free(scene.dialog);
            scene.dialog =
                load_dialog_new(&(struct load_dialog_options){.home = tmpdir_path(scene.tmpdir, "files"),
                                                              .directory = "/dev/shm",
                                                              .history = scene.history});
        }
        load_dialog_request_free(request);
        scene_draw(&scene);
    }
    scene_close(&scene);
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(it_says_what_a_file_holds_before_it_is_loaded),
        with_tmpdir(a_bad_file_is_named_in_words),
        with_tmpdir(long_reasons_take_two_lines),
        with_tmpdir(the_name_follows_the_file_until_it_is_typed),
        with_tmpdir(an_existing_name_is_not_replaced_unasked),
        with_tmpdir(a_mode_that_is_none_is_refused),
        with_tmpdir(tab_and_arrows_go_through_the_fields),
        with_tmpdir(escape_cancels_anywhere),
        with_tmpdir(a_paste_starts_nothing),
        with_tmpdir(tab_completes_and_the_second_lists),
        with_tmpdir(a_long_list_is_gone_through_with_tab),
        with_tmpdir(nothing_to_complete_says_so),
        with_tmpdir(completion_is_bounded_and_leaves_out_what_cannot_be_typed),
        with_tmpdir(half_a_character_is_never_completed),
        with_tmpdir(files_loaded_are_remembered),
        with_tmpdir(a_load_ends_with_what_was_loaded),
        with_tmpdir(progress_is_shown_when_it_takes_long),
        with_tmpdir(to_quit_during_a_load_is_asked),
        with_tmpdir(a_load_that_fails_leaves_the_form_to_be_corrected),
        with_tmpdir(any_keys_and_sizes_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
