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
    bool to_people;            /* also what is no reason to write to who reads it later, as cron would */
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

/* Of one whose name is gone: who keeps its memory, and what would free it. text: as it was given. */
enum exit_status rm_refuse_unlinked(const struct rm_words *words, const char *text,
                                    const struct sweep_other *other);

/* The table of what fits, with who holds it and what would come back; returns how many may go. states: of
 * each. wall: ns since 1970. */
size_t rm_list(const struct rm_words *words, const uint8_t *states, const struct delete_check *check,
               const struct delete_result *results, int64_t wall);

/* Asks on the terminal. Anything but a yes is a no. */
bool rm_ask(size_t possible, size_t count);

/* Says that it went, and adds it to the sum. */
void rm_say_deleted(struct rm_words *words, const char *name, const struct delete_item *item,
                    const struct removed *removed);

/* Where there is more to say than one line did: the sum of `count` that were asked for, and who was not seen.
 */
void rm_say_sum(const struct rm_words *words, size_t count);

#endif
