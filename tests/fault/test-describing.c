/*
 * The n-th system call of recording what a segment is said to be fails: it says why, and what is recorded is
 * what was said, or nothing.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/segment/descriptions.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"
#include "tui/app/describing.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct descriptions *descriptions;
    struct describe_request request;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[512];
    struct segment segment = {0};
    tmpdir_make(&f->tmpdir);
    tmpdir_mkdir(&f->tmpdir, "shm");
    tmpdir_write(&f->tmpdir, "shm/raw", "abcdefgh", 8);
    snprintf(path, sizeof path, "%s", tmpdir_path(&f->tmpdir, "state/described"));
    f->descriptions = descriptions_new(path, tmpdir_path(&f->tmpdir, "rules"));
    assert_int_equal(directory_open(&f->directory, tmpdir_path(&f->tmpdir, "shm"), false, NULL), 0);
    directory_use_descriptions(f->directory, f->descriptions);
    assert_int_equal(segment_stat(f->directory, "raw", &segment, NULL), 0);
    f->request = (struct describe_request){
        .name = (char *)"raw", .id = segment.id, .matrix = {.order = 'C', .rank = 2, .shape = {2, 2}}};
    assert_int_equal(dtype_parse("i2", &f->request.matrix.dtype, NULL), 0);
    segment_clear(&segment);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    directory_close(f->directory);
    descriptions_free(f->descriptions);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

static int describe(struct fixture *f, bool clear)
{
    struct host host = {.proc_root = "/proc", .root = "/", .descriptions = f->descriptions};
    f->request.clear = clear;
    struct described *described = describing_run(f->directory, &host, &f->request);
    int code = described->error.code;
    assert_true(code == 0 || described->error.text[0]);
    described_clear(described);
    free(described);
    return -code;
}

static int run(void *context)
{
    return describe(context, false);
}

static void check(void *context, int result)
{
    struct fixture *f = context;
    struct segment segment = {0};
    descriptions_refresh(f->descriptions, NULL, NULL); /* as before each look */
    assert_int_equal(segment_stat(f->directory, "raw", &segment, NULL), 0);
    assert_int_equal(segment_recognise(f->directory, &segment, NULL), 0);
    assert_null(segment.damage);
    assert_true(result != 0 || segment.matrix);
    if (segment.matrix)
        assert_memory_equal(segment.matrix->shape, f->request.matrix.shape, 16);
    segment_clear(&segment);
    assert_int_equal(describe(f, true), 0);
}

static void in_the_attribute_or_not_at_all(void **state)
{
    fault_each(FAULT_ERROR, EIO, run, check, *state);
    fault_each(FAULT_ERROR, EACCES, run, check, *state);
}

static void in_the_state_file_or_not_at_all(void **state)
{
    fault_play(FAULT_NO_ATTRIBUTES);
    assert_true(fault_each(FAULT_ERROR, EIO, run, check, *state) > 0);
    assert_true(fault_each(FAULT_ERROR, ENOSPC, run, check, *state) > 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_the_attribute_or_not_at_all),
        TEST(in_the_state_file_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
