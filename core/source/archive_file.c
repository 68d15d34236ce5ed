#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/archive_private.h"
#include "core/sys/checked.h"

int archive_file_init(struct archive_file *file, const struct input *input, struct error *error)
{
    *file = (struct archive_file){.input = input, .window = malloc(WINDOW_SIZE)};
    zip_error_init(&file->error);
    return file->window ? 0 : error_set_errno(error, ENOMEM, "cannot read the file");
}

void archive_file_fini(struct archive_file *file)
{
    zip_error_fini(&file->error);
    free(file->window);
}

static zip_int64_t failed(struct archive_file *file, int code)
{
    zip_error_set(&file->error, ZIP_ER_READ, code);
    return -1;
}

/* Straight from the file, within the budget. */
static ssize_t read_file(struct archive_file *file, void *buf, size_t size, uint64_t offset)
{
    if (size > file->budget) {
        file->is_over_budget = true;
        return -EFBIG;
    }
    ssize_t n = input_pread(file->input, buf, size, offset, &file->failure);
    if (n > 0)
        file->budget -= (uint64_t)n;
    return n;
}

/* Bytes at the position that are in the window, which is filled from there where there are none. */
static ssize_t read_window(struct archive_file *file, void *buf, size_t size)
{
    uint64_t skip = file->at - file->window_start;
    if (file->at < file->window_start || skip >= file->window_size) {
        size_t wanted = (size_t)min_u64(WINDOW_SIZE, max_u64(size, file->budget));
        ssize_t n = read_file(file, file->window, wanted, file->at);
        file->window_start = file->at;
        file->window_size = n > 0 ? (size_t)n : 0;
        if (n <= 0)
            return n;
        skip = 0;
    }
    size_t n = (size_t)min_u64(size, file->window_size - skip);
    memcpy(buf, file->window + skip, n);
    return (ssize_t)n;
}

/* Fewer bytes than asked for are fine: libzip asks again. */
static zip_int64_t read_some(struct archive_file *file, void *buf, uint64_t length)
{
    size_t size = (size_t)min_u64(length, INT32_MAX);
    if (file->first_read == UINT64_MAX)
        file->first_read = file->at;
    ssize_t n = size < WINDOW_SIZE ? read_window(file, buf, size) : read_file(file, buf, size, file->at);
    if (n < 0)
        return failed(file, (int)-n);
    file->at += (uint64_t)n;
    return n;
}

static zip_int64_t seek(struct archive_file *file, void *data, uint64_t length)
{
    zip_int64_t at = zip_source_seek_compute_offset(file->at, file->input->size, data, length, &file->error);
    if (at < 0)
        return -1;
    file->at = (uint64_t)at;
    return 0;
}

static zip_int64_t tell_size(const struct archive_file *file, void *data, uint64_t length)
{
    zip_stat_t *stat = data;
    if (length < sizeof *stat)
        return -1;
    zip_stat_init(stat);
    stat->size = file->input->size;
    stat->valid = ZIP_STAT_SIZE;
    return sizeof *stat;
}

zip_int64_t archive_file_call(void *userdata, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
    struct archive_file *file = userdata;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_OPEN:
        file->at = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return read_some(file, data, length);
    case ZIP_SOURCE_SEEK:
        return seek(file, data, length);
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)file->at;
    case ZIP_SOURCE_STAT:
        return tell_size(file, data, length);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&file->error, data, length);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&file->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}
