/*
 * The preview's model: what it knows of the segment, what must be read, what the keys do. Where it is:
 * preview_place.c; what fits: preview_fit.c; how values look: preview_format.c; what a look brings:
 * preview_take.c; what is drawn: preview_draw.c; reading: preview_fetch.c.
 */
#include "tui/values/preview.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/values/map.h"
#include "tui/values/preview_private.h"

struct preview *preview_new(const char *name, const struct identity *id, int64_t now)
{
    struct preview *preview = calloc(1, sizeof *preview);
    assert(preview);
    reach_make(name, id, false, NULL, 0, &preview->reach);
    preview->now = now;
    preview->again = true;
    preview->screen = SCREEN_GRID;
    preview->style = NUMBER_SHORT;
    preview->wrap = 1;
    preview->row_axis = preview->column_axis = preview->step_axis = -1;
    return preview;
}

void preview_share_history(struct preview *preview, struct line_history *conditions)
{
    preview->search.history = conditions;
}

static void drop_values(struct preview *preview)
{
    free(preview->cells);
    free(preview->changed);
    preview->cells = NULL;
    preview->changed = NULL;
    preview->has_values = false;
}

void preview_drop_matrix(struct preview *preview)
{
    if (preview->has_matrix)
        matrix_clear(&preview->matrix);
    memset(&preview->matrix, 0, sizeof preview->matrix);
    preview->has_matrix = preview->hex = false;
    preview->generation++;
    drop_values(preview);
}

void preview_free(struct preview *preview)
{
    if (!preview)
        return;
    preview_drop_matrix(preview);
    matrix_clear(&preview->own);
    lens_free(preview->lens);
    census_free(preview->census);
    free(preview->widths);
    free(preview->chosen_widths);
    preview_figures_free(preview);
    preview_tint_free(preview);
    free(preview->copied);
    free(preview->reason);
    reach_clear(&preview->reach);
    line_free(preview->line);
    preview_map_free(preview->map);
    free(preview);
}

void preview_take_holders(struct preview *preview, const struct holders *holders)
{
    free(preview->reach.pids);
    preview->reach.unlinked = true;
    preview->reach.pid_count = holders ? holders->count : 0;
    preview->reach.pids = memory_new(preview->reach.pid_count * sizeof *preview->reach.pids);
    for (size_t i = 0; i < preview->reach.pid_count; i++)
        preview->reach.pids[i] = holders->list[i].pid;
}

void preview_rename(struct preview *preview, const char *name)
{
    free(preview->reach.name);
    preview->reach.name = memory_dup(name);
    preview->again = true;
}

const struct identity *preview_identity(const struct preview *preview)
{
    return &preview->reach.id;
}

const char *preview_name(const struct preview *preview)
{
    return preview->reach.name;
}

/* --- pages --- */

/* An axis that is not in the grid may be the one of no length. */
static bool is_empty(const struct matrix *matrix)
{
    for (int axis = 0; axis < matrix->rank; axis++)
        if (matrix->shape[axis] == 0)
            return true;
    return false;
}

struct page preview_page(const struct preview *preview)
{
    struct page page = {.arrangement = preview->arrangement,
                        .row_axis = preview->row_axis,
                        .column_axis = preview->column_axis,
                        .wrap = preview->wrap,
                        .top = preview->top,
                        .left = preview->left,
                        .kept = preview->kept_shown};
    memcpy(page.fixed, preview->fixed, sizeof page.fixed);
    uint64_t rows = preview_grid_rows(preview), columns = preview_grid_columns(preview);
    if (page.top >= rows || page.left >= columns || preview->rows < 1 || is_empty(&preview->matrix))
        return page;
    page.columns =
        (uint32_t)min_u64(columns - page.left, preview_columns_that_fit(preview, page.left)) + page.kept;
    page.rows = (uint32_t)min_u64(rows - page.top, (uint64_t)preview->rows);
    if (page.arrangement == ARRANGE_FLAT)
        page.columns = (uint32_t)columns; /* whole rows: they lie together */
    uint64_t row_bytes = preview_cell_bytes(&preview->matrix, &page) * page.columns;
    while (page.rows > 1 && row_bytes * page.rows > PREVIEW_PAGE_MAX)
        page.rows /= 2;
    return page;
}

bool page_same_slice(const struct page *a, const struct page *b)
{
    if (a->arrangement != b->arrangement || a->row_axis != b->row_axis || a->column_axis != b->column_axis ||
        a->wrap != b->wrap)
        return false;
    for (int axis = 0; axis < MATRIX_RANK_MAX; axis++)
        if (axis != a->row_axis && axis != a->column_axis && a->fixed[axis] != b->fixed[axis])
            return false;
    return true;
}

bool preview_shows_slice(const struct preview *preview, const struct page *slice, unsigned generation)
{
    struct page now = preview_page(preview);
    now.wrap = slice->wrap;
    return generation == preview->generation && page_same_slice(slice, &now);
}

bool page_covers(const struct page *have, const struct page *want)
{
    return page_same_slice(have, want) && have->top <= want->top && have->left <= want->left &&
           have->top + have->rows >= want->top + want->rows && have->kept >= want->kept &&
           have->left + (have->columns - have->kept) >= want->left + (want->columns - want->kept);
}

size_t page_index(const struct page *page, uint64_t row, uint64_t column)
{
    uint64_t moved = column - page->left;
    if (row < page->top || row - page->top >= page->rows)
        return SIZE_MAX;
    if (column < page->kept)
        moved = column;
    else if (column < page->left || moved >= page->columns - page->kept)
        return SIZE_MAX;
    else
        moved += page->kept;
    return (row - page->top) * page->columns + moved;
}

const uint8_t *preview_cell(const struct preview *preview, uint64_t row, uint64_t column)
{
    size_t at = preview->has_values ? page_index(&preview->page, row, column) : SIZE_MAX;
    return at == SIZE_MAX ? NULL : preview->cells + at * preview->cell_bytes;
}

/* --- keys --- */

void preview_say(struct preview *preview, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(preview->message, sizeof preview->message, format, arguments);
    va_end(arguments);
}

void preview_open_line(struct preview *preview, enum line_purpose purpose)
{
    line_free(preview->line);
    preview->purpose = purpose;
    preview->line = line_new(purpose == PURPOSE_CONDITION ? preview->search.history : NULL);
}

static void open_goto(struct preview *preview)
{
    if (preview->has_matrix && preview->matrix.rank == 0)
        preview_say(preview, "one value: nowhere to go");
    else if (preview->has_matrix)
        preview_open_line(preview, PURPOSE_INDEX);
}

const char *preview_line_prompt(const struct preview *preview)
{
    static const char *const prompts[] = {
        [PURPOSE_INDEX] = "go to index ", [PURPOSE_CONDITION] = "find ", [PURPOSE_COLUMN] = "go to column "};
    if (preview->purpose == PURPOSE_COLUMN && preview->arrangement == ARRANGE_FIELDS)
        return "go to field ";
    return prompts[preview->purpose];
}

static void close_line(struct preview *preview)
{
    line_free(preview->line);
    preview->line = NULL;
}

static int obey_line(struct preview *preview, struct error *error)
{
    const char *text = line_text(preview->line);
    switch (preview->purpose) {
    case PURPOSE_INDEX:
        return *text ? preview_place_goto(preview, text, error) : 0;
    case PURPOSE_CONDITION:
        return search_enter(preview, text, error);
    case PURPOSE_COLUMN:
        return *text ? census_goto(preview, text, error) : 0;
    }
    return 0;
}

static void enter_line(struct preview *preview)
{
    struct error error = {0};
    if (obey_line(preview, &error) < 0)
        preview_say(preview, "%s", error.text); /* open, to be corrected */
    else
        close_line(preview);
}

/* r: looks anew, and at whoever bears the name now. */
static void look_anew(struct preview *preview)
{
    if (preview->plight == PLIGHT_OTHER) {
        preview->reach.id = preview->other;
        preview->saying = SAYING_NOTHING;
    }
    if (preview->plight != PLIGHT_FINE && preview->plight != PLIGHT_GONE) {
        if (preview->saying == SAYING_NOTHING)
            preview_drop_matrix(preview);
        preview->plight = PLIGHT_FINE;
        preview->looked = false;
    }
    preview->again = true;
}

enum preview_result preview_action(struct preview *preview, enum action action, int64_t now)
{
    preview->now = now;
    preview->message[0] = '\0';
    if (search_action(preview, action) || census_action(preview, action))
        return PREVIEW_USED;
    switch (action) {
    case ACTION_GOTO:
        open_goto(preview);
        return PREVIEW_USED;
    case ACTION_PAUSE:
        preview->frozen = !preview->frozen;
        return PREVIEW_USED;
    case ACTION_RESCAN:
        look_anew(preview);
        preview_map_renew(preview);
        return PREVIEW_USED;
    case ACTION_MAP:
        if (preview->screen == SCREEN_MAP)
            break;
        preview_map_open(preview);
        return PREVIEW_USED;
    default:
        break;
    }
    if (preview->screen == SCREEN_MAP && preview_map_action(preview, action) == PREVIEW_USED)
        return PREVIEW_USED;
    if (preview_format_action(preview, action) == PREVIEW_USED ||
        preview_block_action(preview, action) == PREVIEW_USED)
        return PREVIEW_USED;
    return preview_place_action(preview, action);
}

enum preview_result preview_key(struct preview *preview, const struct key *key, int64_t now)
{
    if (!preview->line && !preview->lens)
        return preview_action(preview, action_of_key(key, preview_screen(preview), true), now);
    preview->now = now;
    preview->message[0] = '\0';
    if (search_line_key(preview, key))
        return PREVIEW_USED;
    if (preview->lens) {
        preview_lens_key(preview, key);
        return PREVIEW_USED;
    }
    switch (line_key(preview->line, key)) {
    case LINE_ENTERED:
        enter_line(preview);
        break;
    case LINE_ESCAPED:
        close_line(preview);
        break;
    default:
        break;
    }
    return PREVIEW_USED;
}

void preview_paste(struct preview *preview, const char *text)
{
    if (preview->lens)
        preview_lens_paste(preview, text);
    else if (preview->line)
        line_paste(preview->line, text);
}

unsigned preview_screen(const struct preview *preview)
{
    return preview->screen;
}

bool preview_wants_text(const struct preview *preview)
{
    return preview->line != NULL || preview->lens != NULL;
}

/* --- asking --- */

static bool is_missing(const struct preview *preview, const struct page *page)
{
    if (page->rows == 0 || page->columns == 0)
        return false;
    return !preview->has_values || !page_covers(&preview->page, page);
}

static int64_t period(const struct preview *preview)
{
    return preview->plight == PLIGHT_FINE ? PREVIEW_PERIOD : PREVIEW_PERIOD_GONE;
}

static bool is_due(const struct preview *preview, int64_t now)
{
    if (preview->again || !preview->looked)
        return true;
    return !preview->frozen && now - preview->supplied_at >= period(preview);
}

int64_t preview_due(const struct preview *preview)
{
    if (preview->asked)
        return preview->asked_at + PREVIEW_SLOW;
    if (preview->again || !preview->looked)
        return preview->now;
    return preview->frozen ? INT64_MAX : preview->supplied_at + period(preview);
}

struct preview_request *preview_wants(struct preview *preview, int64_t now)
{
    preview->now = now;
    if (preview->asked || preview->height < 1)
        return NULL;
    struct page page = preview_page(preview);
    bool missing = preview->plight == PLIGHT_FINE && is_missing(preview, &page);
    bool copying = preview_block_wants(preview, &page);
    if (!copying && !missing && !is_due(preview, now))
        return NULL;
    struct preview_request *request = calloc(1, sizeof *request);
    assert(request);
    reach_copy(&preview->reach, &request->reach);
    request->generation = preview->generation;
    request->has_matrix = preview->has_matrix;
    request->hex = preview->hex;
    request->copying = copying;
    request->said = preview->saying == SAYING_THIS;
    if (preview->has_matrix)
        matrix_copy(&preview->matrix, &request->matrix);
    request->page = page;
    preview->asked = true;
    preview->asked_at = now;
    preview->asking = page;
    preview->again = false;
    return request;
}
