#include "core/segment/readers.h"

#include <string.h>
#include <sys/stat.h>

#include "core/sys/text.h"

static void add_owner(struct text *text, const char *owner)
{
    if (!owner || strcmp(owner, "root") == 0)
        text_add_string(text, owner ? owner : "you");
    else {
        text_add_string(text, "user ");
        text_add_string(text, owner);
    }
}

static void add_group(struct text *text, const char *group)
{
    text_add_string(text, "group ");
    text_add_string(text, group);
}

/* Those of the two whose bit is set. */
static void add_those(struct text *text, mode_t bits, const char *owner, const char *group)
{
    if (bits & S_IRUSR)
        add_owner(text, owner);
    if ((bits & S_IRUSR) && (bits & S_IRGRP))
        text_add_string(text, " and ");
    if (bits & S_IRGRP)
        add_group(text, group);
}

size_t readers_text(mode_t mode, const char *owner, const char *group, char *buf, size_t size)
{
    const mode_t named = S_IRUSR | S_IRGRP;
    struct text text;
    text_init(&text, buf, size);
    if (mode & S_IROTH) {
        text_add_string(&text, "everyone");
        if ((mode & named) != named)
            text_add_string(&text, " but ");
        add_those(&text, ~mode & named, owner, group);
    } else if (mode & named) {
        add_those(&text, mode & named, owner, group);
        if (!(mode & S_IRGRP))
            text_add_string(&text, " alone");
    } else {
        text_add_string(&text, "root alone");
    }
    return text.length;
}

mode_t readers_within(mode_t mode, gid_t *group, mode_t directory, gid_t directory_group)
{
    bool all_enter = directory & S_IXOTH, its_group_enters = directory & S_IXGRP;
    if (all_enter)
        return mode;
    if (*group == directory_group)
        return its_group_enters ? mode & ~(mode_t)S_IROTH : mode & ~(mode_t)(S_IRGRP | S_IROTH);
    bool reads = its_group_enters && (mode & S_IROTH);
    *group = directory_group;
    return (mode & ~(mode_t)(S_IRGRP | S_IROTH)) | (reads ? S_IRGRP : 0);
}
