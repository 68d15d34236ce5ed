#include "tui/command/progress_bar.h"

#include <stdio.h>
#include <string.h>

#include "core/catalog/column.h"

#define BAR_MIN    8
#define BAR_MAX    40
#define RATE_AFTER 200 /* ms; before that a rate says nothing */

static void put_rate(uint64_t done, uint64_t total, int64_t elapsed, char *buf, size_t size)
{
    char rate[16], left[16];
    buf[0] = '\0';
    if (elapsed < RATE_AFTER || done == 0)
        return;
    double per_second = (double)done * 1000 / (double)elapsed;
    format_bytes(per_second < 1e19 ? (uint64_t)per_second : UINT64_MAX, rate, sizeof rate);
    if (total < done) {
        snprintf(buf, size, "  %s/s", rate);
        return;
    }
    double seconds = (double)(total - done) / per_second;
    format_age(seconds < 1e9 ? (int64_t)(seconds + 0.5) : 1000000000, left, sizeof left);
    snprintf(buf, size, "  %s/s  %s left", rate, left);
}

static void put_bar(uint64_t done, uint64_t total, unsigned columns, bool ascii, char *buf, size_t size)
{
    unsigned filled = (unsigned)((double)done / (double)total * columns);
    size_t used = (size_t)snprintf(buf, size, "[");
    for (unsigned i = 0; i < columns && used + 5 < size; i++) {
        const char *full = ascii ? "#" : "█", *empty = ascii ? "-" : "░";
        used += (size_t)snprintf(buf + used, size - used, "%s", i < filled ? full : empty);
    }
    snprintf(buf + used, size - used, "]  ");
}

void progress_bar_text(uint64_t done, uint64_t total, int64_t elapsed, unsigned width, bool ascii, char *buf,
                       size_t size)
{
    char bytes[16], all[16], rate[64], facts[160], bar[4 * BAR_MAX + 8] = "";
    if (total > 0 && done > total)
        done = total;
    format_bytes(done, bytes, sizeof bytes);
    format_bytes(total, all, sizeof all);
    put_rate(done, total, elapsed, rate, sizeof rate);
    if (total > 0)
        snprintf(facts, sizeof facts, "%3d%%  %s of %s%s", (int)((double)done / (double)total * 100), bytes,
                 all, rate);
    else
        snprintf(facts, sizeof facts, "%s%s", bytes, rate);
    size_t length = strlen(facts);
    if (total > 0 && width >= length + 4 + BAR_MIN) {
        unsigned room = width - (unsigned)length - 4;
        put_bar(done, total, room < BAR_MAX ? room : BAR_MAX, ascii, bar, sizeof bar);
    }
    if (length > width)
        facts[width] = '\0';
    snprintf(buf, size, "%s%s", bar, facts);
}
