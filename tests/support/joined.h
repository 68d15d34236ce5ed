/*
 * A catalog that joins sweeps made by hand, and a log of what it says: "+a =a -a a>b ~a (unlinked) #7>a
 * (linked) ^a (left)". Time stands still: the segments are an hour old.
 */
#ifndef SHMTOP_TESTS_SUPPORT_JOINED_H
#define SHMTOP_TESTS_SUPPORT_JOINED_H

#include "core/catalog/catalog.h"

#define SECOND INT64_C(1000000000)
#define WALL   (INT64_C(1000000) * SECOND)
#define DEVICE 5

struct joined {
    struct catalog *catalog;
    struct sweep_scope scope;
    char log[4096];
};

#define JOINED_TEST(name) cmocka_unit_test_setup_teardown(name, joined_setup, joined_teardown)
int joined_setup(void **state);
int joined_teardown(void **state);

/* Exactly this was said since the last time. */
void joined_expect(struct joined *f, const char *log);

/* --- segments --- */

struct segment joined_segment(const char *name, uint64_t inode);          /* 10 bytes, not looked at */
struct segment joined_look(const char *name, uint64_t inode, uint64_t n); /* a matrix of n float32 */

/* In a batch of its own, not logged. */
void joined_put(struct joined *f, const char *name, uint64_t inode);
void joined_put_look(struct joined *f, const char *name, uint64_t inode, uint64_t n);
void joined_gone(struct joined *f, const char *name); /* logged */

struct row *joined_row_of(struct joined *f, const char *name);
struct row *joined_unlinked_row(struct joined *f, const char *name); /* the only one of this name; NULL */

/* --- sweeps made by hand --- */

struct sweep joined_complete(void);
struct sweep_other *joined_add_other(struct sweep *sweep, uint64_t inode, const char *path);
void joined_add_holder(struct holders *holders, pid_t pid, const char *command);
/* One that is held by pid, by its command python3. */
struct sweep_other *joined_add_held(struct sweep *sweep, uint64_t inode, const char *path, pid_t pid);
void joined_know(struct sweep_other *other, uint64_t size);
uint64_t joined_ticks_of(pid_t pid); /* when a process of these started */

/* As the console does: the scope is made, then a sweep of it taken. The totals are right afterwards. */
void joined_scope(struct joined *f);
void joined_take(struct joined *f, struct sweep *sweep);
void joined_take_in(struct joined *f, struct sweep *sweep, const char *root, bool whole);
void joined_sweep_with(struct joined *f, uint64_t inode, const char *path); /* one held by 77; not logged */

void joined_check_totals(const struct joined *f);

#endif
