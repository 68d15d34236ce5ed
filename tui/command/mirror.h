/*
 * A directory mirrored without a screen: the catalog kept as the directory is, by its change watch, on one
 * thread.
 */
#ifndef SHMTOP_TUI_COMMAND_MIRROR_H
#define SHMTOP_TUI_COMMAND_MIRROR_H

#include "core/catalog/catalog.h"
#include "core/segment/watch.h"

struct mirror;

/* Called with each entry that is looked at, before its facts go into the catalog. */
typedef void look_function(void *context, const struct segment *segment);

struct mirror_options {
    struct directory *directory; /* borrowed */
    const struct producers *producers;
    change_function *change;
    look_function *look;
    void *context; /* of both */
};
int mirror_new(struct mirror **ret_mirror, const struct mirror_options *options, struct error *error);
void mirror_free(struct mirror *mirror);

int mirror_fd(const struct mirror *mirror);          /* poll for POLLIN; -1: there is no watch */
bool mirror_is_polling(const struct mirror *mirror); /* not everything is watched: scan now and then */
struct catalog *mirror_catalog(const struct mirror *mirror);

/* Looks at everything. now: monotonic ms. */
int mirror_scan(struct mirror *mirror, int64_t now, struct error *error);

/* Looks at what changed; true while more waits. */
bool mirror_read(struct mirror *mirror, int64_t now, struct error *error);

/* Looks at one name again. */
void mirror_look(struct mirror *mirror, const char *name, int64_t now);

/* Whether the directory is still what its path names, and what is said of raw segments is what it was; else
 * it is opened again where need be, and scanned. Now and then. */
void mirror_renew(struct mirror *mirror, int64_t now);

#endif
