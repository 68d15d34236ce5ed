#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/segment/lease.h"
#include "core/segment/own.h"
#include "core/segment/removal.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    tmpdir_write(&fixture->tmpdir, "m", (char[8192]){1}, 8192);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

static struct identity identity(struct fixture *f, const char *name)
{
    struct segment segment = {0};
    assert_int_equal(segment_stat(f->directory, name, &segment, NULL), 0);
    struct identity id = segment.id;
    segment_clear(&segment);
    return id;
}

static enum held ask(struct fixture *f)
{
    struct identity id = identity(f, "m");
    enum held held;
    assert_int_equal(lease_ask(f->directory, "m", &id, &held, NULL), 0);
    return held;
}

static int remove_m(struct fixture *f, bool must_be_unheld, struct error *error)
{
    struct identity id = identity(f, "m");
    return removal_unlink(f->directory, "m", &id, must_be_unheld, error);
}

static void every_kind_of_holder_is_known(void **state)
{
    struct fixture *f = *state;
    const char *path = tmpdir_path(&f->tmpdir, "m");
    assert_int_equal(ask(f), HELD_NO);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(ask(f), HELD_YES);
    for (int i = 0; i < 2; i++) {
        void *map = mmap(NULL, 4096, PROT_READ, i ? MAP_PRIVATE : MAP_SHARED, fd, 0);
        assert_true(map != MAP_FAILED);
        close(fd);
        assert_int_equal(ask(f), HELD_YES);
        munmap(map, 4096);
        assert_int_equal(ask(f), HELD_NO);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    close(fd);
    assert_int_equal(ask(f), HELD_NO);
}

static void what_cannot_be_asked_is_not_guessed(void **state)
{
    struct fixture *f = *state;
    struct identity id;
    enum held held = HELD_NO;
    tmpdir_mkdir(&f->tmpdir, "d");
    id = identity(f, "d");
    assert_int_equal(lease_ask(f->directory, "d", &id, &held, NULL), 0);
    assert_int_equal(held, HELD_UNKNOWN);
    fault_play(FAULT_NO_LEASES);
    assert_int_equal(ask(f), HELD_UNKNOWN);
    fault_reset();
    if (geteuid() != 0)
        return;
    id = identity(f, "m");
    assert_int_equal(seteuid(65534), 0);
    int r = lease_ask(f->directory, "m", &id, &held, NULL); /* readable, but not ours */
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, 0);
    assert_int_equal(held, HELD_UNKNOWN);
}

static void the_question_is_about_one_segment(void **state)
{
    struct fixture *f = *state;
    struct identity id = identity(f, "m");
    enum held held = HELD_NO;
    tmpdir_unlink(&f->tmpdir, "m");
    assert_int_equal(lease_ask(f->directory, "m", &id, &held, NULL), -ENOENT);
    tmpdir_write_text(&f->tmpdir, "m", "new");
    assert_int_equal(lease_ask(f->directory, "m", &id, &held, NULL), -ESTALE);
}

static void whoever_opens_a_leased_file_does_not_end_us(void **state)
{
    struct fixture *f = *state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGIO, SIG_DFL);
        int fd = open(tmpdir_path(&f->tmpdir, "m"), O_RDONLY | O_CLOEXEC);
        if (lease_take(fd) != HELD_NO)
            _exit(1);
        /* Refused, and the holder of the lease is sent a signal: by default one that ends it. */
        bool refused =
            open(tmpdir_path(&f->tmpdir, "m"), O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0 && errno == EAGAIN;
        lease_give(fd);
        _exit(refused ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_lease_that_another_keeps_means_held(void **state)
{
    struct fixture *f = *state;
    int fd = open(tmpdir_path(&f->tmpdir, "m"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(lease_take(fd), HELD_NO);
    assert_int_equal(ask(f), HELD_YES); /* and does not wait for the lease to be given up */
    lease_give(fd);
    close(fd);
    assert_int_equal(ask(f), HELD_NO);
}

/* A study of ours. */
struct study {
    struct own own;
    int fd;
};

static struct study begin_study(struct fixture *f)
{
    return (struct study){.fd = open(tmpdir_path(&f->tmpdir, "m"), O_RDONLY | O_CLOEXEC)};
}

static void end_study(struct study *study)
{
    close(study->fd);
    own_closed(&study->own);
}

static struct study *waited_for; /* NULL: it does not end */
static int waits;

/* A wait takes no time here: the study ends with the first, if it ends. */
static int poll_without_time(struct pollfd *fds, nfds_t count, int timeout)
{
    assert_null(fds);
    assert_int_equal(count, 0);
    assert_true(timeout > 0);
    waits++;
    if (waited_for)
        end_study(waited_for);
    waited_for = NULL;
    return 0;
}

static void a_study_of_ours_is_no_holder(void **state)
{
    struct fixture *f = *state;
    struct identity id = identity(f, "m"), other = {.device = id.device, .inode = id.inode + 1};
    struct study study = begin_study(f);
    struct own twice, another;
    own_opened(&another, &other);
    assert_int_equal(ask(f), HELD_YES); /* what we have of another says nothing */
    own_opened(&study.own, &id);
    own_opened(&twice, &id);
    assert_int_equal(ask(f), HELD_UNKNOWN);
    own_closed(&another);
    own_closed(&twice);
    assert_true(own_has(&id));
    assert_false(own_has(&other));
    assert_int_equal(ask(f), HELD_UNKNOWN);
    end_study(&study);
    assert_false(own_has(&id));
    assert_int_equal(ask(f), HELD_NO);
}

static void a_deletion_waits_for_a_study_of_ours(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct identity id = identity(f, "m");
    struct segment segment = {0};
    enum held held;
    sys.poll = poll_without_time;
    assert_int_equal(segment_stat(f->directory, "m", &segment, NULL), 0);
    for (int i = 0; i < 2; i++) {
        struct study study = begin_study(f);
        own_opened(&study.own, &id);
        waited_for = &study;
        waits = 0;
        if (i == 0) {
            assert_int_equal(lease_ask_segment(f->directory, &segment, &held, NULL), 0);
            assert_int_equal(held, HELD_NO);
        } else {
            assert_int_equal(remove_m(f, true, &error), 0);
        }
        assert_int_equal(waits, 1);
    }
    sys.poll = sys_kernel.poll;
    segment_clear(&segment);
    assert_false(tmpdir_exists(&f->tmpdir, "m"));
}

/* Whether others have it open cannot be told: it is not said, and not deleted. */
static void a_study_that_does_not_end_is_not_waited_for_forever(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct identity id = identity(f, "m");
    struct segment segment = {0};
    enum held held;
    assert_int_equal(segment_stat(f->directory, "m", &segment, NULL), 0);
    struct study study = begin_study(f);
    own_opened(&study.own, &id);
    sys.poll = poll_without_time;
    waited_for = NULL;
    waits = 0;
    assert_int_equal(lease_ask_segment(f->directory, &segment, &held, NULL), 0);
    assert_int_equal(held, HELD_UNKNOWN);
    assert_true(waits > 0);
    assert_int_equal(remove_m(f, true, &error), -EBUSY);
    sys.poll = sys_kernel.poll;
    end_study(&study);
    segment_clear(&segment);
    assert_true(tmpdir_exists(&f->tmpdir, "m"));
}

static void a_segment_is_deleted_by_identity(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct identity id = identity(f, "m");
    tmpdir_unlink(&f->tmpdir, "m");
    assert_int_equal(removal_unlink(f->directory, "m", &id, false, &error), -ENOENT);
    tmpdir_write_text(&f->tmpdir, "m", "another");
    assert_int_equal(removal_unlink(f->directory, "m", &id, false, &error), -ESTALE);
    assert_true(tmpdir_exists(&f->tmpdir, "m"));
    assert_int_equal(remove_m(f, true, &error), 0);
    assert_false(tmpdir_exists(&f->tmpdir, "m"));
}

static void a_held_one_is_deleted_only_where_that_is_allowed(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    int fd = open(tmpdir_path(&f->tmpdir, "m"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(remove_m(f, true, &error), -EBUSY);
    assert_string_equal(error.text, "a process has it open or mapped");
    assert_true(tmpdir_exists(&f->tmpdir, "m"));
    assert_int_equal(remove_m(f, false, &error), 0);
    close(fd);
}

static void read_only_deletes_nothing(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct directory *directory;
    struct identity id = identity(f, "m");
    assert_int_equal(directory_open(&directory, f->tmpdir.path, true, NULL), 0);
    assert_int_equal(removal_unlink(directory, "m", &id, false, &error), -EROFS);
    assert_true(tmpdir_exists(&f->tmpdir, "m"));
    directory_close(directory);
}

static void what_is_no_file_is_deleted_without_opening_it(void **state)
{
    struct fixture *f = *state;
    tmpdir_fifo(&f->tmpdir, "fifo");
    tmpdir_symlink(&f->tmpdir, "link", "m");
    tmpdir_symlink(&f->tmpdir, "dirlink", "..");
    static const char *const names[] = {"fifo", "link", "dirlink"};
    for (size_t i = 0; i < 3; i++) {
        struct identity id = identity(f, names[i]);
        assert_int_equal(removal_unlink(f->directory, names[i], &id, true, NULL), 0);
    }
    assert_int_equal(tmpdir_count(&f->tmpdir), 1); /* m, which the link named, is there */
}

static void make_tree(struct fixture *f)
{
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_mkdir(&f->tmpdir, "d/e");
    tmpdir_write_text(&f->tmpdir, "d/a", "x");
    tmpdir_write_text(&f->tmpdir, "d/e/b", "x");
    tmpdir_symlink(&f->tmpdir, "d/e/out", "../../m");
    tmpdir_symlink(&f->tmpdir, "d/up", "..");
    tmpdir_fifo(&f->tmpdir, "d/fifo");
}

static void a_tree_goes_bottom_up_and_no_link_is_followed(void **state)
{
    struct fixture *f = *state;
    make_tree(f);
    struct identity id = identity(f, "d");
    unsigned fds = tmpdir_open_fds();
    assert_int_equal(removal_unlink(f->directory, "d", &id, true, NULL), 0);
    assert_int_equal(tmpdir_open_fds(), fds);
    assert_false(tmpdir_exists(&f->tmpdir, "d"));
    assert_true(tmpdir_exists(&f->tmpdir, "m"));
    make_tree(f);
    id = identity(f, "d/e");
    assert_int_equal(removal_unlink(f->directory, "d/e", &id, true, NULL), 0);
    assert_true(tmpdir_exists(&f->tmpdir, "d/a"));
}

static void a_large_directory_goes_whole(void **state)
{
    struct fixture *f = *state;
    char name[64];
    tmpdir_mkdir(&f->tmpdir, "d");
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "d/a-name-that-fills-the-buffer-%d", i);
        tmpdir_write_text(&f->tmpdir, name, "");
    }
    struct identity id = identity(f, "d");
    assert_int_equal(removal_unlink(f->directory, "d", &id, false, NULL), 0);
    assert_false(tmpdir_exists(&f->tmpdir, "d"));
}

static void a_held_file_keeps_its_whole_tree(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    make_tree(f);
    struct identity id = identity(f, "d");
    int fd = open(tmpdir_path(&f->tmpdir, "d/e/b"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(removal_unlink(f->directory, "d", &id, true, &error), -EBUSY);
    assert_string_equal(error.text, "b in it: a process has it open or mapped");
    assert_true(tmpdir_exists(&f->tmpdir, "d/a"));
    assert_true(tmpdir_exists(&f->tmpdir, "d/fifo"));
    assert_int_equal(removal_unlink(f->directory, "d", &id, false, &error), 0);
    close(fd);
}

static void a_tree_too_deep_is_refused(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    char path[512] = "d";
    tmpdir_mkdir(&f->tmpdir, "d");
    for (int i = 0; i < 70; i++)
        tmpdir_mkdir(&f->tmpdir, strcat(path, "/x"));
    struct identity id = identity(f, "d");
    assert_int_equal(removal_unlink(f->directory, "d", &id, false, &error), -ENOTSUP);
    assert_string_equal(error.text, "its tree is more than 64 deep");
    assert_true(tmpdir_exists(&f->tmpdir, path));
}

static void a_sticky_directory_says_whose_it_is(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(f->tmpdir.path, 01777), 0);
    assert_int_equal(chown(tmpdir_path(&f->tmpdir, "m"), 4321, 4321), 0);
    assert_int_equal(seteuid(65534), 0);
    int r = remove_m(f, false, &error);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, -EACCES);
    assert_string_equal(
        error.text, "it belongs to uid 4321: in this sticky directory only its owner or root may delete it");
    assert_int_equal(chmod(f->tmpdir.path, 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    r = remove_m(f, false, &error);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, -EACCES);
    assert_string_equal(error.text, "no permission to delete in its directory");
}

static void what_is_mounted_in_a_tree_stays(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct tmpdir inner = {0};
    tmpdir_mkdir(&f->tmpdir, "d");
    snprintf(inner.path, sizeof inner.path, "%.200s/d/mounted", f->tmpdir.path);
    tmpdir_mkdir(&f->tmpdir, "d/mounted");
    tmpdir_mount(&inner, "size=64k");
    assert_int_equal(directory_reopen(f->directory, NULL), 0); /* in the namespace that has the mount */
    tmpdir_write_text(&f->tmpdir, "d/mounted/f", "x");
    struct identity id = identity(f, "d");
    assert_int_equal(removal_unlink(f->directory, "d", &id, false, &error), -EBUSY);
    assert_string_equal(error.text, "a file system is mounted in it");
    assert_true(tmpdir_exists(&f->tmpdir, "d/mounted/f"));
    tmpdir_remove(&inner);
    tmpdir_mkdir(&f->tmpdir, "d/mounted");
}

static void what_is_mounted_on_a_directory_stays(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct tmpdir inner = {0};
    tmpdir_mkdir(&f->tmpdir, "mounted");
    snprintf(inner.path, sizeof inner.path, "%.200s/mounted", f->tmpdir.path);
    tmpdir_mount(&inner, "size=64k");
    assert_int_equal(directory_reopen(f->directory, NULL), 0); /* in the namespace that has the mount */
    tmpdir_write_text(&f->tmpdir, "mounted/f", "x");
    struct identity id = identity(f, "mounted");
    assert_int_equal(removal_unlink(f->directory, "mounted", &id, false, &error), -EBUSY);
    assert_string_equal(error.text, "a file system is mounted on it");
    assert_true(tmpdir_exists(&f->tmpdir, "mounted/f"));
    tmpdir_remove(&inner);
    tmpdir_mkdir(&f->tmpdir, "mounted");
}

/* The same file system, mounted there once more: its device is no other. */
static void what_is_bound_in_a_tree_stays(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct tmpdir inner = {0};
    tmpdir_mkdir(&f->tmpdir, "t");
    snprintf(inner.path, sizeof inner.path, "%.200s/t", f->tmpdir.path);
    tmpdir_mount(&inner, "size=64k");
    assert_int_equal(directory_reopen(f->directory, NULL), 0);
    tmpdir_remove(&inner);
    tmpdir_mkdir(&f->tmpdir, "kept");
    tmpdir_write_text(&f->tmpdir, "kept/f", "x");
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_mkdir(&f->tmpdir, "d/bound");
    const char *bound = tmpdir_path(&f->tmpdir, "d/bound");
    assert_return_code(mount(tmpdir_path(&f->tmpdir, "kept"), bound, "none", MS_BIND, NULL), errno);
    struct identity id = identity(f, "d");
    int r = removal_unlink(f->directory, "d", &id, false, &error);
    id = identity(f, "d/bound");
    int on = removal_unlink(f->directory, "d/bound", &id, false, NULL);
    assert_return_code(umount(bound), errno);
    assert_int_equal(r, -EBUSY);
    assert_int_equal(on, -EBUSY);
    assert_true(tmpdir_exists(&f->tmpdir, "kept/f"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_holder_is_known),
        TEST(what_cannot_be_asked_is_not_guessed),
        TEST(the_question_is_about_one_segment),
        TEST(whoever_opens_a_leased_file_does_not_end_us),
        TEST(a_lease_that_another_keeps_means_held),
        TEST(a_study_of_ours_is_no_holder),
        TEST(a_deletion_waits_for_a_study_of_ours),
        TEST(a_study_that_does_not_end_is_not_waited_for_forever),
        TEST(a_segment_is_deleted_by_identity),
        TEST(a_held_one_is_deleted_only_where_that_is_allowed),
        TEST(read_only_deletes_nothing),
        TEST(what_is_no_file_is_deleted_without_opening_it),
        TEST(a_tree_goes_bottom_up_and_no_link_is_followed),
        TEST(a_large_directory_goes_whole),
        TEST(a_held_file_keeps_its_whole_tree),
        TEST(a_tree_too_deep_is_refused),
        TEST(a_sticky_directory_says_whose_it_is),
        TEST(what_is_mounted_in_a_tree_stays),
        TEST(what_is_mounted_on_a_directory_stays),
        TEST(what_is_bound_in_a_tree_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
