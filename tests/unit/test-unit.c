#include "tests/support/test.h"

#include "core/process/unit.h"

#define HEX "1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"

/* unit NULL: none. */
static void expect(const char *cgroup, const char *unit)
{
    char text[UNIT_MAX] = "untouched";
    bool found = unit_parse(cgroup, text, sizeof text);
    if (found != (unit != NULL) || (unit && strcmp(text, unit) != 0))
        fail_msg("%s is %s, not %s", cgroup, found ? text : "none", unit ? unit : "none");
}

static void units_of_systemd_are_told_by_the_innermost(void **state)
{
    (void)state;
    expect("0::/system.slice/nginx.service\n", "nginx.service");
    expect("0::/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service");
    expect("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope");
    expect("0::/user.slice/user-1000.slice/user@1000.service/app.slice/dash.service\n", "dash.service");
    expect("0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "init.scope");
    expect("0::/system.slice/postgresql@15-main.service/worker\n", "postgresql@15-main.service");
    expect("0::/system.slice/a b\\x2d(c).service\n", "a b\\x2d(c).service");
}

static void containers_are_told_by_their_engine(void **state)
{
    (void)state;
    expect("0::/system.slice/docker-" HEX ".scope\n", "docker:1234567890ab");
    expect("0::/docker/" HEX "\n", "docker:1234567890ab");
    expect("0::/machine.slice/libpod-" HEX ".scope/container\n", "podman:1234567890ab");
    expect("0::/user.slice/user-1.slice/user@1.service/user.slice/libpod-" HEX ".scope\n",
           "podman:1234567890ab");
    expect("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" HEX ".scope\n",
           "containerd:1234567890ab");
    expect("0::/kubepods.slice/kubepods-pod1.slice/crio-" HEX ".scope\n", "crio:1234567890ab");
    expect("0::/kubepods/burstable/pod12/" HEX "\n", "kubepods:1234567890ab");
    expect("0::/lxc.payload.web/system.slice/nginx.service\n", "lxc:web"); /* not the host's nginx */
    expect("0::/lxc/web/init.scope\n", "lxc:web");
    expect("0::/../docker-" HEX ".scope\n", "docker:1234567890ab");
}

static void what_only_looks_like_a_container_is_none(void **state)
{
    (void)state;
    expect("0::/docker/1234567890ab\n", NULL);
    expect("0::/" HEX "\n", NULL);
    expect("0::/docker/" HEX "0\n", NULL);
    expect("0::/docker/X234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef\n", NULL);
    expect("0::/system.slice/docker-web.scope\n", "docker-web.scope");
    expect("0::/machine.slice/libpod-conmon-" HEX ".scope\n", "libpod-conmon-" HEX ".scope");
    expect("0::/lxc.payload.\n", NULL);
    expect("0::/.service\n", NULL);
}

static void version_one_tells_by_its_systemd_hierarchy(void **state)
{
    (void)state;
    expect("12:memory:/docker/" HEX "\n1:name=systemd:/system.slice/cron.service\n", "cron.service");
    expect("1:name=systemd:/docker/" HEX "\n0::/\n", "docker:1234567890ab");
    expect("4:cpu,cpuacct:/a.service\n", NULL);
    expect("0::/new.service\n1:name=systemd:/old.service\n", "new.service");
}

static void no_text_is_no_unit(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",   "\n",  "\n\n",         "0",      "0:",     "0::",      "0::\n", "0::/",
        "::", ":::", "0:/a.service", "0::/..", "//////", "0::a/b/c/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(wrong[i], NULL);
    expect("0::a.service", "a.service");
}

static void what_is_long_is_cut(void **state)
{
    (void)state;
    char text[700] = "0::/", unit[UNIT_MAX];
    memset(text + 4, 'x', 600);
    strcat(text, ".scope");
    assert_true(unit_parse(text, unit, sizeof unit));
    assert_int_equal(strlen(unit), UNIT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_of_systemd_are_told_by_the_innermost),
        cmocka_unit_test(containers_are_told_by_their_engine),
        cmocka_unit_test(what_only_looks_like_a_container_is_none),
        cmocka_unit_test(version_one_tells_by_its_systemd_hierarchy),
        cmocka_unit_test(no_text_is_no_unit),
        cmocka_unit_test(what_is_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
