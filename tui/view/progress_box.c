#include "tui/view/progress_box.h"

#include <stdio.h>

#include "core/catalog/format.h"

void progress_box_start(struct progress_box *box, int64_t now)
{
    *box = (struct progress_box){.started = now, .now = now};
}

void progress_box_ask_quit(struct progress_box *box)
{
    box->asks_quit = true;
    box->quit_focused = false;
}

bool progress_box_shows(const struct progress_box *box)
{
    return box->asks_quit || box->now - box->started >= PROGRESS_BOX_DELAY;
}

/* --- keys --- */

static enum dialog_result quit_key(struct progress_box *box, uint32_t code)
{
    switch (code) {
    case 'y':
    case 'Y':
        return DIALOG_QUIT;
    case '\t':
    case KEY_CODE_BACK_TAB:
    case KEY_CODE_LEFT:
    case KEY_CODE_RIGHT:
        box->quit_focused = !box->quit_focused;
        return DIALOG_USED;
    case KEY_ENTER_CODE:
    case '\n':
        if (box->quit_focused)
            return DIALOG_QUIT;
        box->asks_quit = false;
        return DIALOG_USED;
    case 'n':
    case 'q':
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        box->asks_quit = false;
        return DIALOG_USED;
    default:
        return DIALOG_UNUSED;
    }
}

enum dialog_result progress_box_key(struct progress_box *box, uint32_t code)
{
    if (box->asks_quit)
        return quit_key(box, code);
    if (code == 'q' || code == 'Q') {
        progress_box_ask_quit(box);
        return DIALOG_USED;
    }
    return code == KEY_ESCAPE_CODE || code == KEY_CTRL('C') ? DIALOG_STOP : DIALOG_UNUSED;
}

/* --- drawing --- */

static uint64_t rate_of(const struct progress_box *box)
{
    int64_t ms = box->now - box->started;
    return ms > 0 ? (uint64_t)((double)box->done * 1000 / (double)ms) : 0;
}

static void draw_numbers(const struct progress_box *box, struct cells *cells, int y, int x, int width)
{
    char done[FORMAT_BYTES_MAX], total[FORMAT_BYTES_MAX], rate[FORMAT_BYTES_MAX], age[FORMAT_AGE_MAX],
        text[160];
    uint64_t per_second = rate_of(box);
    format_bytes(box->done, done, sizeof done);
    format_bytes(box->total, total, sizeof total);
    format_bytes(per_second, rate, sizeof rate);
    int n = snprintf(text, sizeof text, "%s of %s  %s/s", done, total, rate);
    if (per_second > 0 && box->total >= box->done) {
        format_age((int64_t)((box->total - box->done) / per_second), age, sizeof age);
        snprintf(text + n, sizeof text - (size_t)n, "  %s left", age);
    }
    int stop = text_width("Esc: cancel");
    cells_put_cut(cells, y, x, width, ROLE_TEXT, 0, text);
    if (text_width(text) + stop + 2 < width)
        cells_put(cells, y, x + width - stop, stop, ROLE_DIM, 0, "Esc: cancel");
}

static void draw_note(const struct progress_box *box, const struct progress_words *words, struct cells *cells,
                      int y, int x, int width)
{
    char text[96];
    if (box->lost == 0) {
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, words->note);
        return;
    }
    snprintf(text, sizeof text, "%llu value%s lost so far: overflowed, out of range or nan",
             (unsigned long long)box->lost, box->lost == 1 ? "" : "s");
    cells_put_cut(cells, y, x, width, ROLE_WARN, 0, text);
}

static void draw_progress(const struct progress_box *box, const struct progress_words *words,
                          struct cells *cells, struct rect within)
{
    struct rect rect = dialog_place(within, 5, dialog_width(within));
    int x = rect.x + 2, inside = rect.width - 4;
    cells_box(cells, rect, ROLE_RULE, words->title);
    if (inside < 1 || rect.height < 3)
        return;
    if (inside > 10) {
        int bar = inside - 5;
        cells_fill(cells, (struct rect){rect.y + 1, x, 1, bar}, ROLE_RULE, 0, "─");
        cells_bar(cells, rect.y + 1, x, bar, box->done, box->total, ROLE_LIVE);
        cells_putf(cells, rect.y + 1, x + bar + 1, 4, ROLE_STRONG, 0, "%3u%%",
                   box->total ? (unsigned)((double)box->done * 100 / (double)box->total) : 0);
    }
    if (rect.height > 3)
        draw_numbers(box, cells, rect.y + 2, x, inside);
    if (rect.height > 4)
        draw_note(box, words, cells, rect.y + 3, x, inside);
}

static void draw_question(const struct progress_box *box, const struct progress_words *words,
                          struct cells *cells, struct rect within)
{
    static const char *const buttons[] = {"Go on", "Stop and quit (y)"};
    struct rect rect = dialog_place(within, 4, within.width < 56 ? within.width : 56);
    cells_box(cells, rect, ROLE_WARN, "Quit");
    if (rect.width < 5 || rect.height < 3)
        return;
    cells_put_cut(cells, rect.y + 1, rect.x + 2, rect.width - 4, ROLE_TEXT, 0, words->question);
    if (rect.height > 3)
        dialog_buttons(cells, rect.y + 2, rect.x + 2, rect.width - 4, buttons, 2, box->quit_focused);
}

void progress_box_draw(const struct progress_box *box, const struct progress_words *words,
                       struct cells *cells, struct rect rect)
{
    if (box->asks_quit)
        draw_question(box, words, cells, rect);
    else
        draw_progress(box, words, cells, rect);
}
