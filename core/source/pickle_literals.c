/*
 * Opcodes that stand for a value: numbers, strings, what the protocol says of itself.
 */
#include <errno.h>

#include "core/source/pickle_private.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

#define AHEAD 1 /* what an opcode returns where the machine must stop */

/* --- reading --- */

int pickle_take(struct pickle_machine *machine, void *buf, size_t size)
{
    machine->program += size;
    if (machine->program > PICKLE_PROGRAM_MAX)
        return pickle_refuse(machine, EBADMSG, "more than %u bytes of pickle beside the data",
                             PICKLE_PROGRAM_MAX);
    ssize_t n = machine->read(machine->context, buf, size, machine->error);
    if (n < 0)
        return (int)n;
    machine->at += (uint64_t)n;
    if ((size_t)n == size)
        return 0;
    return error_set(machine->error, EBADMSG, "ends at byte %llu, within the pickle",
                     (unsigned long long)machine->at);
}

/* A little-endian number of size bytes. */
int pickle_take_number(struct pickle_machine *machine, size_t size, uint64_t *ret_number)
{
    uint8_t bytes[8];
    uint64_t number = 0;
    int r = pickle_take(machine, bytes, size);
    if (r < 0)
        return r;
    for (size_t i = size; i-- > 0;)
        number = number << 8 | bytes[i];
    *ret_number = number;
    return 0;
}

/* Up to a newline, which is taken too. */
int pickle_take_line(struct pickle_machine *machine, char line[PICKLE_LINE_MAX], size_t *ret_size)
{
    for (size_t n = 0; n < PICKLE_LINE_MAX; n++) {
        int r = pickle_take(machine, line + n, 1);
        if (r < 0)
            return r;
        if (line[n] != '\n')
            continue;
        *ret_size = n;
        return 0;
    }
    return pickle_refuse(machine, EBADMSG, "a line of more than %d bytes", PICKLE_LINE_MAX);
}

/* --- what stands in the pickle itself --- */

int pickle_op_proto(struct pickle_machine *machine)
{
    uint64_t protocol;
    int r = pickle_take_number(machine, 1, &protocol);
    if (r == 0 && (protocol < 2 || protocol > 5))
        r = pickle_refuse(machine, ENOTSUP, "protocol %d: only 2 to 5 are read", (int)protocol);
    if (r == 0)
        machine->protocol = (int)protocol;
    return r;
}

/* Only a hint how much to read at once. */
int pickle_op_frame(struct pickle_machine *machine)
{
    uint64_t size;
    return pickle_take_number(machine, 8, &size);
}

int pickle_op_none(struct pickle_machine *machine)
{
    return pickle_push(machine, PICKLE_NONE, 0);
}

int pickle_op_true(struct pickle_machine *machine)
{
    return pickle_push(machine, PICKLE_BOOL, 1);
}

int pickle_op_false(struct pickle_machine *machine)
{
    return pickle_push(machine, PICKLE_BOOL, 0);
}

static int push_number(struct pickle_machine *machine, size_t size)
{
    uint64_t number;
    int r = pickle_take_number(machine, size, &number);
    return r < 0 ? r : pickle_push(machine, PICKLE_INT, (int64_t)number);
}

int pickle_op_binint1(struct pickle_machine *machine)
{
    return push_number(machine, 1);
}

int pickle_op_binint2(struct pickle_machine *machine)
{
    return push_number(machine, 2);
}

int pickle_op_binint(struct pickle_machine *machine)
{
    uint64_t number;
    int r = pickle_take_number(machine, 4, &number);
    return r < 0 ? r : pickle_push(machine, PICKLE_INT, (int32_t)number);
}

/* Two's complement of any length, of which numbers of 64 bits need 8 bytes. */
static int push_long(struct pickle_machine *machine, size_t size_of_size)
{
    uint64_t size, number = 0;
    int r = pickle_take_number(machine, size_of_size, &size);
    if (r == 0 && size > 8)
        r = pickle_refuse(machine, EBADMSG, "a number of %llu bytes", (unsigned long long)size);
    if (r == 0)
        r = pickle_take_number(machine, (size_t)size, &number);
    if (r < 0)
        return r;
    if (size > 0 && size < 8 && number >> (size * 8 - 1))
        number |= UINT64_MAX << (size * 8);
    return pickle_push(machine, PICKLE_INT, (int64_t)number);
}

int pickle_op_long1(struct pickle_machine *machine)
{
    return push_long(machine, 1);
}

int pickle_op_long4(struct pickle_machine *machine)
{
    return push_long(machine, 4);
}

/* Decimal digits: Python 2 writes numbers beyond 32 bits so. 00 and 01 are False and True. */
int pickle_op_int(struct pickle_machine *machine)
{
    char line[PICKLE_LINE_MAX];
    size_t size;
    uint64_t number = 0;
    int r = pickle_take_line(machine, line, &size);
    if (r < 0)
        return r;
    if (size == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
        return pickle_push(machine, PICKLE_BOOL, line[1] == '1');
    if (!text_read_u64(line, size, INT64_MAX, &number))
        return pickle_refuse(machine, EBADMSG, "a number that is none");
    return pickle_push(machine, PICKLE_INT, (int64_t)number);
}

/* --- strings --- */

static int stop_at_data(struct pickle_machine *machine, const struct pickle_string *string)
{
    uint64_t end;
    if (!pickle_expects_data(machine, string->text == PICKLE_TEXT))
        return pickle_refuse(machine, ENOTSUP,
                             "a string of %llu bytes where one ndarray alone would have none",
                             (unsigned long long)string->size);
    if (checked_add_u64(string->offset, string->size, &end) || end > INT64_MAX)
        return pickle_refuse(machine, EBADMSG, "promises more than any file can hold");
    int r = pickle_push_string(machine, string, NULL);
    if (r < 0 || (r = pickle_announce(machine)) < 0)
        return r;
    machine->has_ahead = true;
    machine->ahead = machine->ahead_size = string->size;
    machine->ahead_offset = string->offset;
    machine->ahead_is_text = string->text == PICKLE_TEXT;
    return AHEAD;
}

static int push_string(struct pickle_machine *machine, enum pickle_text text, size_t size_of_size)
{
    char bytes[PICKLE_HELD_MAX];
    uint64_t size;
    int r = pickle_take_number(machine, size_of_size, &size);
    if (r < 0)
        return r;
    struct pickle_string string = {.text = text, .offset = machine->at, .size = size};
    if (size > sizeof bytes)
        return stop_at_data(machine, &string);
    if ((r = pickle_take(machine, bytes, (size_t)size)) < 0)
        return r;
    string.is_held = true;
    string.length = (size_t)size;
    return pickle_push_string(machine, &string, bytes);
}

int pickle_op_binstring(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_EITHER, 4);
}

int pickle_op_short_binstring(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_EITHER, 1);
}

int pickle_op_binbytes(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_BYTES, 4);
}

int pickle_op_short_binbytes(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_BYTES, 1);
}

int pickle_op_binbytes8(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_BYTES, 8);
}

int pickle_op_binunicode(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_TEXT, 4);
}

int pickle_op_short_binunicode(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_TEXT, 1);
}

int pickle_op_binunicode8(struct pickle_machine *machine)
{
    return push_string(machine, PICKLE_TEXT, 8);
}
