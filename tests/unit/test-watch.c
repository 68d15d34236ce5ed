#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/lease.h"
#include "core/segment/watch.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

/* The watched directory is w in the private one, so that it can be removed and made again. */
struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct watch *watch;
};

static void start(struct fixture *f)
{
    assert_int_equal(directory_open(&f->directory, tmpdir_path(&f->tmpdir, "w"), false, NULL), 0);
    assert_int_equal(watch_new(&f->watch, f->directory, NULL), 0);
}

static int setup_bare(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_mkdir(&f->tmpdir, "w");
    *state = f;
    return 0;
}

static int setup(void **state)
{
    setup_bare(state);
    start(*state);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    watch_free(f->watch);
    directory_close(f->directory);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

/* What the watch says now, as "NAME NAME …" in its order; "*" for everything. */
static void assert_hints(struct fixture *f, const char *expected)
{
    char text[4096] = "";
    const char *const *names;
    bool everything;
    while (watch_drain(f->watch))
        ;
    size_t n = watch_take(f->watch, &names, &everything);
    for (size_t i = 0; i < n; i++)
        strcat(strcat(text, i ? " " : ""), names[i]);
    assert_string_equal(everything ? "*" : text, expected);
    if (watch_fd(f->watch) >= 0) {
        struct pollfd fd = {.fd = watch_fd(f->watch), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, 0), 0);
    }
}

static void write_text(struct fixture *f, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "w/%s", name);
    tmpdir_write_text(&f->tmpdir, path, text);
}

static void rename_in(struct fixture *f, const char *from, const char *to)
{
    assert_int_equal(rename(tmpdir_path(&f->tmpdir, from), tmpdir_path(&f->tmpdir, to)), 0);
}

static void each_change_names_its_entry_once_in_order(void **state)
{
    struct fixture *f = *state;
    write_text(f, "b", "x");
    write_text(f, "a", "x");
    write_text(f, "b", "more");
    assert_hints(f, "b a");
    assert_hints(f, "");
    assert_int_equal(truncate(tmpdir_path(&f->tmpdir, "w/a"), 100), 0);
    assert_hints(f, "a");
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "w/a"), 0600), 0);
    assert_hints(f, "a");
    tmpdir_unlink(&f->tmpdir, "w/a");
    assert_hints(f, "a");
}

static void a_rename_brings_both_names_in_one_batch(void **state)
{
    struct fixture *f = *state;
    write_text(f, "old", "x");
    assert_hints(f, "old");
    rename_in(f, "w/old", "w/new");
    assert_hints(f, "old new");
}

static void our_own_looks_wake_nobody(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    enum held held;
    write_text(f, "m", "some bytes");
    assert_hints(f, "m");
    assert_int_equal(segment_stat(f->directory, "m", &segment, NULL), 0);
    assert_int_equal(segment_recognise(f->directory, &segment, NULL), 0);
    assert_int_equal(lease_ask(f->directory, "m", &segment.id, &held, NULL), 0);
    assert_int_equal(held, HELD_NO);
    segment_clear(&segment);
    assert_hints(f, "");
}

static void a_load_under_way_is_no_row(void **state)
{
    struct fixture *f = *state;
    int fd = open(tmpdir_path(&f->tmpdir, "w"), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 1000), 0);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_hints(f, "");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    assert_int_equal(
        linkat(AT_FDCWD, link, AT_FDCWD, tmpdir_path(&f->tmpdir, "w/.shmtop-12-3"), AT_SYMLINK_FOLLOW), 0);
    assert_hints(f, "");
    rename_in(f, "w/.shmtop-12-3", "w/m");
    assert_hints(f, "m");
    close(fd);
}

static void an_entry_named_like_an_inode_is_a_row(void **state)
{
    struct fixture *f = *state;
    write_text(f, "#12", "x");
    assert_hints(f, "#12");
    assert_int_equal(truncate(tmpdir_path(&f->tmpdir, "w/#12"), 100), 0);
    assert_hints(f, "#12");
    tmpdir_unlink(&f->tmpdir, "w/#12");
    assert_hints(f, "#12");
}

static void a_sub_directory_is_watched_from_its_creation(void **state)
{
    struct fixture *f = *state;
    tmpdir_mkdir(&f->tmpdir, "w/d");
    assert_hints(f, "d");
    write_text(f, "d/f", "x");
    assert_hints(f, "d/f d");
    rename_in(f, "w/d", "w/e");
    assert_hints(f, "d e");
    write_text(f, "e/g", "x");
    assert_hints(f, "e/g e");
    rename_in(f, "w/e/g", "w/g");
    assert_hints(f, "e/g e g");
    rename_in(f, "w/e", "elsewhere");
    assert_hints(f, "e");
    write_text(f, "../elsewhere/h", "x");
    assert_hints(f, "");
}

static void a_sub_directory_that_was_there_is_added(void **state)
{
    struct fixture *f = *state;
    tmpdir_mkdir(&f->tmpdir, "w/d");
    tmpdir_symlink(&f->tmpdir, "w/link", "d");
    start(f);
    assert_int_equal(watch_add_subdirectory(f->watch, "d"), 0);
    assert_int_equal(watch_add_subdirectory(f->watch, "d"), 0);
    assert_true(watch_add_subdirectory(f->watch, "link") < 0);
    assert_true(watch_add_subdirectory(f->watch, "gone") < 0);
    assert_true(watch_add_subdirectory(f->watch, "../w") < 0);
    write_text(f, "d/f", "x");
    assert_hints(f, "d/f d");
    tmpdir_unlink(&f->tmpdir, "w/d/f");
    tmpdir_unlink(&f->tmpdir, "w/d");
    assert_hints(f, "d/f d");
    tmpdir_mkdir(&f->tmpdir, "w/d");
    assert_hints(f, "d");
    write_text(f, "d/f", "x");
    assert_hints(f, "d/f d");
}

static void sub_directories_are_bounded(void **state)
{
    struct fixture *f = *state;
    char name[32];
    for (int i = 0; i < WATCH_SUBDIRECTORIES_MAX; i++) {
        snprintf(name, sizeof name, "w/%d", i);
        tmpdir_mkdir(&f->tmpdir, name);
        if (i % 100 == 0)
            watch_drain(f->watch);
    }
    while (watch_drain(f->watch))
        ;
    assert_false(watch_is_polling(f->watch));
    tmpdir_mkdir(&f->tmpdir, "w/more");
    while (watch_drain(f->watch))
        ;
    assert_true(watch_is_polling(f->watch)); /* it cannot be watched: looked at again and again */
    assert_true(watch_fd(f->watch) >= 0);
}

static void a_storm_is_coalesced(void **state)
{
    struct fixture *f = *state;
    const char *const *names;
    bool everything, lost = false;
    char name[32];
    size_t hints = 0;
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "w/%d", i % 500);
        tmpdir_write_text(&f->tmpdir, name, "x");
        tmpdir_unlink(&f->tmpdir, name);
        if (i % 1000 != 999)
            continue;
        while (watch_drain(f->watch))
            ;
        hints += watch_take(f->watch, &names, &everything);
        lost |= everything;
    }
    assert_false(lost);
    assert_int_equal(hints, 20 * 500);
    assert_hints(f, "");
}

static void too_many_names_are_everything(void **state)
{
    struct fixture *f = *state;
    char name[32];
    for (int i = 0; i < 66000; i++) {
        snprintf(name, sizeof name, "w/%d", i);
        assert_int_equal(mkfifo(tmpdir_path(&f->tmpdir, name), 0600), 0);
        if (i % 1000 == 0)
            watch_drain(f->watch);
    }
    assert_hints(f, "*");
    tmpdir_unlink(&f->tmpdir, "w/5");
    assert_hints(f, "5");
}

static void a_drain_is_bounded(void **state)
{
    struct fixture *f = *state;
    const char *const *names;
    bool everything;
    char name[128];
    for (int i = 0; i < 8000; i++) {
        snprintf(name, sizeof name, "w/a-name-so-long-that-not-all-of-them-fit-in-what-one-drain-takes-%d",
                 i);
        assert_int_equal(mkfifo(tmpdir_path(&f->tmpdir, name), 0600), 0);
    }
    assert_true(watch_drain(f->watch));
    size_t first = watch_take(f->watch, &names, &everything);
    assert_true(first > 0 && first < 8000 && !everything);
    assert_false(watch_drain(f->watch));
    assert_int_equal(first + watch_take(f->watch, &names, &everything), 8000);
}

static void an_overflow_is_everything(void **state)
{
    struct fixture *f = *state;
    write_text(f, "a", "x");
    fault_play(FAULT_INOTIFY_OVERFLOW);
    assert_hints(f, "*");
    write_text(f, "b", "x");
    assert_hints(f, "b");
}

static void a_directory_made_again_is_found_again(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    assert_int_equal(watch_renew(f->watch, &error), 0);
    tmpdir_unlink(&f->tmpdir, "w");
    assert_int_equal(watch_renew(f->watch, &error), -ENOENT);
    tmpdir_mkdir(&f->tmpdir, "w");
    assert_int_equal(watch_renew(f->watch, &error), 1);
    assert_hints(f, "*");
    write_text(f, "a", "x");
    assert_hints(f, "a");
    assert_int_equal(watch_renew(f->watch, &error), 0);
}

static void a_directory_moved_away_is_noticed(void **state)
{
    struct fixture *f = *state;
    tmpdir_mkdir(&f->tmpdir, "w/d");
    assert_hints(f, "d");
    rename_in(f, "w", "moved");
    assert_hints(f, "*");
    tmpdir_mkdir(&f->tmpdir, "w");
    assert_int_equal(watch_renew(f->watch, NULL), 1);
    assert_hints(f, "*");
    tmpdir_write_text(&f->tmpdir, "moved/d/f", "not ours any more");
    write_text(f, "a", "x");
    assert_hints(f, "a");
}

static void without_inotify_it_polls(void **state)
{
    struct fixture *f = *state;
    static const unsigned kernels[] = {FAULT_NO_INOTIFY, FAULT_NO_INOTIFY_INSTANCE, FAULT_NO_INOTIFY_WATCH};
    for (size_t i = 0; i < 3; i++) {
        fault_play(kernels[i]);
        unsigned fds = tmpdir_open_fds();
        start(f);
        assert_true(watch_is_polling(f->watch));
        assert_int_equal(watch_fd(f->watch), -1);
        assert_false(watch_drain(f->watch));
        assert_hints(f, "");
        assert_int_equal(watch_add_subdirectory(f->watch, "d"), 0);
        assert_int_equal(watch_renew(f->watch, NULL), 0);
        tmpdir_unlink(&f->tmpdir, "w");
        tmpdir_mkdir(&f->tmpdir, "w");
        assert_int_equal(watch_renew(f->watch, NULL), 1);
        assert_hints(f, "*");
        watch_free(f->watch);
        directory_close(f->directory);
        assert_int_equal(tmpdir_open_fds(), fds);
    }
    f->watch = NULL;
    f->directory = NULL;
}

static void what_is_mounted_over_it_is_watched(void **state)
{
    struct fixture *f = *state;
    struct tmpdir over = {0};
    snprintf(over.path, sizeof over.path, "%s", tmpdir_path(&f->tmpdir, "w"));
    tmpdir_mount(&over, "size=64k");
    assert_int_equal(watch_renew(f->watch, NULL), 1);
    assert_hints(f, "*");
    write_text(f, "a", "x");
    assert_hints(f, "a");
    assert_int_equal(umount2(over.path, MNT_DETACH), 0);
    assert_int_equal(watch_renew(f->watch, NULL), 1);
    assert_hints(f, "*");
    write_text(f, "b", "x");
    assert_hints(f, "b");
}

#define TEST(name)      cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_BARE(name) cmocka_unit_test_setup_teardown(name, setup_bare, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_change_names_its_entry_once_in_order),
        TEST(a_rename_brings_both_names_in_one_batch),
        TEST(our_own_looks_wake_nobody),
        TEST(a_load_under_way_is_no_row),
        TEST(an_entry_named_like_an_inode_is_a_row),
        TEST(a_sub_directory_is_watched_from_its_creation),
        TEST_BARE(a_sub_directory_that_was_there_is_added),
        TEST(sub_directories_are_bounded),
        TEST(a_storm_is_coalesced),
        TEST(too_many_names_are_everything),
        TEST(a_drain_is_bounded),
        TEST(an_overflow_is_everything),
        TEST(a_directory_made_again_is_found_again),
        TEST(a_directory_moved_away_is_noticed),
        TEST_BARE(without_inotify_it_polls),
        TEST(what_is_mounted_over_it_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
