/*
 * What rm says: of each item what became of it, and at the end the sum.
 */
#ifndef SHMTOP_TUI_COMMAND_RM_WORDS_H
#define SHMTOP_TUI_COMMAND_RM_WORDS_H

#include "core/process/users.h"
#include "core/transfer/delete.h"
#include "tui/command/report.h"

struct rm_words {
    const struct options *options;
    struct users *users;
    bool dry_run;              /* of what would be */
    const struct sweep *sweep; /* borrowed: the check's */

    /* the sum */
    size_t deleted;
    uint64_t freed, later;
    bool later_links; /* some of it when other links go, not when holders end */
    bool in_doubt;    /* one went that somebody unseen may hold */
};

enum exit_status rm_refuse_held(const struct rm_words *words, const char *name,
                                const struct delete_item *item);
/* may_allow: whether --allow protected would do. */
enum exit_status rm_refuse_protected(const struct rm_words *words, const char *name,
                                     const struct delete_item *item, bool may_allow);

/* Says that it went, and adds it to the sum. */
void rm_say_deleted(struct rm_words *words, const char *name, const struct delete_item *item,
                    const struct removed *removed);

/* Where there is more to say than one line did: the sum of `count` that were asked for, and who was not seen.
 */
void rm_say_sum(const struct rm_words *words, size_t count);

#endif
