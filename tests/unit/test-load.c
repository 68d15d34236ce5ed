#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/transfer/load.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

/* Where nothing limits: an empty proc root and no cgroups. */
static const struct load_options plain = {.layout = LAYOUT_NPY,
                                          .publish = {.uid = (uid_t)-1, .gid = (gid_t)-1},
                                          .proc_root = "/nonexistent",
                                          .cgroup_root = "/nonexistent"};

struct fixture {
    struct tmpdir tmpdir, elsewhere; /* the directory of segments; where the files lie */
    struct directory *directory;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_make(&fixture->elsewhere);
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    tmpdir_remove(&fixture->elsewhere);
    free(fixture);
    return 0;
}

static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 9);
}

static struct load *open_path(const char *path)
{
    struct load *load = NULL;
    struct error error = {0};
    if (load_open(&load, path, NULL, &error) < 0)
        fail_msg("%s", error.text);
    return load;
}

static struct load *open_file(const struct fixture *fixture, const char *file)
{
    return open_path(tmpdir_path(&fixture->elsewhere, file));
}

static void says(const struct error *error, int code, const char *words)
{
    assert_int_equal(error->code, code);
    if (!strstr(error->text, words))
        fail_msg("\"%s\" does not say \"%s\"", error->text, words);
}

static struct load_report run(const struct fixture *fixture, const char *file, const char *name,
                              const struct load_options *options)
{
    struct load *load = open_file(fixture, file);
    struct load_report report;
    struct error error = {0};
    if (load_run(load, fixture->directory, name, options, NULL, &report, &error) < 0)
        fail_msg("%s", error.text);
    load_close(load);
    return report;
}

static void expect_failure(const struct fixture *fixture, struct load *load,
                           const struct load_options *options, int code, const char *words)
{
    struct load_report report;
    struct error error = {0};
    unsigned before = tmpdir_count(&fixture->tmpdir);
    assert_int_equal(load_run(load, fixture->directory, "a.shm", options, NULL, &report, &error), -code);
    says(&error, code, words);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), before);
    load_close(load);
}

static void expect_no_open(const struct fixture *fixture, const char *file, int code, const char *words)
{
    struct load *load = NULL;
    struct error error = {0};
    unsigned fds = tmpdir_open_fds();
    assert_int_equal(load_open(&load, tmpdir_path(&fixture->elsewhere, file), NULL, &error), -code);
    says(&error, code, words);
    assert_int_equal(tmpdir_open_fds(), fds);
}

static void assert_same(const struct tmpdir *a, const char *a_name, const struct tmpdir *b,
                        const char *b_name)
{
    size_t a_size, b_size;
    char *a_bytes = tmpdir_read(a, a_name, &a_size), *b_bytes = tmpdir_read(b, b_name, &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a_bytes, b_bytes, a_size);
    free(a_bytes);
    free(b_bytes);
}

static void test_byte_for_byte(void **state)
{
    struct fixture *fixture = *state;
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
        fill(bytes, cases[i].size);
        tmpdir_write_npy(&fixture->elsewhere, "x.npy", cases[i].descr, cases[i].fortran, cases[i].shape,
                         bytes, cases[i].size);
        struct load_report report = run(fixture, "x.npy", "a.shm", &plain);
        assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "a.shm");
        assert_false(report.replaced);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        free(bytes);
    }
}

static void test_what_a_file_holds(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f2", false, "(3, 4)", NULL, 24);
    struct load *load = open_file(fixture, "x.npy");
    uint64_t room;
    assert_string_equal(load_kind(load), "npy 1.0");
    assert_int_equal(load_bytes(load), 24);
    assert_int_equal(load_matrix(load)->rank, 2);
    assert_int_equal(load_matrix(load)->shape[1], 4);
    assert_int_equal(load_room_needed(load, &plain, &room, NULL), 0);
    assert_int_equal(room, 128 + 24);
    struct load_options raw = plain;
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
    struct fixture *fixture = *state;
    tmpdir_write_npy(&fixture->elsewhere, "want.npy", "<i4", false, "(2,)", "12345678", 8);
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<i4", false, "(2,)", "12345678", 8);
    append(&fixture->elsewhere, "x.npy", "junk");
    run(fixture, "x.npy", "a.shm", &plain);
    assert_same(&fixture->elsewhere, "want.npy", &fixture->tmpdir, "a.shm");
}

/* Another writer's header, legal but not numpy's form. */
static void test_header_is_written_anew(void **state)
{
    struct fixture *fixture = *state;
    static const char header[] =
        "\x93NUMPY\x02\x00\x38\x00\x00\x00{\"shape\":( 2 ,),\"fortran_order\":False,\"descr\":\"<i4\"}"
        "     \n";
    char bytes[sizeof header - 1 + 8];
    memcpy(bytes, header, sizeof header - 1);
    bytes[8] = (char)(sizeof header - 1 - 12);
    memcpy(bytes + sizeof header - 1, "12345678", 8);
    tmpdir_write(&fixture->elsewhere, "x.npy", bytes, sizeof bytes);
    tmpdir_write_npy(&fixture->elsewhere, "want.npy", "<i4", false, "(2,)", "12345678", 8);
    struct load *load = open_file(fixture, "x.npy");
    assert_string_equal(load_kind(load), "npy 2.0");
    load_close(load);
    run(fixture, "x.npy", "a.shm", &plain);
    assert_same(&fixture->elsewhere, "want.npy", &fixture->tmpdir, "a.shm");
}

static void test_raw(void **state)
{
    struct fixture *fixture = *state;
    struct load_options raw = plain;
    raw.layout = LAYOUT_RAW;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<i4", false, "(2,)", "12345678", 8);
    tmpdir_write(&fixture->elsewhere, "want", "12345678", 8);
    struct load_report report = run(fixture, "x.npy", "a.shm", &raw);
    assert_int_equal(report.bytes, 8);
    assert_same(&fixture->elsewhere, "want", &fixture->tmpdir, "a.shm");
}

/* (2, 3, 4) of bytes 0..23 in C order, and the same array in F order. */
static void test_order(void **state)
{
    struct fixture *fixture = *state;
    uint8_t c[24], f[24];
    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 3; j++)
            for (unsigned k = 0; k < 4; k++)
                f[i + 2 * j + 6 * k] = c[12 * i + 4 * j + k] = (uint8_t)(12 * i + 4 * j + k);
    tmpdir_write_npy(&fixture->elsewhere, "c.npy", "|u1", false, "(2, 3, 4)", c, 24);
    tmpdir_write_npy(&fixture->elsewhere, "f.npy", "|u1", true, "(2, 3, 4)", f, 24);
    struct load_options to_c = plain, to_f = plain;
    to_c.order = LOAD_ORDER_C;
    to_f.order = LOAD_ORDER_F;
    static const char *const files[] = {"c.npy", "f.npy"};
    for (unsigned i = 0; i < 2; i++) {
        run(fixture, files[i], "keep.shm", &plain);
        run(fixture, files[i], "c.shm", &to_c);
        run(fixture, files[i], "f.shm", &to_f);
        assert_same(&fixture->elsewhere, files[i], &fixture->tmpdir, "keep.shm");
        assert_same(&fixture->elsewhere, "c.npy", &fixture->tmpdir, "c.shm");
        assert_same(&fixture->elsewhere, "f.npy", &fixture->tmpdir, "f.shm");
        tmpdir_unlink(&fixture->tmpdir, "keep.shm");
        tmpdir_unlink(&fixture->tmpdir, "c.shm");
        tmpdir_unlink(&fixture->tmpdir, "f.shm");
    }
}

/* Byte order is kept, though the order of the elements changes. */
static void test_order_of_swapped_elements(void **state)
{
    struct fixture *fixture = *state;
    struct load_options to_f = plain;
    to_f.order = LOAD_ORDER_F;
    tmpdir_write_npy(&fixture->elsewhere, "c.npy", ">u2", false, "(2, 2)", "\0\1\0\2\0\3\0\4", 8);
    tmpdir_write_npy(&fixture->elsewhere, "f.npy", ">u2", true, "(2, 2)", "\0\1\0\3\0\2\0\4", 8);
    run(fixture, "c.npy", "a.shm", &to_f);
    assert_same(&fixture->elsewhere, "f.npy", &fixture->tmpdir, "a.shm");
}

/* Puts fd in the place of standard input, and gives the old one back with restore_input. */
static int replace_input(int fd)
{
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
    assert_return_code(dup2(fd, 0), errno);
    close(fd);
    return saved;
}

static void restore_input(int saved)
{
    if (saved >= 0)
        dup2(saved, 0);
    else
        close(0);
    close(saved);
}

/* A child that writes the bytes in odd pieces to a pipe; returns the pipe's other end. */
static int piped(const char *bytes, size_t size, size_t piece)
{
    int ends[2];
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    fflush(NULL);
    pid_t child = fork();
    assert_return_code(child, errno);
    if (child == 0) {
        close(ends[0]);
        for (size_t done = 0; done < size;) {
            size_t n = size - done < piece ? size - done : piece;
            ssize_t written = write(ends[1], bytes + done, n);
            if (written < 0)
                _exit(1);
            done += (size_t)written;
        }
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}

static void load_input(const struct fixture *fixture, const struct load_options *options, int fd, int code,
                       const char *words)
{
    int saved = replace_input(fd);
    struct load *load = NULL;
    struct load_report report;
    struct error error = {0};
    int r = load_open(&load, "-", NULL, &error);
    if (r == 0)
        r = load_run(load, fixture->directory, "a.shm", options, NULL, &report, &error);
    if (r == 0 && fcntl(0, F_GETFD) >= 0)
        r = load_run(load, fixture->directory, "b.shm", options, NULL, &report, NULL) == 0 && code == -1 ? 1
                                                                                                         : 0;
    load_close(load);
    restore_input(saved);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    if (r < 0 && !code)
        fail_msg("%s", error.text);
    if (code > 0)
        says(&error, code, words);
}

static void test_pipe(void **state)
{
    struct fixture *fixture = *state;
    enum { SIZE = 41 * 83 * 100 * 2 };
    uint8_t *data = malloc(SIZE);
    struct load_options orders[] = {plain, plain, plain};
    size_t size;
    static const size_t pieces[] = {1000003, 4097, 127};
    fill(data, SIZE);
    orders[1].order = LOAD_ORDER_F;
    orders[2].order = LOAD_ORDER_C;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f2", false, "(41, 83, 100)", data, SIZE);
    char *bytes = tmpdir_read(&fixture->elsewhere, "x.npy", &size);
    for (unsigned i = 0; i < 6; i++) {
        int input = piped(bytes, size, pieces[i % 3]);
        if (i >= 3) /* as another process that has the pipe may set it */
            assert_return_code(fcntl(input, F_SETFL, O_NONBLOCK), errno);
        load_input(fixture, &orders[i % 3], input, 0, "");
        run(fixture, "x.npy", "want.shm", &orders[i % 3]);
        assert_same(&fixture->tmpdir, "want.shm", &fixture->tmpdir, "a.shm");
        assert_int_equal(tmpdir_count(&fixture->tmpdir), 2); /* a stream is read once */
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        tmpdir_unlink(&fixture->tmpdir, "want.shm");
    }
    free(bytes);
    free(data);
}

static void test_pipe_ends_early(void **state)
{
    struct fixture *fixture = *state;
    struct load_options to_f = plain;
    size_t size;
    to_f.order = LOAD_ORDER_F;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f2", false, "(3, 4)", NULL, 24);
    char *bytes = tmpdir_read(&fixture->elsewhere, "x.npy", &size);
    load_input(fixture, &plain, piped(bytes, size - 1, size), EBADMSG, "standard input ended");
    load_input(fixture, &to_f, piped(bytes, size - 1, size), EBADMSG, "standard input ended");
    load_input(fixture, &plain, piped(bytes, 100, size), EBADMSG, "within its header");
    load_input(fixture, &plain, piped(bytes, 7, size), EBADMSG, "within its header");
    load_input(fixture, &plain, piped(bytes, 0, size), EBADMSG, "empty");
    load_input(fixture, &plain, piped("something else", 14, 14), EBADMSG, "without numbers");
    load_input(fixture, &plain, piped("PK\3\4 something", 14, 14), ENOTSUP, "must be a file");
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
    free(bytes);
}

/* A file as standard input is read as one, from where it stands, and as often as one likes. */
static void test_redirected_file(void **state)
{
    struct fixture *fixture = *state;
    size_t size;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<i4", false, "(2,)", "12345678", 8);
    char *bytes = tmpdir_read(&fixture->elsewhere, "x.npy", &size);
    tmpdir_write_text(&fixture->elsewhere, "y", "before it: ");
    int fd = open(tmpdir_path(&fixture->elsewhere, "y"), O_RDWR | O_CLOEXEC);
    lseek(fd, 0, SEEK_END);
    assert_int_equal(write(fd, bytes, size), size);
    lseek(fd, 11, SEEK_SET);
    load_input(fixture, &plain, fd, -1, "");
    assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "a.shm");
    assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "b.shm");
    fd = open(tmpdir_path(&fixture->elsewhere, "y"), O_RDONLY | O_CLOEXEC);
    load_input(fixture, &plain, fd, EBADMSG, "neither .npy");
    free(bytes);
}

static void test_bad_files(void **state)
{
    struct fixture *fixture = *state;
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
    says(&error, ENOTSUP, "no regular file");
}

static void test_file_changes(void **state)
{
    struct fixture *fixture = *state;
    struct tmpdir *files = &fixture->elsewhere;
    struct load_options to_f = plain;
    to_f.order = LOAD_ORDER_F;
    tmpdir_write_npy(files, "x.npy", "<f8", false, "(3, 4)", NULL, 96);

    struct load *load = open_file(fixture, "x.npy");
    append(files, "x.npy", "more");
    expect_failure(fixture, load, &plain, ESTALE, "changed while it was read");

    load = open_file(fixture, "x.npy");
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000}};
    assert_return_code(utimensat(AT_FDCWD, tmpdir_path(files, "x.npy"), times, 0), errno);
    expect_failure(fixture, load, &plain, ESTALE, "changed while it was read");

    for (int order = 0; order < 2; order++) {
        tmpdir_write_npy(files, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
        load = open_file(fixture, "x.npy");
        assert_return_code(truncate(tmpdir_path(files, "x.npy"), 200), errno);
        expect_failure(fixture, load, order ? &to_f : &plain, ESTALE, "shrank while it was read");
    }
}

static void test_refusals_come_first(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "old");
    expect_failure(fixture, open_file(fixture, "x.npy"), &plain, EEXIST, "--replace");
    options.layout = LAYOUT_OTHER;
    expect_failure(fixture, open_file(fixture, "x.npy"), &options, EINVAL, "npy or raw");
}

static void test_room(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(1000, 1000)", NULL, 8000000);
    tmpdir_write_text(&fixture->elsewhere, "meminfo",
                      "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 4000 kB\n");
    options.proc_root = fixture->elsewhere.path;
    expect_failure(fixture, open_file(fixture, "x.npy"), &options, ENOSPC, "emory");
}

static void test_replace(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    options.publish.replace = true;
    options.proc_root = "/proc";
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "old");
    assert_return_code(chmod(tmpdir_path(&fixture->tmpdir, "a.shm"), 0640), errno);
    struct load_report report = run(fixture, "x.npy", "a.shm", &options);
    assert_true(report.replaced);
    assert_int_equal(report.old_held, HELD_NO);
    assert_int_equal(report.still_held.count, 0);
    assert_int_equal(report.old_allocated, 4096);
    load_report_clear(&report);
    struct stat st;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "a.shm"), &st), errno);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "a.shm");
}

static struct child hold(const char *path)
{
    return child_hold(path, (struct child_map){.prot = PROT_READ, .flags = MAP_SHARED});
}

static void test_replace_held(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    options.publish.replace = true;
    options.proc_root = "/proc";
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "old");
    struct child child = hold(tmpdir_path(&fixture->tmpdir, "a.shm"));
    expect_failure(fixture, open_file(fixture, "x.npy"), &options, EBUSY, "in use");
    fault_play(FAULT_NO_LEASES);
    expect_failure(fixture, open_file(fixture, "x.npy"), &options, EBUSY, "in use");
    fault_reset();
    options.publish.allow_held = true;
    struct load_report report = run(fixture, "x.npy", "a.shm", &options);
    assert_true(report.replaced);
    assert_int_equal(report.old_held, HELD_YES);
    assert_int_equal(report.still_held.count, 1);
    assert_int_equal(report.still_held.of[0].count, 1);
    assert_int_equal(report.still_held.of[0].list[0].pid, child.pid);
    assert_int_equal(report.still_held.of[0].list[0].mapped, 1);
    load_report_clear(&report);
    child_end(&child);
}

/* As sort -o does it: what we read from ourselves is held by nobody else. */
static void test_replace_from_itself(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    struct load_report report;
    struct error error = {0};
    options.publish.replace = true;
    options.order = LOAD_ORDER_F;
    tmpdir_write_npy(&fixture->tmpdir, "a.shm", "<i2", false, "(2, 2)", "\1\0\2\0\3\0\4\0", 8);
    tmpdir_write_npy(&fixture->elsewhere, "f.npy", "<i2", true, "(2, 2)", "\1\0\3\0\2\0\4\0", 8);
    const char *path = tmpdir_path(&fixture->tmpdir, "a.shm");

    struct child child = hold(path);
    expect_failure(fixture, open_path(path), &options, EBUSY, "in use");
    child_end(&child);

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    load_input(fixture, &options, fd, EBUSY, "standard input itself: give its path");

    struct load *load = open_path(path);
    if (load_run(load, fixture->directory, "a.shm", &options, NULL, &report, &error) < 0)
        fail_msg("%s", error.text);
    load_close(load);
    assert_true(report.replaced);
    assert_int_equal(report.old_held, HELD_NO);
    assert_int_equal(report.still_held.count, 0);
    load_report_clear(&report);
    assert_same(&fixture->elsewhere, "f.npy", &fixture->tmpdir, "a.shm");
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
}

/* The lease on what we read is given back where the replacement fails after it was taken. */
static int refuse_rename(int olddir, const char *oldpath, int newdir, const char *newpath, unsigned flags)
{
    (void)olddir, (void)oldpath, (void)newdir, (void)newpath, (void)flags;
    errno = EIO;
    return -1;
}

static void test_failed_replacement_from_itself(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    struct load_report report;
    options.publish.replace = true;
    tmpdir_write_npy(&fixture->tmpdir, "a.shm", "<i2", false, "(2, 2)", "\1\0\2\0\3\0\4\0", 8);
    const char *path = tmpdir_path(&fixture->tmpdir, "a.shm");
    struct load *load = open_path(path);
    sys.renameat2 = refuse_rename;
    assert_int_equal(load_run(load, fixture->directory, "a.shm", &options, NULL, &report, NULL), -EIO);
    sys.renameat2 = sys_kernel.renameat2;
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC); /* with the lease kept: EAGAIN */
    assert_return_code(fd, errno);
    close(fd);
    load_close(load);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
}

static void test_protected_name(void **state)
{
    struct fixture *fixture = *state;
    struct load_options options = plain;
    options.publish.replace = true;
    struct load_report report;
    struct error error = {0};
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "PostgreSQL.1234", "old");
    struct load *load = open_file(fixture, "x.npy");
    assert_int_equal(load_run(load, fixture->directory, "PostgreSQL.1234", &options, NULL, &report, &error),
                     -EBUSY);
    says(&error, EBUSY, "protected");
    load_close(load);
}

static void test_progress_and_cancel(void **state)
{
    struct fixture *fixture = *state;
    struct load *load;
    struct load_report report;
    struct progress progress = {0}, stopped = {.cancel = true};
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(1000, 3000)", NULL, 24000000);
    for (int order = LOAD_ORDER_KEEP; order <= LOAD_ORDER_F; order++) {
        struct load_options options = plain;
        options.order = (enum load_order)order;
        load = open_file(fixture, "x.npy");
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
    struct fixture *fixture = *state;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(1000, 1000)", NULL, 8000000);
    directory_close(fixture->directory);
    fixture->directory = NULL; /* the mount may be refused: then the test ends there */
    tmpdir_mount(&fixture->tmpdir, "size=1m");
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    expect_failure(fixture, open_file(fixture, "x.npy"), &plain, ENOSPC, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
        TEST(test_pipe),
        TEST(test_pipe_ends_early),
        TEST(test_redirected_file),
        TEST(test_bad_files),
        TEST(test_file_changes),
        TEST(test_refusals_come_first),
        TEST(test_room),
        TEST(test_replace),
        TEST(test_replace_held),
        TEST(test_replace_from_itself),
        TEST(test_failed_replacement_from_itself),
        TEST(test_protected_name),
        TEST(test_progress_and_cancel),
        TEST(test_default_name),
        TEST(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
