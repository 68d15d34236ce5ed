/*
 * Signals while the console runs: handlers only note them, and they run only while the loop waits (ppoll).
 */
#ifndef SHMTOP_TUI_APP_SIGNALS_H
#define SHMTOP_TUI_APP_SIGNALS_H

#include <signal.h>

/* Set by the handlers, cleared by who acted on it. */
struct signals_noted {
    volatile sig_atomic_t ended_by; /* HUP, INT, TERM or QUIT */
    volatile sig_atomic_t continued, stopped;
};
extern struct signals_noted signals_noted;

#define SIGNALS_HANDLED 7

struct signals {
    struct sigaction before[SIGNALS_HANDLED];
    sigset_t mask_before;
};

/* Before the terminal is taken, so that a signal meanwhile waits until it can be given back. Threads inherit
 * it. */
void signals_block(struct signals *signals);

/* After curses set its own. A HUP that was ignored (nohup) stays ignored: the lost terminal is seen anyway.
 */
void signals_handle(const struct signals *signals);

void signals_give_back(const struct signals *signals);

/* The signal does what it would have done. */
void signals_raise_again(int number);

#endif
