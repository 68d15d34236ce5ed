#include "tests/support/test.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static struct {
    enum fault_call call;
    enum fault_kind kind;
    int error;
    unsigned long n;
    _Atomic unsigned long strikable; /* calls so far that could have been struck */
    _Atomic unsigned long counts[FAULT_CALL_ANY + 1];
    _Atomic bool struck;
    _Atomic unsigned kernel;
} fault;

enum verdict { GO, FAIL, HALF };

static bool transfers(enum fault_call call)
{
    return call == FAULT_CALL_read || call == FAULT_CALL_write || call == FAULT_CALL_pread ||
           call == FAULT_CALL_pwrite || call == FAULT_CALL_sendfile;
}

static bool can_strike(enum fault_call call)
{
    if (fault.call != FAULT_CALL_ANY && fault.call != call)
        return false;
    if (fault.kind == FAULT_SHORT)
        return transfers(call);
    if (fault.kind == FAULT_INTERRUPT)
        return transfers(call) || call == FAULT_CALL_openat || call == FAULT_CALL_fallocate ||
               call == FAULT_CALL_flock;
    if (fault.kind == FAULT_ERROR && call == FAULT_CALL_geteuid)
        return false; /* which never fails */
    return fault.kind != FAULT_NONE;
}

/* Counts one call, and says what becomes of it. */
static enum verdict begin(enum fault_call call)
{
    atomic_fetch_add(&fault.counts[call], 1);
    atomic_fetch_add(&fault.counts[FAULT_CALL_ANY], 1);
    if (!can_strike(call) || atomic_fetch_add(&fault.strikable, 1) + 1 != fault.n)
        return GO;
    atomic_store(&fault.struck, true);
    if (fault.kind == FAULT_SHORT)
        return HALF;
    if (fault.kind == FAULT_KILL)
        raise(SIGKILL);
    errno = fault.kind == FAULT_INTERRUPT ? EINTR : fault.error;
    return FAIL;
}

static bool plays(unsigned kernel)
{
    return atomic_load(&fault.kernel) & kernel;
}

static int lacks(int error)
{
    errno = error;
    return -1;
}

#define PLAIN(type, name, parameters, arguments)                                                             \
    static type plain_##name parameters                                                                      \
    {                                                                                                        \
        return begin(FAULT_CALL_##name) == FAIL ? (type)-1 : sys_kernel.name arguments;                      \
    }
SYS_CALLS(PLAIN)
#undef PLAIN

/* Linux closes the descriptor whatever close returns. */
static int faulty_close(int fd)
{
    if (begin(FAULT_CALL_close) != FAIL)
        return sys_kernel.close(fd);
    int error = errno;
    sys_kernel.close(fd);
    errno = error;
    return -1;
}

/* An eventfd takes and gives all of its 8 bytes or none. */
static size_t half(size_t size)
{
    return size > 8 ? size / 2 : size;
}

#define FAULTY_TRANSFER(name, buffer_type, more_parameters, more_arguments)                                  \
    static ssize_t faulty_##name(int fd, buffer_type buf, size_t size more_parameters)                       \
    {                                                                                                        \
        enum verdict verdict = begin(FAULT_CALL_##name);                                                     \
        if (verdict == FAIL)                                                                                 \
            return -1;                                                                                       \
        return sys_kernel.name(fd, buf, verdict == HALF ? half(size) : size more_arguments);                 \
    }
#define COMMA_OFFSET_PARAMETER , off_t offset
#define COMMA_OFFSET           , offset
FAULTY_TRANSFER(write, const void *, , )
FAULTY_TRANSFER(pread, void *, COMMA_OFFSET_PARAMETER, COMMA_OFFSET)
FAULTY_TRANSFER(pwrite, const void *, COMMA_OFFSET_PARAMETER, COMMA_OFFSET)

static ssize_t faulty_read(int fd, void *buf, size_t size)
{
    if (size >= 4096 &&
        atomic_fetch_and(&fault.kernel, ~(unsigned)FAULT_INOTIFY_OVERFLOW) & FAULT_INOTIFY_OVERFLOW) {
        struct inotify_event overflow = {.wd = -1, .mask = IN_Q_OVERFLOW};
        memcpy(buf, &overflow, sizeof overflow);
        return sizeof overflow;
    }
    enum verdict verdict = begin(FAULT_CALL_read);
    if (verdict == FAIL)
        return -1;
    return sys_kernel.read(fd, buf, verdict == HALF ? half(size) : size);
}

static int faulty_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)
{
    int r = plain_statx(dirfd, path, flags, mask, buf);
    if (r == 0 && plays(FAULT_NO_BTIME)) {
        buf->stx_mask &= ~STATX_BTIME;
        memset(&buf->stx_btime, 0, sizeof buf->stx_btime);
    }
    return r;
}

static int faulty_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    if (plays(FAULT_NO_TMPFILE) && (flags & O_TMPFILE) == O_TMPFILE)
        return lacks(EOPNOTSUPP);
    return plain_openat(dirfd, path, flags, mode);
}

static int faulty_fallocate(int fd, int mode, off_t offset, off_t length)
{
    return plays(FAULT_NO_FALLOCATE) ? lacks(EOPNOTSUPP) : plain_fallocate(fd, mode, offset, length);
}

static ssize_t faulty_sendfile(int out_fd, int in_fd, off_t *offset, size_t count)
{
    if (plays(FAULT_NO_SENDFILE))
        return lacks(EINVAL);
    enum verdict verdict = begin(FAULT_CALL_sendfile);
    if (verdict == FAIL)
        return -1;
    return sys_kernel.sendfile(out_fd, in_fd, offset, verdict == HALF ? half(count) : count);
}

static int faulty_lease(int fd, int command, int kind)
{
    return plays(FAULT_NO_LEASES) && command == F_SETLEASE ? lacks(EINVAL) : plain_lease(fd, command, kind);
}

static int faulty_map_queries(int fd, struct map_query *list, int n)
{
    return plays(FAULT_NO_PROCMAP_QUERY) ? lacks(ENOTTY) : plain_map_queries(fd, list, n);
}

static int faulty_name_to_handle_at(int dirfd, const char *path, struct file_handle *handle, int *mount_id,
                                    int flags)
{
    if (plays(FAULT_NO_HANDLES))
        return lacks(EOPNOTSUPP);
    return plain_name_to_handle_at(dirfd, path, handle, mount_id, flags);
}

static int faulty_inotify_init1(int flags)
{
    if (plays(FAULT_NO_INOTIFY))
        return lacks(ENOSYS);
    return plays(FAULT_NO_INOTIFY_INSTANCE) ? lacks(EMFILE) : plain_inotify_init1(flags);
}

static int faulty_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    return plays(FAULT_NO_INOTIFY_WATCH) ? lacks(ENOSPC) : plain_inotify_add_watch(fd, path, mask);
}

static int faulty_pidfd_open(pid_t pid, unsigned flags)
{
    return plays(FAULT_NO_PIDFD) ? lacks(ENOSYS) : plain_pidfd_open(pid, flags);
}

static ssize_t faulty_flistxattr(int fd, char *list, size_t size)
{
    return plays(FAULT_NO_ATTRIBUTES) ? lacks(EOPNOTSUPP) : plain_flistxattr(fd, list, size);
}

static ssize_t faulty_fgetxattr(int fd, const char *name, void *value, size_t size)
{
    return plays(FAULT_NO_ATTRIBUTES) ? lacks(EOPNOTSUPP) : plain_fgetxattr(fd, name, value, size);
}

static int faulty_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
    return plays(FAULT_NO_ATTRIBUTES) ? lacks(EOPNOTSUPP) : plain_fsetxattr(fd, name, value, size, flags);
}

static int faulty_fremovexattr(int fd, const char *name)
{
    return plays(FAULT_NO_ATTRIBUTES) ? lacks(EOPNOTSUPP) : plain_fremovexattr(fd, name);
}

static void install(void)
{
#define INSTALL(type, name, parameters, arguments) sys.name = plain_##name;
    SYS_CALLS(INSTALL)
#undef INSTALL
    sys.close = faulty_close;
    sys.read = faulty_read;
    sys.write = faulty_write;
    sys.pread = faulty_pread;
    sys.pwrite = faulty_pwrite;
    sys.statx = faulty_statx;
    sys.openat = faulty_openat;
    sys.fallocate = faulty_fallocate;
    sys.sendfile = faulty_sendfile;
    sys.lease = faulty_lease;
    sys.map_queries = faulty_map_queries;
    sys.name_to_handle_at = faulty_name_to_handle_at;
    sys.inotify_init1 = faulty_inotify_init1;
    sys.inotify_add_watch = faulty_inotify_add_watch;
    sys.pidfd_open = faulty_pidfd_open;
    sys.flistxattr = faulty_flistxattr;
    sys.fgetxattr = faulty_fgetxattr;
    sys.fsetxattr = faulty_fsetxattr;
    sys.fremovexattr = faulty_fremovexattr;
}

void fault_play(unsigned kernel)
{
    atomic_store(&fault.kernel, kernel);
    install();
}

void fault_arm(enum fault_call call, enum fault_kind kind, int error, unsigned long n)
{
    fault.call = call;
    fault.kind = kind;
    fault.error = error;
    fault.n = n;
    atomic_store(&fault.strikable, 0);
    atomic_store(&fault.struck, false);
    for (unsigned i = 0; i <= FAULT_CALL_ANY; i++)
        atomic_store(&fault.counts[i], 0);
    install();
}

bool fault_struck(void)
{
    return atomic_load(&fault.struck);
}

unsigned long fault_count(enum fault_call call)
{
    return atomic_load(&fault.counts[call]);
}

void fault_reset(void)
{
    fault_arm(FAULT_CALL_ANY, FAULT_NONE, 0, 0);
    atomic_store(&fault.kernel, 0);
    sys = sys_kernel;
}

/* The child's exit status says whether it was struck is moot: it lives only if it was not. */
static int run_in_child(fault_run *run, void *context, bool *ret_struck)
{
    fflush(NULL);
    pid_t child = fork();
    assert_return_code(child, errno);
    if (child == 0)
        _exit(-run(context) & 0xff);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    *ret_struck = WIFSIGNALED(status);
    if (WIFSIGNALED(status))
        assert_int_equal(WTERMSIG(status), SIGKILL);
    return WIFSIGNALED(status) ? -EINTR : -WEXITSTATUS(status);
}

unsigned long fault_each(enum fault_kind kind, int error, fault_run *run, fault_check *check, void *context)
{
    bool struck = true;
    for (unsigned long n = 1;; n++) {
        unsigned fds = tmpdir_open_fds();
        fault_arm(FAULT_CALL_ANY, kind, error, n);
        int result;
        if (kind == FAULT_KILL) {
            result = run_in_child(run, context, &struck);
        } else {
            result = run(context);
            struck = fault_struck();
        }
        fault_arm(FAULT_CALL_ANY, FAULT_NONE, 0, 0);
        if (tmpdir_open_fds() != fds)
            fail_msg("a descriptor stayed open after the %lu-th call failed", n);
        check(context, result);
        if (!struck)
            return n - 1;
    }
}
