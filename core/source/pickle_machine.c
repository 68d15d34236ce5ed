#include "core/source/pickle_machine.h"

#include <errno.h>
#include <stdlib.h>

#include "core/source/pickle_private.h"

/* pickletools' names; without a function: refused as such. */
static const struct {
    const char *name;
    pickle_opcode *run;
} opcodes[256] = {
    [0x80] = {"PROTO", pickle_op_proto},
    [0x95] = {"FRAME", pickle_op_frame},
    ['.'] = {"STOP", pickle_op_stop},
    ['N'] = {"NONE", pickle_op_none},
    [0x88] = {"NEWTRUE", pickle_op_true},
    [0x89] = {"NEWFALSE", pickle_op_false},
    ['K'] = {"BININT1", pickle_op_binint1},
    ['M'] = {"BININT2", pickle_op_binint2},
    ['J'] = {"BININT", pickle_op_binint},
    [0x8a] = {"LONG1", pickle_op_long1},
    [0x8b] = {"LONG4", pickle_op_long4},
    ['I'] = {"INT", pickle_op_int},
    ['T'] = {"BINSTRING", pickle_op_binstring},
    ['U'] = {"SHORT_BINSTRING", pickle_op_short_binstring},
    ['B'] = {"BINBYTES", pickle_op_binbytes},
    ['C'] = {"SHORT_BINBYTES", pickle_op_short_binbytes},
    [0x8e] = {"BINBYTES8", pickle_op_binbytes8},
    [0x96] = {"BYTEARRAY8", pickle_op_binbytes8},
    ['X'] = {"BINUNICODE", pickle_op_binunicode},
    [0x8c] = {"SHORT_BINUNICODE", pickle_op_short_binunicode},
    [0x8d] = {"BINUNICODE8", pickle_op_binunicode8},
    ['('] = {"MARK", pickle_op_mark},
    ['t'] = {"TUPLE", pickle_op_tuple},
    [')'] = {"EMPTY_TUPLE", pickle_op_empty_tuple},
    [0x85] = {"TUPLE1", pickle_op_tuple1},
    [0x86] = {"TUPLE2", pickle_op_tuple2},
    [0x87] = {"TUPLE3", pickle_op_tuple3},
    ['}'] = {"EMPTY_DICT", pickle_op_empty_dict},
    ['s'] = {"SETITEM", pickle_op_setitem},
    ['u'] = {"SETITEMS", pickle_op_setitems},
    ['c'] = {"GLOBAL", pickle_op_global},
    [0x93] = {"STACK_GLOBAL", pickle_op_stack_global},
    ['i'] = {"INST", pickle_op_inst},
    ['R'] = {"REDUCE", pickle_reduce},
    ['b'] = {"BUILD", pickle_build},
    [0x94] = {"MEMOIZE", pickle_op_memoize},
    ['q'] = {"BINPUT", pickle_op_binput},
    ['r'] = {"LONG_BINPUT", pickle_op_long_binput},
    ['h'] = {"BINGET", pickle_op_binget},
    ['j'] = {"LONG_BINGET", pickle_op_long_binget},
    [']'] = {"EMPTY_LIST", pickle_op_list},
    ['l'] = {"LIST", pickle_op_list},
    ['P'] = {"PERSID", pickle_op_persistent},
    ['Q'] = {"BINPERSID", pickle_op_persistent},
    [0x82] = {"EXT1", pickle_op_extension},
    [0x83] = {"EXT2", pickle_op_extension},
    [0x84] = {"EXT4", pickle_op_extension},
    [0x97] = {"NEXT_BUFFER", pickle_op_buffer},
    [0x98] = {"READONLY_BUFFER", pickle_op_buffer},
    ['L'] = {"LONG", NULL},
    ['S'] = {"STRING", NULL},
    ['V'] = {"UNICODE", NULL},
    ['F'] = {"FLOAT", NULL},
    ['G'] = {"BINFLOAT", NULL},
    ['a'] = {"APPEND", NULL},
    ['e'] = {"APPENDS", NULL},
    ['d'] = {"DICT", NULL},
    [0x8f] = {"EMPTY_SET", NULL},
    [0x90] = {"ADDITEMS", NULL},
    [0x91] = {"FROZENSET", NULL},
    ['0'] = {"POP", NULL},
    ['1'] = {"POP_MARK", NULL},
    ['2'] = {"DUP", NULL},
    ['g'] = {"GET", NULL},
    ['p'] = {"PUT", NULL},
    ['o'] = {"OBJ", NULL},
    [0x81] = {"NEWOBJ", NULL},
    [0x92] = {"NEWOBJ_EX", NULL},
};

static int step(struct pickle_machine *machine)
{
    uint8_t opcode;
    machine->opcode_at = machine->at;
    int r = pickle_take(machine, &opcode, 1);
    if (r < 0)
        return r;
    if (!opcodes[opcode].name)
        return pickle_refuse(machine, EBADMSG, "0x%02x, which is no opcode of a pickle", opcode);
    if (machine->protocol == 0 && opcodes[opcode].run != pickle_op_proto)
        return pickle_refuse(machine, EBADMSG, "%s before the protocol is known", opcodes[opcode].name);
    if (!opcodes[opcode].run)
        return pickle_refuse(machine, ENOTSUP, "%s, which no pickle of an array has: refused",
                             opcodes[opcode].name);
    return opcodes[opcode].run(machine);
}

int pickle_machine_run(struct pickle_machine *machine, struct error *error)
{
    int r = 0;
    machine->error = error;
    machine->at += machine->ahead;
    machine->ahead = 0;
    while (r == 0 && !machine->is_stopped)
        r = step(machine);
    return r;
}

int pickle_machine_new(struct pickle_machine **ret_machine, pickle_read *read, void *context,
                       struct error *error)
{
    struct pickle_machine *machine = calloc(1, sizeof *machine);
    if (!machine)
        return error_set_errno(error, ENOMEM, "cannot read the pickle");
    machine->read = read;
    machine->context = context;
    machine->announced.rank = -1;
    *ret_machine = machine;
    return 0;
}

void pickle_machine_free(struct pickle_machine *machine)
{
    if (!machine)
        return;
    struct pickle_dtype *dtypes = machine->dtypes.items;
    for (size_t i = 0; i < machine->dtypes.count; i++) {
        dtype_clear(&dtypes[i].dtype);
        free(dtypes[i].dims);
    }
    struct pickle_table *tables[] = {&machine->stack,   &machine->memo,    &machine->chars,
                                     &machine->strings, &machine->items,   &machine->tuples,
                                     &machine->dicts,   &machine->entries, &machine->dtypes};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        free(tables[i]->items);
    matrix_clear(&machine->announced);
    matrix_clear(&machine->matrix);
    free(machine);
}

void pickle_machine_get_ahead(const struct pickle_machine *machine, struct pickle_array *ret_array)
{
    *ret_array = (struct pickle_array){.matrix = machine->announced,
                                       .offset = machine->ahead_offset,
                                       .size = machine->ahead_size,
                                       .is_text = machine->ahead_is_text};
}

void pickle_machine_get_array(const struct pickle_machine *machine, struct pickle_array *ret_array)
{
    const struct pickle_string *data = pickle_string_of(machine, machine->data);
    *ret_array = (struct pickle_array){
        .matrix = machine->matrix, .offset = data->offset, .size = data->size, .is_text = data->is_encoded};
    ret_array->matrix.offset = data->offset;
    if (data->is_held)
        ret_array->held = (const uint8_t *)pickle_chars_of(machine, data);
}

int pickle_machine_protocol(const struct pickle_machine *machine)
{
    return machine->protocol;
}

uint64_t pickle_machine_position(const struct pickle_machine *machine)
{
    return machine->at;
}
