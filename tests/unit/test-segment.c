#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/segment.h"
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

/* The names that a scan finds, sorted, each with a blank behind it. */
struct found {
    char *names[64];
    unsigned count;
    int fail_at;
};

static int note_name(void *context, struct segment *segment)
{
    struct found *found = context;
    assert_true(found->count < 64);
    found->names[found->count++] = strdup(segment->name);
    return found->fail_at && (int)found->count == found->fail_at ? -EXDEV : 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void assert_found(struct found *found, const char *expected)
{
    char text[4096] = "";
    qsort(found->names, found->count, sizeof found->names[0], compare);
    for (unsigned i = 0; i < found->count; i++) {
        strcat(strcat(text, found->names[i]), " ");
        free(found->names[i]);
    }
    found->count = 0;
    assert_string_equal(text, expected);
}

static void stat_says_what_an_entry_is(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    struct stat st;
    tmpdir_write_sparse(&f->tmpdir, "m.shm", 10 << 20);
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "m.shm"), 0640), 0);
    assert_int_equal(stat(tmpdir_path(&f->tmpdir, "m.shm"), &st), 0);
    assert_int_equal(segment_stat(f->directory, "m.shm", &segment, NULL), 0);
    assert_string_equal(segment.name, "m.shm");
    assert_int_equal(segment.size, 10 << 20);
    assert_int_equal(segment.allocated, 0);
    assert_int_equal(segment.mode, S_IFREG | 0640);
    assert_int_equal(segment.uid, geteuid());
    assert_int_equal(segment.links, 1);
    assert_int_equal(segment.id.device, st.st_dev);
    assert_int_equal(segment.id.inode, st.st_ino);
    assert_int_equal(segment.modified, st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
    assert_true(segment.created > 0 && segment.created <= segment.modified);
    assert_int_equal(segment.layout, LAYOUT_UNKNOWN);
    assert_false(segment.recognised);
    segment_clear(&segment);
    assert_null(segment.name);
}

static void what_is_no_segment_is_told_without_opening_it(void **state)
{
    struct fixture *f = *state;
    tmpdir_fifo(&f->tmpdir, "fifo");
    tmpdir_symlink(&f->tmpdir, "link", "/etc/passwd");
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_write(&f->tmpdir, "sem.lock", (char[32]){1}, 32);
    const struct {
        const char *name;
        enum layout layout;
    } cases[] = {{"fifo", LAYOUT_OTHER},
                 {"link", LAYOUT_OTHER},
                 {"d", LAYOUT_DIRECTORY},
                 {"sem.lock", LAYOUT_SEMAPHORE}};
    fault_arm(FAULT_CALL_ANY, FAULT_NONE, 0, 0);
    for (size_t i = 0; i < 4; i++) {
        struct segment segment = {0};
        assert_int_equal(segment_stat(f->directory, cases[i].name, &segment, NULL), 0);
        assert_int_equal(segment.layout, cases[i].layout);
        assert_int_equal(segment_recognise(f->directory, &segment, NULL), 0);
        assert_int_equal(segment.layout, cases[i].layout);
        assert_true(segment.recognised);
        segment_clear(&segment);
    }
    assert_int_equal(fault_count(FAULT_CALL_pread) <= 1, 1); /* of the semaphore at most */
}

static void an_absurd_time_is_clamped(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = INT64_MAX / 2}};
    tmpdir_write_text(&f->tmpdir, "f", "x");
    assert_int_equal(utimensat(AT_FDCWD, tmpdir_path(&f->tmpdir, "f"), times, 0), 0);
    assert_int_equal(segment_stat(f->directory, "f", &segment, NULL), 0);
    assert_true(segment.modified > 0);
    segment_clear(&segment);
}

static void a_name_used_again_is_another_segment(void **state)
{
    struct fixture *f = *state;
    static const unsigned kernels[] = {0, FAULT_NO_BTIME};
    for (size_t i = 0; i < 2; i++) {
        struct segment before = {0}, after = {0};
        struct error error = {0};
        fault_play(kernels[i]);
        tmpdir_write_text(&f->tmpdir, "f", "x");
        assert_int_equal(segment_stat(f->directory, "f", &before, NULL), 0);
        assert_true(before.id.born != 0);
        assert_int_equal(before.created != 0, kernels[i] == 0);
        assert_int_equal(segment_stat(f->directory, "f", &after, NULL), 0);
        assert_true(identity_equal(&before.id, &after.id));
        segment_clear(&after);
        tmpdir_unlink(&f->tmpdir, "f");
        tmpdir_write_text(&f->tmpdir, "f", "x");
        assert_int_equal(segment_stat(f->directory, "f", &after, NULL), 0);
        assert_false(identity_equal(&before.id, &after.id));
        after.id.inode = before.id.inode; /* as if the number had been used again */
        assert_false(identity_equal(&before.id, &after.id));
        assert_int_equal(segment_open(f->directory, "f", &before.id, &error), -ESTALE);
        segment_clear(&before);
        segment_clear(&after);
    }
    fault_play(FAULT_NO_BTIME | FAULT_NO_HANDLES);
    struct segment segment = {0};
    assert_int_equal(segment_stat(f->directory, "f", &segment, NULL), 0);
    assert_int_equal(segment.id.born, 0);
    int fd = segment_open(f->directory, "f", &segment.id, NULL);
    assert_true(fd >= 0);
    close(fd);
    segment_clear(&segment);
}

static void a_scan_goes_one_level_deep_and_follows_nothing(void **state)
{
    struct fixture *f = *state;
    struct found found = {0};
    tmpdir_write_text(&f->tmpdir, "a", "x");
    tmpdir_write_text(&f->tmpdir, ".hidden", "x");
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_write_text(&f->tmpdir, "d/b", "x");
    tmpdir_mkdir(&f->tmpdir, "d/e");
    tmpdir_write_text(&f->tmpdir, "d/e/deep", "x");
    tmpdir_symlink(&f->tmpdir, "link", "d");
    tmpdir_symlink(&f->tmpdir, "loop", "loop");
    tmpdir_fifo(&f->tmpdir, "fifo");
    tmpdir_write_text(&f->tmpdir, ".shmtop-123-4", "half a load");
    tmpdir_write_text(&f->tmpdir, "d/.shmtop-123-4", "half a load");
    assert_int_equal(segment_scan(f->directory, note_name, &found, NULL, NULL), 0);
    assert_found(&found, ".hidden a d d/b d/e fifo link loop ");
    assert_int_equal(segment_scan_subdirectory(f->directory, "d", note_name, &found, NULL, NULL), 0);
    assert_found(&found, "d d/b d/e ");
    assert_int_equal(segment_scan_subdirectory(f->directory, "a", note_name, &found, NULL, NULL), 0);
    assert_found(&found, "a ");
    assert_int_equal(segment_scan_subdirectory(f->directory, "gone", note_name, &found, NULL, NULL), 0);
    assert_found(&found, "");
    struct segment segment;
    assert_int_equal(segment_stat(f->directory, ".shmtop-123-4", &segment, NULL), -ENOENT);
    assert_int_equal(segment_stat(f->directory, "link/b", &segment, NULL), -ENOENT);
}

static void a_scan_ends_with_its_readers_failure_or_cancel(void **state)
{
    struct fixture *f = *state;
    struct found found = {.fail_at = 2};
    struct progress progress = {0};
    tmpdir_write_text(&f->tmpdir, "a", "x");
    tmpdir_write_text(&f->tmpdir, "b", "x");
    tmpdir_write_text(&f->tmpdir, "c", "x");
    assert_int_equal(segment_scan(f->directory, note_name, &found, &progress, NULL), -EXDEV);
    assert_int_equal(found.count, 2);
    assert_int_equal(progress.done, 2);
    found.fail_at = 0;
    progress.cancel = true;
    assert_int_equal(segment_scan(f->directory, note_name, &found, &progress, NULL), -ECANCELED);
    assert_int_equal(found.count, 2);
    free(found.names[0]);
    free(found.names[1]);
}

static int vanish(void *context, struct segment *segment)
{
    struct fixture *f = context;
    (void)segment;
    if (tmpdir_exists(&f->tmpdir, "a"))
        tmpdir_unlink(&f->tmpdir, "a");
    if (tmpdir_exists(&f->tmpdir, "b"))
        tmpdir_unlink(&f->tmpdir, "b");
    return 0;
}

static void what_vanishes_during_a_scan_is_passed_over(void **state)
{
    struct fixture *f = *state;
    struct progress progress = {0};
    tmpdir_write_text(&f->tmpdir, "a", "x");
    tmpdir_write_text(&f->tmpdir, "b", "x");
    assert_int_equal(segment_scan(f->directory, vanish, f, &progress, NULL), 0);
    assert_int_equal(progress.done, 1);
}

static void a_directory_sums_its_tree_each_byte_once(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    char path[2048] = "d";
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_write(&f->tmpdir, "d/a", (char[5000]){1}, 5000);
    assert_int_equal(link(tmpdir_path(&f->tmpdir, "d/a"), tmpdir_path(&f->tmpdir, "d/a2")), 0);
    tmpdir_write_sparse(&f->tmpdir, "d/s", 1 << 20);
    tmpdir_symlink(&f->tmpdir, "d/up", "..");
    for (int depth = 0; depth < 70; depth++) {
        strcat(path, "/x");
        tmpdir_mkdir(&f->tmpdir, path);
        if (depth == 20)
            tmpdir_write_text(&f->tmpdir, strcat(strcpy((char[2048]){0}, path), "/f"), "deep");
    }
    assert_int_equal(segment_stat(f->directory, "d", &segment, NULL), 0);
    assert_int_equal(segment.size, 5000 + (1 << 20) + 4);
    assert_int_equal(segment.allocated, 8192 + 4096);
    segment_clear(&segment);
}

static void a_directory_that_may_not_be_read_is_reported_alone(void **state)
{
    struct fixture *f = *state;
    struct found found = {0};
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_write_text(&f->tmpdir, "d/f", "x");
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "d"), 0), 0);
    bool root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    int r = segment_scan(f->directory, note_name, &found, NULL, NULL);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, 0);
    assert_found(&found, "d ");
}

static void find_takes_the_name_then_its_escape_then_the_inode(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    char text[64];
    tmpdir_write_text(&f->tmpdir, "a\nb", "1");
    tmpdir_write_text(&f->tmpdir, "c\\x0ad", "22");
    tmpdir_write_text(&f->tmpdir, "c\nd", "333");
    tmpdir_mkdir(&f->tmpdir, "dir");
    tmpdir_write_text(&f->tmpdir, "dir/f", "4444");
    snprintf(text, sizeof text, "#%llu", (unsigned long long)tmpdir_inode(&f->tmpdir, "dir/f"));
    const struct {
        const char *text, *name;
    } cases[] = {{"a\\x0ab", "a\nb"},
                 {"a\nb", "a\nb"},
                 {"c\\x0ad", "c\\x0ad"},
                 {"c\\\\x0ad", "c\\x0ad"},
                 {text, "dir/f"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(segment_find(f->directory, cases[i].text, &segment, NULL), 0);
        assert_string_equal(segment.name, cases[i].name);
        segment_clear(&segment);
    }
    tmpdir_write_text(&f->tmpdir, text, "a name like an inode goes first");
    assert_int_equal(segment_find(f->directory, text, &segment, NULL), 0);
    assert_string_equal(segment.name, text);
    segment_clear(&segment);
    assert_int_equal(segment_find(f->directory, "no", &segment, NULL), -ENOENT);
    assert_int_equal(segment_find(f->directory, "#0", &segment, NULL), -ENOENT);
    assert_int_equal(segment_find(f->directory, "#99999999999999999999999", &segment, NULL), -ENOENT);
    assert_int_equal(segment_find(f->directory, "..", &segment, NULL), -EINVAL);
}

static void looked_at(struct fixture *f, const char *name, struct segment *ret)
{
    struct error error = {0};
    assert_int_equal(segment_stat(f->directory, name, ret, &error), 0);
    if (segment_recognise(f->directory, ret, &error) < 0)
        fail_msg("%s", error.text);
    assert_true(ret->recognised);
}

static void a_matrix_is_recognised_by_its_bytes(void **state)
{
    struct fixture *f = *state;
    struct segment segment;
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_write_npy(&f->tmpdir, "d/m.shm", "<f2", true, "(3, 4)", NULL, 24);
    looked_at(f, "d/m.shm", &segment);
    assert_int_equal(segment.layout, LAYOUT_NPY);
    assert_non_null(segment.matrix);
    assert_null(segment.damage);
    assert_int_equal(segment.matrix->rank, 2);
    assert_int_equal(segment.matrix->shape[1], 4);
    assert_int_equal(segment.matrix->order, 'F');
    segment_clear(&segment);
}

static void a_header_longer_than_the_head_is_read_whole(void **state)
{
    struct fixture *f = *state;
    struct segment segment;
    uint8_t bytes[8192 + 6];
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, "\x93NUMPY\x01\x00\xf6\x1f", 10);
    const char dictionary[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), ";
    memcpy(bytes + 10, dictionary, sizeof dictionary - 1);
    memcpy(bytes + 8190, "}\n", 2);
    tmpdir_write(&f->tmpdir, "m", bytes, sizeof bytes);
    looked_at(f, "m", &segment);
    assert_int_equal(segment.layout, LAYOUT_NPY);
    assert_non_null(segment.matrix);
    assert_int_equal(segment.matrix->offset, 8192);
    segment_clear(&segment);
}

static void a_description_that_lies_is_damage(void **state)
{
    struct fixture *f = *state;
    struct segment segment;
    tmpdir_write_npy(&f->tmpdir, "m", "<f8", false, "(1000, 1000)", NULL, 64);
    looked_at(f, "m", &segment);
    assert_int_equal(segment.layout, LAYOUT_NPY);
    assert_null(segment.matrix);
    assert_non_null(segment.damage);
    /* Mended, it is looked at anew. */
    tmpdir_write_npy(&f->tmpdir, "m", "<f8", false, "(8,)", NULL, 64);
    assert_int_equal(segment_recognise(f->directory, &segment, NULL), 0);
    assert_null(segment.damage);
    assert_non_null(segment.matrix);
    assert_int_equal(segment.size, 128 + 64);
    segment_clear(&segment);
}

static void raw_bytes_and_none_at_all_are_raw(void **state)
{
    struct fixture *f = *state;
    struct segment segment;
    tmpdir_write_text(&f->tmpdir, "r", "some bytes");
    tmpdir_write_text(&f->tmpdir, "empty", "");
    looked_at(f, "r", &segment);
    assert_int_equal(segment.layout, LAYOUT_RAW);
    segment_clear(&segment);
    looked_at(f, "empty", &segment);
    assert_int_equal(segment.layout, LAYOUT_RAW);
    segment_clear(&segment);
}

static void what_may_not_be_read_is_not_guessed(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    bool root = geteuid() == 0;
    tmpdir_write_npy(&f->tmpdir, "m", "<f8", false, "(8,)", NULL, 64);
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "m"), 0), 0);
    assert_int_equal(segment_stat(f->directory, "m", &segment, NULL), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    int r = segment_recognise(f->directory, &segment, NULL);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(r, 0);
    assert_true(segment.recognised);
    assert_int_equal(segment.layout, LAYOUT_UNKNOWN);
    assert_null(segment.matrix);
    segment_clear(&segment);
}

static void a_replaced_segment_is_not_mistaken(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    tmpdir_write_text(&f->tmpdir, "m", "old");
    assert_int_equal(segment_stat(f->directory, "m", &segment, NULL), 0);
    tmpdir_unlink(&f->tmpdir, "m");
    assert_int_equal(segment_recognise(f->directory, &segment, NULL), -ENOENT);
    tmpdir_write_text(&f->tmpdir, "m", "new");
    assert_int_equal(segment_recognise(f->directory, &segment, NULL), -ESTALE);
    tmpdir_unlink(&f->tmpdir, "m");
    tmpdir_fifo(&f->tmpdir, "m");
    assert_int_equal(segment_recognise(f->directory, &segment, NULL), -ESTALE);
    segment_clear(&segment);
}

static void looking_allocates_nothing_and_keeps_nothing_open(void **state)
{
    struct fixture *f = *state;
    struct segment segment;
    tmpdir_write_sparse(&f->tmpdir, "s", (uint64_t)1 << 40);
    unsigned fds = tmpdir_open_fds();
    looked_at(f, "s", &segment);
    assert_int_equal(segment.layout, LAYOUT_RAW);
    segment_clear(&segment);
    assert_int_equal(segment_stat(f->directory, "s", &segment, NULL), 0);
    assert_int_equal(segment.allocated, 0);
    segment_clear(&segment);
    assert_int_equal(tmpdir_open_fds(), fds);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stat_says_what_an_entry_is),
        TEST(what_is_no_segment_is_told_without_opening_it),
        TEST(an_absurd_time_is_clamped),
        TEST(a_name_used_again_is_another_segment),
        TEST(a_scan_goes_one_level_deep_and_follows_nothing),
        TEST(a_scan_ends_with_its_readers_failure_or_cancel),
        TEST(what_vanishes_during_a_scan_is_passed_over),
        TEST(a_directory_sums_its_tree_each_byte_once),
        TEST(a_directory_that_may_not_be_read_is_reported_alone),
        TEST(find_takes_the_name_then_its_escape_then_the_inode),
        TEST(a_matrix_is_recognised_by_its_bytes),
        TEST(a_header_longer_than_the_head_is_read_whole),
        TEST(a_description_that_lies_is_damage),
        TEST(raw_bytes_and_none_at_all_are_raw),
        TEST(what_may_not_be_read_is_not_guessed),
        TEST(a_replaced_segment_is_not_mistaken),
        TEST(looking_allocates_nothing_and_keeps_nothing_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
