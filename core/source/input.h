/*
 * The FILE of a load: a regular file, read anywhere, or standard input that is a stream, read once from its
 * start. Of a stream no more is taken than was asked for.
 */
#ifndef SHMTOP_CORE_SOURCE_INPUT_H
#define SHMTOP_CORE_SOURCE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sys/error.h"

#define INPUT_PEEK_MAX 65536

/* What changes with the file. */
struct fingerprint {
    uint64_t size;
    int64_t seconds;
    uint32_t nanoseconds;
};

struct input {
    int fd;
    bool is_standard_input; /* fd is not ours to close */
    bool is_stream;
    uint64_t
        start;     /* of a regular file: where it begins for us, as standard input may stand anywhere in it */
    uint64_t size; /* bytes from start on; UINT64_MAX: a stream */
    uint64_t at;   /* bytes that input_read gave */
    struct fingerprint fingerprint;
    uint8_t *head; /* of a stream: what was peeked at, from its first byte; owned */
    size_t head_size;
};

/*
 * Opens FILE ("-": descriptor 0). A regular file is opened as such: a FIFO, device or directory is -ENOTSUP;
 * standard input that is a regular file is read as one from its current position on, any other as a stream.
 * -ENOENT, -EACCES.
 */
int input_open(struct input *ret_input, const char *file, struct error *error);
void input_close(struct input *input);

/* Instead of a stream the input is from now on this regular file, read from its start; *fd is taken. */
int input_take(struct input *input, int *fd, struct error *error);

/* The first size bytes (at most INPUT_PEEK_MAX), fewer only where there are no more; input_read gives them
 * all the same. Of a stream only before the first input_read. The count or -errno. */
ssize_t input_peek(struct input *input, void *buf, size_t size, struct error *error);

/* What comes next, fewer than size bytes only at the end. The count or -errno. */
ssize_t input_read(struct input *input, void *buf, size_t size, struct error *error);

/* Of a regular file: input_read goes on at an offset from its start. */
void input_rewind(struct input *input, uint64_t offset);

/* Of a regular file: bytes at an offset from its start, fewer only at its end; safe on several threads. The
 * count or -errno. */
ssize_t input_pread(const struct input *input, void *buf, size_t size, uint64_t offset, struct error *error);

/* -ESTALE where a regular file changed (size or modification time) since input_open. */
int input_check_unchanged(const struct input *input, struct error *error);

#endif
