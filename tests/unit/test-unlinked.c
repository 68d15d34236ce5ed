#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/process/unlinked.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static int teardown(void **state)
{
    fault_reset();
    return tmpdir_teardown(state);
}

static struct identity identity_of(const struct tmpdir *dir, const char *name)
{
    int fd = open(tmpdir_path(dir, name), O_PATH);
    struct segment segment;
    assert_true(fd >= 0);
    assert_int_equal(segment_stat_opened(fd, "", &segment, NULL), 0);
    struct identity id = segment.id;
    segment_clear(&segment);
    close(fd);
    return id;
}

/* --- a /proc of our own making --- */

static void make_process(const struct tmpdir *dir, int pid)
{
    char path[64];
    static const char *const parts[] = {"", "/fd", "/map_files"};
    if (!tmpdir_exists(dir, "proc"))
        tmpdir_mkdir(dir, "proc");
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "proc/%d%s", pid, parts[i]);
        tmpdir_mkdir(dir, path);
    }
}

static void link_in(const struct tmpdir *dir, int pid, const char *link, const char *target)
{
    char path[96];
    snprintf(path, sizeof path, "proc/%d/%s", pid, link);
    tmpdir_symlink(dir, path, tmpdir_path(dir, target));
}

static void map_in(const struct tmpdir *dir, int pid, const char *range, const struct identity *id)
{
    char path[64], text[256];
    snprintf(path, sizeof path, "proc/%d/maps", pid);
    snprintf(text, sizeof text, "%s rw-s 00000000 %02x:%02x %llu   /dev/shm/a (deleted)\n", range,
             major(id->device), minor(id->device), (unsigned long long)id->inode);
    tmpdir_write_text(dir, path, text);
}

static int reach(const struct tmpdir *dir, const struct identity *id, pid_t pid, struct error *error)
{
    return unlinked_open(tmpdir_path(dir, "proc"), id, &pid, 1, error);
}

static void assert_reads(int fd, const char *text)
{
    char buf[64] = "";
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, buf, sizeof buf - 1, 0), (int)strlen(text));
    assert_string_equal(buf, text);
    close(fd);
}

static void it_is_opened_through_a_descriptor(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "a", "aaaa");
    tmpdir_write_text(dir, "b", "bbbb");
    make_process(dir, 7);
    link_in(dir, 7, "fd/0", "b");
    link_in(dir, 7, "fd/12", "a");
    struct identity id = identity_of(dir, "a");
    assert_reads(reach(dir, &id, 7, NULL), "aaaa");
    id.born = 0;
    assert_reads(reach(dir, &id, 7, NULL), "aaaa");
    id.born = 1; /* its number was given to another since */
    assert_int_equal(reach(dir, &id, 7, NULL), -ENOENT);
}

static void maps_pads_the_numbers_and_map_files_does_not(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "a", "aaaa");
    struct identity id = identity_of(dir, "a");
    make_process(dir, 7);
    map_in(dir, 7, "00400000-00401000", &id);
    link_in(dir, 7, "map_files/400000-401000", "a");
    assert_reads(reach(dir, &id, 7, NULL), "aaaa");
}

static void one_holder_of_many_is_enough(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "a", "aaaa");
    struct identity id = identity_of(dir, "a");
    make_process(dir, 7);
    make_process(dir, 9);
    link_in(dir, 9, "fd/3", "a");
    struct holder list[] = {{.pid = 5}, {.pid = 7}, {.pid = 9}};
    struct holders holders = {3, list};
    assert_reads(unlinked_open_held(tmpdir_path(dir, "proc"), &id, &holders, O_RDONLY, NULL), "aaaa");
    holders.count = 2;
    assert_int_equal(unlinked_open_held(tmpdir_path(dir, "proc"), &id, &holders, O_RDONLY, NULL), -ENOENT);
}

static void a_thread_stands_in_for_a_leader_that_ended(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "a", "aaaa");
    struct identity id = identity_of(dir, "a");
    make_process(dir, 7);
    make_process(dir, 8);
    tmpdir_mkdir(dir, "proc/7/task");
    tmpdir_mkdir(dir, "proc/7/task/7");
    tmpdir_mkdir(dir, "proc/7/task/8");
    map_in(dir, 8, "7f0000000000-7f0000001000", &id);
    link_in(dir, 8, "map_files/7f0000000000-7f0000001000", "a");
    assert_reads(reach(dir, &id, 7, NULL), "aaaa");
}

/* A FIFO is never opened: that would release a writer that waits, and lose what it writes. */
static void what_is_no_regular_file_is_never_opened(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_fifo(dir, "fifo");
    struct identity id = identity_of(dir, "fifo");
    make_process(dir, 7);
    link_in(dir, 7, "fd/3", "fifo");
    int writer = open(tmpdir_path(dir, "fifo"), O_RDWR | O_NONBLOCK);
    assert_int_equal(write(writer, "x", 1), 1);
    assert_int_equal(reach(dir, &id, 7, NULL), -ENOENT);
    char byte;
    assert_int_equal(read(writer, &byte, 1), 1);
    close(writer);
}

static void assert_refused(const struct tmpdir *dir, const struct identity *id, int error, const char *says)
{
    struct error text = {0};
    int fd = reach(dir, id, 7, &text);
    fault_reset();
    assert_int_equal(fd, -error);
    if (!strstr(text.text, says))
        fail_msg("'%s' does not say '%s'", text.text, says);
}

/* n-th call of statx or openat: as they come below. */
static void what_permission_is_missing_is_said(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "a", "aaaa");
    struct identity id = identity_of(dir, "a");
    make_process(dir, 7);
    map_in(dir, 7, "400000-401000", &id);
    link_in(dir, 7, "map_files/400000-401000", "a");
    fault_arm(FAULT_CALL_statx, FAULT_ERROR, EPERM, 1);
    assert_refused(dir, &id, EACCES, "CAP_CHECKPOINT_RESTORE");
    fault_arm(FAULT_CALL_openat, FAULT_ERROR, EACCES, 5); /* proc, 7, fd, map_files, maps */
    assert_refused(dir, &id, EACCES, "CAP_SYS_PTRACE");
    fault_arm(FAULT_CALL_openat, FAULT_ERROR, EACCES, 6); /* the file */
    assert_refused(dir, &id, EACCES, "no permission to read it");
    fault_arm(FAULT_CALL_openat, FAULT_ERROR, EAGAIN, 6);
    assert_refused(dir, &id, EBUSY, "lease");
    assert_refused(dir, &(struct identity){id.device, id.inode + 1, 0}, ENOENT, "nobody holds it any more");
    assert_int_equal(unlinked_open("/nowhere", &id, (pid_t[]){7}, 1, NULL), -ENOENT);
}

struct attempt {
    const struct tmpdir *dir;
    struct identity id;
};

static int run_attempt(void *context)
{
    const struct attempt *attempt = context;
    int fd = reach(attempt->dir, &attempt->id, 7, NULL);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? fd : 0;
}

static void check_attempt(void *context, int result)
{
    (void)context;
    assert_true(result == 0 || result == -EIO || result == -ENOENT);
}

static void no_failing_call_leaves_a_descriptor(void **state)
{
    struct attempt attempt = {.dir = *state};
    tmpdir_write_text(attempt.dir, "a", "aaaa");
    attempt.id = identity_of(attempt.dir, "a");
    make_process(attempt.dir, 7);
    map_in(attempt.dir, 7, "400000-401000", &attempt.id);
    link_in(attempt.dir, 7, "map_files/400000-401000", "a");
    fault_each(FAULT_ERROR, EIO, run_attempt, check_attempt, &attempt);
    fault_each(FAULT_INTERRUPT, EINTR, run_attempt, check_attempt, &attempt);
    fault_each(FAULT_SHORT, 0, run_attempt, check_attempt, &attempt);
}

/* --- the real one --- */

static void the_memory_of_a_deleted_one_is_read_through_real_holders(void **state)
{
    const struct tmpdir *dir = *state;
    const struct child_map cases[] = {{PROT_READ | PROT_WRITE, MAP_SHARED, true},
                                      {PROT_READ | PROT_WRITE, MAP_SHARED, false},
                                      {PROT_READ, MAP_SHARED, false},
                                      {PROT_READ | PROT_WRITE, MAP_PRIVATE, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tmpdir_write_text(dir, "a", "aaaa");
        struct identity id = identity_of(dir, "a");
        struct child child = child_hold(tmpdir_path(dir, "a"), cases[i]);
        tmpdir_unlink(dir, "a");
        int fd = unlinked_open("/proc", &id, &child.pid, 1, NULL);
        if (fd == -EACCES && geteuid() != 0)
            assert_false(cases[i].keep);
        else
            assert_reads(fd, "aaaa");
        child_end(&child);
        assert_int_equal(unlinked_open("/proc", &id, &child.pid, 1, NULL), -ENOENT);
    }
}

/* --- what lies in it --- */

static struct segment looked_at(const struct tmpdir *dir, const char *file, const char *name)
{
    struct segment segment;
    int fd = open(tmpdir_path(dir, file), O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(unlinked_look(NULL, fd, name, NULL, &segment, NULL), 0);
    close(fd);
    assert_true(segment.recognised);
    assert_string_equal(segment.name, name);
    return segment;
}

static void what_is_open_is_looked_into(void **state)
{
    const struct tmpdir *dir = *state;
    static uint8_t image[4096] = "2.00"; /* ImageStreamIO: one axis, float, made by 4711 */
    image[112] = 1;
    image[136] = 9;
    memcpy(image + 216, &(uint32_t){4711}, 4);
    tmpdir_write(dir, "image", image, sizeof image);
    tmpdir_write_text(dir, "raw", "aaaa");
    struct segment segment = looked_at(dir, "image", "x.im.shm");
    assert_int_equal(segment.creator_pid, 4711);
    segment_clear(&segment);
    segment = looked_at(dir, "image", "x.shm"); /* its bytes say it */
    assert_int_equal(segment.creator_pid, 4711);
    segment_clear(&segment);
    segment = looked_at(dir, "raw", "raw.shm");
    assert_int_equal(segment.layout, LAYOUT_RAW);
    assert_int_equal(segment.size, 4);
    segment_clear(&segment);
}

static int look_once(void *context)
{
    const struct tmpdir *dir = context;
    struct segment segment;
    struct error error = {0};
    int fd = open(tmpdir_path(dir, "a"), O_RDONLY);
    int r = unlinked_look(NULL, fd, "x.im.shm", NULL, &segment, &error);
    close(fd);
    assert_int_equal(-r, error.code);
    assert_true((r == 0) == (segment.name != NULL));
    segment_clear(&segment);
    return r;
}

static void a_look_that_fails_leaves_nothing(void **state)
{
    tmpdir_write_text(*state, "a", "aaaa");
    fault_each(FAULT_ERROR, EIO, look_once, check_attempt, *state);
    fault_each(FAULT_INTERRUPT, EINTR, look_once, check_attempt, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_opened_through_a_descriptor, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(maps_pads_the_numbers_and_map_files_does_not, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(one_holder_of_many_is_enough, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(a_thread_stands_in_for_a_leader_that_ended, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_never_opened, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(what_permission_is_missing_is_said, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(no_failing_call_leaves_a_descriptor, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(the_memory_of_a_deleted_one_is_read_through_real_holders,
                                        tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_open_is_looked_into, tmpdir_setup, teardown),
        cmocka_unit_test_setup_teardown(a_look_that_fails_leaves_nothing, tmpdir_setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
