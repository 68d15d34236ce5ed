#include "core/process/shmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/process/procfs.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define BLANKS " \t"

static bool parse_u64(const char *text, uint64_t *ret_number)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || (*end && !strchr(BLANKS, *end)))
        return false;
    *ret_number = number;
    return true;
}

struct total {
    uint64_t bytes;
    bool found;
};

/* "Shmem:           12345 kB" */
static void take_meminfo(void *context, char *line)
{
    struct total *total = context;
    uint64_t kilobytes;
    if (strncmp(line, "Shmem:", 6) != 0)
        return;
    line += 6;
    line += strspn(line, BLANKS);
    total->found = parse_u64(line, &kilobytes) && !checked_mul_u64(kilobytes, 1024, &total->bytes);
}

struct rss {
    int column; /* -1: the heading was not seen */
    uint64_t sum;
};

/* The word in a column, NUL-terminated in place; NULL where there are fewer. */
static char *word_at(char *line, int column)
{
    char *word, *rest = line;
    while ((word = strsep(&rest, BLANKS)))
        if (*word && column-- == 0)
            return word;
    return NULL;
}

static int column_of(char *heading, const char *name)
{
    char *word, *rest = heading;
    for (int column = 0; (word = strsep(&rest, BLANKS));) {
        if (strcmp(word, name) == 0)
            return column;
        column += *word != '\0';
    }
    return -1;
}

static void take_sysv(void *context, char *line)
{
    struct rss *rss = context;
    uint64_t bytes;
    if (rss->column < 0) {
        rss->column = column_of(line, "rss");
        return;
    }
    const char *word = word_at(line, rss->column);
    if (word && parse_u64(word, &bytes) && checked_add_u64(rss->sum, bytes, &rss->sum))
        rss->sum = UINT64_MAX;
}

int shmem_measure(const char *proc_root, uint64_t used, struct shmem *ret_shmem, struct error *error)
{
    int proc AUTO_CLOSE = fd_openat(AT_FDCWD, proc_root, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (proc < 0)
        return error_set_errno(error, -proc, "cannot open %s", proc_root);
    struct total total = {0};
    struct rss rss = {.column = -1};
    int r = procfs_each_line(proc, "meminfo", take_meminfo, &total);
    if (r < 0)
        return error_set_errno(error, -r, "cannot read %s/meminfo", proc_root);
    if (!total.found)
        return error_set(error, EBADMSG, "%s/meminfo says nothing of Shmem", proc_root);
    if (procfs_each_line(proc, "sysvipc/shm", take_sysv, &rss) < 0)
        rss.sum = 0;
    *ret_shmem = (struct shmem){
        .total = total.bytes,
        .beyond = total.bytes - min_u64(total.bytes, used),
        .sysv = rss.sum,
    };
    return 0;
}
