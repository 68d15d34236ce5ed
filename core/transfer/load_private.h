/*
 * A load as its parts see it: load.c (what it is, and its run from begin to end), load_plan.c (what will be
 * written), load_data.c and load_stream.c (how it gets there), load_describe.c (what stands beside raw
 * bytes), load_report.c (what is said of it), load_estimate.c.
 */
#ifndef SHMTOP_CORE_TRANSFER_LOAD_PRIVATE_H
#define SHMTOP_CORE_TRANSFER_LOAD_PRIVATE_H

#include "core/transfer/load.h"
#include "core/transfer/reorder.h"

struct load {
    struct source *source;
    bool is_used_up;                                  /* it gives its data once, and was run */
    _Atomic bool file_fails;                          /* what went wrong is in the file */
    _Atomic uint64_t saturated, overflowed, lost_nan; /* of the run so far */
};

/* Remembers that a result, which it returns, is about the file. Safe on several threads. */
int load_blame_file(struct load *load, int result);

/* -EBADMSG, saying what was lost, where the options are strict and anything was. */
int load_check_lost(const struct load *load, const struct load_options *options, struct error *error);

/*
 * What will be written. What is converted is so unit by unit: an element or, so that a unit is always small,
 * a character of a text. Where nothing is, a unit is a byte.
 */
struct plan {
    struct matrix target; /* owned; its offset is the header's size */
    bool reorders;
    bool grows; /* how many rows there are shows only at the end of the stream */
    bool converts;
    struct converter converter;
    uint64_t unit_from, unit_to; /* bytes */
    uint64_t units;              /* in all; 0 while it grows */
    uint8_t *header;             /* owned; NULL: none */
    size_t header_size;
    uint64_t bytes; /* of the segment */
};

/* -EINVAL, -EBADMSG, -EFBIG, -ENOTSUP a conversion that is refused. */
int plan_make(const struct load *load, const struct load_options *options, struct plan *ret_plan,
              struct error *error);
void plan_clear(struct plan *plan);

#define LOAD_BLOCK (256u << 10) /* bytes that are moved or converted at a time, at most */

/* Units of such a block, before and behind the conversion no more bytes than that. */
uint64_t plan_block(const struct plan *plan);

/* One load under way. */
struct run {
    struct load *load;
    const struct directory *directory;
    const struct load_options *options;
    struct progress *progress;
    unsigned threads;
    struct plan plan;
    struct publish *publish;
};

const char *run_proc_root(const struct run *run);

/* Adds what a block lost. Safe on several threads. */
void run_count(const struct run *run, const struct convert_counts *counts);

/* After it is done: fills *ret_report. */
void run_report(const struct run *run, const struct identity *id, struct load_report *ret_report);

/* -ENOSPC where so many bytes more find no room. */
int run_check_room(const struct run *run, uint64_t bytes, struct error *error);

/* Progress from 0 on, of all that is to be written; 0: not known. */
void run_restart_progress(const struct run *run, uint64_t total);

/* Writes the header, where there is one, into room that is reserved. */
int run_write_header(const struct run *run, struct error *error);

/* Writes data, offset bytes from their start. */
int run_write(const struct run *run, uint64_t offset, const void *bytes, size_t size, struct error *error);

/* All data as memory to be written (publish_map); NULL where there is none to be had. */
uint8_t *run_map(const struct run *run);

/* Maps a part of it at once (publish_map_populate). */
void run_populate(const struct run *run, uint64_t offset, uint64_t size);

/* Converts units in memory. Where the result is no larger it takes the place of what it was made of; else to
 * has room for it. Returns where it lies. */
void *run_convert(const struct run *run, void *from, void *to, uint64_t units);

/* Moves the data into room that is reserved. */
int run_move(struct run *run, struct error *error);

/* The same for a stream, in the order in which they come; of one that grows room is made. Says how many units
 * there were. */
int run_pump(struct run *run, uint64_t *ret_units, struct error *error);

/* Moves a matrix that io reads into the other order and the type wanted. */
int run_turn(struct run *run, const struct matrix *from, const struct reorder_io *io, bool sequential,
             struct error *error);

/* Writes all of a stream of which nobody knows how long it is, and completes the plan. */
int run_grow(struct run *run, struct error *error);

/* Of raw bytes, says what they are, before the commit. That it cannot be said anywhere is no failure of the
 * load: *ret_undescribed has why. */
void run_describe(const struct run *run, struct error *ret_undescribed);

/* After a commit that failed: takes back what stands outside the file. */
void run_forget_description(const struct run *run);

#endif
