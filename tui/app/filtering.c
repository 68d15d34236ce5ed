/*
 * The filter's line: every change of it filters at once. A term that is none is marked, said and passed over;
 * one that is being typed is not marked, but what is expected is said: while "size>" is being typed, the rows
 * are those that the other terms let through. Enter takes no line with such a term. The line of marks by a
 * filter is the same, but nothing is filtered and Enter marks.
 */
#include "tui/app/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void filtering_set(struct app *app, const char *text)
{
    filter_completion_clear(&app->filtering.candidates);
    app->filtering.error = (struct error){.code = 0};
    listing_filter(app->listing, text, &app->filtering.error);
    app->resort = app->measure = true;
}

/* Filters by the terms that are right. */
static void set_without_wrong(struct app *app, const char *text, struct error error)
{
    char *rest = strdup(text);
    assert(rest);
    while (error.length > 0) {
        size_t head = error.start, tail = error.start + error.length;
        while (head > 0 && rest[head - 1] == ' ')
            head--;
        memmove(rest + head, rest + tail, strlen(rest + tail) + 1);
        error = (struct error){.code = 0};
        listing_filter(app->listing, rest, &error);
    }
    free(rest);
}

/* What will be marked stays unmarked until Enter. */
static void check(struct app *app, const char *text)
{
    struct filter *filter;
    filter_completion_clear(&app->filtering.candidates);
    app->filtering.error = (struct error){.code = 0};
    if (filter_parse(text, &filter, &app->filtering.error) == 0)
        filter_free(filter);
}

/* After the line changed. */
static void edited(struct app *app)
{
    const struct error *error = &app->filtering.error;
    if (app->over == OVER_PATTERN)
        check(app, line_text(app->line));
    else
        filtering_set(app, line_text(app->line));
    if (error->code && app->over == OVER_FILTER)
        set_without_wrong(app, line_text(app->line), *error);
    /* Nobody is scolded for a word that is not typed to its end. */
    app->filtering.unfinished = error->code && error->start + error->length == strlen(line_text(app->line)) &&
                                line_cursor(app->line) == strlen(line_text(app->line));
    if (!app->filtering.unfinished)
        line_mark(app->line, error->start, error->length);
}

/* As far as all candidates agree; where they do not, they are listed. */
static void complete(struct app *app)
{
    struct filter_completion completion;
    filter_complete(line_text(app->line), line_cursor(app->line), app->catalog, app->users, &completion);
    size_t shared = filter_completion_shared(&completion);
    if (shared > 0) {
        char *more = strndup(completion.candidates[0] + (completion.end - completion.start), shared);
        assert(more);
        if (line_paste(app->line, more))
            edited(app);
        free(more);
        filter_completion_clear(&completion);
    } else {
        filter_completion_clear(&app->filtering.candidates);
        app->filtering.candidates = completion;
    }
}

void filtering_open(struct app *app, enum over over)
{
    line_free(app->line);
    app->line = line_new(app->filters);
    line_set(app->line, over == OVER_FILTER ? listing_filter_text(app->listing) : "");
    app->filtering.error = (struct error){.code = 0};
    app->over = over;
}

static void close_line(struct app *app)
{
    filter_completion_clear(&app->filtering.candidates);
    line_free(app->line);
    app->line = NULL;
    app->over = OVER_NOTHING;
}

void filtering_key(struct app *app, const struct key *key)
{
    switch (line_key(app->line, key)) {
    case LINE_EDITED:
        edited(app);
        break;
    case LINE_ENTERED:
        if (app->filtering.error.code) {
            app->filtering.unfinished = false; /* it is said what is wrong */
            line_mark(app->line, app->filtering.error.start, app->filtering.error.length);
            break;
        }
        line_history_add(app->filters, line_text(app->line));
        if (app->over == OVER_PATTERN && !line_is_empty(app->line))
            keys_mark_matching(app, line_text(app->line));
        close_line(app);
        break;
    case LINE_ESCAPED:
        if (app->over == OVER_FILTER)
            filtering_set(app, "");
        close_line(app);
        break;
    case LINE_UNUSED:
        if (key->code > KEY_CODE_BASE)
            table_action(&app->table, action_of_key(key, SCREEN_TABLE, true));
        break;
    case LINE_COMPLETE:
        complete(app);
        break;
    case LINE_MOVED:
        filter_completion_clear(&app->filtering.candidates);
        break;
    }
}

void filtering_paste(struct app *app, const char *text)
{
    if (line_paste(app->line, text))
        edited(app);
}

static void draw_candidates(const struct filter_completion *candidates, struct cells *cells, struct rect rect)
{
    int x = rect.x + 1, end = rect.x + rect.width - 1;
    for (size_t i = 0; i < candidates->count; i++) {
        bool last = i + 1 == candidates->count;
        int room = last ? 0 : 12; /* for how many more there are */
        if (x + text_width(candidates->candidates[i]) + room > end) {
            cells_putf(cells, rect.y, x, end - x, ROLE_DIM, 0, "%zu%s more", candidates->count - i,
                       candidates->cut ? "+" : "");
            return;
        }
        x += cells_put(cells, rect.y, x, -1, ROLE_TEXT, 0, candidates->candidates[i]) + 2;
    }
}

bool filtering_says(const struct app *app)
{
    return app->filtering.candidates.count > 0 || app->filtering.error.code;
}

bool filtering_draw(const struct app *app, struct cells *cells, struct rect rect)
{
    const struct filtering *filtering = &app->filtering;
    if (filtering->candidates.count > 0)
        draw_candidates(&filtering->candidates, cells, rect);
    else if (filtering->error.code)
        cells_put_cut(cells, rect.y, rect.x + 1, rect.width - 2, filtering->unfinished ? ROLE_DIM : ROLE_BAD,
                      0, filtering->error.text);
    else
        return false;
    return true;
}

void filtering_draw_help(struct cells *cells, struct rect rect)
{
    cells_put_cut(cells, rect.y, rect.x + 1, rect.width - 2, ROLE_DIM, 0,
                  "a part of the name, or user:bob size>1G age>7d is:unheld !term   Tab completes");
}
