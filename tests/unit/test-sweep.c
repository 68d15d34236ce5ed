#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process/maps.h"
#include "core/process/sweep.h"
#include "core/sys/calls.h"
#include "tests/support/fault.h"
#include "tests/support/procdir.h"
#include "tests/support/tmpdir.h"

#define SECOND INT64_C(1000000000)

/* A line of maps for a file of the directory, with what is behind its inode. */
static void map_text(const struct tmpdir *dir, const char *name, const char *perms, char *buf, size_t size)
{
    procdir_map_line(dir, name, perms, 0x7f0000000000, NULL, buf, size);
}

static int setup(void **state)
{
    int rc = tmpdir_setup(state);
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "a", "aaaa");
    tmpdir_write_text(dir, "b", "bbbb");
    procdir_make(dir);
    return rc;
}

static int teardown(void **state)
{
    sys = sys_kernel;
    return tmpdir_teardown(state);
}

static struct sweep run(const struct tmpdir *dir, const struct identity *ids, size_t n)
{
    struct sweep sweep;
    struct error error = {0};
    if (sweep_run(tmpdir_path(dir, "proc"), &(struct sweep_scope){.ids = ids, .n = n}, &sweep, NULL, &error))
        fail_msg("%s", error.text);
    return sweep;
}

static void maps_and_descriptors_are_found_by_device_and_inode(void **state)
{
    const struct tmpdir *dir = *state;
    char maps[1024] = "55d0c0a00000-55d0c0a01000 r--p 00000000 00:00 0 \n"
                      "7ffd00000000-7ffd00001000 rw-p 00000000 00:00 0                          [stack]\n"
                      "no line of maps\n";
    procdir_process(dir, 30);
    procdir_process(dir, 4);
    map_text(dir, "a", "rw-p", maps + strlen(maps), 256);
    map_text(dir, "a", "r--s", maps + strlen(maps), 256);
    procdir_write(dir, 30, "maps", maps);
    map_text(dir, "b", "rw-s", maps, sizeof maps);
    procdir_write(dir, 4, "maps", maps);
    procdir_open(dir, 4, 3, "a", "pos:\t0\nflags:\t0100000\nmnt_id:\t25\n");
    procdir_open(dir, 4, 77, "a", "pos:\t0\nflags:\t0100002\nmnt_id:\t25\n");
    struct identity ids[] = {procdir_identity(dir, "a"), procdir_identity(dir, "b"),
                             procdir_identity(dir, "a")};
    struct sweep sweep = run(dir, ids, 3);
    assert_int_equal(sweep.processes, 2);
    assert_int_equal(sweep.unread, 0);
    assert_int_equal(sweep.of[0].count, 2);
    const struct holder *first = &sweep.of[0].list[0], *second = &sweep.of[0].list[1];
    assert_int_equal(first->pid, 4);
    assert_int_equal(first->mapped, 0);
    assert_int_equal(first->open, 2);
    assert_true(first->writable);
    assert_int_equal(second->pid, 30);
    assert_int_equal(second->mapped, 2);
    assert_int_equal(second->open, 0);
    assert_false(second->writable); /* a private map changes nothing, the shared one is read-only */
    assert_int_equal(sweep.of[1].count, 1);
    assert_true(sweep.of[1].list[0].writable);
    assert_int_equal(sweep.of[2].count, 2); /* asked for twice, answered twice */
    sweep_clear(&sweep);
}

static void a_holder_is_described(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    char map[256];
    map_text(dir, "a", "r--s", map, sizeof map);
    procdir_write(dir, 42, "maps", map);
    struct identity id = procdir_identity(dir, "a");
    struct sweep sweep = run(dir, &id, 1);
    assert_int_equal(sweep.of[0].count, 1);
    const struct holder *holder = &sweep.of[0].list[0];
    assert_int_equal(holder->uid, 1001);
    assert_string_equal(holder->command, "python3");
    assert_string_equal(holder->cmdline, "python3 -m dash");
    assert_int_equal(holder->started, 1700000000 * SECOND + 250 * SECOND / sysconf(_SC_CLK_TCK));
    sweep_clear(&sweep);
    tmpdir_unlink(dir, "proc/42/cmdline");
    tmpdir_unlink(dir, "proc/stat");
    sweep = run(dir, &id, 1);
    assert_null(sweep.of[0].list[0].cmdline);
    assert_int_equal(sweep.of[0].list[0].started, 0);
    sweep_clear(&sweep);
}

static void a_command_line_is_bounded(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_open(dir, 42, 0, "a", "flags: 0\n");
    static char text[100000];
    memset(text, 'x', sizeof text - 1);
    procdir_write(dir, 42, "cmdline", text);
    procdir_write(dir, 42, "comm", text);
    struct identity id = procdir_identity(dir, "a");
    struct sweep sweep = run(dir, &id, 1);
    assert_int_equal(strlen(sweep.of[0].list[0].cmdline), 4096);
    assert_int_equal(strlen(sweep.of[0].list[0].command), 31);
    sweep_clear(&sweep);
}

static void maps_of_any_length_are_read_in_blocks(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    enum { LINES = 3000, LONG = 200000 };
    char *text = calloc(1, LINES * 100 + LONG), *at = text;
    for (int i = 0; i < LINES; i++)
        at += sprintf(at, "7f%010x-7f%010x r--p 00000000 fd:01 %d /usr/lib/x86_64-linux-gnu/lib.so\n", i,
                      i + 1, i + 9);
    map_text(dir, "a", "rw-s", at, 256); /* a path that no buffer holds */
    at += strlen(at) - 1;
    memset(at, 'y', LONG / 2);
    strcat(at, "\n");
    at += strlen(at);
    map_text(dir, "b", "rw-s", at, 256);
    at[strlen(at) - 1] = '\0'; /* the last line without its end */
    procdir_write(dir, 42, "maps", text);
    free(text);
    struct identity ids[] = {procdir_identity(dir, "a"), procdir_identity(dir, "b")};
    struct sweep sweep = run(dir, ids, 2);
    assert_int_equal(sweep.of[0].list[0].mapped, 1);
    assert_int_equal(sweep.of[1].list[0].mapped, 1);
    sweep_clear(&sweep);
}

static void we_are_not_among_the_holders(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_process(dir, 43);
    procdir_open(dir, 42, 0, "a", "flags:\t0\n");
    procdir_open(dir, 43, 0, "a", "flags:\t0\n");
    tmpdir_symlink(dir, "proc/self", "43");
    struct identity id = procdir_identity(dir, "a");
    struct sweep sweep = run(dir, &id, 1);
    assert_int_equal(sweep.processes, 1);
    assert_int_equal(sweep.of[0].count, 1);
    assert_int_equal(sweep.of[0].list[0].pid, 42);
    sweep_clear(&sweep);
}

static void another_device_or_number_is_no_match(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_open(dir, 42, 0, "a", "flags:\t0\n");
    tmpdir_symlink(dir, "proc/42/fd/1", "/no/such/file");
    struct identity ids[] = {procdir_identity(dir, "a"), procdir_identity(dir, "a")};
    ids[0].device++;
    ids[1].inode++;
    struct sweep sweep = run(dir, ids, 2);
    assert_int_equal(sweep.of[0].count + sweep.of[1].count, 0);
    assert_int_equal(sweep.unread, 0);
    sweep_clear(&sweep);
}

/* --- faults of single files, by their path --- */

static const char *denied;
static int denied_error;

static int deny_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    if (denied && strcmp(path, denied) == 0) {
        errno = denied_error;
        return -1;
    }
    return sys_kernel.openat(dirfd, path, flags, mode);
}

static struct sweep run_denied(const struct tmpdir *dir, const char *path, int error)
{
    struct identity id = procdir_identity(dir, "a");
    denied = path;
    denied_error = error;
    sys.openat = deny_openat;
    struct sweep sweep = run(dir, &id, 1);
    sys = sys_kernel;
    return sweep;
}

static void what_may_not_be_read_is_counted(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_process(dir, 43);
    procdir_open(dir, 42, 0, "a", "flags:\t0\n");
    const char *const paths[] = {"42", "maps", "fd"};
    const unsigned unread[] = {1, 2, 2};
    for (size_t i = 0; i < 3; i++) {
        struct sweep sweep = run_denied(dir, paths[i], EACCES);
        assert_int_equal(sweep.processes, 2);
        assert_int_equal(sweep.unread, unread[i]);
        assert_false(sweep.complete);
        char text[64];
        snprintf(text, sizeof text, "%u of 2 processes could not be read", unread[i]);
        assert_non_null(strstr(sweep.reason, text));
        sweep_clear(&sweep);
    }
}

static void what_ends_meanwhile_is_no_error_and_holds_nothing(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    char map[256];
    map_text(dir, "a", "r--s", map, sizeof map);
    procdir_write(dir, 42, "maps", map);
    const char *const paths[] = {"42", "fd"};
    for (size_t i = 0; i < 2; i++) {
        struct sweep sweep = run_denied(dir, paths[i], ENOENT);
        assert_int_equal(sweep.processes, 0);
        assert_int_equal(sweep.unread, 0);
        assert_int_equal(sweep.of[0].count, 0);
        sweep_clear(&sweep);
    }
}

static void a_kernel_thread_needs_no_permission(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 2);
    procdir_write(dir, 2, "stat", "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0\n");
    struct sweep sweep = run_denied(dir, "fd", EACCES);
    assert_int_equal(sweep.processes, 1);
    assert_int_equal(sweep.unread, 0);
    sweep_clear(&sweep);
}

static void a_sweep_can_be_stopped(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    struct progress progress = {.cancel = true};
    struct identity id = procdir_identity(dir, "a");
    struct sweep sweep = {.count = 77};
    struct error error;
    assert_int_equal(sweep_run(tmpdir_path(dir, "proc"), &(struct sweep_scope){.ids = &id, .n = 1}, &sweep,
                               &progress, &error),
                     -ECANCELED);
    assert_int_equal(sweep.count, 77);
    assert_int_equal(sweep_run(tmpdir_path(dir, "nowhere"), &(struct sweep_scope){.ids = &id, .n = 1}, &sweep,
                               NULL, &error),
                     -ENOENT);
    assert_int_equal(
        sweep_run(tmpdir_path(dir, "a"), &(struct sweep_scope){.ids = &id, .n = 1}, &sweep, NULL, &error),
        -ENOENT);
    progress.cancel = false;
    assert_int_equal(
        sweep_run(tmpdir_path(dir, "proc"), &(struct sweep_scope){.n = 0}, &sweep, &progress, &error), 0);
    assert_int_equal(progress.done, 1);
    assert_int_equal(progress.total, 1);
    assert_int_equal(sweep.processes, 1);
    sweep_clear(&sweep);
}

struct faulty {
    const struct tmpdir *dir;
    struct identity id;
    struct sweep sweep;
};

static int run_faulty(void *context)
{
    struct faulty *faulty = context;
    return sweep_run(tmpdir_path(faulty->dir, "proc"), &(struct sweep_scope){.ids = &faulty->id, .n = 1},
                     &faulty->sweep, NULL, NULL);
}

/* A holder that was missed is at least known to have been missed. */
static void check_faulty(void *context, int result)
{
    struct faulty *faulty = context;
    if (result)
        return;
    bool found = faulty->sweep.of[0].count == 2;
    assert_true(found || faulty->sweep.unread > 0);
    sweep_clear(&faulty->sweep);
}

static void no_failing_call_makes_a_holder_vanish_unsaid(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_process(dir, 43);
    procdir_process(dir, 44);
    char map[256];
    map_text(dir, "a", "rw-s", map, sizeof map);
    procdir_write(dir, 42, "maps", map);
    procdir_open(dir, 43, 0, "a", "flags:\t02\n");
    tmpdir_symlink(dir, "proc/self", "44");
    struct faulty faulty = {.dir = dir, .id = procdir_identity(dir, "a")};
    assert_true(fault_each(FAULT_ERROR, EIO, run_faulty, check_faulty, &faulty) > 20);
    fault_each(FAULT_ERROR, EACCES, run_faulty, check_faulty, &faulty);
    fault_each(FAULT_SHORT, 0, run_faulty, check_faulty, &faulty);
    fault_each(FAULT_INTERRUPT, 0, run_faulty, check_faulty, &faulty);
}

/* --- whether it was everyone --- */

static uid_t played_uid;
static uint64_t played_namespace;

static uid_t play_geteuid(void)
{
    return played_uid;
}

static int play_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)
{
    int rc = sys_kernel.statx(dirfd, path, flags, mask, buf);
    if (rc == 0 && strcmp(path, "self/ns/pid") == 0)
        buf->stx_ino = played_namespace;
    return rc;
}

static void expect_reason(const struct tmpdir *dir, const char *reason)
{
    struct identity id = procdir_identity(dir, "a");
    sys.geteuid = play_geteuid;
    sys.statx = play_statx;
    struct sweep sweep = run(dir, &id, 1);
    assert_string_equal(sweep.reason, reason);
    assert_int_equal(sweep.complete, !*reason);
    sweep_clear(&sweep);
    sys = sys_kernel;
}

static void complete_is_said_only_where_everyone_was_read(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_process(dir, 43);
    tmpdir_symlink(dir, "proc/self", "43");
    played_uid = 0;
    played_namespace = 4026531836;
    expect_reason(dir, "the PID namespace cannot be known");
    tmpdir_mkdir(dir, "proc/43/ns");
    tmpdir_write_text(dir, "proc/43/ns/pid", "");
    expect_reason(dir, "whether /proc hides processes cannot be known");
    tmpdir_write_text(dir, "proc/43/mounts",
                      "tmpfs /dev/shm tmpfs rw,hidepid=2 0 0\n"
                      "proc /proc proc rw,nosuid,hidepid=0 0 0\n");
    expect_reason(dir, "");
    tmpdir_write_text(dir, "proc/43/mounts", "proc /proc proc rw,hidepid=invisible,gid=4 0 0\n");
    expect_reason(dir, "/proc hides processes (hidepid)");
    tmpdir_write_text(dir, "proc/43/mounts", "proc /proc proc rw 0 0\n");
    played_namespace++;
    expect_reason(dir, "processes outside this PID namespace (container) cannot be seen");
    played_namespace--;
    played_uid = 1000;
    expect_reason(dir, "not root");
    tmpdir_unlink(dir, "proc/42/fd");
    tmpdir_write_text(dir, "proc/42/fd", "");
    expect_reason(dir, "not root: 1 of 1 processes could not be read");
}

/* --- real processes: the root handed in holds links to ours alone --- */

struct child {
    pid_t pid;
    int ready[2], quit[2];
};

/* Runs hold in a child, which then waits to be ended. */
static struct child child_start(const struct tmpdir *dir, void (*hold)(const struct tmpdir *dir))
{
    struct child child;
    assert_int_equal(pipe(child.ready), 0);
    assert_int_equal(pipe(child.quit), 0);
    child.pid = fork();
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hold(dir);
        char byte = 0;
        _exit(write(child.ready[1], &byte, 1) != 1 || read(child.quit[0], &byte, 1) != 1);
    }
    char byte;
    assert_int_equal(read(child.ready[0], &byte, 1), 1);
    procdir_link(dir, child.pid);
    return child;
}

static void child_end(struct child *child)
{
    int status;
    assert_int_equal(write(child->quit[1], "", 1), 1);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    assert_int_equal(status, 0);
    for (int i = 0; i < 2; i++) {
        close(child->ready[i]);
        close(child->quit[i]);
    }
}

static void hold_private_map(const struct tmpdir *dir)
{
    int fd = open(tmpdir_path(dir, "a"), O_RDWR);
    if (mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED)
        _exit(1);
    close(fd);
}

static void hold_shared_map_of_the_deleted(const struct tmpdir *dir)
{
    int fd = open(tmpdir_path(dir, "b"), O_RDWR);
    if (mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    close(fd);
    unlink(tmpdir_path(dir, "b"));
}

static void hold_open(const struct tmpdir *dir)
{
    prctl(PR_SET_NAME, "a b) c");
    if (open(tmpdir_path(dir, "a"), O_RDONLY) < 0 || open(tmpdir_path(dir, "a"), O_PATH) < 0)
        _exit(1);
}

static void real_processes_are_seen_as_they_are(void **state)
{
    const struct tmpdir *dir = *state;
    struct identity ids[] = {procdir_identity(dir, "a"), procdir_identity(dir, "b")};
    struct child children[] = {child_start(dir, hold_private_map),
                               child_start(dir, hold_shared_map_of_the_deleted), child_start(dir, hold_open)};
    struct sweep sweep = run(dir, ids, 2);
    assert_int_equal(sweep.processes, 3);
    assert_int_equal(sweep.unread, 0);
    assert_int_equal(sweep.of[0].count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct holder *holder = &sweep.of[0].list[i];
        bool opener = holder->pid == children[2].pid;
        assert_true(opener || holder->pid == children[0].pid);
        assert_int_equal(holder->mapped, opener ? 0 : 1);
        assert_int_equal(holder->open, opener ? 2 : 0);
        assert_false(holder->writable);
        assert_int_equal(holder->uid, geteuid());
        if (opener)
            assert_string_equal(holder->command, "a b) c");
        assert_non_null(strstr(holder->cmdline, "test-sweep"));
    }
    assert_int_equal(sweep.of[1].count, 1);
    assert_int_equal(sweep.of[1].list[0].pid, children[1].pid);
    assert_true(sweep.of[1].list[0].writable);
    sweep_clear(&sweep);
    for (size_t i = 0; i < 3; i++)
        child_end(&children[i]);
    sweep = run(dir, ids, 2);
    assert_int_equal(sweep.processes, 0);
    sweep_clear(&sweep);
}

static pthread_t first_thread;
static int thread_ready[2];

static void *outlive_first_thread(void *context)
{
    (void)context;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_join(first_thread, NULL);
    char byte = 0;
    if (write(thread_ready[1], &byte, 1) == 1)
        for (;;)
            pause();
    return NULL;
}

/* Such a process shows no maps and no descriptors of its own: its other threads do. */
static void a_process_whose_first_thread_ended_still_holds(void **state)
{
    const struct tmpdir *dir = *state;
    struct identity id = procdir_identity(dir, "a");
    assert_int_equal(pipe(thread_ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hold_private_map(dir);
        pthread_t thread;
        first_thread = pthread_self();
        pthread_create(&thread, NULL, outlive_first_thread, NULL);
        pthread_exit(NULL);
    }
    char byte;
    assert_int_equal(read(thread_ready[0], &byte, 1), 1);
    procdir_link(dir, pid);
    struct sweep sweep = run(dir, &id, 1);
    assert_int_equal(sweep.unread, 0);
    assert_int_equal(sweep.of[0].count, 1);
    assert_int_equal(sweep.of[0].list[0].mapped, 1);
    sweep_clear(&sweep);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(thread_ready[0]);
    close(thread_ready[1]);
}

/* --- lines --- */

static void lines_of_maps_and_stat_are_read_strictly(void **state)
{
    (void)state;
    struct map map;
    const char *path;
    assert_true(map_parse("7f00-7f10 rw-s 00000000 00:1a 12345 /dev/shm/a b (deleted)", &map, &path));
    assert_int_equal(map.device, makedev(0, 0x1a));
    assert_int_equal(map.inode, 12345);
    assert_true(map.writable);
    assert_true(map_parse("7f00-7f10 rw-s 00000000 00:1a 18446744073709551615", &map, &path));
    assert_int_equal(map.inode, UINT64_MAX);
    const char *const wrong[] = {"",
                                 "7f00",
                                 "7f00-7f10 rw",
                                 "7f00-7f10 rw-s 0 00:1a x",
                                 "7f00-7f10 rw-s 0 001a 5 ",
                                 "7f00-7f10 rw-s 0 00:1a 99999999999999999999 /x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(map_parse(wrong[i], &map, &path));
    struct process_stat stat;
    assert_true(
        procfs_parse_stat("5 (x) R 1 (y) Z 1 1 1 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 777 0", &stat));
    assert_int_equal(stat.state, 'Z');
    assert_int_equal(stat.started, 777);
    assert_true(stat.flags & PROCESS_KERNEL_THREAD);
    assert_false(procfs_parse_stat("5 (x) R 1 2 3", &stat));
    assert_false(procfs_parse_stat("5 (x)", &stat));
    assert_false(procfs_parse_stat("", &stat));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(maps_and_descriptors_are_found_by_device_and_inode),
        TEST(a_holder_is_described),
        TEST(a_command_line_is_bounded),
        TEST(maps_of_any_length_are_read_in_blocks),
        TEST(we_are_not_among_the_holders),
        TEST(another_device_or_number_is_no_match),
        TEST(what_may_not_be_read_is_counted),
        TEST(what_ends_meanwhile_is_no_error_and_holds_nothing),
        TEST(a_kernel_thread_needs_no_permission),
        TEST(a_sweep_can_be_stopped),
        TEST(no_failing_call_makes_a_holder_vanish_unsaid),
        TEST(complete_is_said_only_where_everyone_was_read),
        TEST(real_processes_are_seen_as_they_are),
        TEST(a_process_whose_first_thread_ended_still_holds),
        cmocka_unit_test(lines_of_maps_and_stat_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
