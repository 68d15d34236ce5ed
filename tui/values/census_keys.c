/*
 * The keys of the census: lines are moved along, put into another order, copied, looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/values/census_private.h"

/* In the grid the column will be among others. */
static void point_at(struct preview *preview, uint64_t column)
{
    preview->cursor_column = column;
    preview->jumped = true;
}

static void move(struct preview *preview, int64_t steps)
{
    struct census *census = preview->census;
    if (!census_is_current(preview) || census->count == 0 || preview->arrangement == ARRANGE_FLAT)
        return;
    uint64_t rank = census_rank_of(census, census_cursor_line(preview));
    uint64_t distance = (uint64_t)(steps < 0 ? -steps : steps);
    if (steps < 0)
        rank -= min_u64(distance, rank);
    else
        rank = min_u64(rank + min_u64(distance, census->count), census->count - 1);
    point_at(preview, census->first + census->order[rank]);
}

static void move_page(struct preview *preview, int64_t steps)
{
    struct census *census = preview->census;
    if (!census_is_current(preview))
        return;
    uint64_t distance = (uint64_t)(steps < 0 ? -steps : steps);
    census->top = steps < 0 ? census->top - min_u64(distance, census->top) : census->top + distance;
    move(preview, steps);
}

static bool move_by(struct preview *preview, enum action action)
{
    int64_t page = preview->census && preview->census->rows > 1 ? preview->census->rows : 1, lines;
    bool scrolls;
    if (action == ACTION_FIRST || action == ACTION_LAST)
        move(preview, action == ACTION_FIRST ? -(int64_t)STATISTICS_PLACES_MAX : STATISTICS_PLACES_MAX);
    else if (preview_steps(action, page, &lines, &scrolls))
        (scrolls ? move_page : move)(preview, lines);
    else
        return false;
    return true;
}

/* By a figure: what stands out is what was asked for. By place: the column stays under the cursor. */
static void show_top(struct preview *preview)
{
    if (preview->census->sorted != CENSUS_PLACE)
        move(preview, -(int64_t)STATISTICS_PLACES_MAX);
}

/* Sorted by another figure; it is brought onto the screen. */
static void sort_by(struct preview *preview, int step)
{
    struct census *census = preview->census;
    census->sorted = (enum census_figure)((census->sorted + CENSUS_FIGURES + step) % CENSUS_FIGURES);
    /* What stands out first: of counts, of spread and of maxima that is the most. */
    census->descending = census->sorted >= CENSUS_MAX;
    census->reveal = true;
    census_sort(census);
    show_top(preview);
}

/* Means have fractions, whatever the elements. */
static void next_style(struct preview *preview)
{
    static const enum number_style next[] = {[NUMBER_SHORT] = NUMBER_FULL,
                                             [NUMBER_FULL] = NUMBER_SCIENTIFIC,
                                             [NUMBER_SCIENTIFIC] = NUMBER_HEX,
                                             [NUMBER_HEX] = NUMBER_SHORT};
    preview_choose_style(preview, next[preview->style]);
}

static bool order_by(struct preview *preview, enum action action)
{
    struct census *census = preview->census;
    switch (action) {
    case ACTION_SORT:
    case ACTION_SORT_NEXT:
        sort_by(preview, 1);
        return true;
    case ACTION_SORT_PREVIOUS:
        sort_by(preview, -1);
        return true;
    case ACTION_REVERSE:
        census->descending = !census->descending;
        census_sort(census);
        show_top(preview);
        return true;
    case ACTION_LEFT:
        if (census->left > CENSUS_MIN)
            census->left--;
        return true;
    case ACTION_RIGHT:
        if (census->left < CENSUS_ZEROS)
            census->left++; /* no further than needed: census_layout */
        return true;
    case ACTION_FORMAT:
        next_style(preview);
        return true;
    default:
        return false;
    }
}

/* To the clipboard, tab-separated. */
static void copy_line(struct preview *preview)
{
    const struct census *census = preview->census;
    char text[CENSUS_FIGURES * (CENSUS_TEXT_MAX + 1)] = "", figure[CENSUS_TEXT_MAX];
    if (!census_is_current(preview) || census->count == 0 ||
        !census_line(census, census_cursor_line(preview))) {
        preview_say(preview, "nothing to copy");
        return;
    }
    for (int i = 0; i < CENSUS_FIGURES; i++) {
        census_text(preview, census_cursor_line(preview), (enum census_figure)i, NUMBER_FULL, figure);
        strcat(strcat(text, i ? "\t" : ""), figure);
    }
    free(preview->copied);
    preview->copied = memory_dup(text);
    preview_say(preview, "the line is copied, tab-separated");
}

/* X: goes on with what a failure cut short. */
static void look_exactly(struct preview *preview)
{
    struct census *census = preview->census;
    if (census->out)
        preview_say(preview, "every element is being looked at");
    else if (census_is_exact(census))
        preview_say(preview, "every element was looked at: r looks anew");
    census->stopped = false;
}

static void go_to_screen(struct preview *preview, unsigned screen)
{
    if (screen == SCREEN_CENSUS && preview->looked && !preview->has_matrix)
        preview_say(preview, "there are no values to take statistics of");
    else
        preview->screen = screen;
}

static bool leaves(enum action action)
{
    return action == ACTION_CENSUS || action == ACTION_OPEN || action == ACTION_BACK ||
           action == ACTION_CLOSE;
}

bool census_action(struct preview *preview, enum action action)
{
    bool here = preview->screen == SCREEN_CENSUS;
    if (here ? leaves(action) : action == ACTION_CENSUS) {
        go_to_screen(preview, here ? SCREEN_GRID : SCREEN_CENSUS);
        return true;
    }
    if (!here || !census_settle(preview))
        return false;
    switch (action) {
    case ACTION_GOTO:
        if (preview->arrangement != ARRANGE_FLAT)
            preview_open_line(preview, PURPOSE_COLUMN);
        return true;
    case ACTION_EXACT:
        look_exactly(preview);
        return true;
    case ACTION_COPY:
        copy_line(preview);
        return true;
    case ACTION_MARK_RANGE: /* a block is the grid's */
        return true;
    case ACTION_RESCAN:
        if (preview->plight != PLIGHT_GONE) /* of which the last numbers are all there is */
            census_restart(preview);
        return false; /* the page too */
    default:
        return move_by(preview, action) || order_by(preview, action);
    }
}

bool census_has_use_for(const struct preview *preview, enum action action)
{
    if (action == ACTION_EXACT)
        return preview->census && preview->census->stopped;
    return true;
}

static bool go_to_field(struct preview *preview, const char *name)
{
    size_t n = dtype_field_count(&preview->matrix.dtype), best = n;
    for (size_t i = 0; i < n; i++) {
        const char *is = dtype_field_at(&preview->matrix.dtype, i).name;
        if (strcmp(is, name) == 0) {
            best = i;
            break;
        }
        if (best == n && strncmp(is, name, strlen(name)) == 0)
            best = i;
    }
    if (best < n)
        point_at(preview, best);
    return best < n;
}

int census_goto(struct preview *preview, const char *text, struct error *error)
{
    uint64_t columns = preview_grid_columns(preview), column;
    if (!preview->has_matrix)
        return error_set(error, EINVAL, "there are no columns");
    if (preview_has_fields(preview) && go_to_field(preview, text))
        return 0;
    char *end;
    errno = 0;
    column = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end)
        return error_set(error, EINVAL,
                         preview_has_fields(preview) ? "no field begins so"
                                                     : "a column's number is expected, as 17");
    if (errno || column >= columns)
        return error_set(error, EINVAL, "there are %llu columns, from 0 on", (unsigned long long)columns);
    point_at(preview, column);
    return 0;
}
