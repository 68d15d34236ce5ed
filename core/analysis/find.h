/*
 * The elements of a view that meet a condition, in its C order, forward or backward, by several threads. The
 * segment is read as core/analysis/pass.h does, in slabs, within which what was found is put in order: memory
 * stays bounded whatever is found. A condition that no element of the type can meet reads nothing.
 */
#ifndef SHMTOP_CORE_ANALYSIS_FIND_H
#define SHMTOP_CORE_ANALYSIS_FIND_H

#include "core/analysis/condition.h"
#include "core/analysis/pass.h"

/* The index of what was found in the view (view->rank entries), its number in C order, and the element,
 * native. A value above 0 ends the search. */
struct finding {
    uint64_t number;
    const uint64_t *index;
    const void *element;
};
typedef int find_function(void *context, const struct finding *finding, struct error *error);

/*
 * Calls each for all that meet it, on the caller's thread, in C order. progress in elements; it may step back
 * where there was no room for all that was found.
 * 0; -EINVAL where the condition makes no sense for the type (a sentence); -ENOTSUP for structs and for
 * elements above MATCH_ITEM_MAX; -ESTALE where it shrank; -ECANCELED; each's own failure.
 */
int find_all(int fd, const struct matrix *matrix, const struct view *view, const struct condition *condition,
             find_function *each, void *context, struct progress *progress, struct error *error);

/*
 * The next one behind (backward: before) element `from` of the C order, not from itself; wraps round at the
 * end, where from itself is the last to be looked at. from = UINT64_MAX: from the beginning (backward: the
 * end). 1 and *ret_number, *ret_wrapped; 0 where none meets it.
 */
int find_next(int fd, const struct matrix *matrix, const struct view *view, const struct condition *condition,
              uint64_t from, bool backward, uint64_t *ret_number, bool *ret_wrapped,
              struct progress *progress, struct error *error);

/* The index (view->rank entries) of an element by its number in C order, and the other way round. */
void find_index_of(const struct view *view, uint64_t number, uint64_t *ret_index);
uint64_t find_number_of(const struct view *view, const uint64_t *index);
/* The index in the whole matrix (matrix rank entries) of an index in the view. */
void find_matrix_index(const struct matrix *matrix, const struct view *view, const uint64_t *index,
                       uint64_t *ret_index);

#endif
