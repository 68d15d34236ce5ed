#include "tests/support/alone.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define NOT_PERMITTED 125 /* an exit status that no test has */

static int status_of(pid_t child)
{
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static void run_inside(int (*run)(void))
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        _exit(NOT_PERMITTED);
    exit(run());
}

int alone_run(int (*run)(void))
{
    fflush(NULL);
    pid_t outside = fork();
    if (outside == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
            _exit(NOT_PERMITTED);
        pid_t inside = fork();
        if (inside == 0)
            run_inside(run);
        _exit(status_of(inside));
    }
    int status = status_of(outside);
    return status == NOT_PERMITTED ? run() : status;
}
