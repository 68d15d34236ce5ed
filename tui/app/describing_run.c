#include "tui/app/describing.h"

#include <stdlib.h>

#include "core/process/unlinked.h"
#include "core/segment/description.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

struct describing {
    const struct directory *directory;
    const struct host *host;
    const struct describe_request *request;
    struct segment segment; /* owned */
    int fd;
};

static int open_unlinked(struct describing *describing, struct error *error)
{
    const struct describe_request *request = describing->request;
    const struct host *host = describing->host;
    int fd = unlinked_open(host->proc_root, &request->id, request->pids, request->pid_count, error);
    describing->fd = fd;
    return fd < 0 ? fd
                  : unlinked_look(describing->directory, fd, request->name, host->producers,
                                  &describing->segment, error);
}

static int open_named(struct describing *describing, struct error *error)
{
    const struct describe_request *request = describing->request;
    int r = segment_stat(describing->directory, request->name, &describing->segment, error);
    if (r < 0)
        return r;
    describing->fd = segment_open(describing->directory, request->name, &request->id, error);
    return describing->fd < 0
               ? describing->fd
               : segment_recognise_opened(describing->directory, &describing->segment, describing->fd, error);
}

static int record(struct describing *describing, struct described *described)
{
    const struct directory *directory = describing->directory;
    const char *file = descriptions_state_path(directory_descriptions(directory));
    int r = description_record(directory, &describing->segment, describing->fd, &described->matrix,
                               &described->where, &described->error);
    if (r == 0 && described->where == DESCRIPTION_STATE && file)
        described->file = memory_dup(file);
    return r;
}

static int run(struct describing *describing, struct described *described)
{
    const struct describe_request *request = describing->request;
    struct error *error = &described->error;
    int r = request->unlinked ? open_unlinked(describing, error) : open_named(describing, error);
    if (r == 0)
        r = request->clear
                ? description_clear(describing->directory, &describing->segment, describing->fd, error)
                : record(describing, described);
    if (r == 0 && request->unlinked)
        unlinked_look(describing->directory, describing->fd, request->name, describing->host->producers,
                      &described->segment, NULL);
    return r;
}

struct described *describing_run(const struct directory *directory, const struct host *host,
                                 const struct describe_request *request)
{
    struct described *described = memory_new(sizeof *described);
    struct describing describing = {.directory = directory, .host = host, .request = request, .fd = -1};
    *described = (struct described){.name = memory_dup(request->name),
                                    .id = request->id,
                                    .clear = request->clear,
                                    .matrix = request->matrix,
                                    .unlinked = request->unlinked};
    if (directory)
        described->error.code = -run(&describing, described);
    fd_close(&describing.fd);
    segment_clear(&describing.segment);
    return described;
}
