/*
 * A segment that is being published, as publish.c (its name), publish_data.c and publish_copy.c (what lies in it) see it.
 */
#ifndef SHMTOP_CORE_SEGMENT_PUBLISH_PRIVATE_H
#define SHMTOP_CORE_SEGMENT_PUBLISH_PRIVATE_H

#include "core/segment/beneath.h"
#include "core/segment/publish.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#define PAGE_LEAST 4096 /* bytes; the smallest page that there is */

struct publish {
    const struct directory *directory; /* borrowed */
    struct publish_options options;
    char *name;
    struct place place; /* its file points into name */
    int fd;
    struct identity id; /* of the new one */
    bool has_old;
    struct publish_old old;
    uint64_t size;
    void *map; /* of all of it; NULL: none */
    size_t map_size;
};

/* Gives the unnamed file the owner, group and mode that it will have. */
int publish_set_access(const struct publish *publish, struct error *error);

/* Ends what publish_map began. */
void publish_unmap(struct publish *publish);

#endif
