#include "core/source/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/archive_private.h"
#include "core/sys/checked.h"

/* The end of an archive, APPNOTE.TXT 4.3.14 to 4.3.16. */
#define END_SIZE     22
#define LOCATOR_SIZE 20 /* right before the end record, where there is a zip64 one */
#define END64_SIZE   56
#define COMMENT_MAX  65535

static uint64_t little_endian(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;
    while (size-- > 0)
        value = value << 8 | bytes[size];
    return value;
}

static int refuse_count(struct error *error)
{
    return error_set(error, ENOTSUP, "an archive of more than %d members", ARCHIVE_MEMBERS_MAX);
}

/* libzip makes room for as many members as a zip64 end record says, if only the file is long enough. */
static int check_end64(const struct input *input, uint64_t offset, struct error *error)
{
    uint8_t end[END64_SIZE];
    ssize_t n = input_pread(input, end, sizeof end, offset, error);
    if (n < 0)
        return (int)n;
    if (n < END64_SIZE || memcmp(end, "PK\6\6", 4) != 0)
        return 0; /* libzip will say so */
    return little_endian(end + 32, 8) > ARCHIVE_MEMBERS_MAX ? refuse_count(error) : 0;
}

/* Each end record that libzip may try. Without zip64 it can name no more than 65,535 members. */
static int check_ends(const struct input *input, struct error *error)
{
    size_t size = (size_t)min_u64(input->size, LOCATOR_SIZE + END_SIZE + COMMENT_MAX);
    uint8_t *tail = malloc(size + 1);
    if (!tail)
        return error_set_errno(error, ENOMEM, "cannot read the file");
    ssize_t n = input_pread(input, tail, size, input->size - size, error);
    int r = n < 0 ? (int)n : 0;
    const uint8_t *at = tail, *end = tail + (n > 0 ? n : 0);
    while (r == 0 && (at = memmem(at, (size_t)(end - at), "PK\6\7", 4)) && end - at >= LOCATOR_SIZE) {
        r = check_end64(input, little_endian(at + 8, 8), error);
        at++;
    }
    free(tail);
    return r;
}

int archive_failed(const struct archive *archive, zip_error_t *why, const char *what, struct error *error)
{
    if (archive->file.failure.code)
        return error_set(error, archive->file.failure.code, "%s", archive->file.failure.text);
    if (input_check_unchanged(archive->file.input, error) == -ESTALE)
        return -ESTALE;
    int code = zip_error_code_zip(why) == ZIP_ER_MEMORY ? ENOMEM : EBADMSG;
    bool lacks = zip_error_code_zip(why) == ZIP_ER_NOENT; /* "No such file", which there is */
    return error_set(error, code, "%s: %s", what,
                     lacks ? "its zip64 sizes are missing" : zip_error_strerror(why));
}

static int open_zip(struct archive *archive, struct error *error)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_function_create(archive_file_call, &archive->file, &why);
    archive->file.budget = ARCHIVE_DIRECTORY_MAX + 2 * WINDOW_SIZE;
    if (source && !(archive->zip = zip_open_from_source(source, ZIP_RDONLY, &why)))
        zip_source_free(source);
    int r = 0;
    if (!archive->zip && archive->file.is_over_budget)
        r = error_set(error, ENOTSUP, "an archive whose directory takes more than %u MiB",
                      ARCHIVE_DIRECTORY_MAX >> 20);
    else if (!archive->zip)
        r = archive_failed(archive, &why, "no zip archive that can be read", error);
    zip_error_fini(&why);
    archive->file.budget = UINT64_MAX;
    return r;
}

static int compare_names(const struct archive_member *a, const struct archive_member *b)
{
    return strcmp(a->name, b->name);
}

static int order_name_index(const void *a, const void *b)
{
    const struct archive_member *left = a, *right = b;
    int order = compare_names(left, right);
    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static int order_index(const void *a, const void *b)
{
    const struct archive_member *left = a, *right = b;
    return (left->index > right->index) - (left->index < right->index);
}

static int order_pointers(const void *a, const void *b)
{
    const struct archive_member *const *left = a, *const *right = b;
    return compare_names(*left, *right);
}

/* Of equal names the last. */
static size_t drop_duplicates(struct archive_member *members, size_t n)
{
    size_t kept = 0;
    qsort(members, n, sizeof *members, order_name_index);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || compare_names(&members[i], &members[i + 1]) != 0)
            members[kept++] = members[i];
    qsort(members, kept, sizeof *members, order_index);
    return kept;
}

static int take_member(struct archive *archive, uint64_t index, struct error *error)
{
    zip_stat_t stat;
    if (zip_stat_index(archive->zip, index, ZIP_FL_ENC_RAW, &stat) < 0)
        return archive_failed(archive, zip_get_error(archive->zip), "its directory cannot be read", error);
    archive->members[index] = (struct archive_member){.name = stat.name,
                                                      .index = index,
                                                      .size = stat.size,
                                                      .packed = stat.comp_size,
                                                      .crc = stat.crc,
                                                      .method = stat.comp_method,
                                                      .encryption = stat.encryption_method};
    return 0;
}

static int take_members(struct archive *archive, struct error *error)
{
    zip_int64_t n = zip_get_num_entries(archive->zip, 0);
    if (n > ARCHIVE_MEMBERS_MAX)
        return refuse_count(error);
    archive->members = calloc((size_t)n + 1, sizeof *archive->members);
    archive->by_name = calloc((size_t)n + 1, sizeof *archive->by_name);
    if (!archive->members || !archive->by_name)
        return error_set_errno(error, ENOMEM, "cannot read its directory");
    for (zip_int64_t i = 0; i < n; i++) {
        int r = take_member(archive, (uint64_t)i, error);
        if (r < 0)
            return r;
    }
    archive->count = drop_duplicates(archive->members, (size_t)n);
    for (size_t i = 0; i < archive->count; i++)
        archive->by_name[i] = &archive->members[i];
    qsort(archive->by_name, archive->count, sizeof(struct archive_member *), order_pointers);
    return 0;
}

int archive_open(struct archive **ret_archive, const struct input *input, struct error *error)
{
    struct archive *archive = calloc(1, sizeof *archive);
    if (!archive)
        return error_set_errno(error, ENOMEM, "cannot read the file");
    int r = archive_file_init(&archive->file, input, error);
    if (r < 0 || (r = check_ends(input, error)) < 0 || (r = open_zip(archive, error)) < 0 ||
        (r = take_members(archive, error)) < 0)
        archive_close(archive);
    else
        *ret_archive = archive;
    return r;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    if (archive->zip)
        zip_discard(archive->zip);
    archive_file_fini(&archive->file);
    free(archive->members);
    free(archive->by_name);
    free(archive);
}

size_t archive_count(const struct archive *archive)
{
    return archive->count;
}

const struct archive_member *archive_get(const struct archive *archive, size_t i)
{
    return &archive->members[i];
}

static int compare(const char *name, size_t length, const char *suffix, const struct archive_member *member)
{
    int order = strncmp(name, member->name, length);
    return order ? order : strcmp(suffix, member->name + length);
}

const struct archive_member *archive_find(const struct archive *archive, const char *name, size_t length,
                                          const char *suffix)
{
    size_t low = 0, high = archive->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, length, suffix, archive->by_name[middle]);
        if (order == 0)
            return archive->by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
