#include "tui/command/exit.h"

#include <errno.h>

enum exit_status exit_status_of(int code)
{
    switch (code < 0 ? -code : code) {
    case 0:
        return EXIT_STATUS_DONE;
    case EINVAL:
    case ENAMETOOLONG:
        return EXIT_STATUS_USAGE;
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        return EXIT_STATUS_NOT_FOUND;
    case EEXIST:
    case EBUSY:
    case EROFS:
    case ESTALE:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return EXIT_STATUS_REFUSED;
    case EACCES:
    case EPERM:
        return EXIT_STATUS_PERMISSION;
    case ENOTTY:
        return EXIT_STATUS_TERMINAL;
    default:
        return EXIT_STATUS_FAILED;
    }
}

enum exit_status exit_status_worse(enum exit_status a, enum exit_status b)
{
    return a > b ? a : b;
}
