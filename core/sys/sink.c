#include "core/sys/sink.h"

#include <string.h>

void sink_begin(struct sink *sink, sink_write *write, void *context)
{
    sink->write = write;
    sink->context = context;
    sink->code = 0;
    sink->total = 0;
    sink->used = 0;
}

int sink_flush(struct sink *sink)
{
    if (sink->code == 0 && sink->used > 0)
        sink->code = sink->write(sink->context, sink->buf, sink->used);
    sink->used = 0;
    return sink->code;
}

void sink_put(struct sink *sink, const char *bytes, size_t size)
{
    sink->total += size;
    while (size > 0) {
        size_t n = sizeof sink->buf - sink->used;
        n = size < n ? size : n;
        memcpy(sink->buf + sink->used, bytes, n);
        sink->used += n;
        bytes += n;
        size -= n;
        if (sink->used == sizeof sink->buf)
            sink_flush(sink);
    }
}
