/*
 * The load dialog on real files in a private directory, drawn into fake cells.
 */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/loadform.h"
#include "tui/view/complete.h"

/* --- the form --- */

static void it_says_what_a_file_holds_before_it_is_loaded(void **state)
{
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/prices.npy", 'F', 400, 600);
    form_settle(&form);
    draw_assert_golden(&form.cells, "tests/unit/goldens/load-empty-80x24");
    form_type(&form, "~/prices.npy");
    draw_assert_has(&form.cells, "npy 1.0  float16  400 × 600  F order  469K  ok");
    draw_assert_has(&form.cells, "prices.shm");
    draw_assert_has(&form.cells, "free");
    draw_assert_has(&form.cells, "Mode       0644");
    draw_assert_has(&form.cells, "needs 469K");
    form_close(&form);
}

static void a_bad_file_is_named_in_words(void **state)
{
    struct form form;
    form_open(&form, state);
    tmpdir_write_text(form.tmpdir, "files/notes.txt", "not a matrix");
    form_settle(&form);
    form_type(&form, "~/nothing.npy");
    draw_assert_lacks(&form.cells, "ok");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE); /* Load */
    assert_int_equal(form.last, DIALOG_USED);
    assert_false(load_dialog_is_loading(form.dialog));
    load_dialog_key(form.dialog, &(struct key){.code = KEY_CTRL('U')}, 0);
    form_type(&form, "~/notes.txt");
    draw_assert_lacks(&form.cells, "ok");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "~");
    draw_assert_has(&form.cells, "directory");
    form_close(&form);
}

static void long_reasons_take_two_lines(void **state)
{
    struct form form;
    form_open(&form, state);
    tmpdir_fifo(form.tmpdir, "files/pipe");
    form_settle(&form);
    form_type(&form, "~/pi");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "what begins like this is no regular file");
    form_type(&form, "pe");
    form_press(&form, KEY_BACKSPACE_CODE);
    form_press(&form, KEY_BACKSPACE_CODE);
    form_type(&form, "pe");
    draw_assert_golden(&form.cells, "tests/unit/goldens/load-fifo-80x24");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE);
    draw_assert_golden(&form.cells, "tests/unit/goldens/load-refused-80x24");
    for (int rows = 1; rows < 24; rows++)
        for (int columns = 1; columns < 80; columns++) {
            cells_resize(&form.cells, rows, columns);
            form_draw(&form);
        }
    form_close(&form);
}

static void the_name_follows_the_file_until_it_is_typed(void **state)
{
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_write_npy(&form, "files/b.npy", 'C', 2, 2);
    form_write_npy(&form, "shm/b.shm", 'C', 2, 2);
    form_settle(&form);
    form_type(&form, "~/a.npy");
    draw_assert_has(&form.cells, "a.shm");
    form_press(&form, KEY_BACKSPACE_CODE);
    for (int i = 0; i < 4; i++)
        form_press(&form, KEY_BACKSPACE_CODE);
    form_type(&form, "b.npy");
    draw_assert_has(&form.cells, "b.shm");
    draw_assert_has(&form.cells, "exists, ");
    form_press(&form, KEY_ENTER_CODE);
    form_type(&form, "x");
    draw_assert_has(&form.cells, "b.shmx");
    draw_assert_has(&form.cells, "free");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "..");
    draw_assert_lacks(&form.cells, "b.shm");
    draw_assert_lacks(&form.cells, " free  ");
    form_press(&form, KEY_CTRL('U'));
    form_press(&form, KEY_ENTER_CODE); /* left empty: the default again */
    draw_assert_has(&form.cells, "b.shm");
    form_close(&form);
}

static void an_existing_name_is_not_replaced_unasked(void **state)
{
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_write_npy(&form, "shm/a.shm", 'C', 2, 2);
    form_settle(&form);
    form_type(&form, "~/a.npy");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE);
    assert_false(load_dialog_is_loading(form.dialog));
    draw_assert_has(&form.cells, "the name exists: choose another one, or replace it");
    form_press(&form, KEY_CODE_RIGHT); /* the focus went to the choice */
    draw_assert_has(&form.cells, "[replace]");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE);
    assert_int_equal(form.last, DIALOG_CLOSE);
    draw_assert_has(&form.cells, "[replace]");
    assert_string_equal(load_dialog_loaded(form.dialog), "a.shm");
    form_close(&form);
}

static void a_mode_that_is_none_is_refused(void **state)
{
    struct form form;
    struct stat facts;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_settle(&form);
    form_type(&form, "~/a.npy");
    form_press(&form, KEY_ENTER_CODE);
    form_press(&form, KEY_ENTER_CODE);
    form_type(&form, "9");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE);
    draw_assert_has(&form.cells, "the mode is octal, as 0640");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "600");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE);
    assert_int_equal(form.last, DIALOG_CLOSE);
    assert_int_equal(stat(tmpdir_path(form.tmpdir, "shm/a.shm"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    form_close(&form);
}

static void tab_and_arrows_go_through_the_fields(void **state)
{
    struct form form;
    form_open(&form, state);
    form_settle(&form);
    for (int i = 0; i < 3; i++)
        form_press(&form, '\t');
    draw_assert_has(&form.cells, "Left and Right choose, or type another");
    form_press(&form, KEY_CODE_RIGHT);
    draw_assert_has(&form.cells, "[f2]");
    form_press(&form, KEY_CODE_DOWN);
    form_press(&form, KEY_CODE_DOWN);
    form_press(&form, ' ');
    draw_assert_has(&form.cells, "[C]");
    form_press(&form, KEY_CODE_DOWN);
    form_press(&form, KEY_CODE_RIGHT);
    draw_assert_has(&form.cells, "[raw]");
    form_press(&form, KEY_CODE_LEFT);
    draw_assert_has(&form.cells, "[npy]");
    for (int i = 0; i < 6; i++)
        form_press(&form, KEY_CODE_UP);
    draw_assert_has(&form.cells, "Tab completes");
    form_press(&form, KEY_CODE_BACK_TAB); /* round to Cancel */
    form_press(&form, KEY_ENTER_CODE);
    assert_int_equal(form.last, DIALOG_CLOSE);
    assert_string_equal(load_dialog_message(form.dialog), "");
    form_close(&form);
}

static void escape_cancels_anywhere(void **state)
{
    for (int fields = 0; fields < 10; fields++) {
        struct form form;
        if (fields)
            tmpdir_teardown(state), tmpdir_setup(state);
        form_open(&form, state);
        form_settle(&form);
        for (int i = 0; i < fields; i++)
            form_press(&form, KEY_CODE_DOWN);
        form_press(&form, KEY_ESCAPE_CODE);
        assert_int_equal(form.last, DIALOG_CLOSE);
        form_close(&form);
    }
}

static void a_paste_starts_nothing(void **state)
{
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    load_dialog_paste(form.dialog, "~/a.npy\n\n\n\n\n\n\n\n");
    form_settle(&form);
    draw_assert_has(&form.cells, "~/a.npy");
    draw_assert_has(&form.cells, "ok");
    form_go_to_load(&form);
    load_dialog_paste(form.dialog, "\n\r\n y");
    form_settle(&form);
    assert_false(load_dialog_is_loading(form.dialog));
    form_close(&form);
}

/* --- completion --- */

static void tab_completes_and_the_second_lists(void **state)
{
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/sim_2025.npy", 'C', 2, 2);
    form_write_npy(&form, "files/sim_2026.npy", 'C', 2, 2);
    form_write_npy(&form, "files/other.npy", 'C', 2, 2);
    form_write_npy(&form, "files/.hidden.npy", 'C', 2, 2);
    tmpdir_mkdir(form.tmpdir, "files/data");
    form_settle(&form);
    form_type(&form, "~");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "~/");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "data/");
    draw_assert_has(&form.cells, "other.npy");
    draw_assert_lacks(&form.cells, ".hidden");
    draw_assert_golden(&form.cells, "tests/unit/goldens/load-list-80x24");
    form_type(&form, "s");
    draw_assert_lacks(&form.cells, "other.npy");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "~/sim_202");
    form_type(&form, "6");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "~/sim_2026.npy");
    draw_assert_has(&form.cells, "ok");
    form_press(&form, '\t'); /* complete: on to the name */
    form_type(&form, "2");
    draw_assert_has(&form.cells, "sim_2026.shm2");
    form_close(&form);
}

static void a_long_list_is_gone_through_with_tab(void **state)
{
    struct form form;
    char name[64];
    form_open(&form, state);
    for (int i = 0; i < 90; i++) {
        snprintf(name, sizeof name, "files/name-%03d.npy", i);
        tmpdir_write_text(form.tmpdir, name, "");
    }
    form_settle(&form);
    form_type(&form, "~/name-0");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "1-40 of 90, Tab: more");
    draw_assert_has(&form.cells, "name-039.npy");
    draw_assert_lacks(&form.cells, "name-040.npy");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "41-80 of 90");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "name-089.npy");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "1-40 of 90");
    form_press(&form, KEY_ESCAPE_CODE); /* closes the list, not the dialog */
    assert_int_equal(form.last, DIALOG_USED);
    draw_assert_lacks(&form.cells, "of 90");
    form_close(&form);
}

static void nothing_to_complete_says_so(void **state)
{
    struct form form;
    form_open(&form, state);
    form_settle(&form);
    form_type(&form, "~/zzz");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "nothing there begins like this");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "/nonexistent/x");
    form_press(&form, '\t');
    draw_assert_has(&form.cells, "the directory cannot be read");
    form_close(&form);
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
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_type(&form, "~/a.npy");
    form_go_to_load(&form);
    form_press(&form, KEY_ENTER_CODE);
    assert_int_equal(line_history_count(form.history), 1);
    load_dialog_free(form.dialog);
    form.dialog = load_dialog_new(
        &(struct load_dialog_options){.directory = "/dev/shm", .umask = 022, .history = form.history});
    form_press(&form, KEY_CODE_UP);
    draw_assert_has(&form.cells, "~/a.npy");
    form_close(&form);
}

/* --- loading --- */

static void a_load_ends_with_what_was_loaded(void **state)
{
    struct form form;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 400, 600);
    form_type(&form, "~/a.npy");
    form_go_to_load(&form);
    form.now = 5000;
    form_press(&form, KEY_ENTER_CODE);
    assert_int_equal(form.last, DIALOG_CLOSE);
    assert_string_equal(load_dialog_message(form.dialog), "a.shm loaded: float16 400 × 600, 469K in 0.0 s");
    assert_false(load_dialog_message_is_error(form.dialog));
    form_close(&form);
}

/* Starts a load that does not end, and returns its request. */
static struct load_dialog_request *start_load(struct form *form)
{
    form_write_npy(form, "files/a.npy", 'C', 400, 600);
    form_type(form, "~/a.npy");
    form_go_to_load(form);
    form->now = 10000;
    assert_int_equal(load_dialog_key(form->dialog, &(struct key){.code = KEY_ENTER_CODE}, form->now),
                     DIALOG_USED);
    struct load_dialog_request *request = load_dialog_wants(form->dialog, form->now);
    assert_non_null(request);
    assert_true(load_dialog_request_is_load(request));
    assert_true(load_dialog_is_loading(form->dialog));
    form_draw(form);
    return request;
}

static void progress_is_shown_when_it_takes_long(void **state)
{
    struct form form;
    form_open(&form, state);
    struct load_dialog_request *request = start_load(&form);
    load_dialog_progress(form.dialog, 100, 1000, 0, 10100);
    form_draw(&form);
    draw_assert_lacks(&form.cells, "Esc: cancel");
    load_dialog_progress(form.dialog, 512ull << 20, 2048ull << 20, 0, 10500);
    form_draw(&form);
    draw_assert_has(&form.cells, " 25%");
    draw_assert_has(&form.cells, "512M of 2.0G  1.0G/s  1s left");
    draw_assert_golden(&form.cells, "tests/unit/goldens/load-progress-80x24");
    load_dialog_progress(form.dialog, 512ull << 20, 2048ull << 20, 12, 10500);
    form_draw(&form);
    draw_assert_has(&form.cells, "12 values lost so far: overflowed, out of range or nan");
    form_press(&form, 'x');
    assert_int_equal(form.last, DIALOG_UNUSED);
    form_press(&form, KEY_ESCAPE_CODE);
    assert_int_equal(form.last, DIALOG_STOP);
    struct progress cancelled = {.cancel = true};
    struct load_dialog_reply *reply = load_dialog_fetch(
        form.directory, &(struct host){.proc_root = "/nonexistent"}, "/nonexistent", request, &cancelled);
    assert_int_equal(load_dialog_supply(form.dialog, reply, 11000), DIALOG_CLOSE);
    assert_string_equal(load_dialog_message(form.dialog), "load cancelled: nothing of it is left");
    assert_null(load_dialog_loaded(form.dialog));
    assert_int_not_equal(access(tmpdir_path(form.tmpdir, "shm/a.shm"), F_OK), 0);
    load_dialog_request_free(request);
    form_close(&form);
}

static void to_quit_during_a_load_is_asked(void **state)
{
    struct form form;
    form_open(&form, state);
    struct load_dialog_request *request = start_load(&form);
    const uint32_t no[] = {KEY_ESCAPE_CODE, 'n', KEY_ENTER_CODE, 'q'};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        form_press(&form, 'q');
        assert_int_equal(form.last, DIALOG_USED);
        draw_assert_has(&form.cells, "A load is running: stop it and quit?");
        form_press(&form, no[i]);
        assert_int_equal(form.last, DIALOG_USED);
        draw_assert_lacks(&form.cells, "stop it and quit");
    }
    load_dialog_ask_quit(form.dialog);
    form_press(&form, 'y');
    assert_int_equal(form.last, DIALOG_QUIT);
    load_dialog_ask_quit(form.dialog);
    form_press(&form, '\t');
    form_press(&form, KEY_ENTER_CODE);
    assert_int_equal(form.last, DIALOG_QUIT);
    load_dialog_request_free(request);
    form_close(&form);
}

static void a_load_that_fails_leaves_the_form_to_be_corrected(void **state)
{
    struct form form;
    form_open(&form, state);
    struct load_dialog_request *request = start_load(&form);
    form_write_npy(&form, "shm/a.shm", 'C', 1, 1); /* meanwhile */
    assert_int_equal(load_dialog_supply(form.dialog, form_fetch(&form, request), 10100), DIALOG_USED);
    load_dialog_request_free(request);
    assert_false(load_dialog_is_loading(form.dialog));
    form_settle(&form);
    draw_assert_has(&form.cells, "exists");
    form_press(&form, KEY_CODE_RIGHT);
    draw_assert_has(&form.cells, "[replace]");
    form_close(&form);
}

/* --- any size, any keys --- */

static void any_keys_and_sizes_are_safe(void **state)
{
    static const char keys[] = "\t\t\r\r ~/a.npy\x15\x17\x19\x1b\x03qyn/..0";
    struct form form;
    unsigned seed = 3;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    for (int i = 0; i < 4000; i++) {
        unsigned r = (unsigned)rand_r(&seed);
        uint32_t code = (unsigned char)keys[r % (sizeof keys - 1)];
        if (r % 5 == 0)
            code = KEY_CODE_BASE + r % 15;
        enum dialog_result result =
            load_dialog_key(form.dialog, &(struct key){.code = code, .alt = r % 13 == 0}, i);
        if (result == DIALOG_CLOSE || result == DIALOG_QUIT) {
            load_dialog_free(form.dialog);
            form.dialog = load_dialog_new(&(struct load_dialog_options){
                .home = tmpdir_path(form.tmpdir, "files"), .directory = "/dev/shm", .history = form.history});
        }
        if (r % 7 == 0)
            cells_resize(&form.cells, 1 + (int)(r / 7 % 26), 1 + (int)(r / 300 % 150));
        if (r % 4 == 0)
            load_dialog_progress(form.dialog, r, r / 2, r % 3, i + 300);
        struct load_dialog_request *request = r % 3 ? load_dialog_wants(form.dialog, i) : NULL;
        if (request &&
            load_dialog_supply(form.dialog, r % 9 ? form_fetch(&form, request) : NULL, i) == DIALOG_CLOSE) {
            load_dialog_free(form.dialog);
            form.dialog = load_dialog_new(&(struct load_dialog_options){
                .home = tmpdir_path(form.tmpdir, "files"), .directory = "/dev/shm", .history = form.history});
        }
        load_dialog_request_free(request);
        form_draw(&form);
    }
    form_close(&form);
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
