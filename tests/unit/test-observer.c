/* watch's observer on real directories, on kernels that refuse a part of it, and while calls fail. */
#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/segment/descriptions.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"
#include "tui/command/observer.h"

/* The directory is w; proc is a /proc in which nobody is, and of which nobody knows whether that is all. */
struct fixture {
    struct tmpdir tmpdir;
    struct host host;
    struct directory *directory;
    struct observer *observer;
    char proc[300], log[4096];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_mkdir(&f->tmpdir, "w");
    tmpdir_mkdir(&f->tmpdir, "proc");
    snprintf(f->proc, sizeof f->proc, "%s", tmpdir_path(&f->tmpdir, "proc"));
    f->host.proc_root = "/proc";
    assert_int_equal(directory_open(&f->directory, tmpdir_path(&f->tmpdir, "w"), false, NULL), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    observer_free(f->observer);
    directory_close(f->directory);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    const struct observer_options options = {.directory = f->directory, .host = &f->host};
    assert_int_equal(observer_new(&f->observer, &options, NULL), 0);
}

/* Appends what happened: "created a; deleted a held by 4711, not all seen; ". */
static void take_events(struct fixture *f)
{
    static const char *const words[] = {"created", "resized", "described", "renamed", "deleted", "released"};
    struct observed observed;
    while (observer_take(f->observer, &observed)) {
        const struct journal_event *event = &observed.event;
        size_t at = strlen(f->log);
        at += (size_t)snprintf(f->log + at, sizeof f->log - at, "%s %s", words[event->kind], event->row.name);
        if (observed.held)
            at += (size_t)snprintf(f->log + at, sizeof f->log - at, " held");
        if (observed.held && event->row.holders)
            at += (size_t)snprintf(f->log + at, sizeof f->log - at, " by %d",
                                   (int)event->row.holders->list[0].pid);
        if (observed.moved)
            at += (size_t)snprintf(f->log + at, sizeof f->log - at, " elsewhere");
        if (event->kind == JOURNAL_DELETED && observed.held) {
            assert_true(event->row.unlinked == (event->row.holders && !observed.moved));
            assert_int_equal(event->row.state, event->row.unlinked ? STATE_UNLINKED
                                               : observed.moved    ? STATE_LIVE
                                                                   : STATE_UNKNOWN);
        }
        snprintf(f->log + at, sizeof f->log - at, "; ");
        journal_event_clear(&observed.event);
    }
}

/* Waits until this is what happened. */
static void expect(struct fixture *f, const char *log)
{
    struct pollfd fds[OBSERVER_FDS];
    f->log[0] = '\0';
    while (strlen(f->log) < strlen(log)) {
        nfds_t count = observer_fds(f->observer, fds);
        assert_true(poll(fds, count, observer_timeout(f->observer)) >= 0);
        observer_step(f->observer, NULL);
        take_events(f);
    }
    assert_string_equal(f->log, log);
}

static void write_a(struct fixture *f)
{
    tmpdir_write_text(&f->tmpdir, "w/a", "");
}

static const struct child_map reader = {PROT_READ, MAP_SHARED, true};

static void make_a(struct fixture *f)
{
    tmpdir_write_sparse(&f->tmpdir, "w/a", 4096);
}

static void names_go_and_memory_comes_back(void **state)
{
    struct fixture *f = *state;
    char log[128];
    make_a(f);
    start(f);
    struct child child = child_hold(tmpdir_path(&f->tmpdir, "w/a"), reader);
    tmpdir_unlink(&f->tmpdir, "w/a");
    snprintf(log, sizeof log, "deleted a held by %d; ", (int)child.pid);
    expect(f, log);
    child_end(&child);
    expect(f, "released a; ");
    write_a(f);
    expect(f, "created a; ");
    tmpdir_unlink(&f->tmpdir, "w/a");
    expect(f, "deleted a; released a; ");
    assert_null(observer_trouble(f->observer));
}

static void move(struct fixture *f, const char *from, const char *to)
{
    char old[300];
    snprintf(old, sizeof old, "%s", tmpdir_path(&f->tmpdir, from));
    assert_int_equal(rename(old, tmpdir_path(&f->tmpdir, to)), 0);
}

/* Its memory is still there: it is released when that comes back, and not before. */
static void what_is_moved_out_is_deleted_and_not_released(void **state)
{
    struct fixture *f = *state;
    char log[128];
    make_a(f);
    struct child child = child_hold(tmpdir_path(&f->tmpdir, "w/a"), reader);
    start(f);
    move(f, "w/a", "elsewhere");
    snprintf(log, sizeof log, "deleted a held by %d elsewhere; ", (int)child.pid);
    expect(f, log);
    child_end(&child);
    write_a(f); /* another */
    expect(f, "created a; ");
    tmpdir_unlink(&f->tmpdir, "w/a"); /* makes it sweep */
    expect(f, "deleted a; released a; ");
    tmpdir_unlink(&f->tmpdir, "elsewhere");
    expect(f, "released a; ");
}

/* Of what nobody was seen to hold it is not claimed that somebody does: it may lie elsewhere. */
static void what_is_moved_out_and_unheld_is_not_unlinked(void **state)
{
    struct fixture *f = *state;
    f->host.proc_root = f->proc;
    make_a(f);
    start(f);
    move(f, "w/a", "elsewhere");
    expect(f, "deleted a held; ");
    tmpdir_unlink(&f->tmpdir, "elsewhere");
    expect(f, "released a; ");
}

/* Nobody will tell when: so it is not waited for, and not claimed. */
static void what_is_moved_out_and_cannot_be_watched_is_forgotten(void **state)
{
    struct fixture *f = *state;
    char log[128];
    make_a(f);
    struct child child = child_hold(tmpdir_path(&f->tmpdir, "w/a"), reader);
    fault_arm(FAULT_CALL_inotify_add_watch, FAULT_ERROR, ENOSPC, 2); /* the first is the directory's */
    start(f);
    fault_arm(FAULT_CALL_inotify_add_watch, FAULT_ERROR, ENOSPC, 1);
    move(f, "w/a", "elsewhere");
    snprintf(log, sizeof log, "deleted a held by %d elsewhere; ", (int)child.pid);
    expect(f, log);
    fault_reset();
    child_end(&child);
    write_a(f);
    expect(f, "created a; ");
    tmpdir_unlink(&f->tmpdir, "w/a");
    expect(f, "deleted a; released a; ");
}

/* No watch can be set for its release while it has a name; through the holder that was found then, one can.
 */
static void a_watch_may_be_set_late(void **state)
{
    struct fixture *f = *state;
    char log[128];
    make_a(f);
    fault_arm(FAULT_CALL_inotify_add_watch, FAULT_ERROR, ENOSPC, 2); /* the first is the directory's */
    start(f);
    assert_true(fault_struck());
    fault_reset();
    assert_non_null(strstr(observer_trouble(f->observer), "max_user_watches"));
    struct child child = child_hold(tmpdir_path(&f->tmpdir, "w/a"), reader);
    tmpdir_unlink(&f->tmpdir, "w/a");
    snprintf(log, sizeof log, "deleted a held by %d; ", (int)child.pid);
    expect(f, log);
    child_end(&child);
    expect(f, "released a; ");
}

/* Neither a watch nor a sweep that saw everybody: that it came back is not claimed. */
static void what_cannot_be_known_is_not_told(void **state)
{
    struct fixture *f = *state;
    f->host.proc_root = f->proc;
    make_a(f);
    fault_arm(FAULT_CALL_inotify_add_watch, FAULT_ERROR, EACCES, 2);
    start(f);
    assert_true(fault_struck());
    fault_reset();
    tmpdir_unlink(&f->tmpdir, "w/a");
    expect(f, "deleted a held; ");
    write_a(f);
    expect(f, "created a; ");
    tmpdir_unlink(&f->tmpdir, "w/a");
    expect(f, "deleted a; released a; ");
}

static void without_inotify_it_is_looked_now_and_then(void **state)
{
    struct fixture *f = *state;
    fault_play(FAULT_NO_INOTIFY_INSTANCE);
    start(f);
    assert_non_null(strstr(observer_trouble(f->observer), "every 2 s"));
    write_a(f);
    expect(f, "created a; ");
}

static void lost_events_are_made_up_for(void **state)
{
    struct fixture *f = *state;
    start(f);
    write_a(f);
    fault_play(FAULT_INOTIFY_OVERFLOW);
    observer_step(f->observer, NULL);
    fault_reset();
    expect(f, "created a; ");
    tmpdir_unlink(&f->tmpdir, "w/a");
    expect(f, "deleted a; released a; ");
}

/* No event of the directory tells that the state file or the admin's rules changed. */
static void what_is_said_beside_a_segment_is_told(void **state)
{
    struct fixture *f = *state;
    struct descriptions *descriptions = descriptions_new(NULL, tmpdir_path(&f->tmpdir, "rules"));
    directory_use_descriptions(f->directory, descriptions);
    make_a(f);
    start(f);
    tmpdir_write_text(&f->tmpdir, "rules", "a f4 -1\n");
    expect(f, "described a; ");
    tmpdir_unlink(&f->tmpdir, "rules");
    expect(f, "described a; ");
    observer_free(f->observer);
    f->observer = NULL;
    directory_use_descriptions(f->directory, NULL);
    descriptions_free(descriptions);
}

static int run_once(void *context)
{
    struct fixture *f = context;
    struct error error = {0};
    const struct observer_options options = {.directory = f->directory, .host = &f->host};
    f->log[0] = '\0';
    if (!tmpdir_exists(&f->tmpdir, "w/a"))
        make_a(f);
    int r = observer_new(&f->observer, &options, &error);
    assert_int_equal(-r, error.code);
    if (r < 0)
        return r;
    tmpdir_unlink(&f->tmpdir, "w/a");
    observer_step(f->observer, &error);
    take_events(f);
    observer_free(f->observer);
    f->observer = NULL;
    return 0;
}

/* Whatever failed, nothing is told that is not so. */
static void check_once(void *context, int result)
{
    struct fixture *f = context;
    static const char *const truths[] = {"", "deleted a; released a; ", "deleted a held; "};
    bool is_true = false;
    for (size_t i = 0; i < 3; i++)
        is_true |= strcmp(f->log, truths[i]) == 0;
    if (result == 0 && !is_true)
        fail_msg("it told: %s", f->log);
}

static void no_failing_call_makes_it_lie(void **state)
{
    struct fixture *f = *state;
    f->host.proc_root = f->proc;
    fault_each(FAULT_ERROR, EIO, run_once, check_once, f);
    fault_each(FAULT_ERROR, EMFILE, run_once, check_once, f);
    fault_each(FAULT_INTERRUPT, EINTR, run_once, check_once, f);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_fixture(names_go_and_memory_comes_back),
        with_fixture(what_is_moved_out_is_deleted_and_not_released),
        with_fixture(what_is_moved_out_and_unheld_is_not_unlinked),
        with_fixture(what_is_moved_out_and_cannot_be_watched_is_forgotten),
        with_fixture(a_watch_may_be_set_late),
        with_fixture(what_cannot_be_known_is_not_told),
        with_fixture(without_inotify_it_is_looked_now_and_then),
        with_fixture(lost_events_are_made_up_for),
        with_fixture(what_is_said_beside_a_segment_is_told),
        with_fixture(no_failing_call_makes_it_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
