#include "core/segment/mount.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"

#ifndef STATX_MNT_ID /* linux/stat.h, from Linux 5.8 */
#define STATX_MNT_ID 0x00001000U
#endif

#define FILE_MAX (4u << 20) /* some 20,000 mounts */

/* The file's start, NUL-terminated, malloc'ed; NULL where it cannot be read. */
static char *read_mounts(void)
{
    int fd AUTO_CLOSE = fd_openat(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    char *text = malloc(FILE_MAX); /* untouched pages cost nothing */
    ssize_t n = text ? fd_read_full(fd, text, FILE_MAX - 1) : -1;
    if (n < 0) {
        free(text);
        return NULL;
    }
    text[n] = '\0';
    return text;
}

bool mount_has_root(const char *mountinfo, uint64_t id)
{
    for (const char *line = mountinfo; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        char *at;
        if (strtoull(line, &at, 10) != id || at == line)
            continue;
        for (int field = 0; field < 2 && *at == ' '; field++)
            at += 1 + strcspn(at + 1, " \n");
        return strncmp(at, " / ", 3) == 0;
    }
    return false;
}

bool mount_is_whole(int fd)
{
    struct statx st;
    if (sys.statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &st) < 0 ||
        !(st.stx_mask & STATX_MNT_ID) || !(st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
        return false;
    char *mounts = read_mounts();
    bool whole = mounts && mount_has_root(mounts, st.stx_mnt_id);
    free(mounts);
    return whole;
}
