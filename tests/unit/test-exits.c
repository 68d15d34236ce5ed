#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process/exits.h"
#include "core/process/procfs.h"
#include "core/sys/fd.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/procdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct exits *exits;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_write_text(&f->tmpdir, "a", "0123456789");
    assert_int_equal(exits_new(&f->exits, "/proc", NULL), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    exits_free(f->exits);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

static struct child hold(struct fixture *f)
{
    return child_hold(tmpdir_path(&f->tmpdir, "a"), (struct child_map){PROT_READ, MAP_SHARED, false});
}

/* Not by its pipe, of which those that came later hold a copy. */
static void end(struct child *child)
{
    kill(child->pid, SIGKILL);
    assert_int_equal(waitpid(child->pid, NULL, 0), child->pid);
    close(child->pipe);
}

static struct process_id id_of(pid_t pid)
{
    char path[32];
    struct process_stat stat;
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    int process AUTO_CLOSE = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(process >= 0);
    assert_int_equal(procfs_read_stat(process, &stat), 0);
    return (struct process_id){pid, stat.started};
}

static bool is_ready(struct fixture *f, int milliseconds)
{
    struct pollfd fd = {.fd = exits_fd(f->exits), .events = POLLIN};
    return poll(&fd, 1, milliseconds) == 1;
}

static void assert_nobody(struct fixture *f)
{
    const struct process_id *ended;
    assert_int_equal(exits_take(f->exits, &ended), 0);
    assert_false(is_ready(f, 0));
}

static void assert_ended(struct fixture *f, const struct process_id *id)
{
    const struct process_id *ended;
    assert_int_equal(exits_take(f->exits, &ended), 1);
    assert_int_equal(ended[0].pid, id->pid);
    assert_int_equal(ended[0].started, id->started);
    assert_nobody(f);
}

static void who_ends_is_told_once(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f), b = hold(f);
    struct process_id both[] = {id_of(b.pid), id_of(a.pid)};
    exits_watch(f->exits, both, 2);
    assert_int_equal(exits_count(f->exits), 2);
    assert_nobody(f);
    end(&a);
    assert_true(is_ready(f, 60000));
    assert_ended(f, &both[1]);
    assert_int_equal(exits_count(f->exits), 1);
    end(&b);
    assert_true(is_ready(f, 60000));
    assert_ended(f, &both[0]);
}

/* Its parent took no note yet. */
static void a_zombie_has_ended(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f);
    struct process_id id = id_of(a.pid);
    exits_watch(f->exits, &id, 1);
    kill(a.pid, SIGKILL);
    assert_true(is_ready(f, 60000));
    assert_ended(f, &id);
    exits_watch(f->exits, &id, 1); /* as a sweep that began before might ask */
    assert_ended(f, &id);
    waitpid(a.pid, NULL, 0);
    close(a.pipe);
}

static void who_ended_before_it_was_watched_is_told(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f);
    struct process_id id = id_of(a.pid);
    end(&a);
    exits_watch(f->exits, &id, 1);
    assert_int_equal(exits_count(f->exits), 0);
    assert_ended(f, &id);
}

/* The number is another's by now: that one is not watched, and the one that was meant has ended. */
static void a_number_that_was_given_again_is_another(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f);
    struct process_id earlier = id_of(a.pid);
    earlier.started--;
    exits_watch(f->exits, &earlier, 1);
    assert_int_equal(exits_count(f->exits), 0);
    assert_ended(f, &earlier);
    end(&a);
    assert_nobody(f);
}

static void who_is_watched_already_is_not_opened_again(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f), b = hold(f), c = hold(f);
    struct process_id ids[] = {id_of(a.pid), id_of(b.pid), id_of(c.pid)};
    exits_watch(f->exits, ids, 2);
    fault_arm(FAULT_CALL_ANY, FAULT_NONE, 0, 0);
    exits_watch(f->exits, ids, 2);
    assert_int_equal(fault_count(FAULT_CALL_pidfd_open), 0);
    exits_watch(f->exits, ids + 1, 2);
    assert_int_equal(fault_count(FAULT_CALL_pidfd_open), 1);
    assert_int_equal(exits_count(f->exits), 2);
    end(&a);
    assert_nobody(f);
    end(&c);
    assert_ended(f, &ids[2]);
    exits_watch(f->exits, NULL, 0);
    assert_int_equal(exits_count(f->exits), 0);
    end(&b);
    assert_nobody(f);
}

static int few_descriptors(int resource, struct rlimit *buf)
{
    int r = sys_kernel.getrlimit(resource, buf);
    buf->rlim_cur = 8;
    return r;
}

static void no_more_are_watched_than_there_is_room_for(void **state)
{
    struct fixture *f = *state;
    struct child children[3];
    struct process_id ids[3];
    sys.getrlimit = few_descriptors;
    exits_free(f->exits);
    assert_int_equal(exits_new(&f->exits, "/proc", NULL), 0);
    for (int i = 0; i < 3; i++) {
        children[i] = hold(f);
        ids[i] = id_of(children[i].pid);
    }
    exits_watch(f->exits, ids, 3);
    assert_int_equal(exits_count(f->exits), 2);
    end(&children[2]);
    assert_nobody(f);
    end(&children[0]);
    assert_ended(f, &ids[0]);
    end(&children[1]);
    assert_ended(f, &ids[1]);
}

static void very_many_that_end_at_once_are_all_told(void **state)
{
    enum { MANY = 150 };
    struct fixture *f = *state;
    struct child children[MANY];
    struct process_id ids[MANY];
    const struct process_id *ended;
    for (int i = 0; i < MANY; i++) {
        children[i] = hold(f);
        ids[i] = id_of(children[i].pid);
    }
    exits_watch(f->exits, ids, MANY);
    for (int i = 0; i < MANY; i++)
        end(&children[i]);
    assert_int_equal(exits_take(f->exits, &ended), MANY);
    assert_nobody(f);
}

static void *stay(void *pipe)
{
    char byte;
    _exit(read(*(int *)pipe, &byte, 1) != 0);
}

static void a_process_whose_first_thread_has_ended_lives(void **state)
{
    struct fixture *f = *state;
    int pipe[2];
    assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pipe[1]);
        pthread_create(&thread, NULL, stay, &pipe[0]);
        pthread_exit(NULL);
    }
    struct process_id id = id_of(pid);
    close(pipe[0]);
    exits_watch(f->exits, &id, 1);
    siginfo_t info;
    while (kill(pid, 0) == 0) { /* until its first thread is a zombie */
        char path[32];
        struct process_stat stat;
        snprintf(path, sizeof path, "/proc/%d", (int)pid);
        int process AUTO_CLOSE = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(procfs_read_stat(process, &stat), 0);
        if (stat.state == 'Z')
            break;
    }
    assert_nobody(f);
    close(pipe[1]);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED), 0);
    assert_ended(f, &id);
}

/* --- where it cannot be --- */

static void a_kernel_without_it_says_so(void **state)
{
    struct exits *exits = NULL;
    struct error error;
    (void)state;
    fault_play(FAULT_NO_PIDFD);
    assert_int_equal(exits_new(&exits, "/proc", &error), -ENOSYS);
    assert_null(exits);
}

static void numbers_of_another_namespace_are_refused(void **state)
{
    struct fixture *f = *state;
    struct exits *exits = NULL;
    char self[16];
    assert_int_equal(exits_new(&exits, tmpdir_path(&f->tmpdir, "proc"), NULL), -ENOENT);
    procdir_make(&f->tmpdir);
    assert_int_equal(exits_new(&exits, tmpdir_path(&f->tmpdir, "proc"), NULL), -ENOTSUP);
    snprintf(self, sizeof self, "%d", (int)getpid() + 1);
    tmpdir_symlink(&f->tmpdir, "proc/self", self);
    assert_int_equal(exits_new(&exits, tmpdir_path(&f->tmpdir, "proc"), NULL), -ENOTSUP);
}

static void who_cannot_be_told_from_another_is_not_watched(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f);
    struct process_id id = id_of(a.pid);
    char self[16];
    procdir_make(&f->tmpdir);
    snprintf(self, sizeof self, "%d", (int)getpid());
    tmpdir_symlink(&f->tmpdir, "proc/self", self);
    procdir_process(&f->tmpdir, a.pid);
    procdir_write(&f->tmpdir, a.pid, "stat", "1 (a");
    exits_free(f->exits);
    assert_int_equal(exits_new(&f->exits, tmpdir_path(&f->tmpdir, "proc"), NULL), 0);
    exits_watch(f->exits, &id, 1);
    assert_int_equal(exits_count(f->exits), 0);
    assert_nobody(f);
    end(&a);
}

static void without_descriptors_the_rest_is_watched_the_next_time(void **state)
{
    struct fixture *f = *state;
    struct child children[3];
    struct process_id ids[3];
    for (int i = 0; i < 3; i++) {
        children[i] = hold(f);
        ids[i] = id_of(children[i].pid);
    }
    exits_watch(f->exits, &ids[2], 1);
    fault_arm(FAULT_CALL_pidfd_open, FAULT_ERROR, EMFILE, 1);
    exits_watch(f->exits, ids, 3);
    assert_int_equal(fault_count(FAULT_CALL_pidfd_open), 1);
    assert_int_equal(exits_count(f->exits), 1);
    exits_watch(f->exits, ids, 3);
    assert_int_equal(exits_count(f->exits), 3);
    for (int i = 0; i < 3; i++)
        end(&children[i]);
}

struct faulty {
    struct fixture *f;
    struct process_id living, ended;
};

/* Whatever fails, nobody who lives is told to have ended. */
static int watch_all(void *context)
{
    struct faulty *faulty = context;
    struct process_id ids[] = {faulty->living, faulty->ended};
    struct exits *exits;
    const struct process_id *ended;
    int r = exits_new(&exits, "/proc", NULL);
    if (r)
        return r;
    exits_watch(exits, ids, 2);
    exits_watch(exits, ids, 2);
    size_t n = exits_take(exits, &ended);
    for (size_t i = 0; i < n; i++)
        if (ended[i].pid == faulty->living.pid)
            r = -EINVAL;
    exits_free(exits);
    return r;
}

static void not_wrong(void *context, int result)
{
    (void)context;
    assert_int_not_equal(result, -EINVAL);
}

static void failures_make_nobody_end(void **state)
{
    struct fixture *f = *state;
    struct child a = hold(f), b = hold(f);
    struct faulty faulty = {f, id_of(a.pid), id_of(b.pid)};
    static const int errors[] = {EMFILE, EACCES, ENOSPC, ENOSYS};
    end(&b);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_true(fault_each(FAULT_ERROR, errors[i], watch_all, not_wrong, &faulty) > 8);
    assert_true(fault_each(FAULT_INTERRUPT, 0, watch_all, not_wrong, &faulty) > 0);
    fault_reset();
    end(&a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_ends_is_told_once),
        TEST(a_zombie_has_ended),
        TEST(who_ended_before_it_was_watched_is_told),
        TEST(a_number_that_was_given_again_is_another),
        TEST(who_is_watched_already_is_not_opened_again),
        TEST(no_more_are_watched_than_there_is_room_for),
        TEST(very_many_that_end_at_once_are_all_told),
        TEST(a_process_whose_first_thread_has_ended_lives),
        TEST(a_kernel_without_it_says_so),
        TEST(numbers_of_another_namespace_are_refused),
        TEST(who_cannot_be_told_from_another_is_not_watched),
        TEST(without_descriptors_the_rest_is_watched_the_next_time),
        TEST(failures_make_nobody_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
