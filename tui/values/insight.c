#include "tui/values/insight.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/values/insight_private.h"
#include "tui/values/preview_private.h"

#define RETRY_MS    1000
#define RETRIES_MAX 3 /* in one visit */

/* A look at what changed may take 2 % of a core; one that is a mere guess next to nothing. */
#define SHARE_CHANGED 50
#define SHARE_GUESSED 4000

struct insight *insight_new(void)
{
    return memory_new(sizeof(struct insight));
}

static void subject_clear(struct subject *subject)
{
    matrix_clear(&subject->matrix);
    free(subject->name);
    *subject = (struct subject){0};
}

static void asked_clear(struct asked *asked)
{
    matrix_clear(&asked->matrix);
    *asked = (struct asked){.wish = WISH_NOTHING};
}

void insight_free(struct insight *insight)
{
    if (!insight)
        return;
    insight_kept_clear(&insight->kept);
    subject_clear(&insight->subject);
    asked_clear(&insight->asked);
    free(insight);
}

/* --- where the cursor is --- */

/* Whether its values are numbers that can be reached, and how many bytes they are; fills matrix then. */
static bool can_be_studied(const struct row *row, struct matrix *ret_matrix, uint64_t *ret_bytes)
{
    uint64_t count = 0;
    if (!row || row->damage || row->loading || row->unmeasured || (row->unlinked && !row->holders) ||
        !row_matrix(row, ret_matrix))
        return false;
    if (statistics_check(&ret_matrix->dtype, NULL) == 0 && matrix_count(ret_matrix, &count, NULL) == 0 &&
        count > 0 && matrix_bytes(ret_matrix, ret_bytes, NULL) == 0)
        return true;
    matrix_clear(ret_matrix);
    return false;
}

static bool is_written_to(const struct row *row)
{
    for (size_t i = 0; row->holders && i < row->holders->count; i++)
        if (row->holders->list[i].writable)
            return true;
    return false;
}

/* What is not known, or was tried in vain, is tried anew. */
static void begin_visit(struct insight *insight, int64_t now)
{
    insight->visit++;
    insight->arrived = now;
    insight->read_whole = insight->no_map = false;
    insight->retries = 0;
    insight->retry = 0;
    insight->trouble[0] = '\0';
}

static void leave(struct insight *insight, int64_t now)
{
    if (insight->subject.is_there)
        begin_visit(insight, now);
    subject_clear(&insight->subject);
    insight->known = NULL;
}

static bool is_subject(const struct insight *insight, const struct row *row, const struct matrix *matrix)
{
    return insight->subject.is_there && identity_equal(&insight->subject.id, &row->id) &&
           preview_matrix_equal(&insight->subject.matrix, matrix);
}

static void arrive(struct insight *insight, const struct row *row, struct matrix *matrix, int64_t now)
{
    subject_clear(&insight->subject);
    insight->subject = (struct subject){.is_there = true, .id = row->id, .matrix = *matrix};
    *matrix = (struct matrix){.rank = 0};
    begin_visit(insight, now);
    insight->known = insight_kept_find(&insight->kept, &row->id, &insight->subject.matrix);
    if (insight->known)
        insight_kept_use(&insight->kept, insight->known);
}

/* What may change of a row that stays. What went wrong before may go well then. */
static void take_facts(struct subject *subject, const struct row *row, struct insight *insight)
{
    bool renamed = !subject->name || strcmp(subject->name, row->name) != 0;
    if (renamed) {
        free(subject->name);
        subject->name = memory_dup(row->name);
    }
    if (renamed || subject->modified != row->modified || subject->size != row->size) {
        insight->trouble[0] = '\0';
        insight->retry = 0;
    }
    subject->modified = row->modified;
    subject->size = row->size;
    subject->live = is_written_to(row);
}

static void see(struct insight *insight, const struct insight_place *place, int64_t now)
{
    if (place->seen && !insight->seen)
        insight->arrived = now;
    insight->seen = place->seen;
    insight->map_rows = place->map_columns > 0 ? place->map_rows : 0;
    insight->map_columns = place->map_rows > 0 ? place->map_columns : 0;
}

void insight_follow(struct insight *insight, const struct insight_place *place, int64_t now)
{
    struct matrix matrix;
    uint64_t bytes = 0;
    see(insight, place, now);
    if (!can_be_studied(place->row, &matrix, &bytes)) {
        leave(insight, now);
        return;
    }
    if (!is_subject(insight, place->row, &matrix))
        arrive(insight, place->row, &matrix, now);
    matrix_clear(&matrix);
    insight->subject.bytes = bytes;
    take_facts(&insight->subject, place->row, insight);
}

void insight_forget(struct insight *insight, int64_t now)
{
    if (!insight->subject.is_there)
        return;
    insight_kept_remove(&insight->kept, &insight->subject.id);
    insight->known = NULL;
    begin_visit(insight, now);
}

/* --- what is wanted --- */

struct want {
    enum wish wish;
    int64_t due;
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool insight_is_fresh(const struct insight *insight, const struct stamp *stamp)
{
    const struct subject *subject = &insight->subject;
    return stamp->is_there &&
           ((stamp->modified == subject->modified && stamp->size == subject->size) ||
            (stamp->found_modified == subject->modified && stamp->found_size == subject->size));
}

static bool has_room_for_map(const struct insight *insight)
{
    return insight->map_rows > 0 && !insight->no_map;
}

static bool has_map(const struct insight *insight)
{
    const struct finding_kept *known = insight->known;
    return known->mapped.is_there && known->map_rows == insight->map_rows &&
           known->map_columns == insight->map_columns && insight_is_fresh(insight, &known->mapped);
}

/* What the looks of one round cost: what is repeated is the sample and the map. */
static int64_t cost_of(const struct insight *insight)
{
    const struct finding_kept *known = insight->known;
    return known->cost + (has_room_for_map(insight) && known->mapped.is_there ? known->mapped.took : 0);
}

/* What is done first, and again. */
static enum wish cheap_of(const struct insight *insight)
{
    return insight->subject.bytes <= INSIGHT_WHOLE ? WISH_EXACT : WISH_SAMPLE;
}

/* Of one that was looked at before. */
static struct want next_of_known(const struct insight *insight, enum wish cheap)
{
    const struct finding_kept *known = insight->known;
    int64_t rested = insight->arrived + INSIGHT_REST_MS, looked = known->looked.at;
    if (!insight_is_fresh(insight, &known->looked))
        return (struct want){
            cheap, later(rested, looked + later(INSIGHT_CHANGED_MS, SHARE_CHANGED * cost_of(insight)))};
    if (has_room_for_map(insight) &&
        (!has_map(insight) || (insight->subject.live && known->mapped.at < looked)))
        return (struct want){WISH_MAP, rested};
    if (cheap == WISH_SAMPLE && known->statistics.sampled && !insight->read_whole)
        return (struct want){WISH_EXACT, insight->arrived + INSIGHT_STAYS_MS};
    if (insight->subject.live)
        return (struct want){
            cheap, later(rested, looked + later(INSIGHT_REFRESH_MS, SHARE_GUESSED * cost_of(insight)))};
    return (struct want){WISH_NOTHING, 0};
}

static struct want next(const struct insight *insight)
{
    if (!insight->seen || !insight->subject.is_there || insight->asked.wish ||
        (insight->trouble[0] && !insight->retry))
        return (struct want){WISH_NOTHING, 0};
    enum wish cheap = cheap_of(insight);
    struct want want = {cheap, insight->arrived + INSIGHT_REST_MS};
    if (insight->known && insight->known->looked.is_there)
        want = next_of_known(insight, cheap);
    want.due = later(want.due, insight->retry);
    return want;
}

int64_t insight_due(const struct insight *insight)
{
    struct want want = next(insight);
    return want.wish ? want.due : INT64_MAX;
}

void insight_plane(const struct matrix *matrix, struct view *ret_view)
{
    char text[MATRIX_RANK_MAX * 3 + 4] = "";
    size_t used = 0;
    for (int axis = 0; axis + 2 < matrix->rank; axis++)
        used += (size_t)snprintf(text + used, sizeof text - used, "0,");
    snprintf(text + used, sizeof text - used, "...");
    if (view_parse(matrix, text, ret_view, NULL) < 0)
        view_whole(matrix, ret_view);
}

static void reach_row(const struct row *row, struct reach *ret_reach)
{
    size_t count = row->unlinked && row->holders ? row->holders->count : 0;
    pid_t *pids = memory_new((count + 1) * sizeof *pids);
    for (size_t i = 0; i < count; i++)
        pids[i] = row->holders->list[i].pid;
    reach_make(row->name, &row->id, row->unlinked, pids, count, ret_reach);
    free(pids);
}

static struct study_request *request_of(const struct insight *insight, enum wish wish, const struct row *row)
{
    struct reach reach;
    reach_row(row, &reach);
    struct study_request *request = study_request_new(wish == WISH_MAP ? STUDY_OF_MAP : STUDY_STATISTICS,
                                                      &reach, &insight->subject.matrix, false);
    reach_clear(&reach);
    request->mark = insight->visit;
    if (wish == WISH_MAP) {
        insight_plane(&request->matrix, &request->view);
        request->map = (struct map_options){
            .rows = insight->map_rows, .columns = insight->map_columns, .budget = INSIGHT_MAP_BUDGET};
    } else {
        request->statistics = (struct statistics_options){
            .bins = HISTOGRAM_BINS, .sample = wish == WISH_SAMPLE ? INSIGHT_SAMPLE : 0, .threads = 2};
    }
    return request;
}

struct study_request *insight_wants(struct insight *insight, const struct row *row, int64_t now)
{
    struct want want = next(insight);
    if (!want.wish || now < want.due || !row || !identity_equal(&row->id, &insight->subject.id))
        return NULL;
    struct asked *asked = &insight->asked;
    *asked = (struct asked){.wish = want.wish,
                            .repeated = want.wish == cheap_of(insight),
                            .visit = insight->visit,
                            .id = insight->subject.id,
                            .modified = insight->subject.modified,
                            .size = insight->subject.size,
                            .map_rows = insight->map_rows,
                            .map_columns = insight->map_columns};
    matrix_copy(&insight->subject.matrix, &asked->matrix);
    return request_of(insight, want.wish, row);
}

bool insight_gives_up(const struct insight *insight)
{
    return insight->asked.wish && (insight->asked.visit != insight->visit || !insight->seen);
}

/* --- replies --- */

static struct stamp stamp_of(const struct asked *asked, const struct study_reply *reply, int64_t now)
{
    return (struct stamp){.is_there = true,
                          .modified = asked->modified,
                          .size = asked->size,
                          .found_modified = reply->modified,
                          .found_size = reply->size,
                          .at = now,
                          .took = reply->took};
}

static void keep(struct insight *insight, struct study_reply *reply, int64_t now)
{
    const struct asked *asked = &insight->asked;
    struct finding_kept *finding = insight_kept_make(&insight->kept, &asked->id, &asked->matrix);
    if (asked->wish == WISH_MAP) {
        map_clear(&finding->map);
        finding->map = reply->map;
        reply->map = (struct map){0};
        finding->map_rows = asked->map_rows;
        finding->map_columns = asked->map_columns;
        finding->mapped = stamp_of(asked, reply, now);
        insight_kept_drop_maps(&insight->kept);
        return;
    }
    statistics_clear(&finding->statistics);
    finding->statistics = reply->statistics;
    reply->statistics = (struct statistics){.sampled = false};
    finding->looked = stamp_of(asked, reply, now);
    finding->cost = asked->repeated ? reply->took : finding->cost;
}

/* It will not get better by itself in this visit, but for what is about to be known anew. */
static void note_trouble(struct insight *insight, const char *text, bool passes, int64_t now)
{
    snprintf(insight->trouble, sizeof insight->trouble, "%s", text);
    insight->retry = passes && ++insight->retries <= RETRIES_MAX ? now + RETRY_MS : 0;
}

static bool note_failure(struct insight *insight, const struct study_reply *reply, int64_t now)
{
    if (!reply) {
        note_trouble(insight, "it could not be looked through", true, now);
        return false;
    }
    switch (reply->found) {
    case STUDY_GONE:
        note_trouble(insight, "it is not there any more", true, now);
        return true;
    case STUDY_OTHER:
        note_trouble(insight, "it is something else by now", true, now);
        return true;
    default:
        break;
    }
    if (insight->asked.wish == WISH_MAP)
        insight->no_map = true;
    else
        note_trouble(insight, reply->error.text, reply->error.code == ESTALE, now);
    return reply->error.code == ESTALE;
}

bool insight_supply(struct insight *insight, struct study_reply *reply, int64_t now)
{
    bool is_other = false, ours = insight->asked.visit == insight->visit;
    if (reply && reply->found == STUDY_DONE) {
        keep(insight, reply, now);
        if (ours) {
            insight->trouble[0] = '\0';
            insight->retry = 0;
            insight->read_whole |= insight->asked.wish == WISH_EXACT;
        }
    } else if (ours && !(reply && reply->error.code == ECANCELED)) {
        is_other = note_failure(insight, reply, now);
    }
    asked_clear(&insight->asked);
    if (insight->subject.is_there)
        insight->known = insight_kept_find(&insight->kept, &insight->subject.id, &insight->subject.matrix);
    return is_other;
}

void insight_progress(struct insight *insight, uint64_t done, uint64_t total)
{
    insight->asked.done = done;
    insight->asked.total = total;
}
