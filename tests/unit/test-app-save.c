/*
 * The key that saves what is under the cursor, or the slice that is shown.
 */
#include "tests/support/test.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/support/child.h"
#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tests/support/tmpdir.h"
#include "tui/app/state.h"

static void the_row_under_the_cursor_is_saved(void **state)
{
    (void)state;
    struct stage stage;
    stage_open_usual(&stage, 24, 80, false);
    stage_draw(&stage);
    stage_type(&stage, "e");
    assert_int_equal(stage.app->over, OVER_SAVE);
    stage_draw(&stage);
    assert_int_equal(stage.asked[EFFECT_SAVE], 1);
    draw_assert_sane(&stage.cells);
    draw_assert_has(&stage.cells, "Save ");
    stage_key(&stage, KEY_ESCAPE_CODE);
    assert_int_equal(stage.app->over, OVER_NOTHING);
    stage_close(&stage);
}

static void several_marks_are_too_many(void **state)
{
    (void)state;
    struct stage stage;
    stage_open_usual(&stage, 24, 80, false);
    stage_draw(&stage);
    stage_type(&stage, "  e");
    stage_draw(&stage);
    assert_int_equal(stage.app->over, OVER_NOTHING);
    draw_assert_has(&stage.cells, "one at a time: 2 are marked");
    stage_type(&stage, "U j");
    const char *marked = NULL;
    for (size_t i = 0; i < listing_count(stage.app->listing); i++)
        if (listing_at(stage.app->listing, i)->marked)
            marked = listing_at(stage.app->listing, i)->name;
    assert_non_null(marked);
    stage_type(&stage, "e");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "Save ");
    stage_close(&stage);
}

static void what_holds_no_matrix_is_not_offered(void **state)
{
    (void)state;
    struct stage stage;
    const struct stage_segment directory = {.name = "dir", .type_bits = S_IFDIR, .age = 60};
    stage_open(&stage, 24, 80, NULL);
    stage_scan(&stage, &directory, 1);
    stage_draw(&stage);
    stage_type(&stage, "e");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "a directory holds no matrix");
    assert_int_equal(stage.asked[EFFECT_SAVE], 0);
    stage_close(&stage);
    stage_open(&stage, 24, 80, NULL);
    stage_scan(&stage, NULL, 0);
    stage_draw(&stage);
    stage_type(&stage, "e");
    assert_int_equal(stage.asked[EFFECT_SAVE], 0);
    stage_close(&stage);
}

static void read_only_saves_nothing(void **state)
{
    (void)state;
    struct stage stage;
    struct app_options options = {.directory = "/dev/shm", .host = "db07", .read_only = true};
    const struct stage_segment prices = {.name = "prices.shm", .size = 4096, .type = "f4", .shape = {1024}};
    stage_open(&stage, 24, 80, &options);
    stage_scan(&stage, &prices, 1);
    stage_draw(&stage);
    stage_type(&stage, "e");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "export: not with --read-only");
    assert_int_equal(stage.asked[EFFECT_SAVE], 0);
    stage_close(&stage);
}

static void write_cube(const struct tmpdir *tmpdir, const char *name)
{
    uint8_t cube[3 * 4 * 5];
    for (uint8_t i = 0; i < sizeof cube; i++)
        cube[i] = i;
    tmpdir_write_npy(tmpdir, name, "|u1", false, "(3, 4, 5)", cube, sizeof cube);
}

/* Types the path over what is suggested, and goes on to the button. */
static void save_as(struct stage *stage, const char *path)
{
    stage_key(stage, KEY_CTRL('U'));
    stage_type(stage, path);
    stage_type(stage, "\r\r\r\r");
}

static void a_real_slice_is_saved(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct stage stage;
    char path[300];
    size_t size;
    tmpdir_mkdir(tmpdir, "shm");
    write_cube(tmpdir, "shm/cube.shm");
    stage_open_real(&stage, tmpdir_path(tmpdir, "shm"));
    stage_until(&stage, "3 × 4 × 5");
    stage_key(&stage, '\r');
    stage_until(&stage, "a[0,:,:]");
    stage_type(&stage, "]]");
    stage_until(&stage, "a[2,:,:]");
    stage_type(&stage, "e");
    stage_until(&stage, "uint8  4 × 5  of [2,:,:]");
    snprintf(path, sizeof path, "%s/slice.csv", tmpdir->path);
    save_as(&stage, path);
    stage_until(&stage, "saved: uint8 4 × 5, ");
    char *text = tmpdir_read(tmpdir, "slice.csv", &size);
    assert_string_equal(text, "40,41,42,43,44\n45,46,47,48,49\n50,51,52,53,54\n55,56,57,58,59\n");
    free(text);
    stage_type(&stage, "t");
    stage_type(&stage, "e");
    stage_until(&stage, "uint8  5 × 4  of [2,:,:] transposed");
    snprintf(path, sizeof path, "%s/turned.csv", tmpdir->path);
    save_as(&stage, path);
    stage_until(&stage, "saved: uint8 5 × 4, ");
    text = tmpdir_read(tmpdir, "turned.csv", &size);
    assert_string_equal(text, "40,45,50,55\n41,46,51,56\n42,47,52,57\n43,48,53,58\n44,49,54,59\n");
    free(text);
    stage_close(&stage);
}

static void a_real_unlinked_one_is_saved(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct stage stage;
    char path[300];
    tmpdir_mkdir(tmpdir, "shm");
    write_cube(tmpdir, "shm/cube.shm");
    struct child child =
        child_hold(tmpdir_path(tmpdir, "shm/cube.shm"), (struct child_map){PROT_READ, MAP_SHARED, true});
    tmpdir_unlink(tmpdir, "shm/cube.shm");
    stage_open_real(&stage, tmpdir_path(tmpdir, "shm"));
    stage_until(&stage, "cube.shm");
    stage_type(&stage, "e");
    stage_until(&stage, "uint8  3 × 4 × 5  all");
    snprintf(path, sizeof path, "%s/cube.npy", tmpdir->path);
    save_as(&stage, path);
    stage_until(&stage, "saved: uint8 3 × 4 × 5, ");
    assert_true(tmpdir_exists(tmpdir, "cube.npy"));
    child_end(&child);
    stage_close(&stage);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_row_under_the_cursor_is_saved),
        cmocka_unit_test(several_marks_are_too_many),
        cmocka_unit_test(what_holds_no_matrix_is_not_offered),
        cmocka_unit_test(read_only_saves_nothing),
        in_directory(a_real_slice_is_saved),
        in_directory(a_real_unlinked_one_is_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
