#include "core/sys/map_query.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define QUERY _IOWR('f', 17, struct map_query)

/* 0 or -errno. */
static inline long query(int fd, struct map_query *query)
{
#if defined __x86_64__ && !defined __ILP32__
    long rc;
    __asm__ volatile("syscall"
                     : "=a"(rc)
                     : "a"((long)SYS_ioctl), "D"((long)fd), "S"((long)QUERY), "d"(query)
                     : "rcx", "r11", "memory");
    return rc;
#else
    return ioctl(fd, QUERY, query) < 0 ? -errno : 0;
#endif
}

int map_queries(int fd, struct map_query *list, int n)
{
    for (int i = 0; i < n; i++) {
        if (i)
            list[i] = (struct map_query){
                .size = sizeof list[i], .flags = list[0].flags, .address = list[i - 1].end};
        long rc = query(fd, &list[i]);
        if (rc < 0) {
            errno = (int)-rc;
            return i;
        }
    }
    return n;
}
