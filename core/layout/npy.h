/*
 * The .npy format: header parser and writer. Source: numpy/lib/format.py, NEP 1; versions 1.0, 2.0, 3.0.
 * The parser is a tokenizer after the grammar of npy.md §2; it never searches for words, never allocates by a
 * number from the file, and keeps no pointer into its input.
 */
#ifndef SHMTOP_CORE_LAYOUT_NPY_H
#define SHMTOP_CORE_LAYOUT_NPY_H

#include "core/matrix/matrix.h"

#define NPY_HEADER_MAX 65536 /* bytes of magic, length and text that we are ready to read */

/*
 * Parses the header at the start of bytes[0..n). Returns
 *   0         and *ret_matrix (to be cleared; offset = where the data start), checked for overflow but not
 * against any file size; > 0       more bytes are needed: that many in all, at most NPY_HEADER_MAX; -EBADMSG
 * malformed, with the reason; also a header longer than NPY_HEADER_MAX; -ENOTSUP  an object array or a type
 * that is not supported, by name. With n < 6 and a matching prefix it asks for more; bytes that do not begin
 * with the magic are -EBADMSG.
 */
int npy_parse_header(const uint8_t *bytes, size_t n, struct matrix *ret_matrix, struct error *error);

/*
 * The dictionary of a header alone, in UTF-8, for data that begin at offset: as npy_parse_header, never > 0.
 * At most NPY_HEADER_MAX bytes.
 */
int npy_parse_dictionary(const void *text, size_t n, uint64_t offset, struct matrix *ret_matrix,
                         struct error *error);

/* True where bytes begin with \x93NUMPY. */
bool npy_has_magic(const uint8_t *bytes, size_t n);

/*
 * The header that numpy's np.save writes for this matrix, byte for byte (npy.md §1); matrix->offset is
 * ignored. *ret_header is malloc'ed. fortran_order is True only for order 'F' of rank ≥ 2 and where the array
 * is not also C-contiguous. -EBADMSG where it cannot be written, -ENOMEM.
 */
int npy_write_header(const struct matrix *matrix, uint8_t **ret_header, size_t *ret_size,
                     struct error *error);

/* The dictionary of that header alone, in UTF-8, without padding: malloc'ed. The same errors. */
int npy_write_dictionary(const struct matrix *matrix, char **ret_text, struct error *error);

#endif
