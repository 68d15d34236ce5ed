/*
 * Opcodes that join values: tuples, dicts, names, the memo; and those that are refused in words of their own.
 */
#include <errno.h>
#include <string.h>

#include "core/source/pickle_private.h"

/* --- tuples and dicts --- */

static int refuse_first(struct pickle_machine *machine, const char *what)
{
    return pickle_refuse(machine, ENOTSUP,
                         "begins with %s: a pickle of one ndarray alone is read (np.save writes one)", what);
}

int pickle_op_mark(struct pickle_machine *machine)
{
    return machine->stack.count ? pickle_mark(machine) : refuse_first(machine, "a tuple or set");
}

int pickle_op_tuple(struct pickle_machine *machine)
{
    const struct pickle_value *values;
    size_t n;
    int r = pickle_take_marked(machine, &values, &n);
    return r < 0 ? r : pickle_push_tuple(machine, values, n);
}

static int push_tuple_of(struct pickle_machine *machine, size_t n)
{
    struct pickle_value values[3] = {0};
    for (size_t i = n; i-- > 0;) {
        int r = pickle_pop(machine, &values[i]);
        if (r < 0)
            return r;
    }
    return pickle_push_tuple(machine, values, n);
}

int pickle_op_empty_tuple(struct pickle_machine *machine)
{
    return push_tuple_of(machine, 0);
}

int pickle_op_tuple1(struct pickle_machine *machine)
{
    return push_tuple_of(machine, 1);
}

int pickle_op_tuple2(struct pickle_machine *machine)
{
    return push_tuple_of(machine, 2);
}

int pickle_op_tuple3(struct pickle_machine *machine)
{
    return push_tuple_of(machine, 3);
}

int pickle_op_empty_dict(struct pickle_machine *machine)
{
    return machine->stack.count ? pickle_push_dict(machine) : refuse_first(machine, "a dict");
}

static int add_to_dict(struct pickle_machine *machine, const struct pickle_value *values, size_t n)
{
    struct pickle_value dict;
    int r = pickle_peek(machine, 0, &dict);
    if (r == 0 && (dict.kind != PICKLE_DICT || n % 2 != 0))
        r = pickle_refuse(machine, EBADMSG, "sets an item of %s", pickle_kind_words(dict));
    for (size_t i = 0; i + 1 < n && r == 0; i += 2)
        r = pickle_dict_add(machine, dict, values[i], values[i + 1]);
    return r;
}

int pickle_op_setitem(struct pickle_machine *machine)
{
    struct pickle_value values[2];
    int r = pickle_pop(machine, &values[1]);
    if (r < 0 || (r = pickle_pop(machine, &values[0])) < 0)
        return r;
    return add_to_dict(machine, values, 2);
}

int pickle_op_setitems(struct pickle_machine *machine)
{
    const struct pickle_value *values;
    size_t n;
    int r = pickle_take_marked(machine, &values, &n);
    return r < 0 ? r : add_to_dict(machine, values, n);
}

/* --- names --- */

int pickle_op_global(struct pickle_machine *machine)
{
    char module[PICKLE_LINE_MAX], name[PICKLE_LINE_MAX];
    size_t module_size, name_size;
    int r = pickle_take_line(machine, module, &module_size);
    if (r < 0 || (r = pickle_take_line(machine, name, &name_size)) < 0)
        return r;
    return pickle_push_name(machine, module, module_size, name, name_size);
}

int pickle_op_stack_global(struct pickle_machine *machine)
{
    struct pickle_value values[2];
    int r = pickle_pop(machine, &values[1]);
    if (r < 0 || (r = pickle_pop(machine, &values[0])) < 0)
        return r;
    const char *module = pickle_plain_string(machine, values[0]);
    const char *name = pickle_plain_string(machine, values[1]);
    if (!module || !name)
        return pickle_refuse(machine, EBADMSG, "asks for a name that is no string");
    return pickle_push_name(machine, module, strlen(module), name, strlen(name));
}

/* A class of protocol 0 that is asked for and called at once: never an array. */
int pickle_op_inst(struct pickle_machine *machine)
{
    int r = pickle_op_global(machine);
    return r < 0 ? r : pickle_refuse(machine, ENOTSUP, "INST, which no pickle of an array has");
}

/* --- the memo --- */

static int with_index(struct pickle_machine *machine, size_t size,
                      int (*act)(struct pickle_machine *machine, uint64_t index))
{
    uint64_t index;
    int r = pickle_take_number(machine, size, &index);
    return r < 0 ? r : act(machine, index);
}

int pickle_op_memoize(struct pickle_machine *machine)
{
    return pickle_memo_set(machine, machine->memo_used);
}

int pickle_op_binput(struct pickle_machine *machine)
{
    return with_index(machine, 1, pickle_memo_set);
}

int pickle_op_long_binput(struct pickle_machine *machine)
{
    return with_index(machine, 4, pickle_memo_set);
}

int pickle_op_binget(struct pickle_machine *machine)
{
    return with_index(machine, 1, pickle_memo_get);
}

int pickle_op_long_binget(struct pickle_machine *machine)
{
    return with_index(machine, 4, pickle_memo_get);
}

/* --- refused, in words of their own --- */

int pickle_op_list(struct pickle_machine *machine)
{
    return pickle_refuse(machine, ENOTSUP,
                         "a list: a pickle of one ndarray alone is read (np.save writes one)");
}

int pickle_op_persistent(struct pickle_machine *machine)
{
    return pickle_refuse(machine, ENOTSUP, "asks for a persistent object from outside: refused");
}

int pickle_op_extension(struct pickle_machine *machine)
{
    return pickle_refuse(machine, ENOTSUP, "asks for an extension's object: refused, nothing of it was run");
}

int pickle_op_buffer(struct pickle_machine *machine)
{
    return pickle_refuse(machine, ENOTSUP, "its data lie outside the pickle (out-of-band buffers)");
}

int pickle_op_stop(struct pickle_machine *machine)
{
    const struct pickle_value *stack = machine->stack.items;
    if (machine->stack.count != 1 || machine->mark_count > 0)
        return pickle_refuse(machine, EBADMSG, "ends with %zu values, where one is due",
                             machine->stack.count);
    if (stack[0].kind != PICKLE_ARRAY)
        return pickle_refuse(machine, ENOTSUP, "holds %s, no ndarray", pickle_kind_words(stack[0]));
    if (!machine->is_built)
        return pickle_refuse(machine, EBADMSG, "an ndarray without a state");
    machine->is_stopped = true;
    return 0;
}
