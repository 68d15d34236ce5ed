/*
 * crowd DIRECTORY PROCESSES HOLDERS MAPS FILE...
 *
 * A server's processes: each has MAPS maps (two thirds of them of the FILEs, as a program maps its libraries,
 * the rest anonymous), and the first HOLDERS hold one segment of DIRECTORY each (segment-000000, …): a shared
 * map, a private one, a read-only one, a descriptor, in turn. Prints "PID INODE" for each holder, then
 * "ready", and waits for the end of its input.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

static void check(int ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

/* Neighbours differ in their protection, or the kernel would make one map of them. */
static void make_maps(int n, char **files, int file_count)
{
    static const int protection[] = {PROT_READ, PROT_READ | PROT_EXEC, PROT_READ, PROT_READ | PROT_WRITE};
    for (int i = 0; i < n; i++) {
        int fd = -1;
        if (i % 3 != 2) {
            fd = open(files[i / 6 % file_count], O_RDONLY | O_CLOEXEC);
            check(fd >= 0, "crowd: open");
        }
        void *map = mmap(NULL, PAGE, protection[i % 4], MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd,
                         fd < 0 ? 0 : PAGE * (i % 4));
        check(map != MAP_FAILED, "crowd: mmap");
        if (fd >= 0)
            close(fd);
    }
}

static void hold(const char *directory, int i)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/segment-%06d", directory, i);
    int fd = open(path, O_RDWR);
    struct stat st;
    check(fd >= 0 && fstat(fd, &st) == 0, path);
    int kind = i % 4;
    if (kind < 3) {
        int protection = kind == 2 ? PROT_READ : PROT_READ | PROT_WRITE;
        void *map = mmap(NULL, PAGE, protection, kind == 1 ? MAP_PRIVATE : MAP_SHARED, fd, 0);
        check(map != MAP_FAILED, "crowd: mmap");
        close(fd);
    }
    printf("%d %llu\n", (int)getpid(), (unsigned long long)st.st_ino);
    fflush(stdout);
}

static void child(const char *directory, int i, int holders, int ready)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (i < holders)
        hold(directory, i);
    check(write(ready, "", 1) == 1, "crowd: write");
    close(ready);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    int processes = atoi(argv[2]), holders = atoi(argv[3]), ready[2];
    char byte;
    check(pipe(ready) == 0, "crowd: pipe");
    make_maps(atoi(argv[4]), argv + 5, argc - 5);
    for (int i = 0; i < processes; i++) {
        pid_t pid = fork();
        check(pid >= 0, "crowd: fork");
        if (pid == 0)
            child(argv[1], i, holders, ready[1]);
        check(read(ready[0], &byte, 1) == 1, "crowd: a child");
    }
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}
