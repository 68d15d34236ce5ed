/*
 * sweep DIRECTORY [THREADS]
 *
 * One sweep as the console makes it: all that lies in DIRECTORY by its identity, whatever else is held on its
 * device, the creators that names tell, whether owners have processes. Prints "PID INODE" for each holder of
 * each, then "took SECONDS CPU-SECONDS" of the sweep alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/process/producers.h"
#include "core/process/sweep.h"
#include "core/segment/segment.h"
#include "core/sys/memory.h"

struct ids {
    struct identity *list;
    struct creator_query *creators;
    uid_t *owners;
    size_t count, capacity, creator_count, creator_capacity, owner_capacity;
};

static int take(void *context, struct segment *segment)
{
    struct ids *ids = context;
    ids->list = memory_grow(ids->list, &ids->capacity, ids->count + 1, sizeof *ids->list);
    ids->owners = memory_grow(ids->owners, &ids->owner_capacity, ids->count + 1, sizeof *ids->owners);
    ids->owners[ids->count] = segment->uid;
    pid_t creator;
    producers_find(NULL, segment->name, &creator);
    if (creator) {
        ids->creators =
            memory_grow(ids->creators, &ids->creator_capacity, ids->creator_count + 1, sizeof *ids->creators);
        ids->creators[ids->creator_count++] = (struct creator_query){creator, segment->created};
    }
    ids->list[ids->count++] = segment->id;
    return 0;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print(const struct holders *holders, uint64_t inode)
{
    for (size_t i = 0; i < holders->count; i++)
        printf("%d %" PRIu64 "\n", (int)holders->list[i].pid, inode);
}

static int fail(const struct error *error)
{
    fprintf(stderr, "sweep: %s\n", error->text);
    return 1;
}

int main(int argc, char **argv)
{
    struct error error;
    struct directory *directory;
    struct ids ids = {0};
    struct stat st;
    if (argc < 2 || stat(argv[1], &st) < 0)
        return 2;
    if (directory_open(&directory, argv[1], true, &error) < 0 ||
        segment_scan(directory, take, &ids, NULL, &error) < 0)
        return fail(&error);
    struct sweep_scope scope = {.ids = ids.list,
                                .n = ids.count,
                                .device = st.st_dev,
                                .creators = ids.creators,
                                .creator_count = ids.creator_count,
                                .owners = ids.owners,
                                .owner_count = ids.count,
                                .threads = argc > 2 ? (unsigned)atoi(argv[2]) : sweep_threads()};
    struct sweep sweep;
    double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (sweep_run("/proc", &scope, &sweep, NULL, &error) < 0)
        return fail(&error);
    double took = seconds(CLOCK_MONOTONIC) - began;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    for (size_t i = 0; i < sweep.count; i++)
        print(&sweep.of[i], ids.list[i].inode);
    for (size_t i = 0; i < sweep.other_count; i++)
        print(&sweep.others[i].holders, sweep.others[i].id.inode);
    printf("took %.6f %.6f of %" PRIu32 " processes, %" PRIu32 " unread\n", took, cpu, sweep.processes,
           sweep.unread);
    return 0;
}
