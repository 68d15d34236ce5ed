#include "core/transfer/restore.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/descriptions.h"
#include "core/segment/room.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

#define PERMISSIONS 07777

struct restore {
    int from;
    struct segment old;
    struct publish *publish;
    struct restore_report report;
    struct progress *progress;
    struct error *error;
};

static int refuse_taken(struct error *error)
{
    return error_set(error, EEXIST, "this name is taken; restore '#INODE' NAME takes another");
}

static int check_name(const struct directory *directory, const char *name, struct error *error)
{
    struct segment taken;
    struct error none; /* that it is not there is no failure */
    int r = directory_may_change(directory, error);
    if (r < 0)
        return r;
    r = segment_stat(directory, name, &taken, &none);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return error_set(error, -r, "%s", none.text);
    segment_clear(&taken);
    return refuse_taken(error);
}

/* What its group might do is for that group: another one gets no more than everybody. */
static mode_t without_group(mode_t mode)
{
    return (mode & ~(mode_t)S_IRWXG) | (mode & S_IRWXG & (mode & S_IRWXO) << 3);
}

static int begin(struct restore *restore, const struct directory *directory, const char *name)
{
    bool root = sys.geteuid() == 0;
    struct publish_options options = {.mode = restore->old.mode & PERMISSIONS,
                                      .mode_set = true,
                                      .uid = root ? restore->old.uid : (uid_t)-1,
                                      .gid = restore->old.gid};
    int r = publish_begin(&restore->publish, directory, name, &options, restore->error);
    if (r == -EPERM && !root) {
        options.gid = (gid_t)-1;
        options.mode = without_group(options.mode);
        restore->report.other_group = true;
        r = publish_begin(&restore->publish, directory, name, &options, restore->error);
    }
    return r == -EEXIST ? refuse_taken(restore->error) : r;
}

static uint64_t sum_data(const struct restore *restore)
{
    uint64_t at = 0, end, sum = 0;
    for (; fd_next_data(restore->from, restore->old.size, &at, &end); at = end)
        sum += end - at;
    return sum;
}

static int check_room(struct restore *restore, const struct directory *directory,
                      const struct restore_options *options)
{
    struct room room;
    uint64_t bytes = sum_data(restore);
    int r = room_measure(directory, options->proc_root, options->cgroup_root, &room, restore->error);
    if (r == 0)
        r = room_check(&room, bytes, restore->error);
    progress_set_total(restore->progress, bytes);
    return r;
}

/* All of the room before the first byte. The data found the second time may be more, which only a holder that
 * writes can bring about: it is reserved then. */
static int reserve_all(struct restore *restore)
{
    uint64_t at = 0, end;
    int r = publish_set_size(restore->publish, restore->old.size, restore->error);
    for (; r == 0 && fd_next_data(restore->from, restore->old.size, &at, &end); at = end)
        r = publish_reserve_part(restore->publish, at, end - at, restore->progress, restore->error);
    return r;
}

static int copy_all(struct restore *restore)
{
    uint64_t at = 0, end;
    int r = 0;
    for (; r == 0 && fd_next_data(restore->from, restore->old.size, &at, &end); at = end) {
        r = publish_copy(restore->publish, at, restore->from, at, end - at, true, restore->progress,
                         restore->error);
        restore->report.allocated += end - at;
    }
    return r == -ESTALE ? error_set(restore->error, ESTALE, "it shrank while it was copied") : r;
}

/* A write through a map leaves no trace but where it meets a new page. */
static int look_again(struct restore *restore, const char *name)
{
    struct segment now;
    int r = segment_stat_opened(restore->from, name, &now, restore->error);
    if (r < 0)
        return r;
    restore->report.changed = now.size != restore->old.size || now.modified != restore->old.modified;
    segment_clear(&now);
    return 0;
}

static int run(struct restore *restore, const struct directory *directory, const char *name,
               const struct restore_options *options)
{
    int r = check_room(restore, directory, options);
    if (r == 0)
        r = begin(restore, directory, name);
    if (r == 0)
        r = reserve_all(restore);
    if (r == 0)
        r = copy_all(restore);
    if (r == 0)
        r = look_again(restore, name);
    if (r == 0)
        r = publish_copy_attributes(restore->publish, restore->from, restore->error);
    if (r == 0)
        r = publish_commit(restore->publish, &restore->report.id, restore->error);
    /* What is said of it in its attributes was copied with them. It has its name: that the state file cannot
     * be written undoes nothing. */
    if (r == 0)
        restore->report.undescribed = descriptions_copy(directory_descriptions(directory), directory,
                                                        &restore->old.id, &restore->report.id, NULL) < 0;
    return r == -EEXIST ? refuse_taken(restore->error) : r;
}

int restore_run(const struct directory *directory, const char *name, int from,
                const struct restore_options *options, struct restore_report *ret_report,
                struct progress *progress, struct error *error)
{
    struct restore restore = {.from = from, .progress = progress, .error = error};
    int r = check_name(directory, name, error);
    if (r == 0)
        r = segment_stat_opened(from, name, &restore.old, error);
    if (r < 0)
        return r;
    restore.report.size = restore.old.size;
    r = run(&restore, directory, name, options);
    if (r == 0)
        *ret_report = restore.report;
    publish_free(restore.publish);
    segment_clear(&restore.old);
    return r;
}
