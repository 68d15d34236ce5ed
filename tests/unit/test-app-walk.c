/*
 * The walk that the program is for, on a real directory, with the real workers: load a file, see it, look at
 * its values, delete it.
 */
#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tests/support/tmpdir.h"

static struct stage stage;

static int open_stage(void **state)
{
    if (tmpdir_setup(state) < 0)
        return -1;
    tmpdir_mkdir(*state, "files");
    tmpdir_mkdir(*state, "shm");
    stage_open_real(&stage, tmpdir_path(*state, "shm"));
    return 0;
}

static int close_stage(void **state)
{
    stage_close(&stage);
    return tmpdir_teardown(state);
}

static void watched(const char *name)
{
    struct event event = {.kind = EVENT_WATCH, .u.watch = {.names = &name, .count = 1}};
    stage_tell(&stage, &event);
}

static void a_file_is_loaded_looked_at_and_deleted(void **state)
{
    const int32_t values[] = {11, 22, 33, 44, 55, 66};
    stage_until(&stage, "holds no segment");
    tmpdir_write_npy(*state, "files/demo.npy", "<i4", false, "(2, 3)", values, sizeof values);
    stage_key(&stage, 'L');
    stage_type(&stage, tmpdir_path(*state, "files/demo.npy"));
    stage_until(&stage, "npy 1.0  int32  2 × 3");
    stage_key(&stage, KEY_CODE_BACK_TAB); /* round to Cancel, and to Load */
    stage_key(&stage, KEY_CODE_BACK_TAB);
    stage_key(&stage, '\r');
    stage_until(&stage, "demo.shm loaded");
    stage_until(&stage, "+ demo.shm");
    stage_until(&stage, "int32    2 × 3");
    stage_key(&stage, '\r');
    stage_until(&stage, "66");
    stage_key(&stage, 'q');
    stage_key(&stage, 'd');
    stage_until(&stage, "Delete (y)");
    assert_true(tmpdir_exists(*state, "shm/demo.shm"));
    stage_key(&stage, 'y');
    stage_until(&stage, " deleted, ");
    assert_false(tmpdir_exists(*state, "shm/demo.shm"));
    watched("demo.shm");
    stage_until(&stage, "holds no segment");
    assert_int_equal(tmpdir_count(*state), 2);
}

static int line_of(const char *text)
{
    int y;
    stage_draw(&stage);
    assert_true(draw_find(&stage.cells, text, &y, NULL));
    return y;
}

static void what_was_loaded_is_where_it_belongs_at_once(void **state)
{
    const int32_t values[1000] = {11};
    tmpdir_write_text(*state, "shm/small", "raw bytes");
    watched("small");
    stage_until(&stage, "small ");
    tmpdir_write_npy(*state, "files/demo.npy", "<i4", false, "(1000,)", values, sizeof values);
    stage_key(&stage, 'L');
    stage_type(&stage, tmpdir_path(*state, "files/demo.npy"));
    stage_until(&stage, "npy 1.0  int32  1000");
    stage_key(&stage, KEY_CODE_BACK_TAB);
    stage_key(&stage, KEY_CODE_BACK_TAB);
    stage_key(&stage, '\r');
    stage_until(&stage, "demo.shm loaded");
    stage_until(&stage, "np.load(\""); /* the cursor is on it */
    assert_true(line_of("demo.shm") < line_of("small")); /* whatever marks stand before them */
}

static void what_appears_grows_is_damaged_and_goes_is_followed(void **state)
{
    stage_until(&stage, "holds no segment");
    tmpdir_write_text(*state, "shm/one", "raw bytes");
    watched("one");
    stage_until(&stage, "+ one");
    tmpdir_write_npy(*state, "shm/one", "<f8", false, "(1000, 1000)", "", 0);
    watched("one");
    stage_until(&stage, "! one");
    tmpdir_mkdir(*state, "shm/dir");
    tmpdir_write_text(*state, "shm/dir/inner", "raw");
    watched("dir");
    stage_until(&stage, "dir/inner");
    tmpdir_unlink(*state, "shm/dir/inner");
    tmpdir_unlink(*state, "shm/dir");
    watched("dir");
    stage_until(&stage, "1 segment");
    tmpdir_unlink(*state, "shm/one");
    watched("one");
    stage_until(&stage, "holds no segment");
}

static void a_fifo_is_listed_and_never_opened(void **state)
{
    tmpdir_fifo(*state, "shm/fifo");
    stage_key(&stage, 'r');
    stage_until(&stage, "fifo");
    stage_key(&stage, '\r');
    stage_until(&stage, "holds no values");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_loaded_looked_at_and_deleted, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(what_was_loaded_is_where_it_belongs_at_once, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(what_appears_grows_is_damaged_and_goes_is_followed, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(a_fifo_is_listed_and_never_opened, open_stage, close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
