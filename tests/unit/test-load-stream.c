/* Loads of standard input. */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/loading.h"

static void test_pipe(void **state)
{
    struct loading *fixture = *state;
    enum { SIZE = 41 * 83 * 100 * 2 };
    uint8_t *data = malloc(SIZE);
    struct load_options orders[] = {loading_plain, loading_plain, loading_plain};
    size_t size;
    static const size_t pieces[] = {1000003, 4097, 127};
    loading_fill(data, SIZE);
    orders[1].order = LOAD_ORDER_F;
    orders[2].order = LOAD_ORDER_C;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f2", false, "(41, 83, 100)", data, SIZE);
    char *bytes = tmpdir_read(&fixture->elsewhere, "x.npy", &size);
    for (unsigned i = 0; i < 6; i++) {
        int input = loading_pipe(bytes, size, pieces[i % 3]);
        if (i >= 3) /* as another process that has the pipe may set it */
            assert_return_code(fcntl(input, F_SETFL, O_NONBLOCK), errno);
        loading_input(fixture, &orders[i % 3], input, 0, "");
        loading_run(fixture, "x.npy", "want.shm", &orders[i % 3]);
        loading_assert_same(&fixture->tmpdir, "want.shm", &fixture->tmpdir, "a.shm");
        assert_int_equal(tmpdir_count(&fixture->tmpdir), 2); /* a stream is read once */
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        tmpdir_unlink(&fixture->tmpdir, "want.shm");
    }
    free(bytes);
    free(data);
}

static void test_pipe_ends_early(void **state)
{
    struct loading *fixture = *state;
    struct load_options to_f = loading_plain;
    size_t size;
    to_f.order = LOAD_ORDER_F;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f2", false, "(3, 4)", NULL, 24);
    char *bytes = tmpdir_read(&fixture->elsewhere, "x.npy", &size);
    loading_input(fixture, &loading_plain, loading_pipe(bytes, size - 1, size), EBADMSG,
                  "standard input ended");
    loading_input(fixture, &to_f, loading_pipe(bytes, size - 1, size), EBADMSG, "standard input ended");
    loading_input(fixture, &loading_plain, loading_pipe(bytes, 100, size), EBADMSG, "within its header");
    loading_input(fixture, &loading_plain, loading_pipe(bytes, 7, size), EBADMSG, "within its header");
    loading_input(fixture, &loading_plain, loading_pipe(bytes, 0, size), EBADMSG, "empty");
    loading_input(fixture, &loading_plain, loading_pipe("something else", 14, 14), EBADMSG,
                  "without numbers");
    loading_input(fixture, &loading_plain, loading_pipe("PK\3\4 something", 14, 14), ENOTSUP,
                  "must be a file");
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
    free(bytes);
}

/* A file as standard input is read as one, from where it stands, and as often as one likes. */
static void test_redirected_file(void **state)
{
    struct loading *fixture = *state;
    size_t size;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<i4", false, "(2,)", "12345678", 8);
    char *bytes = tmpdir_read(&fixture->elsewhere, "x.npy", &size);
    tmpdir_write_text(&fixture->elsewhere, "y", "before it: ");
    int fd = open(tmpdir_path(&fixture->elsewhere, "y"), O_RDWR | O_CLOEXEC);
    lseek(fd, 0, SEEK_END);
    assert_int_equal(write(fd, bytes, size), size);
    lseek(fd, 11, SEEK_SET);
    loading_input(fixture, &loading_plain, fd, -1, "");
    loading_assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "a.shm");
    loading_assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "b.shm");
    fd = open(tmpdir_path(&fixture->elsewhere, "y"), O_RDONLY | O_CLOEXEC);
    loading_input(fixture, &loading_plain, fd, EBADMSG, "neither .npy");
    free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, loading_setup, loading_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pipe),
        TEST(test_pipe_ends_early),
        TEST(test_redirected_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
