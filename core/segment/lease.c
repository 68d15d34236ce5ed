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

int lease_ask(const struct directory *directory, const char *name, const struct identity *id,
              enum held *ret_held, struct error *error)
{
    struct facts facts;
    int fd AUTO_CLOSE = beneath_open_file(directory, name, O_RDONLY, &facts, error);
    if (fd == -EACCES || fd == -ENOTSUP || fd == -EBUSY) {
        /* Busy: somebody has a lease on it, and so has it open. */
        *ret_held = fd == -EBUSY ? HELD_YES : HELD_UNKNOWN;
        return 0;
    }
    if (fd < 0)
        return fd;
    if (!identity_equal(&facts.id, id))
        return error_set(error, ESTALE, "another segment bears this name now");
    enum held held = lease_take(fd);
    if (held == HELD_NO)
        lease_give(fd);
    *ret_held = held;
    return 0;
}
