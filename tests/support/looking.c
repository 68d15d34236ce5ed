#include "tests/support/test.h"

#include "tests/support/looking.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/sys/memory.h"
#include "tests/support/draw.h"

void looking_open(struct looking *looking, void **state, const char *name)
{
    struct segment segment = {0};
    struct error error = {0};
    looking->tmpdir = *state;
    if (!looking->directory)
        assert_int_equal(directory_open(&looking->directory, looking->tmpdir->path, false, &error), 0);
    assert_int_equal(segment_stat(looking->directory, name, &segment, &error), 0);
    looking->preview = preview_new(name, &segment.id, looking->now);
    looking->history = line_history_new();
    preview_share_history(looking->preview, looking->history);
    segment_clear(&segment);
    cells_resize(&looking->cells, 24, 80);
    looking_settle(looking);
}

void looking_close(struct looking *looking)
{
    for (int slot = 0; slot < STUDY_SLOT_COUNT; slot++)
        study_request_free(looking->asked[slot]);
    preview_free(looking->preview);
    line_history_free(looking->history);
    directory_close(looking->directory);
    cells_free(&looking->cells);
}

static bool read_more(struct looking *looking)
{
    struct preview_request *request = preview_wants(looking->preview, looking->now);
    if (!request)
        return false;
    preview_supply(looking->preview, preview_fetch(looking->directory, "/proc", request), looking->now);
    preview_request_free(request);
    return true;
}

static struct study_reply *cancelled(void)
{
    struct study_reply *reply = memory_new(sizeof *reply);
    reply->found = STUDY_FAILED;
    error_set(&reply->error, ECANCELED, "cancelled");
    return reply;
}

static void take_studies(struct looking *looking)
{
    for (enum study_slot slot = 0; slot < STUDY_SLOT_COUNT; slot++) {
        if (looking->asked[slot] && preview_gives_up_study(looking->preview, slot)) {
            looking->given_up[slot]++;
            looking_answer(looking, slot, cancelled());
        }
        if (looking->asked[slot])
            continue;
        looking->asked[slot] = preview_wants_study(looking->preview, slot, looking->now);
        looking->asks[slot] += looking->asked[slot] != NULL;
    }
}

void looking_settle(struct looking *looking)
{
    struct cells *cells = &looking->cells;
    int rounds = 0;
    do {
        preview_layout(looking->preview, cells->rows, cells->columns, looking->ascii);
        assert_true(rounds++ < 20);
    } while (read_more(looking));
    take_studies(looking);
    preview_layout(looking->preview, cells->rows, cells->columns, looking->ascii);
    cells_clear(cells);
    cells->ascii = looking->ascii;
    preview_draw(looking->preview, cells, (struct rect){0, 0, cells->rows, cells->columns});
    draw_assert_sane(cells);
}

void looking_size(struct looking *looking, int rows, int columns)
{
    cells_resize(&looking->cells, rows, columns);
    looking_settle(looking);
}

void looking_press(struct looking *looking, const char *keys)
{
    for (; *keys; keys++)
        preview_key(looking->preview, &(struct key){.code = (unsigned char)*keys}, looking->now);
    looking_settle(looking);
}

void looking_press_code(struct looking *looking, uint32_t code)
{
    preview_key(looking->preview, &(struct key){.code = code}, looking->now);
    looking_settle(looking);
}

void looking_wait(struct looking *looking, int64_t ms)
{
    looking->now += ms;
    looking_settle(looking);
}

void looking_answer(struct looking *looking, enum study_slot slot, struct study_reply *reply)
{
    assert_non_null(looking->asked[slot]);
    study_request_free(looking->asked[slot]);
    looking->asked[slot] = NULL;
    preview_supply_study(looking->preview, slot, reply, looking->now);
    looking_settle(looking);
}

void looking_study(struct looking *looking, enum study_slot slot)
{
    struct progress progress = {0};
    assert_non_null(looking->asked[slot]);
    struct study_reply *reply = study_run(looking->directory, "/proc", looking->asked[slot], &progress);
    reply->took = 0; /* screens show it */
    looking_answer(looking, slot, reply);
}

/* --- segments --- */

struct matrix looking_matrix(const char *dtype, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank};
    assert_int_equal(dtype_parse(dtype, &matrix.dtype, NULL), 0);
    for (int i = 0; i < rank; i++)
        matrix.shape[i] = shape[i];
    return matrix;
}

void looking_write_doubles(struct tmpdir *tmpdir, const char *name, char order, int rank,
                           const uint64_t *shape)
{
    struct matrix matrix = looking_matrix("<f8", order, rank, shape);
    size_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= shape[i];
    double *values = calloc(n + 1, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++)
        values[i] = (double)i / 2;
    tmpdir_write_matrix(tmpdir, name, &matrix, values, n * sizeof *values);
    free(values);
}

void looking_write_double(struct tmpdir *tmpdir, const char *name, uint64_t place, double value)
{
    int fd = open(tmpdir_path(tmpdir, name), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &value, sizeof value, (off_t)(128 + place * sizeof value)), sizeof value);
    close(fd);
}
