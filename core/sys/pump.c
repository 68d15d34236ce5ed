#include "core/sys/pump.h"

#include <errno.h>
#include <stdlib.h>

#include "core/sys/checked.h"
#include "core/sys/threads.h"

/* Blocks go round: block n % PUMP_BLOCKS is the filler's from emptied == n - PUMP_BLOCKS + 1 on, the
 * emptier's from filled == n + 1 on. */
struct state {
    const struct pump *pump;
    uint64_t total;
    struct progress *progress;
    char *memory;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    uint64_t filled, emptied; /* blocks so far */
    size_t size[PUMP_BLOCKS];
    bool at_end;  /* the filler makes no more */
    bool stopped; /* the emptier takes no more */
    int fill_result;
    struct error fill_error;
};

static char *block_at(const struct state *state, uint64_t n)
{
    return state->memory + (size_t)(n % PUMP_BLOCKS) * state->pump->block;
}

static int check_cancel(const struct state *state, struct error *error)
{
    return progress_cancelled(state->progress) ? error_set(error, ECANCELED, "stopped") : 0;
}

/* Fills one block; *done grows by it. Whether it is the last goes to *ret_last. The count or -code. */
static ssize_t fill_one(const struct state *state, void *buf, uint64_t *done, bool *ret_last,
                        struct error *error)
{
    size_t size = (size_t)min_u64(state->pump->block, state->total - *done);
    int r = check_cancel(state, error);
    ssize_t n = r < 0 ? r : size == 0 ? 0 : state->pump->fill(state->pump->context, buf, size, error);
    if (n > 0)
        *done += (uint64_t)n;
    *ret_last = n < 0 || (size_t)n < size || *done == state->total;
    return n;
}

/* Waits until a block is free. False where none is wanted any more. */
static bool wait_for_room(struct state *state)
{
    pthread_mutex_lock(&state->lock);
    while (!state->stopped && state->filled - state->emptied == PUMP_BLOCKS)
        pthread_cond_wait(&state->changed, &state->lock);
    bool wanted = !state->stopped;
    pthread_mutex_unlock(&state->lock);
    return wanted;
}

static void hand_over(struct state *state, ssize_t n, bool is_last)
{
    pthread_mutex_lock(&state->lock);
    if (n > 0)
        state->size[state->filled++ % PUMP_BLOCKS] = (size_t)n;
    if (n < 0)
        state->fill_result = (int)n;
    state->at_end = is_last;
    pthread_cond_signal(&state->changed);
    pthread_mutex_unlock(&state->lock);
}

static void *fill_all(void *context)
{
    struct state *state = context;
    uint64_t done = 0;
    bool is_last = false;
    for (uint64_t n = 0; !is_last && wait_for_room(state); n++) {
        ssize_t size = fill_one(state, block_at(state, n), &done, &is_last, &state->fill_error);
        hand_over(state, size, is_last);
    }
    return NULL;
}

/* Waits until the next block is filled. Its size, or 0: there is none, or the filler failed. */
static size_t wait_for_block(struct state *state)
{
    pthread_mutex_lock(&state->lock);
    while (state->filled == state->emptied && !state->at_end)
        pthread_cond_wait(&state->changed, &state->lock);
    bool is_there = state->fill_result == 0 && state->filled > state->emptied;
    size_t size = is_there ? state->size[state->emptied % PUMP_BLOCKS] : 0;
    pthread_mutex_unlock(&state->lock);
    return size;
}

static void give_back(struct state *state, int result)
{
    pthread_mutex_lock(&state->lock);
    state->emptied++;
    state->stopped = result < 0;
    pthread_cond_signal(&state->changed);
    pthread_mutex_unlock(&state->lock);
}

static int empty_all(struct state *state, struct error *error)
{
    const struct pump *pump = state->pump;
    int r = 0;
    for (size_t size; r == 0 && (size = wait_for_block(state)) > 0;) {
        r = check_cancel(state, error);
        if (r == 0)
            r = pump->empty(pump->context, block_at(state, state->emptied), size, error);
        give_back(state, r);
    }
    return r;
}

static int take_turns(struct state *state, struct error *error)
{
    const struct pump *pump = state->pump;
    uint64_t done = 0;
    bool is_last = false;
    int r = 0;
    while (r == 0 && !is_last) {
        ssize_t n = fill_one(state, state->memory, &done, &is_last, error);
        r = n > 0 ? pump->empty(pump->context, state->memory, (size_t)n, error) : (int)n;
    }
    return r;
}

static int run_beside(struct state *state, struct error *error)
{
    pthread_t filler;
    if (thread_start(&filler, fill_all, state) < 0)
        return take_turns(state, error);
    int r = empty_all(state, error);
    pthread_join(filler, NULL);
    if (r == 0 && state->fill_result < 0) {
        r = state->fill_result;
        if (error)
            *error = state->fill_error;
    }
    return r;
}

int pump_run(const struct pump *pump, uint64_t total, bool beside, struct progress *progress,
             struct error *error)
{
    struct state state = {.pump = pump,
                          .total = total,
                          .progress = progress,
                          .memory = malloc(pump->block * (beside ? PUMP_BLOCKS : 1)),
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .changed = PTHREAD_COND_INITIALIZER};
    if (!state.memory)
        return error_set_errno(error, ENOMEM, "cannot read");
    int r = beside && total > pump->block ? run_beside(&state, error) : take_turns(&state, error);
    pthread_cond_destroy(&state.changed);
    pthread_mutex_destroy(&state.lock);
    free(state.memory);
    return r;
}
