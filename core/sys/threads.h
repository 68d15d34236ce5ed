/*
 * Starts a thread: workers.c, ranges.c, pump.c and publish_copy.c alone do. Signals go to the loop's thread,
 * so they are blocked in the new one but for those that a thread brings on itself: blocked, they would end
 * the process past the handler that restores the terminal.
 */
#ifndef SHMTOP_CORE_SYS_THREADS_H
#define SHMTOP_CORE_SYS_THREADS_H

#include <pthread.h>

/* 0 or -errno. To be joined. */
int thread_start(pthread_t *ret_thread, void *(*run)(void *), void *context);

#endif
