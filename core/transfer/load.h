/*
 * A file into a segment: what it holds is looked at first (load_open), then the whole of it is published
 * (load_run), its elements converted on the way.
 *
 * Memory stays bounded whatever the size: what stays as it is is copied inside the kernel, what is converted
 * goes through blocks that fit the cache, a stream through a few blocks, and another order is made box by box
 * (reorder.h).
 */
#ifndef SHMTOP_CORE_TRANSFER_LOAD_H
#define SHMTOP_CORE_TRANSFER_LOAD_H

#include "core/matrix/convert.h"
#include "core/process/producers.h"
#include "core/process/sweep.h"
#include "core/segment/publish.h"
#include "core/segment/room.h"
#include "core/source/source.h"

enum load_order { LOAD_ORDER_KEEP, LOAD_ORDER_C, LOAD_ORDER_F };

struct load_options {
    enum load_order order;
    const struct dtype *as;         /* borrowed: what the elements become; NULL: type and byte order stay */
    bool strict;                    /* a value that loses more than precision is a refusal */
    enum layout layout;             /* LAYOUT_NPY or LAYOUT_RAW */
    unsigned threads;               /* at most so many; 0: as many as are useful */
    struct publish_options publish; /* is_protected is found out here */
    const char *proc_root, *cgroup_root; /* "/proc", "/sys/fs/cgroup" */
    const struct producers *producers;   /* borrowed; NULL: the built-in table */
};

struct load;

/* Opens FILE ("-": standard input) and finds out what it holds; as source_open. */
int load_open(struct load **ret_load, const char *file, const struct source_options *options,
              struct error *error);
void load_close(struct load *load);

const struct matrix *load_matrix(const struct load *load); /* what the file holds; borrowed */
const char *load_kind(const struct load *load);            /* "npy 1.0" */
uint64_t load_bytes(const struct load *load);              /* of data, in the file's type */

/* Whether it shows only at the end how many rows there are: shape[0] and load_bytes are 0 until it was
 * measured or run. */
bool load_is_open_ended(const struct load *load);

/* Finds the length of such a file; nothing to do with any other, nor with a stream, which stays so. load_run
 * does it too. Progress in bytes of the file. -EBADMSG, -ECANCELED. */
int load_measure(struct load *load, struct progress *progress, struct error *error);

/* About how many rows a text in a regular file has that was not measured: its length by that of its first
 * lines, which are read. 0 where that says nothing. */
uint64_t load_estimate_rows(const struct load *load);

/* Bytes that the segment will take with these options (header and data); of what is open-ended the header's.
 * -ENOTSUP where the type cannot become that of the options. */
int load_room_needed(const struct load *load, const struct load_options *options, uint64_t *ret_bytes,
                     struct error *error);

/* The segment name that FILE gets by default: its stem + ".shm" in buf. -EINVAL where it gives none ("-",
 * ".npy"). */
int load_default_name(const char *file, char *buf, size_t size, struct error *error);

struct load_report {
    uint64_t bytes; /* of the segment */
    struct identity id;
    struct matrix matrix;         /* owned: what lies in it */
    struct convert_counts counts; /* values that lost more than precision */
    char *note; /* owned: what a person should know of what was read (source.h); NULL: nothing */
    struct error undescribed; /* raw bytes: why what they are could not be recorded; code 0: it was, or needs
                                 not */
    bool replaced;
    enum held
        old_held; /* after a replacement: HELD_NO means that the kernel said nobody, and no sweep was due */
    struct sweep still_held; /* after a replacement: who still maps the old one (count 1, or 0: not swept) */
    uint64_t old_allocated; /* bytes of the old one: how much memory its holders, or other hard links, keep */
    uint32_t old_links;     /* other hard links of the old one */
};

/* After a failure: whether it is about the file (malformed, changed, not to be converted) rather than about
 * the segment. */
bool load_failure_is_of_file(const struct load *load);

/* Of the run so far, from any thread. */
struct convert_counts load_counts(const struct load *load);

#define LOAD_COUNTS_TEXT_MAX 192

/* "12 values overflowed to inf, 3 nan became 0", "" where nothing was lost. Returns the length needed. */
size_t load_counts_text(const struct convert_counts *counts, char *buf, size_t size);

/* "float64 → float16", "<f8 → >f8" where the names are the same, "float16" where it is kept; ascii: "->". */
void load_types_text(const struct dtype *from, const struct dtype *to, bool ascii, char *buf, size_t size);

/*
 * Publishes it as name, which may be the file itself (with replace). All or nothing; progress in bytes of the
 * segment written (while the room is reserved it stands at 0). As publish.h, -ESTALE where the file shrank or
 * changed since load_open (size or modification time), -EBADMSG where a stream ends early, or a strict load
 * loses values, -ENOTSUP where the type cannot become the one wanted, -EBUSY where the one to replace is held
 * or protected, -ECANCELED, -ENOSPC naming what is short. What gives its data one after another (source.h)
 * can be run once.
 */
int load_run(struct load *load, const struct directory *directory, const char *name,
             const struct load_options *options, struct progress *progress, struct load_report *ret_report,
             struct error *error);
void load_report_clear(struct load_report *report);

#endif
