/*
 * Where text goes in pieces: a buffer, and who takes what it holds.
 */
#ifndef SHMTOP_CORE_SYS_SINK_H
#define SHMTOP_CORE_SYS_SINK_H

#include <stddef.h>
#include <stdint.h>

#define SINK_BUFFER (64u << 10)

/* Takes all of the bytes: 0 or -errno. */
typedef int sink_write(void *context, const void *bytes, size_t size);

struct sink {
    sink_write *write;
    void *context;
    int code;       /* the first failure of write, -errno; nothing is written after it */
    uint64_t total; /* bytes put */
    size_t used;
    char buf[SINK_BUFFER];
};

void sink_begin(struct sink *sink, sink_write *write, void *context);
void sink_put(struct sink *sink, const char *bytes, size_t size);

static inline void sink_put_char(struct sink *sink, char c)
{
    sink_put(sink, &c, 1);
}

/* Hands on what is left. 0 or the first failure. */
int sink_flush(struct sink *sink);

#endif
