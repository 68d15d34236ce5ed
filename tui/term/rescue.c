#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tui/term/rescue.h"

#define BYTES_MAX    256
#define STACK_SIZE   (64 * 1024)
#define WAIT_MS      100
#define SIGNAL_COUNT 5

static const int signals[SIGNAL_COUNT] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* Written before the handlers are set, only read by them. */
static struct {
    int fd;
    char bytes[BYTES_MAX];
    size_t count;
    struct termios modes;
    struct sigaction before[SIGNAL_COUNT];
    void *stack;
    bool armed;
} rescue = {.fd = -1};

static void write_bytes(void)
{
    size_t at = 0;

    while (at < rescue.count) {
        ssize_t n = write(rescue.fd, rescue.bytes + at, rescue.count - at);
        struct pollfd watched = {.fd = rescue.fd, .events = POLLOUT};

        if (n > 0)
            at += (size_t)n;
        else if (errno != EINTR && (errno != EAGAIN || poll(&watched, 1, WAIT_MS) <= 0))
            return;
    }
}

/*
 * The signal is blocked while this runs, so raise() takes effect when it returns, by the disposition from
 * before; a fault that is met again at the same instruction comes to the same.
 */
static void on_fatal(int number)
{
    int error = errno;

    write_bytes();
    tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        if (signals[i] == number)
            sigaction(number, &rescue.before[i], NULL);
    raise(number);
    errno = error;
}

void rescue_save(const struct termios *modes)
{
    rescue.modes = *modes;
}

/* A stack overflow is a SEGV, too, and needs a stack to be handled on. A sanitizer has its own already. */
static void stack_set(void)
{
    stack_t stack = {.ss_size = STACK_SIZE}, current;

    if (rescue.stack != NULL || sigaltstack(NULL, &current) < 0 || !(current.ss_flags & SS_DISABLE))
        return;
    rescue.stack = stack.ss_sp = malloc(STACK_SIZE);
    if (rescue.stack != NULL)
        sigaltstack(&stack, NULL);
}

void rescue_arm(int fd, const char *bytes, size_t n)
{
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};

    if (rescue.armed)
        return;
    rescue.fd = fd;
    rescue.count = n < BYTES_MAX ? n : BYTES_MAX;
    memcpy(rescue.bytes, bytes, rescue.count);
    stack_set();
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(signals[i], &action, &rescue.before[i]);
    rescue.armed = true;
}

void rescue_disarm(void)
{
    stack_t none = {.ss_flags = SS_DISABLE};

    if (!rescue.armed)
        return;
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(signals[i], &rescue.before[i], NULL);
    if (rescue.stack != NULL && sigaltstack(&none, NULL) == 0) {
        free(rescue.stack);
        rescue.stack = NULL;
    }
    rescue.armed = false;
}
