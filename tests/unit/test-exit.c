#include "tests/support/test.h"

#include <errno.h>

#include "tui/command/exit.h"

static void each_code_of_core_has_its_status(void **state)
{
    (void)state;
    static const struct {
        int code, status;
    } cases[] = {
        {0, 0},      {EBADMSG, 1},      {ENOTSUP, 1}, {EIO, 1},     {ENOMEM, 1}, {ECANCELED, 1},
        {EINVAL, 2}, {ENAMETOOLONG, 2}, {ENOENT, 3},  {ENOTDIR, 3}, {ELOOP, 3},  {EEXIST, 4},
        {EBUSY, 4},  {EROFS, 4},        {ESTALE, 4},  {ENOSPC, 4},  {EDQUOT, 4}, {EFBIG, 4},
        {EACCES, 5}, {EPERM, 5},        {ENOTTY, 6},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(exit_status_of(cases[i].code), cases[i].status);
        assert_int_equal(exit_status_of(-cases[i].code), cases[i].status);
    }
}

static void the_worse_of_two_is_the_higher(void **state)
{
    (void)state;
    assert_int_equal(exit_status_worse(EXIT_STATUS_NOT_FOUND, EXIT_STATUS_FAILED), 3);
    assert_int_equal(exit_status_worse(EXIT_STATUS_DONE, EXIT_STATUS_PERMISSION), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_of_core_has_its_status),
        cmocka_unit_test(the_worse_of_two_is_the_higher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
