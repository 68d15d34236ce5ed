/*
 * What is held on a device and was not asked for: paths, what is deleted, facts.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/sys/map_query.h"
#include "tests/support/fault.h"
#include "tests/support/procdir.h"

#define START UINT64_C(0x7f0000000000)

static int setup(void **state)
{
    int rc = tmpdir_setup(state);
    procdir_make(*state);
    tmpdir_write_text(*state, "a", "aaaa");
    tmpdir_write_text(*state, "b", "bbbb");
    return rc;
}

static int teardown(void **state)
{
    fault_reset();
    return tmpdir_teardown(state);
}

static struct sweep run(const struct tmpdir *dir, const struct identity *ids, size_t n)
{
    struct sweep sweep;
    struct error error = {0};
    struct sweep_scope scope = {.ids = ids, .n = n, .device = procdir_identity(dir, "proc").device};
    if (sweep_run(tmpdir_path(dir, "proc"), &scope, &sweep, NULL, &error))
        fail_msg("%s", error.text);
    return sweep;
}

static const struct sweep_other *find(const struct sweep *sweep, const struct tmpdir *dir, const char *name)
{
    struct identity id = procdir_identity(dir, name);
    return sweep_find_other(sweep, id.device, id.inode);
}

/* A process that maps a file, under that path. */
static void map_as(const struct tmpdir *dir, int pid, const char *name, const char *path)
{
    char line[512];
    procdir_process(dir, pid);
    procdir_map_line(dir, name, "rw-s", START, path, line, sizeof line);
    procdir_write(dir, pid, "maps", line);
}

/* What map_files says of the map of map_as. */
static void map_file_as(const struct tmpdir *dir, int pid, const char *target)
{
    char path[128];
    snprintf(path, sizeof path, "proc/%d/map_files", pid);
    tmpdir_mkdir(dir, path);
    snprintf(path, sizeof path, "proc/%d/map_files/%llx-%llx", pid, (unsigned long long)START,
             (unsigned long long)START + 4096);
    tmpdir_symlink(dir, path, target);
}

static void others_are_what_lies_on_the_device_and_was_not_asked_for(void **state)
{
    const struct tmpdir *dir = *state;
    char maps[1024] = "7f10-7f20 rw-s 00000000 fd:01 5 /usr/lib/x.so\n";
    procdir_process(dir, 42);
    procdir_map_line(dir, "b", "rw-s", START, NULL, maps + strlen(maps), 300);
    procdir_map_line(dir, "a", "r--p", START, NULL, maps + strlen(maps), 300);
    procdir_map_line(dir, "b", "r--s", START, NULL, maps + strlen(maps), 300);
    procdir_write(dir, 42, "maps", maps);
    procdir_process(dir, 7);
    procdir_open(dir, 7, 3, "b", "flags:\t02\n");
    struct identity a = procdir_identity(dir, "a");
    struct sweep sweep = run(dir, &a, 1);
    assert_int_equal(sweep.of[0].count, 1);
    assert_int_equal(sweep.other_count, 1);
    assert_null(find(&sweep, dir, "a"));
    const struct sweep_other *b = find(&sweep, dir, "b");
    assert_int_equal(b->holders.count, 2);
    assert_int_equal(b->holders.list[0].pid, 7);
    assert_int_equal(b->holders.list[0].open, 1);
    assert_true(b->holders.list[0].writable);
    assert_int_equal(b->holders.list[1].mapped, 2);
    assert_string_equal(b->holders.list[1].command, "python3");
    assert_string_equal(b->path, tmpdir_path(dir, "b"));
    assert_false(b->deleted);
    assert_null(sweep_find_other(&sweep, a.device + 1, b->id.inode));
    sweep_clear(&sweep);
    assert_null(sweep_find_other(&sweep, a.device, 1));
}

static void others_are_ordered_by_inode(void **state)
{
    const struct tmpdir *dir = *state;
    enum { FILES = 40 };
    static char maps[FILES * 100];
    procdir_process(dir, 42);
    for (int i = FILES - 1; i >= 0; i--) {
        char name[16];
        snprintf(name, sizeof name, "f%02d", i);
        tmpdir_write_text(dir, name, "");
        procdir_map_line(dir, name, "rw-s", START, NULL, maps + strlen(maps), 100);
    }
    procdir_write(dir, 42, "maps", maps);
    struct sweep sweep = run(dir, NULL, 0);
    assert_int_equal(sweep.other_count, FILES);
    for (int i = 1; i < FILES; i++)
        assert_true(sweep.others[i - 1].id.inode < sweep.others[i].id.inode);
    assert_string_equal(find(&sweep, dir, "f07")->path, "/dev/shm/f07");
    sweep_clear(&sweep);
}

static void without_facts_the_mark_decides(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", "/dev/shm/x ) y (deleted)");
    map_as(dir, 43, "b", "/dev/shm/\\012 \\134n(deleted)");
    struct sweep sweep = run(dir, NULL, 0);
    const struct sweep_other *a = find(&sweep, dir, "a"), *b = find(&sweep, dir, "b");
    assert_true(a->deleted);
    assert_false(a->known);
    assert_int_equal(a->id.born, 0);
    assert_int_equal(a->size, 4096);
    assert_string_equal(a->path, "/dev/shm/x ) y");
    assert_false(b->deleted);
    assert_string_equal(b->path, "/dev/shm/\n \\134n(deleted)");
    sweep_clear(&sweep);
}

static void a_path_without_the_mark_shows_a_name(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", "/dev/shm/a (deleted)"); /* another link of it */
    map_as(dir, 43, "a", "/dev/shm/a2");
    map_as(dir, 44, "a", "/dev/shm/a3 (deleted)");
    struct sweep sweep = run(dir, NULL, 0);
    assert_false(find(&sweep, dir, "a")->deleted);
    assert_string_equal(find(&sweep, dir, "a")->path, "/dev/shm/a2");
    sweep_clear(&sweep);
}

static void a_real_name_that_ends_in_the_mark_is_not_deleted(void **state)
{
    const struct tmpdir *dir = *state;
    tmpdir_write_text(dir, "x (deleted)", "xxx");
    map_as(dir, 42, "x (deleted)", NULL);
    map_file_as(dir, 42, tmpdir_path(dir, "x (deleted)"));
    struct sweep sweep = run(dir, NULL, 0);
    assert_false(find(&sweep, dir, "x (deleted)")->deleted);
    assert_string_equal(find(&sweep, dir, "x (deleted)")->path, "/dev/shm/x (deleted)");
    sweep_clear(&sweep);
    tmpdir_unlink(dir, "proc/42/map_files/7f0000000000-7f0000001000");
    procdir_open(dir, 42, 3, "x (deleted)", "flags:\t0\n");
    sweep = run(dir, NULL, 0);
    assert_false(find(&sweep, dir, "x (deleted)")->deleted);
    sweep_clear(&sweep);
}

static void facts_are_of_the_same_file_or_none(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", "/dev/shm/a (deleted)");
    map_file_as(dir, 42, tmpdir_path(dir, "b")); /* exchanged meanwhile */
    struct sweep sweep = run(dir, NULL, 0);
    assert_false(find(&sweep, dir, "a")->known);
    assert_true(find(&sweep, dir, "a")->deleted);
    sweep_clear(&sweep);
}

static void a_newline_is_told_from_its_escape_where_map_files_can_be_read(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", "/dev/shm/a\\012b");
    struct sweep sweep = run(dir, NULL, 0);
    assert_string_equal(find(&sweep, dir, "a")->path, "/dev/shm/a\nb");
    sweep_clear(&sweep);
    map_file_as(dir, 42, "/dev/shm/a\\012b");
    sweep = run(dir, NULL, 0);
    assert_string_equal(find(&sweep, dir, "a")->path, "/dev/shm/a\\012b");
    sweep_clear(&sweep);
}

static void the_size_of_what_is_not_known_is_the_end_of_its_longest_map(void **state)
{
    const struct tmpdir *dir = *state;
    struct identity id = procdir_identity(dir, "a");
    char maps[1024];
    snprintf(maps, sizeof maps,
             "1000-3000 rw-s 00005000 %02x:%02x %llu /dev/shm/a (deleted)\n"
             "3000-9000 rw-s 00000000 %02x:%02x %llu /dev/shm/a (deleted)\n"
             "9000-b000 rw-s fffffffffffff000 %02x:%02x %llu /dev/shm/a (deleted)\n",
             (unsigned)(id.device >> 8), (unsigned)(id.device & 255), (unsigned long long)id.inode,
             (unsigned)(id.device >> 8), (unsigned)(id.device & 255), (unsigned long long)id.inode,
             (unsigned)(id.device >> 8), (unsigned)(id.device & 255), (unsigned long long)id.inode);
    procdir_process(dir, 42);
    procdir_write(dir, 42, "maps", maps);
    struct sweep sweep = run(dir, NULL, 0);
    assert_int_equal(find(&sweep, dir, "a")->size, 0x7000);
    sweep_clear(&sweep);
}

static void what_only_the_dead_held_is_not_held(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", NULL);
    tmpdir_unlink(dir, "proc/42/fd");
    struct sweep sweep = run(dir, NULL, 0);
    assert_int_equal(sweep.other_count, 0);
    sweep_clear(&sweep);
}

static void a_holder_tells_its_unit(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", NULL);
    procdir_write(dir, 42, "cgroup", "0::/system.slice/dash.service\n");
    map_as(dir, 43, "a", NULL);
    struct identity id = procdir_identity(dir, "a");
    struct identity ids[] = {id, id};
    struct sweep sweep = run(dir, ids, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(sweep.of[i].list[0].unit, "dash.service");
        assert_null(sweep.of[i].list[1].unit);
    }
    sweep_clear(&sweep);
}

static unsigned statxes;

static int count_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)
{
    statxes += strncmp(path, "map_files/", 10) == 0;
    return sys_kernel.statx(dirfd, path, flags, mask, buf);
}

static void neighbouring_maps_of_one_file_are_asked_about_once(void **state)
{
    const struct tmpdir *dir = *state;
    char maps[4096] = "";
    procdir_process(dir, 42);
    for (unsigned i = 0; i < 10; i++)
        procdir_map_line(dir, "a", "rw-s", START, "/dev/shm/a (deleted)", maps + strlen(maps), 200);
    procdir_write(dir, 42, "maps", maps);
    map_file_as(dir, 42, tmpdir_path(dir, "a"));
    statxes = 0;
    sys.statx = count_statx;
    struct sweep sweep = run(dir, NULL, 0);
    assert_int_equal(statxes, 1);
    assert_int_equal(find(&sweep, dir, "a")->holders.list[0].mapped, 10);
    assert_false(find(&sweep, dir, "a")->deleted);
    sweep_clear(&sweep);
}

/* --- the kernel's own --- */

struct child {
    pid_t pid;
    int ready[2];
};

/* Runs hold in a child, which then stays until it is killed. */
static struct child child_start(const struct tmpdir *dir, void (*hold)(const struct tmpdir *dir))
{
    struct child child;
    char byte = 0;
    assert_int_equal(pipe(child.ready), 0);
    child.pid = fork();
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hold(dir);
        if (write(child.ready[1], &byte, 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(child.ready[1]);
    assert_int_equal(read(child.ready[0], &byte, 1), 1);
    procdir_link(dir, child.pid);
    return child;
}

static void child_end(struct child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close(child->ready[0]);
}

static void map_and_close(int fd, int flags)
{
    if (fd < 0 || mmap(NULL, 4, PROT_READ, flags, fd, 0) == MAP_FAILED)
        _exit(1);
    close(fd);
}

static void hold_deleted_open(const struct tmpdir *dir)
{
    if (open(tmpdir_path(dir, "a"), O_RDONLY) < 0)
        _exit(1);
    unlink(tmpdir_path(dir, "a"));
}

static void hold_deleted_map(const struct tmpdir *dir)
{
    rename(tmpdir_path(dir, "a"), tmpdir_path(dir, "a\n ) (deleted)"));
    map_and_close(open(tmpdir_path(dir, "a\n ) (deleted)"), O_RDONLY), MAP_PRIVATE);
    unlink(tmpdir_path(dir, "a\n ) (deleted)"));
}

static void hold_unnamed(const struct tmpdir *dir)
{
    int fd = open(dir->path, O_TMPFILE | O_RDWR, 0600);
    if (fd < 0 || write(fd, "1234567", 7) != 7)
        _exit(1);
}

static void what_is_open_and_deleted_has_facts(void **state)
{
    const struct tmpdir *dir = *state;
    struct stat st;
    assert_int_equal(stat(tmpdir_path(dir, "a"), &st), 0);
    struct child child = child_start(dir, hold_deleted_open);
    struct sweep sweep = run(dir, NULL, 0);
    const struct sweep_other *other = sweep_find_other(&sweep, st.st_dev, st.st_ino);
    assert_non_null(other);
    assert_true(other->deleted && other->known);
    assert_string_equal(other->path, tmpdir_path(dir, "a"));
    assert_int_equal(other->size, 4);
    assert_int_equal(other->allocated, st.st_blocks * 512);
    assert_int_equal(other->uid, st.st_uid);
    assert_int_equal(other->gid, st.st_gid);
    assert_int_equal(other->mode, st.st_mode);
    assert_int_equal(other->modified, st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec);
    assert_int_equal(other->id.born, other->created);
    sweep_clear(&sweep);
    fault_play(FAULT_NO_BTIME);
    sweep = run(dir, NULL, 0);
    other = sweep_find_other(&sweep, st.st_dev, st.st_ino);
    assert_int_equal(other->created, 0);
    assert_int_not_equal(other->id.born, 0); /* its generation */
    sweep_clear(&sweep);
    fault_reset();
    child_end(&child);
}

/* Its facts come through map_files, for root. */
static void what_is_mapped_and_deleted_is_found_under_its_name(void **state)
{
    const struct tmpdir *dir = *state;
    struct identity id = procdir_identity(dir, "a");
    struct child child = child_start(dir, hold_deleted_map);
    struct sweep sweep = run(dir, NULL, 0);
    const struct sweep_other *other = sweep_find_other(&sweep, id.device, id.inode);
    assert_non_null(other);
    assert_true(other->deleted);
    assert_string_equal(other->path, tmpdir_path(dir, "a\n ) (deleted)"));
    assert_int_equal(other->size, other->known ? 4 : 4096);
    if (geteuid() == 0)
        assert_true(other->known);
    sweep_clear(&sweep);
    child_end(&child);
}

static void a_load_under_way_is_found(void **state)
{
    const struct tmpdir *dir = *state;
    struct child child = child_start(dir, hold_unnamed);
    struct sweep sweep = run(dir, NULL, 0);
    assert_int_equal(sweep.other_count, 1);
    const struct sweep_other *other = &sweep.others[0];
    char path[300];
    snprintf(path, sizeof path, "%s/#%llu", dir->path, (unsigned long long)other->id.inode);
    assert_string_equal(other->path, path);
    assert_true(other->deleted && other->known);
    assert_int_equal(other->size, 7);
    sweep_clear(&sweep);
    child_end(&child);
}

static void hold_shared_map(const struct tmpdir *dir)
{
    int fd = open(tmpdir_path(dir, "b"), O_RDWR);
    if (fd < 0 || mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    close(fd);
}

static void expect_same(const struct sweep *a, const struct sweep *b)
{
    assert_int_equal(a->other_count, b->other_count);
    for (size_t i = 0; i < a->other_count; i++) {
        const struct sweep_other *x = &a->others[i], *y = &b->others[i];
        assert_int_equal(x->id.inode, y->id.inode);
        assert_string_equal(x->path, y->path);
        assert_int_equal(x->size, y->size);
        assert_int_equal(x->deleted, y->deleted);
        assert_int_equal(x->holders.count, y->holders.count);
        for (size_t j = 0; j < x->holders.count; j++) {
            assert_int_equal(x->holders.list[j].pid, y->holders.list[j].pid);
            assert_int_equal(x->holders.list[j].mapped, y->holders.list[j].mapped);
            assert_int_equal(x->holders.list[j].open, y->holders.list[j].open);
            assert_int_equal(x->holders.list[j].writable, y->holders.list[j].writable);
        }
    }
}

/* PROCMAP_QUERY, and the text that older kernels have alone. */
static void a_process_is_read_alike_on_every_kernel(void **state)
{
    const struct tmpdir *dir = *state;
    struct child children[] = {child_start(dir, hold_shared_map), child_start(dir, hold_deleted_map),
                               child_start(dir, hold_unnamed)};
    struct sweep asked = run(dir, NULL, 0);
    fault_play(FAULT_NO_PROCMAP_QUERY);
    struct sweep text = run(dir, NULL, 0);
    fault_reset();
    assert_int_equal(asked.other_count, 3);
    assert_int_equal(asked.unread + text.unread, 0);
    expect_same(&asked, &text);
    sweep_clear(&asked);
    sweep_clear(&text);
    for (size_t i = 0; i < 3; i++)
        child_end(&children[i]);
}

static int interrupted_queries(int fd, struct map_query *list, int n)
{
    static int calls;
    if (n > 1 && calls++ % 2) {
        errno = EINTR;
        return 0;
    }
    int answered = sys_kernel.map_queries(fd, list, n > 3 ? 3 : n);
    if (answered == 3 && n > 3)
        errno = EINTR;
    return answered;
}

static int failing_queries(int fd, struct map_query *list, int n)
{
    int answered = sys_kernel.map_queries(fd, list, n > 3 ? 3 : n);
    errno = EIO;
    return answered;
}

static void queries_that_come_short_are_gone_on_with_or_told(void **state)
{
    const struct tmpdir *dir = *state;
    struct child child = child_start(dir, hold_deleted_map);
    struct sweep whole = run(dir, NULL, 0);
    sys.map_queries = interrupted_queries;
    struct sweep interrupted = run(dir, NULL, 0);
    sys.map_queries = failing_queries;
    struct sweep failed = run(dir, NULL, 0);
    sys = sys_kernel;
    assert_int_equal(whole.other_count, 1);
    assert_int_equal(interrupted.unread, 0);
    expect_same(&whole, &interrupted);
    assert_int_equal(failed.unread, 1);
    sweep_clear(&whole);
    sweep_clear(&interrupted);
    sweep_clear(&failed);
    child_end(&child);
}

static void threads_share_the_processes(void **state)
{
    const struct tmpdir *dir = *state;
    enum { PROCESSES = 150 };
    for (int pid = 1; pid <= PROCESSES; pid++) {
        map_as(dir, pid, pid % 2 ? "a" : "b", pid % 5 ? "/dev/shm/x (deleted)" : NULL);
        procdir_open(dir, pid, 3, "a", "flags:\t02\n");
    }
    struct identity a = procdir_identity(dir, "a");
    const uid_t owners[] = {1000, 1001, 7};
    struct sweep_scope scope = {
        .ids = &a, .n = 1, .device = a.device, .owners = owners, .owner_count = 3, .threads = 8};
    struct progress progress = {0};
    struct sweep sweep;
    assert_int_equal(sweep_run(tmpdir_path(dir, "proc"), &scope, &sweep, &progress, NULL), 0);
    assert_int_equal(progress.done, PROCESSES);
    assert_int_equal(sweep.processes, PROCESSES);
    assert_int_equal(sweep.of[0].count, PROCESSES);
    for (int i = 0; i < PROCESSES; i++)
        assert_int_equal(sweep.of[0].list[i].pid, i + 1);
    assert_int_equal(find(&sweep, dir, "b")->holders.count, PROCESSES / 2);
    assert_string_equal(find(&sweep, dir, "b")->path, "/dev/shm/b");
    assert_int_equal(sweep.ownerless_count, 1);
    assert_true(sweep_lacks_owner(&sweep, 7));
    sweep_clear(&sweep);
}

/* --- faults --- */

struct faulty {
    const struct tmpdir *dir;
    struct identity a, b;
    struct creator_query creator;
    struct sweep sweep;
};

static int run_faulty(void *context)
{
    static const uid_t user = 77;
    struct faulty *f = context;
    struct sweep_scope scope = {.ids = &f->b,
                                .n = 1,
                                .device = f->a.device,
                                .creators = &f->creator,
                                .creator_count = 1,
                                .owners = &user,
                                .owner_count = 1};
    return sweep_run(tmpdir_path(f->dir, "proc"), &scope, &f->sweep, NULL, NULL);
}

/* What was missed is at least known to have been missed, and what has its name is never said to be deleted.
 */
static void check_faulty(void *context, int result)
{
    struct faulty *f = context;
    if (result)
        return;
    const struct sweep *sweep = &f->sweep;
    const struct sweep_other *a = sweep_find_other(sweep, f->a.device, f->a.inode);
    bool all = a && a->holders.count == 2 && sweep->of[0].count == 1;
    assert_true(all || sweep->unread);
    assert_true(!a || !a->deleted);
    assert_true(sweep->creators[0] == CREATOR_ALIVE || sweep->unread);
    assert_true(!sweep_lacks_owner(sweep, 77) || sweep->unread);
    sweep_clear(&f->sweep);
}

static void no_failing_call_makes_a_wrong_claim(void **state)
{
    const struct tmpdir *dir = *state;
    map_as(dir, 42, "a", "/dev/shm/a (deleted)");
    map_file_as(dir, 42, tmpdir_path(dir, "a"));
    procdir_process(dir, 43);
    procdir_open(dir, 43, 0, "a", "flags:\t02\n");
    map_as(dir, 44, "b", NULL);
    procdir_write(dir, 44, "status", "Uid:\t77\t77\t77\t77\nNSpid:\t44\t9\n");
    procdir_write(dir, 44, "cgroup", "0::/system.slice/dash.service\n");
    struct faulty faulty = {.dir = dir,
                            .a = procdir_identity(dir, "a"),
                            .b = procdir_identity(dir, "b"),
                            .creator = {9, 1800000000 * INT64_C(1000000000)}};
    assert_true(fault_each(FAULT_ERROR, EIO, run_faulty, check_faulty, &faulty) > 40);
    fault_each(FAULT_ERROR, EACCES, run_faulty, check_faulty, &faulty);
    fault_each(FAULT_SHORT, 0, run_faulty, check_faulty, &faulty);
    fault_each(FAULT_INTERRUPT, 0, run_faulty, check_faulty, &faulty);
}

static int run_real(void *context)
{
    struct faulty *f = context;
    struct sweep_scope scope = {.device = f->b.device};
    return sweep_run(tmpdir_path(f->dir, "proc"), &scope, &f->sweep, NULL, NULL);
}

static void check_real(void *context, int result)
{
    struct faulty *f = context;
    if (result)
        return;
    const struct sweep_other *b = sweep_find_other(&f->sweep, f->b.device, f->b.inode);
    assert_true((b && b->holders.count == 1 && b->holders.list[0].mapped == 1) || f->sweep.unread);
    assert_true(!b || !b->deleted);
    sweep_clear(&f->sweep);
}

static void no_failing_query_makes_a_map_vanish_unsaid(void **state)
{
    const struct tmpdir *dir = *state;
    struct child child = child_start(dir, hold_shared_map);
    struct faulty faulty = {.dir = dir, .b = procdir_identity(dir, "b")};
    fault_each(FAULT_ERROR, EIO, run_real, check_real, &faulty);
    fault_each(FAULT_ERROR, EINTR, run_real, check_real, &faulty);
    fault_reset();
    child_end(&child);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(others_are_what_lies_on_the_device_and_was_not_asked_for),
        TEST(others_are_ordered_by_inode),
        TEST(without_facts_the_mark_decides),
        TEST(a_path_without_the_mark_shows_a_name),
        TEST(a_real_name_that_ends_in_the_mark_is_not_deleted),
        TEST(facts_are_of_the_same_file_or_none),
        TEST(a_newline_is_told_from_its_escape_where_map_files_can_be_read),
        TEST(the_size_of_what_is_not_known_is_the_end_of_its_longest_map),
        TEST(what_only_the_dead_held_is_not_held),
        TEST(a_holder_tells_its_unit),
        TEST(neighbouring_maps_of_one_file_are_asked_about_once),
        TEST(what_is_open_and_deleted_has_facts),
        TEST(what_is_mapped_and_deleted_is_found_under_its_name),
        TEST(a_load_under_way_is_found),
        TEST(a_process_is_read_alike_on_every_kernel),
        TEST(queries_that_come_short_are_gone_on_with_or_told),
        TEST(threads_share_the_processes),
        TEST(no_failing_call_makes_a_wrong_claim),
        TEST(no_failing_query_makes_a_map_vanish_unsaid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
