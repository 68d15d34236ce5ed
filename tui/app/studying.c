/*
 * Studies of values, for the preview and for the details beside the table: what each slot wants becomes a
 * job, one at a time, and is cancelled when it is wanted no more.
 */
#include "tui/app/state.h"

static bool is_for_preview(enum study_slot slot)
{
    return slot != STUDY_PANE;
}

static struct study_request *wants(struct app *app, enum study_slot slot)
{
    return app->preview && is_for_preview(slot) ? preview_wants_study(app->preview, slot, app->now) : NULL;
}

static bool gives_up(struct app *app, enum study_slot slot)
{
    return app->preview && is_for_preview(slot) && preview_gives_up_study(app->preview, slot);
}

static void supply(struct app *app, enum study_slot slot, struct study_reply *reply)
{
    if (app->preview && is_for_preview(slot))
        preview_supply_study(app->preview, slot, reply, app->now);
    else
        study_reply_free(reply);
}

static void stop(struct app *app, struct errand *errand)
{
    if (errand->out)
        app_ask(app, EFFECT_STOP)->token = errand->token;
}

void studying_want(struct app *app)
{
    for (enum study_slot slot = 0; slot < STUDY_SLOT_COUNT; slot++) {
        struct errand *errand = &app->studies[slot];
        if (errand->out && gives_up(app, slot))
            stop(app, errand);
        struct study_request *request = errand->out ? NULL : wants(app, slot);
        if (!request)
            continue;
        struct effect *effect = app_ask(app, EFFECT_STUDY);
        *errand = (struct errand){.token = ++app->last_token, .out = true};
        effect->token = errand->token;
        effect->u.study = request;
    }
}

/* The slot whose study has this token; STUDY_SLOT_COUNT: nobody waits for it any more. */
static enum study_slot slot_of(const struct app *app, uint64_t token)
{
    enum study_slot slot = 0;
    while (slot < STUDY_SLOT_COUNT && !(app->studies[slot].out && app->studies[slot].token == token))
        slot++;
    return slot;
}

void studying_reply(struct app *app, const struct event *event)
{
    enum study_slot slot = slot_of(app, event->token);
    if (slot == STUDY_SLOT_COUNT) {
        study_reply_free(event->u.study);
        return;
    }
    app->studies[slot].out = false;
    supply(app, slot, event->u.study);
}

void studying_progress(struct app *app, const struct event *event)
{
    enum study_slot slot = slot_of(app, event->token);
    if (slot < STUDY_SLOT_COUNT && app->preview && is_for_preview(slot))
        preview_study_progress(app->preview, slot, event->u.progress.done, event->u.progress.total, app->now);
}

void studying_leave_preview(struct app *app)
{
    for (enum study_slot slot = 0; slot < STUDY_SLOT_COUNT; slot++) {
        if (!is_for_preview(slot))
            continue;
        stop(app, &app->studies[slot]);
        app->studies[slot] = (struct errand){0};
    }
}
