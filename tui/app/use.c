/*
 * Who holds what, and when to ask: a sweep of /proc costs, so it comes at once where something changed, and
 * seldom while nothing does.
 *
 * After a change (a segment came, went or was renamed, something happened to one that is held, a process that
 * holds one ended) sweeps take at most 2 % of a core, counted as credit that time brings and a sweep spends:
 * what was saved in quiet times lets the first ones come at once. A key that asks (`r`, `u`, one that opens a
 * dialog or a preview) does not wait for credit, though what its sweep takes is spent, but there is one a
 * second at most. Where nothing changes one follows that takes at most 1 %, for whoever makes a segment often
 * maps it a moment later; if it finds nothing new there is a calm: then they take 0.05 % (but there is one a
 * minute), so that somebody who only lets the console stand pays next to nothing. A key, or an event in the
 * directory, ends it.
 *
 * The processes that a sweep found are watched, so that their end is known without another one.
 */
#include "tui/app/state.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* So many times a sweep's length lies between two: 2 % of a core, 1 %, 0.05 %. */
#define USE_SHARE_CHANGED 50
#define USE_SHARE_CALM    100
#define USE_SHARE_REST    2000
#define USE_LEAST_MS      250
#define USE_ASKED_MS      1000
#define USE_CALM_MS       16000
#define USE_REST_MS       60000
#define USE_CREDIT_MOST   200000000 /* ns */

/* What joining a sweep into the catalog costs the loop's own thread, so that it is counted too: ns a row. */
#define USE_JOIN_NS 100

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool may_sweep(const struct app *app)
{
    const struct use *use = &app->use;
    return app->chores.scanned_once && !use->out && !app->paused && app->following != FOLLOW_ABSENT;
}

/* What has been saved up to the end of the last sweep, less what that took. */
static void spend(struct use *use, int64_t now, int64_t cost)
{
    use->credit += (now - use->ended) * 1000000 / USE_SHARE_CHANGED;
    if (use->credit > longer(USE_CREDIT_MOST, 2 * cost)) /* never less than one more, at once */
        use->credit = longer(USE_CREDIT_MOST, 2 * cost);
    use->credit -= cost;
    use->ended = now;
    use->cost = cost;
}

/* When the next may begin after a change: it takes as long as the last. */
static int64_t due_changed(const struct use *use)
{
    if (!use->began)
        return INT64_MIN;
    return use->ended + longer(USE_LEAST_MS, (use->cost - use->credit) / 1000000 * USE_SHARE_CHANGED);
}

/* When the next that is wanted may begin. */
static int64_t due_wanted(const struct use *use)
{
    int64_t changed = due_changed(use), asked = use->answered + USE_ASKED_MS;
    return use->asked && asked < changed ? asked : changed;
}

/* The longest wait where nothing changed. */
static int64_t longest_calm(const struct use *use)
{
    int64_t rest = USE_SHARE_REST * use->cost / 1000000;
    return longer(USE_CALM_MS, rest < USE_REST_MS ? rest : USE_REST_MS);
}

/* When the next may begin where nothing changed. */
static int64_t due_calm(const struct use *use)
{
    int64_t least = longer(USE_LEAST_MS, USE_SHARE_CALM * use->cost / 1000000);
    return use->ended + (use->calm ? longer(least, longest_calm(use)) : least);
}

static void begin(struct app *app)
{
    struct use *use = &app->use;
    use->out = use->began = true;
    if (use->asked)
        use->answered = app->now;
    use->wanted = use->asked = false;
    catalog_scope(app->catalog, 0, &app_ask(app, EFFECT_SWEEP)->u.sweep);
}

void use_changed(struct app *app)
{
    if (app->use.taking) {
        app->use.found = true;
        return;
    }
    app->use.wanted = true;
    app->use.calm = false;
}

void use_asked(struct app *app)
{
    use_changed(app);
    app->use.asked = true;
}

void use_stir(struct app *app)
{
    app->use.calm = false;
}

void use_want(struct app *app)
{
    const struct use *use = &app->use;
    if (may_sweep(app) && use->wanted && app->now >= due_wanted(use))
        begin(app);
}

void use_tick(struct app *app)
{
    if (may_sweep(app) && app->now >= due_calm(&app->use))
        begin(app);
}

int64_t use_due(const struct app *app)
{
    return may_sweep(app) && app->use.wanted ? due_wanted(&app->use) : INT64_MAX;
}

/* --- what a sweep found --- */

static void failed(struct app *app, const struct error *error)
{
    struct use *use = &app->use;
    use->calm = true;
    if (error->code == ECANCELED || use->said_failed)
        return;
    use->said_failed = true;
    app_say(app, true, "who holds what cannot be known: %s", error->text);
}

/* Who ended since the sweep began is told at once. */
static void attend(struct app *app)
{
    struct effect *effect = app_ask(app, EFFECT_ATTEND);
    effect->u.attend.count = catalog_processes(app->catalog, &effect->u.attend.list);
    app->use.attended = effect->u.attend.count;
}

/* Who else came since, only a sweep tells. */
void use_exited(struct app *app, const struct event *event)
{
    uint64_t version = catalog_version(app->catalog);
    catalog_exited(app->catalog, event->u.exited.list, event->u.exited.count, app->now, app->wall);
    if (catalog_version(app->catalog) == version)
        return;
    app->dirty = true;
    use_changed(app);
}

void use_swept(struct app *app, struct swept *swept)
{
    struct use *use = &app->use;
    use->out = false;
    spend(use, app->now, swept->sweep.took + (int64_t)catalog_count(app->catalog) * USE_JOIN_NS);
    if (swept->error.code) {
        failed(app, &swept->error);
        return;
    }
    use->said_failed = use->found = false;
    use->taking = true;
    catalog_take_sweep(app->catalog, &swept->sweep, swept->root ? swept->root : app->path, swept->whole,
                       app->now, app->wall);
    use->taking = false;
    use->calm = !use->found;
    attend(app);
    app->dirty |= use->found || app->show_detail || app->over == OVER_HOLDERS || app->over == OVER_DETAIL;
}

/* --- the lease, for rows that the sweep left in doubt --- */

/* Whether it was asked of a row within the last USE_ASK_MS; if not, it is noted as asked now. */
static bool was_asked(struct use *use, uint64_t serial, int64_t now)
{
    struct question *oldest = &use->questions[0];
    for (size_t i = 0; i < USE_QUESTIONS; i++) {
        struct question *question = &use->questions[i];
        if (question->serial == serial && now < question->at + USE_ASK_MS)
            return true;
        if (question->serial == serial)
            oldest = question;
        else if (oldest->serial != serial && question->at < oldest->at)
            oldest = question;
    }
    *oldest = (struct question){serial, now};
    return false;
}

bool use_asks_held(struct app *app, const struct row *row)
{
    const struct sweep *sweep = catalog_sweep(app->catalog);
    if (!sweep || sweep->complete || row->holders || row->unlinked || !S_ISREG(row->mode) ||
        (app->uid != 0 && row->uid != app->uid))
        return false;
    return !was_asked(&app->use, row->serial, app->now);
}
