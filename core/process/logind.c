#include "core/process/logind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>

#include "core/process/procfs.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define NAMES_MAX          1024 /* of one directory; more is no configuration */
#define SYSTEM_MAX_DEFAULT 999

static const char *const places[] = {
    "etc/systemd",
    "run/systemd",
    "usr/local/lib/systemd",
    "usr/lib/systemd",
};
#define PLACES (sizeof places / sizeof places[0])

static bool exists(int root, const char *path, struct statx *ret_facts)
{
    return sys.statx(root, path, 0, STATX_BASIC_STATS, ret_facts) == 0;
}

/* --- names of a directory --- */

struct names {
    char **list;
    size_t count, room;
};

static int take_name(void *context, const char *name)
{
    struct names *names = context;
    if (name[0] == '.' || names->count == NAMES_MAX)
        return 0;
    names->list = memory_grow(names->list, &names->room, names->count + 1, sizeof *names->list);
    names->list[names->count++] = memory_dup(name);
    return 0;
}

static void read_names(int root, const char *path, struct names *names)
{
    int fd AUTO_CLOSE = fd_openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd >= 0)
        procfs_each_name(fd, take_name, names);
}

static void names_clear(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

/* --- logind.conf --- */

static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t length = strlen(text); length > 0 && strchr(" \t\r", text[length - 1]);)
        text[--length] = '\0';
    return text;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

/* The words of systemd's parse_boolean; others change nothing. */
static void take_boolean(const char *text, bool *value)
{
    static const char *const yes[] = {"1", "yes", "y", "true", "t", "on", NULL};
    static const char *const no[] = {"0", "no", "n", "false", "f", "off", NULL};
    if (is_one_of(text, yes))
        *value = true;
    else if (is_one_of(text, no))
        *value = false;
}

struct reading {
    bool in_login;
    bool remove_ipc;
};

static void take_line(void *context, char *line)
{
    struct reading *reading = context;
    line = trim(line);
    if (*line == '[') {
        reading->in_login = strcmp(line, "[Login]") == 0;
        return;
    }
    char *equals = strchr(line, '=');
    if (!reading->in_login || *line == '#' || *line == ';' || !equals)
        return;
    *equals = '\0';
    if (strcmp(trim(line), "RemoveIPC") == 0)
        take_boolean(trim(equals + 1), &reading->remove_ipc);
}

/* Reads PLACE/FILE of the first place that has one. */
static void read_first(int root, const char *file, struct reading *reading)
{
    struct statx facts;
    char path[PATH_MAX];
    for (size_t i = 0; i < PLACES; i++) {
        if (snprintf(path, sizeof path, "%s/%s", places[i], file) >= (int)sizeof path ||
            !exists(root, path, &facts))
            continue;
        reading->in_login = false;
        if (S_ISREG(facts.stx_mode)) /* a link to /dev/null says: none of this name */
            procfs_each_line(root, path, take_line, reading);
        return;
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_drop_in(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

static bool read_remove_ipc(int root)
{
    struct reading reading = {.remove_ipc = true};
    struct names names = {0};
    char path[PATH_MAX];
    read_first(root, "logind.conf", &reading);
    for (size_t i = 0; i < PLACES; i++) {
        snprintf(path, sizeof path, "%s/logind.conf.d", places[i]);
        read_names(root, path, &names);
    }
    if (names.count > 0)
        qsort(names.list, names.count, sizeof *names.list, compare_names);
    for (size_t i = 0; i < names.count; i++) {
        bool again = i > 0 && strcmp(names.list[i], names.list[i - 1]) == 0;
        if (again || !is_drop_in(names.list[i]))
            continue;
        snprintf(path, sizeof path, "logind.conf.d/%s", names.list[i]);
        read_first(root, path, &reading);
    }
    names_clear(&names);
    return reading.remove_ipc;
}

/* --- login.defs --- */

static void take_definition(void *context, char *line)
{
    static const char key[] = "SYS_UID_MAX";
    uid_t *max = context;
    line = trim(line);
    if (strncmp(line, key, sizeof key - 1) != 0 || !strchr(" \t", line[sizeof key - 1]))
        return;
    const char *text = line + sizeof key - 1 + strspn(line + sizeof key - 1, " \t");
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && number < UINT32_MAX)
        *max = (uid_t)number;
}

/* --- the whole --- */

void logind_read(struct logind *ret_logind, const char *root_path)
{
    struct logind logind = {.system_max = SYSTEM_MAX_DEFAULT};
    struct statx facts;
    struct names lingering = {0};
    int root AUTO_CLOSE = fd_openat(AT_FDCWD, root_path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    *ret_logind = logind;
    if (root < 0)
        return;
    logind.runs = exists(root, "run/systemd/users", &facts) || exists(root, "run/systemd/seats", &facts);
    if (exists(root, "dev/shm", &facts))
        logind.device = makedev(facts.stx_dev_major, facts.stx_dev_minor);
    logind.remove_ipc = read_remove_ipc(root);
    procfs_each_line(root, "etc/login.defs", take_definition, &logind.system_max);
    read_names(root, "var/lib/systemd/linger", &lingering);
    logind.lingering = lingering.list;
    logind.lingering_count = lingering.count;
    *ret_logind = logind;
}

void logind_clear(struct logind *logind)
{
    names_clear(&(struct names){.list = logind->lingering, .count = logind->lingering_count});
    *logind = (struct logind){0};
}

/* Nobody, and the users that systemd makes up for services (DynamicUser=): they never log in. */
static bool is_of_no_person(uid_t uid)
{
    return uid == 65534 || (uid >= 61184 && uid <= 65519);
}

bool logind_removes(const struct logind *logind, uint64_t device, uid_t uid, const char *user)
{
    if (!logind->runs || !logind->remove_ipc || device != logind->device || uid == 0 ||
        uid <= logind->system_max || is_of_no_person(uid))
        return false;
    for (size_t i = 0; user && i < logind->lingering_count; i++)
        if (strcmp(user, logind->lingering[i]) == 0)
            return false;
    return true;
}
