/*
 * The machine's values: small, copied freely; what is larger lies in tables that only grow, each to a stated
 * maximum, and is known by its index, so that a value in the memo and one on the stack are the same thing.
 */
#ifndef SHMTOP_CORE_SOURCE_PICKLE_PRIVATE_H
#define SHMTOP_CORE_SOURCE_PICKLE_PRIVATE_H

#include "core/source/pickle_machine.h"

#define PICKLE_PROGRAM_MAX (1u << 20) /* bytes of a pickle that are no data */
#define PICKLE_HELD_MAX    1024       /* bytes of a string that is held: a name, a type; or few data */
#define PICKLE_LINE_MAX    256        /* bytes of a module's or function's name */
#define PICKLE_STACK_MAX   8192
#define PICKLE_MARKS_MAX   64
#define PICKLE_MEMO_MAX    65536
#define PICKLE_ITEMS_MAX   65536 /* of all tuples */
#define PICKLE_ENTRIES_MAX 16384 /* of all dicts; and fields of all structs, and of one with all within */
#define PICKLE_OBJECTS_MAX 16384 /* strings, tuples, dicts; each */
#define PICKLE_DTYPES_MAX  4096

enum pickle_kind {
    PICKLE_UNSET, /* of a place in the memo */
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_STRING,
    PICKLE_TUPLE,
    PICKLE_DICT,
    PICKLE_NAME,
    PICKLE_DTYPE,
    PICKLE_ARRAY,
};

struct pickle_value {
    enum pickle_kind kind;
    int64_t number; /* itself; of a string, tuple, dict, dtype its index */
};

/* The names that are known. */
enum pickle_name {
    PICKLE_RECONSTRUCT,
    PICKLE_FROMBUFFER,
    PICKLE_NDARRAY,
    PICKLE_DTYPE_CLASS,
    PICKLE_ENCODE,
    PICKLE_BYTES_CLASS,
};

enum pickle_text { PICKLE_TEXT, PICKLE_BYTES, PICKLE_EITHER /* Python 2's str */ };

struct pickle_string {
    enum pickle_text text;
    bool is_held;
    bool is_encoded;       /* bytes that stand in the pickle as text */
    uint64_t offset, size; /* in the pickle */
    size_t at, length;     /* in chars, with a NUL behind, where held */
};

struct pickle_tuple {
    size_t first, count; /* in items */
};

struct pickle_dict {
    size_t newest, count; /* in entries, from 1 on; 0: none */
};

struct pickle_entry {
    struct pickle_value key, value;
    size_t older;
};

struct pickle_dtype {
    struct dtype dtype; /* owned */
    bool is_built;      /* its state was set */
    int depth;          /* of structs within structs */
    size_t fields;      /* as a header would list them: with those of structs within */
    int rank;           /* of a field that is an array */
    uint64_t *dims;     /* owned */
    uint64_t levels;    /* as in struct dtype_field */
};

/* A table that grows. */
struct pickle_table {
    void *items;
    size_t count, capacity;
};

struct pickle_machine {
    pickle_read *read;
    void *context;
    struct error *error; /* of the run */
    uint64_t at, opcode_at;
    uint64_t program; /* bytes that were no data */
    int protocol;     /* 0 before it is known */
    bool is_stopped;

    struct pickle_table stack, memo, chars, strings, items, tuples, dicts, entries, dtypes;
    size_t marks[PICKLE_MARKS_MAX], mark_count; /* how high the stack was */
    size_t memo_used;
    size_t fields; /* of all structs */

    /* Data that somebody else takes: how many bytes are still ahead, where they began and, where that stands
     * before them (else rank -1), what they are. */
    bool has_ahead;
    uint64_t ahead, ahead_offset, ahead_size;
    bool ahead_is_text;
    struct matrix announced; /* owned */

    bool has_array, is_built; /* of which there is one */
    struct matrix matrix;     /* owned */
    struct pickle_value data; /* its string */
};

/* Fails with "at byte N: " and the words. */
int pickle_refuse(struct pickle_machine *machine, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int pickle_no_memory(struct pickle_machine *machine);

/* --- pickle_values.c --- */

/* Room for n more items in a table of at most max: *ret_items is the first. what names the table. */
int pickle_grow(struct pickle_machine *machine, struct pickle_table *table, size_t item_size, size_t n,
                size_t max, const char *what, void **ret_items);

int pickle_push(struct pickle_machine *machine, enum pickle_kind kind, int64_t number);
int pickle_pop(struct pickle_machine *machine, struct pickle_value *ret);
/* The value that lies `below` values under the top; not below the newest mark. */
int pickle_peek(struct pickle_machine *machine, size_t below, struct pickle_value *ret);

int pickle_mark(struct pickle_machine *machine);
/* Takes the newest mark away: the values above it are *ret_values[0..n), off the stack, valid until the next
 * push. */
int pickle_take_marked(struct pickle_machine *machine, const struct pickle_value **ret_values, size_t *ret_n);

int pickle_memo_set(struct pickle_machine *machine, uint64_t index);
int pickle_memo_get(struct pickle_machine *machine, uint64_t index);

/* The string becomes one of the machine's and is pushed. bytes[0..string->length) are copied where held. */
int pickle_push_string(struct pickle_machine *machine, const struct pickle_string *string, const void *bytes);
int pickle_push_tuple(struct pickle_machine *machine, const struct pickle_value *items, size_t n);
int pickle_push_dict(struct pickle_machine *machine);
int pickle_dict_add(struct pickle_machine *machine, struct pickle_value dict, struct pickle_value key,
                    struct pickle_value value);
/* NULL: no such key. */
const struct pickle_value *pickle_dict_find(const struct pickle_machine *machine, struct pickle_value dict,
                                            struct pickle_value key);

const struct pickle_string *pickle_string_of(const struct pickle_machine *machine, struct pickle_value value);
const char *pickle_chars_of(const struct pickle_machine *machine, const struct pickle_string *string);
/* The items of a tuple, *ret_n of them. */
const struct pickle_value *pickle_items_of(const struct pickle_machine *machine, struct pickle_value tuple,
                                           size_t *ret_n);
struct pickle_dtype *pickle_dtype_of(const struct pickle_machine *machine, struct pickle_value value);

/* The characters of a held string without NUL in it; NULL for whatever is none. */
const char *pickle_plain_string(const struct pickle_machine *machine, struct pickle_value value);

/* "a tuple", "a string". */
const char *pickle_kind_words(struct pickle_value value);

/* --- pickle_literals.c --- */

/* Bytes of the pickle that are no data: exactly size. */
int pickle_take(struct pickle_machine *machine, void *buf, size_t size);
/* A little-endian number of size bytes. */
int pickle_take_number(struct pickle_machine *machine, size_t size, uint64_t *ret_number);
/* Up to a newline, which is taken too. */
int pickle_take_line(struct pickle_machine *machine, char line[PICKLE_LINE_MAX], size_t *ret_size);

/* An opcode: 0, 1 where data lie ahead, or -code. */
typedef int pickle_opcode(struct pickle_machine *machine);
pickle_opcode pickle_op_proto, pickle_op_frame, pickle_op_none, pickle_op_true, pickle_op_false,
    pickle_op_binint1, pickle_op_binint2, pickle_op_binint, pickle_op_long1, pickle_op_long4, pickle_op_int,
    pickle_op_binstring, pickle_op_short_binstring, pickle_op_binbytes, pickle_op_short_binbytes,
    pickle_op_binbytes8, pickle_op_binunicode, pickle_op_short_binunicode, pickle_op_binunicode8;

/* --- pickle_opcodes.c --- */

pickle_opcode pickle_op_mark, pickle_op_tuple, pickle_op_empty_tuple, pickle_op_tuple1, pickle_op_tuple2,
    pickle_op_tuple3, pickle_op_empty_dict, pickle_op_setitem, pickle_op_setitems, pickle_op_global,
    pickle_op_stack_global, pickle_op_inst, pickle_op_memoize, pickle_op_binput, pickle_op_long_binput,
    pickle_op_binget, pickle_op_long_binget, pickle_op_list, pickle_op_persistent, pickle_op_extension,
    pickle_op_buffer, pickle_op_stop;

/* --- pickle_names.c --- */

/* Pushes the name, or refuses it. */
int pickle_push_name(struct pickle_machine *machine, const char *module, size_t module_size, const char *name,
                     size_t name_size);

/* --- pickle_calls.c: REDUCE and BUILD --- */

int pickle_reduce(struct pickle_machine *machine);
int pickle_build(struct pickle_machine *machine);

/* --- pickle_dtype.c --- */

/* dtype("f8", False, True) */
int pickle_make_dtype(struct pickle_machine *machine, struct pickle_value arguments);
int pickle_build_dtype(struct pickle_machine *machine, struct pickle_value target, struct pickle_value state);

/* --- pickle_array.c --- */

int pickle_reconstruct(struct pickle_machine *machine, struct pickle_value arguments);
int pickle_build_array(struct pickle_machine *machine, struct pickle_value state);
int pickle_frombuffer(struct pickle_machine *machine, struct pickle_value arguments);

/* Whether the string that comes next is the data of one array alone. */
bool pickle_expects_data(const struct pickle_machine *machine, bool is_text);

/* Sets announced where type, shape and order of such data, now on top of the stack, stand before them. */
int pickle_announce(struct pickle_machine *machine);

#endif
