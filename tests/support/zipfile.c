#include "tests/support/test.h"

#include "tests/support/zipfile.h"

#define BLOCK_MAX 65535

struct bytes {
    uint8_t *data;
    size_t size, room;
};

static void add(struct bytes *bytes, const void *data, size_t size)
{
    if (bytes->size + size > bytes->room) {
        bytes->room = 2 * (bytes->size + size);
        bytes->data = realloc(bytes->data, bytes->room);
        assert_non_null(bytes->data);
    }
    if (size > 0 && data)
        memcpy(bytes->data + bytes->size, data, size);
    else if (size > 0)
        memset(bytes->data + bytes->size, 0, size);
    bytes->size += size;
}

static void add_number(struct bytes *bytes, uint64_t value, unsigned size)
{
    uint8_t buf[8];
    for (unsigned i = 0; i < size; i++)
        buf[i] = (uint8_t)(value >> 8 * i);
    add(bytes, buf, size);
}

static uint32_t crc_of(const uint8_t *data, size_t size)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* Stored blocks; open: no last one. */
static void add_blocks(struct bytes *bytes, const uint8_t *data, size_t size, int is_open)
{
    do {
        size_t n = size < BLOCK_MAX ? size : BLOCK_MAX;
        add_number(bytes, n == size && !is_open, 1);
        add_number(bytes, n, 2);
        add_number(bytes, ~n, 2);
        add(bytes, data, n);
        data += n;
        size -= n;
    } while (size > 0);
}

/* Huffman codes go from their highest bit on. */
static void add_code(struct bytes *bytes, unsigned *used, unsigned code, unsigned length)
{
    while (length-- > 0) {
        if (*used % 8 == 0)
            add_number(bytes, 0, 1);
        bytes->data[bytes->size - 1] |= (uint8_t)((code >> length & 1) << *used % 8);
        ++*used;
    }
}

uint8_t *zip_bomb(const void *data, size_t size, uint64_t zeros, size_t *ret_size)
{
    struct bytes bytes = {0};
    unsigned used = 0;
    add_blocks(&bytes, data, size, 1);
    add_code(&bytes, &used, 1, 1); /* the last block, with the fixed codes (01, lowest bit first) */
    add_code(&bytes, &used, 2, 2);
    add_code(&bytes, &used, 0x30, 8); /* a literal 0 */
    for (uint64_t given = 1; given < zeros; given += 258) {
        add_code(&bytes, &used, 0xc5, 8); /* 258 bytes, */
        add_code(&bytes, &used, 0, 5);    /* the one before them */
    }
    add_code(&bytes, &used, 0, 7);
    *ret_size = bytes.size;
    return bytes.data;
}

/* What is said of one member. */
struct said {
    uint64_t size, packed, offset;
    uint32_t crc;
};

static void add_stamp(struct bytes *extra, unsigned size)
{
    add_number(extra, 0x5455, 2);
    add_number(extra, size, 2);
    add(extra, "\3", 1);
    add(extra, NULL, size - 1);
}

static void local_extra(struct bytes *extra, const struct zip_entry *entry, const struct said *said)
{
    switch (entry->form) {
    case ZIP_PYTHON:
    case ZIP_PYTHON_3_11_4:
    case ZIP_PIPED:
        add_number(extra, 1, 2);
        add_number(extra, 16, 2);
        add_number(extra, entry->form == ZIP_PIPED ? 0 : said->size, 8);
        add_number(extra, entry->form == ZIP_PIPED ? 0 : said->packed, 8);
        break;
    case ZIP_INFO_ZIP:
        add_stamp(extra, 9);
        add_number(extra, 0x7875, 2);
        add_number(extra, 11, 2);
        add(extra, "\1\4\0\0\0\0\4\0\0\0\0", 11);
        break;
    default:
        break;
    }
}

static void central_extra(struct bytes *extra, const struct zip_entry *entry, const struct said *said)
{
    if (entry->form == ZIP_INFO_ZIP)
        add_stamp(extra, 5);
    if (entry->form != ZIP_CENTRAL_64)
        return;
    add_number(extra, 1, 2);
    add_number(extra, 24, 2);
    add_number(extra, said->size, 8);
    add_number(extra, said->packed, 8);
    add_number(extra, said->offset, 8);
}

/* From the version needed to the lengths, which both headers have. */
static void add_common(struct bytes *bytes, const struct zip_entry *entry, const struct said *said, int hides,
                       size_t extra)
{
    add_number(bytes, entry->form == ZIP_PYTHON_3_11_4 || entry->form == ZIP_CENTRAL_64 ? 45 : 20, 2);
    add_number(bytes, entry->flags | (entry->form == ZIP_PIPED ? 8 : 0), 2);
    add_number(bytes, entry->method, 2);
    add_number(bytes, 0, 2);
    add_number(bytes, 0x21, 2); /* 1980-01-01 */
    add_number(bytes, said->crc, 4);
    add_number(bytes, hides ? UINT32_MAX : said->packed, 4);
    add_number(bytes, hides ? UINT32_MAX : said->size, 4);
    add_number(bytes, strlen(entry->name), 2);
    add_number(bytes, extra, 2);
}

static void add_local(struct bytes *bytes, const struct zip_entry *entry, const struct said *said)
{
    struct bytes extra = {0};
    struct said none = {0};
    local_extra(&extra, entry, said);
    add(bytes, "PK\3\4", 4);
    add_common(bytes, entry, entry->form == ZIP_PIPED ? &none : said, entry->form == ZIP_PYTHON_3_11_4,
               extra.size);
    add(bytes, entry->name, strlen(entry->name));
    add(bytes, extra.data, extra.size);
    free(extra.data);
}

static void add_central(struct bytes *bytes, const struct zip_entry *entry, const struct said *said)
{
    struct bytes extra = {0};
    int hides = entry->form == ZIP_CENTRAL_64;
    central_extra(&extra, entry, said);
    add(bytes, "PK\1\2\x14\3", 6);
    add_common(bytes, entry, said, hides, extra.size);
    add_number(bytes, entry->comment, 2);
    add_number(bytes, 0, 2); /* disk */
    add_number(bytes, 0, 2);
    add_number(bytes, 0x1800000, 4);
    add_number(bytes, hides ? UINT32_MAX : said->offset, 4);
    add(bytes, entry->name, strlen(entry->name));
    add(bytes, extra.data, extra.size);
    add(bytes, NULL, entry->comment);
    free(extra.data);
}

static void add_member(struct bytes *bytes, const struct zip_entry *entry, struct said *ret_said)
{
    struct bytes packed = {0};
    if (entry->packed)
        add(&packed, entry->packed, entry->packed_size);
    else if (entry->method == 8)
        add_blocks(&packed, entry->data, entry->size, 0);
    else
        add(&packed, entry->data, entry->size);
    struct said said = {entry->size, packed.size, bytes->size,
                        crc_of(entry->data, entry->size) ^ entry->crc_change};
    add_local(bytes, entry, &said);
    add(bytes, packed.data, packed.size);
    if (entry->form == ZIP_PIPED) {
        add(bytes, "PK\7\10", 4);
        add_number(bytes, said.crc, 4);
        add_number(bytes, said.packed, 8);
        add_number(bytes, said.size, 8);
    }
    said.size += (uint64_t)entry->size_change;
    said.packed += (uint64_t)entry->packed_change;
    free(packed.data);
    *ret_said = said;
}

static void add_end64(struct bytes *bytes, const struct zip_end *end, uint64_t start, uint64_t size)
{
    uint64_t at = bytes->size;
    add(bytes, "PK\6\6", 4);
    add_number(bytes, 44, 8);
    add_number(bytes, 45, 2);
    add_number(bytes, 45, 2);
    add(bytes, NULL, 8);
    add_number(bytes, end->count64, 8);
    add_number(bytes, end->count64, 8);
    add_number(bytes, size, 8);
    add_number(bytes, start, 8);
    add(bytes, "PK\6\7\0\0\0\0", 8);
    add_number(bytes, at, 8);
    add_number(bytes, 1, 4);
}

uint8_t *zip_build(const struct zip_entry *entries, size_t n, const struct zip_end *end, size_t *ret_size)
{
    static const struct zip_end plain;
    struct bytes bytes = {0};
    struct said *said = calloc(n + 1, sizeof *said);
    for (size_t i = 0; i < n; i++)
        add_member(&bytes, &entries[i], &said[i]);
    uint64_t start = bytes.size;
    for (size_t i = 0; i < n; i++)
        add_central(&bytes, &entries[i], &said[i]);
    uint64_t size = bytes.size - start;
    end = end ? end : &plain;
    if (end->count64)
        add_end64(&bytes, end, start, size);
    size_t comment = end->comment ? strlen(end->comment) : 0;
    add(&bytes, "PK\5\6\0\0\0\0", 8);
    add_number(&bytes, end->count64 ? 0xffff : n, 2);
    add_number(&bytes, end->count64 ? 0xffff : n, 2);
    add_number(&bytes, end->count64 ? UINT32_MAX : size, 4);
    add_number(&bytes, end->count64 ? UINT32_MAX : start, 4);
    add_number(&bytes, comment, 2);
    add(&bytes, end->comment, comment);
    free(said);
    *ret_size = bytes.size;
    return bytes.data;
}

void zip_write_npy(const struct tmpdir *tmpdir, const char *name, const char *npy, unsigned method)
{
    size_t size, zip_size;
    char *bytes = tmpdir_read(tmpdir, npy, &size);
    struct zip_entry entry = {.name = "a.npy", .data = bytes, .size = size, .method = method};
    uint8_t *zip = zip_build(&entry, 1, NULL, &zip_size);
    tmpdir_write(tmpdir, name, zip, zip_size);
    free(zip);
    free(bytes);
}
