/*
 * Between an archive's parts, which alone know libzip.
 */
#ifndef SHMTOP_CORE_SOURCE_ARCHIVE_PRIVATE_H
#define SHMTOP_CORE_SOURCE_ARCHIVE_PRIVATE_H

#include <zip.h>

#include "core/source/archive.h"

#define WINDOW_SIZE (256u << 10)

/*
 * An input as libzip's source: libzip asks for 8 KiB at a time, so small reads come out of a window of the
 * file; what is larger goes straight to the caller's buffer.
 */
struct archive_file {
    const struct input *input;
    uint64_t at;           /* libzip's position */
    uint64_t first_read;   /* where libzip read first since this was UINT64_MAX */
    uint64_t window_start; /* offset of the first byte in the window */
    size_t window_size;    /* bytes in it */
    uint8_t *window;       /* owned */
    uint64_t budget;       /* bytes that may still be read */
    bool is_over_budget;   /* more was wanted */
    struct error failure;  /* what input_pread said */
    zip_error_t error;     /* what libzip is told */
};

int archive_file_init(struct archive_file *file, const struct input *input, struct error *error);
void archive_file_fini(struct archive_file *file);

/* A zip_source_callback whose userdata is a struct archive_file, not owned. */
zip_int64_t archive_file_call(void *userdata, void *data, zip_uint64_t length, zip_source_cmd_t command);

struct archive {
    struct archive_file file;
    zip_t *zip;
    struct archive_member *members; /* owned, by index */
    struct archive_member **by_name;
    size_t count;
};

/* What the file said, or what + ": " and libzip's words. */
int archive_failed(const struct archive *archive, zip_error_t *why, const char *what, struct error *error);

#endif
