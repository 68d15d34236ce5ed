/*
 * The two files as text. Private to core/segment/descriptions*.c and its tests.
 */
#ifndef SHMTOP_CORE_SEGMENT_DESCRIPTIONS_PRIVATE_H
#define SHMTOP_CORE_SEGMENT_DESCRIPTIONS_PRIVATE_H

#include "core/matrix/fit.h"
#include "core/segment/descriptions.h"
#include "core/sys/lookup.h"

/* --- descriptions_state.c --- */

struct record {
    struct identity id;
    uint64_t offset;
    char *header; /* owned: the dictionary; NULL: taken out */
};

struct records {
    struct record *list; /* owned, the oldest first, an identity once */
    size_t count, capacity;
    size_t left;         /* those that were not taken out */
    size_t bytes;        /* of the headers of these */
    struct lookup by_id; /* places in list */
};

/* Of one identity the last line counts. Whatever the bytes are: what is no line is passed over. */
void records_parse(struct records *lines, const char *text, size_t size);
/* malloc'ed. */
char *records_write(const struct records *lines, size_t *ret_size);
void records_clear(struct records *lines);

/* NULL: none. */
const struct record *records_find(const struct records *lines, const struct identity *id);
/* Puts a line at the end (takes header) after taking out the one of this identity; header NULL: takes out
 * only. */
void records_put(struct records *lines, const struct identity *id, uint64_t offset, char *header);
/* Drops those of the directory's device whose segment is gone, where there are many, and the oldest of too
 * many: the file must stay one that is read again (TRUSTED_MAX). */
void records_prune(struct records *lines, const struct directory *directory);

/* --- descriptions_rules.c --- */

struct rule {
    char *glob; /* owned */
    struct dtype dtype;
    struct fit shape;
    char order;
    uint64_t offset;
};

#define RULES_MAX 1024

struct rules {
    struct rule *list; /* owned */
    size_t count, capacity;
};

/* -EBADMSG names the first line that is wrong and what was expected; then there are none. */
int rules_parse(struct rules *rules, const char *text, size_t size, struct error *error);
void rules_clear(struct rules *rules);

/* The matrix that the first fitting rule gives a segment of this raw name and size. */
bool rules_find(const struct rules *rules, const char *name, uint64_t size, struct matrix *ret_matrix);

#endif
