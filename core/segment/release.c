#include "core/segment/release.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/segment/beneath.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/lookup.h"
#include "core/sys/memory.h"

#define BUF_SIZE      (16u << 10)
#define READS_A_DRAIN 8

struct watched {
    int wd;
    struct identity id;
};

struct release {
    int fd;
    struct watched *watched; /* owned, in no order */
    size_t count, capacity;
    struct lookup by_wd, by_inode;
    struct identity *released; /* owned */
    size_t released_count, released_capacity;
    bool taken; /* what was released was given out */
    bool lost;
    char buf[BUF_SIZE] __attribute__((aligned(__alignof__(struct inotify_event))));
};

int release_new(struct release **ret_release, struct error *error)
{
    int fd = sys.inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot watch for memory that comes back");
    struct release *release = memory_new(sizeof *release);
    release->fd = fd;
    *ret_release = release;
    return 0;
}

void release_free(struct release *release)
{
    if (!release)
        return;
    fd_close(&release->fd);
    lookup_clear(&release->by_wd);
    lookup_clear(&release->by_inode);
    free(release->watched);
    free(release->released);
    free(release);
}

int release_fd(const struct release *release)
{
    return release->fd;
}

/* --- what is watched --- */

static uint32_t hash_wd(int wd)
{
    return lookup_hash(&wd, sizeof wd);
}

static uint32_t hash_inode(const struct identity *id)
{
    const uint64_t words[] = {id->device, id->inode};
    return lookup_hash(words, sizeof words);
}

static struct watched *find_wd(const struct release *release, int wd)
{
    uint32_t cursor = 0, i;
    while ((i = lookup_next(&release->by_wd, hash_wd(wd), &cursor)) != LOOKUP_NONE)
        if (release->watched[i].wd == wd)
            return &release->watched[i];
    return NULL;
}

static struct watched *find_id(const struct release *release, const struct identity *id)
{
    uint32_t cursor = 0, i;
    while ((i = lookup_next(&release->by_inode, hash_inode(id), &cursor)) != LOOKUP_NONE)
        if (identity_equal(&release->watched[i].id, id))
            return &release->watched[i];
    return NULL;
}

static void enter(struct release *release, uint32_t i)
{
    lookup_add(&release->by_wd, hash_wd(release->watched[i].wd), i);
    lookup_add(&release->by_inode, hash_inode(&release->watched[i].id), i);
}

static void leave(struct release *release, uint32_t i)
{
    lookup_remove(&release->by_wd, hash_wd(release->watched[i].wd), i);
    lookup_remove(&release->by_inode, hash_inode(&release->watched[i].id), i);
}

/* The last one takes its place. */
static void drop(struct release *release, const struct watched *watched)
{
    uint32_t i = (uint32_t)(watched - release->watched), last = (uint32_t)release->count - 1;
    leave(release, i);
    if (i != last) {
        leave(release, last);
        release->watched[i] = release->watched[last];
        enter(release, i);
    }
    release->count--;
}

static void keep(struct release *release, int wd, const struct identity *id)
{
    struct watched *known = find_wd(release, wd);
    if (known)
        drop(release, known);
    release->watched =
        memory_grow(release->watched, &release->capacity, release->count + 1, sizeof *release->watched);
    release->watched[release->count] = (struct watched){wd, *id};
    enter(release, (uint32_t)release->count++);
}

bool release_has(const struct release *release, const struct identity *id)
{
    return find_id(release, id) != NULL;
}

void release_forget(struct release *release, const struct identity *id)
{
    struct watched *watched = find_id(release, id);
    if (!watched)
        return;
    sys.inotify_rm_watch(release->fd, watched->wd);
    drop(release, watched);
}

/* --- adding --- */

static int add_failed(struct error *error, int code)
{
    switch (code) {
    case ENOSPC:
        return error_set(error, ENOSPC,
                         "no watch left for it (fs.inotify.max_user_watches): when its memory comes back is "
                         "only seen by a sweep");
    case EACCES:
    case EPERM:
        return error_set(error, EACCES, "no permission to watch it");
    default:
        return error_set_errno(error, code, "cannot watch it");
    }
}

int release_add_opened(struct release *release, int fd, const struct identity *id, struct error *error)
{
    struct facts facts;
    char link[40];
    int r = facts_get(fd, "", &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (id->born == 0)
        facts.id.born = 0;
    if (!S_ISREG(facts.st.stx_mode) || !identity_equal(&facts.id, id))
        return error_set(error, ESTALE, "another segment is open");
    if (find_id(release, id))
        return 0;
    if (release->count >= RELEASE_MAX)
        return add_failed(error, ENOSPC);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int wd = sys.inotify_add_watch(release->fd, link, IN_DELETE_SELF);
    if (wd < 0)
        return add_failed(error, errno);
    keep(release, wd, id);
    return 0;
}

int release_add_name(struct release *release, const struct directory *directory, const char *name,
                     const struct identity *id, struct error *error)
{
    struct place place AUTO_PLACE = {.opened = -1};
    if (find_id(release, id))
        return 0;
    int r = place_find(directory, name, &place, error);
    if (r < 0)
        return r;
    int fd AUTO_CLOSE = fd_openat(place.fd, place.file, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return beneath_error(error, -fd, "look at");
    return release_add_opened(release, fd, id, error);
}

/* --- what happened --- */

static void note(struct release *release, const struct watched *watched)
{
    release->released = memory_grow(release->released, &release->released_capacity,
                                    release->released_count + 1, sizeof *release->released);
    release->released[release->released_count++] = watched->id;
    drop(release, watched);
}

/* What was asked of the old instance waits in its queue, and would make that overflow again. */
static void start_anew(struct release *release)
{
    int fd AUTO_CLOSE = sys.inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd >= 0)
        dup3(fd, release->fd, O_CLOEXEC);
}

/* Of those whose event was lost the kernel does not know the watch any more; to ask it is to end the others'.
 */
static void find_lost(struct release *release)
{
    while (release->count > 0) {
        const struct watched *watched = &release->watched[release->count - 1];
        if (sys.inotify_rm_watch(release->fd, watched->wd) < 0 && errno == EINVAL)
            note(release, watched);
        else
            drop(release, watched);
    }
    start_anew(release);
    release->lost = true;
}

/* False: the rest was found by asking, and is no longer watched. */
static bool handle(struct release *release, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        find_lost(release);
        return false;
    }
    const struct watched *watched = find_wd(release, event->wd);
    if (!watched)
        return true;
    if (event->mask & IN_DELETE_SELF)
        note(release, watched);
    else if (event->mask & IN_UNMOUNT) /* it lives on, but no event will come */
        drop(release, watched);
    return true;
}

static bool read_events(struct release *release)
{
    ssize_t n;
    do
        n = sys.read(release->fd, release->buf, sizeof release->buf);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        find_lost(release);
    if (n <= 0)
        return false;
    const struct inotify_event *event;
    for (size_t at = 0; at + sizeof *event <= (size_t)n; at += sizeof *event + event->len) {
        event = (const void *)(release->buf + at);
        if (!handle(release, event))
            break;
    }
    return true;
}

bool release_drain(struct release *release)
{
    bool more = true;
    if (release->taken)
        release->released_count = 0;
    release->taken = false;
    for (int i = 0; more && i < READS_A_DRAIN; i++)
        more = read_events(release);
    return more;
}

size_t release_take(struct release *release, const struct identity **ret_ids, bool *ret_lost)
{
    size_t count = release->taken ? 0 : release->released_count;
    *ret_ids = release->released;
    *ret_lost = release->lost;
    release->lost = false;
    release->taken = true;
    return count;
}
