/*
 * The one loop that waits. A turn drains what is ready (the terminal first, the rest within a bound, so that
 * keys are answered in a storm too), lets the app update, does what it asks for, and shows the screen once,
 * at most 60 times a second and only if something changed.
 */
#include "tui/app/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/process/exits.h"
#include "core/segment/release.h"
#include "core/segment/watch.h"
#include "tui/app/app.h"
#include "tui/app/jobs.h"
#include "tui/app/signals.h"

#define FRAME_MS    16  /* at most 60 screens a second */
#define COALESCE_MS 60  /* changes are taken at most so often */
#define PROGRESS_MS 100 /* a load's progress is drawn at most 10 times a second */
#define TURN_MS     8   /* spent on what the workers found before keys are looked at again */

#define SOURCES 5 /* of what happens: descriptors that are waited for */

struct console {
    struct directory *directory; /* the watch's */
    struct watch *watch;
    struct release *release; /* NULL: refused */
    struct exits *exits;     /* NULL: refused */
    struct jobs *jobs;
    struct terminal *terminal;
    struct app *app;
    struct cells cells;
    int64_t frame, taken, progress; /* monotonic ms: when each was last done */
    bool more;                      /* change events wait in the watch */
    bool repaint;                   /* show even if nothing changed */
    bool over;
};

/* --- time --- */

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

/* --- events and effects --- */

static void do_effects(struct console *console);

static void tell(struct console *console, struct event *event)
{
    event->now = monotonic_ms();
    event->wall = wall_ns();
    app_update(console->app, event);
    do_effects(console);
}

static void tell_kind(struct console *console, enum event_kind kind)
{
    struct event event = {.kind = kind};
    tell(console, &event);
}

static void tell_following(struct console *console, enum following following)
{
    struct event event = {.kind = EVENT_FOLLOWING, .u.following = following};
    tell(console, &event);
}

static void tell_watched(struct console *console, const char *const *names, size_t count, bool everything)
{
    struct event event = {
        .kind = EVENT_WATCH,
        .u.watch = {.names = names, .count = count, .everything = everything},
    };
    tell(console, &event);
}

/* Is the directory still the one that its path names? */
static void renew(struct console *console)
{
    struct error error;
    int r = watch_renew(console->watch, &error);
    if (r == -ENOENT) {
        tell_following(console, FOLLOW_ABSENT);
        return;
    }
    if (r < 0)
        return;
    if (r > 0)
        tell_watched(console, NULL, 0, true);
    tell_following(console, watch_is_polling(console->watch) ? FOLLOW_POLLING : FOLLOW_EVENTS);
}

static void tell_followed(struct console *console, uint64_t serial, bool watched)
{
    struct event event = {
        .kind = EVENT_FOLLOWED, .token = serial, .u.followed = {.fd = -1, .watched = watched}};
    event.now = monotonic_ms();
    event.wall = wall_ns();
    app_update(console->app, &event);
}

static void follow(struct console *console, const struct follow_list *list)
{
    struct error error;
    for (size_t i = 0; console->release && i < list->forget_count; i++)
        release_forget(console->release, &list->forget[i]);
    for (size_t i = 0; i < list->count; i++) {
        const struct follow_target *target = &list->targets[i];
        tell_followed(console, target->serial,
                      console->release && release_add_name(console->release, console->directory, target->name,
                                                           &target->id, &error) == 0);
    }
}

/* False where nobody has ended. */
static bool tell_exited(struct console *console)
{
    struct event event = {.kind = EVENT_EXITED};
    event.u.exited.count = exits_take(console->exits, &event.u.exited.list);
    if (event.u.exited.count == 0)
        return false;
    event.now = monotonic_ms();
    event.wall = wall_ns();
    app_update(console->app, &event);
    return true;
}

static void do_effects(struct console *console)
{
    struct effect effect;
    while (app_take_effect(console->app, &effect)) {
        switch (effect.kind) {
        case EFFECT_QUIT:
            console->over = true;
            break;
        case EFFECT_REPAINT:
            terminal_repaint(console->terminal);
            console->repaint = true;
            break;
        case EFFECT_COPY:
            terminal_copy(console->terminal, effect.u.copy);
            break;
        case EFFECT_SUSPEND:
            terminal_suspend(console->terminal);
            signals_noted.continued = 1;
            break;
        case EFFECT_RENEW:
            renew(console);
            break;
        case EFFECT_FOLLOW:
            follow(console, &effect.u.follow);
            break;
        case EFFECT_ATTEND:
            if (console->exits) {
                exits_watch(console->exits, effect.u.attend.list, effect.u.attend.count);
                tell_exited(console);
            }
            break;
        case EFFECT_STOP:
            jobs_stop(console->jobs, effect.token);
            break;
        default:
            jobs_start(console->jobs, &effect);
            break;
        }
        effect_clear(&effect);
    }
}

/* --- sources --- */

static void take_input(struct console *console)
{
    struct event event = {.kind = EVENT_KEY};
    char *text = NULL;
    for (;;) {
        switch (terminal_read(console->terminal, &event.u.key, &text)) {
        case INPUT_NONE:
            return;
        case INPUT_KEY:
            event.kind = EVENT_KEY;
            break;
        case INPUT_PASTE:
            event.kind = EVENT_PASTE;
            event.u.paste = text;
            break;
        case INPUT_RESIZE:
            event.kind = EVENT_RESIZE;
            terminal_size(console->terminal, &event.u.size.rows, &event.u.size.columns);
            break;
        case INPUT_LOST:
            console->over = true;
            return;
        }
        tell(console, &event);
        free(text);
        text = NULL;
        if (console->over)
            return;
    }
}

/* What a scan met is watched before the app hears of it, so that nothing that happens in it later is missed.
 */
static void watch_directories(struct console *console, const struct event *event)
{
    if (event->kind != EVENT_LOOKED)
        return;
    for (size_t i = 0; i < event->u.looked.count; i++) {
        const struct looked *looked = &event->u.looked.list[i];
        if (!looked->gone && S_ISDIR(looked->segment.mode))
            watch_add_subdirectory(console->watch, looked->segment.name);
    }
}

/* What was reached through who holds it: watched, and then let go of. */
static void follow_reached(struct console *console, struct event *event)
{
    struct error error;
    if (event->kind == EVENT_FOLLOWED && event->u.followed.fd >= 0 && console->release)
        event->u.followed.watched =
            release_add_opened(console->release, event->u.followed.fd, event->u.followed.id, &error) == 0;
}

static void take_released(struct console *console)
{
    struct event event = {.kind = EVENT_RELEASED};
    release_drain(console->release);
    event.u.released.count = release_take(console->release, &event.u.released.ids, &event.u.released.lost);
    if (event.u.released.count > 0 || event.u.released.lost)
        tell(console, &event);
}

static void take_exited(struct console *console)
{
    if (tell_exited(console))
        do_effects(console);
}

static void take_found(struct console *console)
{
    struct event event;
    int64_t end = monotonic_ms() + TURN_MS;
    while (!console->over && jobs_next(console->jobs, &event)) {
        watch_directories(console, &event);
        follow_reached(console, &event);
        tell(console, &event);
        if (monotonic_ms() >= end)
            return;
    }
}

static void take_changes(struct console *console)
{
    int64_t now = monotonic_ms();
    if (!app_wants_changes(console->app) || now - console->taken < COALESCE_MS)
        return;
    console->taken = now;
    console->more = watch_drain(console->watch);
    const char *const *names;
    bool everything;
    size_t count = watch_take(console->watch, &names, &everything);
    if (count > 0)
        tell_watched(console, names, count, false);
    if (everything) {
        renew(console);
        tell_watched(console, NULL, 0, true);
    }
}

static void take_progress(struct console *console)
{
    struct event event;
    size_t cursor = 0;
    int64_t now = monotonic_ms();
    if (now - console->progress < PROGRESS_MS)
        return;
    while (jobs_progress(console->jobs, &cursor, &event)) {
        console->progress = now;
        tell(console, &event);
    }
}

static void take_signals(struct console *console)
{
    if (signals_noted.stopped) {
        signals_noted.stopped = 0;
        terminal_suspend(console->terminal);
        signals_noted.continued = 1;
    }
    if (signals_noted.continued) {
        signals_noted.continued = 0;
        tell_kind(console, EVENT_RESUMED);
    }
    if (signals_noted.ended_by)
        console->over = true;
}

/* --- the loop --- */

static void show(struct console *console)
{
    int64_t now = monotonic_ms();
    if (terminal_is_behind(console->terminal)) /* what is to be shown then is shown then */
        return;
    if (console->over || !(app_is_dirty(console->app) || console->repaint) || now - console->frame < FRAME_MS)
        return;
    console->frame = now;
    console->repaint = false;
    app_settle(console->app);
    do_effects(console);
    int rows, columns;
    terminal_size(console->terminal, &rows, &columns);
    if (rows != console->cells.rows || columns != console->cells.columns)
        cells_resize(&console->cells, rows, columns);
    app_draw(console->app, &console->cells);
    if (terminal_show(console->terminal, &console->cells) < 0)
        console->over = true;
    app_shown(console->app);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long nothing will have to be done, unless a descriptor says so. */
static int64_t next_due(const struct console *console, bool working)
{
    int64_t due = app_due(console->app);
    if ((app_is_dirty(console->app) || console->repaint) && !terminal_is_behind(console->terminal))
        due = earlier(due, console->frame + FRAME_MS);
    if (working)
        due = earlier(due, console->progress + PROGRESS_MS);
    if (console->more && app_wants_changes(console->app)) /* else they wait, and so do we */
        due = earlier(due, console->taken + COALESCE_MS);
    return due;
}

/* Whether the watch is to be waited for: not within COALESCE_MS after the last changes, nor while nobody
 * wants them. */
static bool watch_counts(const struct console *console, int64_t now)
{
    return app_wants_changes(console->app) && now - console->taken >= COALESCE_MS &&
           watch_fd(console->watch) >= 0;
}

/* -1 while nobody wants changes. */
static int released_fd(const struct console *console)
{
    return console->release && app_wants_changes(console->app) ? release_fd(console->release) : -1;
}

/* The same. */
static int exited_fd(const struct console *console)
{
    return console->exits && app_wants_changes(console->app) ? exits_fd(console->exits) : -1;
}

static void wait_for_something(struct console *console, struct pollfd fds[SOURCES])
{
    sigset_t none;
    struct event progress;
    size_t cursor = 0;
    int64_t now = monotonic_ms();
    bool counts = watch_counts(console, now);
    int64_t due = next_due(console, jobs_progress(console->jobs, &cursor, &progress));
    if (!counts && app_wants_changes(console->app) && watch_fd(console->watch) >= 0)
        due = earlier(due, console->taken + COALESCE_MS);
    int64_t left = due > now ? due - now : 0;
    struct timespec timeout = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
    fds[0] = (struct pollfd){.fd = terminal_fd(console->terminal), .events = POLLIN};
    if (terminal_is_behind(console->terminal))
        fds[0].events |= POLLOUT;
    fds[1] = (struct pollfd){.fd = jobs_fd(console->jobs), .events = POLLIN};
    fds[2] = (struct pollfd){.fd = counts ? watch_fd(console->watch) : -1, .events = POLLIN};
    fds[3] = (struct pollfd){.fd = released_fd(console), .events = POLLIN};
    fds[4] = (struct pollfd){.fd = exited_fd(console), .events = POLLIN};
    sigemptyset(&none);
    if (ppoll(fds, SOURCES, &timeout, &none) < 0)
        for (size_t i = 0; i < SOURCES; i++)
            fds[i].revents = 0;
}

static void turn(struct console *console)
{
    struct pollfd fds[SOURCES];
    wait_for_something(console, fds);
    take_signals(console);
    if (!console->over)
        take_input(console); /* without POLLIN too: a new size comes with a signal */
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        console->over = true;
    if (console->over)
        return;
    if (fds[1].revents)
        take_found(console);
    if (fds[2].revents || console->more)
        take_changes(console);
    if (fds[3].revents)
        take_released(console);
    if (fds[4].revents)
        take_exited(console);
    take_progress(console);
    if (monotonic_ms() >= app_due(console->app))
        tell_kind(console, EVENT_TICK);
    show(console);
}

static int open_parts(struct console *console, const struct console_options *options, struct error *error)
{
    int r = directory_open(&console->directory, options->directory, options->read_only, error);
    if (r == 0)
        directory_use_descriptions(console->directory, options->host.descriptions);
    if (r == 0)
        r = watch_new(&console->watch, console->directory, error);
    if (r == 0 && release_new(&console->release, error) < 0)
        console->release = NULL; /* then the sweeps tell */
    if (r == 0 && exits_new(&console->exits, options->host.proc_root, error) < 0)
        console->exits = NULL;
    if (r == 0)
        r = jobs_new(&console->jobs, options->directory, options->read_only, &options->host, error);
    if (r == 0)
        r = terminal_open(&console->terminal, options->color, options->ascii, error);
    return r;
}

static void open_app(struct console *console, const struct console_options *options)
{
    char host[256] = "localhost";
    int rows, columns;
    mode_t mask = umask(0);
    umask(mask);
    gethostname(host, sizeof host - 1);
    host[strcspn(host, ".")] = '\0';
    struct app_options app_options = {
        .directory = options->directory,
        .host = host,
        .home = getenv("HOME"),
        .producers = options->host.producers,
        .problem = options->problem,
        .umask = mask,
        .uid = geteuid(),
        .exits_room = console->exits ? exits_room() : 0,
        .read_only = options->read_only,
        .numeric = options->numeric,
        .ascii = terminal_is_ascii(console->terminal),
        .heat = terminal_shows_heat(console->terminal),
    };
    terminal_size(console->terminal, &rows, &columns);
    console->cells.ascii = terminal_is_ascii(console->terminal);
    console->cells.heat = terminal_shows_heat(console->terminal);
    console->app = app_new(&app_options, rows, columns, monotonic_ms(), wall_ns());
    do_effects(console);
    if (watch_is_polling(console->watch))
        tell_following(console, FOLLOW_POLLING);
}

/* The terminal first: whatever the rest takes, the user has it back. */
static void close_parts(struct console *console)
{
    terminal_close(console->terminal);
    jobs_free(console->jobs);
    app_free(console->app);
    release_free(console->release);
    exits_free(console->exits);
    watch_free(console->watch);
    directory_close(console->directory);
    cells_free(&console->cells);
}

int console_run(const struct console_options *options, struct error *error)
{
    struct console console = {.frame = INT64_MIN / 2, .taken = INT64_MIN / 2, .progress = INT64_MIN / 2};
    struct signals signals;
    signals_block(&signals);
    int r = open_parts(&console, options, error);
    if (r == 0) {
        signals_handle(&signals);
        open_app(&console, options);
        while (!console.over)
            turn(&console);
    }
    close_parts(&console);
    signals_give_back(&signals);
    if (signals_noted.ended_by)
        signals_raise_again(signals_noted.ended_by);
    return r;
}
