#include "tui/command/job_wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/fd.h"
#include "core/sys/workers.h"
#include "tui/command/progress_bar.h"

#define REDRAW_AFTER 100  /* ms */
#define CANCEL_GRACE 1000 /* ms that work which may hang has to end by itself */

struct waiting {
    const struct job_wait *wait;
    struct workers *workers;
    job_id id;
    bool shows;
    int64_t began; /* ms, monotonic */

    /* of the job, read after its MESSAGE_DONE */
    job_wait_work *work;
    void *context;
    struct error *error;
    int code;
};

static int64_t monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static unsigned error_width(void)
{
    struct winsize size = {0};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool job_wait_shows(void)
{
    return isatty(STDERR_FILENO);
}

static void clear_progress(const struct waiting *waiting)
{
    if (waiting->shows)
        fprintf(stderr, "\r%*s\r", (int)error_width() - 1, "");
}

static void draw_progress(const struct waiting *waiting)
{
    struct progress progress;
    char text[512], more[256] = "";
    unsigned width = error_width() - 1, taken = 0;
    if (!waiting->shows || !workers_progress(waiting->workers, waiting->id, &progress))
        return;
    if (waiting->wait->say)
        waiting->wait->say(waiting->context, more, sizeof more);
    if (more[0] && strlen(more) + 2 < width / 2)
        taken = (unsigned)strlen(more) + 2;
    uint64_t unit = waiting->wait->unit > 0 ? waiting->wait->unit : 1;
    progress_bar_text(progress.done * unit, progress.total * unit, monotonic() - waiting->began, width - taken, waiting->wait->ascii, text,
                      sizeof text);
    clear_progress(waiting);
    fputs(text, stderr);
    if (taken)
        fprintf(stderr, "  %s", more);
    fflush(stderr);
}

static void run_job(struct job *job, void *argument)
{
    struct waiting *waiting = argument;
    waiting->code = waiting->work(waiting->context, job_progress(job), waiting->error);
}

static void keep(void *argument)
{
    (void)argument; /* it is the caller's */
}

/* The signals that cancel. One that is ignored is left out: blocked ones would come all the same. */
static int watch_signals(sigset_t *ret_before)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, signals[i]);
    }
    sigprocmask(SIG_BLOCK, &set, ret_before);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool take_done(struct workers *workers)
{
    struct message message;
    bool done = false;
    while (workers_take(workers, &message)) {
        done |= message.kind == MESSAGE_DONE;
        message_free(&message);
    }
    return done;
}

/* The signal that came, or 0. */
static int take_signal(int signals)
{
    struct signalfd_siginfo info;
    return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

/* Waits for the job. Returns the signal that cancelled it, or 0; *ret_done: whether the job ended. */
static int wait_for(const struct waiting *waiting, int signals, bool *ret_done)
{
    struct pollfd ready[] = {{.fd = workers_fd(waiting->workers), .events = POLLIN},
                             {.fd = signals, .events = POLLIN}};
    int64_t deadline = INT64_MAX;
    int caught = 0;
    *ret_done = false;
    while (!*ret_done && monotonic() < deadline) {
        int timeout = waiting->shows || caught ? REDRAW_AFTER : -1;
        if (poll(ready, 2, timeout) < 0 && errno != EINTR)
            break;
        if (ready[1].revents && !caught && (caught = take_signal(signals)) != 0) {
            deadline = waiting->wait->may_hang ? monotonic() + CANCEL_GRACE : INT64_MAX;
            workers_cancel(waiting->workers, waiting->id);
        }
        *ret_done = take_done(waiting->workers);
        if (!*ret_done && !caught)
            draw_progress(waiting);
    }
    clear_progress(waiting);
    return caught;
}

/* Ends the program by the signal, as if nobody had caught it. */
static void raise_again(int number, const sigset_t *before)
{
    signal(number, SIG_DFL);
    raise(number);
    sigprocmask(SIG_SETMASK, before, NULL);
}

int job_wait_run(struct job_wait *wait, job_wait_work *work, void *context, struct error *error)
{
    struct waiting waiting = {.wait = wait,
                              .shows = job_wait_shows(),
                              .began = monotonic(),
                              .work = work,
                              .context = context,
                              .error = error};
    sigset_t before;
    bool done = false;
    int signals AUTO_CLOSE = watch_signals(&before);
    int code = workers_new(&waiting.workers, error);
    if (code == 0) {
        waiting.id = workers_submit(waiting.workers, LANE_JOB, false, run_job, &waiting, keep);
        int caught = wait_for(&waiting, signals, &done);
        if (caught && (!done || waiting.code == -ECANCELED))
            raise_again(caught, &before);
        workers_free(waiting.workers);
        code = waiting.code;
        wait->elapsed = monotonic() - waiting.began;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
