#include "core/process/witness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>

#include "core/process/procfs.h"
#include "core/segment/name.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define MASK (FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_ONDIR)

#define BUF_SIZE      (64u << 10)
#define READS_A_DRAIN 16
#define PLACES_FIRST  256 /* directories known before those that are gone are looked for */

/* A directory as events name it: a handle, compared byte by byte. */
struct handle {
    unsigned bytes;
    int type;
    unsigned char data[MAX_HANDLE_SZ];
};

struct place_known {
    struct handle handle;
    char *name; /* owned; "": the directory itself */
};

struct record {
    char *name;     /* owned; NULL: none */
    unsigned deeds; /* 1 << enum deed, those not taken yet */
    struct culprit culprit;
};

struct witness {
    const struct directory *directory;
    const char *proc_root;
    int fd;
    struct place_known *places; /* owned */
    size_t place_count, place_capacity, place_limit;
    struct record *records; /* owned: a ring of WITNESS_MAX */
    size_t next;            /* to be written */
    char buf[BUF_SIZE];
};

/* --- directories --- */

static int read_handle(int dirfd, const char *name, struct handle *ret_handle)
{
    union {
        struct file_handle handle;
        unsigned char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } u;
    int mount;
    u.handle.handle_bytes = MAX_HANDLE_SZ;
    if (sys.name_to_handle_at(dirfd, name, &u.handle, &mount, *name ? 0 : AT_EMPTY_PATH) < 0)
        return -errno;
    *ret_handle = (struct handle){.bytes = u.handle.handle_bytes, .type = u.handle.handle_type};
    memcpy(ret_handle->data, u.handle.f_handle, u.handle.handle_bytes);
    return 0;
}

static struct place_known *find_place(const struct witness *witness, const struct handle *handle)
{
    for (size_t i = 0; i < witness->place_count; i++) {
        const struct handle *known = &witness->places[i].handle;
        if (known->type == handle->type && known->bytes == handle->bytes &&
            memcmp(known->data, handle->data, handle->bytes) == 0)
            return &witness->places[i];
    }
    return NULL;
}

static bool is_there(const struct witness *witness, const struct place_known *place)
{
    struct handle handle;
    return read_handle(directory_fd(witness->directory), place->name, &handle) == 0 &&
           handle.type == place->handle.type && handle.bytes == place->handle.bytes &&
           memcmp(handle.data, place->handle.data, handle.bytes) == 0;
}

/* Directories come and go without end. Looked for each time that twice as many are known as were there. */
static void forget_places(struct witness *witness)
{
    size_t kept = 0;
    if (witness->place_count < witness->place_limit)
        return;
    for (size_t i = 0; i < witness->place_count; i++) {
        struct place_known place = witness->places[i];
        if (is_there(witness, &place))
            witness->places[kept++] = place;
        else
            free(place.name);
    }
    witness->place_count = kept;
    witness->place_limit = kept > PLACES_FIRST / 2 ? 2 * kept : PLACES_FIRST;
}

/* A renamed one keeps its handle. */
static void keep_place(struct witness *witness, const struct handle *handle, const char *name)
{
    struct place_known *place = find_place(witness, handle);
    if (!place) {
        forget_places(witness);
        witness->places = memory_grow(witness->places, &witness->place_capacity, witness->place_count + 1,
                                      sizeof *witness->places);
        place = &witness->places[witness->place_count++];
        *place = (struct place_known){.handle = *handle};
    }
    free(place->name);
    place->name = memory_dup(name);
}

/* name: "" for the directory itself. */
static int watch_place(struct witness *witness, const char *name)
{
    struct handle handle;
    int fd = directory_fd(witness->directory);
    int r = read_handle(fd, name, &handle);
    if (r < 0)
        return r;
    unsigned flags = FAN_MARK_ADD | (*name ? FAN_MARK_ONLYDIR | FAN_MARK_DONT_FOLLOW : 0);
    if (sys.fanotify_mark(witness->fd, flags, MASK, fd, *name ? name : NULL) < 0)
        return -errno;
    keep_place(witness, &handle, name);
    return 0;
}

int witness_add_subdirectory(struct witness *witness, const char *name)
{
    return watch_place(witness, name);
}

int witness_new(struct witness **ret_witness, const struct directory *directory, const char *proc_root,
                struct error *error)
{
    int fd = sys.fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);
    if (fd < 0)
        return error_set_errno(error, errno, "who changes it cannot be known");
    struct witness *witness = memory_new(sizeof *witness);
    witness->directory = directory;
    witness->proc_root = proc_root;
    witness->fd = fd;
    witness->place_limit = PLACES_FIRST;
    witness->records = memory_new(WITNESS_MAX * sizeof *witness->records);
    int r = watch_place(witness, "");
    if (r < 0) {
        witness_free(witness);
        return error_set_errno(error, -r, "who changes it cannot be known");
    }
    *ret_witness = witness;
    return 0;
}

void witness_free(struct witness *witness)
{
    if (!witness)
        return;
    fd_close(&witness->fd);
    for (size_t i = 0; i < witness->place_count; i++)
        free(witness->places[i].name);
    for (size_t i = 0; i < WITNESS_MAX; i++)
        free(witness->records[i].name);
    free(witness->places);
    free(witness->records);
    free(witness);
}

int witness_fd(const struct witness *witness)
{
    return witness->fd;
}

/* --- who --- */

static void take_uid(void *context, char *line)
{
    struct culprit *culprit = context;
    unsigned real, effective;
    if (sscanf(line, "Uid: %u %u", &real, &effective) == 2) {
        culprit->uid = effective;
        culprit->known = true;
    }
}

static struct culprit ask(const struct witness *witness, pid_t pid)
{
    struct culprit culprit = {.pid = pid};
    char path[512];
    snprintf(path, sizeof path, "%s/%d", witness->proc_root, (int)pid);
    int process AUTO_CLOSE = fd_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (process < 0)
        return culprit;
    ssize_t n = procfs_read(process, "comm", culprit.command, sizeof culprit.command);
    if (n > 0)
        procfs_each_line(process, "status", take_uid, &culprit);
    culprit.command[n > 0 ? strcspn(culprit.command, "\n") : 0] = '\0';
    return culprit;
}

/* --- events --- */

/* The handle and the name in an event's record: 0 where it is none of that kind, or does not hold together.
 */
static bool read_info(const char *info, size_t size, struct handle *ret_handle, const char **ret_name)
{
    struct fanotify_event_info_fid fid;
    struct file_handle head;
    size_t at = offsetof(struct fanotify_event_info_fid, handle);
    if (size < at + sizeof head)
        return false;
    memcpy(&fid, info, at);
    memcpy(&head, info + at, sizeof head);
    at += sizeof head;
    if (fid.hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME || head.handle_bytes > MAX_HANDLE_SZ ||
        head.handle_bytes > size - at)
        return false;
    *ret_handle = (struct handle){.bytes = head.handle_bytes, .type = head.handle_type};
    memcpy(ret_handle->data, info + at, head.handle_bytes);
    at += head.handle_bytes;
    *ret_name = info + at;
    return memchr(info + at, '\0', size - at) != NULL;
}

static unsigned deeds_of(uint64_t mask)
{
    return (mask & FAN_CREATE ? 1u << DEED_CREATED : 0) | (mask & FAN_DELETE ? 1u << DEED_DELETED : 0) |
           (mask & FAN_MOVED_TO ? 1u << DEED_CAME : 0) | (mask & FAN_MOVED_FROM ? 1u << DEED_WENT : 0);
}

static void keep_record(struct witness *witness, const char *directory, const char *file,
                        const struct fanotify_event_metadata *event)
{
    char name[NAME_PATH_MAX];
    struct record *record = &witness->records[witness->next];
    if (snprintf(name, sizeof name, "%s%s%s", directory, *directory ? "/" : "", file) >= (int)sizeof name)
        return;
    witness->next = (witness->next + 1) % WITNESS_MAX;
    free(record->name);
    *record = (struct record){
        .name = memory_dup(name), .deeds = deeds_of(event->mask), .culprit = ask(witness, event->pid)};
}

/* What follows an event's head: the directory and the name. */
static void handle_event(struct witness *witness, const struct fanotify_event_metadata *event,
                         const char *rest, size_t size)
{
    struct handle handle;
    const char *name;
    /* Another pid namespace's process has none here. */
    if (event->pid <= 0 || event->vers != FANOTIFY_METADATA_VERSION || !read_info(rest, size, &handle, &name))
        return;
    const struct place_known *place = find_place(witness, &handle);
    if (place && !name_is_temporary(name))
        keep_record(witness, place->name, name, event);
}

static bool read_events(struct witness *witness)
{
    struct fanotify_event_metadata event; /* copied: they follow one another at multiples of 4 */
    ssize_t n;
    do
        n = sys.read(witness->fd, witness->buf, sizeof witness->buf);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    for (size_t at = 0; at + sizeof event <= (size_t)n; at += event.event_len) {
        memcpy(&event, witness->buf + at, sizeof event);
        if (event.metadata_len < sizeof event || event.event_len < event.metadata_len ||
            event.event_len > (size_t)n - at)
            break;
        handle_event(witness, &event, witness->buf + at + event.metadata_len,
                     event.event_len - event.metadata_len);
    }
    return true;
}

void witness_drain(struct witness *witness)
{
    for (int i = 0; i < READS_A_DRAIN && read_events(witness); i++)
        ;
}

static struct record *find_record(const struct witness *witness, enum deed deed, const char *name)
{
    for (size_t i = 1; i <= WITNESS_MAX; i++) {
        struct record *record = &witness->records[(witness->next + WITNESS_MAX - i) % WITNESS_MAX];
        if (!record->name)
            return NULL;
        if (record->deeds & 1u << deed && strcmp(record->name, name) == 0)
            return record;
    }
    return NULL;
}

bool witness_take(struct witness *witness, enum deed deed, const char *name, struct culprit *ret_culprit)
{
    struct record *record = find_record(witness, deed, name);
    if (!record)
        return false;
    record->deeds &= ~(1u << deed);
    *ret_culprit = record->culprit;
    return true;
}

bool witness_see(const struct witness *witness, enum deed deed, const char *name, struct culprit *ret_culprit)
{
    const struct record *record = find_record(witness, deed, name);
    if (record)
        *ret_culprit = record->culprit;
    return record != NULL;
}
