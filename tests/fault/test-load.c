/*
 * The n-th system call of a load fails, comes short, is interrupted, or kills the process, on each way that
 * data take: the directory is as before, or as wanted, and nothing else.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/sys/fd.h"
#include "core/transfer/load_private.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static const int errors[] = {EIO, ENOSPC, EACCES, ENOENT, EINVAL, ENOMEM};
#define OLD     "the old segment"
#define ROWS    60
#define COLUMNS 100
#define COUNT   (ROWS * COLUMNS)

struct fixture {
    struct tmpdir tmpdir, files; /* the directory of segments; source files and an empty proc root */
    struct directory *directory;
    struct load_options options;
    struct dtype wide;
    int (*open)(const struct fixture *fixture, struct load **ret_load, struct error *error);
    const char *want; /* among the files: what a load has to make */
    bool has_old;
    bool must_succeed; /* an interruption or a short count is no failure */
    unsigned done;     /* runs that came to the wanted end */
};

/* --- what is loaded --- */

static int open_file(const struct fixture *fixture, struct load **ret_load, struct error *error)
{
    return load_open(ret_load, tmpdir_path(&fixture->files, "c.npy"), NULL, error);
}

/* The file in a pipe, that holds all of it at once. Descriptor 0 is that pipe, from one run to the next. */
static int open_pipe(const struct fixture *fixture, struct load **ret_load, struct error *error)
{
    int ends[2];
    size_t size;
    char *bytes = tmpdir_read(&fixture->files, "c.npy", &size);
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    assert_int_equal(write(ends[1], bytes, size), size);
    assert_return_code(dup2(ends[0], 0), errno);
    close(ends[0]);
    close(ends[1]);
    free(bytes);
    return load_open(ret_load, "-", NULL, error);
}

/* What c.npy holds, as a source that tells its length only at its end. */
static ssize_t read_unknown(struct source *source, void *buf, size_t size, struct error *error)
{
    ssize_t n = input_pread(&source->input, buf, size, 128 + source->input.at, error);
    source->input.at += n > 0 ? (uint64_t)n : 0;
    return n;
}

static int open_unknown(const struct fixture *fixture, struct load **ret_load, struct error *error)
{
    static const struct source_ops ops = {.read = read_unknown};
    int r = open_file(fixture, ret_load, error);
    if (r < 0)
        return r;
    struct source *source = (*ret_load)->source;
    source->ops = &ops;
    source->is_direct = false;
    source->is_open_ended = true;
    source->matrix.shape[0] = 0;
    return 0;
}

/* --- the runs --- */

static void write_files(const struct tmpdir *files)
{
    uint8_t c[COUNT], f[COUNT];
    uint16_t c_wide[COUNT], f_wide[COUNT];
    for (unsigned i = 0; i < ROWS; i++)
        for (unsigned j = 0; j < COLUMNS; j++)
            f[i + ROWS * j] = c[COLUMNS * i + j] = (uint8_t)(7 * i + 31 * j);
    for (unsigned i = 0; i < COUNT; i++) {
        c_wide[i] = c[i];
        f_wide[i] = f[i];
    }
    tmpdir_write_npy(files, "c.npy", "|u1", false, "(60, 100)", c, sizeof c);
    tmpdir_write_npy(files, "f.npy", "|u1", true, "(60, 100)", f, sizeof f);
    tmpdir_write_npy(files, "c-wide.npy", "<u2", false, "(60, 100)", c_wide, sizeof c_wide);
    tmpdir_write_npy(files, "f-wide.npy", "<u2", true, "(60, 100)", f_wide, sizeof f_wide);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_make(&fixture->files);
    fixture->options = (struct load_options){.layout = LAYOUT_NPY,
                                             .threads = 1,
                                             .publish = {.uid = (uid_t)-1, .gid = (gid_t)-1},
                                             .proc_root = fixture->files.path,
                                             .cgroup_root = fixture->files.path};
    write_files(&fixture->files);
    fixture->open = open_file;
    fixture->want = "c.npy";
    assert_int_equal(dtype_parse("<u2", &fixture->wide, NULL), 0);
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    tmpdir_remove(&fixture->files);
    free(fixture);
    return 0;
}

static void restore_old(struct fixture *fixture)
{
    if (tmpdir_exists(&fixture->tmpdir, "a.shm"))
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
    if (fixture->has_old)
        tmpdir_write_text(&fixture->tmpdir, "a.shm", OLD);
}

static int run_load(void *context)
{
    const struct fixture *fixture = context;
    struct load *load = NULL;
    struct load_report report = {0};
    struct error error = {0};
    int r = fixture->open(fixture, &load, &error);
    if (r == 0)
        r = load_run(load, fixture->directory, "a.shm", &fixture->options, NULL, &report, &error);
    load_report_clear(&report);
    load_close(load);
    assert_true(r == 0 || (error.code == -r && error.text[0]));
    return r;
}

static bool holds(const struct fixture *fixture, const char *bytes, size_t size)
{
    size_t there;
    char *found = tmpdir_read(&fixture->tmpdir, "a.shm", &there);
    bool same = there == size && memcmp(found, bytes, size) == 0;
    free(found);
    return same;
}

/* What a SIGKILL between the two steps left is the complete new matrix, and the next shmtop removes it. */
static void clean(const struct fixture *fixture)
{
    publish_clean_leftovers(fixture->directory);
}

static void check_load(void *context, int result)
{
    struct fixture *fixture = context;
    size_t size;
    char *want = tmpdir_read(&fixture->files, fixture->want, &size);
    bool exists = tmpdir_exists(&fixture->tmpdir, "a.shm");
    bool is_new = exists && holds(fixture, want, size);
    if (result == -EINTR)
        clean(fixture);
    else
        assert_int_equal(is_new, result == 0);
    if (!is_new)
        assert_true(fixture->has_old ? exists && holds(fixture, OLD, strlen(OLD)) : !exists);
    if (fixture->must_succeed)
        assert_int_equal(result, 0);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), exists);
    fixture->done += is_new;
    free(want);
    restore_old(fixture);
}

static void each_load(struct fixture *fixture)
{
    unsigned long struck = 0;
    restore_old(fixture);
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        struck += fault_each(FAULT_ERROR, errors[i], run_load, check_load, fixture);
    assert_true(struck > 15 * sizeof errors / sizeof errors[0]);
    assert_true(fixture->done >=
                sizeof errors / sizeof errors[0]); /* the last of each, that nothing struck */
    fixture->done = 0;
    assert_true(fault_each(FAULT_KILL, 0, run_load, check_load, fixture) > 15);
    assert_true(fixture->done >= 1);
    fixture->must_succeed = true;
    assert_true(fault_each(FAULT_SHORT, 0, run_load, check_load, fixture) > 2);
    assert_true(fault_each(FAULT_INTERRUPT, 0, run_load, check_load, fixture) > 4);
}

static void test_load(void **state)
{
    each_load(*state);
}

static void test_load_in_another_order(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.order = LOAD_ORDER_F;
    fixture->want = "f.npy";
    each_load(fixture);
}

static void test_replace(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.publish.replace = true;
    fixture->has_old = true;
    each_load(fixture);
}

static void test_load_without_sendfile(void **state)
{
    fault_play(FAULT_NO_SENDFILE);
    each_load(*state);
}

static void test_convert(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.as = &fixture->wide;
    fixture->want = "c-wide.npy";
    each_load(fixture);
}

static void test_convert_in_another_order(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.as = &fixture->wide;
    fixture->options.order = LOAD_ORDER_F;
    fixture->want = "f-wide.npy";
    each_load(fixture);
}

static void test_pipe(void **state)
{
    struct fixture *fixture = *state;
    fixture->open = open_pipe;
    each_load(fixture);
}

static void test_convert_a_pipe(void **state)
{
    struct fixture *fixture = *state;
    fixture->open = open_pipe;
    fixture->options.as = &fixture->wide;
    fixture->want = "c-wide.npy";
    each_load(fixture);
}

static void test_unknown_length(void **state)
{
    struct fixture *fixture = *state;
    fixture->open = open_unknown;
    each_load(fixture);
}

static void test_unknown_length_in_another_order(void **state)
{
    struct fixture *fixture = *state;
    fixture->open = open_unknown;
    fixture->options.as = &fixture->wide;
    fixture->options.order = LOAD_ORDER_F;
    fixture->want = "f-wide.npy";
    each_load(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_load),
        TEST(test_load_in_another_order),
        TEST(test_load_without_sendfile),
        TEST(test_replace),
        TEST(test_convert),
        TEST(test_convert_in_another_order),
        TEST(test_unknown_length),
        TEST(test_unknown_length_in_another_order),
        TEST(test_pipe), /* from here on descriptor 0 is another */
        TEST(test_convert_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
