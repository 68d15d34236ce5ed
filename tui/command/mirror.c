#include "tui/command/mirror.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/process/creator.h"
#include "core/segment/descriptions.h"
#include "core/sys/memory.h"

#define TRIES 10 /* looks at a name that is replaced again and again */

struct mirror {
    struct mirror_options options;
    struct watch *watch;
    struct catalog *catalog;
    bool rescan;        /* names are not enough */
    unsigned described; /* of what is said of raw segments: which version the last scan met */
};

/* Before each look. Returns which version it is now. */
static unsigned read_descriptions(const struct mirror *mirror)
{
    struct descriptions *descriptions = directory_descriptions(mirror->options.directory);
    if (!descriptions)
        return 0;
    descriptions_refresh(descriptions, NULL, NULL);
    return descriptions_count_reads(descriptions);
}

int mirror_new(struct mirror **ret_mirror, const struct mirror_options *options, struct error *error)
{
    struct mirror *mirror = memory_new(sizeof *mirror);
    mirror->options = *options;
    int r = watch_new(&mirror->watch, options->directory, error);
    if (r < 0) {
        free(mirror);
        return r;
    }
    mirror->catalog = catalog_new(options->producers, options->change, options->context);
    *ret_mirror = mirror;
    return 0;
}

void mirror_free(struct mirror *mirror)
{
    if (!mirror)
        return;
    catalog_free(mirror->catalog);
    watch_free(mirror->watch);
    free(mirror);
}

int mirror_fd(const struct mirror *mirror)
{
    return watch_fd(mirror->watch);
}

bool mirror_is_polling(const struct mirror *mirror)
{
    return watch_is_polling(mirror->watch);
}

struct catalog *mirror_catalog(const struct mirror *mirror)
{
    return mirror->catalog;
}

/* What a scan meets; a sub-directory is watched before it is listed. */
static int take(void *context, struct segment *segment)
{
    struct mirror *mirror = context;
    if (S_ISDIR(segment->mode))
        watch_add_subdirectory(mirror->watch, segment->name);
    int r = segment_recognise(mirror->options.directory, segment, NULL);
    if (r == -ESTALE || r == -ENOENT) { /* the watch names it again */
        segment->recognised = false;
        r = 0;
    }
    creator_read(mirror->options.directory, segment, mirror->options.producers);
    mirror->options.look(mirror->options.context, segment);
    catalog_put(mirror->catalog, segment);
    return 0;
}

int mirror_scan(struct mirror *mirror, int64_t now, struct error *error)
{
    mirror->rescan = false;
    mirror->described = read_descriptions(mirror);
    catalog_scan_begin(mirror->catalog);
    catalog_begin(mirror->catalog, now);
    int r = segment_scan(mirror->options.directory, take, mirror, NULL, error);
    catalog_commit(mirror->catalog);
    /* What could not be listed is not gone. */
    if (r == 0)
        catalog_scan_end(mirror->catalog, now);
    return r;
}

/* A directory that went took its entries with it, and one that came brought some. */
static void look(struct mirror *mirror, const char *name)
{
    struct segment segment = {0};
    const struct row *row = catalog_find(mirror->catalog, name);
    int r = segment_stat(mirror->options.directory, name, &segment, NULL);
    if (r == -ENOENT) {
        mirror->rescan |= row && row->layout == LAYOUT_DIRECTORY;
        catalog_gone(mirror->catalog, name);
        return;
    }
    if (r < 0)
        return;
    if (S_ISDIR(segment.mode) && !row)
        segment_scan_subdirectory(mirror->options.directory, name, take, mirror, NULL, NULL);
    else
        take(mirror, &segment);
    segment_clear(&segment);
}

void mirror_look(struct mirror *mirror, const char *name, int64_t now)
{
    read_descriptions(mirror);
    catalog_begin(mirror->catalog, now);
    look(mirror, name);
    catalog_commit(mirror->catalog);
}

bool mirror_read(struct mirror *mirror, int64_t now, struct error *error)
{
    const char *const *names;
    bool everything, more = watch_drain(mirror->watch);
    size_t count = watch_take(mirror->watch, &names, &everything);
    if (count > 0)
        read_descriptions(mirror);
    catalog_begin(mirror->catalog, now);
    for (size_t i = 0; i < count; i++)
        look(mirror, names[i]);
    catalog_commit(mirror->catalog);
    if (everything)
        watch_renew(mirror->watch, NULL);
    if (everything || mirror->rescan)
        mirror_scan(mirror, now, error);
    return more;
}

void mirror_renew(struct mirror *mirror, int64_t now)
{
    bool is_described_anew = read_descriptions(mirror) != mirror->described;
    if (watch_renew(mirror->watch, NULL) == 1 || mirror_is_polling(mirror) || is_described_anew)
        mirror_scan(mirror, now, NULL);
}
