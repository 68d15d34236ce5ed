/*
 * The delete dialog on real segments in a private directory with a /proc of our own.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "tests/support/draw.h"
#include "tests/support/scene.h"
#include "tests/support/tmpdir.h"

/* --- real segments --- */

struct real {
    struct scene scene;
    struct directory *directory;
    struct tmpdir *tmpdir;
    char proc[300];
};

static void real_open(struct real *real, void **state, const char *const *names, size_t n)
{
    struct delete_target targets[8];
    real->tmpdir = *state;
    for (const char *const *name = (const char *const[]){"proc", "shm", "home", NULL}; *name; name++)
        if (!tmpdir_exists(real->tmpdir, *name))
            tmpdir_mkdir(real->tmpdir, *name);
    snprintf(real->proc, sizeof real->proc, "%s", tmpdir_path(real->tmpdir, "proc"));
    assert_int_equal(directory_open(&real->directory, tmpdir_path(real->tmpdir, "shm"), false, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        struct segment segment = {0};
        char path[300], bytes[8192] = {0};
        snprintf(path, sizeof path, "shm/%s", names[i]);
        tmpdir_write(real->tmpdir, path, bytes, sizeof bytes);
        assert_int_equal(segment_stat(real->directory, names[i], &segment, NULL), 0);
        targets[i] = (struct delete_target){names[i], segment.id, "me"};
        segment_clear(&segment);
    }
    memset(&real->scene, 0, sizeof real->scene);
    real->scene.dialog = delete_dialog_new(
        &(struct delete_dialog_options){"/dev/shm", tmpdir_path(real->tmpdir, "home"), getuid()}, targets, n);
    cells_resize(&real->scene.cells, 24, 80);
    scene_draw(&real->scene);
}

static void real_settle(struct real *real)
{
    struct delete_dialog_request *request = delete_dialog_wants(real->scene.dialog);
    assert_non_null(request);
    real->scene.last = delete_dialog_supply(
        real->scene.dialog,
        delete_dialog_fetch(real->directory, &(struct host){.proc_root = real->proc}, request, NULL), 0);
    delete_dialog_request_free(request);
    scene_draw(&real->scene);
}

static void real_close(struct real *real)
{
    scene_close(&real->scene);
    directory_close(real->directory);
}

static bool exists(const struct real *real, const char *name)
{
    return access(tmpdir_path(real->tmpdir, name), F_OK) == 0;
}

static void confirmed_segments_are_deleted(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    scene_press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog), "2 deleted (a, b), 16.0K freed");
    assert_false(delete_dialog_message_is_error(real.scene.dialog));
    assert_false(exists(&real, "shm/a"));
    assert_false(exists(&real, "shm/b"));
    real_close(&real);
}

static void who_came_meanwhile_stops_it(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    int fd = open(tmpdir_path(real.tmpdir, "shm/b"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    scene_press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_USED);
    assert_true(exists(&real, "shm/a"));
    assert_true(exists(&real, "shm/b"));
    draw_assert_has(&real.scene.cells, "It changed meanwhile: nothing was deleted");
    draw_assert_has(&real.scene.cells, "somebody");
    scene_press(&real.scene, 'y'); /* is now a letter of the word */
    assert_null(delete_dialog_wants(real.scene.dialog));
    scene_press(&real.scene, KEY_CTRL('U'));
    scene_type(&real.scene, "delete");
    scene_press(&real.scene, KEY_ENTER_CODE);
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_false(exists(&real, "shm/b"));
    close(fd);
    real_close(&real);
}

/* Of very many each is asked when it goes: one that is held by then is kept, and what was shown as held goes.
 */
static void of_many_only_what_is_held_since_is_kept(void **state)
{
    struct real real;
    enum { N = 1200 };
    static char texts[N][8];
    static struct delete_target targets[N];
    real_open(&real, state, NULL, 0);
    delete_dialog_free(real.scene.dialog);
    for (int i = 0; i < N; i++) {
        char path[32];
        struct segment segment = {0};
        snprintf(texts[i], sizeof texts[i], "s%04d", i);
        snprintf(path, sizeof path, "shm/%s", texts[i]);
        tmpdir_write_text(real.tmpdir, path, "1");
        assert_int_equal(segment_stat(real.directory, texts[i], &segment, NULL), 0);
        targets[i] = (struct delete_target){.name = texts[i], .id = segment.id, .owner = "me"};
        segment_clear(&segment);
    }
    real.scene.dialog = delete_dialog_new(&scene_options, targets, N);
    int shown = open(tmpdir_path(real.tmpdir, "shm/s0007"), O_RDONLY | O_CLOEXEC);
    real_settle(&real);
    int since = open(tmpdir_path(real.tmpdir, "shm/s0009"), O_RDONLY | O_CLOEXEC);
    scene_type(&real.scene, "delete");
    scene_press(&real.scene, KEY_ENTER_CODE);
    real_settle(&real);
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "1199 deleted (s0000, s0001, +1197 more), 4.7M freed, s0009 not deleted");
    draw_assert_has(&real.scene.cells, "s0009");
    draw_assert_has(&real.scene.cells, "a process has it open or mapped");
    assert_false(exists(&real, "shm/s0007"));
    assert_true(exists(&real, "shm/s0009"));
    close(shown);
    close(since);
    real_close(&real);
}

static void another_segment_under_the_name_is_not_deleted(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a"}, 1);
    real_settle(&real);
    tmpdir_write_text(real.tmpdir, "shm/new", "other");
    assert_int_equal(rename(tmpdir_path(real.tmpdir, "shm/new"), tmpdir_path(real.tmpdir, "shm/a")), 0);
    scene_press(&real.scene, 'y');
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "It changed meanwhile");
    draw_assert_has(&real.scene.cells, "[ Close ]");
    assert_true(exists(&real, "shm/a"));
    real_close(&real);
}

static void a_stop_leaves_the_rest(void **state)
{
    struct real real;
    struct progress progress = {0};
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    scene_press(&real.scene, 'y');
    struct delete_dialog_request *request = delete_dialog_wants(real.scene.dialog);
    assert_non_null(request);
    scene_press(&real.scene, KEY_ESCAPE_CODE);
    assert_int_equal(real.scene.last, DIALOG_STOP);
    progress.cancel = true;
    delete_dialog_supply(
        real.scene.dialog,
        delete_dialog_fetch(real.directory, &(struct host){.proc_root = real.proc}, request, &progress), 0);
    delete_dialog_request_free(request);
    assert_true(exists(&real, "shm/a"));
    assert_true(exists(&real, "shm/b"));
    real_close(&real);
}

static void copies_are_made_before(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    scene_press(&real.scene, 's');
    scene_press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "2 deleted (a, b), 16.0K freed, copies in ~/shm-saved");
    assert_true(exists(&real, "home/shm-saved/a.raw") && exists(&real, "home/shm-saved/b.raw"));
    assert_false(exists(&real, "shm/a") || exists(&real, "shm/b"));
    real_close(&real);
}

static ssize_t full_disk(int out_fd, int in_fd, off_t *offset, size_t count)
{
    static int calls;
    if (calls++ == 0)
        return sys_kernel.sendfile(out_fd, in_fd, offset, count);
    errno = ENOSPC;
    return -1;
}

static void what_cannot_be_copied_is_kept(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    scene_press(&real.scene, 's');
    scene_press(&real.scene, 'y');
    sys.sendfile = full_disk;
    real_settle(&real);
    sys = sys_kernel;
    assert_int_equal(real.scene.last, DIALOG_USED);
    draw_assert_has(&real.scene.cells, "kept, for it could not be copied: no room");
    draw_assert_has(&real.scene.cells, "deleted, 8.0K freed, kept as a.raw");
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "a deleted, 8.0K freed, b not deleted, copies in ~/shm-saved");
    assert_false(exists(&real, "shm/a"));
    assert_true(exists(&real, "shm/b"));
    assert_false(exists(&real, "home/shm-saved/b.raw"));
    real_close(&real);

    real_open(&real, state, (const char *[]){"c"}, 1);
    tmpdir_write_text(real.tmpdir, "file", "");
    delete_dialog_free(real.scene.dialog);
    struct segment segment = {0};
    assert_int_equal(segment_stat(real.directory, "c", &segment, NULL), 0);
    const struct delete_target target = {"c", segment.id, "me"};
    real.scene.dialog = delete_dialog_new(
        &(struct delete_dialog_options){"/dev/shm", tmpdir_path(real.tmpdir, "file"), getuid()}, &target, 1);
    segment_clear(&segment);
    real_settle(&real);
    scene_press(&real.scene, 's');
    scene_press(&real.scene, 'y');
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "nothing was deleted: cannot make the directory for copies");
    assert_true(exists(&real, "shm/c"));
    real_close(&real);
}

static void only_what_was_chosen_goes(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b", "c"}, 3);
    real_settle(&real);
    scene_press(&real.scene, 'o');
    scene_press(&real.scene, 'n');
    scene_press(&real.scene, 'y');
    scene_press(&real.scene, 'n');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog), "b deleted, 8.0K freed");
    assert_true(exists(&real, "shm/a") && !exists(&real, "shm/b") && exists(&real, "shm/c"));
    real_close(&real);
}

static void what_lies_in_a_directory_is_listed(void **state)
{
    struct real real;
    tmpdir_mkdir(*state, "shm");
    tmpdir_mkdir(*state, "shm/job");
    tmpdir_write_text(*state, "shm/job/first", "1");
    tmpdir_write_text(*state, "shm/job/sec\nond", "2");
    real_open(&real, state, NULL, 0);
    struct segment segment = {0};
    assert_int_equal(segment_stat(real.directory, "job", &segment, NULL), 0);
    const struct delete_target target = {"job", segment.id, "me"};
    delete_dialog_free(real.scene.dialog);
    real.scene.dialog = delete_dialog_new(&scene_options, &target, 1);
    segment_clear(&segment);
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "    first");
    draw_assert_has(&real.scene.cells, "    sec\\x0aond");
    draw_assert_has(&real.scene.cells, "Given back now: 8.0K of 8.0K");
    scene_press(&real.scene, 'y');
    real_settle(&real);
    assert_false(exists(&real, "shm/job"));
    real_close(&real);
}

/* As when all rows of the table are marked: the directory's and those of what lies in it. */
static void a_directory_goes_after_what_lies_in_it(void **state)
{
    struct real real;
    static const char *const names[] = {"job", "job/first"};
    struct delete_target targets[2];
    struct segment segments[2] = {{0}};
    tmpdir_mkdir(*state, "shm");
    tmpdir_mkdir(*state, "shm/job");
    tmpdir_write_text(*state, "shm/job/first", "1");
    tmpdir_write_text(*state, "shm/job/second", "2");
    real_open(&real, state, NULL, 0);
    delete_dialog_free(real.scene.dialog);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(segment_stat(real.directory, names[i], &segments[i], NULL), 0);
        targets[i] = (struct delete_target){.name = names[i], .id = segments[i].id, .owner = "me"};
    }
    real.scene.dialog = delete_dialog_new(
        &(struct delete_dialog_options){"/dev/shm", tmpdir_path(real.tmpdir, "home"), getuid()}, targets, 2);
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "Given back now: 8.0K of 8.0K");
    scene_press(&real.scene, 's');
    scene_press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "2 deleted (job/first, job), 8.0K freed, copies in ~/shm-saved");
    assert_false(exists(&real, "shm/job"));
    assert_true(exists(&real, "home/shm-saved/job_first.raw"));
    assert_true(exists(&real, "home/shm-saved/job_second.raw"));
    segment_clear(&segments[0]);
    segment_clear(&segments[1]);
    real_close(&real);
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(confirmed_segments_are_deleted),
        with_tmpdir(who_came_meanwhile_stops_it),
        with_tmpdir(of_many_only_what_is_held_since_is_kept),
        with_tmpdir(another_segment_under_the_name_is_not_deleted),
        with_tmpdir(a_stop_leaves_the_rest),
        with_tmpdir(copies_are_made_before),
        with_tmpdir(what_cannot_be_copied_is_kept),
        with_tmpdir(only_what_was_chosen_goes),
        with_tmpdir(what_lies_in_a_directory_is_listed),
        with_tmpdir(a_directory_goes_after_what_lies_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
