/*
 * The array itself. Data come last in the state of an ndarray, (1, shape, dtype, is_fortran, data), and first
 * in the arguments of _frombuffer(data, dtype, shape, order).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/pickle_private.h"

#define STATE_SIZE 5

static int read_shape(struct pickle_machine *machine, struct pickle_value value, struct matrix *matrix)
{
    size_t rank;
    if (value.kind != PICKLE_TUPLE)
        return pickle_refuse(machine, EBADMSG, "%s as a shape", pickle_kind_words(value));
    const struct pickle_value *dims = pickle_items_of(machine, value, &rank);
    if (rank > MATRIX_RANK_MAX)
        return pickle_refuse(machine, EBADMSG, "a shape of %zu dimensions", rank);
    for (size_t axis = 0; axis < rank; axis++) {
        if (dims[axis].kind != PICKLE_INT || dims[axis].number < 0)
            return pickle_refuse(machine, EBADMSG, "a shape whose dimensions are no natural numbers");
        matrix->shape[axis] = (uint64_t)dims[axis].number;
    }
    matrix->rank = (int)rank;
    return 0;
}

/* *ret is to be cleared. */
static int make_matrix(struct pickle_machine *machine, struct pickle_value dtype, struct pickle_value shape,
                       bool is_fortran, struct matrix *ret)
{
    struct matrix matrix = {0};
    struct error error = {0};
    uint64_t bytes;
    int r = read_shape(machine, shape, &matrix);
    if (r < 0)
        return r;
    if (dtype.kind != PICKLE_DTYPE)
        return pickle_refuse(machine, EBADMSG, "%s as element type", pickle_kind_words(dtype));
    const struct pickle_dtype *of = pickle_dtype_of(machine, dtype);
    if (of->rank > 0)
        return pickle_refuse(machine, EBADMSG, "elements that are arrays themselves");
    matrix.order = is_fortran && matrix.rank > 1 ? 'F' : 'C';
    matrix.dtype = of->dtype;
    if (matrix_bytes(&matrix, &bytes, &error) < 0)
        return pickle_refuse(machine, error.code, "%s", error.text);
    matrix_copy(&matrix, ret);
    return 0;
}

static int refuse_length(struct pickle_machine *machine, const struct matrix *matrix, uint64_t had,
                         uint64_t bytes)
{
    char name[DTYPE_NAME_MAX], shape[256];
    dtype_name(&matrix->dtype, name);
    matrix_shape_text(matrix->rank, matrix->shape, true, shape, sizeof shape);
    return pickle_refuse(machine, EBADMSG, "%llu bytes of data, where %s of shape %s takes %llu",
                         (unsigned long long)had, name, shape, (unsigned long long)bytes);
}

/* Of long text only the reader can tell how many bytes it is: one or two for each. */
static int check_data(struct pickle_machine *machine, const struct matrix *matrix, struct pickle_value value)
{
    uint64_t bytes;
    if (value.kind != PICKLE_STRING)
        return pickle_refuse(machine, ENOTSUP, "%s as data: only bytes are read", pickle_kind_words(value));
    const struct pickle_string *string = pickle_string_of(machine, value);
    if (string->text == PICKLE_TEXT)
        return pickle_refuse(machine, ENOTSUP, "text as data: only bytes are read");
    int r = matrix_bytes(matrix, &bytes, machine->error);
    if (r < 0)
        return r;
    uint64_t had = string->is_held ? string->length : string->size;
    bool fits = had == bytes;
    if (string->is_encoded && !string->is_held)
        fits = bytes <= had && had / 2 <= bytes;
    return fits ? 0 : refuse_length(machine, matrix, had, bytes);
}

/* What was told when the data were ahead must have been true. */
static int check_announced(struct pickle_machine *machine, const struct matrix *matrix,
                           struct pickle_value data)
{
    const struct matrix *announced = &machine->announced;
    if (!machine->has_ahead)
        return 0;
    bool same = pickle_string_of(machine, data)->offset == machine->ahead_offset;
    if (announced->rank >= 0)
        same = same && announced->rank == matrix->rank && announced->order == matrix->order &&
               memcmp(announced->shape, matrix->shape, sizeof matrix->shape) == 0 &&
               dtype_equal(&announced->dtype, &matrix->dtype);
    return same ? 0 : pickle_refuse(machine, EBADMSG, "an array that is another than its data were for");
}

static int set_array(struct pickle_machine *machine, const struct matrix *matrix, struct pickle_value data)
{
    int r = check_data(machine, matrix, data);
    if (r == 0)
        r = check_announced(machine, matrix, data);
    if (r < 0)
        return r;
    matrix_copy(matrix, &machine->matrix);
    machine->data = data;
    machine->has_array = machine->is_built = true;
    return 0;
}

static int refuse_second(struct pickle_machine *machine)
{
    return pickle_refuse(machine, ENOTSUP, "a second array: a pickle of one ndarray alone is read");
}

int pickle_reconstruct(struct pickle_machine *machine, struct pickle_value arguments)
{
    size_t n;
    const struct pickle_value *given = pickle_items_of(machine, arguments, &n);
    if (n != 3 || given[0].kind != PICKLE_NAME || given[0].number != PICKLE_NDARRAY)
        return pickle_refuse(machine, ENOTSUP, "_reconstruct of what is no numpy.ndarray");
    if (machine->has_array)
        return refuse_second(machine);
    machine->has_array = true;
    return pickle_push(machine, PICKLE_ARRAY, 0);
}

static int array_of_state(struct pickle_machine *machine, const struct pickle_value *state,
                          struct matrix *ret)
{
    if (state[0].kind != PICKLE_INT || state[0].number != 1)
        return pickle_refuse(machine, ENOTSUP, "a state of an ndarray whose version is not 1");
    if (state[3].kind != PICKLE_BOOL && state[3].kind != PICKLE_INT)
        return pickle_refuse(machine, EBADMSG, "%s where the order of an ndarray stands",
                             pickle_kind_words(state[3]));
    return make_matrix(machine, state[2], state[1], state[3].number != 0, ret);
}

int pickle_build_array(struct pickle_machine *machine, struct pickle_value state)
{
    struct matrix matrix;
    size_t n = 0;
    const struct pickle_value *parts =
        state.kind == PICKLE_TUPLE ? pickle_items_of(machine, state, &n) : NULL;
    if (machine->is_built)
        return pickle_refuse(machine, EBADMSG, "an array whose state is set twice");
    if (n != STATE_SIZE)
        return pickle_refuse(machine, EBADMSG, "a state of an ndarray that is no tuple of 5");
    int r = array_of_state(machine, parts, &matrix);
    if (r < 0)
        return r;
    r = set_array(machine, &matrix, parts[4]);
    matrix_clear(&matrix);
    return r;
}

/* The fifth argument (numpy 2.3) means something for order 'K' alone. */
int pickle_frombuffer(struct pickle_machine *machine, struct pickle_value arguments)
{
    struct matrix matrix;
    size_t n;
    const struct pickle_value *given = pickle_items_of(machine, arguments, &n);
    if (n != 4 && n != 5)
        return pickle_refuse(machine, EBADMSG, "_frombuffer of %zu arguments", n);
    const char *order = pickle_plain_string(machine, given[3]);
    if (order && strcmp(order, "K") == 0)
        return pickle_refuse(machine, ENOTSUP,
                             "an array whose axes are neither in C nor in Fortran order (np.save writes one "
                             "that can be read)");
    if (!order || (strcmp(order, "C") != 0 && strcmp(order, "F") != 0))
        return pickle_refuse(machine, EBADMSG, "an order that is neither C nor F");
    if (machine->has_array)
        return refuse_second(machine);
    int r = make_matrix(machine, given[1], given[2], order[0] == 'F', &matrix);
    if (r < 0)
        return r;
    r = set_array(machine, &matrix, given[0]);
    matrix_clear(&matrix);
    return r < 0 ? r : pickle_push(machine, PICKLE_ARRAY, 0);
}

/* --- data ahead --- */

/* What stands above the only mark, itself right above the stack's only other value; NULL: not so. */
static const struct pickle_value *above_first(const struct pickle_machine *machine, size_t *ret_n)
{
    const struct pickle_value *stack = machine->stack.items;
    if (machine->mark_count != 1 || machine->marks[0] != 1)
        return NULL;
    *ret_n = machine->stack.count - 1;
    return stack + 1;
}

bool pickle_expects_data(const struct pickle_machine *machine, bool is_text)
{
    size_t n;
    const struct pickle_value *above = above_first(machine, &n);
    if (!above || machine->has_ahead)
        return false;
    if (above[-1].kind == PICKLE_NAME)
        return above[-1].number == PICKLE_FROMBUFFER && n == 0 && !is_text;
    if (above[-1].kind != PICKLE_ARRAY || machine->is_built)
        return false;
    if (is_text)
        return n == STATE_SIZE && above[4].kind == PICKLE_NAME && above[4].number == PICKLE_ENCODE;
    return n == STATE_SIZE - 1;
}

int pickle_announce(struct pickle_machine *machine)
{
    size_t n = 0;
    const struct pickle_value *above = above_first(machine, &n);
    return n < STATE_SIZE ? 0 : array_of_state(machine, above, &machine->announced);
}
