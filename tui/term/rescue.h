/*
 * The terminal is restored however the program ends. For SEGV, BUS, ILL, FPE, ABRT a handler writes the bytes
 * that were computed before (leave the alternate screen, show the cursor, reset attributes, paste off), sets
 * the saved termios and lets the signal do its work: what was there before us (a sanitizer's report, a core
 * dump).
 *
 * Everything that the handler does is async-signal-safe. It never waits for a terminal that takes nothing for
 * longer than a moment.
 */
#ifndef SHMTOP_TUI_TERM_RESCUE_H
#define SHMTOP_TUI_TERM_RESCUE_H

#include <stddef.h>

/* The termios to go back to. */
struct termios;
void rescue_save(const struct termios *modes);
/* fd: the terminal, open until rescue_disarm. bytes are copied (at most 256). */
void rescue_arm(int fd, const char *bytes, size_t n);
/* The handlers are as before rescue_arm. */
void rescue_disarm(void);

#endif
