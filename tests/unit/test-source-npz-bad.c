/*
 * Archives that are damaged, or lie: refused by name, with bounded work.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <unistd.h>

#include "core/source/archive.h"
#include "core/source/npz.h"
#include "core/source/source.h"
#include "tests/support/tmpdir.h"
#include "tests/support/zipfile.h"

#define COUNT 1000

struct fixture {
    struct tmpdir tmpdir;
    char *npy; /* u1 (1000,) */
    size_t size;
    struct error error;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_write_npy(&f->tmpdir, "a", "|u1", false, "(1000,)", NULL, COUNT);
    f->npy = tmpdir_read(&f->tmpdir, "a", &f->size);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tmpdir_remove(&f->tmpdir);
    free(f->npy);
    free(f);
    return 0;
}

static struct zip_entry entry(const struct fixture *f, unsigned method)
{
    return (struct zip_entry){.name = "a.npy", .data = f->npy, .size = f->size, .method = method};
}

static void write_zip(const struct fixture *f, const struct zip_entry *entry, const struct zip_end *end)
{
    size_t size;
    uint8_t *bytes = zip_build(entry, 1, end, &size);
    tmpdir_write(&f->tmpdir, "a", bytes, size);
    free(bytes);
}

static int read_all(struct source *source, struct error *error)
{
    uint64_t bytes;
    int r = source_bytes(source, &bytes, error);
    uint8_t *buf = malloc(bytes + 1);
    if (r == 0)
        r = source_read_all(source, buf, bytes, error);
    if (r == 0)
        r = source->ops->finish(source, error);
    free(buf);
    return r;
}

/* Opened, read to the end and finished. */
static int load(struct fixture *f)
{
    struct source *source = NULL;
    memset(&f->error, 0, sizeof f->error);
    int r = source_open(&source, tmpdir_path(&f->tmpdir, "a"), NULL, &f->error);
    if (r == 0)
        r = read_all(source, &f->error);
    source_close(source);
    assert_int_equal(f->error.code, -r);
    assert_int_equal(r < 0, f->error.text[0] != '\0');
    return r;
}

/* words: how the message begins. */
static void is_refused(struct fixture *f, const struct zip_entry *entry, int code, const char *words)
{
    write_zip(f, entry, NULL);
    int r = load(f);
    if (strncmp(f->error.text, words, strlen(words)) != 0)
        assert_string_equal(f->error.text, words);
    assert_int_equal(r, -code);
}

static void what_is_encrypted_is_named(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, 8);
    a.flags = 1;
    is_refused(f, &a, ENOTSUP, "member a: encrypted (PKWARE's traditional encryption)");
    a.flags = 0x41;
    is_refused(f, &a, ENOTSUP, "member a: encrypted (an encryption that is not known)");
}

static void methods_that_are_not_read_are_named(void **state)
{
    struct fixture *f = *state;
    static const struct {
        unsigned method;
        const char *text;
    } methods[] = {{1, "shrink (method 1)"},
                   {9, "deflate64 (method 9)"},
                   {12, "bzip2 (method 12)"},
                   {14, "LZMA (method 14)"},
                   {93, "Zstandard (method 93)"},
                   {98, "PPMd (method 98)"},
                   {77, "a method that is not known (method 77)"}};
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        char text[200];
        struct zip_entry a = entry(f, methods[i].method);
        snprintf(text, sizeof text, "member a: compressed by %s, and only stored and deflated is read",
                 methods[i].text);
        is_refused(f, &a, ENOTSUP, text);
    }
    struct zip_entry a = entry(f, 99); /* WinZip's AES, without the extra field that it needs */
    write_zip(f, &a, NULL);
    assert_true(load(f) < 0);
}

static void a_wrong_crc_is_damage(void **state)
{
    struct fixture *f = *state;
    static const unsigned methods[] = {0, 8};
    for (unsigned i = 0; i < 2; i++) {
        struct zip_entry a = entry(f, methods[i]);
        a.crc_change = 1;
        is_refused(f, &a, EBADMSG, "member a: damaged: CRC error");
    }
}

/* numpy reads no further than the array, and so does not see it. */
static void a_wrong_crc_behind_the_array_is_damage_too(void **state)
{
    struct fixture *f = *state;
    static const unsigned methods[] = {0, 8};
    char *longer = calloc(1, f->size + 5000);
    memcpy(longer, f->npy, f->size);
    for (unsigned i = 0; i < 2; i++) {
        struct zip_entry a = entry(f, methods[i]);
        a.data = longer;
        a.size = f->size + 5000;
        write_zip(f, &a, NULL);
        assert_int_equal(load(f), 0);
        a.crc_change = 0x80;
        is_refused(f, &a, EBADMSG, "member a: damaged: CRC error");
    }
    free(longer);
}

static void more_than_a_little_behind_the_array_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t size = f->size + NPZ_SLACK + 1;
    char *longer = calloc(1, size);
    memcpy(longer, f->npy, f->size);
    struct zip_entry a = entry(f, 8);
    a.data = longer;
    a.size = size;
    is_refused(f, &a, EBADMSG,
               "member a: 65537 bytes behind its array, and no more than 64 KiB are read over");
    a.size--;
    write_zip(f, &a, NULL);
    assert_int_equal(load(f), 0);
    free(longer);
}

static void sizes_that_lie_are_damage(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, 0);
    a.size_change = 1;
    is_refused(f, &a, EBADMSG, "member a: ");
    a.size_change = -1;
    is_refused(f, &a, EBADMSG,
               "member a: cut short: 999 bytes of data at most, where its header promises 1000");
    a.size_change = INT64_C(0xfffffff0) - (int64_t)a.size;
    is_refused(f, &a, EBADMSG, "member a: 4294966");
    a.size_change = 0;
    a.packed_change = -1;
    is_refused(f, &a, EBADMSG, "member a: cut short: 999 bytes");
    a.packed_change = 100000; /* over the directory and the end */
    is_refused(f, &a, EBADMSG, "member a: ");
    a = entry(f, 8);
    a.size_change = 1;
    is_refused(f, &a, EBADMSG, "member a: damaged: ");
    a.size_change = 0;
    a.packed_change = -1;
    is_refused(f, &a, EBADMSG, "member a: ");
    a.packed_change = -(int64_t)f->size; /* five bytes: not even its header */
    is_refused(f, &a, EBADMSG, "member a: ");
}

static void a_header_that_promises_too_much_is_refused(void **state)
{
    struct fixture *f = *state;
    tmpdir_write_npy(&f->tmpdir, "h", "<f8", false, "(1099511627776, 1024)", "1234567", 8);
    size_t size;
    char *npy = tmpdir_read(&f->tmpdir, "h", &size);
    struct zip_entry a = {.name = "a.npy", .data = npy, .size = size};
    is_refused(f, &a, EBADMSG,
               "member a: cut short: 8 bytes of data at most, where its header promises 9007199254740992");
    a.form = ZIP_CENTRAL_64;
    a.method = 8;
    a.size_change = INT64_C(9007199254740992) - 8; /* as the header says: a few bytes cannot become so many */
    is_refused(f, &a, EBADMSG, "member a: cut short: 145384 bytes of data at most");
    free(npy);
}

/* It says that it is small, and gives a gigabyte. */
static void a_bomb_is_not_inflated(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, 8);
    a.packed = zip_bomb(f->npy, f->size, UINT64_C(1) << 30, &a.packed_size);
    is_refused(f, &a, EBADMSG, "member a: much more behind its array than its archive says");
    free((void *)a.packed);
    a.packed = zip_bomb(f->npy, f->size, 300, &a.packed_size);
    is_refused(f, &a, EBADMSG, "member a: damaged: ");
    free((void *)a.packed);
}

static void junk_in_a_deflate_stream_is_damage(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, 8);
    a.packed = "\xff\xff\xff\xff";
    a.packed_size = 4;
    is_refused(f, &a, EBADMSG, "member a: ");
    a.packed = "";
    a.packed_size = 0;
    is_refused(f, &a, EBADMSG, "member a: ");
}

static void what_is_no_matrix_says_so(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = {.name = "a.npy", .data = "hello, world", .size = 12};
    is_refused(f, &a, EBADMSG, "member a: no .npy file: it does not begin with \\x93NUMPY");
    a.size = 3;
    is_refused(f, &a, EBADMSG, "member a: no .npy file");
    a.size = 0;
    is_refused(f, &a, EBADMSG, "member a: no .npy file");
    a.data = "\x93NUMPY\1";
    a.size = 7;
    is_refused(f, &a, EBADMSG, "member a: ends within its header");
    a.data = f->npy;
    a.size = 100;
    is_refused(f, &a, EBADMSG, "member a: ends within its header");
    tmpdir_write_npy(&f->tmpdir, "h", "|O", false, "(1,)", "1234567", 8);
    char *npy = tmpdir_read(&f->tmpdir, "h", &a.size);
    a.data = npy;
    is_refused(f, &a, ENOTSUP, "member a: ");
    assert_non_null(strstr(f->error.text, "object"));
    free(npy);
    size_t size;
    uint8_t *none = zip_build(NULL, 0, NULL, &size);
    tmpdir_write(&f->tmpdir, "a", none, size);
    free(none);
    assert_int_equal(load(f), -EBADMSG);
    assert_string_equal(f->error.text, "a zip archive that holds no matrix");
}

static void one_that_is_cut_off_anywhere_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t size;
    struct zip_entry a = entry(f, 8);
    uint8_t *bytes = zip_build(&a, 1, NULL, &size);
    for (size_t n = 0; n < size; n++) {
        tmpdir_write(&f->tmpdir, "a", bytes, n);
        assert_int_equal(load(f), -EBADMSG);
    }
    free(bytes);
}

/* For a reader that walks over the members' own headers it is the matrix of another name. */
static void two_names_are_refused(void **state)
{
    struct fixture *f = *state;
    for (unsigned method = 0; method <= 8; method += 8) {
        struct zip_entry a = entry(f, method);
        size_t size;
        uint8_t *bytes = zip_build(&a, 1, NULL, &size);
        bytes[30] = 'z';
        tmpdir_write(&f->tmpdir, "a", bytes, size);
        free(bytes);
        assert_int_equal(load(f), -EBADMSG);
        assert_string_equal(f->error.text, "member a: damaged: its own header gives it another name");
    }
}

static void members_are_counted_before_there_is_room_for_them(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, 0);
    write_zip(f, &a, &(struct zip_end){.count64 = ARCHIVE_MEMBERS_MAX + 1});
    assert_int_equal(load(f), -ENOTSUP);
    assert_string_equal(f->error.text, "an archive of more than 100000 members");
}

/* Members' comments are of no use, but libzip would keep them all. */
static void a_directory_beyond_all_measure_is_refused(void **state)
{
    struct fixture *f = *state;
    enum { N = 1100 };
    struct zip_entry *many = calloc(N, sizeof *many);
    char names[N][16];
    size_t size;
    for (unsigned i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "%u.npy", i);
        many[i] = (struct zip_entry){.name = names[i], .data = f->npy, .size = f->size, .comment = 32000};
    }
    uint8_t *bytes = zip_build(many, N, NULL, &size);
    tmpdir_write(&f->tmpdir, "a", bytes, size);
    free(bytes);
    free(many);
    assert_int_equal(load(f), -ENOTSUP);
    assert_string_equal(f->error.text, "an archive whose directory takes more than 32 MiB");
}

static void a_file_that_changes_meanwhile_is_stale(void **state)
{
    struct fixture *f = *state;
    size_t size;
    char *long_npy = NULL;
    tmpdir_write_npy(&f->tmpdir, "h", "|u1", false, "(1000000,)", NULL, 1000000);
    long_npy = tmpdir_read(&f->tmpdir, "h", &size);
    struct zip_entry a = {.name = "a.npy", .data = long_npy, .size = size};
    struct source *source;
    write_zip(f, &a, NULL);
    assert_int_equal(source_open(&source, tmpdir_path(&f->tmpdir, "a"), NULL, &f->error), 0);
    assert_return_code(truncate(tmpdir_path(&f->tmpdir, "a"), 500000), errno);
    assert_int_equal(read_all(source, &f->error), -ESTALE);
    source_close(source);
    free(long_npy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_encrypted_is_named),
        TEST(methods_that_are_not_read_are_named),
        TEST(a_wrong_crc_is_damage),
        TEST(a_wrong_crc_behind_the_array_is_damage_too),
        TEST(more_than_a_little_behind_the_array_is_refused),
        TEST(sizes_that_lie_are_damage),
        TEST(a_header_that_promises_too_much_is_refused),
        TEST(a_bomb_is_not_inflated),
        TEST(junk_in_a_deflate_stream_is_damage),
        TEST(what_is_no_matrix_says_so),
        TEST(one_that_is_cut_off_anywhere_is_refused),
        TEST(two_names_are_refused),
        TEST(members_are_counted_before_there_is_room_for_them),
        TEST(a_directory_beyond_all_measure_is_refused),
        TEST(a_file_that_changes_meanwhile_is_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
