/*
 * What the map's screen asks for, one study at a time: a map of another slice or size first; every element
 * where X said so; statistics of a sample; a new sample when it is due; statistics of all.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/checked.h"
#include "tui/values/map_private.h"

#define STATISTICS_SAMPLE  1000000 /* elements */
#define STATISTICS_AT_ONCE (UINT64_C(1) << 24)

/* --- asking --- */

/* The plane of the matrix that the grid shows: rows and columns, or the one axis that is folded. */
static void choose_view(const struct preview *preview, struct study_request *request)
{
    preview_plane(preview, &request->view);
    if (preview_has_fields(preview))
        preview_view_field(&request->matrix, preview->cursor_column, &request->view, &request->dtype);
}

static struct study_request *ask(struct preview *preview, enum study_kind kind, enum map_asked asked,
                                 bool waited_for)
{
    struct preview_map *map = preview->map;
    struct study_request *request = preview_study_new(preview, kind);
    choose_view(preview, request);
    request->waited_for = waited_for;
    map->asked = asked;
    map->asking = preview_map_place(preview);
    map->asking_down = map->fit.blocks_down;
    map->asking_across = map->fit.blocks_across;
    map->asked_at = preview->now;
    map->stopping = false;
    map->done = map->total = 0;
    return request;
}

static struct study_request *ask_map(struct preview *preview, bool exact, bool waited_for)
{
    const struct map_fit *fit = &preview->map->fit;
    struct study_request *request =
        ask(preview, STUDY_OF_MAP, exact ? MAP_GOES_THROUGH : MAP_SAMPLES, waited_for);
    request->map =
        (struct map_options){.rows = fit->blocks_down, .columns = fit->blocks_across, .exact = exact};
    return request;
}

static struct study_request *ask_statistics(struct preview *preview, bool all)
{
    struct study_request *request =
        ask(preview, STUDY_STATISTICS, all ? MAP_ADDS_ALL_UP : MAP_ADDS_UP, false);
    request->statistics =
        (struct statistics_options){.bins = HISTOGRAM_BINS, .sample = all ? 0 : STATISTICS_SAMPLE};
    return request;
}

/* Whether the last map is of what is shown, in as many blocks. */
static bool is_missing(const struct preview *preview)
{
    const struct preview_map *map = preview->map;
    struct map_place place = preview_map_place(preview);
    return !map->has_map || !map_place_equal(&map->place, &place) || map->map.rows != map->fit.blocks_down ||
           map->map.columns != map->fit.blocks_across;
}

static bool can_ask(const struct preview *preview)
{
    return preview->screen == SCREEN_MAP && preview->has_matrix && preview->plight == PLIGHT_FINE &&
           !preview_map_refusal(preview) && preview->map->fit.down > 0;
}

static bool statistics_are_missing(const struct preview *preview)
{
    const struct preview_map *map = preview->map;
    struct map_place place = preview_map_place(preview);
    return !map->has_statistics || map->statistics_are_old ||
           !map_place_equal(&map->statistics_place, &place);
}

struct study_request *preview_map_wants(struct preview *preview, int64_t now)
{
    struct preview_map *map = preview->map;
    preview->now = now;
    if (!map || map->asked != MAP_IDLE || !can_ask(preview))
        return NULL;
    if (is_missing(preview)) /* after a failure no sooner than a sample would be due */
        return map->trouble[0] && now < map->next ? NULL : ask_map(preview, false, true);
    if (map->wants_exact)
        return ask_map(preview, true, true);
    if (!map->refused && statistics_are_missing(preview))
        return ask_statistics(preview, map->map.elements <= STATISTICS_AT_ONCE);
    if (!preview->frozen && now >= map->next)
        return ask_map(preview, false, false);
    if (!map->refused && map->statistics.sampled && map->is_settled)
        return ask_statistics(preview, true);
    return NULL;
}

bool preview_map_gives_up(struct preview *preview)
{
    struct preview_map *map = preview->map;
    if (!map || map->asked == MAP_IDLE || map->stopping)
        return false;
    struct map_place place = preview_map_place(preview);
    bool is_wanted = can_ask(preview) && map_place_equal(&map->asking, &place);
    if (map->asked == MAP_GOES_THROUGH)
        is_wanted &= map->wants_exact;
    if (map->asked == MAP_SAMPLES || map->asked == MAP_GOES_THROUGH)
        is_wanted &= map->asking_down == map->fit.blocks_down && map->asking_across == map->fit.blocks_across;
    else /* statistics wait for what somebody waits for */
        is_wanted &= !is_missing(preview) && !map->wants_exact;
    map->stopping = !is_wanted;
    return map->stopping;
}

/* --- what comes back --- */

/* FNV-1a of what was looked at. */
static uint64_t print_of(const struct map *map)
{
    uint64_t print = UINT64_C(0xcbf29ce484222325);
    const uint8_t *bytes = (const uint8_t *)map->blocks;
    for (size_t i = 0; i < (size_t)map->rows * map->columns * sizeof *map->blocks; i++)
        print = (print ^ bytes[i]) * UINT64_C(0x100000001b3);
    return print;
}

static void take_map(struct preview *preview, struct study_reply *reply)
{
    struct preview_map *map = preview->map;
    map_clear(&map->map);
    map->map = reply->map;
    reply->map = (struct map){0};
    map->scale_is_frozen &= map->has_map && map->place.generation == map->asking.generation;
    map->has_map = true;
    map->place = map->asking;
    if (!map->scale_is_frozen || !map->has_scale)
        map->has_scale = map_scale_of(&map->map, map->extreme, &map->scale);
}

/* When to look again: seldom where nothing changes, and never so often that it is felt. */
static void settle_next(struct preview *preview, bool changed, int64_t took)
{
    struct preview_map *map = preview->map;
    int64_t least = max_u64(PREVIEW_MAP_PERIOD, (uint64_t)(took > 0 ? took : 0) * PREVIEW_MAP_SHARE);
    map->period = changed ? least : map->period * 2;
    if (map->period > PREVIEW_MAP_MOST)
        map->period = PREVIEW_MAP_MOST;
    if (map->period < least)
        map->period = least;
    map->next = preview->now + map->period;
}

/* Of the same blocks as the map that is shown: whether what it looked at changed. An exact map stays until
 * it did. */
static void take_sample(struct preview *preview, struct study_reply *reply)
{
    struct preview_map *map = preview->map;
    bool is_first = !map->has_map || !map_place_equal(&map->place, &map->asking) ||
                    map->map.rows != reply->map.rows || map->map.columns != reply->map.columns;
    bool is_other_place = !map->has_map || !map_place_equal(&map->place, &map->asking);
    uint64_t print = print_of(&reply->map);
    bool changed = is_first || print != map->print;
    map->print = print;
    map->is_settled = is_first || !changed;
    if (changed)
        take_map(preview, reply);
    map->statistics_are_old |= changed && !is_first;
    if (is_other_place)
        map->refused = false;
    settle_next(preview, changed, reply->took);
}

static void take_statistics(struct preview *preview, struct study_reply *reply)
{
    struct preview_map *map = preview->map;
    statistics_clear(&map->statistics);
    map->statistics = reply->statistics;
    reply->statistics = (struct statistics){0};
    map->has_statistics = true;
    map->statistics_are_old = false;
    map->statistics_place = map->asking;
    map->statistics_took = reply->took;
}

static void take_failure(struct preview *preview, const struct study_reply *reply)
{
    struct preview_map *map = preview->map;
    if (map->asked == MAP_ADDS_UP || map->asked == MAP_ADDS_ALL_UP) {
        map->refused = true;
        return;
    }
    map->wants_exact = false;
    snprintf(map->trouble, sizeof map->trouble, "%s",
             reply->found == STUDY_FAILED ? reply->error.text : "it is not what it was");
    preview->again = true; /* what is it now? */
    settle_next(preview, true, 0);
}

void preview_map_supply(struct preview *preview, struct study_reply *reply, int64_t now)
{
    struct preview_map *map = preview->map;
    preview->now = now;
    if (!map)
        return;
    if (!reply || map->stopping || (reply->found == STUDY_FAILED && reply->error.code == ECANCELED)) {
        map->asked = MAP_IDLE;
        return;
    }
    if (reply->found != STUDY_DONE) {
        take_failure(preview, reply);
    } else if (reply->kind == STUDY_STATISTICS) {
        take_statistics(preview, reply);
    } else {
        map->trouble[0] = '\0';
        if (map->asked == MAP_SAMPLES) {
            take_sample(preview, reply);
        } else {
            take_map(preview, reply);
            map->wants_exact = false;
            settle_next(preview, true, reply->took / PREVIEW_MAP_SHARE);
        }
    }
    map->asked = MAP_IDLE;
}

void preview_map_progress(struct preview *preview, uint64_t done, uint64_t total)
{
    if (!preview->map)
        return;
    preview->map->done = done;
    preview->map->total = total;
}
