#include "tui/app/signals.h"

#include <stddef.h>

struct signals_noted signals_noted;

static void note_end(int number)
{
    signals_noted.ended_by = number;
}

static void note_continue(int number)
{
    (void)number;
    signals_noted.continued = 1;
}

static void note_stop(int number)
{
    (void)number;
    signals_noted.stopped = 1;
}

static const struct {
    int number;
    void (*handler)(int);
} handled[] = {
    {SIGHUP, note_end},       {SIGINT, note_end},   {SIGTERM, note_end}, {SIGQUIT, note_end},
    {SIGCONT, note_continue}, {SIGTSTP, note_stop}, {SIGPIPE, SIG_IGN},
};
_Static_assert(sizeof handled / sizeof handled[0] == SIGNALS_HANDLED, "one place for each before");

void signals_block(struct signals *signals)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    signals_noted = (struct signals_noted){0};
    for (size_t i = 0; i < SIGNALS_HANDLED; i++) {
        sigaction(handled[i].number, NULL, &signals->before[i]);
        if (handled[i].handler != SIG_IGN)
            sigaddset(&blocked, handled[i].number);
    }
    sigaddset(&blocked, SIGWINCH);
    sigprocmask(SIG_BLOCK, &blocked, &signals->mask_before);
}

void signals_handle(const struct signals *signals)
{
    for (size_t i = 0; i < SIGNALS_HANDLED; i++) {
        struct sigaction action = {.sa_handler = handled[i].handler};
        sigemptyset(&action.sa_mask);
        if (signals->before[i].sa_handler != SIG_IGN)
            sigaction(handled[i].number, &action, NULL);
    }
}

void signals_give_back(const struct signals *signals)
{
    for (size_t i = 0; i < SIGNALS_HANDLED; i++)
        sigaction(handled[i].number, &signals->before[i], NULL);
    sigprocmask(SIG_SETMASK, &signals->mask_before, NULL);
}

void signals_raise_again(int number)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    signal(number, SIG_DFL);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
}
