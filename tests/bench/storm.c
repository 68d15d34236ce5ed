/*
 * storm DIRECTORY RATE SECONDS KEEP
 *
 * Makes and deletes RATE files a second for SECONDS; each lives for a moment, the last KEEP stay. Prints the
 * number made, and when it ended (CLOCK_MONOTONIC). In C, for Python cannot do it beside a console on two
 * processors.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ALIVE 200 /* files at a time */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void name_of(long i, char buf[32])
{
    snprintf(buf, 32, "storm%07ld.shm", i);
}

static void make(int dir, long i)
{
    char name[32];
    name_of(i, name);
    int fd = openat(dir, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 4096 + i % 4096) != 0) {
        perror("storm");
        exit(1);
    }
    close(fd);
}

static void drop(int dir, long i)
{
    char name[32];
    name_of(i, name);
    unlinkat(dir, name, 0);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int dir = open(argv[1], O_RDONLY | O_DIRECTORY);
    double rate = atof(argv[2]), seconds = atof(argv[3]);
    long keep = atol(argv[4]), made = 0;
    if (dir < 0)
        return 1;
    double start = now();
    for (;;) {
        double elapsed = now() - start;
        if (elapsed >= seconds)
            break;
        long due = (long)(elapsed * rate);
        for (; made < due; made++) {
            make(dir, made);
            if (made >= ALIVE)
                drop(dir, made - ALIVE);
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    for (long i = made > ALIVE ? made - ALIVE : 0; i < made - keep; i++)
        drop(dir, i);
    printf("%ld %.6f\n", made, now());
    return 0;
}
