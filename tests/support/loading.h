/*
 * What the tests of loads have in common: a directory of segments, another of files, and loads between them.
 * Every function fails the running test if it cannot do what it says.
 */
#ifndef SHMTOP_TESTS_SUPPORT_LOADING_H
#define SHMTOP_TESTS_SUPPORT_LOADING_H

#include "core/transfer/load.h"
#include "tests/support/tmpdir.h"

/* Where nothing limits: an empty proc root and no cgroups. */
extern const struct load_options loading_plain;

struct loading {
    struct tmpdir tmpdir, elsewhere; /* the directory of segments; where the files lie */
    struct directory *directory;
};

int loading_setup(void **state);
int loading_teardown(void **state);

/* Bytes of which none is like its neighbour. */
void loading_fill(uint8_t *bytes, size_t size);

struct load *loading_open_path(const char *path);
struct load *loading_open(const struct loading *fixture, const char *file); /* among the files */

void loading_says(const struct error *error, int code, const char *words);

/* Loads one of the files. */
struct load_report loading_run(const struct loading *fixture, const char *file, const char *name,
                               const struct load_options *options);

/* The load, which is closed then, ends with this code and these words, and leaves nothing. */
void loading_expect_failure(const struct loading *fixture, struct load *load,
                            const struct load_options *options, int code, const char *words);

void loading_assert_same(const struct tmpdir *a, const char *a_name, const struct tmpdir *b,
                         const char *b_name);

/* A child that writes the bytes in odd pieces to a pipe; returns the pipe's other end. */
int loading_pipe(const char *bytes, size_t size, size_t piece);

/* Loads "-", which is what fd is, as a.shm, and where that is a file as b.shm too. Takes fd. code: of the
 * failure, 0: none, -1: none, and it could be read twice. */
void loading_input(const struct loading *fixture, const struct load_options *options, int fd, int code,
                   const char *words);

#endif
