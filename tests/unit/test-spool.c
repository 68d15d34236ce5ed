#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/source/spool.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

#define SIZE 900000 /* four buffers, and what a pipe can hold */

struct fixture {
    struct tmpdir tmpdir;    /* the directory */
    struct tmpdir elsewhere; /* an empty proc root and cgroup root */
    struct directory *directory;
    uint8_t *bytes;
    struct error error;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_make(&f->elsewhere);
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    f->bytes = malloc(SIZE);
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
    free(f);
    return 0;
}

/* A stream that holds size bytes and ends. */
static struct input stream_of(const struct fixture *f, size_t size)
{
    int ends[2];
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    assert_return_code(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), errno);
    assert_int_equal(write(ends[1], f->bytes, size), size);
    close(ends[1]);
    return (struct input){.fd = ends[0], .is_stream = true, .size = UINT64_MAX};
}

static int spool(struct fixture *f, struct input *input, struct progress *progress)
{
    memset(&f->error, 0, sizeof f->error);
    int r = input_spool(input, f->directory, f->elsewhere.path, f->elsewhere.path, progress, &f->error);
    assert_int_equal(f->error.code, -r);
    return r;
}

static void refused(struct fixture *f, size_t size, struct progress *progress, int code, const char *words)
{
    struct input input = stream_of(f, size);
    unsigned fds = tmpdir_open_fds();
    assert_int_equal(spool(f, &input, progress), -code);
    assert_non_null(strstr(f->error.text, words));
    assert_int_equal(tmpdir_open_fds(), fds);
    assert_int_equal(tmpdir_count(&f->tmpdir), 0);
    input_close(&input);
}

static void holds(const struct fixture *f, struct input *input, size_t size)
{
    uint8_t *buf = malloc(SIZE + 1);
    assert_false(input->is_stream);
    assert_true(input->size == size && input->start == 0 && input->at == 0);
    assert_int_equal(input_pread(input, buf, SIZE + 1, 0, NULL), size);
    assert_memory_equal(buf, f->bytes, size);
    if (size > 100) {
        assert_int_equal(input_pread(input, buf, 10, size - 10, NULL), 10);
        assert_memory_equal(buf, f->bytes + size - 10, 10);
    }
    assert_int_equal(input_read(input, buf, 50, NULL), size < 50 ? size : 50);
    assert_int_equal(input_check_unchanged(input, NULL), 0);
    free(buf);
}

static void a_stream_becomes_a_file_without_a_name(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = {0, 1, 4096, 256 << 10, (256 << 10) + 1, SIZE};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned fds = tmpdir_open_fds();
        struct progress progress = {0};
        struct input input = stream_of(f, sizes[i]);
        assert_int_equal(spool(f, &input, &progress), 0);
        holds(f, &input, sizes[i]);
        assert_true(progress.done == sizes[i]);
        assert_int_equal(tmpdir_count(&f->tmpdir), 0);
        input_close(&input);
        assert_int_equal(tmpdir_open_fds(), fds);
    }
}

static void what_was_peeked_at_is_in_it(void **state)
{
    struct fixture *f = *state;
    uint8_t head[1000];
    struct input input = stream_of(f, SIZE);
    assert_int_equal(input_peek(&input, head, sizeof head, NULL), sizeof head);
    assert_int_equal(spool(f, &input, NULL), 0);
    holds(f, &input, SIZE);
    input_close(&input);
}

static void no_more_than_the_room_is_taken(void **state)
{
    struct fixture *f = *state;
    tmpdir_write_text(&f->elsewhere, "meminfo", "MemAvailable: 200 kB\n");
    refused(f, SIZE, NULL, ENOSPC, "of memory available");
    tmpdir_write_text(&f->elsewhere, "meminfo", "MemAvailable: 300 kB\n");
    struct input input = stream_of(f, 1000);
    assert_int_equal(spool(f, &input, NULL), 0);
    input_close(&input);
}

static void a_limit_of_files_is_no_signal(void **state)
{
    struct fixture *f = *state;
    struct rlimit old, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = SIZE - 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    refused(f, SIZE, NULL, EFBIG, "ulimit -f");
    struct input input = stream_of(f, SIZE - 1);
    int r = spool(f, &input, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(r, 0);
    holds(f, &input, SIZE - 1);
    input_close(&input);
}

static void a_directory_may_refuse(void **state)
{
    struct fixture *f = *state;
    fault_play(FAULT_NO_TMPFILE);
    refused(f, 10, NULL, ENOTSUP, "O_TMPFILE");
    fault_reset();
    fault_play(FAULT_NO_FALLOCATE);
    refused(f, 10, NULL, ENOTSUP, "fallocate");
    fault_reset();
    directory_close(f->directory);
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, true, NULL), 0);
    refused(f, 10, NULL, EROFS, "read-only");
}

static void it_can_be_stopped(void **state)
{
    struct fixture *f = *state;
    struct progress progress = {.cancel = true};
    refused(f, SIZE, &progress, ECANCELED, "stopped");
}

static void a_full_file_system_is_told(void **state)
{
    struct fixture *f = *state;
    directory_close(f->directory);
    tmpdir_mount(&f->tmpdir, "size=300k");
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    refused(f, SIZE, NULL, ENOSPC, "free in the file system");
}

static void the_last_of_the_room_is_used(void **state)
{
    struct fixture *f = *state;
    directory_close(f->directory);
    tmpdir_mount(&f->tmpdir, "size=880k"); /* 220 pages */
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    struct input input = stream_of(f, SIZE);
    assert_int_equal(spool(f, &input, NULL), 0);
    holds(f, &input, SIZE);
    input_close(&input);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_becomes_a_file_without_a_name),
        TEST(what_was_peeked_at_is_in_it),
        TEST(no_more_than_the_room_is_taken),
        TEST(a_limit_of_files_is_no_signal),
        TEST(a_directory_may_refuse),
        TEST(it_can_be_stopped),
        TEST(a_full_file_system_is_told),
        TEST(the_last_of_the_room_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
