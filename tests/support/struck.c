#include "tests/support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/fault.h"
#include "tests/support/struck.h"

#define OLD "the old segment"
static const int errors[] = {EIO, ENOSPC, EACCES, ENOENT, EINVAL, ENOMEM};
#define ERRORS (sizeof errors / sizeof errors[0])

/* --- what is loaded --- */

uint8_t struck_number(unsigned row, unsigned column)
{
    return (uint8_t)(7 * row + 31 * column);
}

static void write_files(const struct tmpdir *files)
{
    uint8_t c[STRUCK_COUNT], f[STRUCK_COUNT];
    uint16_t c_wide[STRUCK_COUNT], f_wide[STRUCK_COUNT];
    for (unsigned i = 0; i < STRUCK_ROWS; i++)
        for (unsigned j = 0; j < STRUCK_COLUMNS; j++)
            f[i + STRUCK_ROWS * j] = c[STRUCK_COLUMNS * i + j] = struck_number(i, j);
    for (unsigned i = 0; i < STRUCK_COUNT; i++) {
        c_wide[i] = c[i];
        f_wide[i] = f[i];
    }
    tmpdir_write_npy(files, "c.npy", "|u1", false, "(60, 100)", c, sizeof c);
    tmpdir_write_npy(files, "f.npy", "|u1", true, "(60, 100)", f, sizeof f);
    tmpdir_write_npy(files, "c-wide.npy", "<u2", false, "(60, 100)", c_wide, sizeof c_wide);
    tmpdir_write_npy(files, "f-wide.npy", "<u2", true, "(60, 100)", f_wide, sizeof f_wide);
}

/* A pipe in the place of descriptor 0 that holds all of the file at once. */
static void pipe_file(const struct struck *struck)
{
    int ends[2];
    size_t size;
    char *bytes = tmpdir_read(&struck->files, struck->file, &size);
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    if (struck->is_large)
        assert_return_code(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20), errno);
    assert_int_equal(write(ends[1], bytes, size), size);
    assert_return_code(dup2(ends[0], 0), errno);
    close(ends[0]);
    close(ends[1]);
    free(bytes);
}

int struck_open(const struct struck *struck, struct load **ret_load, struct error *error)
{
    if (struck->is_piped)
        pipe_file(struck);
    return load_open(ret_load, struck->is_piped ? "-" : tmpdir_path(&struck->files, struck->file),
                     &struck->from, error);
}

int struck_setup(void **state)
{
    struct struck *struck = calloc(1, sizeof *struck);
    tmpdir_make(&struck->tmpdir);
    tmpdir_make(&struck->files);
    assert_int_equal(directory_open(&struck->directory, struck->tmpdir.path, false, NULL), 0);
    struck->options = (struct load_options){.layout = LAYOUT_NPY,
                                            .threads = 1,
                                            .publish = {.uid = (uid_t)-1, .gid = (gid_t)-1},
                                            .proc_root = struck->files.path,
                                            .cgroup_root = struck->files.path};
    struck->from = (struct source_options){.header_lines = -1,
                                           .threads = 1,
                                           .spool = struck->directory,
                                           .proc_root = struck->files.path,
                                           .cgroup_root = struck->files.path};
    write_files(&struck->files);
    struck->open = struck_open;
    struck->file = struck->want = "c.npy";
    assert_int_equal(dtype_parse("<u2", &struck->wide, NULL), 0);
    *state = struck;
    return 0;
}

int struck_teardown(void **state)
{
    struct struck *struck = *state;
    fault_reset();
    directory_close(struck->directory);
    tmpdir_remove(&struck->tmpdir);
    tmpdir_remove(&struck->files);
    free(struck);
    return 0;
}

/* --- the runs --- */

static void restore_old(struct struck *struck)
{
    if (tmpdir_exists(&struck->tmpdir, "a.shm"))
        tmpdir_unlink(&struck->tmpdir, "a.shm");
    if (struck->has_old)
        tmpdir_write_text(&struck->tmpdir, "a.shm", OLD);
}

int struck_load(struct struck *struck, struct error *error)
{
    struct load *load = NULL;
    struct load_report report = {0};
    int r = struck->open(struck, &load, error);
    if (r == 0)
        r = load_run(load, struck->directory, "a.shm", &struck->options, NULL, &report, error);
    struck->undescribed = report.undescribed.code != 0;
    load_report_clear(&report);
    load_close(load);
    assert_true(r == 0 || (error->code == -r && error->text[0]));
    return r;
}

static int run_load(void *context)
{
    struct error error = {0};
    return struck_load(context, &error);
}

static bool holds(const struct struck *struck, const char *name, const char *bytes, size_t size)
{
    size_t there;
    char *found = tmpdir_read(&struck->tmpdir, name, &there);
    bool same = there == size && memcmp(found, bytes, size) == 0;
    free(found);
    return same;
}

bool struck_holds(const struct struck *struck, const char *name, const char *file)
{
    size_t size;
    char *want = tmpdir_read(&struck->files, file, &size);
    bool same = holds(struck, name, want, size);
    free(want);
    return same;
}

/* The name of what lies beside a.shm; NULL where nothing does. */
static char *find_other(const struct struck *struck)
{
    DIR *directory = opendir(struck->tmpdir.path);
    char *other = NULL;
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, "a.shm") != 0) {
            assert_null(other);
            other = strdup(entry->d_name);
        }
    closedir(directory);
    return other;
}

/* The complete file of a replacement, and nothing else, may be there until another shmtop comes. */
static void clean(struct struck *struck)
{
    char *other = find_other(struck);
    if (!other)
        return;
    assert_true(struck->has_old && strncmp(other, ".shmtop-", 8) == 0);
    assert_true(struck_holds(struck, other, struck->want));
    struck->leftovers++;
    free(other);
    publish_clean_leftovers(struck->directory);
}

static void check_load(void *context, int result)
{
    struct struck *struck = context;
    bool exists = tmpdir_exists(&struck->tmpdir, "a.shm");
    bool is_new = exists && struck_holds(struck, "a.shm", struck->want);
    if (result == -EINTR)
        clean(struck);
    else
        assert_int_equal(is_new, result == 0);
    if (is_new && struck->check_description && (result == -EINTR || !struck->undescribed))
        struck->check_description(struck);
    if (!is_new)
        assert_true(struck->has_old ? exists && holds(struck, "a.shm", OLD, strlen(OLD)) : !exists);
    if (struck->must_succeed)
        assert_int_equal(result, 0);
    assert_int_equal(tmpdir_count(&struck->tmpdir), exists);
    struck->done += is_new;
    restore_old(struck);
}

static void strike(struct struck *struck)
{
    const unsigned n = struck->is_large ? 2 : ERRORS;
    unsigned long each = 0;
    struck->done = 0;
    struck->must_succeed = false;
    restore_old(struck);
    for (unsigned i = 0; i < n; i++)
        each += fault_each(FAULT_ERROR, errors[i], run_load, check_load, struck);
    assert_true(each > 15 * n);
    assert_true(struck->done >= n); /* the last of each, that nothing struck */
    struck->done = 0;
    assert_true(fault_each(FAULT_KILL, 0, run_load, check_load, struck) > 15);
    assert_true(struck->done >= 1);
    struck->must_succeed = true;
    assert_true(fault_each(FAULT_SHORT, 0, run_load, check_load, struck) > 1);
    assert_true(fault_each(FAULT_INTERRUPT, 0, run_load, check_load, struck) > 4);
}

void struck_each(struct struck *struck)
{
    strike(struck);
    if (struck->is_large)
        return;
    struck->options.publish.replace = true;
    struck->has_old = true;
    strike(struck);
    assert_true(struck->leftovers > 0);
}
