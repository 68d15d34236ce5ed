#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/process/logind.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

/* A file at a path of any depth below the root. */
static void write_at(const struct tmpdir *tmpdir, const char *path, const char *text)
{
    char part[256];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        mkdir(tmpdir_path(tmpdir, part), 0755);
    }
    if (text)
        tmpdir_write_text(tmpdir, path, text);
}

static int setup(void **state)
{
    tmpdir_setup(state);
    write_at(*state, "run/systemd/users/", NULL);
    write_at(*state, "dev/shm/", NULL);
    return 0;
}

static uint64_t device_of(const struct tmpdir *tmpdir)
{
    struct stat st;
    assert_int_equal(stat(tmpdir->path, &st), 0);
    return st.st_dev;
}

static bool removes(const struct tmpdir *tmpdir, uid_t uid, const char *user)
{
    struct logind logind;
    logind_read(&logind, tmpdir->path);
    bool answer = logind_removes(&logind, device_of(tmpdir), uid, user);
    logind_clear(&logind);
    return answer;
}

static void by_default_those_of_people_go(void **state)
{
    const struct tmpdir *tmpdir = *state;
    assert_true(removes(tmpdir, 1000, "alice"));
    assert_true(removes(tmpdir, 1000, NULL));
    assert_false(removes(tmpdir, 999, "postgres"));
    assert_false(removes(tmpdir, 0, "root"));
    assert_false(removes(tmpdir, 65534, "nobody"));
    assert_false(removes(tmpdir, 61184, NULL));
    assert_true(removes(tmpdir, 65520, NULL));
    write_at(tmpdir, "etc/login.defs",
             "# SYS_UID_MAX 9\nUID_MIN 600\nSYS_UID_MAX\t\t 499\nSYS_UID_MAXIMUM 7\n");
    assert_true(removes(tmpdir, 500, "old"));
    assert_false(removes(tmpdir, 499, "daemon"));
    write_at(tmpdir, "etc/login.defs", "SYS_UID_MAX -1\nSYS_UID_MAX 99999999999\nSYS_UID_MAX 4x\n");
    assert_true(removes(tmpdir, 1000, "alice"));
    assert_false(removes(tmpdir, 999, "postgres"));
}

static void without_logind_nothing_goes(void **state)
{
    const struct tmpdir *tmpdir = *state;
    rmdir(tmpdir_path(tmpdir, "run/systemd/users"));
    assert_false(removes(tmpdir, 1000, "alice"));
    tmpdir_mkdir(tmpdir, "run/systemd/seats");
    assert_true(removes(tmpdir, 1000, "alice"));
    struct logind logind;
    logind_read(&logind, tmpdir_path(tmpdir, "no-root"));
    assert_false(logind.runs);
    logind_clear(&logind);
}

static void only_what_lies_in_dev_shm_goes(void **state)
{
    struct logind logind;
    logind_read(&logind, ((struct tmpdir *)*state)->path);
    assert_false(logind_removes(&logind, device_of(*state) + 1, 1000, "alice"));
    logind_clear(&logind);
}

static void those_of_who_lingers_stay(void **state)
{
    const struct tmpdir *tmpdir = *state;
    write_at(tmpdir, "var/lib/systemd/linger/alice", "");
    assert_false(removes(tmpdir, 1000, "alice"));
    assert_true(removes(tmpdir, 1001, "bob"));
    assert_true(removes(tmpdir, 1000, NULL));
}

static void the_configuration_is_read_as_systemd_does(void **state)
{
    const struct tmpdir *tmpdir = *state;
    write_at(tmpdir, "usr/lib/systemd/logind.conf", "[Login]\nRemoveIPC=no\n");
    assert_false(removes(tmpdir, 1000, NULL));
    /* Of main files the first counts alone. */
    write_at(tmpdir, "etc/systemd/logind.conf", "[Login]\n#RemoveIPC=no\n");
    assert_true(removes(tmpdir, 1000, NULL));
    write_at(tmpdir, "etc/systemd/logind.conf",
             "RemoveIPC=no\n[Other]\nRemoveIPC=no\n[Login]\n;RemoveIPC=no\n");
    assert_true(removes(tmpdir, 1000, NULL));
    write_at(tmpdir, "etc/systemd/logind.conf", "[Login]\n  RemoveIPC = OFF \r\nRemoveIPC=maybe\nRemoveIPC=");
    assert_false(removes(tmpdir, 1000, NULL));
    /* Drop-ins go behind it, by name, wherever they lie. */
    write_at(tmpdir, "usr/lib/systemd/logind.conf.d/50-a.conf", "[Login]\nRemoveIPC=yes\n");
    assert_true(removes(tmpdir, 1000, NULL));
    write_at(tmpdir, "run/systemd/logind.conf.d/40-b.conf", "[Login]\nRemoveIPC=no\n");
    assert_true(removes(tmpdir, 1000, NULL));
    write_at(tmpdir, "usr/local/lib/systemd/logind.conf.d/60-c.conf", "[Login]\nRemoveIPC=0\n");
    assert_false(removes(tmpdir, 1000, NULL));
    write_at(tmpdir, "usr/lib/systemd/logind.conf.d/70-d.conf.bak", "[Login]\nRemoveIPC=1\n");
    assert_false(removes(tmpdir, 1000, NULL));
    /* One of the same name hides it; /dev/null hides it too. */
    write_at(tmpdir, "etc/systemd/logind.conf.d/60-c.conf", "[Login]\nRemoveIPC=t\n");
    assert_true(removes(tmpdir, 1000, NULL));
    tmpdir_unlink(tmpdir, "etc/systemd/logind.conf.d/60-c.conf");
    assert_false(removes(tmpdir, 1000, NULL));
    tmpdir_symlink(tmpdir, "etc/systemd/logind.conf.d/60-c.conf", "/dev/null");
    assert_true(removes(tmpdir, 1000, NULL));
}

static int run(void *context)
{
    return removes(context, 1000, "alice");
}

static void check(void *context, int result)
{
    (void)context;
    (void)result; /* what cannot be read is as if it were not there */
}

static void a_failing_call_leaves_nothing(void **state)
{
    write_at(*state, "etc/systemd/logind.conf.d/a.conf", "[Login]\nRemoveIPC=no\n");
    write_at(*state, "etc/login.defs", "SYS_UID_MAX 999\n");
    write_at(*state, "var/lib/systemd/linger/bob", "");
    assert_true(fault_each(FAULT_ERROR, EIO, run, check, *state) > 10);
    fault_each(FAULT_SHORT, 0, run, check, *state);
}

#define ON_ROOT(test) cmocka_unit_test_setup_teardown(test, setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ROOT(by_default_those_of_people_go),
        ON_ROOT(without_logind_nothing_goes),
        ON_ROOT(only_what_lies_in_dev_shm_goes),
        ON_ROOT(those_of_who_lingers_stay),
        ON_ROOT(the_configuration_is_read_as_systemd_does),
        ON_ROOT(a_failing_call_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
