#include "tui/view/header.h"

#include <stdio.h>
#include <string.h>

#include "core/catalog/column.h"

/* A piece of a line, so that what does not fit can be left out. */
struct piece {
    enum role role;
    char text[128];
};

static struct piece state_piece(const struct header *header, bool ascii)
{
    static const struct {
        enum role role;
        const char *mark, *text;
    } states[] = {
        [HEADER_SCANNING] = {ROLE_WARN, "○ ", "scanning"},
        [HEADER_LIVE] = {ROLE_GOOD, "● ", "live"},
        [HEADER_POLLING] = {ROLE_WARN, "● ", "polling every 2 s"},
        [HEADER_PAUSED] = {ROLE_WARN, "", "PAUSED"},
        [HEADER_ABSENT] = {ROLE_BAD, "", "ABSENT"},
    };
    struct piece piece = {.role = states[header->state].role};
    snprintf(piece.text, sizeof piece.text, "%s%s", ascii ? "" : states[header->state].mark,
             states[header->state].text);
    return piece;
}

static struct piece count_piece(const struct header *header)
{
    struct piece piece = {.role = ROLE_DIM};
    if (header->filter[0])
        snprintf(piece.text, sizeof piece.text, "%zu of %zu", header->shown, header->count);
    else
        snprintf(piece.text, sizeof piece.text, "%zu segment%s", header->count,
                 header->count == 1 ? "" : "s");
    return piece;
}

static struct piece sort_piece(const struct header *header, bool ascii)
{
    struct piece piece = {.role = ROLE_DIM};
    const char *arrow = header->descending ? (ascii ? "v" : "↓") : (ascii ? "^" : "↑");
    snprintf(piece.text, sizeof piece.text, "sort %s %s", header->sort, arrow);
    return piece;
}

/* As they stand from left to right. */
enum place { PLACE_STATE, PLACE_READ_ONLY, PLACE_SORT, PLACE_FILTER, PLACE_COUNT, PLACES };

/* What does not fit is left out, the sort first, the state last. */
static void draw_right(const struct header *header, struct cells *cells, int y, int left, int right)
{
    static const enum place importance[] = {PLACE_STATE, PLACE_READ_ONLY, PLACE_FILTER, PLACE_COUNT,
                                            PLACE_SORT};
    struct piece pieces[PLACES] = {
        [PLACE_STATE] = state_piece(header, cells->ascii),
        [PLACE_SORT] = sort_piece(header, cells->ascii),
        [PLACE_COUNT] = count_piece(header),
    };
    if (header->read_only)
        pieces[PLACE_READ_ONLY] = (struct piece){ROLE_WARN, "RO"};
    if (header->filter[0]) {
        pieces[PLACE_FILTER].role = ROLE_STRONG;
        snprintf(pieces[PLACE_FILTER].text, sizeof pieces[0].text, "filter: %.100s", header->filter);
    }
    int x = right;
    bool fits[PLACES] = {false};
    for (int i = 0; i < PLACES; i++) {
        const char *text = pieces[importance[i]].text;
        if (text[0] && x - text_width(text) - 3 >= left) {
            x -= text_width(text) + 3;
            fits[importance[i]] = true;
        }
    }
    for (int i = 0; i < PLACES; i++) {
        if (fits[i]) {
            x += 3;
            x += cells_put(cells, y, x, right - x, pieces[i].role, 0, pieces[i].text);
        }
    }
}

static void draw_title(const struct header *header, struct cells *cells, struct rect rect)
{
    int x = rect.x + 1, right = rect.x + rect.width;
    x += cells_put(cells, rect.y, x, right - x, ROLE_STRONG, CELL_BOLD, "shmtop") + 2;
    char where[512];
    snprintf(where, sizeof where, "%s on %s", header->directory, header->host);
    int most = rect.width / 2 - 8;
    if (right > x)
        x += cells_put_cut(cells, rect.y, x, most > 8 ? most : right - x, ROLE_DIM, 0, where);
    draw_right(header, cells, rect.y, x, right - 1);
}

static void gauge_text(const struct directory_usage *usage, char *strong, char *dim, size_t size)
{
    char used[16], total[16], left[16];
    format_bytes(usage->used, used, sizeof used);
    format_bytes(usage->size, total, sizeof total);
    format_bytes(usage->free, left, sizeof left);
    snprintf(strong, size, "%s", used);
    if (usage->size == 0)
        snprintf(dim, size, "used, no limit");
    else
        snprintf(dim, size, "of %s  %.0f%%   free %s", total,
                 100.0 * (double)usage->used / (double)usage->size, left);
}

static void draw_gauge(const struct directory_usage *usage, struct cells *cells, struct rect rect)
{
    char strong[64], dim[64];
    gauge_text(usage, strong, dim, sizeof dim);
    int text = text_width(strong) + 1 + text_width(dim);
    int bar = rect.width - text - 5;
    int x = rect.x + 1;
    if (usage->size > 0 && bar >= 4) {
        uint64_t used = usage->used < usage->size ? usage->used : usage->size;
        int full = (int)((double)used / (double)usage->size * bar + 0.5);
        if (full == 0 && used > 0)
            full = 1;
        double share = (double)used / (double)usage->size;
        enum role role = share >= 0.95 ? ROLE_BAD : share >= 0.85 ? ROLE_WARN : ROLE_USED;
        cells_fill(cells, (struct rect){rect.y, x, 1, bar}, ROLE_FREE, 0, cells->ascii ? "-" : "━");
        cells_fill(cells, (struct rect){rect.y, x, 1, full}, role, 0, cells->ascii ? "#" : "━");
        x += bar + 2;
    }
    int right = rect.x + rect.width;
    if (x < right)
        x += cells_put(cells, rect.y, x, right - x, ROLE_STRONG, CELL_BOLD, strong) + 1;
    if (x < right)
        cells_put(cells, rect.y, x, right - x, ROLE_DIM, 0, dim);
}

void header_draw(const struct header *header, struct cells *cells, struct rect rect)
{
    if (rect.height >= 1)
        draw_title(header, cells, rect);
    if (rect.height >= 2 && header->has_usage)
        draw_gauge(&header->usage, cells, (struct rect){rect.y + 1, rect.x, 1, rect.width});
}
