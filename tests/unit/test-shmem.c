#include "tests/support/test.h"

#include <errno.h>

#include "core/process/shmem.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

#define HEADING                                                                                              \
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      "     \
    "atime"                                                                                                  \
    "      dtime      ctime                   rss                  swap\n"
#define SEGMENT(rss)                                                                                         \
    "         0          3  1600               524288  1234  1235      2  1000  1000  1000  1000 1700000000" \
    " 1700000000 1700000000                " rss "                     0\n"

static void write_meminfo(const struct tmpdir *tmpdir, const char *shmem)
{
    char text[256];
    snprintf(text, sizeof text, "MemTotal:  100 kB\nCached: 5 kB\n%s\nShmemHugePages: 7 kB\n", shmem);
    tmpdir_write_text(tmpdir, "meminfo", text);
}

static void what_lies_beyond_is_never_negative(void **state)
{
    const struct tmpdir *tmpdir = *state;
    struct shmem shmem;
    write_meminfo(tmpdir, "Shmem:              12 kB");
    assert_int_equal(shmem_measure(tmpdir->path, 2048, &shmem, NULL), 0);
    assert_int_equal(shmem.total, 12 * 1024);
    assert_int_equal(shmem.beyond, 10 * 1024);
    assert_int_equal(shmem.sysv, 0);
    assert_int_equal(shmem_measure(tmpdir->path, 12 * 1024, &shmem, NULL), 0);
    assert_int_equal(shmem.beyond, 0);
    assert_int_equal(shmem_measure(tmpdir->path, UINT64_MAX, &shmem, NULL), 0);
    assert_int_equal(shmem.beyond, 0);
}

static void system_v_segments_are_summed(void **state)
{
    const struct tmpdir *tmpdir = *state;
    struct shmem shmem;
    write_meminfo(tmpdir, "Shmem: 12 kB");
    tmpdir_mkdir(tmpdir, "sysvipc");
    tmpdir_write_text(tmpdir, "sysvipc/shm", HEADING);
    assert_int_equal(shmem_measure(tmpdir->path, 0, &shmem, NULL), 0);
    assert_int_equal(shmem.sysv, 0);
    tmpdir_write_text(tmpdir, "sysvipc/shm", HEADING SEGMENT("4096") SEGMENT("x") "short\n" SEGMENT("8192"));
    assert_int_equal(shmem_measure(tmpdir->path, 0, &shmem, NULL), 0);
    assert_int_equal(shmem.sysv, 12288);
    tmpdir_write_text(tmpdir, "sysvipc/shm", HEADING SEGMENT("18446744073709551615") SEGMENT("2"));
    assert_int_equal(shmem_measure(tmpdir->path, 0, &shmem, NULL), 0);
    assert_true(shmem.sysv == UINT64_MAX);
    tmpdir_write_text(tmpdir, "sysvipc/shm", "key shmid\n1 2\n");
    assert_int_equal(shmem_measure(tmpdir->path, 0, &shmem, NULL), 0);
    assert_int_equal(shmem.sysv, 0);
}

static void what_says_nothing_is_an_error(void **state)
{
    const struct tmpdir *tmpdir = *state;
    const char *const lines[] = {"", "Shmem: lots", "Shmem: 18446744073709551615 kB",
                                 "Shmem: 99999999999999999999 kB"};
    struct shmem shmem;
    struct error error = {0};
    assert_int_equal(shmem_measure(tmpdir->path, 0, &shmem, &error), -ENOENT);
    assert_int_equal(shmem_measure(tmpdir_path(tmpdir, "nothing"), 0, &shmem, &error), -ENOENT);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        write_meminfo(tmpdir, lines[i]);
        assert_int_equal(shmem_measure(tmpdir->path, 0, &shmem, &error), -EBADMSG);
    }
}

static int run(void *context)
{
    struct shmem shmem;
    struct error error;
    return shmem_measure(((struct tmpdir *)context)->path, 0, &shmem, &error);
}

static void check(void *context, int result)
{
    (void)context;
    assert_true(result == 0 || result == -EIO);
}

static void a_failing_call_leaves_nothing(void **state)
{
    write_meminfo(*state, "Shmem: 12 kB");
    assert_true(fault_each(FAULT_ERROR, EIO, run, check, *state) > 2);
    fault_each(FAULT_SHORT, 0, run, check, *state);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(what_lies_beyond_is_never_negative),
        WITH_DIRECTORY(system_v_segments_are_summed),
        WITH_DIRECTORY(what_says_nothing_is_an_error),
        WITH_DIRECTORY(a_failing_call_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
