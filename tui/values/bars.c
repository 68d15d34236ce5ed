#include "tui/values/bars.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EDGE_MAX   24
#define BAR_LEAST  4 /* columns; edges and counts take what is beyond */
#define COUNT_ROOM 24
#define STEPS      (UINT64_C(1) << 32) /* of a bar, that a fraction is told in */

/* How the bins become bars. */
struct bars {
    const struct histogram *histogram;
    unsigned each, count; /* bins a bar, the last one may have fewer; bars */
    double highest;       /* elements a bin, of the highest bar */
};

static unsigned end_of(const struct bars *bars, unsigned bar)
{
    unsigned end = (bar + 1) * bars->each;
    return end < bars->histogram->bins ? end : bars->histogram->bins;
}

static uint64_t elements_of(const struct bars *bars, unsigned bar)
{
    uint64_t sum = 0;
    for (unsigned i = bar * bars->each; i < end_of(bars, bar); i++)
        if (__builtin_add_overflow(sum, bars->histogram->counts[i], &sum))
            return UINT64_MAX;
    return sum;
}

static double height_of(const struct bars *bars, unsigned bar)
{
    return (double)elements_of(bars, bar) / (end_of(bars, bar) - bar * bars->each);
}

/* The bars that room of so many rows or columns is for. */
static struct bars gather(const struct histogram *histogram, int room)
{
    struct bars bars = {.histogram = histogram};
    if (histogram->bins == 0 || room <= 0)
        return bars;
    bars.each = (histogram->bins - 1) / (unsigned)room + 1;
    bars.count = (histogram->bins - 1) / bars.each + 1;
    for (unsigned i = 0; i < bars.count; i++)
        bars.highest = fmax(bars.highest, height_of(&bars, i));
    return bars;
}

/* How long a bar is, of so many steps; one that is not empty has one at least. */
static uint64_t steps_of(const struct bars *bars, unsigned bar, uint64_t steps)
{
    double part = height_of(bars, bar) / bars->highest;
    uint64_t long_ = (uint64_t)(part * (double)steps + 0.5);
    return long_ > steps ? steps : long_ == 0 && part > 0 ? 1 : long_;
}

static int put_nothing(struct cells *cells, struct rect rect)
{
    cells_put_cut(cells, rect.y, rect.x, rect.width, ROLE_DIM, 0, "no finite value");
    return 1;
}

/* --- numbers --- */

void bars_count_text(uint64_t count, char *buf, size_t size)
{
    static const char units[] = "kMGTPE";
    if (count < 100000) {
        snprintf(buf, size, "%u", (unsigned)count);
        return;
    }
    double value = (double)count / 1000;
    size_t unit = 0;
    for (; value >= 999.5 && units[unit + 1]; unit++)
        value /= 1000;
    snprintf(buf, size, "%.*f%c", value < 99.95 ? 1 : 0, value, units[unit]);
}

/* How edges are written, so that the next one is another. */
struct edge_format {
    bool scientific;
    int digits; /* behind the point */
    int width;
};

static void edge_text(const struct edge_format *format, double edge, char *buf, size_t size)
{
    snprintf(buf, size, format->scientific ? "%.*e" : "%.*f", format->digits, edge);
    if (buf[0] == '-' && strspn(buf + 1, "0.") == strlen(buf + 1))
        memmove(buf, buf + 1, strlen(buf)); /* no -0.00 */
}

static int magnitude(double value)
{
    return value == 0 || !isfinite(value) ? 0 : (int)floor(log10(fabs(value)));
}

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* As many digits as tell one bar from the next, and three of the largest edge; written the shorter way. */
static struct edge_format edge_format(const struct bars *bars)
{
    const double *edges = bars->histogram->edges;
    double low = edges[0], high = edges[bars->histogram->bins];
    double step = high / bars->count - low / bars->count;
    int largest = magnitude(fmax(fabs(low), fabs(high))), digits = 1 - magnitude(step);
    digits = digits < 2 - largest ? 2 - largest : digits;
    int fixed = digits > 0 ? digits : 0, scientific = between(digits + largest - 1, 1, 6);
    struct edge_format format = {.digits = fixed};
    if ((largest > 0 ? largest : 0) + 1 + fixed > scientific + 6)
        format = (struct edge_format){.scientific = true, .digits = scientific};
    for (unsigned i = 0; i <= bars->count; i++) {
        char text[EDGE_MAX];
        edge_text(&format, i < bars->count ? edges[i * bars->each] : high, text, sizeof text);
        int width = (int)strlen(text);
        format.width = width > format.width ? width : format.width;
    }
    return format;
}

/* --- lying --- */

int bars_rows(const struct histogram *histogram, int height)
{
    struct bars bars = gather(histogram, height);
    return height <= 0 ? 0 : bars.highest > 0 ? (int)bars.count : 1;
}

/* In ASCII a bar of less than half a column is a point. */
static void put_bar(const struct bars *bars, unsigned bar, struct cells *cells, int y, int x, int width)
{
    uint64_t least = STEPS / ((uint64_t)width * (cells->ascii ? 2 : 8)) + 1;
    uint64_t part = steps_of(bars, bar, STEPS);
    if (part > 0 && part < least && cells->ascii)
        cells_put(cells, y, x, 1, ROLE_IDLE, 0, ".");
    else
        cells_bar(cells, y, x, width, part > 0 && part < least ? least : part, STEPS, ROLE_IDLE);
}

int bars_draw(const struct histogram *histogram, struct cells *cells, struct rect rect)
{
    struct bars bars = gather(histogram, rect.height);
    if (rect.height <= 0 || rect.width <= 0)
        return 0;
    if (!(bars.highest > 0))
        return put_nothing(cells, rect);
    struct edge_format format = edge_format(&bars);
    int edge = rect.width >= format.width + 1 + BAR_LEAST ? format.width + 1 : 0;
    int width = rect.width - edge, count = width >= COUNT_ROOM ? BARS_COUNT_MAX : 0;
    for (unsigned i = 0; i < bars.count; i++) {
        char text[EDGE_MAX];
        int y = rect.y + (int)i;
        edge_text(&format, histogram->edges[i * bars.each], text, sizeof text);
        if (edge)
            cells_put_right(cells, y, rect.x, edge - 1, ROLE_DIM, 0, text);
        put_bar(&bars, i, cells, y, rect.x + edge, width - count);
        bars_count_text(elements_of(&bars, i), text, sizeof text);
        if (count)
            cells_put_right(cells, y, rect.x + rect.width - count, count, ROLE_DIM, 0, text);
    }
    return (int)bars.count;
}

/* --- standing --- */

/* One cell of a standing bar, of which so many eighths are full. */
static const char *standing(uint64_t eighths, bool ascii)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    if (ascii)
        return eighths == 0 ? " " : eighths < 3 ? "_" : eighths < 6 ? ":" : "#";
    return blocks[eighths];
}

static void put_standing(const struct bars *bars, unsigned bar, struct cells *cells, struct rect rect)
{
    uint64_t left = steps_of(bars, bar, (uint64_t)rect.height * 8);
    for (int y = rect.y + rect.height - 1; y >= rect.y && left > 0; y--) {
        uint64_t here = left > 8 ? 8 : left;
        cells_fill(cells, (struct rect){y, rect.x, 1, rect.width}, ROLE_IDLE, 0,
                   standing(here, cells->ascii));
        left -= here;
    }
}

static void put_ends(const struct bars *bars, struct cells *cells, int y, int x, int width)
{
    struct edge_format format = edge_format(bars);
    char low[EDGE_MAX], high[EDGE_MAX];
    edge_text(&format, bars->histogram->edges[0], low, sizeof low);
    edge_text(&format, bars->histogram->edges[bars->histogram->bins], high, sizeof high);
    int taken = (int)strlen(high);
    cells_put_cut(cells, y, x, width, ROLE_DIM, 0, low);
    if ((int)strlen(low) + 1 + taken <= width)
        cells_put_right(cells, y, x + width - taken, taken, ROLE_DIM, 0, high);
}

int bars_draw_standing(const struct histogram *histogram, struct cells *cells, struct rect rect)
{
    struct bars bars = gather(histogram, rect.width);
    if (rect.height <= 0 || rect.width <= 0)
        return 0;
    if (!(bars.highest > 0))
        return put_nothing(cells, rect);
    int ends = rect.height > 1, each = rect.width / (int)bars.count;
    for (unsigned i = 0; i < bars.count; i++)
        put_standing(&bars, i, cells,
                     (struct rect){rect.y, rect.x + (int)i * each, rect.height - ends, each});
    if (ends)
        put_ends(&bars, cells, rect.y + rect.height - 1, rect.x, each * (int)bars.count);
    return rect.height;
}
