#include "core/process/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define BLOCK  (64 * 1024)
#define SECOND INT64_C(1000000000)

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

static int block_names(const char *block, size_t size, name_function *each, void *context)
{
    for (size_t at = 0; at < size;) {
        const struct entry *entry = (const struct entry *)(block + at);
        int rc = each(context, entry->name);
        if (rc)
            return rc;
        at += entry->length;
    }
    return 0;
}

int procfs_each_name(int fd, name_function *each, void *context)
{
    char *block = block_new();
    int rc = 0;
    while (!rc) {
        ssize_t n = sys.getdents64(fd, block, BLOCK);
        if (n <= 0) {
            rc = n < 0 ? -errno : 0;
            break;
        }
        rc = block_names(block, (size_t)n, each, context);
    }
    free(block);
    return rc;
}

struct numbers {
    number_function *each;
    void *context;
};

static int take_name(void *context, const char *name)
{
    const struct numbers *numbers = context;
    unsigned number = name_number(name);
    return number == UINT32_MAX ? 0 : numbers->each(numbers->context, number);
}

int procfs_each_number(int fd, number_function *each, void *context)
{
    return procfs_each_name(fd, take_name, &(struct numbers){each, context});
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
    return fd < 0 ? -errno : procfs_each_line_of(fd, each, context);
}

int procfs_each_line_of(int fd, line_function *each, void *context)
{
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

int procfs_read_stat(int process, struct process_stat *ret_stat)
{
    char text[1024];
    ssize_t n = procfs_read(process, "stat", text, sizeof text);
    if (n < 0)
        return (int)n;
    return procfs_parse_stat(text, ret_stat) ? 0 : -EBADMSG;
}

static void take_boot(void *context, char *line)
{
    int64_t *booted = context;
    if (strncmp(line, "btime ", 6) == 0)
        *booted = strtoll(line + 6, NULL, 10);
}

void boot_clock_read(int proc, struct boot_clock *ret_clock)
{
    int64_t booted = 0;
    long ticks = sysconf(_SC_CLK_TCK);
    procfs_each_line(proc, "stat", take_boot, &booted);
    ret_clock->tick = SECOND / (ticks > 0 ? ticks : 100);
    ret_clock->booted = booted > 0 && booted < INT64_MAX / 2 / SECOND ? booted * SECOND : 0;
}

int64_t boot_clock_time(const struct boot_clock *clock, uint64_t ticks)
{
    if (!clock->booted || ticks >= (uint64_t)(INT64_MAX / 2 / clock->tick))
        return 0;
    return clock->booted + (int64_t)ticks * clock->tick;
}
