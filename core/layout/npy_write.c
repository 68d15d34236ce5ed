/*
 * The header as np.save writes it: numpy/lib/format.py, _write_array_header; npy.md §1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

#define ALIGN 64
/* numpy leaves room for the growing axis to have so many digits. */
#define GROWTH_DIGITS 21

/* Fortran order that is not C order as well: two dimensions or more are longer than 1, none is 0. */
static bool is_fortran(const struct matrix *matrix)
{
    int longer = 0;
    for (int axis = 0; axis < matrix->rank; axis++) {
        if (matrix->shape[axis] == 0)
            return false;
        longer += matrix->shape[axis] > 1;
    }
    return matrix->order == 'F' && longer >= 2;
}

static void add_growth_room(struct text *text, const struct matrix *matrix)
{
    bool fortran = is_fortran(matrix);
    if (matrix->rank == 0)
        return;
    struct text digits;
    text_init(&digits, NULL, 0);
    text_add_u64(&digits, matrix->shape[fortran ? matrix->rank - 1 : 0]);
    for (size_t i = digits.length; i < GROWTH_DIGITS; i++)
        text_add_char(text, ' ');
}

static void add_dictionary(struct text *text, const struct matrix *matrix, const char *descr)
{
    bool fortran = is_fortran(matrix);
    const char *quote = matrix->dtype.kind == DTYPE_STRUCT ? "" : "'";
    text_add_string(text, "{'descr': ");
    text_add_string(text, quote);
    text_add_string(text, descr);
    text_add_string(text, quote);
    text_add_string(text,
                    fortran ? ", 'fortran_order': True, 'shape': (" : ", 'fortran_order': False, 'shape': (");
    for (int axis = 0; axis < matrix->rank; axis++) {
        text_add_string(text, axis ? ", " : "");
        text_add_u64(text, matrix->shape[axis]);
    }
    text_add_string(text, matrix->rank == 1 ? ",), }" : "), }");
}

/* UTF-8 into latin-1 in place, where every character has one. Returns the new length, or SIZE_MAX. */
static size_t narrow(char *utf8, size_t length)
{
    for (size_t at = 0; at < length; at++)
        if ((unsigned char)utf8[at] >= 0xc4)
            return SIZE_MAX;
    size_t n = 0;
    for (size_t at = 0; at < length; n++) {
        uint32_t character = 0;
        at += text_decode(utf8 + at, length - at, &character);
        utf8[n] = (char)character;
    }
    return n;
}

/* Lays magic, version, length, dictionary, padding and the line end out. */
static int assemble(int version, const char *dictionary, size_t length, uint8_t **ret_header,
                    size_t *ret_size, struct error *error)
{
    size_t width = version == 1 ? 2 : 4;
    size_t padding = ALIGN - (8 + width + length + 1) % ALIGN;
    uint64_t text = length + padding + 1;
    if (text > UINT32_MAX)
        return error_set(error, EBADMSG, "a header of %llu bytes cannot be written",
                         (unsigned long long)text);
    uint8_t *header = malloc(8 + width + text);
    if (!header)
        return error_set(error, ENOMEM, "no memory for a header");
    memcpy(header, "\x93NUMPY", 6);
    header[6] = (uint8_t)version;
    header[7] = 0;
    for (size_t i = 0; i < width; i++)
        header[8 + i] = (uint8_t)(text >> 8 * i);
    memcpy(header + 8 + width, dictionary, length);
    memset(header + 8 + width + length, ' ', padding);
    header[8 + width + text - 1] = '\n';
    *ret_header = header;
    *ret_size = 8 + width + text;
    return 0;
}

/* The smallest version that can hold it: 1 up to 65535 bytes of latin-1, 2 beyond, 3 for other characters. */
static int choose_and_assemble(char *dictionary, size_t length, uint8_t **ret_header, size_t *ret_size,
                               struct error *error)
{
    size_t narrowed = narrow(dictionary, length);
    if (narrowed == SIZE_MAX)
        return assemble(3, dictionary, length, ret_header, ret_size, error);
    size_t text = narrowed + 1 + ALIGN - (8 + 2 + narrowed + 1) % ALIGN;
    return assemble(text <= UINT16_MAX ? 1 : 2, dictionary, narrowed, ret_header, ret_size, error);
}

/* The dictionary, with room to grow where padded: malloc'ed, its length in *ret_length. */
static int make_dictionary(const struct matrix *matrix, bool padded, char **ret_text, size_t *ret_length,
                           struct error *error)
{
    uint64_t bytes;
    int r = matrix_bytes(matrix, &bytes, error);
    if (r < 0)
        return r;
    size_t descr_size = dtype_descr(&matrix->dtype, NULL, 0) + 1, size = 0;
    char *descr = malloc(descr_size), *made = NULL;
    for (int pass = 0; descr && pass < 2; pass++) { /* how long it is, then itself */
        struct text text;
        dtype_descr(&matrix->dtype, descr, descr_size);
        text_init(&text, made, size);
        add_dictionary(&text, matrix, descr);
        if (padded)
            add_growth_room(&text, matrix);
        *ret_length = text.length;
        size = text.length + 1;
        if (pass == 0 && !(made = malloc(size)))
            break;
    }
    free(descr);
    if (!made)
        return error_set(error, ENOMEM, "no memory for a header");
    *ret_text = made;
    return 0;
}

int npy_write_header(const struct matrix *matrix, uint8_t **ret_header, size_t *ret_size, struct error *error)
{
    char *dictionary;
    size_t length;
    int r = make_dictionary(matrix, true, &dictionary, &length, error);
    if (r < 0)
        return r;
    r = choose_and_assemble(dictionary, length, ret_header, ret_size, error);
    free(dictionary);
    return r;
}

int npy_write_dictionary(const struct matrix *matrix, char **ret_text, struct error *error)
{
    size_t length;
    return make_dictionary(matrix, false, ret_text, &length, error);
}
