/*
 * Element types with numpy's names.
 *
 * A dtype is a small value. Only a struct dtype owns something (its list of fields), which is immutable and
 * counted: copies are made with dtype_dup and given back with dtype_clear; for every other kind both do
 * nothing. Source: numpy's dtype.str, dtype.descr and dtype.name; the grammar of a descr in
 * numpy/lib/format.py.
 */
#ifndef SHMTOP_CORE_MATRIX_DTYPE_H
#define SHMTOP_CORE_MATRIX_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/error.h"

/* numpy's kind characters. */
enum dtype_kind {
    DTYPE_BOOL = 'b',
    DTYPE_INT = 'i',
    DTYPE_UINT = 'u',
    DTYPE_FLOAT = 'f',
    DTYPE_COMPLEX = 'c',
    DTYPE_BYTES = 'S',
    DTYPE_UNICODE = 'U',
    DTYPE_VOID = 'V',
    DTYPE_DATETIME = 'M',
    DTYPE_TIMEDELTA = 'm',
    DTYPE_STRUCT = 'R', /* ours: numpy says V with fields */
};

#define DTYPE_UNIT_MAX   16 /* "[25s]" and its like */
#define DTYPE_NAME_MAX   32 /* "datetime64[ns]" and its like */
#define DTYPE_DEPTH_MAX  16 /* structs within structs */
#define DTYPE_FIELDS_MAX 1024
#define DTYPE_RANK_MAX   64         /* of a field that is an array */
#define DTYPE_SIZE_MAX   0x7fffffff /* bytes of an element, numpy 1's own limit */

struct dtype_fields; /* opaque, counted */

struct dtype {
    enum dtype_kind kind;
    char order;                  /* '<' or '>'; '|' where the order means nothing */
    uint64_t itemsize;           /* bytes, at most DTYPE_SIZE_MAX; 0 is legal for S, U, V and structs */
    char unit[DTYPE_UNIT_MAX];   /* datetimes: "[ns]", "" for generic */
    struct dtype_fields *fields; /* DTYPE_STRUCT only */
};

struct dtype_field {
    const char *name;   /* UTF-8, hostile: escape before showing; "" of a V type is padding */
    const char *title;  /* numpy's second name of a field; NULL: none */
    struct dtype dtype; /* borrowed */
    uint64_t offset;    /* bytes from the start of the element */
    int rank;           /* of a field that is itself an array; 0 otherwise */
    const uint64_t *dims;
    uint64_t levels; /* bit k: an inner sub-array begins at dims[k], as in ('x', ('<f8', (5,)), (2,)) */
};

struct dtype dtype_dup(const struct dtype *dtype);
void dtype_clear(struct dtype *dtype);
bool dtype_equal(const struct dtype *a, const struct dtype *b);

/*
 * Parses a simple type as a user writes it: "f2", "<f2", ">f2", "float16", "bool", "S5", "M8[ns]", or with
 * numpy's one-letter codes ("d", ">H"). Without order, and with '=' or '|': native. -EINVAL for what is no
 * type; -ENOTSUP, naming it, for object and for float96/float128.
 */
int dtype_parse(const char *text, struct dtype *ret_dtype, struct error *error);

/*
 * A simple type from its parts: order '<', '>', '=' or '|', the itemsize in bytes (U: 4 a character), the
 * unit of a datetime as "[ns]", else NULL. The same errors.
 */
int dtype_make(enum dtype_kind kind, char order, uint64_t itemsize, const char *unit, struct dtype *ret_dtype,
               struct error *error);

/*
 * A struct dtype of n fields, whose offsets are the running sums of their sizes (offset is ignored); names,
 * titles and dims are copied, dtypes dupped. -EBADMSG for a name that occurs twice, too many fields,
 * overflow; -ENOMEM.
 */
int dtype_make_struct(const struct dtype_field *fields, size_t n, struct dtype *ret_dtype,
                      struct error *error);

/* Bytes of one field, all elements of a sub-array. */
uint64_t dtype_field_size(const struct dtype_field *field);

/* Whether a field is mere padding, which numpy writes as ('', '|V3'). */
bool dtype_field_is_padding(const struct dtype_field *field);

size_t dtype_field_count(const struct dtype *dtype);
struct dtype_field dtype_field_at(const struct dtype *dtype, size_t index); /* borrows from dtype */

/*
 * The numpy descr of a type as dtype.str gives it ("<f8", "|b1", "<M8[ns]"), for a struct repr(dtype.descr)
 * ("[('x', '<i4'), ('y', '<f8')]"). Writes at most size bytes, NUL-terminated; returns the length needed.
 */
size_t dtype_descr(const struct dtype *dtype, char *buf, size_t size);

/* numpy's dtype.name: "float16", "bool", "str160" (bits), "bytes24", "datetime64[ns]", "void32"; a struct is
 * "struct". */
void dtype_name(const struct dtype *dtype, char buf[DTYPE_NAME_MAX]);

bool dtype_is_numeric(const struct dtype *dtype); /* bool, int, uint, float, complex */

/* True where the bytes of an element must be swapped on this machine. */
bool dtype_is_swapped(const struct dtype *dtype);

/* Bytes of the unit that byte order applies to: complex 4 or 8, U 4, others itemsize; 1 where it does not
 * apply. */
uint64_t dtype_swap_unit(const struct dtype *dtype);

#endif
