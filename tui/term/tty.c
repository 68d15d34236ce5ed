#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tui/term/tty.h"

#define PIECE 256 /* bytes written at once where a write could wait */

static bool is_same_device(int a, int b)
{
    unsigned device_a, device_b;

    return ioctl(a, TIOCGDEV, &device_a) == 0 && ioctl(b, TIOCGDEV, &device_b) == 0 && device_a == device_b;
}

/* A description of our own of the tty on stdin and stdout; -1: it cannot be had. */
static int tty_reopen(void)
{
    static const char *const paths[] = {"/proc/self/fd/1", "/dev/tty"};

    if (!is_same_device(STDIN_FILENO, STDOUT_FILENO))
        return -1;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        int fd = open(paths[i], O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

        if (fd >= 0 && is_same_device(fd, STDOUT_FILENO))
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

int tty_open(struct tty *ret_tty)
{
    struct tty tty = {.in = STDIN_FILENO, .out = STDOUT_FILENO};
    int fd;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &tty.saved) < 0)
        return -ENOTTY;
    fd = tty_reopen();
    if (fd >= 0) {
        tty.in = tty.out = fd;
        tty.nonblocking = true;
    }
    *ret_tty = tty;
    return 0;
}

void tty_close(struct tty *tty)
{
    if (tty->nonblocking)
        close(tty->out);
    free(tty->pending);
    *tty = (struct tty){.in = -1, .out = -1};
}

static int tty_set(struct tty *tty, const struct termios *modes)
{
    int rc;

    do
        rc = tcsetattr(tty->in, TCSANOW, modes);
    while (rc < 0 && errno == EINTR);
    return rc < 0 ? -errno : 0;
}

int tty_raw(struct tty *tty)
{
    struct termios modes = tty->saved;

    modes.c_iflag &= ~(tcflag_t)(BRKINT | PARMRK | INPCK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    modes.c_oflag &= ~(tcflag_t)OPOST;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    return tty_set(tty, &modes);
}

void tty_restore(struct tty *tty)
{
    tty_set(tty, &tty->saved);
}

bool tty_size(const struct tty *tty, int *ret_rows, int *ret_columns)
{
    struct winsize size;

    if (ioctl(tty->out, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    *ret_rows = size.ws_row;
    *ret_columns = size.ws_col;
    return true;
}

static int poll_once(int fd, short events, int milliseconds, short *ret_revents)
{
    struct pollfd watched = {.fd = fd, .events = events};
    int n = poll(&watched, 1, milliseconds);

    *ret_revents = n > 0 ? watched.revents : 0;
    return n < 0 && errno != EINTR ? -errno : 0;
}

ssize_t tty_read(struct tty *tty, void *buffer, size_t size)
{
    short revents;
    ssize_t n;

    if (poll_once(tty->in, POLLIN, 0, &revents) < 0)
        return -EIO;
    if (!(revents & POLLIN))
        return revents & (POLLHUP | POLLERR | POLLNVAL) ? -EIO : 0;
    n = read(tty->in, buffer, size);
    if (n > 0)
        return n;
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -EIO;
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for any of events, or that the tty goes; false: the time is over. */
static bool wait_until(int fd, short events, int milliseconds)
{
    long left, end = now_ms() + milliseconds;
    short revents = 0;

    while ((left = end - now_ms()) > 0) {
        if (poll_once(fd, events, (int)left, &revents) < 0)
            return true;
        if (revents != 0)
            return true;
    }
    return false;
}

bool tty_wait(const struct tty *tty, int milliseconds)
{
    return wait_until(tty->in, POLLIN, milliseconds);
}

bool tty_is_behind(const struct tty *tty)
{
    return tty->pending_count > 0;
}

/* Writes once. 1: some went; 0: the tty takes nothing now; -EIO. */
static int write_some(struct tty *tty)
{
    size_t n = tty->pending_count;
    short revents;
    ssize_t written;

    if (!tty->nonblocking) {
        if (poll_once(tty->out, POLLOUT, 0, &revents) < 0 || (revents & (POLLHUP | POLLERR | POLLNVAL)))
            return -EIO;
        if (revents == 0)
            return 0;
        n = n < PIECE ? n : PIECE;
    }
    written = write(tty->out, tty->pending + tty->pending_at, n);
    if (written < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -EIO;
    tty->pending_at += (size_t)written;
    tty->pending_count -= (size_t)written;
    return written > 0;
}

int tty_flush(struct tty *tty, int milliseconds)
{
    while (tty->pending_count > 0) {
        int rc = write_some(tty);

        if (rc < 0)
            return rc;
        if (rc == 0 && (milliseconds <= 0 || !wait_until(tty->out, POLLOUT, milliseconds)))
            return 0;
    }
    tty->pending_at = 0;
    return 0;
}

int tty_write(struct tty *tty, const void *bytes, size_t n)
{
    char *pending;

    if (n == 0)
        return tty_flush(tty, 0);
    if (tty->pending_count > 0)
        memmove(tty->pending, tty->pending + tty->pending_at, tty->pending_count);
    tty->pending_at = 0;
    pending = realloc(tty->pending, tty->pending_count + n + 1);
    if (pending == NULL)
        return -ENOMEM;
    memcpy(pending + tty->pending_count, bytes, n);
    tty->pending = pending;
    tty->pending_count += n;
    return tty_flush(tty, 0);
}
