/* Looking, asking, watching and deleting while each system call in turn fails, is interrupted, comes short or
 * ends the process. */
#include "tests/support/test.h"

#include <errno.h>
#include <unistd.h>

#include "core/segment/removal.h"
#include "core/segment/room.h"
#include "core/segment/watch.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct identity m, d; /* of the entries "m" and "d" */
    unsigned rows;
    unsigned failures;
    int code; /* what failures have to be */
};

static void make_entries(struct fixture *f)
{
    struct directory *directory;
    struct segment segment;
    if (!tmpdir_exists(&f->tmpdir, "d"))
        tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_write_npy(&f->tmpdir, "m", "<f8", false, "(2, 2)", NULL, 32);
    tmpdir_write_text(&f->tmpdir, "d/f", "x");
    tmpdir_write_text(&f->tmpdir, "d/g", "x");
    assert_int_equal(directory_open(&directory, f->tmpdir.path, false, NULL), 0);
    assert_int_equal(segment_stat(directory, "m", &segment, NULL), 0);
    f->m = segment.id;
    segment_clear(&segment);
    assert_int_equal(segment_stat(directory, "d", &segment, NULL), 0);
    f->d = segment.id;
    segment_clear(&segment);
    directory_close(directory);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    make_entries(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

static int count_row(void *context, struct segment *segment)
{
    struct fixture *f = context;
    assert_non_null(segment->name);
    f->rows++;
    return 0;
}

static int run_scan(void *context)
{
    struct fixture *f = context;
    struct directory *directory;
    struct error error = {0};
    f->rows = 0;
    int r = directory_open(&directory, f->tmpdir.path, false, &error);
    if (r == 0) {
        r = segment_scan(directory, count_row, f, NULL, &error);
        directory_close(directory);
    }
    assert_int_equal(-r, error.code);
    assert_int_equal(r == 0, error.text[0] == '\0');
    return r;
}

/* A scan that says it is complete is complete: 4 rows. */
static void check_scan(void *context, int result)
{
    struct fixture *f = context;
    if (result == 0)
        assert_int_equal(f->rows, 4);
    else
        f->failures++;
}

static void a_scan_is_whole_or_fails(void **state)
{
    struct fixture *f = *state;
    static const int codes[] = {EIO, ENOMEM, EMFILE};
    for (size_t i = 0; i < 3; i++) {
        f->failures = 0;
        unsigned long struck = fault_each(FAULT_ERROR, codes[i], run_scan, check_scan, f);
        /* Only closing may fail unnoticed: the directory, its listing, that of d for its sum and for its
         * rows. */
        assert_int_equal(struck - f->failures, 4);
    }
}

static void an_interrupted_scan_goes_on(void **state)
{
    struct fixture *f = *state;
    static const unsigned kernels[] = {0, FAULT_NO_BTIME, FAULT_NO_BTIME | FAULT_NO_HANDLES};
    for (size_t i = 0; i < 3; i++) {
        fault_play(kernels[i]);
        assert_int_equal(run_scan(f), 0);
        assert_int_equal(f->rows, 4);
    }
    f->failures = 0;
    fault_each(FAULT_INTERRUPT, 0, run_scan, check_scan, f);
    assert_int_equal(f->failures, 0);
}

static int run_recognise(void *context)
{
    struct fixture *f = context;
    struct directory *directory;
    struct segment segment = {0};
    int r = directory_open(&directory, f->tmpdir.path, false, NULL);
    if (r < 0)
        return r;
    r = segment_stat(directory, "m", &segment, NULL);
    if (r == 0)
        r = segment_recognise(directory, &segment, NULL);
    f->rows = segment.layout == LAYOUT_NPY && segment.matrix && !segment.damage;
    segment_clear(&segment);
    directory_close(directory);
    return r;
}

static void check_recognise(void *context, int result)
{
    struct fixture *f = context;
    if (result == 0)
        assert_int_equal(f->rows, 1);
    else
        f->failures++;
}

static void a_matrix_is_recognised_or_it_fails(void **state)
{
    struct fixture *f = *state;
    fault_each(FAULT_ERROR, EIO, run_recognise, check_recognise, f);
    assert_true(f->failures > 0);
    f->failures = 0;
    fault_each(FAULT_SHORT, 0, run_recognise, check_recognise, f);
    fault_each(FAULT_INTERRUPT, 0, run_recognise, check_recognise, f);
    assert_int_equal(f->failures, 0);
}

static int run_remove(void *context)
{
    struct fixture *f = context;
    struct directory *directory;
    int r = directory_open(&directory, f->tmpdir.path, false, NULL);
    if (r < 0)
        return r;
    r = removal_unlink(directory, "m", &f->m, true, NULL);
    if (r == 0)
        r = removal_unlink(directory, "d", &f->d, true, NULL);
    directory_close(directory);
    return r;
}

/* Done means gone; failed or killed may have got only so far, but never beyond what was asked for. */
static void check_remove(void *context, int result)
{
    struct fixture *f = context;
    if (result == 0)
        assert_false(tmpdir_exists(&f->tmpdir, "m") || tmpdir_exists(&f->tmpdir, "d"));
    else
        f->failures++;
    assert_true(tmpdir_exists(&f->tmpdir, "bystander"));
    make_entries(f);
}

static void deleting_says_the_truth(void **state)
{
    struct fixture *f = *state;
    static const unsigned kernels[] = {0, FAULT_NO_LEASES, FAULT_NO_BTIME};
    tmpdir_write_text(&f->tmpdir, "bystander", "x");
    for (size_t i = 0; i < 3; i++) {
        fault_play(kernels[i]);
        make_entries(f);
        f->failures = 0;
        fault_each(FAULT_ERROR, EIO, run_remove, check_remove, f);
        assert_true(f->failures > 0);
        fault_each(FAULT_KILL, 0, run_remove, check_remove, f);
        f->failures = 0;
        fault_each(FAULT_INTERRUPT, 0, run_remove, check_remove, f);
        assert_int_equal(f->failures, 0);
    }
}

static int run_watch(void *context)
{
    struct fixture *f = context;
    struct directory *directory;
    struct watch *watch;
    const char *const *names;
    bool everything = false;
    int r = directory_open(&directory, f->tmpdir.path, false, NULL);
    if (r < 0)
        return r;
    r = watch_new(&watch, directory, NULL);
    assert_int_equal(r, 0); /* refused or not, there is a watch */
    watch_add_subdirectory(watch, "d");
    tmpdir_write_text(&f->tmpdir, "m", "changed");
    watch_drain(watch);
    size_t n = watch_take(watch, &names, &everything);
    f->rows = everything || watch_is_polling(watch) || (n == 1 && strcmp(names[0], "m") == 0);
    watch_renew(watch, NULL);
    watch_free(watch);
    directory_close(directory);
    return 0;
}

static void check_watch(void *context, int result)
{
    struct fixture *f = context;
    if (result == 0)
        assert_int_equal(f->rows, 1);
}

static void a_change_is_named_or_everything_is(void **state)
{
    struct fixture *f = *state;
    static const int codes[] = {EIO, ENOSPC, EMFILE};
    for (size_t i = 0; i < 3; i++)
        fault_each(FAULT_ERROR, codes[i], run_watch, check_watch, f);
    fault_each(FAULT_INTERRUPT, 0, run_watch, check_watch, f);
    fault_each(FAULT_SHORT, 0, run_watch, check_watch, f);
}

static int run_room(void *context)
{
    struct fixture *f = context;
    struct directory *directory;
    struct room room = {0};
    int r = directory_open(&directory, f->tmpdir.path, false, NULL);
    if (r < 0)
        return r;
    r = room_measure(directory, tmpdir_path(&f->tmpdir, "d"), "/none", &room, NULL);
    f->rows = room.memory == 2048 * 1024;
    directory_close(directory);
    return r;
}

static void check_room(void *context, int result)
{
    struct fixture *f = context;
    if (result == 0 && f->code == 0)
        assert_int_equal(f->rows, 1);
}

static void the_room_is_measured_in_pieces_too(void **state)
{
    struct fixture *f = *state;
    tmpdir_write_text(&f->tmpdir, "d/meminfo", "MemAvailable: 2048 kB\n");
    fault_each(FAULT_SHORT, 0, run_room, check_room, f);
    f->code = 1; /* what cannot be read does not limit */
    fault_each(FAULT_ERROR, EIO, run_room, check_room, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scan_is_whole_or_fails),           TEST(an_interrupted_scan_goes_on),
        TEST(a_matrix_is_recognised_or_it_fails), TEST(deleting_says_the_truth),
        TEST(a_change_is_named_or_everything_is), TEST(the_room_is_measured_in_pieces_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
