/*
 * The two opcodes that call something: REDUCE a function with arguments, BUILD an object's __setstate__.
 */
#include <errno.h>
#include <string.h>

#include "core/source/latin1.h"
#include "core/source/pickle_private.h"

static bool is_latin1(const char *name)
{
    return name && (strcmp(name, "latin1") == 0 || strcmp(name, "latin-1") == 0);
}

/* Protocol 2 knows no bytes: they stand as text, and are encoded back. */
static int encode(struct pickle_machine *machine, struct pickle_value arguments)
{
    uint8_t bytes[PICKLE_HELD_MAX];
    size_t n, taken;
    const struct pickle_value *given = pickle_items_of(machine, arguments, &n);
    if (n != 2 || given[0].kind != PICKLE_STRING || !is_latin1(pickle_plain_string(machine, given[1])))
        return pickle_refuse(machine, ENOTSUP, "encodes something that is no text in Latin-1");
    struct pickle_string string = *pickle_string_of(machine, given[0]);
    if (string.text != PICKLE_TEXT)
        return pickle_refuse(machine, ENOTSUP, "encodes something that is no text");
    if (string.is_held) {
        const uint8_t *text = (const uint8_t *)pickle_chars_of(machine, &string);
        string.length = latin1_decode(text, string.length, bytes, sizeof bytes, &taken);
        if (taken < string.size)
            return pickle_refuse(machine, EBADMSG, "text that is not Latin-1, where bytes are encoded in it");
    }
    string.text = PICKLE_BYTES;
    string.is_encoded = true;
    return pickle_push_string(machine, &string, bytes);
}

/* No bytes at all are bytes() in protocol 2. */
static int make_no_bytes(struct pickle_machine *machine, struct pickle_value arguments)
{
    size_t n;
    pickle_items_of(machine, arguments, &n);
    if (n > 0)
        return pickle_refuse(machine, ENOTSUP, "calls bytes with arguments");
    const struct pickle_string string = {.text = PICKLE_BYTES, .is_held = true, .offset = machine->at};
    return pickle_push_string(machine, &string, "");
}

int pickle_reduce(struct pickle_machine *machine)
{
    struct pickle_value arguments, callee;
    int r = pickle_pop(machine, &arguments);
    if (r < 0 || (r = pickle_pop(machine, &callee)) < 0)
        return r;
    if (callee.kind != PICKLE_NAME)
        return pickle_refuse(machine, EBADMSG, "calls %s", pickle_kind_words(callee));
    if (arguments.kind != PICKLE_TUPLE)
        return pickle_refuse(machine, EBADMSG, "calls with %s in place of arguments",
                             pickle_kind_words(arguments));
    switch ((enum pickle_name)callee.number) {
    case PICKLE_RECONSTRUCT:
        return pickle_reconstruct(machine, arguments);
    case PICKLE_FROMBUFFER:
        return pickle_frombuffer(machine, arguments);
    case PICKLE_DTYPE_CLASS:
        return pickle_make_dtype(machine, arguments);
    case PICKLE_ENCODE:
        return encode(machine, arguments);
    case PICKLE_BYTES_CLASS:
        return make_no_bytes(machine, arguments);
    case PICKLE_NDARRAY:
        break;
    }
    return pickle_refuse(machine, ENOTSUP, "calls numpy.ndarray, as no pickle of an array does");
}

int pickle_build(struct pickle_machine *machine)
{
    struct pickle_value state, target;
    int r = pickle_pop(machine, &state);
    if (r < 0 || (r = pickle_peek(machine, 0, &target)) < 0)
        return r;
    if (target.kind == PICKLE_DTYPE)
        return pickle_build_dtype(machine, target, state);
    if (target.kind == PICKLE_ARRAY)
        return pickle_build_array(machine, state);
    return pickle_refuse(machine, EBADMSG, "sets the state of %s", pickle_kind_words(target));
}
