#include "tui/command/stats_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/name.h"
#include "tui/command/json.h"
#include "tui/command/report.h"

#define VALUE_MAX 64 /* bytes of a number as text */
#define BAR_MIN   8  /* columns; also where the terminal is narrower */
#define BAR_MAX   60

/* A double as number_text has it. */
static const char *double_text(double value, enum number_style style, char buf[VALUE_MAX])
{
    struct dtype dtype;
    dtype_make(DTYPE_FLOAT, '=', 8, NULL, &dtype, NULL);
    number_text(&dtype, &value, style, buf, VALUE_MAX);
    return buf;
}

/* --- as JSON --- */

/* Exact for who reads it as a double, and so longer for narrow floats than what reads back to their bits; of
 * a bool 0 or 1: it is a number here, as the mean of it is. */
static void put_extreme(struct json *json, const struct statistics *statistics, bool max)
{
    char text[VALUE_MAX];
    if (statistics->tally.finite == 0) {
        json_put_null(json);
    } else if (statistics->value.kind == DTYPE_BOOL) {
        json_put_unsigned(json, statistics_value(statistics, max) != 0);
    } else if (statistics->value.kind == DTYPE_FLOAT) {
        json_put_number(json, double_text(statistics_value(statistics, max), NUMBER_FULL, text));
    } else {
        statistics_value_text(statistics, max, NUMBER_FULL, text, sizeof text);
        json_put_number(json, text);
    }
}

static void put_double(struct json *json, bool is_known, double value)
{
    char text[VALUE_MAX];
    if (is_known)
        json_put_number(json, double_text(value, NUMBER_FULL, text));
    else
        json_put_null(json);
}

static void put_histogram(struct json *json, const struct statistics *statistics)
{
    const struct histogram *histogram = &statistics->histogram;
    json_key(json, "histogram");
    if (!statistics->has_histogram) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    json_key(json, "edges");
    json_open_array(json);
    for (unsigned i = 0; i <= histogram->bins; i++)
        put_double(json, true, histogram->edges[i]);
    json_close(json);
    json_key(json, "counts");
    json_open_array(json);
    for (unsigned i = 0; i < histogram->bins; i++)
        json_put_unsigned(json, histogram->counts[i]);
    json_close(json);
    json_close(json);
}

static void put_type_and_shape(struct json *json, const struct matrix *matrix, const struct view *view)
{
    char descr[VALUE_MAX];
    dtype_descr(&matrix->dtype, descr, sizeof descr);
    json_key(json, "dtype");
    json_put_text(json, descr);
    json_key(json, "shape");
    json_open_array(json);
    for (int axis = 0; axis < view->rank; axis++)
        json_put_unsigned(json, view->count[axis]);
    json_close(json);
}

void stats_print_json(const struct options *options, const struct matrix *matrix, const struct view *view,
                      const struct statistics *statistics)
{
    const struct tally *tally = &statistics->tally;
    const struct {
        const char *key;
        uint64_t count;
    } counts[] = {
        {"nan", tally->nan}, {"posinf", tally->posinf}, {"neginf", tally->neginf}, {"zeros", tally->zeros}};
    struct json json;
    json_begin(&json, stdout, options->ascii);
    json_open_object(&json);
    put_type_and_shape(&json, matrix, view);
    json_key(&json, "count");
    json_put_unsigned(&json, tally->count);
    json_key(&json, "min");
    put_extreme(&json, statistics, false);
    json_key(&json, "max");
    put_extreme(&json, statistics, true);
    json_key(&json, "mean");
    put_double(&json, tally->finite > 0, tally->mean);
    json_key(&json, "std");
    put_double(&json, tally->finite > 0, statistics->std);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        json_key(&json, counts[i].key);
        json_put_unsigned(&json, counts[i].count);
    }
    put_histogram(&json, statistics);
    json_close(&json);
    json_end(&json);
}

/* --- as text --- */

/* "prices.shm: float16 40000 × 60000" */
static void print_heading(const struct options *options, const char *name, const struct matrix *matrix,
                          const struct view *view)
{
    char printable[NAME_PRINTABLE_MAX], type[DTYPE_NAME_MAX], shape[1024];
    report_escape(options, name, printable, sizeof printable);
    dtype_name(&matrix->dtype, type);
    matrix_shape_text(view->rank, view->count, options->ascii, shape, sizeof shape);
    report_putf(options, stdout, "%s: %s %s\n", printable, type, shape);
}

/* A share is never rounded to nothing, nor to all. */
static void print_count(const char *label, uint64_t count, uint64_t all)
{
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)count);
    if (count == 0) {
        printf("%-6s  0\n", label);
        return;
    }
    double percent = (double)count / (double)all * 100;
    if (percent < 0.01)
        printf("%-6s  %-20s  <0.01 %%\n", label, number);
    else if (count < all && percent > 99.99)
        printf("%-6s  %-20s  >99.99 %%\n", label, number);
    else
        printf("%-6s  %-20s  %.*f %%\n", label, number, count == all ? 0 : 2, percent);
}

static void print_value(const char *label, bool is_known, const char *text)
{
    printf("%-6s  %s\n", label, is_known ? text : "-");
}

static void print_figures(const struct statistics *statistics)
{
    const struct tally *tally = &statistics->tally;
    bool known = tally->finite > 0;
    char text[VALUE_MAX];
    printf("%-6s  %llu\n", "count", (unsigned long long)tally->count);
    statistics_value_text(statistics, false, NUMBER_FULL, text, sizeof text);
    print_value("min", known, text);
    statistics_value_text(statistics, true, NUMBER_FULL, text, sizeof text);
    print_value("max", known, text);
    print_value("mean", known, double_text(tally->mean, NUMBER_FULL, text));
    print_value("std", known, double_text(statistics->std, NUMBER_FULL, text));
    print_count("nan", tally->nan, tally->count);
    print_count("+inf", tally->posinf, tally->count);
    print_count("-inf", tally->neginf, tally->count);
    print_count("zeros", tally->zeros, tally->count);
}

/* Eighths of a character, or whole ones in ASCII; what is counted is never drawn as nothing. */
static void print_bar(bool ascii, double share, unsigned width)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned steps = ascii ? 1 : 8, n = (unsigned)lround(share * width * steps);
    if (n == 0 && share > 0)
        n = 1;
    for (unsigned i = 0; i < n / steps; i++)
        fputs(ascii ? "#" : "█", stdout);
    fputs(eighths[ascii ? 0 : n % steps], stdout);
}

/* "  -1.5 ..  -1.2  1234  ███▌": as wide as the longest of each. */
static void print_histogram(const struct histogram *histogram, bool ascii, unsigned columns)
{
    int edge_width = 0, count_width = 0;
    uint64_t most = 1;
    char text[VALUE_MAX];
    for (unsigned i = 0; i <= histogram->bins; i++) {
        int n = (int)strlen(double_text(histogram->edges[i], NUMBER_SHORT, text));
        edge_width = n > edge_width ? n : edge_width;
    }
    for (unsigned i = 0; i < histogram->bins; i++) {
        most = histogram->counts[i] > most ? histogram->counts[i] : most;
        int n = snprintf(NULL, 0, "%llu", (unsigned long long)histogram->counts[i]);
        count_width = n > count_width ? n : count_width;
    }
    unsigned taken = (unsigned)(2 * edge_width + count_width) + 8;
    unsigned width = columns > taken + BAR_MIN ? columns - taken : BAR_MIN;
    width = width > BAR_MAX ? BAR_MAX : width;
    putchar('\n');
    for (unsigned i = 0; i < histogram->bins; i++) {
        uint64_t count = histogram->counts[i];
        printf("%*s", edge_width, double_text(histogram->edges[i], NUMBER_SHORT, text));
        printf(" .. %*s", edge_width, double_text(histogram->edges[i + 1], NUMBER_SHORT, text));
        printf("  %*llu", count_width, (unsigned long long)count);
        if (count > 0)
            fputs("  ", stdout);
        print_bar(ascii, (double)count / (double)most, width);
        putchar('\n');
    }
}

void stats_print_text(const struct options *options, const char *name, const struct matrix *matrix,
                      const struct view *view, const struct statistics *statistics, unsigned columns)
{
    print_heading(options, name, matrix, view);
    print_figures(statistics);
    if (statistics->has_histogram)
        print_histogram(&statistics->histogram, options->ascii, columns);
}
