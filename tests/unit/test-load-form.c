/*
 * The load dialog on files of every kind: what it asks and offers for each, and what it says of a conversion
 * before and after.
 */
#include "tests/support/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/loadform.h"
#include "tests/support/zipfile.h"

static void says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, text);
}

static void write_doubles(const struct form *form, const char *name, const double *values, size_t n)
{
    char shape[32];
    snprintf(shape, sizeof shape, "(%zu,)", n);
    tmpdir_write_npy(form->tmpdir, name, "<f8", false, shape, values, n * sizeof *values);
}

static void write_npz(const struct form *form, const char *name)
{
    static const float values[6] = {1, 2, 3, 4, 5, 6};
    static const int16_t shorts[3] = {-1, 0, 1};
    size_t a, b, size;
    tmpdir_write_npy(form->tmpdir, "files/x", "<f4", false, "(2, 3)", values, sizeof values);
    uint8_t *first = (uint8_t *)tmpdir_read(form->tmpdir, "files/x", &a);
    tmpdir_write_npy(form->tmpdir, "files/x", "<i2", false, "(3,)", shorts, sizeof shorts);
    uint8_t *last = (uint8_t *)tmpdir_read(form->tmpdir, "files/x", &b);
    const struct zip_entry entries[] = {{.name = "weights.npy", .data = first, .size = a},
                                        {.name = "readme.txt", .data = "no matrix", .size = 9},
                                        {.name = "bias.npy", .data = last, .size = b}};
    uint8_t *zip = zip_build(entries, 3, &(struct zip_end){0}, &size);
    tmpdir_write(form->tmpdir, name, zip, size);
    free(first);
    free(last);
    free(zip);
}

/* A form in which doubles are chosen, with their type in focus. */
static void open_type(struct form *form, void **state, const double *values, size_t n)
{
    form_open(form, state);
    write_doubles(form, "files/a.npy", values, n);
    form_type(form, "~/a.npy");
    form_go_to(form, "Type");
}

/* Presses the button. words: of the message; NULL: any. */
static void is_loaded(struct form *form, const char *words)
{
    form_load(form);
    assert_int_equal(form->last, DIALOG_CLOSE);
    if (words)
        says(load_dialog_message(form->dialog), words);
}

/* The type is changed to f2: the preview that is then asked for. */
static struct load_dialog_request *ask_preview(struct form *form)
{
    load_dialog_key(form->dialog, &(struct key){.code = KEY_CODE_RIGHT}, 0);
    struct load_dialog_request *look = load_dialog_wants(form->dialog, 0);
    load_dialog_supply(form->dialog, form_fetch(form, look), 0);
    load_dialog_request_free(look);
    return load_dialog_wants(form->dialog, 0);
}

/* --- the type --- */

static void a_conversion_is_shown_before_it_is_done(void **state)
{
    struct form form;
    const double values[] = {1, 0.1, 1e6, -70000};
    form_open(&form, state);
    write_doubles(&form, "files/a.npy", values, 4);
    form_type(&form, "~/a.npy");
    draw_assert_lacks(&form.cells, "rel. error");
    draw_assert_has(&form.cells, "needs 160");
    form_go_to(&form, "Type");
    form_press(&form, KEY_CODE_RIGHT);
    says(form_field(&form, "Type"), "[f2]");
    says(form_below(&form, "Type"), "float64 → float16: 2 overflow; max rel. error 0.0002 (all 4)");
    draw_assert_has(&form.cells, "needs 136");
    form_press(&form, KEY_CODE_RIGHT);
    says(form_below(&form, "Type"), "float64 → float32: 0 overflow; max rel. error 1e-08 (all 4)");
    form_type(&form, "i2");
    says(form_field(&form, "Type"), "[i2 ");
    says(form_below(&form, "Type"), "float64 → int16: 2 out of range, 0 nan lost; max rel. error 1 (all 4)");
    is_loaded(&form,
              "a.shm loaded, 2 values were out of range and saturated: float64 → int16 4, 136 in 0.0 s");
    form_close(&form);
}

static void a_type_that_is_none_is_told_and_not_loaded(void **state)
{
    struct form form;
    const double values[] = {1, 2};
    open_type(&form, state, values, 2);
    form_type(&form, "f5");
    says(form_below(&form, "Type"), "f5");
    form_load(&form);
    assert_false(load_dialog_is_loading(form.dialog));
    says(form_field(&form, "Type"), "[f5 ");
    form_press(&form, KEY_BACKSPACE_CODE);
    form_press(&form, KEY_BACKSPACE_CODE);
    says(form_field(&form, "Type"), "[keep]");
    form_type(&form, "c16");
    says(form_below(&form, "Type"), "float64 → complex128: 0 overflow");
    form_press(&form, KEY_CODE_DOWN); /* it is one of those offered, so typing begins anew */
    form_press(&form, KEY_CODE_UP);
    form_type(&form, ">f4");
    says(form_below(&form, "Type"), "float64 → float32: 0 overflow");
    form_close(&form);
}

static void complex_numbers_become_no_real_ones(void **state)
{
    struct form form;
    const double values[] = {1, 2};
    form_open(&form, state);
    tmpdir_write_npy(form.tmpdir, "files/a.npy", "<c16", false, "(1,)", values, sizeof values);
    form_type(&form, "~/a.npy");
    form_go_to(&form, "Type");
    form_type(&form, "f4");
    says(form_below(&form, "File"), "imaginary");
    form_load(&form);
    assert_false(load_dialog_is_loading(form.dialog));
    form_close(&form);
}

static void what_is_lossy_can_be_refused(void **state)
{
    struct form form;
    const double values[] = {1, 1e6};
    open_type(&form, state, values, 2);
    form_type(&form, "f2");
    form_go_to(&form, "If lossy");
    form_press(&form, KEY_CODE_RIGHT);
    says(form_field(&form, "If lossy"), "[refuse]");
    form_load(&form);
    assert_int_equal(form.last, DIALOG_USED);
    draw_assert_has(&form.cells, "overflowed to inf");
    assert_false(tmpdir_exists(form.tmpdir, "shm/a.shm"));
    form_press(&form, KEY_CODE_LEFT); /* the focus went there */
    is_loaded(&form, "1 value overflowed to inf");
    form_close(&form);
}

static void a_preview_of_something_else_is_given_up(void **state)
{
    struct form form;
    const double values[] = {1, 1e6};
    open_type(&form, state, values, 2);
    struct load_dialog_request *preview = ask_preview(&form);
    assert_non_null(preview);
    assert_false(load_dialog_gives_up(form.dialog));
    load_dialog_key(form.dialog, &(struct key){.code = KEY_CODE_RIGHT}, 0);
    assert_true(load_dialog_gives_up(form.dialog));
    assert_false(load_dialog_gives_up(form.dialog));
    assert_null(load_dialog_wants(form.dialog, 0));
    load_dialog_supply(form.dialog, form_fetch(&form, preview), 0);
    form_draw(&form);
    draw_assert_lacks(&form.cells, "float16:");
    form_settle(&form);
    says(form_below(&form, "Type"), "float64 → float32: 0 overflow");
    load_dialog_request_free(preview);
    form_close(&form);
}

static void a_load_waits_for_a_preview_and_can_be_taken_back(void **state)
{
    struct form form;
    const double values[] = {1, 1e6};
    open_type(&form, state, values, 2);
    struct load_dialog_request *preview = ask_preview(&form);
    for (int i = 0; i < 8 && !load_dialog_is_loading(form.dialog); i++)
        load_dialog_key(form.dialog, &(struct key){.code = KEY_ENTER_CODE}, 0);
    assert_true(load_dialog_is_loading(form.dialog));
    assert_true(load_dialog_gives_up(form.dialog));
    assert_int_equal(load_dialog_key(form.dialog, &(struct key){.code = KEY_ESCAPE_CODE}, 0), DIALOG_USED);
    assert_false(load_dialog_is_loading(form.dialog));
    assert_int_equal(load_dialog_supply(form.dialog, NULL, 0), DIALOG_USED);
    form_settle(&form);
    says(form_below(&form, "Type"), "float64 → float16: 1 overflow");
    is_loaded(&form, NULL);
    load_dialog_request_free(preview);
    form_close(&form);
}

/* --- archives --- */

static void a_member_is_chosen_from_a_list(void **state)
{
    struct form form;
    form_open(&form, state);
    write_npz(&form, "files/model.npz");
    form_type(&form, "~/model.npz");
    says(form_below(&form, "File"), "npz member weights");
    says(form_field(&form, "Member"), "weights  1 of 3");
    form_press(&form, KEY_ENTER_CODE);
    draw_assert_has(&form.cells, "float32 2 × 3, 24, stored");
    draw_assert_has(&form.cells, "int16 3, 6, stored");
    form_assert_golden(&form, "tests/unit/goldens/load-members-80x24");
    form_press(&form, KEY_CODE_DOWN); /* what is no matrix is passed over */
    says(form_below(&form, "File"), "npz member bias");
    says(form_field(&form, "Member"), "bias  3 of 3");
    form_press(&form, KEY_CODE_DOWN);
    says(form_field(&form, "Member"), "bias  3 of 3");
    form_press(&form, KEY_CODE_HOME);
    says(form_field(&form, "Member"), "weights  1 of 3");
    form_press(&form, KEY_ESCAPE_CODE); /* the list alone */
    assert_int_equal(form.last, DIALOG_USED);
    draw_assert_lacks(&form.cells, "int16 3");
    form_press(&form, KEY_CODE_RIGHT);
    form_press(&form, ' ');
    draw_assert_has(&form.cells, "int16 3, 6, stored");
    form_press(&form, KEY_ENTER_CODE);
    draw_assert_lacks(&form.cells, "int16 3, 6, stored");
    is_loaded(&form, "model.shm loaded: int16 3, ");
    form_close(&form);
}

static void another_file_has_no_members(void **state)
{
    struct form form;
    form_open(&form, state);
    write_npz(&form, "files/model.npz");
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_type(&form, "~/model.npz");
    form_go_to(&form, "Member");
    form_press(&form, KEY_CODE_END);
    form_go_to(&form, "File");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "~/a.npy");
    draw_assert_lacks(&form.cells, "Member");
    draw_assert_has(&form.cells, "float16");
    is_loaded(&form, NULL);
    form_close(&form);
}

/* --- text --- */

static void text_says_how_it_is_parted(void **state)
{
    struct form form;
    form_open(&form, state);
    tmpdir_write_text(form.tmpdir, "files/t.csv", "a;b\n1;2\n3;\n5;nan\n");
    form_type(&form, "~/t.csv");
    says(form_below(&form, "File"), "csv, semicolons, 1 header line  float64  3 × 2  48  ok");
    says(form_field(&form, "Delimiter"), "[as found]");
    says(form_below(&form, "Type"), "float64: well formed (all 6)");
    form_assert_golden(&form, "tests/unit/goldens/load-text-80x24");
    form_go_to(&form, "Headers");
    form_type(&form, "2");
    says(form_below(&form, "File"), "2 × 2");
    form_type(&form, "x");
    says(form_below(&form, "Type"), "header lines are a number");
    form_press(&form, KEY_BACKSPACE_CODE);
    is_loaded(&form, "t.shm loaded: float64 2 × 2, 160 in 0.0 s; 1 empty cell read as nan");
    form_close(&form);
}

static void a_delimiter_is_corrected(void **state)
{
    struct form form;
    form_open(&form, state);
    tmpdir_write_text(form.tmpdir, "files/t.txt", "1!2\n3!4\n");
    form_type(&form, "~/t.txt");
    draw_assert_lacks(&form.cells, "ok");
    form_go_to(&form, "Delimiter");
    form_type(&form, "!");
    says(form_below(&form, "File"), "2 × 2");
    form_type(&form, "!");
    draw_assert_has(&form.cells, "a delimiter is one character");
    form_press(&form, KEY_BACKSPACE_CODE);
    is_loaded(&form, NULL);
    form_close(&form);
}

static void junk_in_a_text_is_told_by_its_place(void **state)
{
    struct form form;
    form_open(&form, state);
    tmpdir_write_text(form.tmpdir, "files/t.csv", "1,2\n3,4\n5,x\n");
    form_type(&form, "~/t.csv");
    says(form_below(&form, "Type"), "line 3");
    form_load(&form);
    assert_int_equal(form.last, DIALOG_USED);
    draw_assert_has(&form.cells, "line 3");
    form_close(&form);
}

/* Of what was read to its end. */
static void what_a_text_loses_is_told_before(void **state)
{
    struct form form;
    form_open(&form, state);
    tmpdir_write_text(form.tmpdir, "files/t.csv", "1,2\n3,1e400\n");
    form_type(&form, "~/t.csv");
    says(form_below(&form, "Type"), "float64: 1 overflow (all 4)");
    tmpdir_write_text(form.tmpdir, "files/e.csv", "1,2\n3,\n");
    form_go_to(&form, "File");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "~/e.csv");
    form_go_to(&form, "Type");
    form_type(&form, "i1");
    says(form_below(&form, "Type"), "0 out of range, 1 nan lost");
    form_close(&form);
}

/* One row is longer than what is read first. */
static void a_text_of_long_rows_is_estimated_too(void **state)
{
    enum { COLUMNS = 20000, ROW = COLUMNS * 4 };
    struct form form;
    form_open(&form, state);
    char *text = malloc(60 * (size_t)ROW + 1);
    assert_non_null(text);
    for (int i = 0; i < 60 * COLUMNS; i++)
        memcpy(text + (size_t)i * 4, i % COLUMNS == COLUMNS - 1 ? "1.5\n" : "1.5,", 5);
    tmpdir_write_text(form.tmpdir, "files/wide.csv", text);
    free(text);
    form_type(&form, "~/wide.csv");
    says(form_below(&form, "File"), "? × 20000  about 9.2M");
    form_close(&form);
}

/* A look at a long text reads its first lines alone. */
static void a_long_text_is_estimated(void **state)
{
    enum { LINES = 700000 };
    struct form form;
    form_open(&form, state);
    char *text = malloc(LINES * 8 + 1);
    assert_non_null(text);
    for (int i = 0; i < LINES; i++)
        memcpy(text + (size_t)i * 8, "1.5,2.5\n", 9);
    tmpdir_write_text(form.tmpdir, "files/long.csv", text);
    free(text);
    form_type(&form, "~/long.csv");
    says(form_below(&form, "File"), "? × 2  about 10.7M");
    draw_assert_has(&form.cells, "needs about 10.7M");
    says(form_below(&form, "Type"), "float64: well formed (first 1M)");
    form_go_to(&form, "Type");
    form_type(&form, "f2");
    draw_assert_has(&form.cells, "needs about 2.7M");
    is_loaded(&form, "long.shm loaded: float64 → float16 700000 × 2, 2.7M");
    form_close(&form);
}

/* --- raw bytes --- */

static void raw_bytes_are_given_type_and_shape(void **state)
{
    struct form form;
    uint8_t bytes[3000];
    form_open(&form, state);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i % 7);
    tmpdir_write(form.tmpdir, "files/dump.bin", bytes, sizeof bytes);
    form_type(&form, "~/dump.bin");
    says(form_below(&form, "File"), "nor text; if these are raw bytes, say their type and shape");
    draw_assert_lacks(&form.cells, "Delimiter");
    says(form_field(&form, "Shape"), "[not raw]");
    form_go_to(&form, "Type");
    form_type(&form, "f4");
    says(form_field(&form, "Shape"), "[not raw]  750   ");
    form_go_to(&form, "Shape");
    form_press(&form, KEY_CODE_RIGHT);
    says(form_below(&form, "File"), "raw bytes  float32  750  2.9K  ok");
    form_type(&form, "250,4");
    says(form_below(&form, "File"), "3000 bytes, where");
    form_press(&form, KEY_BACKSPACE_CODE);
    form_type(&form, "3");
    says(form_below(&form, "File"), "raw bytes  float32  250 × 3  C order  2.9K");
    form_assert_golden(&form, "tests/unit/goldens/load-raw-80x24");
    form_type(&form, ",x");
    says(form_below(&form, "Shape"), "a shape is lengths separated by commas");
    form_press(&form, KEY_BACKSPACE_CODE);
    form_press(&form, KEY_BACKSPACE_CODE);
    is_loaded(&form, "dump.shm loaded: float32 250 × 3, ");
    form_close(&form);
}

/* --- who reads it, and for how long --- */

static void who_may_read_it_is_said(void **state)
{
    struct form form;
    form_open(&form, state);
    assert_int_equal(chmod(tmpdir_path(form.tmpdir, "shm"), 0755), 0);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_type(&form, "~/a.npy");
    says(form_field(&form, "Mode"), "0644    everyone may read it");
    form_go_to(&form, "Mode");
    form_press(&form, KEY_CTRL('U'));
    form_type(&form, "600");
    says(form_field(&form, "Mode"), "you alone may read it");
    form_press(&form, KEY_CTRL('U'));
    form_press(&form, '\t');
    says(form_field(&form, "Mode"), "0644    everyone");
    assert_int_equal(chmod(tmpdir_path(form.tmpdir, "shm"), 0700), 0);
    form_press(&form, KEY_CODE_RIGHT);
    says(form_field(&form, "Mode"), "0644    you alone may read it");
    form_close(&form);
}

static void what_is_replaced_keeps_its_mode(void **state)
{
    struct form form;
    struct stat facts;
    form_open(&form, state);
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_write_npy(&form, "shm/a.shm", 'C', 2, 2);
    assert_int_equal(chmod(tmpdir_path(form.tmpdir, "shm/a.shm"), 0600), 0);
    form_type(&form, "~/a.npy");
    says(form_field(&form, "Mode"), "0644");
    form_go_to(&form, "If exists");
    form_press(&form, KEY_CODE_RIGHT);
    says(form_field(&form, "Mode"), "0600    you alone may read it");
    is_loaded(&form, NULL);
    assert_int_equal(stat(tmpdir_path(form.tmpdir, "shm/a.shm"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    form_close(&form);
}

/* Of a user who can log in; root is spared. */
static void who_may_be_robbed_is_told(void **state)
{
    struct form form;
    form_open(&form, state);
    if (geteuid() != 0) {
        form_close(&form);
        skip();
    }
    form_write_npy(&form, "files/a.npy", 'C', 2, 2);
    form_write_npy(&form, "shm/a.shm", 'C', 2, 2);
    assert_int_equal(chown(tmpdir_path(form.tmpdir, "shm/a.shm"), 54321, 54321), 0);
    tmpdir_mkdir(form.tmpdir, "dev");
    tmpdir_mkdir(form.tmpdir, "dev/shm");
    tmpdir_mkdir(form.tmpdir, "run");
    tmpdir_mkdir(form.tmpdir, "run/systemd");
    tmpdir_mkdir(form.tmpdir, "run/systemd/users");
    form.root = tmpdir_path(form.tmpdir, "");
    form_type(&form, "~/a.npy");
    draw_assert_lacks(&form.cells, "logind");
    form_go_to(&form, "If exists");
    form_press(&form, KEY_CODE_RIGHT);
    draw_assert_has(&form.cells, "logind may delete it at the last logout of user 54321");
    draw_assert_has(&form.cells, "RemoveIPC=no");
    form_close(&form);
}

/* --- any size, any keys --- */

static void any_keys_and_sizes_are_safe_for_every_kind(void **state)
{
    static const char *const files[] = {"~/m.npz", "~/t.csv", "~/dump.bin"};
    static const uint32_t keys[] = {'\t', '\r', ' ', 'f', '2', ',', '9', 0x15, KEY_BACKSPACE_CODE};
    struct form form;
    unsigned seed = 5;
    form_open(&form, state);
    write_npz(&form, "files/m.npz");
    tmpdir_write_text(form.tmpdir, "files/t.csv", "1,2\n3,4\n");
    tmpdir_write(form.tmpdir, "files/dump.bin", (const uint8_t[16]){1}, 16);
    for (int i = 0; i < 3000; i++) {
        unsigned r = (unsigned)rand_r(&seed);
        if (i % 100 == 0) {
            load_dialog_free(form.dialog);
            form.dialog = load_dialog_new(&(struct load_dialog_options){
                .home = tmpdir_path(form.tmpdir, "files"), .directory = "/dev/shm", .history = form.history});
            form_type(&form, files[i / 100 % 3]);
        }
        uint32_t code = r % 2 ? KEY_CODE_BASE + 1 + r / 2 % 14 : keys[r / 2 % (sizeof keys / sizeof keys[0])];
        if (r % 7 == 0)
            cells_resize(&form.cells, 1 + (int)(r / 7 % 26), 1 + (int)(r / 300 % 150));
        form.last = load_dialog_key(form.dialog, &(struct key){.code = code}, i);
        struct load_dialog_request *request =
            form.last != DIALOG_CLOSE && r % 3 ? load_dialog_wants(form.dialog, i) : NULL;
        load_dialog_gives_up(form.dialog);
        if (request)
            form.last = load_dialog_supply(form.dialog, r % 9 ? form_fetch(&form, request) : NULL, i);
        load_dialog_request_free(request);
        form_draw(&form);
        if (form.last == DIALOG_CLOSE)
            i += 99 - i % 100;
    }
    form_close(&form);
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(a_conversion_is_shown_before_it_is_done),
        with_tmpdir(a_type_that_is_none_is_told_and_not_loaded),
        with_tmpdir(complex_numbers_become_no_real_ones),
        with_tmpdir(what_is_lossy_can_be_refused),
        with_tmpdir(a_preview_of_something_else_is_given_up),
        with_tmpdir(a_load_waits_for_a_preview_and_can_be_taken_back),
        with_tmpdir(a_member_is_chosen_from_a_list),
        with_tmpdir(another_file_has_no_members),
        with_tmpdir(text_says_how_it_is_parted),
        with_tmpdir(a_delimiter_is_corrected),
        with_tmpdir(junk_in_a_text_is_told_by_its_place),
        with_tmpdir(what_a_text_loses_is_told_before),
        with_tmpdir(a_text_of_long_rows_is_estimated_too),
        with_tmpdir(a_long_text_is_estimated),
        with_tmpdir(raw_bytes_are_given_type_and_shape),
        with_tmpdir(who_may_read_it_is_said),
        with_tmpdir(what_is_replaced_keeps_its_mode),
        with_tmpdir(who_may_be_robbed_is_told),
        with_tmpdir(any_keys_and_sizes_are_safe_for_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
