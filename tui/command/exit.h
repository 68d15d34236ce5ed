/*
 * Exit statuses: product.md "Exit codes". Scripts depend on each.
 */
#ifndef SHMTOP_TUI_COMMAND_EXIT_H
#define SHMTOP_TUI_COMMAND_EXIT_H

enum exit_status {
    EXIT_STATUS_DONE = 0,
    EXIT_STATUS_FAILED = 1,    /* some item failed, damaged or refused input */
    EXIT_STATUS_USAGE = 2,     /* a bad option, name, index or term */
    EXIT_STATUS_NOT_FOUND = 3, /* file, name or directory */
    EXIT_STATUS_REFUSED = 4,   /* exists, in use, protected, read-only, replaced meanwhile, no room */
    EXIT_STATUS_PERMISSION = 5,
    EXIT_STATUS_TERMINAL = 6, /* no usable terminal */
};

/* The status for a code of core/sys/error.h, of either sign; 0 is done. */
enum exit_status exit_status_of(int code);

/* The higher of two, for commands that go on after a failure. */
enum exit_status exit_status_worse(enum exit_status a, enum exit_status b);

#endif
