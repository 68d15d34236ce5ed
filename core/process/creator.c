#include "core/process/creator.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define PID_LIMIT (1 << 22) /* PID_MAX_LIMIT of linux/threads.h */

static uint32_t u32_at(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t u64_at(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static pid_t pid_at(const uint8_t *bytes)
{
    uint32_t pid = u32_at(bytes);
    return pid <= PID_LIMIT ? (pid_t)pid : 0;
}

/*
 * ImageStreamIO "2.00" (IMAGE_METADATA of ImageStruct.h): version[32] at 0, naxis at 112, datatype at 136,
 * creatorPID at 216, ownerPID at 220, imdatamemsize at 312, data behind 384. The older "0.0.01" holds no pid,
 * and what has grown since under the same version does not fit its own size.
 */
#define IMAGE_HEADER 384
static pid_t read_image(int fd, uint64_t size)
{
    uint8_t head[IMAGE_HEADER];
    uint64_t end;
    if (size < sizeof head || fd_pread_full(fd, head, sizeof head, 0) != (ssize_t)sizeof head)
        return 0;
    if (memcmp(head, "2.00", 5) != 0 || head[112] < 1 || head[112] > 3 || head[136] < 1 || head[136] > 13 ||
        checked_add_u64(u64_at(head + 312), IMAGE_HEADER, &end) || end > size)
        return 0;
    pid_t creator = pid_at(head + 216);
    return creator ? creator : pid_at(head + 220);
}

/* PulseAudio (struct shm_marker of shm.c, 40 bytes in a page of their own at the end): the marker, the pid.
 */
#define PULSE_MARKER 0xBEEFCAFEu
static pid_t read_pulse(int fd, uint64_t size)
{
    uint8_t trailer[8];
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (size < page || fd_pread_full(fd, trailer, sizeof trailer, size - page) != (ssize_t)sizeof trailer)
        return 0;
    return u32_at(trailer) == PULSE_MARKER ? pid_at(trailer + 4) : 0;
}

static bool is_inside(const struct segment *segment, const struct producers *producers)
{
    const struct producer *producer = producers_find(producers, segment->name, NULL);
    return producer && producer->creator == CREATOR_IN_CONTENT && S_ISREG(segment->mode);
}

static pid_t read_pid(int fd, uint64_t size)
{
    pid_t pid = read_image(fd, size);
    return pid ? pid : read_pulse(fd, size);
}

void creator_read(const struct directory *directory, struct segment *segment,
                  const struct producers *producers)
{
    segment->creator_pid = 0;
    if (!is_inside(segment, producers))
        return;
    int fd AUTO_CLOSE = segment_open(directory, segment->name, &segment->id, NULL);
    if (fd >= 0)
        segment->creator_pid = read_pid(fd, segment->size);
}

void creator_read_opened(int fd, struct segment *segment, const struct producers *producers)
{
    segment->creator_pid = is_inside(segment, producers) ? read_pid(fd, segment->size) : 0;
}
