#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/sys/copy.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

#define HOLE  (1u << 20)
#define BYTES 5000
#define TOTAL (HOLE + BYTES + HOLE)

/* "from" has a hole, bytes and a hole; "to" is empty. */
struct fixture {
    struct tmpdir tmpdir;
    int from, to;
    char bytes[BYTES];
};

static int open_at(const struct fixture *fixture, const char *name)
{
    int fd = open(tmpdir_path(&fixture->tmpdir, name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_return_code(fd, errno);
    return fd;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    for (int i = 0; i < BYTES; i++)
        fixture->bytes[i] = (char)(i * 7 + 1);
    fixture->from = open_at(fixture, "from");
    fixture->to = open_at(fixture, "to");
    assert_return_code(ftruncate(fixture->from, TOTAL), errno);
    assert_int_equal(pwrite(fixture->from, fixture->bytes, BYTES, HOLE), BYTES);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    close(fixture->from);
    close(fixture->to);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

/* The copy that begins at `at` in "to". */
static void assert_copied(const struct fixture *fixture, off_t at)
{
    char *got = malloc(TOTAL), zero[64] = {0};
    assert_int_equal(pread(fixture->to, got, TOTAL, at), TOTAL);
    assert_memory_equal(got, zero, sizeof zero);
    assert_memory_equal(got + HOLE, fixture->bytes, BYTES);
    assert_memory_equal(got + TOTAL - sizeof zero, zero, sizeof zero);
    free(got);
}

static void test_range(void **state)
{
    struct fixture *fixture = *state;
    struct progress progress = {0};
    assert_int_equal(copy_range(fixture->to, 17, fixture->from, 0, TOTAL, &progress), 0);
    assert_copied(fixture, 17);
    assert_int_equal(progress.done, TOTAL);
    fault_play(FAULT_NO_SENDFILE);
    assert_int_equal(copy_range(fixture->to, 1001, fixture->from, 0, TOTAL, &progress), 0);
    assert_copied(fixture, 1001);
    assert_int_equal(progress.done, 2 * TOTAL);
}

static void test_holes_stay_holes(void **state)
{
    struct fixture *fixture = *state;
    struct progress progress = {0};
    struct stat st;
    assert_return_code(ftruncate(fixture->to, TOTAL + 128), errno);
    assert_int_equal(copy_range_data(fixture->to, 128, fixture->from, 0, TOTAL, &progress), 0);
    assert_copied(fixture, 128);
    assert_return_code(fstat(fixture->to, &st), errno);
    assert_true(st.st_blocks * 512 < HOLE);
    assert_true(progress.done < HOLE);
    assert_int_equal(copy_count_data(fixture->from, 0, TOTAL), progress.done);
}

static void test_source_ends(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(copy_range(fixture->to, 0, fixture->from, 0, TOTAL + 1, NULL), -ENODATA);
    assert_int_equal(copy_stream(fixture->to, fixture->from, 0, TOTAL + 1, NULL), -ENODATA);
    fault_play(FAULT_NO_SENDFILE);
    assert_int_equal(copy_range(fixture->to, 0, fixture->from, 0, TOTAL + 1, NULL), -ENODATA);
}

static void test_cancel(void **state)
{
    struct fixture *fixture = *state;
    struct progress progress = {.cancel = true};
    assert_int_equal(copy_range(fixture->to, 0, fixture->from, 0, TOTAL, &progress), -ECANCELED);
    assert_int_equal(copy_stream(fixture->to, fixture->from, 0, TOTAL, &progress), -ECANCELED);
    fault_play(FAULT_NO_SENDFILE);
    assert_int_equal(copy_range(fixture->to, 0, fixture->from, 0, TOTAL, &progress), -ECANCELED);
    assert_int_equal(progress.done, 0);
}

/* What comes out of a pipe, written to "to". */
struct drain {
    int pipe, to;
};

static void *drain(void *argument)
{
    struct drain *drain = argument;
    char buf[4096];
    ssize_t n;
    while ((n = read(drain->pipe, buf, sizeof buf)) > 0)
        assert_int_equal(write(drain->to, buf, (size_t)n), n);
    return NULL;
}

static void stream_through_a_pipe(struct fixture *fixture, int flags)
{
    int ends[2];
    pthread_t thread;
    struct progress progress = {0};
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    assert_return_code(fcntl(ends[1], F_SETFL, flags), errno);
    assert_return_code(lseek(fixture->to, 0, SEEK_SET), errno);
    struct drain argument = {ends[0], fixture->to};
    assert_int_equal(pthread_create(&thread, NULL, drain, &argument), 0);
    assert_int_equal(copy_stream(ends[1], fixture->from, 0, TOTAL, &progress), 0);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    assert_copied(fixture, 0);
    assert_int_equal(progress.done, TOTAL);
}

static void test_stream(void **state)
{
    struct fixture *fixture = *state;
    stream_through_a_pipe(fixture, 0);
    stream_through_a_pipe(fixture, O_NONBLOCK);
    fault_play(FAULT_NO_SENDFILE);
    stream_through_a_pipe(fixture, O_NONBLOCK);
    fault_reset();
    assert_return_code(lseek(fixture->to, 5, SEEK_SET), errno);
    assert_int_equal(copy_stream(fixture->to, fixture->from, 0, TOTAL, NULL), 0);
    assert_copied(fixture, 5);
    assert_int_equal(copy_stream(fixture->to, fixture->from, 0, 0, NULL), 0);
}

/* To look at a hole, and to send it, takes no memory of the segment. */
static void test_stream_allocates_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct stat before, after;
    assert_return_code(fstat(fixture->from, &before), errno);
    assert_int_equal(copy_stream(fixture->to, fixture->from, 0, TOTAL, NULL), 0);
    assert_return_code(fstat(fixture->from, &after), errno);
    assert_int_equal(before.st_blocks, after.st_blocks);
}

static int run_range(void *context)
{
    struct fixture *fixture = context;
    return copy_range(fixture->to, 3, fixture->from, 0, TOTAL, NULL);
}

static int run_stream(void *context)
{
    struct fixture *fixture = context;
    assert_return_code(lseek(fixture->to, 3, SEEK_SET), errno);
    return copy_stream(fixture->to, fixture->from, 0, TOTAL, NULL);
}

static void check_whole(void *context, int result)
{
    assert_int_equal(result, 0);
    assert_copied(context, 3);
}

static void test_short_and_interrupted(void **state)
{
    struct fixture *fixture = *state;
    assert_true(fault_each(FAULT_SHORT, 0, run_range, check_whole, fixture) > 0);
    assert_true(fault_each(FAULT_SHORT, 0, run_stream, check_whole, fixture) > 0);
    fault_play(FAULT_NO_SENDFILE);
    assert_true(fault_each(FAULT_SHORT, 0, run_range, check_whole, fixture) > 0);
    assert_true(fault_each(FAULT_INTERRUPT, 0, run_stream, check_whole, fixture) > 0);
}

static void check_failed(void *context, int result)
{
    (void)context;
    if (fault_struck())
        assert_true(result == 0 ||
                    result == -EIO); /* what only asks for holes may fail: there are none then */
}

static void test_failures(void **state)
{
    assert_true(fault_each(FAULT_ERROR, EIO, run_range, check_failed, *state) > 0);
    assert_true(fault_each(FAULT_ERROR, EIO, run_stream, check_failed, *state) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_range),
        TEST(test_holes_stay_holes),
        TEST(test_source_ends),
        TEST(test_cancel),
        TEST(test_stream),
        TEST(test_stream_allocates_nothing),
        TEST(test_short_and_interrupted),
        TEST(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
