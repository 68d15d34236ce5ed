#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/process/unlinked.h"
#include "core/segment/lease.h"
#include "core/segment/release.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct release *release;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    assert_int_equal(release_new(&f->release, NULL), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    release_free(f->release);
    directory_close(f->directory);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

static struct identity make(struct fixture *f, const char *name)
{
    struct segment segment;
    tmpdir_write_text(&f->tmpdir, name, "0123456789");
    assert_int_equal(segment_stat(f->directory, name, &segment, NULL), 0);
    struct identity id = segment.id;
    segment_clear(&segment);
    return id;
}

static struct identity make_watched(struct fixture *f, const char *name)
{
    struct identity id = make(f, name);
    assert_int_equal(release_add_name(f->release, f->directory, name, &id, NULL), 0);
    return id;
}

/* Waits for the one release that is due. */
static void assert_released(struct fixture *f, const struct identity *id)
{
    const struct identity *ids;
    bool lost;
    struct pollfd fd = {.fd = release_fd(f->release), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    release_drain(f->release);
    assert_int_equal(release_take(f->release, &ids, &lost), 1);
    assert_true(identity_equal(&ids[0], id));
    assert_false(lost);
    assert_false(release_has(f->release, id));
}

static void assert_nothing(struct fixture *f)
{
    const struct identity *ids;
    bool lost;
    while (release_drain(f->release))
        ;
    assert_int_equal(release_take(f->release, &ids, &lost), 0);
    assert_false(lost);
}

static void what_nobody_holds_is_released_with_its_name(void **state)
{
    struct fixture *f = *state;
    struct identity a = make_watched(f, "a"), b = make_watched(f, "b");
    assert_nothing(f);
    tmpdir_unlink(&f->tmpdir, "a");
    assert_released(f, &a);
    assert_true(release_has(f->release, &b));
    assert_nothing(f);
}

static void a_segment_in_a_subdirectory_is_watched_too(void **state)
{
    struct fixture *f = *state;
    tmpdir_mkdir(&f->tmpdir, "d");
    struct identity a = make_watched(f, "d/a");
    tmpdir_unlink(&f->tmpdir, "d/a");
    assert_released(f, &a);
}

static void a_renamed_one_is_watched_on(void **state)
{
    struct fixture *f = *state;
    struct identity a = make_watched(f, "a");
    assert_int_equal(rename(tmpdir_path(&f->tmpdir, "a"), tmpdir_path(&f->tmpdir, "b")), 0);
    assert_nothing(f);
    tmpdir_unlink(&f->tmpdir, "b");
    assert_released(f, &a);
}

static void another_hard_link_keeps_it(void **state)
{
    struct fixture *f = *state;
    struct identity a = make_watched(f, "a");
    assert_int_equal(link(tmpdir_path(&f->tmpdir, "a"), tmpdir_path(&f->tmpdir, "b")), 0);
    tmpdir_unlink(&f->tmpdir, "a");
    assert_nothing(f);
    tmpdir_unlink(&f->tmpdir, "b");
    assert_released(f, &a);
}

static const struct child_map maps[] = {
    {PROT_READ | PROT_WRITE, MAP_SHARED, true},
    {PROT_READ | PROT_WRITE, MAP_SHARED, false},
    {PROT_READ, MAP_SHARED, false},
    {PROT_READ | PROT_WRITE, MAP_PRIVATE, false},
};
#define MAPS (sizeof maps / sizeof maps[0])

/* Whatever the holder does with it, it comes once, at its end, and not when the name goes. */
static void a_held_one_is_released_when_its_holder_ends(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < MAPS; i++) {
        struct identity a = make_watched(f, "a");
        struct child child = child_hold(tmpdir_path(&f->tmpdir, "a"), maps[i]);
        tmpdir_unlink(&f->tmpdir, "a");
        assert_nothing(f);
        child_end(&child);
        assert_released(f, &a);
        assert_nothing(f);
    }
}

static void one_without_a_name_is_watched_through_its_holder(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < MAPS; i++) {
        struct identity a = make(f, "a");
        struct child child = child_hold(tmpdir_path(&f->tmpdir, "a"), maps[i]);
        struct holder holder = {.pid = child.pid};
        tmpdir_unlink(&f->tmpdir, "a");
        int fd = unlinked_open_held("/proc", &a, &(struct holders){1, &holder}, O_PATH, NULL);
        if (fd == -EACCES && geteuid() != 0) {
            child_end(&child);
            continue;
        }
        assert_true(fd >= 0);
        assert_int_equal(release_add_opened(f->release, fd, &a, NULL), 0);
        assert_int_equal(close(fd), 0);
        assert_nothing(f);
        child_end(&child);
        assert_released(f, &a);
    }
}

static void the_watch_keeps_no_memory_and_is_no_holder(void **state)
{
    struct fixture *f = *state;
    enum held held;
    make_watched(f, "a");
    struct identity a = make_watched(f, "a");
    assert_int_equal(lease_ask(f->directory, "a", &a, &held, NULL), 0);
    assert_int_not_equal(held, HELD_YES);
    assert_nothing(f);
}

static void what_is_no_longer_wanted_is_forgotten(void **state)
{
    struct fixture *f = *state;
    struct identity a = make_watched(f, "a"), b = make_watched(f, "b"), c = make_watched(f, "c");
    release_forget(f->release, &a);
    release_forget(f->release, &a);
    assert_false(release_has(f->release, &a));
    assert_true(release_has(f->release, &b) && release_has(f->release, &c));
    tmpdir_unlink(&f->tmpdir, "a");
    assert_nothing(f);
    tmpdir_unlink(&f->tmpdir, "c");
    assert_released(f, &c);
}

static void only_the_one_that_is_meant_is_watched(void **state)
{
    struct fixture *f = *state;
    struct identity a = make(f, "a"), other = a;
    other.born++;
    assert_int_equal(release_add_name(f->release, f->directory, "a", &other, NULL), -ESTALE);
    assert_int_equal(release_add_name(f->release, f->directory, "none", &a, NULL), -ENOENT);
    tmpdir_fifo(&f->tmpdir, "fifo");
    tmpdir_symlink(&f->tmpdir, "link", "a");
    assert_int_equal(release_add_name(f->release, f->directory, "fifo", &a, NULL), -ESTALE);
    assert_int_equal(release_add_name(f->release, f->directory, "link", &a, NULL), -ESTALE);
    assert_false(release_has(f->release, &a));
}

static void what_is_refused_is_said(void **state)
{
    struct fixture *f = *state;
    struct identity a = make(f, "a");
    struct error error = {0};
    struct release *none = NULL;
    fault_play(FAULT_NO_INOTIFY_WATCH);
    assert_int_equal(release_add_name(f->release, f->directory, "a", &a, &error), -ENOSPC);
    assert_non_null(strstr(error.text, "max_user_watches"));
    fault_play(FAULT_NO_INOTIFY_INSTANCE);
    assert_int_equal(release_new(&none, &error), -EMFILE);
    fault_reset();
    fault_arm(FAULT_CALL_inotify_add_watch, FAULT_ERROR, EACCES, 1);
    assert_int_equal(release_add_name(f->release, f->directory, "a", &a, &error), -EACCES);
    assert_false(release_has(f->release, &a));
}

static void lost_events_lose_no_release(void **state)
{
    struct fixture *f = *state;
    const struct identity *ids;
    bool lost;
    struct identity a = make_watched(f, "a"), b = make_watched(f, "b");
    tmpdir_unlink(&f->tmpdir, "a");
    fault_play(FAULT_INOTIFY_OVERFLOW);
    release_drain(f->release);
    assert_int_equal(release_take(f->release, &ids, &lost), 1);
    assert_true(identity_equal(&ids[0], &a));
    assert_true(lost);
    assert_false(release_has(f->release, &b));
    fault_reset();
    assert_nothing(f);
    assert_int_equal(release_add_name(f->release, f->directory, "b", &b, NULL), 0);
    tmpdir_unlink(&f->tmpdir, "b");
    assert_released(f, &b);
}

/* The real thing: more at once than the kernel's queue holds. */
static void a_queue_that_overflows_loses_no_release(void **state)
{
    enum { MANY = 9000 };
    struct fixture *f = *state;
    char name[16];
    size_t released = 0;
    bool any_lost = false;
    struct identity stays = make_watched(f, "stays");
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        struct identity id = make(f, name);
        int r = release_add_name(f->release, f->directory, name, &id, NULL);
        if (r == -ENOSPC)
            skip();
        assert_int_equal(r, 0);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        tmpdir_unlink(&f->tmpdir, name);
    }
    for (bool more = true; more;) {
        const struct identity *ids;
        bool lost;
        more = release_drain(f->release);
        released += release_take(f->release, &ids, &lost);
        any_lost |= lost;
    }
    assert_int_equal(released, MANY);
    if (any_lost) /* as long as max_queued_events is what it usually is */
        assert_int_equal(release_add_name(f->release, f->directory, "stays", &stays, NULL), 0);
    assert_nothing(f);
    tmpdir_unlink(&f->tmpdir, "stays");
    assert_released(f, &stays);
}

/* --- every call fails in turn --- */

static int run_watch(void *context)
{
    struct fixture *f = context;
    struct release *release;
    const struct identity *ids;
    bool lost;
    tmpdir_write_text(&f->tmpdir, "a", "0123456789");
    struct identity a = {.device = directory_device(f->directory), .inode = tmpdir_inode(&f->tmpdir, "a")};
    int r = release_new(&release, NULL);
    if (r < 0)
        return r;
    r = release_add_name(release, f->directory, "a", &a, NULL);
    tmpdir_unlink(&f->tmpdir, "a");
    release_drain(release);
    if (r == 0 && release_take(release, &ids, &lost) == 0 && !lost)
        r = -ENOMSG; /* neither said nor admitted */
    release_free(release);
    return r;
}

static void check_watch(void *context, int result)
{
    (void)context;
    assert_true(result == 0 || result == -EIO);
}

static void no_failing_call_hides_a_release(void **state)
{
    fault_each(FAULT_ERROR, EIO, run_watch, check_watch, *state);
    fault_each(FAULT_INTERRUPT, EINTR, run_watch, check_watch, *state);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_fixture(what_nobody_holds_is_released_with_its_name),
        with_fixture(a_segment_in_a_subdirectory_is_watched_too),
        with_fixture(a_renamed_one_is_watched_on),
        with_fixture(another_hard_link_keeps_it),
        with_fixture(a_held_one_is_released_when_its_holder_ends),
        with_fixture(one_without_a_name_is_watched_through_its_holder),
        with_fixture(the_watch_keeps_no_memory_and_is_no_holder),
        with_fixture(what_is_no_longer_wanted_is_forgotten),
        with_fixture(only_the_one_that_is_meant_is_watched),
        with_fixture(what_is_refused_is_said),
        with_fixture(lost_events_lose_no_release),
        with_fixture(a_queue_that_overflows_loses_no_release),
        with_fixture(no_failing_call_hides_a_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
