#include "tui/values/study.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/segment/own.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "tui/values/preview_private.h"

struct study_request *study_request_new(enum study_kind kind, const struct reach *reach,
                                        const struct matrix *matrix, bool said)
{
    struct study_request *request = memory_new(sizeof *request);
    request->kind = kind;
    request->said = said;
    reach_copy(reach, &request->reach);
    matrix_copy(matrix, &request->matrix);
    request->dtype = request->matrix.dtype;
    view_whole(&request->matrix, &request->view);
    return request;
}

void study_request_free(struct study_request *request)
{
    if (!request)
        return;
    reach_clear(&request->reach);
    matrix_clear(&request->matrix);
    free(request);
}

void study_reply_free(struct study_reply *reply)
{
    if (!reply)
        return;
    statistics_clear(&reply->statistics);
    map_clear(&reply->map);
    free(reply->places);
    free(reply);
}

bool study_is_waited_for(const struct study_request *request)
{
    return request->waited_for;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static bool still_fits(const struct study_request *request, const struct segment *segment)
{
    if (request->said)
        return preview_is_readable(segment->layout) &&
               layout_check_size(&request->matrix, segment->size, NULL) == 0;
    return segment->matrix && preview_matrix_equal(&request->matrix, segment->matrix);
}

static int run_by_place(int fd, const struct matrix *matrix, const struct study_request *request,
                        struct study_reply *reply, struct progress *progress, struct error *error)
{
    reply->place_count = request->view.count[request->axis];
    if (reply->place_count > STATISTICS_PLACES_MAX)
        return error_set(error, E2BIG, "more than %d places", STATISTICS_PLACES_MAX);
    reply->places = memory_new(reply->place_count * sizeof *reply->places);
    return statistics_by_place(fd, matrix, &request->view, request->axis, &request->statistics, reply->places,
                               progress, error);
}

static int run(int fd, const struct study_request *request, struct study_reply *reply,
               struct progress *progress, struct error *error)
{
    struct matrix matrix = request->matrix; /* borrows: not cleared */
    matrix.dtype = request->dtype;
    int r = 0;
    switch (request->kind) {
    case STUDY_STATISTICS:
        return statistics_run(fd, &matrix, &request->view, &request->statistics, &reply->statistics, progress,
                              error);
    case STUDY_BY_PLACE:
        return run_by_place(fd, &matrix, request, reply, progress, error);
    case STUDY_OF_MAP:
        return map_run(fd, &matrix, &request->view, &request->map, &reply->map, progress, error);
    case STUDY_OF_SEARCH:
        r = find_next(fd, &matrix, &request->view, &request->search.condition, request->search.from,
                      request->search.backward, &reply->number, &reply->wrapped, progress, error);
        reply->is_there = r > 0;
        break;
    }
    return r < 0 ? r : 0;
}

static int look_and_run(const struct directory *directory, const char *proc_root,
                        const struct study_request *request, struct study_reply *reply,
                        struct progress *progress)
{
    struct segment segment;
    int r = 0, fd AUTO_CLOSE = reach_open(&request->reach, directory, proc_root, &segment, &reply->error);
    if (fd == -ESTALE || (segment.recognised && !still_fits(request, &segment)))
        reply->found = STUDY_OTHER;
    else if (fd < 0)
        r = fd;
    reply->size = segment.size;
    reply->modified = segment.modified;
    segment_clear(&segment);
    return r < 0 || reply->found == STUDY_OTHER ? r : run(fd, request, reply, progress, &reply->error);
}

struct study_reply *study_run(const struct directory *directory, const char *proc_root,
                              const struct study_request *request, struct progress *progress)
{
    struct study_reply *reply = memory_new(sizeof *reply);
    int64_t began = now_ms();
    reply->kind = request->kind;
    reply->mark = request->mark;
    struct own own; /* a lease on it is refused because of us */
    own_opened(&own, &request->reach.id);
    int r = look_and_run(directory, proc_root, request, reply, progress);
    own_closed(&own);
    if (r == -ENOENT)
        reply->found = STUDY_GONE;
    else if (r < 0)
        reply->found = STUDY_FAILED;
    reply->took = now_ms() - began;
    return reply;
}
