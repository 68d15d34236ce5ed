#include "core/segment/description.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/sys/calls.h"

/* Long enough for the header of any plain type. */
#define SHORT_HEADER 256
#define OFFSET_MAX   32

/* --- the attribute --- */

static int find_long(int fd, uint64_t size, const char *offset, size_t offset_n, struct layout_result *ret)
{
    char *header = malloc(XATTR_SIZE_MAX);
    ssize_t n = header ? sys.fgetxattr(fd, DESCRIPTION_HEADER, header, XATTR_SIZE_MAX) : 0;
    int r = !header ? -ENOMEM : n < 0 ? -errno : 1;
    if (r == 1)
        layout_describe(header, (size_t)n, offset, offset_n, size, ret);
    free(header);
    return r == -ENODATA ? 0 : r;
}

/* 1, 0 where it has none, or -errno. */
static int find_attribute(int fd, uint64_t size, struct layout_result *ret)
{
    char header[SHORT_HEADER], offset[OFFSET_MAX];
    ssize_t n = sys.fgetxattr(fd, DESCRIPTION_HEADER, header, sizeof header);
    if (n < 0 && errno != ERANGE)
        return errno == ENODATA ? 0 : -errno;
    bool is_long = n < 0;
    ssize_t offset_n = sys.fgetxattr(fd, DESCRIPTION_OFFSET, offset, sizeof offset);
    if (offset_n < 0 && errno == ERANGE)
        offset_n = snprintf(offset, sizeof offset, "too long"); /* which is no number */
    else if (offset_n < 0 && errno != ENODATA)
        return -errno;
    size_t length = offset_n < 0 ? 0 : (size_t)offset_n;
    if (is_long)
        return find_long(fd, size, offset, length, ret);
    layout_describe(header, (size_t)n, offset, length, size, ret);
    return 1;
}

int description_find(const struct directory *directory, int fd, const struct segment *segment,
                     struct layout_result *ret, enum description *ret_by)
{
    bool here = directory && segment->id.device == directory_device(directory);
    int r = here && directory_lacks_attributes(directory) ? 0 : find_attribute(fd, segment->size, ret);
    if (r == -EOPNOTSUPP) {
        if (here)
            directory_note_lacking_attributes(directory);
        r = 0;
    }
    if (r != 0) {
        *ret_by = DESCRIPTION_ATTRIBUTE;
        return r;
    }
    return directory && descriptions_find(directory_descriptions(directory), segment->name, &segment->id,
                                          segment->size, ret, ret_by);
}

/* --- changing it --- */

static int remove_attribute(int fd, const char *name)
{
    return sys.fremovexattr(fd, name) == 0 || errno == ENODATA ? 0 : -errno;
}

/* The header goes first and comes last: at no time does one stand beside the other's offset. */
static int write_attribute(int fd, const struct matrix *matrix, const char *header)
{
    char offset[OFFSET_MAX];
    int n = snprintf(offset, sizeof offset, "%llu", (unsigned long long)matrix->offset);
    int r = remove_attribute(fd, DESCRIPTION_HEADER);
    if (r == 0 && matrix->offset > 0)
        r = sys.fsetxattr(fd, DESCRIPTION_OFFSET, offset, (size_t)n, 0) < 0 ? -errno : 0;
    else if (r == 0)
        r = remove_attribute(fd, DESCRIPTION_OFFSET);
    if (r == 0 && sys.fsetxattr(fd, DESCRIPTION_HEADER, header, strlen(header), 0) < 0)
        r = -errno;
    return r;
}

static bool is_refusal(int code)
{
    return code == -EACCES || code == -EPERM;
}

static bool has_attribute(int fd)
{
    char header[1];
    return sys.fgetxattr(fd, DESCRIPTION_HEADER, header, sizeof header) >= 0 || errno == ERANGE;
}

static int check_segment(const struct directory *directory, const struct segment *segment,
                         struct error *error)
{
    int r = directory_may_change(directory, error);
    if (r < 0 || segment->layout == LAYOUT_RAW || segment->layout == LAYOUT_DESCRIBED)
        return r;
    if (segment->layout == LAYOUT_UNKNOWN)
        return error_set(error, EACCES, "its bytes may not be read, so what they are cannot be checked");
    if (segment->layout == LAYOUT_SEMAPHORE || segment->layout == LAYOUT_DIRECTORY ||
        segment->layout == LAYOUT_OTHER)
        return error_set(error, ENOTSUP, "only raw bytes can be described, and its layout is %s",
                         layout_name(segment->layout));
    return error_set(error, ENOTSUP, "is %s already; describe is for raw bytes",
                     segment->layout == LAYOUT_NPY           ? "a .npy file"
                     : segment->layout == LAYOUT_SHAREDARRAY ? "a SharedArray"
                                                             : "an ImageStreamIO image");
}

static int record_in_state(const struct directory *directory, const struct segment *segment,
                           const struct matrix *matrix, int why, struct error *error)
{
    struct error reason = {0};
    int r = descriptions_record(directory_descriptions(directory), directory, &segment->id, matrix, &reason);
    if (r == 0)
        return 0;
    const char *attribute = is_refusal(why) ? "its attribute may not be written by you, and "
                                            : "its file system has no user attributes, and ";
    return error_set(error, -r, "%s%s", attribute, reason.text);
}

static int record(const struct directory *directory, const struct segment *segment, int fd,
                  const struct matrix *matrix, const char *header, enum description *ret_where,
                  struct error *error)
{
    int r = write_attribute(fd, matrix, header);
    if (is_refusal(r) && has_attribute(fd))
        return error_set(error, EACCES,
                         "it has a description already, which only who may write to it can change");
    if (r == -EOPNOTSUPP || is_refusal(r)) {
        *ret_where = DESCRIPTION_STATE;
        return record_in_state(directory, segment, matrix, r, error);
    }
    if (r < 0)
        return error_set_errno(error, -r, "cannot give it its attribute");
    /* What the state file said before is said of nothing any more; it would not be asked. */
    descriptions_record(directory_descriptions(directory), directory, &segment->id, NULL, NULL);
    *ret_where = DESCRIPTION_ATTRIBUTE;
    return 0;
}

int description_record(const struct directory *directory, const struct segment *segment, int fd,
                       const struct matrix *matrix, enum description *ret_where, struct error *error)
{
    char *header;
    int r = check_segment(directory, segment, error);
    if (r < 0 || (r = layout_check_size(matrix, segment->size, error)) < 0 ||
        (r = npy_write_dictionary(matrix, &header, error)) < 0)
        return r;
    r = record(directory, segment, fd, matrix, header, ret_where, error);
    free(header);
    return r;
}

static int clear_attribute(int fd, struct error *error)
{
    int r = remove_attribute(fd, DESCRIPTION_HEADER);
    if (r == 0)
        r = remove_attribute(fd, DESCRIPTION_OFFSET);
    if (r == -EOPNOTSUPP || (is_refusal(r) && !has_attribute(fd)))
        return 0;
    if (is_refusal(r))
        return error_set(error, EACCES, "only who may write to it can take its description away");
    return r < 0 ? error_set_errno(error, -r, "cannot take its attribute away") : 0;
}

int description_clear(const struct directory *directory, const struct segment *segment, int fd,
                      struct error *error)
{
    struct descriptions *descriptions = directory_descriptions(directory);
    int r = check_segment(directory, segment, error);
    if (r < 0 || (r = clear_attribute(fd, error)) < 0)
        return r;
    if (segment->description == DESCRIPTION_RULE)
        return error_set(error, ENOTSUP, "the admin's rules describe it (%s), which this does not change",
                         DESCRIPTIONS_RULES_FILE);
    return descriptions_record(descriptions, directory, &segment->id, NULL, error);
}
