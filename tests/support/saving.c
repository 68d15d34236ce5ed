#include "tests/support/saving.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/matrix/window.h"
#include "core/segment/segment.h"
#include "tests/support/fault.h"
#include "tests/support/test.h"

int saving_setup(void **state)
{
    struct saving *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_mkdir(&fixture->tmpdir, "shm");
    tmpdir_mkdir(&fixture->tmpdir, "out");
    assert_int_equal(directory_open(&fixture->directory, tmpdir_path(&fixture->tmpdir, "shm"), false, NULL),
                     0);
    fixture->save = (struct save){.fd = -1, .matrix = &fixture->source.matrix, .view = &fixture->view};
    *state = fixture;
    return 0;
}

static void close_source(struct saving *fixture)
{
    if (fixture->save.fd < 0)
        return;
    close(fixture->save.fd);
    layout_result_clear(&fixture->source);
    fixture->save.fd = -1;
}

int saving_teardown(void **state)
{
    struct saving *fixture = *state;
    fault_reset();
    close_source(fixture);
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

static int saving_open(const struct saving *fixture, const char *name, struct layout_result *ret)
{
    int fd = open(tmpdir_path(&fixture->tmpdir, name), O_RDONLY | O_CLOEXEC);
    assert_return_code(fd, errno);
    *ret = (struct layout_result){0};
    assert_int_equal(segment_probe(fd, name, (uint64_t)lseek(fd, 0, SEEK_END), ret), 0);
    if (!ret->has_matrix)
        fail_msg("%s: %s", name, ret->reason);
    return fd;
}

void saving_choose(struct saving *fixture, const char *index)
{
    struct error error = {0};
    close_source(fixture);
    fixture->save.fd = saving_open(fixture, "shm/a", &fixture->source);
    if (view_parse(&fixture->source.matrix, index, &fixture->view, &error) < 0)
        fail_msg("%s", error.text);
}

void saving_make(struct saving *fixture, const char *descr, bool fortran, const char *shape, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 131 + i / 256);
    close_source(fixture);
    tmpdir_write_npy(&fixture->tmpdir, "shm/a", descr, fortran, shape, bytes, size);
    free(bytes);
}

int saving_run(struct saving *fixture, const char *name, bool replace, struct progress *progress,
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

struct save_report saving_expect(struct saving *fixture, const char *name, bool replace)
{
    struct save_report report;
    struct error error = {0};
    if (saving_run(fixture, name, replace, NULL, &report, &error) < 0)
        fail_msg("%s: %s", name, error.text);
    return report;
}

void saving_expect_failure(struct saving *fixture, const char *name, bool replace, int code,
                           const char *words)
{
    struct save_report report;
    struct error error = {0};
    int r = saving_run(fixture, name, replace, NULL, &report, &error);
    if (r != -code || error.code != code)
        fail_msg("%s: %d, %d, %s", name, r, error.code, error.text);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

unsigned saving_files(const struct saving *fixture)
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

void saving_holds_view(const struct saving *fixture, const char *name, char order)
{
    char path[300];
    struct layout_result saved;
    struct view whole;
    size_t size, saved_size;
    snprintf(path, sizeof path, "out/%s", name);
    int fd = saving_open(fixture, path, &saved);
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

void saving_expect_view(struct saving *fixture, const char *index, char order)
{
    saving_choose(fixture, index);
    struct save_report report = saving_expect(fixture, "a.npy", true);
    saving_holds_view(fixture, "a.npy", order);
    assert_false(report.changed);
    struct stat st;
    uint64_t size;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "out/a.npy"), &st), errno);
    assert_int_equal(report.bytes, st.st_size);
    assert_int_equal(save_size(&fixture->save, &size, NULL), 0);
    assert_int_equal(size, st.st_size);
}
