/*
 * The view goes in slabs: boxes whose elements follow each other in its C order. Each slab is one pass in the
 * order of memory (core/analysis/pass.h), of which what comes first is kept and put in order. Where more
 * were found than there is room for the next slab begins behind the last of those that were kept, and is
 * smaller. Slabs begin small, so that what is near is found soon; they grow, to a size that keeps the
 * threads busy where C order is that of memory, and without bound where it is not, for then a small slab may
 * have to read much of the matrix. Where 0 does not meet the condition no hole of the file is read, and where
 * C order is that of memory the next slab begins behind it.
 */
#include "core/analysis/find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/kept.h"
#include "core/analysis/match.h"
#include "core/matrix/window.h"
#include "core/sys/checked.h"

#define FOUND_ROOM  (UINT64_C(32) << 20) /* bytes for what is found in a slab */
#define SLAB_FIRST  (UINT64_C(4) << 20)  /* bytes */
#define SLAB_SPREAD (UINT64_C(64) << 20) /* where C order is not that of memory */
#define SLAB_NEXT   (UINT64_C(1) << 20)  /* for the next one, which mostly is near */
#define SLAB_MOST   (UINT64_C(256) << 20)
#define PIECE       16384 /* elements matched at a time */
#define SLOTS       1024  /* of a pass: each hole is looked for so often */
#define BATCH       1024  /* of what was found, added at a time */

/* Elements from first to before end, in one direction. */
struct span {
    uint64_t first, end;
    bool backward;
};

struct box {
    struct view view;                 /* of the elements of the box */
    uint64_t origin[MATRIX_RANK_MAX]; /* in the view that is searched */
    uint64_t first, end;              /* numbers of its elements */
};

struct search {
    int fd;
    const struct matrix *matrix;
    const struct view *view;
    struct match match;
    struct kept kept;
    struct progress *progress;
    uint64_t inner[MATRIX_RANK_MAX]; /* elements of one step of each axis, in C order */
    bool in_order;                   /* C order is that of memory */
    bool skips_holes;                /* what lies there does not meet it */
    struct pass all;                 /* of the whole view */
    uint64_t slab, most, growth;     /* elements */
    uint64_t settled;                /* elements that need not be looked at any more */
    uint8_t *native;                 /* one element */
    find_function *each;
    void *context;

    /* The pass at hand. */
    struct box box;
    struct span span; /* of which it is a part */
    struct pass pass;
    bool pass_in_order;
};

/* --- numbers and indices --- */

void find_index_of(const struct view *view, uint64_t number, uint64_t *ret_index)
{
    for (int k = view->rank - 1; k >= 0; k--) {
        uint64_t count = max_u64(view->count[k], 1);
        ret_index[k] = number % count;
        number /= count;
    }
}

uint64_t find_number_of(const struct view *view, const uint64_t *index)
{
    uint64_t number = 0;
    for (int k = 0; k < view->rank; k++)
        number = number * view->count[k] + index[k];
    return number;
}

void find_matrix_index(const struct matrix *matrix, const struct view *view, const uint64_t *index,
                       uint64_t *ret_index)
{
    for (int axis = 0; axis < matrix->rank; axis++)
        ret_index[axis] = (uint64_t)view->first[axis];
    for (int k = 0; k < view->rank; k++) {
        int axis = view->axis[k];
        ret_index[axis] = (uint64_t)(view->first[axis] + (int64_t)index[k] * view->step[axis]);
    }
}

/* --- one slab --- */

/* What is left of the span from its near end on: at most so many elements, or one. */
static void place_box(struct search *search, const struct span *span, uint64_t elements)
{
    const struct view *view = search->view;
    struct box *box = &search->box;
    int k = 0;
    uint64_t first = 0;
    box->view = *view;
    find_index_of(view, span->backward ? span->end - 1 : span->first, box->origin);
    while (k < view->rank - 1 && search->inner[k] > elements) {
        first += box->origin[k] * search->inner[k];
        box->view.start += (int64_t)box->origin[k] * view->stride[k];
        box->view.count[k++] = 1;
    }
    if (view->rank == 0) {
        box->first = 0;
        box->end = 1;
        return;
    }
    uint64_t inner = search->inner[k], at = box->origin[k], steps = max_u64(elements / inner, 1);
    if (span->backward) {
        uint64_t least = span->first > first ? (span->first - first) / inner : 0;
        steps = min_u64(steps, at - least + 1);
        at = at + 1 - steps;
    } else {
        uint64_t last = min_u64((span->end - 1 - first) / inner, view->count[k] - 1);
        steps = min_u64(steps, last - at + 1);
    }
    box->view.start += (int64_t)at * view->stride[k];
    box->view.count[k] = steps;
    box->origin[k] = at;
    memset(box->origin + k + 1, 0, (size_t)(view->rank - 1 - k) * sizeof box->origin[0]);
    box->first = first + at * inner;
    box->end = box->first + steps * inner;
}

static bool is_in_order(const struct pass *pass)
{
    for (int k = 0; k < pass->rank; k++)
        if (pass->reversed[k] || (k > 0 && pass->axis[k] < pass->axis[k - 1]))
            return false;
    return true;
}

static uint64_t number_of(const struct search *search, uint64_t element)
{
    if (search->pass_in_order)
        return search->box.first + element;
    uint64_t index[MATRIX_RANK_MAX], number = 0;
    pass_index(&search->pass, element, search->view->rank, index);
    for (int k = 0; k < search->view->rank; k++)
        number += (search->box.origin[k] + index[k]) * search->inner[k];
    return number;
}

static void add_found(struct search *search, uint64_t first, const uint8_t *elements, const uint32_t *places,
                      size_t n)
{
    uint64_t keys[BATCH];
    uint32_t taken[BATCH];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t number = number_of(search, first + places[i]);
        if (number < search->span.first || number >= search->span.end)
            continue;
        keys[count] = search->span.backward ? UINT64_MAX - number : number;
        taken[count++] = places[i];
        if (count == BATCH) {
            kept_add(&search->kept, keys, taken, count, elements);
            count = 0;
        }
    }
    kept_add(&search->kept, keys, taken, count, elements);
}

static int match_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct search *search = context;
    uint32_t places[PIECE];
    const uint8_t *at = block->elements;
    (void)thread, (void)error;
    if (!block->elements)
        return 0;
    for (uint64_t i = 0, n; i < block->count; i += n, at += n * search->kept.itemsize) {
        n = min_u64(block->count - i, PIECE);
        size_t found = match_run(&search->match, at, (size_t)n, places);
        if (found > 0)
            add_found(search, block->first + i, at, places, found);
    }
    return 0;
}

static int read_box(struct search *search, struct error *error)
{
    kept_reset(&search->kept);
    int r = pass_plan(search->fd, search->matrix, &search->box.view, &search->pass, error);
    if (r < 0)
        return r;
    search->pass_in_order = is_in_order(&search->pass);
    search->pass.skips_holes = search->skips_holes;
    search->pass.slots = SLOTS;
    unsigned threads = pass_threads(&search->pass, PASS_THREADS_MAX);
    return pass_run(&search->pass, 1, threads, match_block, search, search->progress, error);
}

/* --- all slabs --- */

static int give(struct search *search, const struct kept_entry *entry, struct error *error)
{
    uint64_t index[MATRIX_RANK_MAX];
    struct finding finding = {.number = search->span.backward ? UINT64_MAX - entry->key : entry->key,
                              .index = index,
                              .element = search->native};
    if (progress_cancelled(search->progress))
        return error_set(error, ECANCELED, "stopped");
    find_index_of(search->view, finding.number, index);
    memcpy(search->native, kept_element(&search->kept, entry), search->kept.itemsize);
    window_swap(&search->matrix->dtype, search->native, 1);
    return search->each(search->context, &finding, error);
}

/* What of the span is left need not be looked at again. */
static void settle(struct search *search, uint64_t elements)
{
    search->settled += elements;
    if (search->progress)
        atomic_store_explicit(&search->progress->done, search->settled, memory_order_relaxed);
}

/* Takes the hole off the span with which it begins. */
static void skip_hole(struct search *search, struct span *span)
{
    uint64_t before = span->end - span->first;
    if (before == 0 || !search->skips_holes || !search->in_order)
        return;
    uint64_t at = pass_skip_hole(&search->all, span->first, span->end, span->backward);
    if (at == span->end)
        span->first = span->end;
    else if (span->backward)
        span->end = at + 1;
    else
        span->first = at;
    settle(search, before - (span->end - span->first));
}

/* Takes the box off the span, or what of it was kept; the next slab is as large as will do. */
static void advance(struct search *search, struct span *span)
{
    const struct kept *kept = &search->kept;
    uint64_t before = span->end - span->first;
    if (span->backward)
        span->end = kept->overflowed ? UINT64_MAX - kept->limit : max_u64(span->first, search->box.first);
    else
        span->first = kept->overflowed ? kept->limit + 1 : min_u64(span->end, search->box.end);
    uint64_t covered = before - (span->end - span->first);
    settle(search, covered);
    if (kept->overflowed)
        search->slab = covered;
    else if (kept->count <= kept->capacity / 8) /* of the room for two: none */
        search->slab =
            search->slab > search->most / search->growth ? search->most : search->slab * search->growth;
}

/* 0, or as each and pass_run. */
static int search_span(struct search *search, struct span span, struct error *error)
{
    int r = 0;
    while (r == 0) {
        skip_hole(search, &span);
        if (span.first == span.end)
            break;
        place_box(search, &span, search->slab);
        search->span = span;
        r = read_box(search, error);
        if (r < 0)
            return r;
        kept_sort(&search->kept);
        for (size_t i = 0; r == 0 && i < search->kept.count; i++)
            r = give(search, &search->kept.list[i], error);
        advance(search, &span);
    }
    return r;
}

static void plan_slabs(struct search *search, bool is_next)
{
    uint64_t itemsize = max_u64(search->matrix->dtype.itemsize, 1), all = view_elements(search->view);
    uint64_t bytes = is_next ? SLAB_NEXT : search->in_order ? SLAB_FIRST : SLAB_SPREAD;
    search->slab = max_u64(bytes / itemsize, 1);
    search->most = search->in_order ? max_u64(SLAB_MOST / itemsize, 1) : all;
    search->growth = search->in_order ? 4 : 8;
}

/* Whether 0, as it lies in a hole, meets it. */
static bool zero_meets(const struct search *search, const uint8_t *zero)
{
    uint32_t place;
    return match_run(&search->match, zero, 1, &place) > 0;
}

static int begin_all(struct search *search, size_t kept, bool *ret_empty, struct error *error)
{
    const struct view *view = search->view;
    uint64_t itemsize = search->matrix->dtype.itemsize, inner = 1;
    for (int k = view->rank - 1; k >= 0; k--) {
        search->inner[k] = inner;
        inner *= view->count[k];
    }
    int r = pass_plan(search->fd, search->matrix, view, &search->all, error);
    if (r < 0)
        return r;
    search->in_order = is_in_order(&search->all);
    search->native = calloc(1, itemsize + 1);
    if (!search->native)
        return error_set(error, ENOMEM, "no memory for an element");
    search->skips_holes = !zero_meets(search, search->native);
    *ret_empty = itemsize == 0 && search->skips_holes;
    if (!*ret_empty)
        r = kept_make(&search->kept, (size_t)itemsize, kept, error);
    if (r < 0 || *ret_empty)
        free(search->native);
    return r;
}

/* Where nothing can meet it, or there is no element, *ret_empty, and nothing is owned. */
static int begin(struct search *search, const struct condition *condition, size_t kept, bool *ret_empty,
                 struct error *error)
{
    int r = match_make(condition, &search->matrix->dtype, CONVERT_BEST, &search->match, error);
    *ret_empty = match_is_never(&search->match) || view_elements(search->view) == 0;
    return r < 0 || *ret_empty ? r : begin_all(search, kept, ret_empty, error);
}

static void end(struct search *search)
{
    kept_clear(&search->kept);
    free(search->native);
}

int find_all(int fd, const struct matrix *matrix, const struct view *view, const struct condition *condition,
             find_function *each, void *context, struct progress *progress, struct error *error)
{
    struct search search = {
        .fd = fd, .matrix = matrix, .view = view, .progress = progress, .each = each, .context = context};
    size_t room =
        (size_t)(FOUND_ROOM / (2 * sizeof(struct kept_entry) + min_u64(matrix->dtype.itemsize, FOUND_ROOM)));
    bool is_empty;
    progress_set_total(progress, view_elements(view));
    int r = begin(&search, condition, room, &is_empty, error);
    if (r < 0 || is_empty)
        return r;
    plan_slabs(&search, false);
    r = search_span(&search, (struct span){0, view_elements(view), false}, error);
    end(&search);
    return r < 0 ? r : 0;
}

/* --- the next one --- */

static int take_number(void *context, const struct finding *finding, struct error *error)
{
    uint64_t *number = context;
    (void)error;
    *number = finding->number;
    return 1;
}

int find_next(int fd, const struct matrix *matrix, const struct view *view, const struct condition *condition,
              uint64_t from, bool backward, uint64_t *ret_number, bool *ret_wrapped,
              struct progress *progress, struct error *error)
{
    uint64_t number, all = view_elements(view);
    struct search search = {.fd = fd,
                            .matrix = matrix,
                            .view = view,
                            .progress = progress,
                            .each = take_number,
                            .context = &number};
    bool is_empty, wraps = from < all, wrapped = false;
    progress_set_total(progress, all);
    int r = begin(&search, condition, 2, &is_empty, error);
    if (r < 0 || is_empty)
        return r;
    struct span near = {backward || !wraps ? 0 : from + 1, backward && wraps ? from : all, backward};
    struct span rest = {backward ? from : 0, backward ? all : from + 1, backward};
    plan_slabs(&search, true);
    r = search_span(&search, near, error);
    if (r == 0 && wraps) {
        wrapped = true;
        plan_slabs(&search, true);
        r = search_span(&search, rest, error);
    }
    end(&search);
    if (r > 0) {
        *ret_number = number;
        *ret_wrapped = wrapped;
    }
    return r;
}
