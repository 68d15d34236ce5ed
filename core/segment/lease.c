#include "core/segment/lease.h"

#include <errno.h>
#include <signal.h>

#include "core/segment/beneath.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

enum held lease_take(int fd)
{
    /*
     * Whoever opens the file meanwhile makes the kernel send us a signal: by default SIGIO, which would end
     * the process. SIGURG is ignored unless someone asks for it.
     */
    if (sys.lease(fd, F_SETSIG, SIGURG) < 0)
        return HELD_UNKNOWN;
    if (sys.lease(fd, F_SETLEASE, F_WRLCK) == 0)
        return HELD_NO;
    return errno == EAGAIN ? HELD_YES : HELD_UNKNOWN;
}

void lease_give(int fd)
{
    sys.lease(fd, F_SETLEASE, F_UNLCK);
}

/* fd is what was opened for it, or why it was not; with its close the lease is given back. */
static int ask_opened(int fd, const struct facts *facts, const struct identity *id, enum held *ret_held,
                      struct error *error)
{
    if (fd == -EACCES || fd == -ENOTSUP || fd == -EBUSY) {
        /* Busy: somebody has a lease on it, and so has it open. */
        *ret_held = fd == -EBUSY ? HELD_YES : HELD_UNKNOWN;
        return 0;
    }
    if (fd < 0)
        return fd;
    if (!identity_equal(&facts->id, id))
        return error_set(error, ESTALE, "another segment bears this name now");
    *ret_held = lease_take(fd);
    return 0;
}

int lease_ask(const struct directory *directory, const char *name, const struct identity *id,
              enum held *ret_held, struct error *error)
{
    struct facts facts;
    int fd AUTO_CLOSE = beneath_open_file(directory, name, O_RDONLY, &facts, error);
    return ask_opened(fd, &facts, id, ret_held, error);
}

int lease_ask_segment(const struct directory *directory, const struct segment *segment, enum held *ret_held,
                      struct error *error)
{
    struct place place AUTO_PLACE = {.opened = -1};
    struct facts facts, known = {.id = segment->id};
    known.st.stx_mode = (uint16_t)segment->mode;
    known.st.stx_uid = segment->uid;
    int r = place_find(directory, segment->name, &place, error);
    if (r < 0)
        return r;
    int fd AUTO_CLOSE = beneath_open_known(place.fd, place.file, O_RDONLY, &known, &facts, error);
    return ask_opened(fd, &facts, &segment->id, ret_held, error);
}
