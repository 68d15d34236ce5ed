/*
 * The n-th system call of copying a stream to an unnamed file fails, comes short, is interrupted, or kills
 * the process: nothing remains in the directory.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/source/spool.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

#define SIZE 600000 /* what a pipe can hold */

struct fixture {
    struct tmpdir tmpdir, elsewhere;
    struct directory *directory;
    uint8_t *bytes, *read;
    bool must_succeed;
    unsigned done;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_make(&f->elsewhere);
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    f->bytes = malloc(SIZE);
    f->read = malloc(SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        f->bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    directory_close(f->directory);
    tmpdir_remove(&f->tmpdir);
    tmpdir_remove(&f->elsewhere);
    free(f->bytes);
    free(f->read);
    free(f);
    return 0;
}

/* The kernel's own pread: only the copying is under test. */
static int run(void *context)
{
    struct fixture *f = context;
    struct error error = {0};
    int ends[2];
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    assert_return_code(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), errno);
    assert_int_equal(write(ends[1], f->bytes, SIZE), SIZE);
    close(ends[1]);
    struct input input = {.fd = ends[0], .is_stream = true, .size = UINT64_MAX};
    int r = input_spool(&input, f->directory, f->elsewhere.path, f->elsewhere.path, NULL, &error);
    assert_true(r == 0 || (error.code == -r && error.text[0]));
    if (r == 0) {
        assert_true(input.size == SIZE);
        assert_int_equal(pread(input.fd, f->read, SIZE, 0), SIZE);
        assert_memory_equal(f->read, f->bytes, SIZE);
    }
    input_close(&input);
    return r;
}

static void check(void *context, int result)
{
    struct fixture *f = context;
    assert_int_equal(tmpdir_count(&f->tmpdir), 0);
    if (f->must_succeed)
        assert_int_equal(result, 0);
    f->done += result == 0;
}

static void nothing_remains(void **state)
{
    struct fixture *f = *state;
    static const int errors[] = {EIO, ENOSPC, EACCES, ENOENT, EINVAL, ENOMEM};
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        f->done = 0;
        assert_true(fault_each(FAULT_ERROR, errors[i], run, check, f) > 10);
        assert_true(f->done >= 1); /* the last, that nothing struck */
    }
    assert_true(fault_each(FAULT_KILL, 0, run, check, f) > 10);
    f->must_succeed = true;
    assert_true(fault_each(FAULT_SHORT, 0, run, check, f) > 4);
    assert_true(fault_each(FAULT_INTERRUPT, 0, run, check, f) > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_remains, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
