#include "tests/support/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

static void hold(const char *path, struct child_map map, int ready, int stay)
{
    char byte;
    int fd = open(path, map.prot & PROT_WRITE ? O_RDWR : O_RDONLY);
    if (mmap(NULL, 4096, map.prot, map.flags, fd, 0) == MAP_FAILED)
        _exit(1);
    if (!map.keep)
        close(fd);
    _exit(write(ready, "", 1) != 1 || read(stay, &byte, 1) != 0);
}

struct child child_hold(const char *path, struct child_map map)
{
    int ready[2], stay[2];
    char byte;
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(stay, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(stay[1]);
        hold(path, map, ready[1], stay[0]);
    }
    close(ready[1]);
    close(stay[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return (struct child){pid, stay[1]};
}

void child_end(struct child *child)
{
    kill(child->pid, SIGKILL); /* those started later have its pipe's other end, too */
    close(child->pipe);
    assert_int_equal(waitpid(child->pid, NULL, 0), child->pid);
}
