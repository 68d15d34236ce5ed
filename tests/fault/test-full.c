/*
 * A full file system at every stage of a load: a tmpfs that is a page larger from run to run, or has an inode
 * more, so that the inode, the header, the reservation, the growth of a stream, its copy, or what is turned
 * into another order, is what finds no room. Each run says which is short, and by how much, and leaves
 * nothing; then one has room. So with the memory that is available, and with that of a cgroup.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "tests/support/struck.h"
#include "tests/support/zipfile.h"

#define OLD     "the old segment"
#define PAGE    4096
#define ROWS    100
#define COLUMNS 60 /* of <u8: 12 pages, which a pipe holds */
#define COUNT   (ROWS * COLUMNS)

struct kind {
    const char *file, *want;
    bool is_piped, is_turned;
    unsigned inodes; /* that a load takes, at most at a time */
};

static const struct kind kinds[] = {
    {.file = "c.npy", .want = "c.npy", .inodes = 1},
    {.file = "c.npy", .want = "f.npy", .is_turned = true, .inodes = 1},
    {.file = "c.npy", .want = "c.npy", .is_piped = true, .inodes = 1},
    {.file = "c.npz", .want = "c.npy", .inodes = 1},
    {.file = "c.npz", .want = "c.npy", .is_piped = true, .inodes = 2},
    {.file = "c.csv", .want = "c-double.npy", .inodes = 1},
    {.file = "c.csv", .want = "c-double.npy", .is_piped = true, .inodes = 1},
    {.file = "c.csv", .want = "f-double.npy", .is_piped = true, .is_turned = true, .inodes = 2},
};

static void write_files(const struct struck *struck)
{
    uint64_t *c = malloc(COUNT * sizeof *c), *f = malloc(COUNT * sizeof *f);
    double *c_double = malloc(COUNT * sizeof *c_double), *f_double = malloc(COUNT * sizeof *f_double);
    char *text = malloc(8 * COUNT), *at = text;
    for (unsigned i = 0; i < ROWS; i++)
        for (unsigned j = 0; j < COLUMNS; j++) {
            unsigned number = 1000 * i + j;
            c[i * COLUMNS + j] = f[i + ROWS * j] = number;
            c_double[i * COLUMNS + j] = f_double[i + ROWS * j] = number;
            at += sprintf(at, "%u%c", number, j + 1 < COLUMNS ? ',' : '\n');
        }
    tmpdir_write_npy(&struck->files, "c.npy", "<u8", false, "(100, 60)", c, 8 * COUNT);
    tmpdir_write_npy(&struck->files, "f.npy", "<u8", true, "(100, 60)", f, 8 * COUNT);
    tmpdir_write_npy(&struck->files, "c-double.npy", "<f8", false, "(100, 60)", c_double, 8 * COUNT);
    tmpdir_write_npy(&struck->files, "f-double.npy", "<f8", true, "(100, 60)", f_double, 8 * COUNT);
    tmpdir_write(&struck->files, "c.csv", text, (size_t)(at - text));
    zip_write_npy(&struck->files, "c.npz", "c.npy", 0);
    free(c);
    free(f);
    free(c_double);
    free(f_double);
    free(text);
}

static void reopen(struct struck *struck)
{
    directory_close(struck->directory);
    assert_int_equal(directory_open(&struck->directory, struck->tmpdir.path, false, NULL), 0);
    struck->from.spool = struck->directory;
}

static int setup(void **state)
{
    int r = struck_setup(state);
    struct struck *struck = *state;
    write_files(struck);
    return r;
}

static void choose(struct struck *struck, const struct kind *kind)
{
    struck->file = kind->file;
    struck->want = kind->want;
    struck->is_piped = kind->is_piped;
    struck->options.order = kind->is_turned ? LOAD_ORDER_F : LOAD_ORDER_KEEP;
}

static void resize(const struct struck *struck, unsigned pages, unsigned inodes)
{
    char options[64];
    snprintf(options, sizeof options, "size=%uk,nr_inodes=%u", pages * PAGE / 1024, inodes);
    assert_return_code(mount("none", struck->tmpdir.path, "tmpfs", MS_REMOUNT, options), errno);
}

static struct statfs usage(const struct struck *struck)
{
    struct statfs fs;
    assert_return_code(statfs(struck->tmpdir.path, &fs), errno);
    return fs;
}

static void assert_says(const struct error *error, const char *first, const char *second)
{
    if (!strstr(error->text, first) || !strstr(error->text, second))
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", error->text, first, second);
}

/* One load that may find no room: whether it did. words: what an error of it says. */
static bool run(struct struck *struck, const char *first, const char *second)
{
    struct error error = {0};
    struct statfs before = usage(struck);
    int r = struck_load(struck, &error);
    if (r == 0) {
        assert_true(struck_holds(struck, "a.shm", struck->want));
        assert_int_equal(tmpdir_count(&struck->tmpdir), 1);
        return false;
    }
    struct statfs after = usage(struck);
    assert_int_equal(r, -ENOSPC);
    assert_says(&error, first, second);
    assert_int_equal(after.f_bfree, before.f_bfree);
    assert_int_equal(after.f_ffree, before.f_ffree);
    assert_int_equal(tmpdir_count(&struck->tmpdir), struck->has_old);
    return true;
}

static void put_old(const struct struck *struck)
{
    if (tmpdir_exists(&struck->tmpdir, "a.shm"))
        tmpdir_unlink(&struck->tmpdir, "a.shm");
    if (struck->has_old)
        tmpdir_write_text(&struck->tmpdir, "a.shm", OLD);
}

static void sweep(struct struck *struck, const struct kind *kind)
{
    const unsigned enough = 200, there = struck->has_old; /* pages, and inodes beside the root's */
    unsigned pages, inodes;
    choose(struck, kind);
    resize(struck, enough, enough);
    put_old(struck);
    for (pages = 1 + there, resize(struck, pages, enough);
         run(struck, " needed, ", " free in the file system"); resize(struck, ++pages, enough))
        assert_true(pages < enough);
    assert_true(pages >= 12 + there);
    resize(struck, enough, enough);
    put_old(struck);
    for (inodes = 1 + there, resize(struck, enough, inodes);
         run(struck, "the file system has no inode left", ""); resize(struck, enough, ++inodes))
        ;
    assert_int_equal(inodes, 1 + there + kind->inodes);
}

static void the_file_system_is_full(void **state)
{
    struct struck *struck = *state;
    int input = fcntl(0, F_DUPFD_CLOEXEC, 3);
    tmpdir_mount(&struck->tmpdir, "size=1m");
    reopen(struck);
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0]; i++) {
        struck->options.publish.replace = struck->has_old = i % 2;
        sweep(struck, &kinds[i / 2]);
    }
    dup2(input, 0);
    close(input);
}

/* A tenth of what it takes to twice of that, by a file that says so. */
static void sweep_limit(struct struck *struck, const char *file, const char *before, const char *behind,
                        const char *words)
{
    unsigned refused = 0;
    for (unsigned kilobytes = 5; kilobytes <= 100; kilobytes += 5) {
        char text[64];
        snprintf(text, sizeof text, "%s%u%s\n", before, kilobytes, behind);
        tmpdir_write_text(&struck->files, file, text);
        put_old(struck);
        refused += run(struck, " needed, ", words);
    }
    assert_in_range(refused, 8, 19);
    tmpdir_unlink(&struck->files, file);
}

static void the_memory_is_short(void **state)
{
    struct struck *struck = *state;
    int input = fcntl(0, F_DUPFD_CLOEXEC, 3);
    tmpdir_mount(&struck->tmpdir, "size=1m");
    reopen(struck);
    tmpdir_mkdir(&struck->files, "self");
    tmpdir_write_text(&struck->files, "self/cgroup", "0::/a\n");
    tmpdir_mkdir(&struck->files, "a");
    tmpdir_write_text(&struck->files, "a/memory.current", "0\n");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        choose(struck, &kinds[i]);
        sweep_limit(struck, "meminfo", "MemAvailable: ", " kB", " of memory available");
        sweep_limit(struck, "a/memory.max", "", "000", " left in the memory cgroup");
    }
    dup2(input, 0);
    close(input);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, struck_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_file_system_is_full),
        TEST(the_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
