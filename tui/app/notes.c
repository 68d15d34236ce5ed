/*
 * What the header says besides: how fast the file system fills, what shared memory lies beyond it, and what a
 * sysadmin should be warned of. A warning stands in the header while it holds, and once in the history of
 * messages; where the header has no line for it, it is said once.
 */
#include "tui/app/state.h"

#include <stdio.h>
#include <string.h>

#define NOTES_MANY      4096 /* with more rows warnings are looked for once in NOTES_MANY_MS only */
#define NOTES_MANY_MS   10000
#define NOTES_LOGIND_MS 300000
#define NOTES_BEYOND    (16u << 20) /* less elsewhere is not worth a word */

static void put_note(struct app *app, char *note, size_t size, const char *text)
{
    if (strcmp(note, text) == 0)
        return;
    snprintf(note, size, "%s", text);
    app->dirty = true;
}

void notes_usage(struct app *app)
{
    char text[TREND_TEXT_MAX];
    trend_feed(&app->noting.trend, app->now, app->usage.used, app->usage.free);
    trend_text(&app->noting.trend, text, sizeof text);
    put_note(app, app->notes.rate, sizeof app->notes.rate, text);
}

void notes_shmem(struct app *app, const struct shmem *shmem)
{
    char bytes[FORMAT_BYTES_MAX], text[sizeof app->notes.beyond] = "";
    format_bytes(shmem->beyond, bytes, sizeof bytes);
    if (shmem->beyond >= NOTES_BEYOND)
        snprintf(text, sizeof text, "beyond this file system %s", bytes);
    put_note(app, app->notes.beyond, sizeof app->notes.beyond, text);
}

void notes_logind(struct app *app, struct logind *logind)
{
    logind_clear(&app->noting.logind);
    app->noting.logind = *logind;
    *logind = (struct logind){0};
    app->noting.has_logind = true;
    app->noting.version = 0;
}

void notes_named(struct app *app)
{
    app->noting.version = 0;
}

/* --- warnings --- */

/* Whether anything has changed that they are made of. */
static bool is_due(const struct app *app)
{
    const struct noting *noting = &app->noting;
    if (!app->has_usage || !app->chores.scanned_once)
        return false;
    if (catalog_count(app->catalog) > NOTES_MANY && noting->found && app->now < noting->found + NOTES_MANY_MS)
        return false;
    return noting->version != catalog_version(app->catalog) || noting->used != app->usage.used;
}

static size_t find(struct app *app, struct warning list[WARNINGS_MAX])
{
    struct warning_facts facts = {.usage = app->usage};
    /* Whether an owner lingers is known by name: not before the names are. */
    bool named = app->noting.has_logind && app->chores.names_out == 0;
    for (size_t i = 0; i < catalog_count(app->catalog); i++)
        warning_facts_add(&facts, catalog_at(app->catalog, i), named ? &app->noting.logind : NULL,
                          app->users);
    return warnings_find(&facts, app->users, list);
}

/* Each code's place among those that were said; the table of codes grows as they come. */
static bool was_said(struct noting *noting, const char *code)
{
    for (size_t i = 0; i < noting->said_count; i++)
        if (strcmp(noting->said[i], code) == 0)
            return true;
    if (noting->said_count < WARNINGS_MAX)
        noting->said[noting->said_count++] = code;
    return false;
}

void notes_tick(struct app *app)
{
    struct noting *noting = &app->noting;
    if (app->now >= noting->logind_due) {
        noting->logind_due = app->now + NOTES_LOGIND_MS;
        app_ask(app, EFFECT_LOGIND);
    }
    if (!is_due(app))
        return;
    noting->found = app->now;
    noting->version = catalog_version(app->catalog);
    noting->used = app->usage.used;
    struct warning list[WARNINGS_MAX];
    size_t n = find(app, list);
    app->dirty |= n != app->notes.warning_count;
    app->notes.warning_count = n;
    struct frame frame;
    frame_make(app, &frame);
    for (size_t i = 0; i < n; i++) {
        put_note(app, app->notes.warnings[i], sizeof app->notes.warnings[i], list[i].text);
        if (was_said(noting, list[i].code))
            continue;
        if (frame.header.height > HEADER_LINES)
            messages_note(app->messages, app->wall, list[i].text);
        else
            app_say(app, false, "%s", list[i].text);
    }
}

void notes_close(struct app *app)
{
    logind_clear(&app->noting.logind);
}
