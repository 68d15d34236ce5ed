#include "core/segment/lease.h"

#include <errno.h>
#include <signal.h>

#include "core/segment/beneath.h"
#include "core/segment/own.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

#define TRIES 3

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

/*
 * *ret_ours: it was refused while a study of ours had it open. Where one of any segment began or ended
 * meanwhile it may have been of this one, and the kernel is asked again.
 */
static enum held take_beside_own(int fd, const struct identity *id, bool *ret_ours)
{
    for (int i = 0;; i++) {
        uint64_t changes = own_changes();
        enum held held = lease_take(fd);
        bool ours = held == HELD_YES && own_has(id);
        *ret_ours = ours || (held == HELD_YES && own_changes() != changes);
        if (!*ret_ours || ours || i == TRIES)
            return held;
    }
}

static enum held take_after_own(int fd, const struct identity *id, bool *ret_ours)
{
    enum held held = take_beside_own(fd, id, ret_ours);
    return *ret_ours && own_wait(id) ? take_beside_own(fd, id, ret_ours) : held;
}

enum held lease_take_patiently(int fd, const struct identity *id)
{
    bool ours;
    return take_after_own(fd, id, &ours);
}

void lease_give(int fd)
{
    sys.lease(fd, F_SETLEASE, F_UNLCK);
}

/* fd is what was opened for it, or why it was not; with its close the lease is given back. */
static int ask_opened(int fd, const struct facts *facts, const struct identity *id, bool patient,
                      enum held *ret_held, struct error *error)
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
    bool ours;
    *ret_held = (patient ? take_after_own : take_beside_own)(fd, id, &ours);
    if (ours)
        *ret_held = HELD_UNKNOWN;
    return 0;
}

int lease_ask(const struct directory *directory, const char *name, const struct identity *id,
              enum held *ret_held, struct error *error)
{
    struct facts facts;
    int fd AUTO_CLOSE = beneath_open_file(directory, name, O_RDONLY, &facts, error);
    return ask_opened(fd, &facts, id, false, ret_held, error);
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
    return ask_opened(fd, &facts, &segment->id, true, ret_held, error);
}
