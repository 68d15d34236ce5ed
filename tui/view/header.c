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
    if (header->filter[0] || header->only != STATE_UNKNOWN)
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
enum place {
    PLACE_STATE,
    PLACE_UNREAD,
    PLACE_READ_ONLY,
    PLACE_SORT,
    PLACE_CHIPS,
    PLACE_FILTER,
    PLACE_COUNT,
    PLACES
};

#define FILTER_LEAST 28 /* columns of it, with the word in front */

/* A long filter is cut before anything is left out. */
static void cut_filter(struct piece pieces[PLACES], int room, bool ascii)
{
    char *text = pieces[PLACE_FILTER].text;
    int width = text_width(text);
    for (int i = 0; i < PLACES; i++)
        room -= pieces[i].text[0] ? text_width(pieces[i].text) + 3 : 0;
    int most = width + room > FILTER_LEAST ? width + room : FILTER_LEAST;
    if (width <= most)
        return;
    size_t n = strlen(text);
    while (n > 0 && text_width(text) > most - 1) {
        while (n > 0 && ((unsigned char)text[--n] & 0xc0) == 0x80)
            ;
        text[n] = '\0';
    }
    snprintf(text + n, sizeof pieces[0].text - n, "%s", ascii ? "~" : "…");
}

/* What does not fit is left out, the sort first, the state last. */
static void draw_right(const struct header *header, struct cells *cells, int y, int left, int right)
{
    static const enum place importance[] = {PLACE_STATE, PLACE_READ_ONLY, PLACE_CHIPS, PLACE_FILTER,
                                            PLACE_COUNT, PLACE_UNREAD,    PLACE_SORT};
    struct piece pieces[PLACES] = {
        [PLACE_STATE] = state_piece(header, cells->ascii),
        [PLACE_SORT] = sort_piece(header, cells->ascii),
        [PLACE_COUNT] = count_piece(header),
    };
    if (header->unread > 0) {
        pieces[PLACE_UNREAD].role = ROLE_WARN;
        snprintf(pieces[PLACE_UNREAD].text, sizeof pieces[0].text, "%u of %u unread", header->unread,
                 header->processes);
    }
    if (header->read_only)
        pieces[PLACE_READ_ONLY] = (struct piece){ROLE_WARN, "RO"};
    if (header->filter[0]) {
        pieces[PLACE_FILTER].role = ROLE_STRONG;
        snprintf(pieces[PLACE_FILTER].text, sizeof pieces[0].text, "filter: %.100s", header->filter);
    }
    pieces[PLACE_CHIPS].role = ROLE_STRONG;
    snprintf(pieces[PLACE_CHIPS].text, sizeof pieces[0].text, "%s", header->chips);
    cut_filter(pieces, right - left, cells->ascii);
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

/* --- the gauge --- */

/* What the file system says is used and no row explains stands behind the states. */
#define PART_REST  STATE_COUNT
#define PART_COUNT (STATE_COUNT + 1)

struct part {
    enum role role;
    const char *text, *ascii; /* ascii: what it is drawn with where there is no colour to rely on */
    uint64_t bytes;
    size_t count;
};

static const struct part parts_of_gauge[PART_COUNT] = {
    [STATE_UNKNOWN] = {ROLE_USED, "", "#", 0, 0},
    [STATE_LIVE] = {ROLE_LIVE, "live", "#", 0, 0},
    [STATE_IDLE] = {ROLE_IDLE, "idle", "=", 0, 0},
    [STATE_STALE] = {ROLE_STALE, "stale", "s", 0, 0},
    [STATE_LEAKED] = {ROLE_LEAKED, "leaked", "L", 0, 0},
    [STATE_UNLINKED] = {ROLE_UNLINKED, "unlinked", "G", 0, 0},
    [PART_REST] = {ROLE_USED, "not explained", "+", 0, 0},
};

static void find_parts(const struct header *header, struct part parts[PART_COUNT])
{
    uint64_t rest = header->usage.used;
    for (int i = 0; i < PART_COUNT; i++) {
        parts[i] = parts_of_gauge[i];
        if (i == PART_REST)
            break;
        parts[i].bytes = header->totals->bytes[i] < rest ? header->totals->bytes[i] : rest;
        parts[i].count = header->totals->count[i];
        rest -= parts[i].bytes;
    }
    parts[PART_REST].bytes = rest;
}

static int largest_of(const int widths[PART_COUNT])
{
    int largest = 0;
    for (int i = 1; i < PART_COUNT; i++)
        if (widths[i] > widths[largest])
            largest = i;
    return largest;
}

/* Columns of each part in a gauge of so many: rounded, but what is there is seen. */
static void share_gauge(const struct part parts[PART_COUNT], uint64_t size, int bar, int widths[PART_COUNT])
{
    double sum = 0;
    int before = 0;
    for (int i = 0; i < PART_COUNT; i++) {
        sum += (double)parts[i].bytes / (double)size * bar;
        int end = sum < bar ? (int)(sum + 0.5) : bar;
        widths[i] = end - before;
        before = end;
    }
    for (int i = 0; i < PART_COUNT; i++) {
        if (parts[i].bytes == 0 || widths[i] > 0)
            continue;
        int largest = largest_of(widths);
        widths[i] = 1;
        if (widths[largest] > 1)
            widths[largest]--;
        else if (before < bar)
            before++;
        else
            widths[i] = 0;
    }
}

static void draw_bar(const struct header *header, struct cells *cells, int y, int x, int bar)
{
    struct part parts[PART_COUNT];
    int widths[PART_COUNT];
    find_parts(header, parts);
    share_gauge(parts, header->usage.size, bar, widths);
    cells_fill(cells, (struct rect){y, x, 1, bar}, ROLE_FREE, 0, cells->ascii ? "-" : "━");
    for (int i = 0; i < PART_COUNT; x += widths[i++])
        cells_fill(cells, (struct rect){y, x, 1, widths[i]}, parts[i].role, 0,
                   cells->ascii ? parts[i].ascii : "━");
}

enum gauge_text { TEXT_USED, TEXT_SHARE, TEXT_FREE, TEXT_RATE, GAUGE_TEXTS };

/* The pieces at the right of the gauge. The share of a full one is coloured. */
static void gauge_pieces(const struct header *header, struct piece pieces[GAUGE_TEXTS])
{
    const struct directory_usage *usage = &header->usage;
    char used[16], total[16], left[16];
    format_bytes(usage->used, used, sizeof used);
    format_bytes(usage->size, total, sizeof total);
    format_bytes(usage->free, left, sizeof left);
    for (int i = 0; i < GAUGE_TEXTS; i++)
        pieces[i] = (struct piece){.role = ROLE_DIM};
    pieces[TEXT_USED].role = ROLE_STRONG;
    snprintf(pieces[TEXT_USED].text, sizeof pieces[0].text, "%s", used);
    snprintf(pieces[TEXT_RATE].text, sizeof pieces[0].text, "%s", header->notes ? header->notes->rate : "");
    if (usage->size == 0) {
        snprintf(pieces[TEXT_SHARE].text, sizeof pieces[0].text, "used, no limit");
        return;
    }
    double share = (double)usage->used / (double)usage->size;
    pieces[TEXT_SHARE].role = share >= 0.95 ? ROLE_BAD : share >= 0.85 ? ROLE_WARN : ROLE_DIM;
    snprintf(pieces[TEXT_SHARE].text, sizeof pieces[0].text, "of %s  %.0f%%", total, 100.0 * share);
    snprintf(pieces[TEXT_FREE].text, sizeof pieces[0].text, "free %s", left);
}

static int pieces_width(const struct piece pieces[GAUGE_TEXTS])
{
    int width = 0;
    for (int i = 0; i < GAUGE_TEXTS; i++)
        if (pieces[i].text[0])
            width += text_width(pieces[i].text) + (i == TEXT_USED ? 0 : i == TEXT_SHARE ? 1 : 3);
    return width;
}

/* The rate weighs more than what is free, and both less than a gauge that can be read. */
static void draw_gauge(const struct header *header, struct cells *cells, struct rect rect)
{
    struct piece pieces[GAUGE_TEXTS];
    int least = rect.width / 4, x = rect.x + 1, right = rect.x + rect.width;
    gauge_pieces(header, pieces);
    if (pieces[TEXT_RATE].text[0] && rect.width - pieces_width(pieces) - 4 < least)
        pieces[TEXT_FREE].text[0] = '\0';
    if (rect.width - pieces_width(pieces) - 4 < least)
        pieces[TEXT_RATE].text[0] = '\0';
    int bar = rect.width - pieces_width(pieces) - 5;
    if (header->usage.size > 0 && bar >= 4) {
        draw_bar(header, cells, rect.y, x, bar);
        x += bar + 2;
    }
    for (int i = 0; i < GAUGE_TEXTS; i++) {
        if (!pieces[i].text[0] || x >= right)
            continue;
        x += i == TEXT_USED ? 0 : i == TEXT_SHARE ? 1 : 3;
        if (x < right)
            x += cells_put(cells, rect.y, x, right - x, pieces[i].role, i == TEXT_USED ? CELL_BOLD : 0,
                           pieces[i].text);
    }
}

/* --- the legend --- */

static bool is_in_legend(int i, const struct part *part)
{
    return i != STATE_UNKNOWN && (part->count > 0 || part->bytes > 0);
}

static void legend_text(const struct part *part, bool counts, char *buf, size_t size)
{
    char bytes[16];
    format_bytes(part->bytes, bytes, sizeof bytes);
    if (counts && part->count > 0)
        snprintf(buf, size, "%s %s in %zu", part->text, bytes, part->count);
    else
        snprintf(buf, size, "%s %s", part->text, bytes);
}

/* Without it the sum would not add up: where there is little room, in one word. */
static void rest_text(const struct part *part, char *buf, size_t size)
{
    char bytes[16];
    format_bytes(part->bytes, bytes, sizeof bytes);
    snprintf(buf, size, "rest %s", bytes);
}

#define LEGEND_MARK 2 /* a square and a blank */

/* How it is written: with counts, what stands between two, the rest in one word. */
struct legend {
    bool counts;
    int gap;
    bool brief;
};

static void entry_text(const struct part parts[PART_COUNT], int i, const struct legend *legend, char *buf,
                       size_t size)
{
    if (i == PART_REST && legend->brief)
        rest_text(&parts[i], buf, size);
    else
        legend_text(&parts[i], legend->counts, buf, size);
}

/* Columns of an entry with the gap behind it; 0: it is not in the legend. */
static int entry_width(const struct part parts[PART_COUNT], int i, const struct legend *legend)
{
    char text[64];
    if (!is_in_legend(i, &parts[i]))
        return 0;
    entry_text(parts, i, legend, text, sizeof text);
    return LEGEND_MARK + text_width(text) + legend->gap;
}

/* The widest that fits, else the narrowest. */
static struct legend choose_legend(const struct part parts[PART_COUNT], int width)
{
    static const struct legend legends[] = {
        {true, 3, false}, {false, 3, false}, {false, 2, false}, {false, 2, true}, {false, 1, true}};
    size_t n = sizeof legends / sizeof legends[0], chosen = 0;
    for (; chosen + 1 < n; chosen++) {
        int sum = -legends[chosen].gap;
        for (int i = 0; i < PART_COUNT; i++)
            sum += entry_width(parts, i, &legends[chosen]);
        if (sum <= width)
            break;
    }
    return legends[chosen];
}

/* The counts go first, then states from the right: what no row explains is the last to go. */
static void draw_legend(const struct header *header, struct cells *cells, struct rect rect)
{
    struct part parts[PART_COUNT];
    find_parts(header, parts);
    int x = rect.x + 1, right = rect.x + rect.width - 1;
    struct legend legend = choose_legend(parts, right - x);
    int reserved = entry_width(parts, PART_REST, &legend), end = right + legend.gap;
    for (int i = 0; i < PART_COUNT; i++) {
        char text[64];
        int width = entry_width(parts, i, &legend);
        if (width == 0)
            continue;
        if (x + width > end - (i == PART_REST ? 0 : reserved)) {
            if (i == PART_REST)
                break;
            i = PART_REST - 1; /* no other state */
            continue;
        }
        entry_text(parts, i, &legend, text, sizeof text);
        uint8_t flags = i != STATE_UNKNOWN && i == (int)header->only ? CELL_BOLD | CELL_UNDERLINE : 0;
        cells_put(cells, rect.y, x, 1, parts[i].role, 0, cells->ascii ? parts[i].ascii : "■");
        cells_put(cells, rect.y, x + LEGEND_MARK, -1, i == PART_REST ? ROLE_DIM : ROLE_TEXT, flags, text);
        x += width;
    }
    const char *beyond = header->notes ? header->notes->beyond : "";
    if (beyond[0] && x + text_width(beyond) <= right)
        cells_put(cells, rect.y, x, -1, ROLE_DIM, 0, beyond);
}

/* What is the matter, and where there is room for it what to do about it. */
static void draw_warning(const struct header_notes *notes, struct cells *cells, struct rect rect)
{
    char more[40] = "";
    if (notes->warning_count > 1)
        snprintf(more, sizeof more, " (+%zu more: !)", notes->warning_count - 1);
    char text[sizeof notes->warnings[0]];
    snprintf(text, sizeof text, "%s", notes->warnings[0]);
    char *advice = strstr(text, ": ");
    if (advice && text_width(text) > rect.width - 2 - text_width(more)) {
        *advice = '\0';
        if (!more[0])
            snprintf(more, sizeof more, " (what to do: !)");
    }
    int width = rect.width - 2 - text_width(more);
    if (width <= 0)
        return;
    int used = cells_put_cut(cells, rect.y, rect.x + 1, width, ROLE_WARN, 0, text);
    cells_put(cells, rect.y, rect.x + 1 + used, -1, ROLE_DIM, 0, more);
}

void header_draw(const struct header *header, struct cells *cells, struct rect rect)
{
    struct rect line = {rect.y, rect.x, 1, rect.width};
    bool warns = header->notes && header->notes->warning_count > 0;
    if (rect.height >= 1)
        draw_title(header, cells, line);
    line.y++;
    if (rect.height >= 2 && header->has_usage)
        draw_gauge(header, cells, line);
    line.y++;
    if (rect.height >= 3 && header->has_usage && header->swept)
        draw_legend(header, cells, line);
    line.y++;
    if (rect.height > HEADER_LINES && warns)
        draw_warning(header->notes, cells, line);
}
