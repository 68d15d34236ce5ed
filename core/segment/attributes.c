#include "core/segment/attributes.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/calls.h"

/* Gone meanwhile is not there. */
static int copy_one(int from, int to, const char *name, char *value)
{
    ssize_t size = sys.fgetxattr(from, name, value, XATTR_SIZE_MAX);
    if (size < 0)
        return errno == ENODATA ? 0 : -errno;
    return sys.fsetxattr(to, name, value, (size_t)size, 0) < 0 ? -errno : 0;
}

static int copy_listed(int from, int to, char *list, size_t size, char *value)
{
    int r = 0;
    for (char *name = list, *end = list + size; r == 0 && name < end; name += strlen(name) + 1)
        if (strncmp(name, "user.", 5) == 0)
            r = copy_one(from, to, name, value);
    return r;
}

int attributes_copy(int from, int to)
{
    char *list = malloc(XATTR_LIST_MAX + 1), *value = malloc(XATTR_SIZE_MAX);
    ssize_t size = list && value ? sys.flistxattr(from, list, XATTR_LIST_MAX) : 0;
    int r = !list || !value ? -ENOMEM : size < 0 ? (errno == EOPNOTSUPP ? 0 : -errno) : 0;
    if (size > 0) {
        list[size] = '\0';
        r = copy_listed(from, to, list, (size_t)size, value);
    }
    free(list);
    free(value);
    return r;
}
