#include "tui/command/known.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include "core/process/creator.h"
#include "core/process/unlinked.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "core/sys/workers.h"
#include "tui/command/command.h"

#define RECOGNISE_THREADS 2
#define RECOGNISE_GRAIN   256
#define RECOGNISE_TRIES   4   /* a segment may be replaced while we look */
#define UNLINKED_MS       500 /* for all of what is only reached through processes; there are few as a rule */

/* A scan under way. */
struct found_one {
    struct segment segment;
    bool gone;
    struct error *error; /* owned; NULL but where its contents could not be looked at */
};

struct scan {
    struct known *known;
    struct found_one *list; /* owned */
    size_t count, size;
};

void known_begin(struct known *known, const struct options *options, const struct directory *directory,
                 struct users *users)
{
    *known =
        (struct known){.options = options, .directory = directory, .users = users, .wall = command_now()};
    known->catalog = catalog_new(options->host.producers, NULL, NULL);
}

static int take_segment(void *context, struct segment *segment)
{
    struct scan *scan = context;
    scan->list = memory_grow(scan->list, &scan->size, scan->count + 1, sizeof *scan->list);
    scan->list[scan->count++] = (struct found_one){.segment = *segment};
    segment->name = NULL;
    return 0;
}

/* A segment that was replaced meanwhile is looked at anew. */
static int recognise_stubbornly(const struct known *known, struct segment *segment, struct error *error)
{
    int code = segment_recognise(known->directory, segment, error);
    for (int tries = 1; code == -ESTALE && tries < RECOGNISE_TRIES; tries++) {
        struct segment anew = {0};
        code = segment_stat(known->directory, segment->name, &anew, error);
        if (code < 0)
            break;
        segment_clear(segment);
        *segment = anew;
        code = segment_recognise(known->directory, segment, error);
    }
    return code;
}

static void recognise_one(const struct known *known, struct found_one *one)
{
    struct error error = {0};
    int code = recognise_stubbornly(known, &one->segment, &error);
    one->gone = code == -ENOENT || code == -ESTALE;
    if (code == 0) {
        creator_read(known->directory, &one->segment, known->options->host.producers);
    } else if (!one->gone) {
        one->error = memory_new(sizeof error);
        *one->error = error;
    }
}

static int recognise_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    (void)error;
    struct scan *scan = context;
    for (uint64_t i = first; i < first + count; i++)
        recognise_one(scan->known, &scan->list[i]);
    return 0;
}

static void keep_unreadable(struct known *known, const struct found_one *one)
{
    known->unreadable = memory_grow(known->unreadable, &known->unreadable_capacity,
                                    known->unreadable_count + 1, sizeof *known->unreadable);
    known->unreadable[known->unreadable_count++] =
        (struct unreadable){memory_dup(one->segment.name), *one->error};
}

/* Takes it into the catalog. */
static void join_one(struct known *known, struct found_one *one)
{
    if (one->error)
        keep_unreadable(known, one);
    if (!one->gone) {
        users_lookup_name(known->users, one->segment.uid);
        users_lookup_group(known->users, one->segment.gid);
        catalog_put(known->catalog, &one->segment);
    }
    segment_clear(&one->segment);
    free(one->error);
}

static void look_up_unlinked(const struct known *known)
{
    for (size_t i = catalog_count(known->catalog); i-- > 0;) {
        const struct row *row = catalog_at(known->catalog, i);
        if (!row->unlinked)
            return; /* they came last */
        if (row->unmeasured)
            continue;
        users_lookup_name(known->users, row->uid);
        users_lookup_group(known->users, row->gid);
    }
}

static int64_t processor_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* One that may not be read is listed as it is. */
static void recognise_unlinked(struct known *known, const struct row *row)
{
    const struct host *host = &known->options->host;
    struct identity id = row->id;
    struct segment segment;
    int fd AUTO_CLOSE = unlinked_open_held(host->proc_root, &id, row->holders, O_RDONLY, NULL);
    bool looked =
        fd >= 0 && unlinked_look(known->directory, fd, row->name, host->producers, &segment, NULL) == 0;
    catalog_take_unlinked(known->catalog, &id, looked ? &segment : NULL, 0);
}

static void recognise_all_unlinked(struct known *known)
{
    int64_t end = processor_ms() + UNLINKED_MS;
    for (size_t i = catalog_count(known->catalog); i-- > 0 && processor_ms() < end;) {
        const struct row *row = catalog_at(known->catalog, i);
        if (!row->unlinked)
            return; /* they came last */
        if (row_wants_holders(row))
            recognise_unlinked(known, row);
    }
}

void known_sweep(struct known *known)
{
    struct sweep_scope scope;
    struct sweep sweep;
    char root[PATH_MAX];
    bool placed = directory_kernel_path(known->directory, root, sizeof root, NULL) == 0;
    catalog_scope(known->catalog, directory_device(known->directory), &scope);
    scope.threads = sweep_threads();
    if (sweep_run(known->options->host.proc_root, &scope, &sweep, NULL, &known->unswept) == 0) {
        catalog_take_sweep(known->catalog, &sweep, placed ? root : NULL,
                           placed && directory_is_whole(known->directory), 0, known->wall);
        look_up_unlinked(known);
        recognise_all_unlinked(known);
    }
    sweep_scope_clear(&scope);
}

int known_scan(struct known *known, struct error *error)
{
    struct scan scan = {.known = known};
    int code = segment_scan(known->directory, take_segment, &scan, NULL, error);
    if (code < 0 && !error->code)
        error_set_errno(error, -code, "cannot list the directory");
    if (code == 0)
        code = parallel_ranges(scan.count, RECOGNISE_GRAIN, workers_useful_threads(RECOGNISE_THREADS),
                               recognise_range, &scan, NULL, error);
    catalog_begin(known->catalog, 0);
    for (size_t i = 0; i < scan.count; i++)
        join_one(known, &scan.list[i]);
    catalog_commit(known->catalog);
    free(scan.list);
    if (code == 0)
        known_sweep(known);
    return code;
}

void known_clear(struct known *known)
{
    for (size_t i = 0; i < known->unreadable_count; i++)
        free(known->unreadable[i].name);
    free(known->unreadable);
    catalog_free(known->catalog);
}
