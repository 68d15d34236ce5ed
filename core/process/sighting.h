/*
 * What is learnt of something on the swept device that nobody asked for: its path, and whether its name is
 * gone, from the maps and descriptors that show it. Private to core/process.
 *
 * The kernel puts " (deleted)" behind the path of what has no name; a file may bear that text in its name.
 * A link count decides, where one may be asked.
 */
#ifndef SHMTOP_CORE_PROCESS_SIGHTING_H
#define SHMTOP_CORE_PROCESS_SIGHTING_H

#include <sys/stat.h>

#include "core/process/procfs.h"
#include "core/process/sweep.h"

struct sighting {
    struct sweep_other other; /* owned; its holders are kept elsewhere meanwhile */
    bool marked;              /* every path seen of it ends in the mark */
    bool settled;             /* statx said what it is */
    uint32_t links;           /* then */
    pid_t tried;              /* the process whose map_files were asked last */
};

/* A map of it in the process whose directory task is. */
void sighting_map(struct sighting *sighting, pid_t pid, int task, const struct map_line *map);

/* The descriptor fd/NAME of it, of which statx (followed) said st. */
void sighting_descriptor(struct sighting *sighting, int fd_dir, const char *name, const struct statx *st);

/* All processes were seen: decides. */
void sighting_end(struct sighting *sighting);

#endif
