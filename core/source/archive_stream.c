#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/source/archive.h"
#include "core/source/archive_private.h"

struct archive_stream {
    struct archive *archive;
    const struct archive_member *member;
    zip_file_t *zip;
    uint64_t given;
    bool has_ended;
};

static const char *encryption_name(unsigned encryption)
{
    switch (encryption) {
    case ZIP_EM_TRAD_PKWARE:
        return "PKWARE's traditional encryption";
    case ZIP_EM_AES_128:
        return "AES-128";
    case ZIP_EM_AES_192:
        return "AES-192";
    case ZIP_EM_AES_256:
        return "AES-256";
    default:
        return "an encryption that is not known";
    }
}

static const char *method_name(unsigned method)
{
    static const struct {
        unsigned method;
        const char *name;
    } names[] = {{ZIP_CM_SHRINK, "shrink"}, {ZIP_CM_IMPLODE, "implode"}, {ZIP_CM_DEFLATE64, "deflate64"},
                 {ZIP_CM_BZIP2, "bzip2"},   {ZIP_CM_LZMA, "LZMA"},       {ZIP_CM_LZMA2, "LZMA2"},
                 {93, "Zstandard"},         {ZIP_CM_XZ, "XZ"},           {ZIP_CM_PPMD, "PPMd"}};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].method == method)
            return names[i].name;
    return "a method that is not known";
}

static int check_member(const struct archive_member *member, struct error *error)
{
    if (member->encryption != ZIP_EM_NONE)
        return error_set(error, ENOTSUP, "encrypted (%s)", encryption_name(member->encryption));
    if (member->method != ZIP_CM_STORE && member->method != ZIP_CM_DEFLATE)
        return error_set(error, ENOTSUP, "compressed by %s (method %u), and only stored and deflated is read",
                         method_name(member->method), member->method);
    return 0;
}

/* The member's own header, APPNOTE.TXT 4.3.7. libzip asks it for two lengths alone. */
#define HEADER_SIZE    30
#define HEADER_LENGTHS 26

static int compare_header(const struct archive_file *file, const char *name, uint8_t *header, size_t size,
                          struct error *error)
{
    uint64_t at = file->first_read - min_u64(file->first_read, HEADER_LENGTHS);
    ssize_t n = input_pread(file->input, header, size, at, error);
    if (n < 0)
        return (int)n;
    if ((size_t)n < size || memcmp(header, "PK\3\4", 4) != 0)
        return error_set(error, EBADMSG, "damaged: none begins where the archive's directory says");
    size_t length = header[HEADER_LENGTHS] | (size_t)header[HEADER_LENGTHS + 1] << 8;
    if (length != strlen(name) || memcmp(header + HEADER_SIZE, name, length) != 0)
        return error_set(error, EBADMSG, "damaged: its own header gives it another name");
    return 0;
}

/* Other readers take the name there for the member's, so an archive that has two is meant to mislead. Of an
 * empty member libzip reads nothing. */
static int check_own_header(const struct archive_file *file, const struct archive_member *member,
                            struct error *error)
{
    size_t size = HEADER_SIZE + strlen(member->name);
    if (file->first_read == UINT64_MAX)
        return 0;
    uint8_t *header = malloc(size);
    int r = header ? compare_header(file, member->name, header, size, error)
                   : error_set_errno(error, ENOMEM, "cannot be read");
    free(header);
    return r;
}

int archive_stream_open(struct archive_stream **ret_stream, struct archive *archive,
                        const struct archive_member *member, struct error *error)
{
    int r = check_member(member, error);
    if (r < 0)
        return r;
    struct archive_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return error_set_errno(error, ENOMEM, "cannot be read");
    *stream = (struct archive_stream){.archive = archive, .member = member};
    archive->file.first_read = UINT64_MAX;
    stream->zip = zip_fopen_index(archive->zip, member->index, ZIP_FL_UNCHANGED);
    if (!stream->zip) {
        r = archive_failed(archive, zip_get_error(archive->zip), "cannot be read", error);
        free(stream);
        return r;
    }
    r = check_own_header(&archive->file, member, error);
    if (r < 0)
        archive_stream_close(stream);
    else
        *ret_stream = stream;
    return r;
}

void archive_stream_close(struct archive_stream *stream)
{
    if (!stream)
        return;
    zip_fclose(stream->zip);
    free(stream);
}

/* libzip compares the CRC, but of what was deflated not the length. */
static int check_end(struct archive_stream *stream, struct error *error)
{
    stream->has_ended = true;
    if (stream->given == stream->member->size)
        return 0;
    return error_set(error, EBADMSG, "damaged: %llu bytes, where the archive's directory says %llu",
                     (unsigned long long)stream->given, (unsigned long long)stream->member->size);
}

ssize_t archive_stream_read(struct archive_stream *stream, void *buf, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size && !stream->has_ended) {
        zip_int64_t n = zip_fread(stream->zip, (char *)buf + done, size - done);
        if (n < 0)
            return archive_failed(stream->archive, zip_file_get_error(stream->zip), "damaged", error);
        done += (size_t)n;
        stream->given += (uint64_t)n;
        int r = n == 0 ? check_end(stream, error) : 0;
        if (r < 0)
            return r;
    }
    return (ssize_t)done;
}
