#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/segment/beneath.h"
#include "core/segment/description.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

/* How often a recogniser may ask for more of the head. */
#define ROUNDS 4

static const char *file_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* Reads the last bytes of the file into tail and asks with them: most files need no second read. */
static int ask_with_tail(int fd, struct layout_probe *probe, struct layout_result *ret)
{
    uint8_t tail[LAYOUT_TAIL];
    size_t expected = (size_t)min_u64(probe->size, sizeof tail);
    ssize_t n = fd_pread_full(fd, tail, expected, probe->size - expected);
    if (n < 0)
        return (int)n;
    probe->tail = tail;
    probe->tail_size = (size_t)n < expected ? 0 : expected; /* it shrank: what was its tail is gone */
    return layout_recognise(probe, ret);
}

/*
 * Reads the head, want bytes of it, into buf and asks. A file that shrank since it was looked at is judged by
 * what is left of it. Returns as layout_recognise, or -errno.
 */
static int ask(int fd, const char *name, uint64_t size, uint8_t *buf, size_t want, struct layout_result *ret)
{
    size_t expected = (size_t)min_u64(size, want);
    ssize_t n = expected ? fd_pread_full(fd, buf, expected, 0) : 0;
    if (n < 0)
        return (int)n;
    struct layout_probe probe = {
        .name = file_part(name),
        .size = (size_t)n < expected ? (uint64_t)n : size,
        .head = buf,
        .head_size = (size_t)n,
    };
    if (probe.size <= probe.head_size) {
        probe.tail_size = (size_t)min_u64(probe.size, LAYOUT_TAIL);
        probe.tail = buf + probe.size - probe.tail_size;
    }
    int r = layout_recognise(&probe, ret);
    return r == LAYOUT_NEED_TAIL ? ask_with_tail(fd, &probe, ret) : r;
}

/* As ask, going on while more of the head is asked for. */
int segment_probe(int fd, const char *name, uint64_t size, struct layout_result *ret)
{
    uint8_t head[LAYOUT_HEAD];
    int r = ask(fd, name, size, head, sizeof head, ret);
    for (int round = 1; r > 0 && r <= NPY_HEADER_MAX && round < ROUNDS; round++) {
        uint8_t *longer = malloc((size_t)r);
        if (!longer)
            return -ENOMEM;
        r = ask(fd, name, size, longer, (size_t)r, ret);
        free(longer);
    }
    return r > 0 ? -EBADMSG : r;
}

/* Takes the result into the segment. */
static void keep(struct segment *segment, struct layout_result *result, enum description description)
{
    segment->layout = result->layout;
    segment->payload = result->payload;
    segment->creator_pid = result->creator;
    segment->description = description;
    if (result->damaged)
        segment->damage = memory_dup(result->reason);
    if (result->has_matrix) {
        segment->matrix = memory_new(sizeof *segment->matrix);
        *segment->matrix = result->matrix;
    }
}

/* What nothing in it describes something beside it may. */
static int look_beside(const struct directory *directory, const struct segment *segment, int fd,
                       struct layout_result *result, enum description *ret_description)
{
    if (result->layout != LAYOUT_RAW)
        return 0;
    uint64_t payload = result->payload;
    int r = description_find(directory, fd, segment, result, ret_description);
    result->payload = payload;
    return r;
}

static int look_inside(const struct directory *directory, struct segment *segment, int fd,
                       const struct facts *facts, struct error *error)
{
    struct layout_result result = {0};
    enum description description = DESCRIPTION_NONE;
    int r = segment_probe(fd, segment->name, facts->st.stx_size, &result);
    if (r < 0)
        return error_set_errno(error, -r, "cannot read it");
    /* The shape is held against this size; the row has to show both alike. */
    segment->size = facts->st.stx_size;
    segment->allocated = facts->st.stx_blocks * 512;
    segment->modified = facts_time(&facts->st.stx_mtime);
    r = look_beside(directory, segment, fd, &result, &description);
    if (r < 0)
        return error_set_errno(error, -r, "cannot read its attributes");
    keep(segment, &result, description);
    return 0;
}

static void forget(struct segment *segment)
{
    if (segment->matrix)
        matrix_clear(segment->matrix);
    free(segment->matrix);
    free(segment->damage);
    segment->matrix = NULL;
    segment->damage = NULL;
    segment->payload = 0;
    segment->creator_pid = 0;
    segment->description = DESCRIPTION_NONE;
}

static int recognise(const struct directory *directory, struct segment *segment, int fd,
                     const struct facts *facts, struct error *error)
{
    forget(segment);
    int r = look_inside(directory, segment, fd, facts, error);
    segment->recognised = r == 0;
    return r;
}

int segment_recognise(const struct directory *directory, struct segment *segment, struct error *error)
{
    struct facts facts;
    if (!S_ISREG(segment->mode)) {
        segment->recognised = true;
        return 0;
    }
    int fd AUTO_CLOSE = beneath_open_file(directory, segment->name, O_RDONLY, &facts, error);
    if (fd == -EACCES || fd == -EBUSY) {
        forget(segment);
        segment->layout = LAYOUT_UNKNOWN;
        segment->recognised = true;
        return 0;
    }
    if (fd == -ENOTSUP || (fd >= 0 && !identity_equal(&facts.id, &segment->id)))
        return error_set(error, ESTALE, "another segment bears this name now");
    return fd < 0 ? fd : recognise(directory, segment, fd, &facts, error);
}

int segment_recognise_opened(const struct directory *directory, struct segment *segment, int fd,
                             struct error *error)
{
    struct facts facts;
    int r = facts_get(fd, "", &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    if (!identity_equal(&facts.id, &segment->id))
        return error_set(error, ESTALE, "another segment is open");
    return recognise(directory, segment, fd, &facts, error);
}
