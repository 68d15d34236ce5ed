#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/loading.h"

static void expect_no_open(const struct loading *fixture, const char *file, int code, const char *words)
{
    struct load *load = NULL;
    struct error error = {0};
    unsigned fds = tmpdir_open_fds();
    assert_int_equal(load_open(&load, tmpdir_path(&fixture->elsewhere, file), NULL, &error), -code);
    loading_says(&error, code, words);
    assert_int_equal(tmpdir_open_fds(), fds);
}

static void test_byte_for_byte(void **state)
{
    struct loading *fixture = *state;
    static const struct {
        const char *descr, *shape;
        bool fortran;
        size_t size;
    } cases[] = {
        {"<f2", "(300, 500)", false, 300000}, {"<f8", "(30, 50)", true, 12000},
        {">i4", "(7,)", false, 28},           {"<f4", "()", false, 4},
        {"<f4", "(0, 3)", false, 0},          {"|S5", "(3,)", false, 15},
        {"<U3", "(2, 2)", false, 48},         {"<M8[ns]", "(4,)", false, 32},
        {"|b1", "(2, 3, 4)", true, 24},       {"<c16", "(3, 1000, 77)", false, 3696000},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *bytes = malloc(cases[i].size + 1);
        loading_fill(bytes, cases[i].size);
        tmpdir_write_npy(&fixture->elsewhere, "x.npy", cases[i].descr, cases[i].fortran, cases[i].shape,
                         bytes, cases[i].size);
        struct load_report report = loading_run(fixture, "x.npy", "a.shm", &loading_plain);
        loading_assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "a.shm");
        assert_false(report.replaced);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        free(bytes);
    }
}

static void test_what_a_file_holds(void **state)
{
    struct loading *fixture = *state;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f2", false, "(3, 4)", NULL, 24);
    struct load *load = loading_open(fixture, "x.npy");
    uint64_t room;
    assert_string_equal(load_kind(load), "npy 1.0");
    assert_int_equal(load_bytes(load), 24);
    assert_int_equal(load_matrix(load)->rank, 2);
    assert_int_equal(load_matrix(load)->shape[1], 4);
    assert_int_equal(load_room_needed(load, &loading_plain, &room, NULL), 0);
    assert_int_equal(room, 128 + 24);
    struct load_options raw = loading_plain;
    raw.layout = LAYOUT_RAW;
    assert_int_equal(load_room_needed(load, &raw, &room, NULL), 0);
    assert_int_equal(room, 24);
    load_close(load);
}

static void append(const struct tmpdir *tmpdir, const char *name, const char *text)
{
    int fd = open(tmpdir_path(tmpdir, name), O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void test_trailing_bytes_are_dropped(void **state)
{
    struct loading *fixture = *state;
    tmpdir_write_npy(&fixture->elsewhere, "want.npy", "<i4", false, "(2,)", "12345678", 8);
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<i4", false, "(2,)", "12345678", 8);
    append(&fixture->elsewhere, "x.npy", "junk");
    loading_run(fixture, "x.npy", "a.shm", &loading_plain);
    loading_assert_same(&fixture->elsewhere, "want.npy", &fixture->tmpdir, "a.shm");
}

/* Another writer's header, legal but not numpy's form. */
static void test_header_is_written_anew(void **state)
{
    struct loading *fixture = *state;
    static const char header[] =
        "\x93NUMPY\x02\x00\x38\x00\x00\x00{\"shape\":( 2 ,),\"fortran_order\":False,\"descr\":\"<i4\"}"
        "     \n";
    char bytes[sizeof header - 1 + 8];
    memcpy(bytes, header, sizeof header - 1);
    bytes[8] = (char)(sizeof header - 1 - 12);
    memcpy(bytes + sizeof header - 1, "12345678", 8);
    tmpdir_write(&fixture->elsewhere, "x.npy", bytes, sizeof bytes);
    tmpdir_write_npy(&fixture->elsewhere, "want.npy", "<i4", false, "(2,)", "12345678", 8);
    struct load *load = loading_open(fixture, "x.npy");
    assert_string_equal(load_kind(load), "npy 2.0");
    load_close(load);
    loading_run(fixture, "x.npy", "a.shm", &loading_plain);
    loading_assert_same(&fixture->elsewhere, "want.npy", &fixture->tmpdir, "a.shm");
}

static void test_raw(void **state)
{
    struct loading *fixture = *state;
    struct load_options raw = loading_plain;
    raw.layout = LAYOUT_RAW;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<i4", false, "(2,)", "12345678", 8);
    tmpdir_write(&fixture->elsewhere, "want", "12345678", 8);
    struct load_report report = loading_run(fixture, "x.npy", "a.shm", &raw);
    assert_int_equal(report.bytes, 8);
    loading_assert_same(&fixture->elsewhere, "want", &fixture->tmpdir, "a.shm");
}

/* (2, 3, 4) of bytes 0..23 in C order, and the same array in F order. */
static void test_order(void **state)
{
    struct loading *fixture = *state;
    uint8_t c[24], f[24];
    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 3; j++)
            for (unsigned k = 0; k < 4; k++)
                f[i + 2 * j + 6 * k] = c[12 * i + 4 * j + k] = (uint8_t)(12 * i + 4 * j + k);
    tmpdir_write_npy(&fixture->elsewhere, "c.npy", "|u1", false, "(2, 3, 4)", c, 24);
    tmpdir_write_npy(&fixture->elsewhere, "f.npy", "|u1", true, "(2, 3, 4)", f, 24);
    struct load_options to_c = loading_plain, to_f = loading_plain;
    to_c.order = LOAD_ORDER_C;
    to_f.order = LOAD_ORDER_F;
    static const char *const files[] = {"c.npy", "f.npy"};
    for (unsigned i = 0; i < 2; i++) {
        loading_run(fixture, files[i], "keep.shm", &loading_plain);
        loading_run(fixture, files[i], "c.shm", &to_c);
        loading_run(fixture, files[i], "f.shm", &to_f);
        loading_assert_same(&fixture->elsewhere, files[i], &fixture->tmpdir, "keep.shm");
        loading_assert_same(&fixture->elsewhere, "c.npy", &fixture->tmpdir, "c.shm");
        loading_assert_same(&fixture->elsewhere, "f.npy", &fixture->tmpdir, "f.shm");
        tmpdir_unlink(&fixture->tmpdir, "keep.shm");
        tmpdir_unlink(&fixture->tmpdir, "c.shm");
        tmpdir_unlink(&fixture->tmpdir, "f.shm");
    }
}

/* Byte order is kept, though the order of the elements changes. */
static void test_order_of_swapped_elements(void **state)
{
    struct loading *fixture = *state;
    struct load_options to_f = loading_plain;
    to_f.order = LOAD_ORDER_F;
    tmpdir_write_npy(&fixture->elsewhere, "c.npy", ">u2", false, "(2, 2)", "\0\1\0\2\0\3\0\4", 8);
    tmpdir_write_npy(&fixture->elsewhere, "f.npy", ">u2", true, "(2, 2)", "\0\1\0\3\0\2\0\4", 8);
    loading_run(fixture, "c.npy", "a.shm", &to_f);
    loading_assert_same(&fixture->elsewhere, "f.npy", &fixture->tmpdir, "a.shm");
}

static void test_bad_files(void **state)
{
    struct loading *fixture = *state;
    struct tmpdir *files = &fixture->elsewhere;
    tmpdir_fifo(files, "fifo");
    tmpdir_mkdir(files, "dir");
    tmpdir_write_text(files, "empty", "");
    tmpdir_write_text(files, "text", "a,b,c\n1,2,x\n");
    tmpdir_write(files, "noise", "\1\2\3\0\0", 5);
    tmpdir_write(files, "magic", "\x93NUMPY\1\0", 8);
    tmpdir_write(files, "short", "\x93NUMPY\1\0\x76\0{'descr", 18);
    tmpdir_write_npy(files, "cut", "<f8", false, "(3, 4)", NULL, 95);
    tmpdir_write_npy(files, "object", "|O", false, "(3,)", NULL, 24);
    tmpdir_write_npy(files, "overflow", "<f8", false, "(4294967296, 4294967296)", NULL, 24);
    tmpdir_write_npy(files, "huge", "<f8", false, "(1000000000000,)", NULL, 24);
    tmpdir_write_npy(files, "negative", "<f8", false, "(-3,)", NULL, 24);
    expect_no_open(fixture, "none", ENOENT, "no such file");
    expect_no_open(fixture, "text/x", ENOENT, "no such file");
    expect_no_open(fixture, "fifo", ENOTSUP, "FIFO");
    expect_no_open(fixture, "dir", ENOTSUP, "directory");
    expect_no_open(fixture, "empty", EBADMSG, "empty");
    expect_no_open(fixture, "text", EBADMSG, "line 2, column 3: 'x' is no number");
    expect_no_open(fixture, "noise", EBADMSG, "neither .npy");
    expect_no_open(fixture, "magic", EBADMSG, "within its header");
    expect_no_open(fixture, "short", EBADMSG, "within its header");
    expect_no_open(fixture, "cut", EBADMSG, "95 bytes of data, where its header promises 96");
    expect_no_open(fixture, "object", ENOTSUP, "object");
    expect_no_open(fixture, "overflow", EBADMSG, "");
    expect_no_open(fixture, "huge", EBADMSG, "cut short");
    expect_no_open(fixture, "negative", EBADMSG, "");
    struct load *load;
    struct error error = {0};
    assert_int_equal(load_open(&load, "/dev/null", NULL, &error), -ENOTSUP);
    loading_says(&error, ENOTSUP, "not a regular file");
    assert_int_equal(load_open(&load, "", NULL, &error), -ENOENT); /* not the current directory */
}

static void test_file_changes(void **state)
{
    struct loading *fixture = *state;
    struct tmpdir *files = &fixture->elsewhere;
    struct load_options to_f = loading_plain;
    to_f.order = LOAD_ORDER_F;
    tmpdir_write_npy(files, "x.npy", "<f8", false, "(3, 4)", NULL, 96);

    struct load *load = loading_open(fixture, "x.npy");
    append(files, "x.npy", "more");
    loading_expect_failure(fixture, load, &loading_plain, ESTALE, "changed while it was read");

    load = loading_open(fixture, "x.npy");
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000}};
    assert_return_code(utimensat(AT_FDCWD, tmpdir_path(files, "x.npy"), times, 0), errno);
    loading_expect_failure(fixture, load, &loading_plain, ESTALE, "changed while it was read");

    for (int order = 0; order < 2; order++) {
        tmpdir_write_npy(files, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
        load = loading_open(fixture, "x.npy");
        assert_return_code(truncate(tmpdir_path(files, "x.npy"), 200), errno);
        struct load_report report;
        struct error error = {0};
        assert_int_equal(load_run(load, fixture->directory, "b.shm", order ? &to_f : &loading_plain, NULL,
                                  &report, &error),
                         -ESTALE);
        assert_true(load_failure_is_of_file(load));
        loading_expect_failure(fixture, load, order ? &to_f : &loading_plain, ESTALE,
                               "shrank while it was read");
    }
}

static void test_refusals_come_first(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "old");
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &loading_plain, EEXIST, "--replace");
    options.layout = LAYOUT_OTHER;
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &options, EINVAL, "npy or raw");
}

static void test_room(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(1000, 1000)", NULL, 8000000);
    tmpdir_write_text(&fixture->elsewhere, "meminfo",
                      "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 4000 kB\n");
    options.proc_root = fixture->elsewhere.path;
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &options, ENOSPC, "emory");
}

static void test_progress_and_cancel(void **state)
{
    struct loading *fixture = *state;
    struct load *load;
    struct load_report report;
    struct progress progress = {0}, stopped = {.cancel = true};
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(1000, 3000)", NULL, 24000000);
    for (int order = LOAD_ORDER_KEEP; order <= LOAD_ORDER_F; order++) {
        struct load_options options = loading_plain;
        options.order = (enum load_order)order;
        load = loading_open(fixture, "x.npy");
        assert_int_equal(load_run(load, fixture->directory, "a.shm", &options, &stopped, &report, NULL),
                         -ECANCELED);
        assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
        atomic_store(&progress.done, 99);
        assert_int_equal(load_run(load, fixture->directory, "a.shm", &options, &progress, &report, NULL), 0);
        assert_int_equal(progress.done, 24000128);
        assert_int_equal(progress.total, 24000128);
        assert_int_equal(report.bytes, 24000128);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        load_close(load);
    }
}

static void expect_name(const char *file, const char *name)
{
    char buf[NAME_PATH_MAX];
    struct error error = {0};
    if (load_default_name(file, buf, sizeof buf, &error) < 0)
        fail_msg("%s: %s", file, error.text);
    assert_string_equal(buf, name);
}

static void test_default_name(void **state)
{
    (void)state;
    char buf[NAME_PATH_MAX], longest[300] = {0};
    expect_name("prices.npy", "prices.shm");
    expect_name("/data/v1.2/prices.2026.npy", "prices.2026.shm");
    expect_name("dir.d/prices", "prices.shm");
    expect_name(".hidden.npy", ".hidden.shm");
    expect_name("./-", "-.shm");
    static const char *const none[] = {"-", ".npy", "dir/.npy", "", "dir/"};
    for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(load_default_name(none[i], buf, sizeof buf, NULL), -EINVAL);
    memset(longest, 'n', 252);
    assert_int_equal(load_default_name(longest, buf, sizeof buf, NULL), -EINVAL);
    longest[251] = '\0';
    assert_int_equal(load_default_name(longest, buf, sizeof buf, NULL), 0);
    assert_int_equal(strlen(buf), 255);
    assert_int_equal(load_default_name("a.npy", buf, 5, NULL), -EINVAL);
}

static void test_full(void **state)
{
    struct loading *fixture = *state;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(1000, 1000)", NULL, 8000000);
    directory_close(fixture->directory);
    fixture->directory = NULL; /* the mount may be refused: then the test ends there */
    tmpdir_mount(&fixture->tmpdir, "size=1m");
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &loading_plain, ENOSPC, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, loading_setup, loading_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_byte_for_byte),
        TEST(test_what_a_file_holds),
        TEST(test_trailing_bytes_are_dropped),
        TEST(test_header_is_written_anew),
        TEST(test_raw),
        TEST(test_order),
        TEST(test_order_of_swapped_elements),
        TEST(test_bad_files),
        TEST(test_file_changes),
        TEST(test_refusals_come_first),
        TEST(test_room),
        TEST(test_progress_and_cancel),
        TEST(test_default_name),
        TEST(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
