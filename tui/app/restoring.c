/*
 * Giving an unlinked segment its last name again, or another where that is taken, as a copy: one at a time,
 * beside the screen.
 */
#include "tui/app/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/sys/memory.h"

/* Why there is nothing to restore; NULL: it can be tried. */
static const char *why_not(const struct app *app, const struct row *row)
{
    if (!row->unlinked)
        return "its name is not gone: there is nothing to restore";
    if (row->loading)
        return "it is being loaded, and gets its name when it is complete";
    if (!row->holders)
        return "who holds it is not known";
    if (app->restore_errand.out)
        return "another one is being restored";
    return NULL;
}

static bool had_a_name(const struct row *row)
{
    char own[32];
    const char *slash = strrchr(row->name, '/');
    snprintf(own, sizeof own, "#%" PRIu64, row->id.inode);
    return strcmp(slash ? slash + 1 : row->name, own) != 0;
}

static void ask(struct app *app, const struct row *row, const char *name)
{
    struct effect *effect = app_ask(app, EFFECT_RESTORE);
    struct restore_request *request = &effect->u.restore;
    app->restore_errand = (struct errand){.token = ++app->last_token, .out = true};
    effect->token = app->restore_errand.token;
    request->name = memory_dup(name);
    request->id = row->id;
    request->pids = memory_new(row->holders->count * sizeof *request->pids);
    request->pid_count = row->holders->count;
    for (size_t i = 0; i < row->holders->count; i++)
        request->pids[i] = row->holders->list[i].pid;
    app_say(app, false, "restoring it; ^C stops that");
}

/* --- its name --- */

static void open_line(struct app *app, const struct row *row)
{
    line_free(app->line);
    app->line = line_new(app->names);
    line_set(app->line, had_a_name(row) ? row->name : "");
    app->restore_serial = row->serial;
    app->over = OVER_RESTORE;
}

static void close_line(struct app *app)
{
    line_free(app->line);
    app->line = NULL;
    app->over = OVER_NOTHING;
}

/* Of the row that the line was opened for, which may be gone by now. A name that is taken keeps it open. */
static void entered(struct app *app)
{
    const char *name = line_text(app->line);
    const struct row *row = catalog_by_serial(app->catalog, app->restore_serial);
    const char *problem = row ? why_not(app, row) : "its memory is gone";
    struct error error;
    if (!problem && catalog_find(app->catalog, name))
        return;
    if (!problem && !line_is_empty(app->line) && name_check(name, &error) < 0)
        problem = error.text;
    if (problem)
        app_say(app, true, "%s", problem);
    else if (!line_is_empty(app->line))
        ask(app, row, name);
    close_line(app);
}

void restoring_key(struct app *app, const struct key *key)
{
    switch (line_key(app->line, key)) {
    case LINE_ENTERED:
        entered(app);
        break;
    case LINE_ESCAPED:
        close_line(app);
        break;
    default:
        break;
    }
}

void restoring_begin(struct app *app)
{
    const struct row *row = table_row(&app->table);
    if (!row)
        return;
    const char *problem = why_not(app, row);
    if (problem)
        app_say(app, true, "%s", problem);
    else if (!had_a_name(row) || catalog_find(app->catalog, row->name))
        open_line(app, row);
    else
        ask(app, row, row->name);
}

bool restoring_stop(struct app *app)
{
    if (!app->restore_errand.out)
        return false;
    app_ask(app, EFFECT_STOP)->token = app->restore_errand.token;
    return true;
}

void restoring_done(struct app *app, const struct event *event)
{
    const struct restored *restored = event->u.restored;
    char name[NAME_PRINTABLE_MAX], size[FORMAT_BYTES_MAX];
    if (!app->restore_errand.out || event->token != app->restore_errand.token)
        return;
    app->restore_errand.out = false;
    if (!restored) {
        app_say(app, true, "nothing was restored");
        return;
    }
    name_escape(restored->name, strlen(restored->name), app->ascii, name, sizeof name);
    if (restored->error.code == EEXIST) {
        app_say(app, true, "%s: this name is taken; R asks for another", name);
        return;
    }
    if (restored->error.code != 0) {
        app_say(app, true, "%s: %s", name, restored->error.text);
        return;
    }
    format_bytes(restored->report.size, size, sizeof size);
    app_say(app, false, "%s is back, %s; who holds the old one sees nothing of this one%s%s", name, size,
            restored->report.changed ? "; it was written while it was copied" : "",
            restored->report.undescribed ? "; its description could not be recorded again" : "");
    free(app->wanted);
    app->wanted = memory_dup(restored->name);
    facts_look(app, restored->name);
}
