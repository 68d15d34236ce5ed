/*
 * The terminal is restored however the program ends. For SEGV, BUS, ILL, FPE, ABRT a handler writes the bytes that were computed before
 * (leave the alternate screen, show the cursor, reset attributes, paste and mouse off), sets the saved termios and lets the signal do its work.
 */
#ifndef SHMTOP_TUI_TERM_RESCUE_H
#define SHMTOP_TUI_TERM_RESCUE_H

#include <stddef.h>

/* bytes are copied (at most 256). Call after the terminal was set up; termios is saved by rescue_save before. */
void rescue_save(int fd);
void rescue_arm(int fd, const char *bytes, size_t n);
void rescue_disarm(void);

#endif
