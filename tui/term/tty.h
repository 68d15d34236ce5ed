/*
 * The tty device under the terminal: its modes, its size, and bytes in and out that never wait.
 *
 * The tty is opened a second time (from stdout, else /dev/tty), so that O_NONBLOCK is ours alone and not the
 * shell's. Where that is not possible (a tty that belongs to another user) stdin and stdout are used as they
 * are, a little at a time.
 */
#ifndef SHMTOP_TUI_TERM_TTY_H
#define SHMTOP_TUI_TERM_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct tty {
    int in, out;
    bool nonblocking; /* in and out are one fd of our own */
    struct termios saved;
    char *pending; /* owned: written when the tty takes it */
    size_t pending_at, pending_count;
};

/* -ENOTTY unless stdin and stdout are ttys. */
int tty_open(struct tty *ret_tty);
/* Does not restore. */
void tty_close(struct tty *tty);

/*
 * Raw: no echo, no line, no signal by ^C ^Z ^\ (they arrive as keys; signals sent by kill are signals still),
 * no ^S ^Q, nothing changed in either direction. -errno.
 */
int tty_raw(struct tty *tty);
/* The modes from before. */
void tty_restore(struct tty *tty);

/* False: it has no size, or is gone. */
bool tty_size(const struct tty *tty, int *ret_rows, int *ret_columns);

/* Bytes read, 0 if none are there, -EIO: the tty is gone. */
ssize_t tty_read(struct tty *tty, void *buffer, size_t size);
/* Waits for input, at most so long; signals do not end it. */
bool tty_wait(const struct tty *tty, int milliseconds);

/* Takes the bytes and writes what the tty takes now. -EIO: it is gone. */
int tty_write(struct tty *tty, const void *bytes, size_t n);
/* Writes what is pending, waiting at most so long. -EIO: it is gone. */
int tty_flush(struct tty *tty, int milliseconds);
bool tty_is_behind(const struct tty *tty); /* some is pending */

#endif
