#include "core/process/creator.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/bytes.h"
#include "core/sys/fd.h"

#define PID_LIMIT (1 << 22) /* PID_MAX_LIMIT of linux/threads.h */

static pid_t pid_at(const uint8_t *bytes)
{
    uint32_t pid = bytes_u32(bytes);
    return pid <= PID_LIMIT ? (pid_t)pid : 0;
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
    return bytes_u32(trailer) == PULSE_MARKER ? pid_at(trailer + 4) : 0;
}

/* What recognising it told is kept, of an image; PulseAudio's is looked for here. */
static pid_t read_pid(const struct directory *directory, int opened, const struct segment *segment,
                      const struct producers *producers)
{
    const struct producer *producer =
        producers_find_recognised(producers, segment->name, segment->layout, NULL);
    if (!producer || producer->creator != CREATOR_IN_CONTENT || !S_ISREG(segment->mode))
        return 0;
    if (segment->layout == LAYOUT_IMAGESTREAM)
        return segment->creator_pid;
    if (opened >= 0)
        return read_pulse(opened, segment->size);
    int fd AUTO_CLOSE = segment_open(directory, segment->name, &segment->id, NULL);
    return fd >= 0 ? read_pulse(fd, segment->size) : 0;
}

void creator_read(const struct directory *directory, struct segment *segment,
                  const struct producers *producers)
{
    segment->creator_pid = read_pid(directory, -1, segment, producers);
}

void creator_read_opened(int fd, struct segment *segment, const struct producers *producers)
{
    segment->creator_pid = read_pid(NULL, fd, segment, producers);
}
