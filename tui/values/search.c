#include "tui/values/search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/analysis/match.h"
#include "core/matrix/number.h"
#include "core/segment/name.h"
#include "tui/values/preview_private.h"
#include "tui/view/words.h"

#define NAME_MAX_SHOWN 64 /* bytes of a field's name in a sentence */

/* --- what is searched --- */

/* The whole matrix; of structs the field under the cursor. False where that cannot be looked through. */
static bool view_of(const struct matrix *matrix, bool fields, uint64_t field, struct view *ret_view,
                    struct dtype *ret_dtype)
{
    view_whole(matrix, ret_view);
    *ret_dtype = matrix->dtype;
    return !fields || preview_view_field(matrix, field, ret_view, ret_dtype);
}

static bool is_at_place(const struct preview *preview, const struct view *view, uint64_t field,
                        const uint64_t *index)
{
    const struct search *search = &preview->search;
    uint64_t place[MATRIX_RANK_MAX];
    if (!search->has_place || search->place.generation != preview->generation || search->place.field != field)
        return false;
    find_index_of(view, search->place.number, place);
    return memcmp(place, index, (size_t)preview->matrix.rank * sizeof *index) == 0;
}

/* The number of the element under the cursor. Of a cell that is an array: the one that was found in it, else
 * such that it has been gone through. */
static uint64_t begin_at(const struct preview *preview, const struct view *view, uint64_t field,
                         bool backward)
{
    uint64_t index[MATRIX_RANK_MAX] = {0};
    preview_index(preview, preview->cursor_row, preview->cursor_column, index);
    if (is_at_place(preview, view, field, index))
        return preview->search.place.number;
    for (int axis = preview->matrix.rank; axis < view->rank; axis++)
        index[axis] = backward ? 0 : view->count[axis] - 1;
    return find_number_of(view, index);
}

/* --- words --- */

/* "nan", "0", ">3": what an element is that meets it. */
static void condition_words(const struct condition *condition, char *buf, size_t size)
{
    if (condition->kind == CONDITION_EQUAL)
        snprintf(buf, size, "%s", condition->operand);
    else
        condition_text(condition, buf, size);
}

/* What is searched through: "element", or the field. */
static void subject(const struct preview *preview, uint64_t field, char *buf, size_t size)
{
    snprintf(buf, size, "element");
    if (!preview_has_fields(preview))
        return;
    struct dtype_field facts = dtype_field_at(&preview->matrix.dtype, field);
    name_escape(facts.name, strlen(facts.name), preview->ascii, buf, size);
}

static void say_nothing_found(struct preview *preview, int64_t took)
{
    const struct search *search = &preview->search;
    char what[CONDITION_TEXT_MAX + 8], of[NAME_MAX_SHOWN], count[WORDS_COUNT_MAX], time[WORDS_DURATION_MAX];
    struct dtype dtype;
    struct view view;
    view_of(&preview->matrix, preview_has_fields(preview), search->field, &view, &dtype);
    condition_words(&search->condition, what, sizeof what);
    subject(preview, search->field, of, sizeof of);
    words_count(view_elements(&view), count);
    words_duration(took, time);
    preview_say(preview, "no %s is %s: all %s looked at, %s", of, what, count, time);
}

static void say_lost(struct preview *preview)
{
    preview_say(preview, "not searched: it is gone");
}

/* --- beginning and ending --- */

static void give_up(struct search *search)
{
    search->running = search->wanted = false;
    search->obsolete = search->out;
}

static void start(struct preview *preview, bool backward)
{
    struct search *search = &preview->search;
    struct dtype dtype;
    struct view view;
    uint64_t field = preview_has_fields(preview) ? preview->cursor_column : 0;
    bool can = view_of(&preview->matrix, preview_has_fields(preview), field, &view, &dtype);
    give_up(search);
    if (!can) {
        preview_say(preview, "it has too many axes to be searched");
        return;
    }
    if (view_elements(&view) == 0) {
        preview_say(preview, "there is nothing to look at: no elements");
        return;
    }
    search->running = search->wanted = true;
    search->backward = backward;
    search->generation = preview->generation;
    search->field = field;
    search->from = begin_at(preview, &view, field, backward);
    search->began = preview->now;
    search->done = search->total = 0;
}

static void go_on(struct preview *preview, bool backward)
{
    if (preview->search.has_condition)
        start(preview, backward);
    else
        preview_say(preview, "nothing was searched for yet: / asks what for");
}

static void cancel(struct preview *preview)
{
    struct search *search = &preview->search;
    char done[WORDS_COUNT_MAX], total[WORDS_COUNT_MAX];
    words_count(search->done, done);
    words_count(search->total, total);
    if (search->total > 0)
        preview_say(preview, "the search was cancelled: %s of %s looked at", done, total);
    else
        preview_say(preview, "the search was cancelled");
    give_up(search);
}

/* --- keys --- */

bool search_action(struct preview *preview, enum action action)
{
    struct search *search = &preview->search;
    search->says = false;
    switch (action) {
    case ACTION_CLOSE:
    case ACTION_INTERRUPT:
        if (search->running)
            cancel(preview);
        else
            return false;
        return true;
    case ACTION_FIND:
    case ACTION_FIND_NEXT:
    case ACTION_FIND_PREVIOUS:
        if (action == ACTION_FIND && (preview->has_matrix || !preview->looked))
            preview_open_line(preview, PURPOSE_CONDITION);
        else if (!preview->has_matrix)
            preview_say(preview, "there is nothing to search in");
        else
            go_on(preview, action == ACTION_FIND_PREVIOUS);
        return true;
    default:
        return false;
    }
}

bool search_line_key(struct preview *preview, const struct key *key)
{
    bool stops = !key->alt && (key->code == KEY_ESCAPE_CODE || key->code == KEY_CTRL('C'));
    preview->search.says = false;
    if (!stops || !preview->search.running)
        return false;
    cancel(preview);
    return true;
}

/* Whether a condition means something for what it would be held against. */
static int makes_sense(const struct preview *preview, const struct condition *condition, struct error *error)
{
    struct match match;
    struct dtype dtype;
    struct view view;
    if (!preview->has_matrix)
        return 0;
    view_of(&preview->matrix, preview_has_fields(preview), preview->cursor_column, &view, &dtype);
    return match_make(condition, &dtype, CONVERT_BEST, &match, error);
}

int search_enter(struct preview *preview, const char *text, struct error *error)
{
    struct search *search = &preview->search;
    if (!text[0] && !search->has_condition)
        return error_set(error, EINVAL, "what to find is expected: nan, inf, >3, <=-1e6, =0");
    if (text[0]) {
        struct condition condition;
        int r = condition_parse(text, &condition, error);
        if (r == 0)
            r = makes_sense(preview, &condition, error);
        if (r < 0)
            return r;
        search->condition = condition;
        search->has_condition = true;
        if (search->history)
            line_history_add(search->history, text);
    }
    if (preview->has_matrix) /* it may not be known yet, or have gone while the line was open */
        start(preview, false);
    else
        preview_say(preview, "there is nothing to search in");
    return 0;
}

/* --- its study --- */

static bool is_of_another_matrix(const struct preview *preview)
{
    return preview->search.generation != preview->generation;
}

struct study_request *search_wants(struct preview *preview, int64_t now)
{
    struct search *search = &preview->search;
    if (!search->wanted)
        return NULL;
    search->wanted = false;
    if (is_of_another_matrix(preview)) {
        search->running = false;
        return NULL;
    }
    struct study_request *request = preview_study_new(preview, STUDY_OF_SEARCH);
    view_of(&request->matrix, preview_has_fields(preview), search->field, &request->view, &request->dtype);
    request->waited_for = true;
    request->search.condition = search->condition;
    request->search.from = search->from;
    request->search.backward = search->backward;
    search->out = true;
    search->began = now;
    return request;
}

bool search_gives_up(struct preview *preview)
{
    struct search *search = &preview->search;
    if (search->running && preview_is_lost(preview)) {
        say_lost(preview);
        give_up(search);
    } else if (search->running && !search->wanted && is_of_another_matrix(preview)) {
        give_up(search);
    }
    bool obsolete = search->obsolete;
    search->obsolete = false;
    return obsolete;
}

void search_progress(struct preview *preview, uint64_t done, uint64_t total)
{
    struct search *search = &preview->search;
    if (!search->running || search->wanted)
        return;
    search->done = done < total ? done : total;
    search->total = total;
}

static void go_to(struct preview *preview, uint64_t number, bool wrapped)
{
    struct search *search = &preview->search;
    uint64_t index[MATRIX_RANK_MAX] = {0};
    struct dtype dtype;
    struct view view;
    view_of(&preview->matrix, preview_has_fields(preview), search->field, &view, &dtype);
    find_index_of(&view, number, index);
    preview_place_index(preview, index);
    if (preview_has_fields(preview))
        preview->cursor_column = search->field;
    search->has_place = search->says = true;
    search->wrapped = wrapped;
    search->place.generation = preview->generation;
    search->place.field = search->field;
    search->place.number = number;
}

static void take(struct preview *preview, const struct study_reply *reply)
{
    switch (reply->found) {
    case STUDY_DONE:
        if (reply->is_there)
            go_to(preview, reply->number, reply->wrapped);
        else
            say_nothing_found(preview, reply->took);
        break;
    case STUDY_GONE:
        say_lost(preview);
        break;
    case STUDY_OTHER:
        preview_say(preview, "not searched: what lies there now is another matrix");
        break;
    case STUDY_FAILED:
        preview_say(preview, "%s", reply->error.text);
        break;
    }
}

void search_supply(struct preview *preview, struct study_reply *reply, int64_t now)
{
    struct search *search = &preview->search;
    (void)now;
    search->out = search->obsolete = false;
    if (!search->running || search->wanted) /* cancelled, or a newer one waits for this one's end */
        return;
    search->running = false;
    if (is_of_another_matrix(preview))
        return;
    if (reply)
        take(preview, reply);
    else
        preview_say(preview, "the search was cut short");
}

/* --- drawing --- */

static int draw_condition(const struct drawing *drawing, int y, int x)
{
    char what[CONDITION_TEXT_MAX + 8];
    condition_words(&drawing->preview->search.condition, what, sizeof what);
    return preview_put(drawing, y, x, ROLE_STRONG, CELL_BOLD, what);
}

#define BAR_MAX 24
#define BAR_MIN 6

/* A bar where there is room between x and the end; returns the x behind it. */
static int draw_bar(const struct drawing *drawing, int y, int x, int end)
{
    const struct search *search = &drawing->preview->search;
    int width = end - x - 2 < BAR_MAX ? end - x - 2 : BAR_MAX;
    if (width < BAR_MIN)
        return x;
    preview_draw_bar(drawing, y, x, width, search->done, search->total);
    return x + width + 4;
}

/* looking for nan  [██████──────]  1,200,000 of 2,400,000      Esc: cancel */
static void draw_progress(const struct drawing *drawing, int y)
{
    static const char how[] = "Esc: cancel";
    const struct search *search = &drawing->preview->search;
    char done[WORDS_COUNT_MAX], total[WORDS_COUNT_MAX], text[2 * WORDS_COUNT_MAX + 8];
    int right = preview_right_edge(drawing) - 1 - text_width(how);
    words_count(search->done, done);
    words_count(search->total, total);
    snprintf(text, sizeof text, "%s of %s", done, total);
    int x = preview_put(drawing, y, drawing->rect.x + 1, ROLE_DIM, 0,
                        search->backward ? "looking back for " : "looking for ");
    x = draw_condition(drawing, y, x) + 2;
    if (search->total > 0) {
        x = draw_bar(drawing, y, x, right - text_width(text) - 4);
        x = preview_put(drawing, y, x, ROLE_TEXT, 0, text) + 2;
    }
    if (x <= right)
        preview_put(drawing, y, right, ROLE_DIM, 0, how);
}

/* Whether the cell that was found shows that it no longer is what was searched for. */
static bool has_changed(const struct preview *preview, const uint8_t *cell)
{
    uint64_t column = preview->cursor_column;
    struct dtype dtype = preview->matrix.dtype;
    struct match match;
    uint32_t place;
    if (preview_has_fields(preview)) {
        struct dtype_field field = dtype_field_at(&dtype, column);
        if (field.rank > 0)
            return false; /* any of its elements may be meant */
        dtype = field.dtype;
    }
    if (dtype.itemsize > PREVIEW_CELL_MAX) /* it is not known whole */
        return false;
    if (dtype_is_swapped(&dtype)) /* cells are native */
        dtype.order = dtype.order == '<' ? '>' : '<';
    return match_make(&preview->search.condition, &dtype, CONVERT_BEST, &match, NULL) == 0 &&
           match_run(&match, cell, 1, &place) == 0;
}

static const char *direction(const struct search *search)
{
    if (search->place.number == search->from)
        return "the only one";
    if (search->wrapped)
        return search->backward ? "went on at the end" : "went on at the beginning";
    return search->backward ? "going back" : "going forward";
}

/* found at [17, 3, 4] = nan  going forward */
static void draw_found(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    char text[PREVIEW_TEXT_MAX];
    const uint8_t *cell =
        drawing->usable ? preview_cell(preview, preview->cursor_row, preview->cursor_column) : NULL;
    int x = preview_put(drawing, y, drawing->rect.x + 1, ROLE_TEXT, 0, "found at ");
    preview_index_text(preview, preview->cursor_row, preview->cursor_column, text, sizeof text);
    x = preview_put(drawing, y, x, ROLE_STRONG, CELL_BOLD, text);
    if (cell) {
        preview_cell_text(preview, cell, preview->cursor_column, NUMBER_FULL, text, sizeof text);
        x = preview_put(drawing, y, x, ROLE_DIM, 0, " = ");
        x = preview_put(drawing, y, x, preview_cell_role(drawing, cell, preview->cursor_column), 0, text);
    }
    x = preview_put(drawing, y, x + 2, ROLE_DIM, 0, direction(&preview->search));
    if (cell && has_changed(preview, cell))
        preview_put(drawing, y, x + 2, ROLE_WARN, 0, "it changed meanwhile");
}

bool search_draw(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    const struct search *search = &preview->search;
    if (search->running && preview->now - search->began >= SEARCH_DELAY)
        draw_progress(drawing, y);
    else if (search->says && !is_of_another_matrix(preview) && !preview->message[0])
        draw_found(drawing, y);
    else
        return false;
    return true;
}
