/*
 * What is deflated libzip gives as it lies in the file, and zlib inflates it here: so the CRC need not be
 * computed by the thread that inflates. What is stored libzip compares with its CRC itself.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/source/archive.h"
#include "core/source/archive_private.h"
#include "core/sys/checked.h"

#define PACKED_SIZE (64u << 10) /* bytes that are inflated at a time */

struct archive_stream {
    struct archive *archive;
    const struct archive_member *member;
    zip_file_t *zip;
    uint8_t *packed; /* deflated bytes; owned; NULL: it is stored */
    z_stream inflater;
    uint64_t given;
    uint32_t crc; /* of what was checked so far */
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

static int begin_to_inflate(struct archive_stream *stream, struct error *error)
{
    stream->packed = malloc(PACKED_SIZE);
    if (stream->packed && inflateInit2(&stream->inflater, -MAX_WBITS) == Z_OK)
        return 0;
    free(stream->packed);
    stream->packed = NULL;
    return error_set_errno(error, ENOMEM, "cannot be read");
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
    stream->zip = zip_fopen_index(archive->zip, member->index, ZIP_FL_UNCHANGED | ZIP_FL_COMPRESSED);
    if (!stream->zip)
        r = archive_failed(archive, zip_get_error(archive->zip), "cannot be read", error);
    else if ((r = check_own_header(&archive->file, member, error)) == 0 && member->method != ZIP_CM_STORE)
        r = begin_to_inflate(stream, error);
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
    if (stream->packed)
        inflateEnd(&stream->inflater);
    free(stream->packed);
    if (stream->zip)
        zip_fclose(stream->zip);
    free(stream);
}

static int damaged(const struct archive_stream *stream, const char *what, struct error *error)
{
    if (input_check_unchanged(stream->archive->file.input, error) == -ESTALE)
        return -ESTALE;
    return error_set(error, EBADMSG, "damaged: %s", what);
}

/* As they lie in the file; 0 at the end. */
static ssize_t read_packed(const struct archive_stream *stream, void *buf, size_t size, struct error *error)
{
    zip_int64_t n = zip_fread(stream->zip, buf, size);
    if (n < 0)
        return archive_failed(stream->archive, zip_file_get_error(stream->zip), "damaged", error);
    return (ssize_t)n;
}

static ssize_t read_stored(struct archive_stream *stream, void *buf, size_t size, struct error *error)
{
    ssize_t n = read_packed(stream, buf, size, error);
    stream->has_ended = n == 0;
    return n;
}

/* What comes of the next piece; that may be nothing. */
static ssize_t inflate_some(struct archive_stream *stream, void *buf, size_t size, struct error *error)
{
    z_stream *inflater = &stream->inflater;
    if (inflater->avail_in == 0) {
        ssize_t n = read_packed(stream, stream->packed, PACKED_SIZE, error);
        if (n <= 0)
            return n < 0 ? n : damaged(stream, "it ends before its deflated data do", error);
        inflater->next_in = stream->packed;
        inflater->avail_in = (unsigned)n;
    }
    unsigned room = (unsigned)min_u64(size, UINT_MAX);
    inflater->next_out = buf;
    inflater->avail_out = room;
    int r = inflate(inflater, Z_NO_FLUSH);
    if (r == Z_MEM_ERROR)
        return error_set_errno(error, ENOMEM, "cannot be read");
    if (r != Z_OK && r != Z_STREAM_END)
        return damaged(stream, "Zlib error: data error", error);
    stream->has_ended = r == Z_STREAM_END;
    return (ssize_t)(room - inflater->avail_out);
}

/* libzip compares no length of what was deflated. */
static int check_end(const struct archive_stream *stream, struct error *error)
{
    if (stream->given == stream->member->size)
        return 0;
    return error_set(error, EBADMSG, "damaged: %llu bytes, where the archive's directory says %llu",
                     (unsigned long long)stream->given, (unsigned long long)stream->member->size);
}

ssize_t archive_stream_read(struct archive_stream *stream, void *buf, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size && !stream->has_ended) {
        char *to = (char *)buf + done;
        ssize_t n = stream->packed ? inflate_some(stream, to, size - done, error)
                                   : read_stored(stream, to, size - done, error);
        if (n < 0)
            return n;
        done += (size_t)n;
        stream->given += (uint64_t)n;
        int r = stream->has_ended ? check_end(stream, error) : 0;
        if (r < 0)
            return r;
    }
    return (ssize_t)done;
}

void archive_stream_check(struct archive_stream *stream, const void *bytes, size_t size)
{
    if (stream->packed)
        stream->crc = (uint32_t)crc32_z(stream->crc, bytes, size);
}

int archive_stream_finish(struct archive_stream *stream, struct error *error)
{
    return stream->packed && stream->crc != stream->member->crc ? damaged(stream, "CRC error", error) : 0;
}
