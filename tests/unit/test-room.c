#include "tests/support/test.h"

#include <errno.h>

#include "core/segment/room.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct room room;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    static const char *const directories[] = {"proc",   "proc/self", "cg",         "cg/a",
                                              "cg/a/b", "cg/memory", "cg/memory/a"};
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        tmpdir_mkdir(&fixture->tmpdir, directories[i]);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

static void measure(struct fixture *f)
{
    assert_int_equal(room_measure(f->directory, tmpdir_path(&f->tmpdir, "proc"),
                                  tmpdir_path(&f->tmpdir, "cg"), &f->room, NULL),
                     0);
}

static void what_cannot_be_read_does_not_limit(void **state)
{
    struct fixture *f = *state;
    measure(f);
    assert_true(f->room.memory == UINT64_MAX);
    assert_true(f->room.cgroup == UINT64_MAX);
    assert_true(room_least(&f->room) == f->room.filesystem);
    tmpdir_write_text(&f->tmpdir, "proc/meminfo", "MemAvailable: lots\n");
    tmpdir_write_text(&f->tmpdir, "proc/self/cgroup", "nonsense\n0::\n::::\n1:memory\n");
    measure(f);
    assert_true(f->room.memory == UINT64_MAX);
    assert_true(f->room.cgroup == UINT64_MAX);
}

static void available_memory_counts(void **state)
{
    struct fixture *f = *state;
    tmpdir_write_text(&f->tmpdir, "proc/meminfo",
                      "MemTotal:       16 kB\nMemFree:  1 kB\nMemAvailable:    12345 kB\nBuffers: 3 kB\n");
    measure(f);
    assert_int_equal(f->room.memory, 12345 * 1024);
}

static void every_cgroup_above_us_limits(void **state)
{
    struct fixture *f = *state;
    tmpdir_write_text(&f->tmpdir, "proc/self/cgroup", "0::/a/b\n");
    tmpdir_write_text(&f->tmpdir, "cg/a/b/memory.max", "max\n");
    tmpdir_write_text(&f->tmpdir, "cg/a/b/memory.current", "100\n");
    tmpdir_write_text(&f->tmpdir, "cg/a/memory.max", "5000\n");
    tmpdir_write_text(&f->tmpdir, "cg/a/memory.current", "4000\n");
    measure(f);
    assert_int_equal(f->room.cgroup, 1000);
    tmpdir_write_text(&f->tmpdir, "cg/a/memory.current", "6000\n"); /* over its limit */
    measure(f);
    assert_int_equal(f->room.cgroup, 0);
    tmpdir_write_text(&f->tmpdir, "cg/a/memory.stat", "anon 7\ninactive_file 1500\nactive_file 9\n");
    measure(f);
    assert_int_equal(f->room.cgroup, 500);
}

static void a_container_sees_its_own_limit_at_the_root(void **state)
{
    struct fixture *f = *state;
    static const char *const paths[] = {"0::/\n", "0::/../../elsewhere\n"};
    tmpdir_write_text(&f->tmpdir, "cg/memory.max", "900\n");
    tmpdir_write_text(&f->tmpdir, "cg/memory.current", "100\n");
    for (size_t i = 0; i < 2; i++) {
        tmpdir_write_text(&f->tmpdir, "proc/self/cgroup", paths[i]);
        measure(f);
        assert_int_equal(f->room.cgroup, 800);
    }
}

static void the_first_version_limits_too(void **state)
{
    struct fixture *f = *state;
    tmpdir_write_text(&f->tmpdir, "proc/self/cgroup",
                      "5:cpu,cpuacct:/\n4:hugetlb,memory:/a\n1:name=systemd:/x\n");
    tmpdir_write_text(&f->tmpdir, "cg/memory/a/memory.limit_in_bytes", "3000\n");
    tmpdir_write_text(&f->tmpdir, "cg/memory/a/memory.usage_in_bytes", "1000\n");
    tmpdir_write_text(&f->tmpdir, "cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    tmpdir_write_text(&f->tmpdir, "cg/memory/memory.usage_in_bytes", "5\n");
    measure(f);
    assert_int_equal(f->room.cgroup, 2000);
}

static void too_little_is_named(void **state)
{
    (void)state;
    struct error error = {0};
    const uint64_t M = 1 << 20, G = 1 << 30;
    const struct {
        struct room room;
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {{G, 2 * G, 3 * G}, G, NULL},
        {{G, G, G}, 0, NULL},
        {{G / 10 * 32, 8 * G, UINT64_MAX},
         5 * G,
         "not enough room: 5.0G needed, 3.1G free in the file system"},
        {{8 * G, 3 * G / 2, 2 * G}, 5 * G, "not enough room: 5.0G needed, 1.5G of memory available"},
        {{8 * G, 3 * G, 500},
         1023,
         "not enough room: 1023 bytes needed, 500 bytes left in the memory cgroup"},
        {{G, G, G}, G + 1, "not enough room: 1.1G needed, 1.0G free in the file system"},
        {{0, G, G}, 1024 * M - 1, "not enough room: 1024.0M needed, 0 bytes free in the file system"},
        {{G, G, G}, UINT64_MAX, "not enough room: 16.0E needed, 1.0G free in the file system"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        error.text[0] = '\0';
        assert_int_equal(room_check(&cases[i].room, cases[i].bytes, &error), cases[i].text ? -ENOSPC : 0);
        assert_string_equal(error.text, cases[i].text ? cases[i].text : "");
    }
}

static void the_file_systems_free_bytes_count(void **state)
{
    struct fixture *f = *state;
    struct tmpdir small = {0};
    struct directory *directory;
    tmpdir_mkdir(&f->tmpdir, "small");
    snprintf(small.path, sizeof small.path, "%.200s/small", f->tmpdir.path);
    tmpdir_mount(&small, "size=1m");
    assert_int_equal(directory_open(&directory, small.path, false, NULL), 0);
    assert_int_equal(room_measure(directory, "/none", "/none", &f->room, NULL), 0);
    assert_int_equal(f->room.filesystem, 1 << 20);
    directory_close(directory);
    tmpdir_remove(&small);
    tmpdir_mkdir(&f->tmpdir, "small");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_cannot_be_read_does_not_limit), TEST(available_memory_counts),
        TEST(every_cgroup_above_us_limits),       TEST(a_container_sees_its_own_limit_at_the_root),
        TEST(the_first_version_limits_too),       TEST(too_little_is_named),
        TEST(the_file_systems_free_bytes_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
