/*
 * A private directory below /dev/shm for one test, so that what a test sees is a tmpfs (inodes, holes,
 * attributes and ENOSPC differ from a disk's) and nothing else that lies on the machine. Below $TMPDIR where
 * /dev/shm cannot be written. Every function fails the running test if it cannot do what it says.
 */
#ifndef SHMTOP_TESTS_SUPPORT_TMPDIR_H
#define SHMTOP_TESTS_SUPPORT_TMPDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/matrix/matrix.h"

struct tmpdir {
    char path[256];
    bool mounted; /* tmpdir_mount was called */
};

/* Fixtures: cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown); *state is the struct
 * tmpdir. */
int tmpdir_setup(void **state);
int tmpdir_teardown(void **state);

void tmpdir_make(struct tmpdir *tmpdir);
void tmpdir_remove(struct tmpdir *tmpdir); /* with all that is in it */

/* PATH/NAME. Borrowed: one of 16 buffers in turn. */
const char *tmpdir_path(const struct tmpdir *tmpdir, const char *name);

/* Entries. Each takes a NAME in the directory, "DIR/FILE" too. Existing files are written anew, in place. */
void tmpdir_write(const struct tmpdir *tmpdir, const char *name, const void *bytes, size_t size);
void tmpdir_write_text(const struct tmpdir *tmpdir, const char *name, const char *text);
void tmpdir_write_sparse(const struct tmpdir *tmpdir, const char *name,
                         uint64_t size); /* no page allocated */
void tmpdir_mkdir(const struct tmpdir *tmpdir, const char *name);
void tmpdir_fifo(const struct tmpdir *tmpdir, const char *name);
void tmpdir_symlink(const struct tmpdir *tmpdir, const char *name, const char *target);
void tmpdir_unlink(const struct tmpdir *tmpdir, const char *name); /* a file or an empty directory */

/*
 * A .npy file as numpy writes it: version 1.0, the header padded to 64, then size bytes of data (NULL: a hole
 * of that size). shape is the Python text, "(3, 4)".
 */
void tmpdir_write_npy(const struct tmpdir *tmpdir, const char *name, const char *descr, bool fortran_order,
                      const char *shape, const void *data, size_t size);

/* A .npy file as core writes it: of any matrix, with size bytes of data behind its header. */
void tmpdir_write_matrix(const struct tmpdir *tmpdir, const char *name, const struct matrix *matrix,
                         const void *data, size_t size);

/* The whole file, malloc'ed, with a NUL behind it. */
char *tmpdir_read(const struct tmpdir *tmpdir, const char *name, size_t *ret_size);

bool tmpdir_exists(const struct tmpdir *tmpdir, const char *name); /* a dangling link exists */
unsigned tmpdir_count(const struct tmpdir *tmpdir);                /* entries, not those of sub-directories */
uint64_t tmpdir_inode(const struct tmpdir *tmpdir, const char *name);

/*
 * Mounts a tmpfs with these options ("size=64k,nr_inodes=8") over the directory, in a mount namespace (where
 * needed a user namespace too) that this process enters with the first call and stays in. Where namespaces
 * are refused the running test is skipped. Call it before any thread is started. Tests that use it stand last
 * in their program.
 */
void tmpdir_mount(struct tmpdir *tmpdir, const char *options);

/* Descriptors that this process has open. */
unsigned tmpdir_open_fds(void);

#endif
