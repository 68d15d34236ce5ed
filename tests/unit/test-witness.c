#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process/witness.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct witness *witness;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error error = {0};
    tmpdir_make(&f->tmpdir);
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    int r = witness_new(&f->witness, f->directory, "/proc", &error);
    if (r < 0)
        assert_true(r == -EPERM || r == -EINVAL || r == -ENOSYS);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    witness_free(f->witness);
    directory_close(f->directory);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

/* Only root is told who it was. */
static void need(struct fixture *f)
{
    if (!f->witness || geteuid() != 0)
        skip();
}

static void drain(struct fixture *f)
{
    struct pollfd fd = {.fd = witness_fd(f->witness), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    witness_drain(f->witness);
}

static void assert_me(struct fixture *f, enum deed deed, const char *name)
{
    struct culprit by = {0};
    assert_true(witness_take(f->witness, deed, name, &by));
    assert_int_equal(by.pid, getpid());
    assert_true(by.known);
    assert_int_equal(by.uid, geteuid());
    assert_string_equal(by.command, "test-witness");
}

static void who_created_renamed_and_deleted_is_told_once(void **state)
{
    struct fixture *f = *state;
    struct culprit by;
    need(f);
    tmpdir_write_text(&f->tmpdir, "a", "a");
    drain(f);
    assert_false(witness_take(f->witness, DEED_DELETED, "a", &by));
    assert_false(witness_take(f->witness, DEED_CREATED, "b", &by));
    assert_true(witness_see(f->witness, DEED_CREATED, "a", &by));
    assert_me(f, DEED_CREATED, "a");
    assert_false(witness_take(f->witness, DEED_CREATED, "a", &by));
    assert_int_equal(rename(tmpdir_path(&f->tmpdir, "a"), tmpdir_path(&f->tmpdir, "b")), 0);
    tmpdir_unlink(&f->tmpdir, "b");
    drain(f);
    assert_me(f, DEED_WENT, "a");
    assert_me(f, DEED_CAME, "b");
    assert_me(f, DEED_DELETED, "b");
}

static void a_subdirectory_is_told_of_once_it_is_added(void **state)
{
    struct fixture *f = *state;
    need(f);
    tmpdir_mkdir(&f->tmpdir, "d");
    assert_int_equal(witness_add_subdirectory(f->witness, "d"), 0);
    assert_int_equal(witness_add_subdirectory(f->witness, "d"), 0);
    assert_int_equal(witness_add_subdirectory(f->witness, "none"), -ENOENT);
    tmpdir_write_text(&f->tmpdir, "d/a", "a");
    drain(f);
    assert_me(f, DEED_CREATED, "d");
    assert_me(f, DEED_CREATED, "d/a");
    assert_int_equal(rename(tmpdir_path(&f->tmpdir, "d"), tmpdir_path(&f->tmpdir, "e")), 0);
    assert_int_equal(witness_add_subdirectory(f->witness, "e"), 0);
    tmpdir_unlink(&f->tmpdir, "e/a");
    drain(f);
    assert_me(f, DEED_DELETED, "e/a");
}

/* Those that went are forgotten, those that are there are not. */
static void directories_may_come_and_go_for_ever(void **state)
{
    struct fixture *f = *state;
    char name[16];
    need(f);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "stays%d", i);
        tmpdir_mkdir(&f->tmpdir, name);
        assert_int_equal(witness_add_subdirectory(f->witness, name), 0);
        for (int k = 0; k < 300; k++) {
            tmpdir_mkdir(&f->tmpdir, "goes");
            assert_int_equal(witness_add_subdirectory(f->witness, "goes"), 0);
            assert_int_equal(rmdir(tmpdir_path(&f->tmpdir, "goes")), 0);
        }
        witness_drain(f->witness);
    }
    tmpdir_write_text(&f->tmpdir, "a", "");
    tmpdir_write_text(&f->tmpdir, "stays0/a", "");
    tmpdir_write_text(&f->tmpdir, "stays3/a", "");
    drain(f);
    assert_me(f, DEED_CREATED, "a");
    assert_me(f, DEED_CREATED, "stays0/a");
    assert_me(f, DEED_CREATED, "stays3/a");
}

static void of_a_process_that_ended_the_pid_is_known(void **state)
{
    struct fixture *f = *state;
    struct culprit by = {0};
    need(f);
    pid_t pid = fork();
    if (pid == 0)
        _exit(mkdir(tmpdir_path(&f->tmpdir, "d"), 0700) != 0);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    drain(f);
    assert_true(witness_take(f->witness, DEED_CREATED, "d", &by));
    assert_int_equal(by.pid, pid);
    assert_false(by.known);
    assert_string_equal(by.command, "");
}

static void what_is_made_and_renamed_by_a_replacement_is_left_out(void **state)
{
    struct fixture *f = *state;
    struct culprit by;
    need(f);
    tmpdir_write_text(&f->tmpdir, ".shmtop-1-1", "a");
    assert_int_equal(rename(tmpdir_path(&f->tmpdir, ".shmtop-1-1"), tmpdir_path(&f->tmpdir, "a")), 0);
    drain(f);
    assert_false(witness_take(f->witness, DEED_CREATED, ".shmtop-1-1", &by));
    assert_me(f, DEED_CAME, "a");
}

static void only_the_newest_are_kept(void **state)
{
    struct fixture *f = *state;
    struct culprit by;
    char name[16];
    need(f);
    for (int i = 0; i < WITNESS_MAX + 10; i++) {
        snprintf(name, sizeof name, "%d", i);
        tmpdir_mkdir(&f->tmpdir, name);
        if (i % 1000 == 0)
            witness_drain(f->witness);
    }
    struct pollfd fd = {.fd = witness_fd(f->witness), .events = POLLIN};
    while (poll(&fd, 1, 0) == 1)
        witness_drain(f->witness);
    assert_false(witness_take(f->witness, DEED_CREATED, "9", &by));
    assert_me(f, DEED_CREATED, "10");
    assert_me(f, DEED_CREATED, name);
}

static int run_witness(void *context)
{
    struct fixture *f = context;
    struct witness *witness;
    struct error error = {0};
    struct culprit by;
    int r = witness_new(&witness, f->directory, "/proc", &error);
    assert_int_equal(-r, error.code);
    if (r < 0)
        return r;
    if (!tmpdir_exists(&f->tmpdir, "d"))
        tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_unlink(&f->tmpdir, "d");
    witness_drain(witness);
    if (witness_take(witness, DEED_DELETED, "d", &by))
        assert_int_equal(by.pid, getpid());
    witness_free(witness);
    return 0;
}

static void check_witness(void *context, int result)
{
    (void)context;
    assert_true(result == 0 || result == -EPERM);
}

static void without_it_nothing_is_known_and_nothing_breaks(void **state)
{
    need(*state);
    fault_each(FAULT_ERROR, EPERM, run_witness, check_witness, *state);
    fault_each(FAULT_INTERRUPT, EINTR, run_witness, check_witness, *state);
    fault_each(FAULT_SHORT, 0, run_witness, check_witness, *state);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_fixture(who_created_renamed_and_deleted_is_told_once),
        with_fixture(a_subdirectory_is_told_of_once_it_is_added),
        with_fixture(directories_may_come_and_go_for_ever),
        with_fixture(of_a_process_that_ended_the_pid_is_known),
        with_fixture(what_is_made_and_renamed_by_a_replacement_is_left_out),
        with_fixture(only_the_newest_are_kept),
        with_fixture(without_it_nothing_is_known_and_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
