#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/matrix/window.h"
#include "core/segment/segment.h"
#include "core/sys/calls.h"
#include "core/transfer/save.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

/* Segments in shm/, files in out/. */
struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct layout_result source; /* of shm/a */
    struct view view;
    struct save save;
    /* of saves that are struck */
    const char *file;
    bool replace;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_mkdir(&fixture->tmpdir, "shm");
    tmpdir_mkdir(&fixture->tmpdir, "out");
    assert_int_equal(directory_open(&fixture->directory, tmpdir_path(&fixture->tmpdir, "shm"), false, NULL),
                     0);
    fixture->save = (struct save){.fd = -1, .matrix = &fixture->source.matrix, .view = &fixture->view};
    *state = fixture;
    return 0;
}

static void close_source(struct fixture *fixture)
{
    if (fixture->save.fd < 0)
        return;
    close(fixture->save.fd);
    layout_result_clear(&fixture->source);
    fixture->save.fd = -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    close_source(fixture);
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

static int open_matrix(const struct fixture *fixture, const char *name, struct layout_result *ret)
{
    int fd = open(tmpdir_path(&fixture->tmpdir, name), O_RDONLY | O_CLOEXEC);
    assert_return_code(fd, errno);
    *ret = (struct layout_result){0};
    assert_int_equal(segment_probe(fd, name, (uint64_t)lseek(fd, 0, SEEK_END), ret), 0);
    if (!ret->has_matrix)
        fail_msg("%s: %s", name, ret->reason);
    return fd;
}

/* Opens shm/a and chooses a view of it. */
static void choose(struct fixture *fixture, const char *index)
{
    struct error error = {0};
    close_source(fixture);
    fixture->save.fd = open_matrix(fixture, "shm/a", &fixture->source);
    if (view_parse(&fixture->source.matrix, index, &fixture->view, &error) < 0)
        fail_msg("%s", error.text);
}

/* shm/a of this type and shape, with bytes that tell where they are. */
static void make(struct fixture *fixture, const char *descr, bool fortran, const char *shape, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 131 + i / 256);
    close_source(fixture);
    tmpdir_write_npy(&fixture->tmpdir, "shm/a", descr, fortran, shape, bytes, size);
    free(bytes);
}

static int save(struct fixture *fixture, const char *name, bool replace, struct progress *progress,
                struct save_report *report, struct error *error)
{
    struct save_place place;
    char path[300];
    snprintf(path, sizeof path, "%s/out/%s", fixture->tmpdir.path, name);
    int r = save_place_open(path, fixture->directory, &place, error);
    if (r < 0)
        return r;
    r = save_format_of(name, &fixture->save.format, error);
    if (r == 0)
        r = save_to_file(&fixture->save, &place, replace, progress, report, error);
    save_place_close(&place);
    return r;
}

static struct save_report expect_saved(struct fixture *fixture, const char *name, bool replace)
{
    struct save_report report;
    struct error error = {0};
    if (save(fixture, name, replace, NULL, &report, &error) < 0)
        fail_msg("%s: %s", name, error.text);
    return report;
}

static void expect_failure(struct fixture *fixture, const char *name, bool replace, int code,
                           const char *words)
{
    struct save_report report;
    struct error error = {0};
    int r = save(fixture, name, replace, NULL, &report, &error);
    if (r != -code || error.code != code)
        fail_msg("%s: %d, %d, %s", name, r, error.code, error.text);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static unsigned files(const struct fixture *fixture)
{
    struct tmpdir out = {0};
    snprintf(out.path, sizeof out.path, "%s", tmpdir_path(&fixture->tmpdir, "out"));
    return tmpdir_count(&out);
}

/* All elements of a view as window_read gives them. */
static void *elements(int fd, const struct matrix *matrix, const struct view *view, size_t *ret_size)
{
    uint64_t origin[MATRIX_RANK_MAX] = {0};
    *ret_size = view_elements(view) * matrix->dtype.itemsize;
    void *buf = malloc(*ret_size + 1);
    assert_int_equal(window_read(fd, matrix, view, origin, view->count, buf, NULL), 0);
    return buf;
}

/* out/NAME holds the view, in this order, and nothing behind it. */
static void assert_holds_view(const struct fixture *fixture, const char *name, char order)
{
    char path[300];
    struct layout_result saved;
    struct view whole;
    size_t size, saved_size;
    snprintf(path, sizeof path, "out/%s", name);
    int fd = open_matrix(fixture, path, &saved);
    const struct view *view = &fixture->view;
    assert_int_equal(saved.matrix.rank, view->rank);
    for (int axis = 0; axis < view->rank; axis++)
        assert_int_equal(saved.matrix.shape[axis], view->count[axis]);
    assert_true(dtype_equal(&saved.matrix.dtype, &fixture->source.matrix.dtype));
    assert_int_equal(saved.matrix.order, order);
    view_whole(&saved.matrix, &whole);
    void *want = elements(fixture->save.fd, &fixture->source.matrix, view, &size);
    void *got = elements(fd, &saved.matrix, &whole, &saved_size);
    assert_int_equal(size, saved_size);
    assert_memory_equal(want, got, size);
    assert_int_equal(lseek(fd, 0, SEEK_END), saved.matrix.offset + size);
    free(want);
    free(got);
    layout_result_clear(&saved);
    close(fd);
}

static void expect_view(struct fixture *fixture, const char *index, char order)
{
    choose(fixture, index);
    struct save_report report = expect_saved(fixture, "a.npy", true);
    assert_holds_view(fixture, "a.npy", order);
    assert_false(report.changed);
    struct stat st;
    uint64_t size;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "out/a.npy"), &st), errno);
    assert_int_equal(report.bytes, st.st_size);
    assert_int_equal(save_size(&fixture->save, &size, NULL), 0);
    assert_int_equal(size, st.st_size);
}

/* --- what is saved --- */

static void test_whole(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    expect_view(fixture, "", 'C');
    make(fixture, "<f8", true, "(30, 20)", 4800);
    expect_view(fixture, "", 'F');
    make(fixture, ">i4", true, "(3, 4, 5)", 240);
    expect_view(fixture, "", 'F');
    make(fixture, "|S7", false, "(9,)", 63);
    expect_view(fixture, "", 'C');
}

static void test_slices(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    expect_view(fixture, "3:7", 'C'); /* lies together */
    expect_view(fixture, "5", 'C');
    expect_view(fixture, ":, 3:5", 'C');
    expect_view(fixture, "::-1", 'C');
    expect_view(fixture, "20:3:-4, ::-3", 'C');
    expect_view(fixture, "-1, -1", 'C');
    make(fixture, ">u2", true, "(30, 20)", 1200);
    expect_view(fixture, ":, 3:5", 'F');
    expect_view(fixture, "3:5", 'C');
    expect_view(fixture, "::-2, ::5", 'C');
    make(fixture, "<c16", false, "(4, 5, 6)", 1920);
    expect_view(fixture, "..., 2", 'C');
    expect_view(fixture, "1:3, ::2, 1", 'C');
}

static void test_swapped_axes(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f4", false, "(30, 20)", 2400);
    choose(fixture, "");
    view_swap_axes(&fixture->view, 0, 1);
    expect_saved(fixture, "t.npy", false);
    assert_holds_view(fixture, "t.npy", 'F');
}

static void test_small_and_odd(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "()", 8);
    expect_view(fixture, "", 'C');
    make(fixture, "<f8", false, "(0, 5)", 0);
    expect_view(fixture, "", 'C');
    expect_view(fixture, ":, ::2", 'C');
    make(fixture, "<f8", true, "(5, 1)", 40);
    expect_view(fixture, "", 'C');
    make(fixture, "<f8", false, "(5, 4)", 160);
    expect_view(fixture, "3:3, ::2", 'C');
    make(fixture, "|S0", false, "(5,)", 0);
    expect_view(fixture, "", 'C');
    make(fixture, "|V3", false, "(4, 4)", 48);
    expect_view(fixture, "::2, ::2", 'C');
}

static void test_many_axes(void **state)
{
    struct fixture *fixture = *state;
    char shape[200] = "(2, 2", index[200] = "::2";
    for (int i = 2; i < 32; i++)
        strcat(shape, i < 12 ? ", 2" : ", 1");
    strcat(shape, ")");
    make(fixture, "<f8", false, shape, 8 << 12);
    expect_view(fixture, "", 'C');
    for (int i = 1; i < 32; i++)
        strcat(index, i % 2 ? ", ::-1" : ", :");
    expect_view(fixture, index, 'C');
    make(fixture, "<f8", true, shape, 8 << 12);
    expect_view(fixture, "", 'F');
}

/* More than a block, and elements that no block holds. */
static void test_large(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<u4", false, "(1500, 1500)", 9000000);
    expect_view(fixture, "::-1", 'C');
    expect_view(fixture, "1:, 1:", 'C');
    make(fixture, "<u4", true, "(1500, 1500)", 9000000);
    expect_view(fixture, "1:", 'C');
    make(fixture, "<u4", true, "(20, 300, 400)", 9600000);
    expect_view(fixture, "1:, ::-1, 1:", 'C');
    expect_view(fixture, "::2", 'C');
    make(fixture, ">f8", false, "(4, 300000)", 9600000);
    choose(fixture, ":, 1:");
    view_swap_axes(&fixture->view, 0, 1);
    expect_saved(fixture, "a.npy", true);
    assert_holds_view(fixture, "a.npy", 'C');
    make(fixture, "|V5000000", false, "(3,)", 15000000);
    expect_view(fixture, "::-2", 'C');
}

static void test_csv(void **state)
{
    struct fixture *fixture = *state;
    const double values[] = {0, 1.5, -2, 1e300, 0.1, 0.0 / 0.0};
    size_t size;
    tmpdir_write_npy(&fixture->tmpdir, "shm/a", "<f8", false, "(2, 3)", values, sizeof values);
    choose(fixture, "");
    struct save_report report = expect_saved(fixture, "a.CSV", false);
    char *text = tmpdir_read(&fixture->tmpdir, "out/a.CSV", &size);
    assert_string_equal(text, "0.0,1.5,-2.0\n1e+300,0.1,nan\n");
    assert_int_equal(report.bytes, size);
    free(text);
    make(fixture, "<f8", false, "(2, 2, 2)", 64);
    choose(fixture, "");
    expect_failure(fixture, "b.csv", false, EINVAL, "two dimensions");
    assert_int_equal(files(fixture), 1);
}

static void test_holes(void **state)
{
    struct fixture *fixture = *state;
    struct stat st, before, after;
    struct progress progress = {0};
    struct save_report report;
    tmpdir_write_npy(&fixture->tmpdir, "shm/a", "<f8", false, "(1099511627776,)", NULL, 8ull << 40);
    choose(fixture, "");
    assert_return_code(fstat(fixture->save.fd, &before), errno);
    assert_int_equal(save(fixture, "a.npy", false, &progress, &report, NULL), 0);
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "out/a.npy"), &st), errno);
    assert_int_equal(st.st_size, (8ll << 40) + 128);
    assert_true(st.st_blocks <= 16);
    assert_true(progress.done == progress.total && progress.done <= 8192);
    assert_return_code(fstat(fixture->save.fd, &after), errno);
    assert_int_equal(before.st_blocks, after.st_blocks);
}

static void test_unlinked(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    tmpdir_unlink(&fixture->tmpdir, "shm/a");
    expect_saved(fixture, "a.npy", false);
    assert_holds_view(fixture, "a.npy", 'C');
}

/* --- where it lies --- */

static void test_place(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(3,)", 24);
    choose(fixture, "");
    tmpdir_mkdir(&fixture->tmpdir, "out/dir.npy");
    tmpdir_fifo(&fixture->tmpdir, "out/fifo.npy");
    tmpdir_write_text(&fixture->tmpdir, "victim", "old");
    tmpdir_symlink(&fixture->tmpdir, "out/link.npy", "../victim");
    tmpdir_symlink(&fixture->tmpdir, "out/dangling.npy", "none");
    expect_failure(fixture, "dir.npy", true, EEXIST, "a directory");
    expect_failure(fixture, "fifo.npy", true, EEXIST, "a FIFO");
    expect_failure(fixture, "link.npy", true, EEXIST, "a link");
    expect_failure(fixture, "dangling.npy", false, EEXIST, "a link");
    expect_failure(fixture, "none/a.npy", false, ENOENT, "no such directory");
    expect_failure(fixture, "fifo.npy/a.npy", false, ENOENT, "no such directory");
    expect_failure(fixture, "dir.npy/", true, EINVAL, "a directory");
    expect_failure(fixture, "..", true, EEXIST, "a directory");
    assert_int_equal(files(fixture), 4);
    size_t size;
    char *victim = tmpdir_read(&fixture->tmpdir, "victim", &size);
    assert_string_equal(victim, "old");
    free(victim);
    expect_saved(fixture, "dir.npy/a.npy", false);
}

static void test_format_of(void **state)
{
    enum save_format format = SAVE_CSV;
    struct error error = {0};
    (void)state;
    assert_int_equal(save_format_of("-", &format, &error), 0);
    assert_int_equal(format, SAVE_NPY);
    assert_int_equal(save_format_of("a.b/c.Csv", &format, &error), 0);
    assert_int_equal(format, SAVE_CSV);
    assert_int_equal(save_format_of(".npy", &format, &error), -EINVAL);
    assert_int_equal(save_format_of("a.npz", &format, &error), -EINVAL);
    assert_int_equal(save_format_of("", &format, &error), -EINVAL);
}

/* A segment is replaced by a load, which looks who uses it; a new one may come. */
static void test_into_the_segments(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(3,)", 24);
    choose(fixture, "");
    tmpdir_mkdir(&fixture->tmpdir, "shm/dir");
    tmpdir_write_text(&fixture->tmpdir, "shm/dir/b.npy", "old");
    tmpdir_write_text(&fixture->tmpdir, "shm/b.npy", "old");
    expect_failure(fixture, "../shm/b.npy", true, EBUSY, "load --replace");
    expect_failure(fixture, "../shm/dir/b.npy", true, EBUSY, "load --replace");
    expect_saved(fixture, "../shm/c.npy", false);
    expect_saved(fixture, "../shm/dir/c.npy", false);
}

static void test_read_only(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(3,)", 24);
    choose(fixture, "");
    directory_close(fixture->directory);
    assert_int_equal(directory_open(&fixture->directory, tmpdir_path(&fixture->tmpdir, "shm"), true, NULL),
                     0);
    expect_failure(fixture, "a.npy", false, EROFS, "");
    assert_int_equal(files(fixture), 0);
}

static void assert_mode(const struct fixture *fixture, const char *name, unsigned mode)
{
    struct stat st;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, name), &st), errno);
    if ((st.st_mode & 07777) != mode)
        fail_msg("%s has mode %04o", name, st.st_mode & 07777);
}

static void test_mode_and_replacement(void **state)
{
    struct fixture *fixture = *state;
    mode_t umask_before = umask(027);
    make(fixture, "<f8", false, "(3,)", 24);
    choose(fixture, "");
    assert_false(expect_saved(fixture, "a.npy", true).replaced);
    assert_mode(fixture, "out/a.npy", 0640);
    expect_failure(fixture, "a.npy", false, EEXIST, "--replace");
    choose(fixture, "1:");
    assert_return_code(chmod(tmpdir_path(&fixture->tmpdir, "out/a.npy"), 04604), errno);
    uint64_t inode = tmpdir_inode(&fixture->tmpdir, "out/a.npy");
    assert_true(expect_saved(fixture, "a.npy", true).replaced);
    assert_holds_view(fixture, "a.npy", 'C');
    assert_mode(fixture, "out/a.npy", 0604); /* nobody's program */
    assert_true(inode != tmpdir_inode(&fixture->tmpdir, "out/a.npy"));
    if (geteuid() == 0) {
        struct stat st;
        assert_return_code(chown(tmpdir_path(&fixture->tmpdir, "out/a.npy"), 12345, 54321), errno);
        expect_saved(fixture, "a.npy", true);
        assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "out/a.npy"), &st), errno);
        assert_int_equal(st.st_uid, 12345);
        assert_int_equal(st.st_gid, 54321);
    }
    assert_int_equal(files(fixture), 1);
    umask(umask_before);
}

static void test_without_sendfile_or_unnamed_files(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    fault_play(FAULT_NO_SENDFILE | FAULT_NO_TMPFILE);
    expect_view(fixture, "", 'C');
    expect_view(fixture, "::2, ::2", 'C');
    assert_int_equal(files(fixture), 1);
}

/* --- what comes between --- */

static const struct fixture *meddling;
static off_t meddle_size; /* of the segment; -1: what bears the file's name changes */
static int meddle(int fd)
{
    if (meddle_size >= 0)
        assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    else {
        tmpdir_write_text(&meddling->tmpdir, "out/new", "theirs");
        assert_return_code(
            rename(tmpdir_path(&meddling->tmpdir, "out/new"), tmpdir_path(&meddling->tmpdir, "out/a.npy")),
            errno);
    }
    return sys_kernel.fsync(fd);
}

static ssize_t meddle_sendfile(int out_fd, int in_fd, off_t *offset, size_t count)
{
    assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    return sys_kernel.sendfile(out_fd, in_fd, offset, count);
}

static ssize_t meddle_pread(int fd, void *buf, size_t size, off_t offset)
{
    assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    return sys_kernel.pread(fd, buf, size, offset);
}

static void test_changed_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    struct save_report report;
    meddling = fixture;
    meddle_size = 1000;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    sys.sendfile = meddle_sendfile;
    expect_failure(fixture, "a.npy", false, ESTALE, "shrank");
    fault_reset();
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, ":, ::2");
    sys.pread = meddle_pread;
    expect_failure(fixture, "a.npy", false, ESTALE, "shrank");
    expect_failure(fixture, "a.csv", false, ESTALE, "shrank");
    fault_reset();
    assert_int_equal(files(fixture), 0);
    make(fixture, "<f8", false, "(30, 20)", 4800);
    meddle_size = 100000;
    choose(fixture, "");
    sys.sendfile = meddle_sendfile;
    assert_int_equal(save(fixture, "a.npy", false, NULL, &report, NULL), 0);
    assert_true(report.changed);
}

static void test_name_taken_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    size_t size;
    meddling = fixture;
    meddle_size = -1;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    sys.fsync = meddle;
    expect_failure(fixture, "a.npy", true, EEXIST, "made meanwhile");
    expect_failure(fixture, "a.npy", true, ESTALE, "changed meanwhile");
    char *theirs = tmpdir_read(&fixture->tmpdir, "out/a.npy", &size);
    assert_string_equal(theirs, "theirs");
    free(theirs);
    assert_int_equal(files(fixture), 1);
}

static void test_cancel(void **state)
{
    struct fixture *fixture = *state;
    struct progress progress = {.cancel = true};
    struct save_report report;
    static const char *const names[] = {"a.npy", "a.csv"};
    make(fixture, "<f8", false, "(30, 20)", 4800);
    for (int i = 0; i < 2; i++) {
        choose(fixture, i ? "::2, ::2" : "");
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(save(fixture, names[k], false, &progress, &report, NULL), -ECANCELED);
    }
    assert_int_equal(files(fixture), 0);
    progress = (struct progress){.done = 0};
    assert_int_equal(save(fixture, "a.csv", false, &progress, &report, NULL), 0);
    assert_int_equal(progress.done, progress.total);
}

/* --- streams --- */

static void test_stream(void **state)
{
    struct fixture *fixture = *state;
    struct save_report report;
    struct error error = {0};
    static const char *const indices[] = {"", "::2, ::-1"};
    make(fixture, ">f8", true, "(30, 20)", 4800);
    for (int i = 0; i < 2; i++) {
        choose(fixture, indices[i]);
        int fd =
            open(tmpdir_path(&fixture->tmpdir, "out/s.npy"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(save_to_stream(&fixture->save, fd, NULL, &report, &error), 0);
        assert_holds_view(fixture, "s.npy", i ? 'C' : 'F');
        close(fd);
    }
}

static void test_stream_is_closed(void **state)
{
    struct fixture *fixture = *state;
    struct save_report report;
    struct error error = {0};
    int ends[2];
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(save_to_stream(&fixture->save, ends[1], NULL, &report, &error), -EPIPE);
    assert_int_equal(error.code, EPIPE);
    close(ends[1]);
}

/* --- every call fails, comes short, is interrupted, kills --- */

static int run_save(void *context)
{
    struct fixture *fixture = context;
    struct save_report report;
    struct error error = {0};
    int r = save(fixture, fixture->file, fixture->replace, NULL, &report, &error);
    assert_true(r == 0 ? error.code == 0 : error.code == -r && error.text[0]);
    return r;
}

/* The new one is whole or not there. */
static void check_new(void *context, int result)
{
    struct fixture *fixture = context;
    char path[300];
    snprintf(path, sizeof path, "out/%s", fixture->file);
    assert_int_equal(files(fixture), result == 0 || tmpdir_exists(&fixture->tmpdir, path));
    if (result == 0 || files(fixture) > 0) {
        size_t size;
        char *bytes = tmpdir_read(&fixture->tmpdir, path, &size);
        assert_true(strstr(fixture->file, "csv") ? bytes[size - 1] == '\n' : true);
        if (!strstr(fixture->file, "csv"))
            assert_holds_view(fixture, fixture->file, 'C');
        free(bytes);
        tmpdir_unlink(&fixture->tmpdir, path);
    }
}

static void test_struck(void **state)
{
    struct fixture *fixture = *state;
    static const unsigned kernels[] = {0, FAULT_NO_TMPFILE, FAULT_NO_SENDFILE};
    static const char *const names[] = {"a.npy", "a.csv"}, *const indices[] = {"", "::2, ::2"};
    make(fixture, "<f8", false, "(30, 20)", 4800);
    for (size_t i = 0; i < 12; i++) {
        fault_play(kernels[i / 4]);
        choose(fixture, indices[i / 2 % 2]);
        fixture->file = names[i % 2];
        fixture->replace = false;
        assert_true(fault_each(FAULT_ERROR, EIO, run_save, check_new, fixture) > 5);
        assert_true(fault_each(FAULT_ERROR, ENOSPC, run_save, check_new, fixture) > 5);
        fault_each(FAULT_SHORT, 0, run_save, check_new, fixture);
        fault_each(FAULT_INTERRUPT, 0, run_save, check_new, fixture);
    }
}

/* A kill leaves nothing; only the hidden file of where there are no unnamed ones stays. */
static void test_killed(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    fixture->file = "a.npy";
    fixture->replace = false;
    assert_true(fault_each(FAULT_KILL, 0, run_save, check_new, fixture) > 5);
    choose(fixture, "::2, ::2");
    assert_true(fault_each(FAULT_KILL, 0, run_save, check_new, fixture) > 5);
}

/* The old file or the new one; beside it at most the complete new one, killed between the two steps. */
static void check_replaced(void *context, int result)
{
    struct fixture *fixture = context;
    size_t size;
    char *bytes = tmpdir_read(&fixture->tmpdir, "out/a.npy", &size);
    bool is_old = size == 3;
    assert_true(is_old ? strcmp(bytes, "old") == 0 && result != 0 : true);
    if (!is_old)
        assert_holds_view(fixture, "a.npy", 'C');
    free(bytes);
    if (result != -EINTR)
        assert_int_equal(files(fixture), 1);
    else if (files(fixture) > 1) {
        struct tmpdir out = {0};
        snprintf(out.path, sizeof out.path, "%s", tmpdir_path(&fixture->tmpdir, "out"));
        assert_int_equal(files(fixture), 2);
        tmpdir_remove(&out);
        tmpdir_mkdir(&fixture->tmpdir, "out");
    }
    tmpdir_write_text(&fixture->tmpdir, "out/a.npy", "old");
}

static void test_replacement_struck(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    fixture->file = "a.npy";
    fixture->replace = true;
    tmpdir_write_text(&fixture->tmpdir, "out/a.npy", "old");
    assert_true(fault_each(FAULT_ERROR, EIO, run_save, check_replaced, fixture) > 5);
    fault_each(FAULT_SHORT, 0, run_save, check_replaced, fixture);
    assert_true(fault_each(FAULT_KILL, 0, run_save, check_replaced, fixture) > 5);
    fault_play(FAULT_NO_TMPFILE);
    assert_true(fault_each(FAULT_ERROR, ENOSPC, run_save, check_replaced, fixture) > 5);
}

static void test_file_limit(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit old, limit;
    make(fixture, "<f8", false, "(30, 20)", 4800);
    choose(fixture, "");
    assert_return_code(getrlimit(RLIMIT_FSIZE, &old), errno);
    limit = (struct rlimit){1000, old.rlim_max};
    assert_return_code(setrlimit(RLIMIT_FSIZE, &limit), errno);
    expect_failure(fixture, "a.npy", false, EFBIG, "ulimit -f");
    assert_return_code(setrlimit(RLIMIT_FSIZE, &old), errno);
}

static void test_no_room(void **state)
{
    struct fixture *fixture = *state;
    struct tmpdir out = {0};
    make(fixture, "<f8", false, "(300, 100)", 240000);
    snprintf(out.path, sizeof out.path, "%s", tmpdir_path(&fixture->tmpdir, "out"));
    tmpdir_mount(&out, "size=200k,nr_inodes=3");
    choose(fixture, "");
    expect_failure(fixture, "a.npy", false, ENOSPC, "no room for its copy: 235K needed, 200K free");
    expect_failure(fixture, "a.csv", false, ENOSPC, "no room left");
    choose(fixture, ":, :50");
    tmpdir_write_text(&fixture->tmpdir, "out/a.npy", "old");
    expect_saved(fixture, "a.npy", true);
    assert_holds_view(fixture, "a.npy", 'C');
    choose(fixture, ":, :20");
    expect_saved(fixture, "b.npy", false);
    choose(fixture, ":, :2");
    expect_failure(fixture, "c.npy", false, ENOSPC, "no inode left");
    assert_int_equal(files(fixture), 2);
    assert_return_code(umount2(out.path, MNT_DETACH), errno);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
        TEST(test_place),
        TEST(test_format_of),
        TEST(test_into_the_segments),
        TEST(test_read_only),
        TEST(test_mode_and_replacement),
        TEST(test_without_sendfile_or_unnamed_files),
        TEST(test_changed_meanwhile),
        TEST(test_name_taken_meanwhile),
        TEST(test_cancel),
        TEST(test_stream),
        TEST(test_stream_is_closed),
        TEST(test_struck),
        TEST(test_killed),
        TEST(test_replacement_struck),
        TEST(test_file_limit),
        TEST(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
