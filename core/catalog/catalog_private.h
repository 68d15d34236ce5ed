/*
 * The catalog's insides, for its own files: catalog.c (finding, and changing one row), batch.c (what looks
 * and scans say), join.c (what sweeps say), exited.c (who ended since), unlinked_row.c (rows whose name is
 * gone).
 */
#ifndef SHMTOP_CORE_CATALOG_CATALOG_PRIVATE_H
#define SHMTOP_CORE_CATALOG_CATALOG_PRIVATE_H

#include "core/catalog/catalog.h"
#include "core/catalog/rows.h"
#include "core/sys/lookup.h"

struct arrival; /* batch.c */

/* A creator that the last scope asked for. */
struct asked {
    uint64_t serial;
    uint32_t place;
    pid_t pid;
};

/* A row whose creator lives, as the last sweep saw. */
struct made {
    uint64_t serial;
    uint32_t place;
    pid_t pid; /* the creator's, as the row tells it */
    struct process_id by;
};

struct catalog {
    change_function *each;
    void *context;
    struct rows rows;
    struct lookup names; /* of what is not unlinked */
    struct lookup identities, serials;
    struct packed_cache packed;
    uint64_t next_serial;
    uint64_t version;
    struct catalog_totals totals;

    bool in_batch;
    int64_t now;
    struct arrival *arrivals; /* owned */
    size_t arrival_count, arrival_capacity;
    struct lookup arrival_names;
    uint32_t *departing; /* owned: places; a row that came back has its flag cleared */
    size_t departing_count, departing_capacity;

    const struct producers *producers; /* borrowed; NULL: the built-in table */
    bool scanning;
    bool scanned; /* a first scan has ended, or none was begun */

    bool swept;
    struct sweep sweep; /* owned: the last */
    struct holders
        *unions; /* owned: of directories; their lists are owned, what those point to is the sweep's
                  */
    size_t union_count;
    struct made *made; /* owned */
    size_t made_count;
    int64_t wall;         /* of the last sweep or lease */
    uint64_t scope_limit; /* rows from this serial on came after the last scope was made */
    uint64_t sweep_limit; /* the same of the last sweep's */
    struct asked *asked;  /* owned: by the last scope, in its order */
    size_t asked_count;
};

uint32_t catalog_hash_name(const char *name);
struct row *catalog_find_hashed(struct catalog *catalog, const char *name, uint32_t hash);

/* The rows of one inode, one after the other, whatever their time of birth; *cursor is 0 at first. */
struct row *catalog_next_of_inode(const struct catalog *catalog, const struct identity *id, uint32_t *cursor);
/* Those of one identity. */
struct row *catalog_next_link(const struct catalog *catalog, const struct identity *id, uint32_t *cursor);

/* As identity_equal, where a birth time that is not known may be any. */
bool catalog_may_be(const struct identity *a, const struct identity *b);

void catalog_emit(struct catalog *catalog, enum change_kind kind, const struct row *row,
                  const char *old_name);

/* A new row with a serial, an identity and a name (taken), found by all but the name; to be followed by
 * catalog_enter_row once its facts are set. */
struct row *catalog_new_row(struct catalog *catalog, const struct identity *id, char *name);
/* Judges it, counts it and says that it is there. */
void catalog_enter_row(struct catalog *catalog, struct row *row);

/* Its names and all else forget it. What it was is said before it is cleared. */
void catalog_delete_row(struct catalog *catalog, struct row *row);
/* The same where it goes in another way. */
void catalog_end_row(struct catalog *catalog, struct row *row, enum change_kind kind);

/* Decides anew which row of an identity counts in catalog_allocated. */
void catalog_settle_links(struct catalog *catalog, const struct identity *id);

/* To be called where allocated changed from before. */
void catalog_count_bytes(struct catalog *catalog, const struct row *row, uint64_t before);

/* Sets state and doubt by what is known now. True where they changed. (join.c) */
bool catalog_judge(struct catalog *catalog, struct row *row);

/* Whether a row whose name is gone stays, and its becoming unlinked. (unlinked_row.c) */
bool catalog_survives(const struct catalog *catalog, const struct row *row);
void catalog_unlink_row(struct catalog *catalog, struct row *row);

/* A new row of what is unlinked, if it is one of the directory's, else NULL; and one brought up to date.
 * (unlinked_row.c) */
struct row *catalog_unlinked_row(struct catalog *catalog, const struct sweep_other *other, const char *root,
                                 bool whole);
void catalog_update_unlinked(struct catalog *catalog, struct row *row, const struct sweep_other *other);

void catalog_clear_sweep(struct catalog *catalog); /* join.c */
void catalog_clear_batch(struct catalog *catalog); /* batch.c */

#endif
