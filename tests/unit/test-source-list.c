#include "tests/support/test.h"

#include <errno.h>

#include "core/source/source_list.h"
#include "tests/support/tmpdir.h"
#include "tests/support/zipfile.h"

struct fixture {
    struct tmpdir tmpdir;
    char *c, *f, *object; /* .npy files: f8 (2, 3), u2 (20, 50) in F order, and one of objects */
    size_t c_size, f_size, object_size;
    struct source_members members;
};

static char *npy(const struct fixture *f, const char *descr, bool fortran, const char *shape, size_t bytes,
                 size_t *ret_size)
{
    tmpdir_write_npy(&f->tmpdir, "a", descr, fortran, shape, NULL, bytes);
    return tmpdir_read(&f->tmpdir, "a", ret_size);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    f->c = npy(f, "<f8", false, "(2, 3)", 48, &f->c_size);
    f->f = npy(f, "<u2", true, "(20, 50)", 2000, &f->f_size);
    f->object = npy(f, "|O", false, "(2,)", 16, &f->object_size);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    source_members_clear(&f->members);
    tmpdir_remove(&f->tmpdir);
    free(f->c);
    free(f->f);
    free(f->object);
    free(f);
    return 0;
}

static void list(struct fixture *f, const struct zip_entry *entries, size_t n)
{
    size_t size;
    struct error error = {0};
    uint8_t *bytes = zip_build(entries, n, NULL, &size);
    tmpdir_write(&f->tmpdir, "a", bytes, size);
    free(bytes);
    assert_int_equal(source_list(tmpdir_path(&f->tmpdir, "a"), &f->members, &error), 0);
    assert_string_equal(error.text, "");
}

static void is_member(const struct fixture *f, size_t i, const char *key, bool is_loadable, const char *text)
{
    assert_string_equal(f->members.list[i].key, key);
    assert_string_equal(f->members.list[i].text, text);
    assert_int_equal(f->members.list[i].is_loadable, is_loadable);
}

static void members_tell_what_they_hold_or_why_not(void **state)
{
    struct fixture *f = *state;
    struct zip_entry entries[] = {
        {.name = "z.npy", .data = f->c, .size = f->c_size},
        {.name = "dir/\x1b.npy", .data = f->f, .size = f->f_size, .method = 8},
        {.name = "readme", .data = "hello, world", .size = 12},
        {.name = "o.npy", .data = f->object, .size = f->object_size},
        {.name = "locked.npy", .data = f->c, .size = f->c_size, .flags = 1},
        {.name = "cut.npy", .data = f->f, .size = f->f_size - 1},
    };
    list(f, entries, 6);
    assert_int_equal(f->members.count, 6);
    assert_true(f->members.total == 6);
    is_member(f, 0, "z", true, "float64 2 × 3, 48, stored");
    is_member(f, 1, "dir/\x1b", true, "uint16 20 × 50 in F order, 2.0K, deflated");
    is_member(f, 2, "readme", false, "no .npy file: it does not begin with \\x93NUMPY");
    assert_false(f->members.list[3].is_loadable);
    assert_non_null(strstr(f->members.list[3].text, "object"));
    is_member(f, 4, "locked", false, "encrypted (PKWARE's traditional encryption)");
    is_member(f, 5, "cut", false, "cut short: 1999 bytes of data at most, where its header promises 2000");
}

static void keys_tell_members_apart(void **state)
{
    struct fixture *f = *state;
    struct zip_entry entries[] = {
        {.name = "a.npy", .data = f->object, .size = f->object_size},
        {.name = "a.npy", .data = f->c, .size = f->c_size},
        {.name = "a", .data = f->f, .size = f->f_size},
    };
    list(f, entries, 3);
    assert_int_equal(f->members.count, 2);
    is_member(f, 0, "a.npy", true, "float64 2 × 3, 48, stored");
    is_member(f, 1, "a", true, "uint16 20 × 50 in F order, 2.0K, stored");
}

static void no_more_are_listed_than_a_person_can_look_at(void **state)
{
    struct fixture *f = *state;
    enum { N = SOURCE_MEMBERS_MAX + 5 };
    struct zip_entry *entries = calloc(N, sizeof *entries);
    char names[N][16];
    for (unsigned i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "arr_%u.npy", i);
        entries[i] = (struct zip_entry){.name = names[i], .data = f->c, .size = f->c_size};
    }
    list(f, entries, N);
    free(entries);
    assert_int_equal(f->members.count, SOURCE_MEMBERS_MAX);
    assert_true(f->members.total == N);
    is_member(f, SOURCE_MEMBERS_MAX - 1, "arr_999", true, "float64 2 × 3, 48, stored");
}

static void a_shape_too_long_is_told_by_its_rank(void **state)
{
    struct fixture *f = *state;
    char shape[400] = "(0";
    for (unsigned i = 0; i < 63; i++)
        strcat(shape, ", 1");
    strcat(shape, ")");
    struct zip_entry entry = {.name = "a.npy"};
    char *deep = npy(f, "<f8", false, shape, 0, &entry.size);
    entry.data = deep;
    list(f, &entry, 1);
    free(deep);
    is_member(f, 0, "a", true, "float64 64 dimensions, 0, stored");
}

static void has_no_members(struct fixture *f, const char *file)
{
    source_members_clear(&f->members);
    assert_int_equal(source_list(file, &f->members, NULL), 0);
    assert_int_equal(f->members.count, 0);
    assert_true(f->members.total == 0);
}

static void other_files_have_no_members(void **state)
{
    struct fixture *f = *state;
    const char *file = tmpdir_path(&f->tmpdir, "a");
    list(f, NULL, 0);
    assert_int_equal(f->members.count, 0);
    has_no_members(f, file);
    tmpdir_write(&f->tmpdir, "a", f->c, f->c_size);
    has_no_members(f, file);
    tmpdir_write(&f->tmpdir, "a", "", 0);
    has_no_members(f, file);
    has_no_members(f, "-");
}

static void what_cannot_be_read_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    assert_int_equal(source_list(tmpdir_path(&f->tmpdir, "none"), &f->members, &error), -ENOENT);
    tmpdir_write_text(&f->tmpdir, "a", "PK\3\4 and so on");
    assert_int_equal(source_list(tmpdir_path(&f->tmpdir, "a"), &f->members, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "no zip archive that can be read"));
    tmpdir_fifo(&f->tmpdir, "fifo");
    assert_int_equal(source_list(tmpdir_path(&f->tmpdir, "fifo"), &f->members, &error), -ENOTSUP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(members_tell_what_they_hold_or_why_not),
        TEST(keys_tell_members_apart),
        TEST(no_more_are_listed_than_a_person_can_look_at),
        TEST(a_shape_too_long_is_told_by_its_rank),
        TEST(other_files_have_no_members),
        TEST(what_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
