#include "core/process/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define BLOCK (64 * 1024)

/* Not zeroed: a sweep takes two for every process. */
static char *block_new(void)
{
    size_t size = 0;
    return memory_grow(NULL, &size, BLOCK + 1, 1);
}

struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

/* The number that a whole name is; UINT32_MAX where it is none. */
static unsigned name_number(const char *name)
{
    uint64_t number = 0;
    if (!*name)
        return UINT32_MAX;
    for (; *name; name++) {
        if (*name < '0' || *name > '9' || number > INT32_MAX)
            return UINT32_MAX;
        number = number * 10 + (unsigned)(*name - '0');
    }
    return number > INT32_MAX ? UINT32_MAX : (unsigned)number;
}

static int block_numbers(const char *block, size_t size, number_function *each, void *context)
{
    for (size_t at = 0; at < size;) {
        const struct entry *entry = (const struct entry *)(block + at);
        unsigned number = name_number(entry->name);
        int rc = number == UINT32_MAX ? 0 : each(context, number);
        if (rc)
            return rc;
        at += entry->length;
    }
    return 0;
}

int procfs_each_number(int fd, number_function *each, void *context)
{
    char *block = block_new();
    int rc = 0;
    while (!rc) {
        ssize_t n = sys.getdents64(fd, block, BLOCK);
        if (n <= 0) {
            rc = n < 0 ? -errno : 0;
            break;
        }
        rc = block_numbers(block, (size_t)n, each, context);
    }
    free(block);
    return rc;
}

/* A file being cut into lines. */
struct lines {
    line_function *each;
    void *context;
    char *buf;   /* BLOCK bytes and a NUL */
    size_t used; /* of it, an unfinished line */
    bool skip;   /* the rest of a line too long */
};

static void line_ends(struct lines *lines, char *line, char *end)
{
    *end = '\0';
    if (!lines->skip)
        lines->each(lines->context, line);
    lines->skip = false;
}

static void lines_add(struct lines *lines, size_t n)
{
    char *line = lines->buf, *end;
    size_t left = lines->used + n;
    while ((end = memchr(line, '\n', left))) {
        line_ends(lines, line, end);
        left -= (size_t)(end + 1 - line);
        line = end + 1;
    }
    if (left == BLOCK) { /* the beginning is enough, nothing of interest stands behind the path */
        line_ends(lines, line, line + left);
        lines->skip = true;
        left = 0;
    }
    memmove(lines->buf, line, left);
    lines->used = left;
}

int procfs_each_line(int dir, const char *path, line_function *each, void *context)
{
    int fd AUTO_CLOSE = sys.openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    struct lines lines = {.each = each, .context = context, .buf = block_new()};
    int rc = 0;
    for (;;) {
        ssize_t n = sys.read(fd, lines.buf + lines.used, BLOCK - lines.used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            rc = n < 0 ? -errno : 0;
            break;
        }
        lines_add(&lines, (size_t)n);
    }
    if (!rc && lines.used)
        line_ends(&lines, lines.buf, lines.buf + lines.used);
    free(lines.buf);
    return rc;
}

ssize_t procfs_read(int dir, const char *path, char *buf, size_t size)
{
    int fd AUTO_CLOSE = sys.openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    ssize_t n = fd_read_full(fd, buf, size - 1);
    if (n >= 0)
        buf[n] = '\0';
    return n;
}

static bool take_number(const char **at, int base, char end, uint64_t *ret_number)
{
    char *stop;
    errno = 0;
    uint64_t number = strtoull(*at, &stop, base);
    if (stop == *at || errno || (*stop != end && !(end == ' ' && *stop == '\0')))
        return false;
    *at = *stop ? stop + 1 : stop;
    *ret_number = number;
    return true;
}

bool procfs_parse_map(const char *line, struct map_line *ret_map)
{
    uint64_t start, end, offset, major, minor, inode;
    if (!take_number(&line, 16, '-', &start) || !take_number(&line, 16, ' ', &end))
        return false;
    const char *perms = line;
    if (strnlen(perms, 5) < 5 || perms[4] != ' ')
        return false;
    line += 5;
    if (!take_number(&line, 16, ' ', &offset) || !take_number(&line, 16, ':', &major) ||
        !take_number(&line, 16, ' ', &minor) || !take_number(&line, 10, ' ', &inode))
        return false;
    ret_map->device = makedev((unsigned)major, (unsigned)minor);
    ret_map->inode = inode;
    ret_map->writable = perms[1] == 'w' && perms[3] == 's';
    return true;
}

bool procfs_parse_stat(const char *text, struct process_stat *ret_stat)
{
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ' || !at[2] || at[3] != ' ')
        return false;
    struct process_stat stat = {.state = at[2]};
    at += 4;
    for (int field = 4; field <= 22; field++) {
        char *stop;
        uint64_t value = strtoull(at, &stop, 10);
        if (stop == at)
            return false;
        if (field == 9)
            stat.flags = (unsigned)value;
        if (field == 22)
            stat.started = value;
        at = stop;
    }
    *ret_stat = stat;
    return true;
}
