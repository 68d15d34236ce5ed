/*
 * The preview's studies: which of its parts asks for each.
 */
#include "tui/values/map.h"
#include "tui/values/preview_private.h"

struct client {
    struct study_request *(*wants)(struct preview *preview, int64_t now);
    bool (*gives_up)(struct preview *preview);
    void (*supply)(struct preview *preview, struct study_reply *reply,
                   int64_t now); /* reply: borrowed, or NULL */
    void (*progress)(struct preview *preview, uint64_t done, uint64_t total);
};

static const struct client clients[STUDY_SLOT_COUNT] = {
    [STUDY_PANE] = {NULL}, /* the table's */
    [STUDY_FIGURES] = {preview_figures_want, preview_figures_give_up, preview_figures_supply,
                       preview_figures_progress},
    [STUDY_TINT] = {preview_tint_want, preview_tint_give_up, preview_tint_supply, NULL},
    [STUDY_CENSUS] = {census_wants, census_gives_up, census_supply, census_progress},
    [STUDY_SEARCH] = {search_wants, search_gives_up, search_supply, search_progress},
    [STUDY_MAP] = {preview_map_wants, preview_map_gives_up, preview_map_supply, preview_map_progress},
};

struct study_request *preview_study_new(const struct preview *preview, enum study_kind kind)
{
    /* Bytes without a shape are what nobody says but the preview. */
    bool said = preview->saying == SAYING_THIS || preview->hex;
    return study_request_new(kind, &preview->reach, &preview->matrix, said);
}

struct study_request *preview_wants_study(struct preview *preview, enum study_slot slot, int64_t now)
{
    return clients[slot].wants ? clients[slot].wants(preview, now) : NULL;
}

bool preview_gives_up_study(struct preview *preview, enum study_slot slot)
{
    return clients[slot].gives_up && clients[slot].gives_up(preview);
}

void preview_supply_study(struct preview *preview, enum study_slot slot, struct study_reply *reply,
                          int64_t now)
{
    preview->now = now;
    if (clients[slot].supply)
        clients[slot].supply(preview, reply, now);
    study_reply_free(reply);
}

void preview_study_progress(struct preview *preview, enum study_slot slot, uint64_t done, uint64_t total,
                            int64_t now)
{
    preview->now = now;
    if (clients[slot].progress)
        clients[slot].progress(preview, done, total);
}
