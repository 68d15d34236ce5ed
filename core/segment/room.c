#include "core/segment/room.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define FILE_MAX (64u << 10)

/* The start of a small file, NUL-terminated, malloc'ed; NULL where it cannot be read. */
static char *read_text(const char *path)
{
    int fd AUTO_CLOSE = fd_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return NULL;
    char *text = malloc(FILE_MAX);
    ssize_t n = text ? fd_read_full(fd, text, FILE_MAX - 1) : -1;
    if (n < 0) {
        free(text);
        return NULL;
    }
    text[n] = '\0';
    return text;
}

static bool read_number(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    text += strspn(text, " \t");
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        if (checked_mul_u64(number, 10, &number) || checked_add_u64(number, (uint64_t)(*text - '0'), &number))
            return false;
    *ret_number = number;
    return true;
}

/* The number behind KEY at the start of a line. */
static bool find_number(const char *text, const char *key, uint64_t *ret_number)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0)
            return read_number(line + length, ret_number);
    }
    return false;
}

/* The file DIRECTORY/NAME, malloc'ed as above. */
static char *read_in(const char *directory, const char *name)
{
    char path[PATH_MAX + 64];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return NULL;
    return read_text(path);
}

static bool read_number_in(const char *directory, const char *name, uint64_t *ret_number)
{
    char *text = read_in(directory, name);
    bool ok = text && read_number(text, ret_number);
    free(text);
    return ok;
}

static uint64_t available_memory(const char *proc_root)
{
    uint64_t kilobytes, bytes = UINT64_MAX;
    char *text = read_in(proc_root, "meminfo");
    if (text && find_number(text, "MemAvailable:", &kilobytes) && checked_mul_u64(kilobytes, 1024, &bytes))
        bytes = UINT64_MAX;
    free(text);
    return bytes;
}

/* The files of one generation of memory cgroups. Sources: cgroup-v2.rst, cgroup-v1/memory.rst. */
struct generation {
    const char *limit, *usage, *inactive;
};
static const struct generation version_1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                            "total_inactive_file "};
static const struct generation version_2 = {"memory.max", "memory.current", "inactive_file "};

/*
 * Limit less usage of one cgroup. File pages not used of late count as usage, but the kernel drops them
 * rather than refuse memory: without that, reading a large file once would leave a container no room.
 */
static uint64_t headroom(const char *directory, const struct generation *generation)
{
    uint64_t limit, usage, inactive = 0;
    if (!read_number_in(directory, generation->limit, &limit) ||
        !read_number_in(directory, generation->usage, &usage))
        return UINT64_MAX;
    char *stat = read_in(directory, "memory.stat");
    if (stat)
        find_number(stat, generation->inactive, &inactive);
    free(stat);
    usage -= min_u64(usage, inactive);
    return limit - min_u64(limit, usage);
}

/* The least headroom of the cgroup at path below root and of all above it. */
static uint64_t least_headroom(const char *root, const char *path, const struct generation *generation)
{
    char directory[PATH_MAX];
    size_t root_length = strlen(root);
    /* A path that leads out of our cgroup namespace cannot be followed: only its root is seen. */
    if (strstr(path, "/..") || strcmp(path, "/") == 0)
        path = "";
    if (snprintf(directory, sizeof directory, "%s%s", root, path) >= (int)sizeof directory)
        return UINT64_MAX;
    uint64_t least = headroom(directory, generation);
    while (strlen(directory) > root_length) {
        *strrchr(directory, '/') = '\0';
        least = min_u64(least, headroom(directory, generation));
    }
    return least;
}

static bool has_controller(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, name, length) == 0)
            return true;
    return false;
}

/* One line of /proc/self/cgroup: "ID:CONTROLLERS:PATH"; version 2 is "0::PATH". */
static uint64_t line_headroom(char *line, const char *cgroup_root)
{
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path || path[1] != '/')
        return UINT64_MAX;
    *controllers++ = '\0';
    *path++ = '\0';
    if (*controllers == '\0')
        return least_headroom(cgroup_root, path, &version_2);
    if (!has_controller(controllers, "memory"))
        return UINT64_MAX;
    char root[PATH_MAX];
    if (snprintf(root, sizeof root, "%s/memory", cgroup_root) >= (int)sizeof root)
        return UINT64_MAX;
    return least_headroom(root, path, &version_1);
}

static uint64_t cgroup_headroom(const char *proc_root, const char *cgroup_root)
{
    uint64_t least = UINT64_MAX;
    char *text = read_in(proc_root, "self/cgroup");
    char *rest = text;
    for (char *line; text && (line = strsep(&rest, "\n"));)
        least = min_u64(least, line_headroom(line, cgroup_root));
    free(text);
    return least;
}

int room_measure(const struct directory *directory, const char *proc_root, const char *cgroup_root,
                 struct room *ret_room, struct error *error)
{
    struct directory_usage usage;
    int r = directory_usage(directory, &usage, error);
    if (r < 0)
        return r;
    *ret_room = (struct room){
        .filesystem = usage.free,
        .memory = available_memory(proc_root),
        .cgroup = cgroup_headroom(proc_root, cgroup_root),
    };
    return 0;
}

uint64_t room_least(const struct room *room)
{
    return min_u64(room->filesystem, min_u64(room->memory, room->cgroup));
}

/* "3.2G": powers of 1024, one decimal, rounded down or up. */
static void size_text(uint64_t bytes, bool up, char buf[32])
{
    unsigned power = 0;
    while (power < 6 && bytes >> 10 * power >= 1024)
        power++;
    if (power == 0) {
        snprintf(buf, 32, "%llu bytes", (unsigned long long)bytes);
        return;
    }
    uint64_t unit = (uint64_t)1 << 10 * power;
    unsigned tenths =
        (unsigned)(((bytes & (unit - 1)) * (__uint128_t)10 + (up ? unit - 1 : 0)) >> 10 * power);
    uint64_t whole = (bytes >> 10 * power) + tenths / 10;
    snprintf(buf, 32, "%llu.%u%c", (unsigned long long)whole, tenths % 10, " KMGTPE"[power]);
}

int room_check(const struct room *room, uint64_t bytes, struct error *error)
{
    uint64_t least = room_least(room);
    if (bytes <= least)
        return 0;
    const char *where = room->filesystem == least ? "free in the file system"
                        : room->memory == least   ? "of memory available"
                                                  : "left in the memory cgroup";
    char needed[32], there[32];
    size_text(bytes, true, needed);
    size_text(least, false, there);
    return error_set(error, ENOSPC, "not enough room: %s needed, %s %s", needed, there, where);
}

int room_check_file(uint64_t size, struct error *error)
{
    struct rlimit limit;
    if (size > INT64_MAX)
        return error_set(error, EFBIG, "no file can be that large");
    if (sys.getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur)
        return error_set(error, EFBIG, "larger than this process may make a file (ulimit -f: %llu bytes)",
                         (unsigned long long)limit.rlim_cur);
    return 0;
}
