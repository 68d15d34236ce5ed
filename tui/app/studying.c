/*
 * Studies of values, for the preview and for the details beside the table: what each slot wants becomes a
 * job, one at a time, and is cancelled when it is wanted no more.
 */
#include "tui/app/state.h"

#include <string.h>

static bool is_for_preview(enum study_slot slot)
{
    return slot != STUDY_PANE;
}

/* --- the details of the row under the cursor --- */

/* Whether they are on the screen with nothing over them, and time goes on. */
static bool sees_details(const struct app *app, const struct frame *frame)
{
    if (app->paused || app_is_too_small(app))
        return false;
    switch (app->over) {
    case OVER_DETAIL:
        return true;
    case OVER_NOTHING:
    case OVER_FILTER:
    case OVER_GOTO:
    case OVER_RESTORE:
    case OVER_PATTERN:
        return !app->preview && frame->detail.height > 0;
    default:
        return false;
    }
}

static void follow_cursor(struct app *app)
{
    struct frame frame;
    frame_make(app, &frame);
    struct insight_place place = {.row = parts_row(app),
                                  .seen = sees_details(app, &frame),
                                  .map_rows = app->map_rows,
                                  .map_columns = app->map_columns};
    insight_follow(app->insight, &place, app->now);
}

/* What the room for the map depends on: while it stays the same an idle console measures nothing. */
static struct map_room room_of(const struct app *app, const struct frame *frame, const struct detail *detail)
{
    struct map_room room; /* compared with its padding */
    memset(&room, 0, sizeof room);
    room.serial = detail->row ? detail->row->serial : 0;
    room.version = catalog_version(app->catalog);
    room.watched = detail->watched;
    room.whole = app->over == OVER_DETAIL;
    room.pane = frame->pane;
    room.rect = room.whole ? (struct rect){0, 0, app->rows, app->columns} : frame->detail;
    room.plane_rows = detail->known.plane_rows;
    return room;
}

void studying_settle(struct app *app)
{
    struct frame frame;
    follow_cursor(app);
    frame_make(app, &frame);
    struct detail detail = draw_detail(app);
    struct table_style style = draw_style(app);
    struct map_room room = room_of(app, &frame, &detail);
    bool heat = app->heat && !app->ascii;
    if (memcmp(&room, &app->map_room, sizeof room) == 0)
        return;
    app->map_room = room;
    app->map_rows = app->map_columns = 0;
    if (room.whole)
        detail_whole_room(&detail, app->columns, heat, &app->map_rows, &app->map_columns);
    else if (room.pane)
        detail_pane_room(&detail, room.rect, app->ascii, heat, &style, &app->map_rows, &app->map_columns);
}

static struct study_request *wants_for_details(struct app *app)
{
    follow_cursor(app);
    return insight_wants(app->insight, parts_row(app), app->now);
}

static void supply_details(struct app *app, struct study_reply *reply)
{
    const struct row *row = parts_row(app);
    if (insight_supply(app->insight, reply, app->now) && row && !row->unlinked)
        facts_look(app, row->name);
    study_reply_free(reply);
}

void studying_again(struct app *app)
{
    if (!app->preview)
        insight_forget(app->insight, app->now);
}

int64_t studying_due(const struct app *app)
{
    return app->studies[STUDY_PANE].out ? INT64_MAX : insight_due(app->insight);
}

/* --- all of them --- */

static struct study_request *wants(struct app *app, enum study_slot slot)
{
    if (!is_for_preview(slot))
        return wants_for_details(app);
    return app->preview ? preview_wants_study(app->preview, slot, app->now) : NULL;
}

static bool gives_up(struct app *app, enum study_slot slot)
{
    if (!is_for_preview(slot)) {
        follow_cursor(app);
        return insight_gives_up(app->insight);
    }
    return app->preview && preview_gives_up_study(app->preview, slot);
}

static void supply(struct app *app, enum study_slot slot, struct study_reply *reply)
{
    if (!is_for_preview(slot))
        supply_details(app, reply);
    else if (app->preview)
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
    uint64_t done = event->u.progress.done, total = event->u.progress.total;
    if (slot == STUDY_SLOT_COUNT)
        return;
    if (!is_for_preview(slot))
        insight_progress(app->insight, done, total);
    else if (app->preview)
        preview_study_progress(app->preview, slot, done, total, app->now);
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
