#include "core/source/text_rows.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/workers.h"

#define BLOCK ((size_t)64 << 10)
#define RANGE ((uint64_t)4 << 20)

/* --- a block in memory --- */

static uint64_t count_bytewise(const struct text_delimiter *delimiter, const char *at, const char *end,
                               bool *at_start)
{
    uint64_t rows = 0;
    for (; at < end; at++) {
        if (text_is_line_end(*at)) {
            *at_start = true;
        } else if (*at_start && !text_is_blank(delimiter, *at)) {
            rows += *at != '#';
            *at_start = false;
        }
    }
    return rows;
}

typedef uint8_t lanes __attribute__((vector_size(16)));

#define LANES     sizeof(lanes)
#define STEPS_MAX 255 /* until a lane of a sum could overflow */

static lanes load_lanes(const char *at)
{
    lanes value;
    memcpy(&value, at, sizeof value);
    return value;
}

/*
 * Of so many lanes, at most STEPS_MAX, with a byte before: lines whose first byte says that they are rows.
 * *ret_doubtful: some line begins with a byte that does not say it.
 */
static uint64_t count_by_lanes(const char *at, size_t steps, bool *ret_doubtful)
{
    lanes sum = {0}, doubtful = {0};
    for (size_t i = 0; i < steps; i++, at += LANES) {
        lanes before = load_lanes(at - 1), now = load_lanes(at);
        lanes begins = (lanes)(before == '\n') | (lanes)(before == '\r');
        lanes ends = (lanes)(now == '\n') | (lanes)(now == '\r');
        lanes plain = (lanes)(now > ' ') & (lanes)(now != '#');
        sum -= begins & plain;
        doubtful |= begins & ~plain & ~ends;
    }
    uint64_t rows = 0;
    uint8_t any = 0;
    for (size_t i = 0; i < LANES; i++) {
        rows += sum[i];
        any |= doubtful[i];
    }
    *ret_doubtful = any != 0;
    return rows;
}

uint64_t text_rows_count(const struct text_delimiter *delimiter, const char *block, size_t n, bool *at_start)
{
    const char *at = block, *end = block + n;
    uint64_t rows = 0;
    while (at < end) {
        size_t steps = (size_t)min_u64((size_t)(end - at) / LANES, STEPS_MAX);
        size_t length = steps * LANES;
        bool doubtful = true;
        uint64_t found = 0;
        if (steps == 0 || at == block || *at_start != text_is_line_end(at[-1]))
            length = (size_t)min_u64(LANES, (size_t)(end - at)); /* until the byte before says it */
        else
            found = count_by_lanes(at, steps, &doubtful);
        if (doubtful)
            found = count_bytewise(delimiter, at, at + length, at_start);
        else
            *at_start = text_is_line_end(at[length - 1]);
        rows += found;
        at += length;
    }
    return rows;
}

/* --- a file --- */

struct counting {
    const struct input *input;
    const struct text_delimiter *delimiter;
    struct progress *progress;
    uint64_t offset;
    _Atomic uint64_t rows;
};

static int read_block(const struct counting *counting, char *block, size_t size, uint64_t at,
                      struct error *error)
{
    ssize_t n = input_pread(counting->input, block, size, counting->offset + at, error);
    if (n >= 0 && (size_t)n < size)
        return error_set(error, ESTALE, "the file changed while it was read");
    return n < 0 ? (int)n : 0;
}

/* A line that began with blanks may show what it is only behind the range. */
static int settle_last(const struct counting *counting, uint64_t at, uint64_t *rows, struct error *error)
{
    uint64_t end = counting->input->size - counting->offset;
    for (bool at_start = true; at < end && at_start; at++) {
        char c;
        int r = read_block(counting, &c, 1, at, error);
        if (r < 0)
            return r;
        if (text_is_line_end(c))
            break;
        *rows += text_rows_count(counting->delimiter, &c, 1, &at_start);
    }
    return 0;
}

/* Rows that begin in the range. */
static int count_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    struct counting *counting = context;
    char block[BLOCK];
    uint64_t rows = 0, at = first, end = first + count;
    block[0] = '\n';
    int r = first > 0 ? read_block(counting, block, 1, first - 1, error) : 0;
    bool at_start = text_is_line_end(block[0]);
    size_t n = 0;
    for (; r == 0 && at < end; at += n) {
        n = (size_t)min_u64(BLOCK, end - at);
        if ((r = read_block(counting, block, n, at, error)) == 0)
            rows += text_rows_count(counting->delimiter, block, n, &at_start);
    }
    if (r == 0 && at_start && n > 0 && !text_is_line_end(block[n - 1]))
        r = settle_last(counting, end, &rows, error);
    atomic_fetch_add_explicit(&counting->rows, rows, memory_order_relaxed);
    progress_add(counting->progress, count);
    return r;
}

int text_rows_of_file(const struct input *input, uint64_t offset, const struct text_delimiter *delimiter,
                      unsigned threads, struct progress *progress, uint64_t *ret_rows, struct error *error)
{
    struct counting counting = {
        .input = input, .delimiter = delimiter, .progress = progress, .offset = offset};
    progress_add(progress, offset);
    int r = parallel_ranges(input->size - offset, RANGE, threads, count_range, &counting, progress, error);
    if (r == 0)
        *ret_rows = atomic_load(&counting.rows);
    return r;
}
