/*
 * The n-th system call of reading an .npz fails, comes short or is interrupted: what is given is right, or
 * there is an error with its words; libzip keeps nothing open and nothing of a failure to itself.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/source/source.h"
#include "core/source/source_list.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"
#include "tests/support/zipfile.h"

#define SIZE 700000 /* more than libzip's window */

struct fixture {
    struct tmpdir tmpdir;
    uint8_t *bytes, *read;
    bool must_succeed;
    unsigned done;
};

static void write_zip(const struct fixture *f, const char *file, unsigned method)
{
    size_t npy_size, size;
    tmpdir_write_npy(&f->tmpdir, "npy", "|u1", false, "(700000,)", f->bytes, SIZE);
    char *npy = tmpdir_read(&f->tmpdir, "npy", &npy_size);
    struct zip_entry entry = {.name = "a.npy", .data = npy, .size = npy_size, .method = method};
    uint8_t *zip = zip_build(&entry, 1, &(struct zip_end){.count64 = 1}, &size);
    tmpdir_write(&f->tmpdir, file, zip, size);
    free(zip);
    free(npy);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    f->bytes = malloc(SIZE);
    f->read = malloc(SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        f->bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    write_zip(f, "stored", 0);
    write_zip(f, "deflated", 8);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    tmpdir_remove(&f->tmpdir);
    free(f->bytes);
    free(f->read);
    free(f);
    return 0;
}

static int read_file(struct fixture *f, const char *file, struct error *error)
{
    struct source *source = NULL;
    int r = source_open(&source, tmpdir_path(&f->tmpdir, file), NULL, error);
    if (r == 0 && (r = source_read_all(source, f->read, SIZE, error)) == 0)
        r = source->ops->finish(source, error);
    if (r == 0)
        assert_memory_equal(f->read, f->bytes, SIZE);
    source_close(source);
    return r;
}

static int run(void *context)
{
    struct fixture *f = context;
    struct error error = {0};
    struct source_members members = {0};
    int r = read_file(f, "stored", &error);
    if (r == 0)
        r = read_file(f, "deflated", &error);
    if (r == 0)
        r = source_list(tmpdir_path(&f->tmpdir, "deflated"), &members, &error);
    source_members_clear(&members);
    assert_true(r == 0 || (error.code == -r && error.text[0]));
    return r;
}

static void check(void *context, int result)
{
    struct fixture *f = context;
    if (f->must_succeed)
        assert_int_equal(result, 0);
    f->done += result == 0;
}

static void what_is_given_is_right(void **state)
{
    struct fixture *f = *state;
    static const int errors[] = {EIO, EACCES, EINVAL, ENOMEM};
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        f->done = 0;
        assert_true(fault_each(FAULT_ERROR, errors[i], run, check, f) > 15);
        assert_true(f->done >= 1);
    }
    f->must_succeed = true;
    assert_true(fault_each(FAULT_SHORT, 0, run, check, f) > 10);
    assert_true(fault_each(FAULT_INTERRUPT, 0, run, check, f) > 10);
}

/* The kernel's words come through libzip. */
static void a_failed_read_is_told(void **state)
{
    struct fixture *f = *state;
    for (unsigned long n = 1; n <= 4; n++) {
        struct error error = {0};
        fault_arm(FAULT_CALL_pread, FAULT_ERROR, EIO, n);
        assert_int_equal(read_file(f, "deflated", &error), -EIO);
        assert_non_null(strstr(error.text, "cannot read the file: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_given_is_right, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_read_is_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
