/*
 * The candidates for a path, read from its directory.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tui/term/width.h"
#include "tui/view/complete.h"

static bool can_be_typed(const char *name)
{
    uint32_t code;
    for (size_t n; (n = utf8_decode(name, &code)) > 0; name += n)
        if (code == UINT32_MAX || character_width(code) < 0)
            return false;
    return true;
}

/* 'd' for a directory, 'f' for a file, 0 for what cannot be loaded; links are followed. */
static char kind_of(int directory, const struct dirent *entry)
{
    struct stat facts;
    if (entry->d_type == DT_REG)
        return 'f';
    if (entry->d_type == DT_DIR)
        return 'd';
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return 0;
    if (fstatat(directory, entry->d_name, &facts, 0) < 0)
        return 0;
    return S_ISDIR(facts.st_mode) ? 'd' : S_ISREG(facts.st_mode) ? 'f' : 0;
}

static bool is_candidate(const char *name, const char *part)
{
    if (strncmp(name, part, strlen(part)) != 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    return (name[0] != '.' || part[0] == '.') && can_be_typed(name);
}

static void add(struct completion *completion, const char *name, bool directory)
{
    char *copy = malloc(strlen(name) + 2);
    assert(copy);
    strcpy(copy, name);
    if (directory)
        strcat(copy, "/");
    completion->names[completion->count++] = copy;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(struct completion *completion, const char *path, const char *part)
{
    DIR *directory = opendir(path);
    if (!directory) {
        error_set_errno(&completion->error, errno, "the directory cannot be read");
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!is_candidate(entry->d_name, part))
            continue;
        if (completion->count == COMPLETE_MAX) {
            completion->cut = true;
            break;
        }
        char kind = kind_of(dirfd(directory), entry);
        if (kind)
            add(completion, entry->d_name, kind == 'd');
        completion->unloadable |= !kind;
    }
    closedir(directory);
    qsort(completion->names, completion->count, sizeof completion->names[0], by_name);
}

struct completion *complete_fetch(const char *text, const char *home)
{
    struct completion *completion = calloc(1, sizeof *completion);
    assert(completion);
    completion->text = strdup(text);
    completion->names = calloc(COMPLETE_MAX, sizeof *completion->names);
    assert(completion->text && completion->names);
    if (strcmp(text, "~") == 0 && home) {
        add(completion, "~", true);
        return completion;
    }
    const char *slash = strrchr(text, '/');
    completion->prefix = slash ? (size_t)(slash - text) + 1 : 0;
    char *prefix = strndup(text, completion->prefix);
    assert(prefix);
    char *path = complete_expand(prefix, home);
    list(completion, *path ? path : ".", text + completion->prefix);
    free(path);
    free(prefix);
    return completion;
}
