/*
 * Small facts in words that several views show alike.
 */
#ifndef SHMTOP_TUI_VIEW_WORDS_H
#define SHMTOP_TUI_VIEW_WORDS_H

#include "core/catalog/catalog.h"
#include "core/process/users.h"

/* The local time, "2026-11-24 16:00:00"; "" where it is not known (0). */
void words_time(int64_t wall, char *buf, size_t size);

/* A large number that people are to read: "2,400,000,000". */
#define WORDS_COUNT_MAX 27
void words_count(uint64_t count, char buf[WORDS_COUNT_MAX]);

/* How long something took: "3 ms", "0.31 s", "61.9 s"; at least "1 ms". */
#define WORDS_DURATION_MAX 32
void words_duration(int64_t ms, char buf[WORDS_DURATION_MAX]);

/* A user's name, else the number. */
void words_user(const struct users *users, uid_t uid, char *buf, size_t size);

/* Text of a process (a command, a command line, a unit), printable; NULL is "". */
void words_escape(const char *raw, bool ascii, char *buf, size_t size);

/* "881 train.py bob rw" */
void words_holder(const struct holder *holder, const struct users *users, bool ascii, char *buf, size_t size);

/* The first holders, as many as fit, and how many more there are: "881 train.py bob rw, 902 dash alice r,
 * +2".
 * "" where there are none. */
void words_holders(const struct holders *holders, const struct users *users, bool ascii, char *buf,
                   size_t size);

/*
 * What deleting the row gives back now, what only later, and what would free one whose name is gone already.
 * "" before a sweep has ended. watched: what comes back later is seen at once, else by the next sweep.
 */
void words_given_back(const struct row *row, bool watched, char *buf, size_t size);

/* "212 of 212 processes read", "not root: 17 of 212 processes could not be read"; "" where sweep is NULL. */
void words_processes(const struct sweep *sweep, char *buf, size_t size);

/* Where it stands what raw bytes are: "its attribute user.npy_header"; "" for DESCRIPTION_NONE. */
const char *words_description(enum description description);

#endif
