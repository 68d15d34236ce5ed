#include "core/process/maps.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/map_query.h"

/* --- as text --- */

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : UINT32_MAX;
}

/* A number and the character behind it; the end of the line does for a blank. strtoull costs five times as
 * much, and a sweep reads two million of them. */
static bool take_number(const char **at, unsigned base, char end, uint64_t *ret_number)
{
    const char *first = *at, *c = first;
    uint64_t number = 0;
    for (unsigned digit; (digit = digit_value(*c)) < base; c++) {
        if (number > (UINT64_MAX - digit) / base)
            return false;
        number = number * base + digit;
    }
    if (c == first || (*c != end && !(end == ' ' && *c == '\0')))
        return false;
    *at = *c ? c + 1 : c;
    *ret_number = number;
    return true;
}

bool map_parse(const char *line, struct map *ret_map, const char **ret_path)
{
    struct map map;
    uint64_t major, minor;
    if (!take_number(&line, 16, '-', &map.start) || !take_number(&line, 16, ' ', &map.end))
        return false;
    const char *perms = line;
    if (strnlen(perms, 5) < 5 || perms[4] != ' ')
        return false;
    line += 5;
    if (!take_number(&line, 16, ' ', &map.offset) || !take_number(&line, 16, ':', &major) ||
        !take_number(&line, 16, ' ', &minor) || !take_number(&line, 10, ' ', &map.inode))
        return false;
    map.device = makedev((unsigned)major, (unsigned)minor);
    map.writable = perms[1] == 'w' && perms[3] == 's';
    *ret_path = line + strspn(line, " ");
    *ret_map = map;
    return true;
}

void map_unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from; to++) {
        bool newline = strncmp(from, "\\012", 4) == 0;
        *to = newline ? '\n' : *from;
        from += newline ? 4 : 1;
    }
    *to = '\0';
}

static void take_line(void *context, char *line)
{
    struct maps *maps = context;
    maps->any = true;
    if (map_parse(line, &maps->map, &maps->line_path) && maps->map.inode)
        maps->each(maps->context, maps);
}

/* --- asked one by one --- */

#define IN_A_ROW 32

static bool take_query(struct maps *maps, const struct map_query *query)
{
    if (query->end <= query->address)
        return false;
    maps->map = (struct map){.start = query->start,
                             .end = query->end,
                             .offset = query->offset,
                             .device = makedev(query->major, query->minor),
                             .inode = query->inode,
                             .writable = (query->permissions & (MAP_WRITABLE | MAP_SHARED_FILE)) ==
                                         (MAP_WRITABLE | MAP_SHARED_FILE)};
    maps->each(maps->context, maps);
    return true;
}

/* 0, -errno; 1 where it cannot be asked so: nothing was told then. -ENOENT is the end, -ESRCH at once no
 * memory at all. */
static int ask_all(struct maps *maps)
{
    struct map_query list[IN_A_ROW];
    uint64_t address = 0;
    for (bool first = true;;) {
        list[0] = (struct map_query){
            .size = sizeof list[0], .flags = MAP_OR_NEXT | MAP_OF_FILES_ONLY, .address = address};
        int n = sys.map_queries(maps->fd, list, IN_A_ROW);
        int code = n < IN_A_ROW ? errno : 0;
        for (int i = 0; i < n; i++)
            if (!take_query(maps, &list[i]))
                return -EIO;
        first = first && n <= 0;
        maps->any = !first || code == ENOENT;
        if (code == ENOENT || (first && code == ESRCH))
            return 0;
        if (code && code != EINTR)
            return first ? 1 : -code;
        if (n > 0)
            address = list[n - 1].end;
    }
}

/* --- either way --- */

const char *maps_path(struct maps *maps)
{
    if (maps->escaped)
        return *maps->line_path ? maps->line_path : NULL;
    struct map_query query = {.size = sizeof query,
                              .address = maps->map.start,
                              .flags = MAP_OF_FILES_ONLY,
                              .name_size = sizeof maps->path,
                              .name = (uint64_t)(uintptr_t)maps->path};
    memset(maps->path, 0, sizeof maps->path); /* for checkers that do not know what the call writes */
    bool same = sys.map_queries(maps->fd, &query, 1) == 1 && query.inode == maps->map.inode &&
                makedev(query.major, query.minor) == maps->map.device;
    return same && query.name_size ? maps->path : NULL;
}

int maps_each(int task, maps_function *each, void *context, bool *ret_any)
{
    int fd AUTO_CLOSE = sys.openat(task, "maps", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    *ret_any = false;
    if (fd < 0)
        return -errno;
    struct maps maps;
    maps.fd = fd;
    maps.each = each;
    maps.context = context;
    maps.any = maps.escaped = false;
    int rc = ask_all(&maps);
    if (rc == 1) {
        maps.escaped = true;
        rc = procfs_each_line_of(fd, take_line, &maps);
    }
    *ret_any = maps.any;
    return rc;
}
