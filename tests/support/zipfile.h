/*
 * Zip archives byte by byte, as others write them and as nobody should. APPNOTE.TXT.
 */
#ifndef SHMTOP_TESTS_SUPPORT_ZIPFILE_H
#define SHMTOP_TESTS_SUPPORT_ZIPFILE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/tmpdir.h"

enum zip_form {
    ZIP_PLAIN,
    ZIP_PYTHON,        /* numpy before Python 3.11.4: true sizes, and a zip64 extra in the local header */
    ZIP_PYTHON_3_11_4, /* since: 0xFFFFFFFF there */
    ZIP_PIPED,         /* bit 3: sizes and CRC behind the data, zip64 as Python writes it to a pipe */
    ZIP_INFO_ZIP,      /* timestamps and ids, of different length in the local header and the directory */
    ZIP_CENTRAL_64,    /* sizes and offset of the directory in a zip64 extra */
};

/* All zero but name and data: a stored member as it should be. */
struct zip_entry {
    const char *name;
    const void *data;
    size_t size;
    const void *packed; /* NULL: data, or with method 8 data in deflate's stored blocks */
    size_t packed_size;
    enum zip_form form;
    unsigned method, flags;
    uint32_t crc_change;   /* the right CRC xor this */
    int64_t size_change;   /* what is said in the directory less what is true */
    int64_t packed_change; /* alike */
    size_t comment;        /* bytes of comment in the directory */
};

struct zip_end {
    const char *comment;
    uint64_t count64; /* not 0: a zip64 end record that says so many members */
};

/* malloc'ed. */
uint8_t *zip_build(const struct zip_entry *entries, size_t n, const struct zip_end *end, size_t *ret_size);

/* An archive of one file of the directory as a.npy, beside it. */
void zip_write_npy(const struct tmpdir *tmpdir, const char *name, const char *npy, unsigned method);

/* A deflate stream that gives the bytes of data, then zeros more: 13 bits for 258 of them. malloc'ed. */
uint8_t *zip_bomb(const void *data, size_t size, uint64_t zeros, size_t *ret_size);

#endif
