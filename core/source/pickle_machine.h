/*
 * Reads a pickle that holds one ndarray, and nothing else, as numpy writes it with protocols 2 to 5.
 *
 * A pickle is a program for a stack machine that may call any function of any module. This machine runs the
 * opcodes that build an ndarray's parts (numbers, strings, tuples, dicts, a memo) and stands in itself for
 * the few names that numpy asks for; whatever else a pickle asks for is refused by its name and place. So
 * nothing of a file is ever executed, imported or looked up.
 *
 * It reads through a callback, forward only, and holds no data of the array but of a short one: at a long
 * string it stops, says where and how long it is, and goes on behind it. Its memory is bounded whatever the
 * pickle says, as is all of a pickle that is no data (1 MiB).
 *
 * Sources: CPython's Lib/pickletools.py and pickle.py; numpy's ndarray.__reduce__, __reduce_ex__ and
 * __setstate__ (methods.c), dtype.__reduce__ and __setstate__ (descriptor.c), _frombuffer (numeric.py).
 */
#ifndef SHMTOP_CORE_SOURCE_PICKLE_MACHINE_H
#define SHMTOP_CORE_SOURCE_PICKLE_MACHINE_H

#include <sys/types.h>

#include "core/matrix/matrix.h"

struct pickle_machine;

/* The next size bytes of the pickle, fewer only at its end. The count or -code. */
typedef ssize_t pickle_read(void *context, void *buf, size_t size, struct error *error);

/* An array whose elements lie somewhere in the pickle. */
struct pickle_array {
    struct matrix matrix;  /* borrowed; its offset is that of the data, where they are no text */
    uint64_t offset, size; /* of the data, in bytes of the pickle */
    bool is_text;          /* they are UTF-8 of characters below 256, of which each is a byte (protocol 2) */
    const uint8_t *held;   /* the bytes of data themselves, where they are few; borrowed; else NULL */
};

/* The machine in its first state. -ENOMEM. */
int pickle_machine_new(struct pickle_machine **ret_machine, pickle_read *read, void *context,
                       struct error *error);
void pickle_machine_free(struct pickle_machine *machine);

/*
 * Runs on. Returns
 *   0  the pickle ended, and pickle_machine_get_array gives what it holds; nothing behind it was read;
 *   1  the data of the array lie ahead: who drives the machine takes exactly ahead->size bytes from where it
 *      reads, then runs it on.
 * -EBADMSG malformed or cut short; -ENOTSUP no ndarray alone, or one of a kind that is refused; -ENOMEM; what
 * read gave. The text tells the byte.
 */
int pickle_machine_run(struct pickle_machine *machine, struct error *error);

/* What lies ahead after 1 was returned. With rank -1 type and shape stand behind the data. */
void pickle_machine_get_ahead(const struct pickle_machine *machine, struct pickle_array *ret_array);

/* After 0; valid as long as the machine. */
void pickle_machine_get_array(const struct pickle_machine *machine, struct pickle_array *ret_array);

int pickle_machine_protocol(const struct pickle_machine *machine);
uint64_t pickle_machine_position(const struct pickle_machine *machine); /* bytes read and passed so far */

#endif
