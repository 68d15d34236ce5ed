#include "core/segment/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "core/segment/beneath.h"
#include "core/segment/nameset.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

/*
 * No OPEN, ACCESS or CLOSE_NOWRITE: our own looks and leases must not wake us. EXCL_UNLINK keeps the last
 * writer's close of an unlinked file away, whose name may mean another by then.
 */
#define NAMING  (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define CONTENT (IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE)
#define MASK    (NAMING | CONTENT | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

#define BUF_SIZE      (64u << 10)
#define READS_A_DRAIN 8

struct subdirectory {
    int wd;
    char *name;
};

struct watch {
    struct directory *directory;
    int fd;   /* inotify, -1 where it was refused */
    int root; /* watch descriptor of the directory, -1: none */
    bool polling;
    bool everything;
    bool taken;         /* what names holds was given out */
    bool half_a_rename; /* the last event was IN_MOVED_FROM */
    struct nameset names;
    struct subdirectory *subdirectories; /* by wd, ascending: the kernel counts up */
    size_t count, capacity;
    char buf[BUF_SIZE] __attribute__((aligned(__alignof__(struct inotify_event))));
};

/* Watches the directory that fd is, whatever its path means by now. Without /proc by the path. Returns wd or
 * -errno. */
static int add_watch(struct watch *watch, int fd, const char *path, uint32_t more)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int wd = sys.inotify_add_watch(watch->fd, link, MASK);
    if (wd < 0 && errno == ENOENT)
        wd = sys.inotify_add_watch(watch->fd, path, MASK | more);
    return wd < 0 ? -errno : wd;
}

static void watch_root(struct watch *watch)
{
    if (watch->fd < 0)
        return;
    int wd = add_watch(watch, directory_fd(watch->directory), directory_path(watch->directory), 0);
    watch->root = wd < 0 ? -1 : wd;
    watch->polling = wd < 0;
}

int watch_new(struct watch **ret_watch, struct directory *directory, struct error *error)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return error_set_errno(error, ENOMEM, "cannot watch it");
    watch->directory = directory;
    watch->fd = sys.inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->root = -1;
    watch->polling = watch->fd < 0;
    watch_root(watch);
    if (watch->polling)
        fd_close(&watch->fd);
    *ret_watch = watch;
    return 0;
}

static void forget_subdirectories(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        sys.inotify_rm_watch(watch->fd, watch->subdirectories[i].wd);
        free(watch->subdirectories[i].name);
    }
    watch->count = 0;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    fd_close(&watch->fd); /* the kernel drops its watches: none is left to be removed one by one */
    for (size_t i = 0; i < watch->count; i++)
        free(watch->subdirectories[i].name);
    free(watch->subdirectories);
    nameset_free(&watch->names);
    free(watch);
}

int watch_fd(const struct watch *watch)
{
    return watch->fd;
}

bool watch_is_polling(const struct watch *watch)
{
    return watch->polling;
}

/* Index of the first sub-directory whose wd is not less. */
static size_t find_wd(const struct watch *watch, int wd)
{
    size_t low = 0, high = watch->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (watch->subdirectories[middle].wd < wd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct subdirectory *get_subdirectory(const struct watch *watch, int wd)
{
    size_t i = find_wd(watch, wd);
    return i < watch->count && watch->subdirectories[i].wd == wd ? &watch->subdirectories[i] : NULL;
}

static void drop_subdirectory(struct watch *watch, struct subdirectory *subdirectory)
{
    size_t i = (size_t)(subdirectory - watch->subdirectories);
    free(subdirectory->name);
    watch->count--;
    memmove(subdirectory, subdirectory + 1, (watch->count - i) * sizeof *subdirectory);
}

static void keep_subdirectory(struct watch *watch, int wd, const char *name)
{
    struct subdirectory *known = get_subdirectory(watch, wd);
    if (known) {
        free(known->name);
        known->name = memory_dup(name);
        return;
    }
    size_t i = find_wd(watch, wd);
    watch->subdirectories =
        memory_grow(watch->subdirectories, &watch->capacity, watch->count + 1, sizeof *watch->subdirectories);
    memmove(&watch->subdirectories[i + 1], &watch->subdirectories[i],
            (watch->count - i) * sizeof *watch->subdirectories);
    watch->subdirectories[i] = (struct subdirectory){.wd = wd, .name = memory_dup(name)};
    watch->count++;
}

/* Opened beneath the directory, following no link, so that what is watched is what is listed. */
static int watch_subdirectory(struct watch *watch, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory_path(watch->directory), name) >= (int)sizeof path)
        return -ENAMETOOLONG;
    int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd AUTO_CLOSE = fd_openat(directory_fd(watch->directory), name, flags, 0);
    if (fd < 0)
        return fd;
    int r = beneath_may_look(watch->directory, fd, NULL);
    return r < 0 ? r : add_watch(watch, fd, path, IN_DONT_FOLLOW);
}

int watch_add_subdirectory(struct watch *watch, const char *name)
{
    if (watch->fd < 0)
        return 0;
    if (strchr(name, '/'))
        return -EINVAL;
    int wd = watch->count >= WATCH_SUBDIRECTORIES_MAX ? -ENOSPC : watch_subdirectory(watch, name);
    /* What cannot be watched, for there are too many, has to be looked at again and again. */
    if (wd == -ENOSPC)
        watch->polling = true;
    if (wd >= 0)
        keep_subdirectory(watch, wd, name);
    return wd < 0 ? wd : 0;
}

static void add_name(struct watch *watch, const char *name)
{
    if (!watch->everything && !nameset_add(&watch->names, name))
        watch->everything = true;
}

/* Names that an unnamed file (O_TMPFILE) bears in events: #INODE. */
static bool looks_unnamed(const char *file)
{
    return file[0] == '#' && file[1] != '\0' && file[1 + strspn(file + 1, "0123456789")] == '\0';
}

static bool exists(const struct watch *watch, const char *name)
{
    struct place place AUTO_PLACE = {.opened = -1};
    struct facts facts;
    return place_find(watch->directory, name, &place, NULL) == 0 &&
           facts_get(place.fd, place.file, &facts) == 0;
}

/* A load under way writes to an unnamed file and to .shmtop-PID-N: neither is a row. An entry named #12 is
 * one. */
static bool is_of_interest(const struct watch *watch, const char *name, const char *file, uint32_t mask)
{
    if (name_is_temporary(file))
        return false;
    if (mask & NAMING || !looks_unnamed(file) || nameset_has(&watch->names, name))
        return true;
    return exists(watch, name);
}

static void root_event(struct watch *watch, const struct inotify_event *event)
{
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED))
        watch->everything = true;
    if (event->mask & IN_IGNORED)
        watch->root = -1;
    if (event->len == 0 || !is_of_interest(watch, event->name, event->name, event->mask))
        return;
    /* Before the name is given out, so that whoever then lists the sub-directory misses nothing. */
    if (event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_MOVED_TO))
        watch_add_subdirectory(watch, event->name);
    add_name(watch, event->name);
}

static void subdirectory_event(struct watch *watch, struct subdirectory *subdirectory,
                               const struct inotify_event *event)
{
    char name[NAME_PATH_MAX];
    if (event->mask & IN_IGNORED) {
        drop_subdirectory(watch, subdirectory);
        return;
    }
    if (event->len > 0 &&
        snprintf(name, sizeof name, "%s/%s", subdirectory->name, event->name) < (int)sizeof name &&
        is_of_interest(watch, name, event->name, event->mask)) {
        add_name(watch, name);
        add_name(watch, subdirectory->name); /* whose row is the sum */
    }
}

/* A sub-directory that was renamed is watched anew under its new name, if it still has one here. */
static void forget_name(struct watch *watch, const char *name)
{
    for (size_t i = 0; i < watch->count; i++)
        if (strcmp(watch->subdirectories[i].name, name) == 0) {
            sys.inotify_rm_watch(watch->fd, watch->subdirectories[i].wd);
            drop_subdirectory(watch, &watch->subdirectories[i]);
            return;
        }
}

static void handle(struct watch *watch, const struct inotify_event *event)
{
    watch->half_a_rename = event->mask & IN_MOVED_FROM;
    if (event->mask & IN_Q_OVERFLOW) {
        watch->everything = true;
        return;
    }
    struct subdirectory *subdirectory = get_subdirectory(watch, event->wd);
    if (event->wd == watch->root) {
        if (event->mask & IN_ISDIR && event->mask & IN_MOVED_FROM)
            forget_name(watch, event->name);
        root_event(watch, event);
    } else if (subdirectory) {
        subdirectory_event(watch, subdirectory, event);
    }
}

/* One buffer. False where none waits. */
static bool read_events(struct watch *watch)
{
    ssize_t n;
    do {
        n = sys.read(watch->fd, watch->buf, sizeof watch->buf);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        watch->everything = true; /* who knows what was lost */
    if (n <= 0)
        return false;
    const struct inotify_event *event;
    for (size_t at = 0; at + sizeof *event <= (size_t)n; at += sizeof *event + event->len) {
        event = (const void *)(watch->buf + at);
        handle(watch, event);
    }
    return true;
}

bool watch_drain(struct watch *watch)
{
    if (watch->taken)
        nameset_clear(&watch->names);
    watch->taken = false;
    if (watch->fd < 0)
        return false;
    bool more = true;
    for (int i = 0; more && i < READS_A_DRAIN; i++)
        more = read_events(watch);
    /* Both names of a rename belong in one batch: the second follows the first at once. */
    if (watch->half_a_rename)
        more = read_events(watch) && more;
    return more;
}

size_t watch_take(struct watch *watch, const char *const **ret_names, bool *ret_everything)
{
    bool fresh = !watch->taken && !watch->everything;
    *ret_names = nameset_list(&watch->names);
    *ret_everything = watch->everything;
    watch->everything = false;
    watch->taken = true;
    return fresh ? watch->names.count : 0;
}

/* What the path names now, following links as directory_open does. */
static int look_at_path(const struct watch *watch, struct identity *ret_id, struct error *error)
{
    int fd AUTO_CLOSE =
        fd_openat(AT_FDCWD, directory_path(watch->directory), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    struct facts facts;
    int r = fd < 0 ? fd : facts_get(fd, "", &facts);
    if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
        return error_set(error, ENOENT, "the directory is gone");
    if (r < 0)
        return error_set_errno(error, -r, "cannot look at the directory");
    *ret_id = facts.id;
    return 0;
}

int watch_renew(struct watch *watch, struct error *error)
{
    struct identity now;
    struct facts then;
    int r = look_at_path(watch, &now, error);
    if (r < 0)
        return r;
    bool same = facts_get(directory_fd(watch->directory), "", &then) == 0 && identity_equal(&then.id, &now);
    if (same && (watch->fd < 0 || watch->root >= 0))
        return 0;
    r = same ? 0 : directory_reopen(watch->directory, error);
    if (r < 0)
        return r;
    forget_subdirectories(watch);
    if (watch->root >= 0)
        sys.inotify_rm_watch(watch->fd, watch->root);
    watch_root(watch);
    watch->everything = true;
    return 1;
}
