/*
 * A file into a segment: what it holds is looked at first (load_open), then the whole of it is published (load_run).
 */
#ifndef SHMTOP_CORE_TRANSFER_LOAD_H
#define SHMTOP_CORE_TRANSFER_LOAD_H

#include "core/process/sweep.h"
#include "core/segment/publish.h"
#include "core/segment/room.h"

enum load_order { LOAD_ORDER_KEEP, LOAD_ORDER_C, LOAD_ORDER_F };

struct load_options {
    enum load_order order;
    enum layout layout; /* LAYOUT_NPY or LAYOUT_RAW */
    struct publish_options publish;
    const char *proc_root, *cgroup_root; /* "/proc", "/sys/fs/cgroup" */
};

struct load;

/*
 * Opens FILE ("-": descriptor 0) and reads its header. A regular file is opened as such: a FIFO, device or directory is -ENOTSUP; a
 * pipe on standard input is read as a stream. -ENOENT, -EACCES, -EBADMSG (malformed, or shorter than its header says), -ENOTSUP.
 */
int load_open(struct load **ret_load, const char *file, struct error *error);
void load_close(struct load *load);

const struct matrix *load_matrix(const struct load *load); /* what the file holds; borrowed */
const char *load_kind(const struct load *load);            /* "npy 1.0" */
uint64_t load_bytes(const struct load *load);              /* of data */

/* Bytes that the segment will take with these options (header and data). */
int load_room_needed(const struct load *load, const struct load_options *options, uint64_t *ret_bytes, struct error *error);

/* The segment name that FILE gets by default: its stem + ".shm" in buf. -EINVAL where it gives none ("-", ".npy"). */
int load_default_name(const char *file, char *buf, size_t size, struct error *error);

struct load_report {
    uint64_t bytes; /* of the segment */
    struct identity id;
    bool replaced;
    struct sweep still_held;   /* after a replacement: who still maps the old one (count 1 or 0) */
    uint64_t old_allocated;    /* how much memory that keeps */
};

/*
 * Publishes it as name. All or nothing; progress in bytes. As publish.h, -ESTALE where the file shrank or changed while it was read
 * (size or modification time), -ECANCELED, -ENOSPC naming what is short.
 */
int load_run(struct load *load, const struct directory *directory, const char *name, const struct load_options *options,
             struct progress *progress, struct load_report *ret_report, struct error *error);
void load_report_clear(struct load_report *report);

#endif
