/* What lies in a new segment: size, room, bytes, attributes. */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/segment/publish.h"
#include "core/sys/calls.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static const struct publish_options plain = {.uid = (uid_t)-1, .gid = (gid_t)-1};
static const struct publish_options replacing = {.uid = (uid_t)-1, .gid = (gid_t)-1, .replace = true};

static struct directory *open_directory(const struct tmpdir *tmpdir)
{
    struct directory *directory;
    assert_int_equal(directory_open(&directory, tmpdir->path, false, NULL), 0);
    return directory;
}

static struct publish *begin(struct directory *directory, const char *name,
                             const struct publish_options *options)
{
    struct publish *publish = NULL;
    struct error error = {0};
    if (publish_begin(&publish, directory, name, options, &error) < 0)
        fail_msg("%s", error.text);
    return publish;
}

static void commit(struct publish *publish)
{
    struct identity id;
    struct error error = {0};
    if (publish_commit(publish, &id, &error) < 0)
        fail_msg("%s", error.text);
    publish_free(publish);
}

static void assert_text(const struct tmpdir *tmpdir, const char *name, const char *text)
{
    size_t size;
    char *bytes = tmpdir_read(tmpdir, name, &size);
    assert_string_equal(bytes, text);
    assert_int_equal(size, strlen(text));
    free(bytes);
}

static void test_copy(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    enum { SIZE = (20 << 20) + 77 };
    uint8_t *bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    tmpdir_write(tmpdir, "source", bytes, SIZE);
    int fd = open(tmpdir_path(tmpdir, "source"), O_RDONLY | O_CLOEXEC);
    for (int without = 0; without < 2; without++) {
        struct publish *publish = begin(directory, "a.shm", &replacing);
        struct progress progress = {0};
        struct identity id;
        if (without)
            fault_play(FAULT_NO_SENDFILE);
        assert_int_equal(publish_reserve(publish, SIZE, &progress, NULL), 0);
        assert_int_equal(progress.done, 0);
        assert_int_equal(publish_write(publish, 0, "head", 4, NULL), 0);
        assert_int_equal(publish_copy(publish, 4, fd, 5, SIZE - 4, false, &progress, NULL), -ESTALE);
        assert_int_equal(publish_copy(publish, 4, fd, 4, SIZE - 4, false, NULL, NULL), 0);
        assert_int_equal(publish_commit(publish, &id, NULL), 0);
        fault_reset();
        publish_free(publish);
        size_t size;
        char *copy = tmpdir_read(tmpdir, "a.shm", &size);
        assert_int_equal(size, SIZE);
        assert_memory_equal(copy, "head", 4);
        assert_memory_equal(copy + 4, bytes + 4, SIZE - 4);
        free(copy);
    }
    close(fd);
    free(bytes);
    directory_close(directory);
}

static void test_cancel(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct progress stopped = {.cancel = true};
    tmpdir_write_text(tmpdir, "source", "bytes");
    int fd = open(tmpdir_path(tmpdir, "source"), O_RDONLY | O_CLOEXEC);
    struct publish *publish = begin(directory, "a.shm", &plain);
    assert_int_equal(publish_reserve(publish, 5, &stopped, NULL), -ECANCELED);
    assert_int_equal(publish_reserve(publish, 5, NULL, NULL), 0);
    assert_int_equal(publish_copy(publish, 0, fd, 0, 5, false, &stopped, NULL), -ECANCELED);
    publish_free(publish);
    close(fd);
    assert_int_equal(tmpdir_count(tmpdir), 1);
    directory_close(directory);
}

/* Much of it, on two threads, at offsets that are no page's. */
static void test_copy_beside(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    enum { SIZE = (21 << 20) + 77, SKIPPED = 1001, BEFORE = 128 };
    uint32_t *words = malloc(SIZE + 4);
    struct progress progress = {0}, stopped = {.cancel = true};
    struct error error = {0};
    size_t size;
    for (uint32_t i = 0; i < SIZE / 4 + 1; i++)
        words[i] = i * 2654435761u;
    tmpdir_write(tmpdir, "source", words, SIZE);
    int fd = open(tmpdir_path(tmpdir, "source"), O_RDONLY | O_CLOEXEC);
    struct publish *publish = begin(directory, "a.shm", &plain);
    assert_int_equal(publish_reserve(publish, BEFORE + SIZE, NULL, NULL), 0);
    assert_int_equal(publish_write(publish, 0, words, BEFORE, NULL), 0);
    assert_int_equal(publish_copy(publish, BEFORE, fd, SKIPPED, SIZE - SKIPPED, true, &stopped, &error),
                     -ECANCELED);
    assert_int_equal(publish_copy(publish, BEFORE, fd, SKIPPED, SIZE, true, NULL, &error), -ESTALE);
    assert_int_equal(publish_copy(publish, BEFORE, fd, SKIPPED, SIZE - SKIPPED, true, &progress, NULL), 0);
    assert_int_equal(progress.done, SIZE - SKIPPED);
    commit(publish);
    char *bytes = tmpdir_read(tmpdir, "a.shm", &size);
    assert_int_equal(size, BEFORE + SIZE);
    assert_memory_equal(bytes, words, BEFORE);
    assert_memory_equal(bytes + BEFORE, (char *)words + SKIPPED, SIZE - SKIPPED);
    free(bytes);
    free(words);
    close(fd);
    directory_close(directory);
}

/* One whose length shows only at its end: its room grows ahead of it, and is cut at last. */
static void test_grow(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish *publish = begin(directory, "a.shm", &plain);
    struct stat st;
    assert_int_equal(publish_grow(publish, 4096, NULL, NULL), 0);
    assert_int_equal(publish_write(publish, 0, "one ", 4, NULL), 0);
    assert_int_equal(publish_grow(publish, PUBLISH_PIECE + 10000, NULL, NULL), 0);
    assert_int_equal(publish_write(publish, 4, "two", 3, NULL), 0);
    assert_int_equal(publish_set_size(publish, 7, NULL), 0);
    commit(publish);
    assert_text(tmpdir, "a.shm", "one two");
    assert_return_code(stat(tmpdir_path(tmpdir, "a.shm"), &st), errno);
    assert_int_equal(st.st_blocks * 512, 4096);
    directory_close(directory);
}

static void test_grow_beyond_what_there_is(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish *publish = begin(directory, "a.shm", &plain);
    struct error error;
    struct progress stopped = {.cancel = true};
    assert_int_equal(publish_grow(publish, UINT64_MAX, NULL, &error), -EFBIG);
    assert_int_equal(publish_grow(publish, 10, &stopped, &error), -ECANCELED);
    fault_play(FAULT_NO_FALLOCATE);
    assert_int_equal(publish_grow(publish, 10, NULL, &error), -ENOTSUP);
    fault_reset();
    publish_free(publish);
    assert_int_equal(tmpdir_count(tmpdir), 0);
    directory_close(directory);
}

static int have_no_attributes(int fd, const char *name, const void *value, size_t size, int flags)
{
    (void)fd, (void)name, (void)value, (void)size, (void)flags;
    errno = EOPNOTSUPP;
    return -1;
}

static void test_attribute(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish_options secret = plain;
    char value[16];
    secret.mode_set = true; /* 0: not even its owner may write to it */
    struct publish *publish = begin(directory, "a.shm", &secret);
    struct error error = {0};
    int r = publish_set_attribute(publish, "user.npy_offset", "128", 3, &error);
    if (r == -ENOTSUP) {
        publish_free(publish);
        directory_close(directory);
        skip();
    }
    assert_int_equal(r, 0);
    sys.fsetxattr = have_no_attributes;
    assert_int_equal(publish_set_attribute(publish, "user.npy_offset", "64", 2, &error), -ENOTSUP);
    sys.fsetxattr = sys_kernel.fsetxattr;
    assert_non_null(strstr(error.text, "no user attributes"));
    commit(publish);
    const char *path = tmpdir_path(tmpdir, "a.shm");
    struct stat st;
    assert_return_code(stat(path, &st), errno);
    assert_int_equal(st.st_mode & 07777, 0);
    assert_return_code(chmod(path, 0600), errno);
    assert_int_equal(getxattr(path, "user.npy_offset", value, sizeof value), 3);
    assert_memory_equal(value, "128", 3);
    directory_close(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_copy),
        TEST(test_copy_beside),
        TEST(test_cancel),
        TEST(test_grow),
        TEST(test_grow_beyond_what_there_is),
        TEST(test_attribute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
