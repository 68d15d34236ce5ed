/*
 * What a FILE holds, as a matrix whose bytes can be had: one importer a kind of file, which is known by its
 * content. An importer reads as little as it must to tell type and shape; the data come later, in one pass.
 *
 * Data are had in one of two ways. Of a direct source they lie, as they are, in a regular file, and may be
 * read anywhere and on several threads. Any other gives them one after another, once.
 */
#ifndef SHMTOP_CORE_SOURCE_SOURCE_H
#define SHMTOP_CORE_SOURCE_SOURCE_H

#include "core/matrix/convert.h"
#include "core/matrix/matrix.h"
#include "core/segment/directory.h"
#include "core/source/input.h"
#include "core/sys/progress.h"

#define SOURCE_DELIMITER_AUTO   0
#define SOURCE_DELIMITER_BLANKS ' ' /* runs of blanks and tabs */

struct source_options {
    const char *member;   /* of an .npz: key or full name; NULL: the only one */
    uint32_t delimiter;   /* of text, a code point; see above */
    int64_t header_lines; /* of text; -1: found out */
    /* With has_shape: the type of raw bytes. Of text: what the numbers are wanted as; for an integer type
     * they are read as 64-bit integers, so that no digit goes by way of a double. NULL: not given. */
    const struct dtype *as;
    unsigned threads; /* at most so many read text; 0: as many as are useful */
    bool has_shape;   /* FILE is raw: C order, exactly that long, whatever it begins with */
    int rank;
    uint64_t shape[MATRIX_RANK_MAX];
    bool finds_dim; /* shape[open] is found from the length of a regular file */
    int open;
    /* A stream that can be read in one pass only after it was copied (an .npz) goes to an unnamed file here,
     * bounded by the room; NULL: it is refused. */
    const struct directory *spool;
    const char *proc_root, *cgroup_root; /* of that room; NULL: "/proc", "/sys/fs/cgroup" */
};

struct source;

/* What an importer does. */
struct source_ops {
    /*
     * Not for a direct source: the next size bytes of data, as source->matrix says; fewer only at the end of
     * an open-ended one. The count or -code.
     */
    ssize_t (*read)(struct source *source, void *buf, size_t size, struct error *error);
    /* Takes what read gave into a sum that finish compares: all of it, in the same order. It may run beside
     * read. NULL: there is none. */
    void (*check)(struct source *source, const void *bytes, size_t size);
    /* Finds the length of an open-ended source in a regular file, before the first read: then it is
     * open-ended no more. Progress in bytes of the file. NULL: there is none such. */
    int (*measure)(struct source *source, struct progress *progress, struct error *error);
    /* After the last byte was read: what can only be known then (a CRC, what must stand behind). NULL:
     * nothing. */
    int (*finish)(struct source *source, struct error *error);
    void (*close)(struct source *source); /* frees own; NULL: nothing */
};

struct source {
    const struct source_ops *ops;
    struct input input;
    struct matrix matrix; /* offset: where the data of a direct source begin, from input.start on */
    bool is_direct;
    bool is_open_ended; /* shape[0] is not known until it was measured, or all was read: 0 until then */
    char kind[64];      /* "npy 1.0", "npz member a, deflated", "csv, semicolons, 1 header line" */
    char *note; /* what a person should know of what was read so far ("12 empty cells read as nan"); owned,
                   NULL: nothing */
    struct convert_counts counts; /* values that lost more than precision as they were read: after finish */
    void *own;                    /* the importer's */
};

/*
 * Opens FILE ("-": standard input) and finds out what it holds; options: NULL for none. As input_open;
 * -EBADMSG malformed, or shorter than it promises; -ENOTSUP of a kind, type or method that is refused, by
 * name; -ENOENT no such member; -EINVAL where options and file do not go together, or which member is not
 * said.
 */
int source_open(struct source **ret_source, const char *file, const struct source_options *options,
                struct error *error);
void source_close(struct source *source);

/* Bytes of data as the matrix says; of an open-ended one 0. */
int source_bytes(const struct source *source, uint64_t *ret_bytes, struct error *error);

/* Reads exactly size bytes, of a source that is not direct, and checks them: fewer are -EBADMSG. */
int source_read_all(struct source *source, void *buf, size_t size, struct error *error);

/* The same in two steps, for two threads. */
int source_read_unchecked(struct source *source, void *buf, size_t size, struct error *error);
void source_check(struct source *source, const void *bytes, size_t size);

/* An importer: of a source whose input is open it sets ops, matrix and the rest. What it sets is freed by
 * source_close, also where it fails. */
typedef int source_function(struct source *source, const struct source_options *options, struct error *error);
source_function source_open_npy;
source_function source_open_npz;
source_function source_open_pickle;
/* What is no other kind: -EBADMSG where it is no text either. Faults in the numbers are -EBADMSG too, by line
 * and column. */
source_function source_open_text;
source_function source_open_raw; /* by has_shape alone */

/* Whether what a file begins with (n bytes) may be text: 0, -ENOTSUP for UTF-16, -EBADMSG where it is none.
 */
int source_check_text(const uint8_t *head, size_t n, struct error *error);

#endif
