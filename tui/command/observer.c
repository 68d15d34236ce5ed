#include "tui/command/observer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/process/unlinked.h"
#include "core/segment/release.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "tui/command/command.h"
#include "tui/command/mirror.h"

#define READS_MAX    64
#define SLOW_MS      2000 /* between two looks whether the directory is still there */
#define SWEEP_MS     1000 /* at least, between two sweeps for what no watch tells */
#define SWEEP_SHARE  50   /* of the time that sweeps may take: 2 % */
#define SWEEP_CREDIT (INT64_C(2) * 1000000000)
#define AGAIN_MAX    1024 /* segments without a shape that are looked at again */
#define AGAIN_MS     64000

/* A segment whose header may be written yet, through a map, which no event tells: after 1, 2, 4 … 64 s. */
struct again {
    uint64_t serial;
    int64_t due, wait; /* ms */
};

struct observer {
    struct observer_options options;
    struct mirror *mirror;
    struct journal *journal;
    struct release *release; /* NULL: inotify refused */
    struct witness *witness; /* NULL: not permitted, or not known to this kernel */
    struct error trouble;
    char root[PATH_MAX];
    bool lost_name; /* a name went in this step */
    bool changed;   /* something was told in this step */
    bool swept;     /* in this step */
    struct identity
        *unknown; /* owned: whose release no watch and no sweep will tell; forgotten at the next step */
    size_t unknown_count, unknown_capacity;
    int64_t now; /* monotonic ms */
    int64_t began, slow;
    int64_t spent;    /* ns, by sweeps */
    int64_t sweep_at; /* not before, for what waits without a watch */
    struct again again[AGAIN_MAX];
    size_t again_count;
};

static int64_t clock_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void read_clock(struct observer *observer)
{
    observer->now = clock_ns(CLOCK_MONOTONIC) / 1000000;
    journal_set_time(observer->journal, observer->now, command_now());
}

/* --- what the catalog says --- */

static bool is_watched(const struct observer *observer, const struct row *row)
{
    return observer->release && release_has(observer->release, &row->id);
}

static bool may_be_described(const struct row *row)
{
    return S_ISREG(row->mode) && !row->unlinked && (row->layout == LAYOUT_RAW || row->damage);
}

static void look_again_later(struct observer *observer, const struct row *row)
{
    for (size_t i = 0; i < observer->again_count; i++)
        if (observer->again[i].serial == row->serial)
            return;
    if (observer->again_count < AGAIN_MAX)
        observer->again[observer->again_count++] = (struct again){row->serial, observer->now + 1000, 1000};
}

static void take_change(void *context, const struct change *change)
{
    struct observer *observer = context;
    const struct row *row = change->row;
    observer->changed = true;
    observer->lost_name |=
        change->kind == CHANGE_UNLINKED || (change->kind == CHANGE_DELETED && !row->unlinked);
    if ((change->kind == CHANGE_CREATED || change->kind == CHANGE_UPDATED) && may_be_described(row))
        look_again_later(observer, row);
    /* That a sweep finds nobody is no proof where a watch will tell: it may bear a name elsewhere. */
    if (change->kind == CHANGE_DELETED && row->unlinked && is_watched(observer, row))
        return;
    journal_change(observer->journal, change);
}

static void keep_trouble(struct observer *observer, const struct error *error)
{
    if (observer->trouble.code == 0)
        observer->trouble = *error;
}

/* While it has a name its release is watched by that. One that may not be read cannot be: a sweep tells. */
static void take_look(void *context, const struct segment *segment)
{
    struct observer *observer = context;
    struct error error = {0};
    if (S_ISDIR(segment->mode) && observer->witness)
        witness_add_subdirectory(observer->witness, segment->name);
    if (S_ISREG(segment->mode) && observer->release &&
        release_add_name(observer->release, observer->options.directory, segment->name, &segment->id,
                         &error) == -ENOSPC)
        keep_trouble(observer, &error);
}

/* --- sweeps --- */

static bool may_sweep(const struct observer *observer)
{
    return observer->options.states ||
           observer->spent <= SWEEP_CREDIT + (observer->now - observer->began) * 1000000 / SWEEP_SHARE;
}

static bool sweep(struct observer *observer)
{
    struct directory *directory = observer->options.directory;
    struct catalog *catalog = mirror_catalog(observer->mirror);
    struct sweep_scope scope;
    struct sweep found;
    if (!observer->root[0] || !may_sweep(observer))
        return false;
    int64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    catalog_scope(catalog, directory_device(directory), &scope);
    int r = sweep_run(observer->options.host->proc_root, &scope, &found, NULL, NULL);
    if (r == 0)
        catalog_take_sweep(catalog, &found, observer->root, directory_is_whole(directory), observer->now,
                           command_now());
    sweep_scope_clear(&scope);
    int64_t took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
    int64_t rest = took / 1000000 * SWEEP_SHARE;
    observer->spent += took;
    observer->sweep_at = observer->now + (rest > SWEEP_MS ? rest : SWEEP_MS);
    return r == 0;
}

static const struct sweep_other *find_holders(const struct observer *observer, const struct row *row)
{
    const struct sweep *last = catalog_sweep(mirror_catalog(observer->mirror));
    return last ? sweep_find_other(last, row->id.device, row->id.inode) : NULL;
}

static void watch_through_holders(struct observer *observer, const struct row *row,
                                  const struct holders *holders)
{
    struct error error = {0};
    int fd AUTO_CLOSE =
        unlinked_open_held(observer->options.host->proc_root, &row->id, holders, O_PATH, NULL);
    if (fd >= 0 && observer->release &&
        release_add_opened(observer->release, fd, &row->id, &error) == -ENOSPC)
        keep_trouble(observer, &error);
}

static void give_up(struct observer *observer, const struct row *row)
{
    observer->unknown = memory_grow(observer->unknown, &observer->unknown_capacity,
                                    observer->unknown_count + 1, sizeof *observer->unknown);
    observer->unknown[observer->unknown_count++] = row->id;
}

static void forget_unknown(struct observer *observer)
{
    for (size_t i = 0; i < observer->unknown_count; i++)
        journal_forget(observer->journal, &observer->unknown[i]);
    observer->unknown_count = 0;
}

/* After a sweep: one that is not watched is watched through who holds it, or is back if nobody does. Of one
 * that was moved elsewhere no sweep will tell. */
static void settle(void *context, const struct row *row)
{
    struct observer *observer = context;
    if (is_watched(observer, row))
        return;
    const struct sweep_other *other = find_holders(observer, row);
    if (other)
        watch_through_holders(observer, row, &other->holders);
    if (other && !other->deleted && !is_watched(observer, row))
        give_up(observer, row);
    else if (other)
        return;
    else if (catalog_sweep(mirror_catalog(observer->mirror))->complete && row->links <= 1)
        journal_released(observer->journal, &row->id);
    else
        give_up(observer, row);
}

static void note_unwatched(void *context, const struct row *row)
{
    struct observer *observer = ((void **)context)[0];
    bool *found = ((void **)context)[1];
    *found |= !is_watched(observer, row);
}

static bool waits_unwatched(struct observer *observer)
{
    bool found = false;
    journal_each_waiting(observer->journal, note_unwatched, (void *[]){observer, &found});
    return found;
}

static void note_any(void *context, const struct row *row)
{
    (void)row;
    *(bool *)context = true;
}

static bool waits(struct observer *observer)
{
    bool found = false;
    journal_each_waiting(observer->journal, note_any, &found);
    return found;
}

/* --- releases --- */

static void watch_all_again(struct observer *observer)
{
    struct catalog *catalog = mirror_catalog(observer->mirror);
    for (size_t i = 0; i < catalog_count(catalog); i++) {
        const struct row *row = catalog_at(catalog, i);
        if (S_ISREG(row->mode) && !row->unlinked)
            release_add_name(observer->release, observer->options.directory, row->name, &row->id, NULL);
    }
}

static void take_releases(struct observer *observer)
{
    const struct identity *ids;
    bool lost;
    if (!observer->release)
        return;
    for (bool more = true; more;) {
        more = release_drain(observer->release);
        size_t count = release_take(observer->release, &ids, &lost);
        for (size_t i = 0; i < count; i++) {
            catalog_released(mirror_catalog(observer->mirror), &ids[i]);
            journal_released(observer->journal, &ids[i]);
        }
        if (lost)
            watch_all_again(observer);
    }
}

/* --- life --- */

int observer_new(struct observer **ret_observer, const struct observer_options *options, struct error *error)
{
    struct observer *observer = memory_new(sizeof *observer);
    observer->options = *options;
    observer->journal = journal_new();
    read_clock(observer);
    observer->began = observer->now;
    observer->slow = observer->now + SLOW_MS;
    const struct mirror_options how = {.directory = options->directory,
                                       .producers = options->host->producers,
                                       .change = take_change,
                                       .look = take_look,
                                       .context = observer};
    int r = mirror_new(&observer->mirror, &how, error);
    if (r == 0) {
        struct error trouble = {0};
        if (release_new(&observer->release, &trouble) < 0)
            keep_trouble(observer, &trouble);
        witness_new(&observer->witness, options->directory, options->host->proc_root, NULL);
        if (directory_kernel_path(options->directory, observer->root, sizeof observer->root, &trouble) < 0)
            observer->root[0] = '\0';
        r = mirror_scan(observer->mirror, observer->now, error);
    }
    if (r < 0) {
        observer_free(observer);
        return r;
    }
    /* What lost its name before is released yet. */
    if (sweep(observer))
        journal_each_waiting(observer->journal, settle, observer);
    journal_start(observer->journal);
    *ret_observer = observer;
    return 0;
}

void observer_free(struct observer *observer)
{
    if (!observer)
        return;
    mirror_free(observer->mirror);
    journal_free(observer->journal);
    release_free(observer->release);
    witness_free(observer->witness);
    free(observer->unknown);
    free(observer);
}

const char *observer_trouble(const struct observer *observer)
{
    if (mirror_is_polling(observer->mirror))
        return "not every change is told by the kernel (fs.inotify limits): it is looked every 2 s";
    return observer->trouble.code ? observer->trouble.text : NULL;
}

/* --- waiting --- */

nfds_t observer_fds(const struct observer *observer, struct pollfd fds[OBSERVER_FDS])
{
    fds[0] = (struct pollfd){.fd = mirror_fd(observer->mirror), .events = POLLIN};
    fds[1] = (struct pollfd){.fd = observer->release ? release_fd(observer->release) : -1, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = observer->witness ? witness_fd(observer->witness) : -1, .events = POLLIN};
    return OBSERVER_FDS;
}

int observer_timeout(const struct observer *observer)
{
    int64_t due = observer->slow, sizes = journal_due(observer->journal);
    if (sizes < due)
        due = sizes;
    for (size_t i = 0; i < observer->again_count; i++)
        if (observer->again[i].due < due)
            due = observer->again[i].due;
    int64_t wait = due - clock_ns(CLOCK_MONOTONIC) / 1000000;
    return wait < 0 ? 0 : (int)wait;
}

static void look_again(struct observer *observer)
{
    size_t kept = 0;
    for (size_t i = 0; i < observer->again_count; i++) {
        struct again again = observer->again[i];
        if (again.due <= observer->now) {
            const struct row *row = catalog_by_serial(mirror_catalog(observer->mirror), again.serial);
            if (!row || !may_be_described(row) || again.wait > AGAIN_MS)
                continue;
            char *name = memory_dup(row->name);
            mirror_look(observer->mirror, name, observer->now);
            free(name);
            again.wait *= 2;
            again.due = observer->now + again.wait;
        }
        observer->again[kept++] = again;
    }
    observer->again_count = kept;
}

static void be_slow(struct observer *observer)
{
    if (observer->now < observer->slow)
        return;
    observer->slow = observer->now + SLOW_MS;
    mirror_renew(observer->mirror, observer->now);
    /* It may be another directory by now. */
    if (observer->witness)
        witness_add_subdirectory(observer->witness, "");
}

/* Where sweeps are due: a name went of what is held, something waits that no watch tells of, or a filter
 * asks. */
static void sweep_where_due(struct observer *observer)
{
    bool due = observer->lost_name ? waits(observer)
                                   : observer->now >= observer->sweep_at && waits_unwatched(observer);
    if (!due && !(observer->options.states && observer->changed))
        return;
    observer->swept = sweep(observer);
    if (observer->swept)
        journal_each_waiting(observer->journal, settle, observer);
}

/* All of them, if it ends: what is released meanwhile must not be known long before its name is gone. */
static bool read_names(struct observer *observer, struct error *error)
{
    bool more = true;
    for (int i = 0; more && i < READS_MAX; i++) {
        more = mirror_read(observer->mirror, observer->now, error);
        if (observer->witness)
            witness_drain(observer->witness);
    }
    return more;
}

bool observer_step(struct observer *observer, struct error *error)
{
    read_clock(observer);
    observer->changed = observer->lost_name = observer->swept = false;
    forget_unknown(observer);
    /* Who it was may end any moment. */
    if (observer->witness)
        witness_drain(observer->witness);
    bool more = read_names(observer, error);
    be_slow(observer);
    look_again(observer);
    /* After the names: what nobody held is released by the time that its name is seen to be gone. */
    take_releases(observer);
    journal_tick(observer->journal, mirror_catalog(observer->mirror));
    sweep_where_due(observer);
    return more;
}

/* --- events --- */

static void find_by(struct observer *observer, struct observed *observed)
{
    struct witness *witness = observer->witness;
    const char *name = observed->event.row.name;
    struct culprit *by = &observed->by;
    if (!witness)
        return;
    switch (observed->event.kind) {
    case JOURNAL_CREATED:
        observed->has_by =
            witness_take(witness, DEED_CREATED, name, by) || witness_take(witness, DEED_CAME, name, by);
        break;
    case JOURNAL_RENAMED:
        observed->has_by = witness_take(witness, DEED_CAME, name, by);
        break;
    case JOURNAL_DELETED: /* moved elsewhere too, and replaced: by who then made the new one */
        observed->has_by = witness_take(witness, DEED_DELETED, name, by) ||
                           witness_take(witness, DEED_WENT, name, by) ||
                           witness_see(witness, DEED_CAME, name, by);
        break;
    default:
        break;
    }
}

/* What a sweep told since the event. */
static void refresh(struct observer *observer, struct observed *observed)
{
    struct catalog *catalog = mirror_catalog(observer->mirror);
    struct row *row = &observed->event.row;
    const struct row *live = catalog_by_serial(catalog, row->serial);
    const struct sweep_other *other = NULL;
    if (live) {
        row->state = live->state;
        row->doubtful = live->doubtful;
        row->ownerless = live->ownerless;
        row->creator = live->creator;
        row->held = live->held;
        row->holders = live->holders;
    }
    if (observed->event.kind != JOURNAL_DELETED)
        return;
    bool waits = journal_is_waiting(observer->journal, &row->id);
    observed->sweep = waits && observer->swept ? catalog_sweep(catalog) : NULL;
    other = observed->sweep ? find_holders(observer, row) : NULL;
    /* What nobody holds and did not come back lies elsewhere, or its last holder is just ending. */
    observed->held = waits && !(observed->sweep && observed->sweep->complete && !other);
    observed->moved = other && !other->deleted;
    row->holders = other ? &other->holders : NULL;
    /* Where nobody was seen it may be held by somebody unseen, or lie elsewhere. */
    bool unlinked = other ? other->deleted : waits && !observed->sweep && row->state == STATE_UNLINKED;
    row->unlinked = unlinked;
    if (unlinked)
        row->state = STATE_UNLINKED;
    else if (waits || row->state == STATE_UNLINKED)
        row->state = other ? STATE_LIVE : STATE_UNKNOWN;
}

bool observer_take(struct observer *observer, struct observed *ret_observed)
{
    struct observed observed = {0};
    if (!journal_take(observer->journal, &observed.event))
        return false;
    find_by(observer, &observed);
    refresh(observer, &observed);
    *ret_observed = observed;
    return true;
}
