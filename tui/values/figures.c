#include "tui/values/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/view/words.h"

#define VALUE_MAX 48
#define LABEL     7 /* columns: the longest, a blank, and the sign of a number */

enum figure { FIGURE_MIN, FIGURE_MEAN, FIGURE_MAX, FIGURE_STD, FIGURE_ZEROS, FIGURE_NAN, FIGURE_INF };

static const char *const labels[FIGURES_ROWS] = {"min", "mean", "max", "std", "zeros", "nan", "inf"};

/* --- texts --- */

void figures_how_text(const struct statistics *statistics, int64_t took, char *buf, size_t size)
{
    const char *meanwhile = statistics->rewritten ? ", rewritten meanwhile" : "";
    char count[WORDS_COUNT_MAX], time[WORDS_DURATION_MAX];
    words_count(statistics->tally.count, count);
    words_duration(took, time);
    if (statistics->sampled)
        snprintf(buf, size, "sampled %s%s", count, meanwhile);
    else
        snprintf(buf, size, "exact, %s%s", time, meanwhile);
}

static void double_text(double value, char *buf, size_t size)
{
    static const struct dtype dtype = {
        .kind = DTYPE_FLOAT, .order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>', .itemsize = 8};
    number_text(&dtype, &value, NUMBER_SHORT, buf, size);
}

/* An integer of many digits is rounded where there is no room for it. */
static void extreme_text(const struct statistics *statistics, bool max, int width, char *buf, size_t size)
{
    statistics_value_text(statistics, max, NUMBER_SHORT, buf, size);
    if ((int)strlen(buf) > width)
        double_text(statistics_value(statistics, max), buf, size);
}

static uint64_t count_of(const struct statistics *statistics, enum figure figure)
{
    const struct tally *tally = &statistics->tally;
    return figure == FIGURE_ZEROS ? tally->zeros
           : figure == FIGURE_NAN ? tally->nan
                                  : tally->posinf + tally->neginf;
}

/* At most so many columns, where that can be. */
static void figure_text(const struct statistics *statistics, enum figure figure, int width, char *buf,
                        size_t size)
{
    char count[WORDS_COUNT_MAX];
    words_count(count_of(statistics, figure), count);
    if (figure >= FIGURE_ZEROS)
        snprintf(buf, size, "%s", count);
    else if (statistics->tally.finite == 0)
        snprintf(buf, size, "-");
    else if (figure == FIGURE_MIN || figure == FIGURE_MAX)
        extreme_text(statistics, figure == FIGURE_MAX, width, buf, size);
    else
        double_text(figure == FIGURE_MEAN ? statistics->tally.mean : statistics->std, buf, size);
}

/* What is no number is seen at a glance. */
static bool is_odd(const struct statistics *statistics, enum figure figure)
{
    return (figure == FIGURE_NAN || figure == FIGURE_INF) && count_of(statistics, figure) > 0;
}

static enum role role_of(const struct statistics *statistics, enum figure figure)
{
    return !is_odd(statistics, figure) ? ROLE_TEXT : figure == FIGURE_NAN ? ROLE_NAN : ROLE_INF;
}

/* --- below each other --- */

static void put_figure(const struct statistics *statistics, enum figure figure, struct cells *cells, int y,
                       int x, int width)
{
    char text[VALUE_MAX];
    uint8_t flags = is_odd(statistics, figure) ? CELL_BOLD : 0;
    cells_put(cells, y, x, width, flags ? role_of(statistics, figure) : ROLE_DIM, flags, labels[figure]);
    if (width <= LABEL)
        return;
    figure_text(statistics, figure, width - LABEL, text, sizeof text);
    int sign = text[0] == '-' && text[1] != '\0';
    cells_put_cut(cells, y, x + LABEL - sign, width - LABEL + sign, role_of(statistics, figure), flags, text);
}

int figures_draw(const struct statistics *statistics, struct cells *cells, struct rect rect)
{
    if (rect.height <= 0 || rect.width <= 0)
        return 0;
    if (rect.height == 1) {
        figures_put_line(statistics, "", cells, rect.y, rect.x, rect.width);
        return 1;
    }
    static const enum figure pairs[] = {FIGURE_MIN, FIGURE_MAX, FIGURE_MEAN, FIGURE_STD,
                                        FIGURE_NAN, FIGURE_INF, FIGURE_ZEROS};
    bool beside = rect.height < FIGURES_ROWS && rect.width >= FIGURES_BESIDE_WIDTH;
    int rows = beside ? FIGURES_ROWS_BESIDE : FIGURES_ROWS, half = rect.width / 2;
    for (int i = 0; i < FIGURES_ROWS; i++) {
        enum figure figure = beside ? pairs[i] : (enum figure)i;
        int y = rect.y + (beside ? i / 2 : i), x = rect.x + (beside && i % 2 ? half : 0);
        if (y < rect.y + rect.height)
            put_figure(statistics, figure, cells, y, x, beside ? half - 1 : rect.width);
    }
    return rows < rect.height ? rows : rect.height;
}

/* --- on one line --- */

static int width_of(const struct statistics *statistics, enum figure figure)
{
    char text[VALUE_MAX];
    figure_text(statistics, figure, VALUE_MAX, text, sizeof text);
    return text_width(labels[figure]) + 1 + text_width(text);
}

static const enum figure on_line[] = {FIGURE_MIN, FIGURE_MEAN, FIGURE_MAX,
                                      FIGURE_STD, FIGURE_NAN,  FIGURE_INF};
#define ON_LINE (sizeof on_line / sizeof on_line[0])

/* Columns of all of them, so many blanks apart. */
static int whole_width(const struct statistics *statistics, int gap)
{
    int width = -gap;
    for (size_t i = 0; i < ON_LINE; i++)
        width += width_of(statistics, on_line[i]) + gap;
    return width;
}

/* Returns the next x; what would end behind `end` is left out. */
static int put_on_line(const struct statistics *statistics, int gap, struct cells *cells, int y, int x,
                       int end)
{
    int kept = 0; /* for those that are odd */
    for (size_t i = 0; i < ON_LINE; i++)
        kept += is_odd(statistics, on_line[i]) ? width_of(statistics, on_line[i]) + gap : 0;
    for (size_t i = 0; i < ON_LINE; i++) {
        char text[VALUE_MAX];
        enum figure figure = on_line[i];
        int needs = width_of(statistics, figure);
        bool odd = is_odd(statistics, figure);
        kept -= odd ? needs + gap : 0;
        if (x + needs + (odd ? 0 : kept) > end)
            continue;
        enum role role = role_of(statistics, figure);
        uint8_t flags = odd ? CELL_BOLD : 0;
        figure_text(statistics, figure, VALUE_MAX, text, sizeof text);
        x += cells_put(cells, y, x, -1, odd ? role : ROLE_DIM, flags, labels[figure]) + 1;
        x += cells_put(cells, y, x, -1, role, flags, text) + gap;
    }
    return x;
}

void figures_put_line(const struct statistics *statistics, const char *how, struct cells *cells, int y, int x,
                      int width)
{
    char said[FIGURES_HOW_MAX + 64];
    for (int brief = 0; brief < 2 && how[0]; brief++) {
        int n = brief ? (int)strcspn(how, ", ") : (int)strlen(how); /* the word that matters */
        snprintf(said, sizeof said, "(%.*s)", n, how);
        for (int gap = 2; gap > 0; gap--)
            if (whole_width(statistics, gap) + gap + text_width(said) <= width) {
                int next = put_on_line(statistics, gap, cells, y, x, x + width);
                cells_put(cells, y, next, -1, ROLE_DIM, 0, said);
                return;
            }
    }
    put_on_line(statistics, 2, cells, y, x, x + width);
}
