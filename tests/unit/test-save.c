#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fault.h"
#include "tests/support/saving.h"

/* --- what is saved --- */

static void test_whole(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_expect_view(fixture, "", 'C');
    saving_make(fixture, "<f8", true, "(30, 20)", 4800);
    saving_expect_view(fixture, "", 'F');
    saving_make(fixture, ">i4", true, "(3, 4, 5)", 240);
    saving_expect_view(fixture, "", 'F');
    saving_make(fixture, "|S7", false, "(9,)", 63);
    saving_expect_view(fixture, "", 'C');
}

static void test_slices(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_expect_view(fixture, "3:7", 'C'); /* lies together */
    saving_expect_view(fixture, "5", 'C');
    saving_expect_view(fixture, ":, 3:5", 'C');
    saving_expect_view(fixture, "::-1", 'C');
    saving_expect_view(fixture, "20:3:-4, ::-3", 'C');
    saving_expect_view(fixture, "-1, -1", 'C');
    saving_make(fixture, ">u2", true, "(30, 20)", 1200);
    saving_expect_view(fixture, ":, 3:5", 'F');
    saving_expect_view(fixture, "3:5", 'C');
    saving_expect_view(fixture, "::-2, ::5", 'C');
    saving_make(fixture, "<c16", false, "(4, 5, 6)", 1920);
    saving_expect_view(fixture, "..., 2", 'C');
    saving_expect_view(fixture, "1:3, ::2, 1", 'C');
}

static void test_swapped_axes(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f4", false, "(30, 20)", 2400);
    saving_choose(fixture, "");
    view_swap_axes(&fixture->view, 0, 1);
    saving_expect(fixture, "t.npy", false);
    saving_holds_view(fixture, "t.npy", 'F');
}

static void test_small_and_odd(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "()", 8);
    saving_expect_view(fixture, "", 'C');
    saving_make(fixture, "<f8", false, "(0, 5)", 0);
    saving_expect_view(fixture, "", 'C');
    saving_expect_view(fixture, ":, ::2", 'C');
    saving_make(fixture, "<f8", true, "(5, 1)", 40);
    saving_expect_view(fixture, "", 'C');
    saving_make(fixture, "<f8", false, "(5, 4)", 160);
    saving_expect_view(fixture, "3:3, ::2", 'C');
    saving_make(fixture, "|S0", false, "(5,)", 0);
    saving_expect_view(fixture, "", 'C');
    saving_make(fixture, "|V3", false, "(4, 4)", 48);
    saving_expect_view(fixture, "::2, ::2", 'C');
}

static void test_many_axes(void **state)
{
    struct saving *fixture = *state;
    char shape[200] = "(2, 2", index[200] = "::2";
    for (int i = 2; i < 32; i++)
        strcat(shape, i < 12 ? ", 2" : ", 1");
    strcat(shape, ")");
    saving_make(fixture, "<f8", false, shape, 8 << 12);
    saving_expect_view(fixture, "", 'C');
    for (int i = 1; i < 32; i++)
        strcat(index, i % 2 ? ", ::-1" : ", :");
    saving_expect_view(fixture, index, 'C');
    saving_make(fixture, "<f8", true, shape, 8 << 12);
    saving_expect_view(fixture, "", 'F');
}

/* More than a block, and elements that no block holds. */
static void test_large(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<u4", false, "(1500, 1500)", 9000000);
    saving_expect_view(fixture, "::-1", 'C');
    saving_expect_view(fixture, "1:, 1:", 'C');
    saving_make(fixture, "<u4", true, "(1500, 1500)", 9000000);
    saving_expect_view(fixture, "1:", 'C');
    saving_make(fixture, "<u4", true, "(20, 300, 400)", 9600000);
    saving_expect_view(fixture, "1:, ::-1, 1:", 'C');
    saving_expect_view(fixture, "::2", 'C');
    saving_make(fixture, ">f8", false, "(4, 300000)", 9600000);
    saving_choose(fixture, ":, 1:");
    view_swap_axes(&fixture->view, 0, 1);
    saving_expect(fixture, "a.npy", true);
    saving_holds_view(fixture, "a.npy", 'C');
    saving_make(fixture, "|V5000000", false, "(3,)", 15000000);
    saving_expect_view(fixture, "::-2", 'C');
}

static void test_csv(void **state)
{
    struct saving *fixture = *state;
    const double values[] = {0, 1.5, -2, 1e300, 0.1, 0.0 / 0.0};
    size_t size;
    tmpdir_write_npy(&fixture->tmpdir, "shm/a", "<f8", false, "(2, 3)", values, sizeof values);
    saving_choose(fixture, "");
    struct save_report report = saving_expect(fixture, "a.CSV", false);
    char *text = tmpdir_read(&fixture->tmpdir, "out/a.CSV", &size);
    assert_string_equal(text, "0.0,1.5,-2.0\n1e+300,0.1,nan\n");
    assert_int_equal(report.bytes, size);
    free(text);
    saving_make(fixture, "<f8", false, "(2, 2, 2)", 64);
    saving_choose(fixture, "");
    saving_expect_failure(fixture, "b.csv", false, EINVAL, "two dimensions");
    assert_int_equal(saving_files(fixture), 1);
}

static void test_holes(void **state)
{
    struct saving *fixture = *state;
    struct stat st, before, after;
    struct progress progress = {0};
    struct save_report report;
    tmpdir_write_npy(&fixture->tmpdir, "shm/a", "<f8", false, "(1099511627776,)", NULL, 8ull << 40);
    saving_choose(fixture, "");
    assert_return_code(fstat(fixture->save.fd, &before), errno);
    assert_int_equal(saving_run(fixture, "a.npy", false, &progress, &report, NULL), 0);
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "out/a.npy"), &st), errno);
    assert_int_equal(st.st_size, (8ll << 40) + 128);
    assert_true(st.st_blocks <= 16);
    assert_true(progress.done == progress.total && progress.done <= 8192);
    assert_return_code(fstat(fixture->save.fd, &after), errno);
    assert_int_equal(before.st_blocks, after.st_blocks);
}

static void test_unlinked(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    tmpdir_unlink(&fixture->tmpdir, "shm/a");
    saving_expect(fixture, "a.npy", false);
    saving_holds_view(fixture, "a.npy", 'C');
}

/* --- streams --- */

static void test_stream(void **state)
{
    struct saving *fixture = *state;
    struct save_report report;
    struct error error = {0};
    static const char *const indices[] = {"", "::2, ::-1"};
    saving_make(fixture, ">f8", true, "(30, 20)", 4800);
    for (int i = 0; i < 2; i++) {
        saving_choose(fixture, indices[i]);
        int fd =
            open(tmpdir_path(&fixture->tmpdir, "out/s.npy"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(save_to_stream(&fixture->save, fd, NULL, &report, &error), 0);
        saving_holds_view(fixture, "s.npy", i ? 'C' : 'F');
        close(fd);
    }
}

static void test_stream_is_closed(void **state)
{
    struct saving *fixture = *state;
    struct save_report report;
    struct error error = {0};
    int ends[2];
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(save_to_stream(&fixture->save, ends[1], NULL, &report, &error), -EPIPE);
    assert_int_equal(error.code, EPIPE);
    close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, saving_setup, saving_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_slices),
        TEST(test_swapped_axes),
        TEST(test_small_and_odd),
        TEST(test_many_axes),
        TEST(test_large),
        TEST(test_csv),
        TEST(test_holes),
        TEST(test_unlinked),
        TEST(test_stream),
        TEST(test_stream_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
