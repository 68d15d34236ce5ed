#include "tests/support/test.h"

#include "tests/support/loading.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

const struct load_options loading_plain = {.layout = LAYOUT_NPY,
                                           .publish = {.uid = (uid_t)-1, .gid = (gid_t)-1},
                                           .proc_root = "/nonexistent",
                                           .cgroup_root = "/nonexistent"};

int loading_setup(void **state)
{
    struct loading *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_make(&fixture->elsewhere);
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    *state = fixture;
    return 0;
}

int loading_teardown(void **state)
{
    struct loading *fixture = *state;
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    tmpdir_remove(&fixture->elsewhere);
    free(fixture);
    return 0;
}

void loading_fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 9);
}

struct load *loading_open_path(const char *path)
{
    struct load *load = NULL;
    struct error error = {0};
    if (load_open(&load, path, NULL, &error) < 0)
        fail_msg("%s", error.text);
    return load;
}

struct load *loading_open(const struct loading *fixture, const char *file)
{
    return loading_open_path(tmpdir_path(&fixture->elsewhere, file));
}

void loading_says(const struct error *error, int code, const char *words)
{
    assert_int_equal(error->code, code);
    if (!strstr(error->text, words))
        fail_msg("\"%s\" does not say \"%s\"", error->text, words);
}

struct load_report loading_run(const struct loading *fixture, const char *file, const char *name,
                               const struct load_options *options)
{
    struct load *load = loading_open(fixture, file);
    struct load_report report;
    struct error error = {0};
    if (load_run(load, fixture->directory, name, options, NULL, &report, &error) < 0)
        fail_msg("%s", error.text);
    load_close(load);
    return report;
}

void loading_expect_failure(const struct loading *fixture, struct load *load,
                            const struct load_options *options, int code, const char *words)
{
    struct load_report report;
    struct error error = {0};
    unsigned before = tmpdir_count(&fixture->tmpdir);
    assert_int_equal(load_run(load, fixture->directory, "a.shm", options, NULL, &report, &error), -code);
    loading_says(&error, code, words);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), before);
    load_close(load);
}

void loading_assert_same(const struct tmpdir *a, const char *a_name, const struct tmpdir *b,
                         const char *b_name)
{
    size_t a_size, b_size;
    char *a_bytes = tmpdir_read(a, a_name, &a_size), *b_bytes = tmpdir_read(b, b_name, &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a_bytes, b_bytes, a_size);
    free(a_bytes);
    free(b_bytes);
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
int loading_pipe(const char *bytes, size_t size, size_t piece)
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

void loading_input(const struct loading *fixture, const struct load_options *options, int fd, int code,
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
        loading_says(&error, code, words);
}
