/*
 * The n-th system call of reading a pickle fails, comes short or is interrupted: words and a code, or all the
 * data, and no descriptor left open (fault_each looks).
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/source/source.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

#define DATA_MAX 4096

struct fixture {
    struct tmpdir tmpdir;
    const char *name;
    bool must_succeed;
    size_t size;
    uint8_t want[DATA_MAX], got[DATA_MAX];
    unsigned done;
};

static int read_whole(struct source *source, struct fixture *fixture, struct error *error)
{
    uint64_t bytes;
    int r = source_bytes(source, &bytes, error);
    assert_true(r < 0 || bytes <= DATA_MAX);
    if (r == 0)
        r = source_read_all(source, fixture->got, (size_t)bytes, error);
    if (r == 0)
        r = source->ops->finish(source, error);
    fixture->size = (size_t)bytes;
    return r;
}

static int run(void *context)
{
    struct fixture *fixture = context;
    struct source *source;
    struct error error = {0};
    memset(fixture->got, 0, DATA_MAX);
    int r = source_open(&source, tmpdir_path(&fixture->tmpdir, fixture->name), NULL, &error);
    if (r == 0) {
        r = read_whole(source, fixture, &error);
        source_close(source);
    }
    assert_true(r == 0 || (error.code == -r && error.text[0] != '\0'));
    return r;
}

static void check(void *context, int result)
{
    struct fixture *fixture = context;
    if (fixture->must_succeed)
        assert_int_equal(result, 0);
    if (result == 0)
        assert_memory_equal(fixture->got, fixture->want, fixture->size);
    fixture->done += result == 0;
}

static void put(struct fixture *fixture, const char *name)
{
    char path[4096], bytes[8192];
    const char *root = getenv("SRCDIR");
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/pickle/%s", root ? root : SRCDIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    tmpdir_write(&fixture->tmpdir, name, bytes, fread(bytes, 1, sizeof bytes, file));
    fclose(file);
    fixture->name = name;
}

static void every_call_of_reading_one(void **state)
{
    static const char *const names[] = {"long", "long-2", "long-5", "protocol-2", "struct"};
    static const int errors[] = {EIO, EACCES, ENOMEM};
    struct fixture fixture = {0};
    (void)state;
    tmpdir_make(&fixture.tmpdir);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        put(&fixture, names[i]);
        assert_int_equal(run(&fixture), 0);
        memcpy(fixture.want, fixture.got, DATA_MAX);
        fixture.must_succeed = false;
        for (size_t k = 0; k < sizeof errors / sizeof errors[0]; k++)
            assert_true(fault_each(FAULT_ERROR, errors[k], run, check, &fixture) > 0);
        fixture.must_succeed = true;
        fault_each(FAULT_SHORT, 0, run, check, &fixture);
        fault_each(FAULT_INTERRUPT, 0, run, check, &fixture);
    }
    assert_true(fixture.done > 0);
    fault_reset();
    tmpdir_remove(&fixture.tmpdir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_of_reading_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
