/*
 * Producers: which software made a segment, known from its name, and what that says of its life: whether it
 * may be deleted, whether it is ever left on purpose, and where its creator's pid stands. Facts as data: the
 * built-in table is that of field-guide.md §2; a file in the same format adds to it and goes before it.
 *
 * The format, of file and built-in table alike, is a line for each row:
 *     ID PATTERN DISPOSAL [content] [LABEL]
 *     feed feed_<#>_*.shm ok Market feed
 * with blanks or tabs between; '#' at the start of a line begins a comment. The first row whose pattern
 * (core/process/pattern.h) fits the name counts. "layout:NAME" instead of a pattern fits what is recognised
 * as that layout, whatever its name: what bytes say is better evidence than a name that anybody chose. But
 * whose name is protected stays so: what is wrong in a label costs less than a wrong deletion. DISPOSAL is
 * ask, ok, self, live or never; "content" says that the creator's pid stands in the bytes
 * (core/process/creator.h knows where); LABEL is the ID unless given.
 */
#ifndef SHMTOP_CORE_PROCESS_PRODUCERS_H
#define SHMTOP_CORE_PROCESS_PRODUCERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/layout/layout.h"
#include "core/sys/error.h"

/* What may be done with one that nobody holds. */
enum disposal {
    DISPOSAL_ASK,   /* may be kept on purpose: only its people know */
    DISPOSAL_OK,    /* safe once nobody holds it and its creator is gone */
    DISPOSAL_SELF,  /* its producer cleans up itself */
    DISPOSAL_LIVE,  /* protected: belongs to a service that may come back to it */
    DISPOSAL_NEVER, /* protected: shared or system state */
};

/* Where the creator's pid stands. */
enum creator_place {
    CREATOR_NOWHERE,
    CREATOR_IN_NAME,    /* found by producers_find */
    CREATOR_IN_CONTENT, /* creator_read finds it: ImageStreamIO's header, PulseAudio's trailer */
};

struct producer {
    const char *id;      /* short, as in JSON: "pytorch" */
    const char *label;   /* for sentences, printable: "PyTorch" */
    const char *pattern; /* as written */
    enum disposal disposal;
    enum creator_place creator;
};

/* The built-in table with a file's rows before it. Never changed once made: any thread may use it. */
struct producers;

/*
 * *ret is the file's rows and the built-in ones; NULL (the built-in table alone) where there is no such file.
 * The file must be a regular one that root or we ourselves own and that not everybody may write, of at most
 * 1 MiB: -EPERM, -ENOTSUP, -EFBIG otherwise. -EBADMSG names the first line that is wrong
 * and what was expected; -EACCES. *ret is untouched on failure.
 */
#define PRODUCERS_FILE "/etc/shmtop/producers"
int producers_load(struct producers **ret_producers, const char *path, struct error *error);
void producers_free(struct producers *producers); /* NULL is fine */

/* The row at index in the order of the table, NULL behind the last. producers may be NULL: the built-in
 * table. */
const struct producer *producers_at(const struct producers *producers, size_t index);

/* The producer of a raw name ("FILE" or "DIR/FILE": FILE's, else DIR's; whose is protected DIR protects its
 * files), or NULL. producers may be NULL: the built-in table. *ret_creator (may be NULL) is the pid in the
 * name, 0: none. The producer is borrowed from the table. */
const struct producer *producers_find(const struct producers *producers, const char *name,
                                      pid_t *ret_creator);

/*
 * The same of one that was recognised as this layout: rows of names and of layouts count in one order, except
 * that a protected producer of the name goes before all.
 */
const struct producer *producers_find_recognised(const struct producers *producers, const char *name,
                                                 enum layout layout, pid_t *ret_creator);

/* Whether any row is about this layout. */
bool producers_know_layout(const struct producers *producers, enum layout layout);

/* DISPOSAL_LIVE or DISPOSAL_NEVER. NULL is not protected. */
bool producer_is_protected(const struct producer *producer);

/*
 * Whether it never leaves one on purpose, so that one over 10 minutes old that nobody holds is stale: its
 * disposal is DISPOSAL_OK and neither name nor contents tell its creator. Where they do, the creator decides:
 * dead, it is leaked; alive, it may still hand the segment on by its name. NULL: no.
 */
bool producer_leaves_none(const struct producer *producer);

/* "ask", "ok", "self", "live", "never", as in the table. */
const char *disposal_text(enum disposal disposal);

#endif
