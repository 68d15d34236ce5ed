/*
 * What lies in a segment: a table of recognisers, one a file. A recogniser is pure: the first and last bytes,
 * the size and the name in; yes, no, damaged or "need N bytes" out.
 */
#ifndef SHMTOP_CORE_LAYOUT_LAYOUT_H
#define SHMTOP_CORE_LAYOUT_LAYOUT_H

#include <sys/types.h>

#include "core/matrix/matrix.h"

/* product.md "Segments that describe themselves". */
enum layout {
    LAYOUT_UNKNOWN, /* the bytes may not be read, or were not yet */
    LAYOUT_NPY,
    LAYOUT_SHAREDARRAY,
    LAYOUT_IMAGESTREAM,
    LAYOUT_DESCRIBED, /* raw bytes of which something beside them tells what they are */
    LAYOUT_RAW,
    LAYOUT_DIRECTORY,
    LAYOUT_SEMAPHORE,
    LAYOUT_OTHER, /* not a regular file */
};

/* "npy", "raw", …; NULL for LAYOUT_UNKNOWN. */
const char *layout_name(enum layout layout);

#define LAYOUT_HEAD 512
#define LAYOUT_TAIL 576

struct layout_probe {
    const char *name; /* raw file name, without the directory part */
    uint64_t size;    /* of the file */
    const uint8_t *head;
    size_t head_size;    /* LAYOUT_HEAD or what was asked for, less for a shorter file */
    const uint8_t *tail; /* the last bytes of the file; NULL: not read yet */
    size_t tail_size;    /* LAYOUT_TAIL, less for a shorter file */
};

struct layout_result {
    enum layout layout;
    bool damaged;
    bool has_matrix; /* matrix is set and fits the file */
    struct matrix matrix;
    uint64_t payload; /* without matrix: where the bytes begin that are no header; 0 where nothing tells */
    pid_t creator;    /* that the header tells; 0: none */
    char reason[ERROR_TEXT_MAX]; /* why damaged */
};

/*
 * Recognises. Returns 0 and *ret (clear with layout_result_clear), or > 0: that many bytes of head are needed
 * (at most NPY_HEADER_MAX and probe->size), or LAYOUT_NEED_TAIL: the tail is, where the probe has none. Call
 * again with them; a file that has fewer by then is probed again with its new size. What tells of more than
 * the file has makes it damaged, without matrix.
 */
#define LAYOUT_NEED_TAIL 0x7fffffff
int layout_recognise(const struct layout_probe *probe, struct layout_result *ret);
void layout_result_clear(struct layout_result *result);

/*
 * Raw bytes that a text beside them describes: the dictionary of a .npy header (in UTF-8), and the decimal
 * offset where the data begin (n 0: at 0). Fills *ret as LAYOUT_DESCRIBED, with the matrix, or damaged where
 * the text is malformed or tells of more than size bytes.
 */
void layout_describe(const char *header, size_t n, const char *offset, size_t offset_n, uint64_t size,
                     struct layout_result *ret);

/* Whether the matrix lies within a file of this size: 0, or -EBADMSG with the numbers. */
int layout_check_size(const struct matrix *matrix, uint64_t size, struct error *error);

/* A POSIX semaphore by name and size alone: needs no byte of it. */
bool layout_is_semaphore(const char *name, uint64_t size);

#endif
