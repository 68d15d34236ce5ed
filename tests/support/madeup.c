/*
 * What makes the host of tests/support/screenshots.py the same every day; preloaded into the program there.
 * The clock stands at SHMTOP_NOW (seconds since 1970), a file that was modified before it was made was made
 * then, so that a time of modification gives it an age, and its PID namespace is the machine's, so that it
 * has all processes before it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define INITIAL_PIDNS 0xEFFFFFFCu /* PROC_PID_INIT_INO, linux/proc_ns.h */

int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)
{
    int (*real)(int, const char *, int, unsigned, struct statx *) =
        (int (*)(int, const char *, int, unsigned, struct statx *))dlsym(RTLD_NEXT, "statx");
    int rc = real(dirfd, path, flags, mask, buf);

    if (rc == 0 && (buf->stx_mask & STATX_BTIME) && buf->stx_mtime.tv_sec < buf->stx_btime.tv_sec)
        buf->stx_btime = buf->stx_mtime;
    if (rc == 0 && strcmp(path, "self/ns/pid") == 0)
        buf->stx_ino = INITIAL_PIDNS;
    return rc;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *) =
        (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *fixed = getenv("SHMTOP_NOW");

    if (clock != CLOCK_REALTIME || fixed == NULL)
        return real(clock, now);
    *now = (struct timespec){.tv_sec = strtoll(fixed, NULL, 10)};
    return 0;
}
