/*
 * The last results, by identity and matrix.
 */
#include <stdlib.h>

#include "core/sys/memory.h"
#include "tui/values/insight_private.h"
#include "tui/values/preview_private.h"

static void finding_free(struct finding_kept *finding)
{
    statistics_clear(&finding->statistics);
    map_clear(&finding->map);
    matrix_clear(&finding->matrix);
    free(finding);
}

static void remove_at(struct insight_kept *kept, size_t i)
{
    finding_free(kept->list[i]);
    kept->list[i] = kept->list[--kept->count];
}

struct finding_kept *insight_kept_find(struct insight_kept *kept, const struct identity *id,
                                       const struct matrix *matrix)
{
    for (size_t i = 0; i < kept->count; i++)
        if (identity_equal(&kept->list[i]->id, id) && preview_matrix_equal(&kept->list[i]->matrix, matrix))
            return kept->list[i];
    return NULL;
}

static size_t least_used(const struct insight_kept *kept)
{
    size_t least = 0;
    for (size_t i = 1; i < kept->count; i++)
        if (kept->list[i]->used < kept->list[least]->used)
            least = i;
    return least;
}

void insight_kept_use(struct insight_kept *kept, struct finding_kept *finding)
{
    finding->used = ++kept->uses;
}

struct finding_kept *insight_kept_make(struct insight_kept *kept, const struct identity *id,
                                       const struct matrix *matrix)
{
    struct finding_kept *finding = insight_kept_find(kept, id, matrix);
    if (!finding) {
        insight_kept_remove(kept, id); /* what it was before it is no more */
        if (kept->count == INSIGHT_KEPT)
            remove_at(kept, least_used(kept));
        finding = memory_new(sizeof *finding);
        finding->id = *id;
        matrix_copy(matrix, &finding->matrix);
        kept->list[kept->count++] = finding;
    }
    insight_kept_use(kept, finding);
    return finding;
}

void insight_kept_drop_maps(struct insight_kept *kept)
{
    for (;;) {
        struct finding_kept *least = NULL;
        size_t maps = 0;
        for (size_t i = 0; i < kept->count; i++) {
            if (!kept->list[i]->mapped.is_there)
                continue;
            maps++;
            if (!least || kept->list[i]->used < least->used)
                least = kept->list[i];
        }
        if (maps <= INSIGHT_MAPS_KEPT)
            return;
        map_clear(&least->map);
        least->mapped = (struct stamp){0};
    }
}

void insight_kept_remove(struct insight_kept *kept, const struct identity *id)
{
    for (size_t i = kept->count; i-- > 0;)
        if (identity_equal(&kept->list[i]->id, id))
            remove_at(kept, i);
}

void insight_kept_clear(struct insight_kept *kept)
{
    while (kept->count > 0)
        remove_at(kept, kept->count - 1);
}
