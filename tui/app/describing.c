/*
 * What a person says that a segment is, recorded beside it: one at a time, beside the screen.
 */
#include "tui/app/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/description.h"
#include "core/sys/memory.h"

/* What has no name is reached through its holders, of whom the last sweep knows. */
static void add_holders(struct describe_request *request, const struct row *row)
{
    size_t count = row->holders ? row->holders->count : 0;
    request->unlinked = true;
    request->pids = memory_new((count + 1) * sizeof *request->pids);
    request->pid_count = count;
    for (size_t i = 0; i < count; i++)
        request->pids[i] = row->holders->list[i].pid;
}

void describing_want(struct app *app)
{
    struct preview_record record;
    if (app->describe_errand.out || !preview_wants_record(app->preview, &record))
        return;
    const struct row *row = parts_row(app);
    struct effect *effect = app_ask(app, EFFECT_DESCRIBE);
    struct describe_request *request = &effect->u.describe;
    app->describe_errand = (struct errand){.token = ++app->last_token, .out = true};
    effect->token = app->describe_errand.token;
    request->name = memory_dup(preview_name(app->preview));
    request->id = *preview_identity(app->preview);
    request->clear = record.clear;
    request->matrix = record.matrix;
    if (row && row->unlinked)
        add_holders(request, row);
}

static void say_recorded(struct app *app, const struct described *described, const char *name)
{
    char type[DTYPE_NAME_MAX], shape[512], file[NAME_PRINTABLE_MAX] = "";
    dtype_name(&described->matrix.dtype, type);
    matrix_shape_text(described->matrix.rank, described->matrix.shape, app->ascii, shape, sizeof shape);
    if (described->file)
        name_escape(described->file, strlen(described->file), app->ascii, file, sizeof file);
    if (described->where == DESCRIPTION_STATE)
        app_say(app, false, "%s: %s %s, recorded in %s, for you alone", name, type, shape, file);
    else
        app_say(app, false, "%s: %s %s, recorded in its attribute " DESCRIPTION_HEADER, name, type, shape);
}

/* The row shows what it is from now on. */
static void look_again(struct app *app, struct described *described)
{
    if (described->unlinked)
        catalog_take_unlinked(app->catalog, &described->id,
                              described->segment.name ? &described->segment : NULL, app->now);
    else
        facts_look(app, described->name);
}

void describing_done(struct app *app, const struct event *event)
{
    struct described *described = event->u.described;
    char name[NAME_PRINTABLE_MAX];
    if (!app->describe_errand.out || event->token != app->describe_errand.token)
        return;
    app->describe_errand.out = false;
    if (!described) {
        app_say(app, true, "nothing was recorded");
        return;
    }
    name_escape(described->name, strlen(described->name), app->ascii, name, sizeof name);
    if (described->error.code != 0) {
        app_say(app, true, "%s: %s", name, described->error.text);
        return;
    }
    if (described->clear)
        app_say(app, false, "%s: what was recorded of it is taken away", name);
    else
        say_recorded(app, described, name);
    if (app->preview && identity_equal(preview_identity(app->preview), &described->id))
        preview_recorded(app->preview, described->clear);
    look_again(app, described);
}
