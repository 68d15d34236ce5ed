/*
 * Where a saved matrix is to lie: the directory is opened once, and what bears the name in it is looked at,
 * never opened.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/transfer/save_private.h"

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcasecmp(text + length - tail, ending) == 0;
}

int save_format_of(const char *file, enum save_format *ret_format, struct error *error)
{
    bool is_csv = ends_with(file, ".csv");
    if (!is_csv && strcmp(file, "-") != 0 && !ends_with(file, ".npy"))
        return error_set(error, EINVAL,
                         "the file's name must end in .npy or .csv, which says what it becomes");
    *ret_format = is_csv ? SAVE_CSV : SAVE_NPY;
    return 0;
}

static int directory_failed(int code, struct error *error)
{
    if (code == ENOENT || code == ENOTDIR)
        return error_set(error, ENOENT, "no such directory to save it in");
    if (code == EACCES)
        return error_set(error, EACCES, "no permission to reach its directory");
    return error_set_errno(error, code, "cannot open its directory");
}

/* Parts the path at its last "/". */
static int open_parent(const char *path, struct save_place *place, struct error *error)
{
    char parent[4096];
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t length = slash ? (size_t)(slash - path) + (slash == path) : 0;
    if (!*file)
        return error_set(error, EINVAL, *path ? "is a directory" : "which file?");
    if (length >= sizeof parent || strlen(file) >= sizeof place->file)
        return error_set_errno(error, ENAMETOOLONG, "cannot save it there");
    memcpy(parent, slash ? path : ".", slash ? length : 1);
    parent[slash ? length : 1] = '\0';
    strcpy(place->file, file);
    int fd = fd_openat(AT_FDCWD, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return directory_failed(-fd, error);
    place->directory = fd;
    return 0;
}

static int look(int directory, const char *file, struct statx *ret)
{
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*file ? 0 : AT_EMPTY_PATH);
    return sys.statx(directory, file, flags, STATX_BASIC_STATS, ret) < 0 ? -errno : 0;
}

static uint64_t device_of(const struct statx *st)
{
    return (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor;
}

static bool is_same(const struct statx *a, const struct statx *b)
{
    return a->stx_ino == b->stx_ino && device_of(a) == device_of(b);
}

/* Whether a file of the directory is a segment: the directory is that of the segments, or lies in it. */
static bool holds_segments(int directory, const struct directory *segments)
{
    struct statx here, above, theirs;
    if (look(directory_fd(segments), "", &theirs) < 0 || look(directory, "", &here) < 0)
        return false;
    return is_same(&here, &theirs) || (look(directory, "..", &above) == 0 && is_same(&above, &theirs));
}

static int refuse_kind(mode_t mode, struct error *error)
{
    const char *what = S_ISDIR(mode)    ? "a directory"
                       : S_ISLNK(mode)  ? "a link, which is not followed,"
                       : S_ISFIFO(mode) ? "a FIFO"
                                        : "a device or socket";
    return error_set(error, EEXIST, "%s bears this name, and only a regular file is replaced", what);
}

static int look_at_file(struct save_place *place, const struct directory *segments, struct error *error)
{
    struct statx st;
    int r = look(place->directory, place->file, &st);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return error_set_errno(error, -r, "cannot look at what bears this name");
    if (!S_ISREG(st.stx_mode))
        return refuse_kind(st.stx_mode, error);
    if (holds_segments(place->directory, segments))
        return error_set(error, EBUSY,
                         "is a segment, and to replace one takes load --replace, which looks who uses it");
    place->exists = true;
    place->size = st.stx_size;
    place->device = device_of(&st);
    place->inode = st.stx_ino;
    place->mode = st.stx_mode;
    place->uid = st.stx_uid;
    place->gid = st.stx_gid;
    return 0;
}

static void measure(struct save_place *place)
{
    struct statfs fs;
    place->free = UINT64_MAX;
    if (sys.fstatfs(place->directory, &fs) == 0 && fs.f_blocks > 0 &&
        checked_mul_u64(fs.f_bavail, (uint64_t)fs.f_bsize, &place->free))
        place->free = UINT64_MAX;
}

int save_place_open(const char *path, const struct directory *segments, struct save_place *ret_place,
                    struct error *error)
{
    struct save_place place = {.directory = -1};
    int r = directory_may_change(segments, error);
    if (r == 0)
        r = open_parent(path, &place, error);
    if (r == 0)
        r = look_at_file(&place, segments, error);
    if (r < 0) {
        save_place_close(&place);
        return r;
    }
    measure(&place);
    *ret_place = place;
    return 0;
}

void save_place_close(struct save_place *place)
{
    fd_close(&place->directory);
}

bool save_place_is_current(const struct save_place *place)
{
    struct statx st;
    return look(place->directory, place->file, &st) == 0 && st.stx_ino == place->inode &&
           device_of(&st) == place->device && S_ISREG(st.stx_mode);
}
