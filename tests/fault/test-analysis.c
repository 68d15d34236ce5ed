/*
 * Each system call of a pass over all values fails, comes short or is interrupted: the failure is told, with
 * its words, or the numbers are those of the segment.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/analysis/statistics.h"
#include "core/sys/fd.h"
#include "tests/support/fault.h"

#define ROWS    300
#define COLUMNS 1000

struct fixture {
    int fd;
    struct matrix matrix;
    struct view view;
    bool by_place;
    int error; /* what strikes; 0: what strikes is no failure */
    unsigned done;
    struct statistics statistics, list[COLUMNS];
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    static double values[ROWS * COLUMNS];
    for (unsigned i = 0; i < ROWS * COLUMNS; i++)
        values[i] = i % COLUMNS;
    fixture->fd = memfd_create("analysis", MFD_CLOEXEC);
    assert_int_equal(fd_pwrite_all(fixture->fd, values, sizeof values, 0), 0);
    fixture->matrix = (struct matrix){.order = 'C', .rank = 2, .shape = {ROWS, COLUMNS}};
    assert_int_equal(dtype_parse("f8", &fixture->matrix.dtype, NULL), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    close(fixture->fd);
    free(fixture);
    return 0;
}

static int run(void *context)
{
    struct fixture *fixture = context;
    struct statistics_options options = {.bins = 10, .threads = 1};
    struct error error = {0};
    int r;
    statistics_clear(&fixture->statistics);
    if (fixture->by_place)
        r = statistics_by_place(fixture->fd, &fixture->matrix, &fixture->view, 1, &options, fixture->list,
                                NULL, &error);
    else
        r = statistics_run(fixture->fd, &fixture->matrix, &fixture->view, &options, &fixture->statistics,
                           NULL, &error);
    assert_true(r == 0 || (error.code == -r && error.text[0]));
    return r;
}

static void check(void *context, int result)
{
    struct fixture *fixture = context;
    if (result != 0) {
        assert_int_equal(result, -fixture->error);
        return;
    }
    const struct statistics *one = fixture->by_place ? &fixture->list[7] : &fixture->statistics;
    uint64_t columns = fixture->view.count[1];
    assert_false(one->rewritten);
    assert_int_equal(one->tally.count, fixture->by_place ? ROWS : ROWS * columns);
    if (columns == COLUMNS)
        assert_true(one->tally.mean == (fixture->by_place ? 7 : (COLUMNS - 1) / 2.0));
    fixture->done++;
}

/* Read in blocks, in spans that are gathered, and run by run. */
static void each_call_of_statistics_is_struck(void **state)
{
    struct fixture *fixture = *state;
    static const char *const index[] = {"", ":,::2", ":,::500"};
    static const int errors[] = {EIO, ENOMEM, EACCES};
    for (int i = 0; i < 6; i++) {
        fixture->by_place = i % 2;
        assert_int_equal(view_parse(&fixture->matrix, index[i / 2], &fixture->view, NULL), 0);
        if (fixture->view.count[1] < 8)
            fixture->by_place = false;
        fixture->done = 0;
        for (size_t k = 0; k < sizeof errors / sizeof errors[0]; k++) {
            fixture->error = errors[k];
            assert_true(fault_each(FAULT_ERROR, errors[k], run, check, fixture) > 8);
        }
        assert_true(fixture->done >=
                    3); /* the last of each, that nothing struck; where no hole can be found */
        fixture->error = 0;
        assert_true(fault_each(FAULT_INTERRUPT, 0, run, check, fixture) > 6);
        assert_true(fault_each(FAULT_SHORT, 0, run, check, fixture) > 6);
    }
    statistics_clear(&fixture->statistics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_call_of_statistics_is_struck, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
