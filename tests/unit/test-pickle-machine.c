/*
 * The machine that reads pickles, on bytes in memory.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/source/pickle_machine.h"

/* A pickle under construction, and where it is read. */
struct program {
    char bytes[8192];
    size_t size, at;
};

#define ADD(program, literal) add((program), (literal), sizeof(literal) - 1)

static void add(struct program *program, const char *bytes, size_t size)
{
    assert_true(program->size + size <= sizeof program->bytes);
    memcpy(program->bytes + program->size, bytes, size);
    program->size += size;
}

static ssize_t read_program(void *context, void *buf, size_t size, struct error *error)
{
    struct program *program = context;
    size_t n = size < program->size - program->at ? size : program->size - program->at;
    (void)error;
    memcpy(buf, program->bytes + program->at, n);
    program->at += n;
    return (ssize_t)n;
}

#define RECONSTRUCT                                                                                          \
    "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85"                                         \
    "C\1b\x87R"
#define DTYPE(name) "cnumpy\ndtype\nU\2" name "\x89\x88\x87R"
#define PLAIN_STATE "(K\3U\1<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
#define FLOAT64     DTYPE("f8") PLAIN_STATE
#define SHAPE_2_3   "K\2K\3\x86"

static struct pickle_machine *start(struct program *program)
{
    struct pickle_machine *machine;
    assert_int_equal(pickle_machine_new(&machine, read_program, program, NULL), 0);
    return machine;
}

/* Ends in these words. */
static void refuses(struct program *program, int code, const char *words)
{
    struct pickle_machine *machine = start(program);
    struct error error = {0};
    int r = pickle_machine_run(machine, &error);
    if (r == 1) {
        struct pickle_array ahead;
        pickle_machine_get_ahead(machine, &ahead);
        program->at += ahead.size;
        r = pickle_machine_run(machine, &error);
    }
    pickle_machine_free(machine);
    assert_string_equal(error.text, words);
    assert_int_equal(r, -code);
}

static void a_short_array_is_held(void **state)
{
    struct program program = {0};
    struct pickle_array array;
    (void)state;
    ADD(&program, "\x80\2" RECONSTRUCT "(K\1" SHAPE_2_3 FLOAT64 "\x88"
                  "C\x30");
    size_t offset = program.size;
    add(&program, "0123456701234567012345670123456701234567abcdefgh", 48);
    ADD(&program, "tb.more");
    struct pickle_machine *machine = start(&program);
    assert_int_equal(pickle_machine_run(machine, NULL), 0);
    pickle_machine_get_array(machine, &array);
    assert_int_equal(array.matrix.rank, 2);
    assert_int_equal(array.matrix.shape[0], 2);
    assert_int_equal(array.matrix.shape[1], 3);
    assert_int_equal(array.matrix.order, 'F');
    assert_int_equal(array.matrix.dtype.kind, 'f');
    assert_int_equal(array.matrix.dtype.order, '<');
    assert_int_equal(array.offset, offset);
    assert_int_equal(array.matrix.offset, offset);
    assert_int_equal(array.size, 48);
    assert_false(array.is_text);
    assert_memory_equal(array.held + 40, "abcdefgh", 8);
    assert_int_equal(pickle_machine_position(machine), program.size - 4);
    assert_int_equal(pickle_machine_protocol(machine), 2);
    pickle_machine_free(machine);
}

static void it_stops_at_long_data_and_tells_what_they_are(void **state)
{
    struct program program = {0};
    struct pickle_array array;
    (void)state;
    ADD(&program, "\x80\4" RECONSTRUCT "(K\1M\xd0\7\x85" DTYPE("u1") PLAIN_STATE "\x89"
                                                                                 "B\xd0\7\0\0");
    size_t offset = program.size;
    program.size += 2000;
    ADD(&program, "tb.");
    struct pickle_machine *machine = start(&program);
    assert_int_equal(pickle_machine_run(machine, NULL), 1);
    pickle_machine_get_ahead(machine, &array);
    assert_int_equal(array.matrix.rank, 1);
    assert_int_equal(array.matrix.shape[0], 2000);
    assert_int_equal(array.offset, offset);
    assert_int_equal(array.size, 2000);
    assert_int_equal(program.at, offset);
    program.at += 2000;
    assert_int_equal(pickle_machine_run(machine, NULL), 0);
    pickle_machine_get_array(machine, &array);
    assert_null(array.held);
    assert_int_equal(array.matrix.offset, offset);
    pickle_machine_free(machine);
}

static void of_data_first_the_type_is_not_known(void **state)
{
    struct program program = {0};
    struct pickle_array array;
    (void)state;
    ADD(&program, "\x80\5"
                  "cnumpy._core.numeric\n_frombuffer\n(\x96\xd0\7\0\0\0\0\0\0");
    program.size += 2000;
    ADD(&program, FLOAT64 "K\x0aK\x19\x86U\1FNtR.");
    struct pickle_machine *machine = start(&program);
    assert_int_equal(pickle_machine_run(machine, NULL), 1);
    pickle_machine_get_ahead(machine, &array);
    assert_int_equal(array.matrix.rank, -1);
    program.at += 2000;
    assert_int_equal(pickle_machine_run(machine, NULL), 0);
    pickle_machine_get_array(machine, &array);
    assert_int_equal(array.matrix.rank, 2);
    assert_int_equal(array.matrix.order, 'F');
    pickle_machine_free(machine);
}

static void behind_the_data_comes_nothing_else(void **state)
{
    struct program program = {0};
    (void)state;
    ADD(&program, "\x80\4" RECONSTRUCT "(K\1M\xd0\7\x85" DTYPE("u1") PLAIN_STATE "\x89"
                                                                                 "B\xd0\7\0\0");
    program.size += 2000;
    ADD(&program, "Ntb.");
    refuses(&program, EBADMSG, "at byte 2120: a state of an ndarray that is no tuple of 5");
}

static void numbers_of_every_opcode(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        uint64_t number;
    } numbers[] = {{"K\xff", 2, 255},
                   {"M\xff\xff", 3, 65535},
                   {"J\xff\xff\xff\x7f", 5, INT32_MAX},
                   {"\x8a\0", 2, 0},
                   {"\x8a\1\x7f", 3, 127},
                   {"\x8a\2\xff\0", 4, 255},
                   {"\x8b\5\0\0\0\0\0\0\0\1", 10, 1ull << 32},
                   {"I4294967296\n", 12, 1ull << 32}};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct program program = {0};
        struct pickle_array array;
        ADD(&program, "\x80\4" RECONSTRUCT "(K\1");
        add(&program, numbers[i].bytes, numbers[i].size);
        ADD(&program, "K\0\x86" FLOAT64 "\x89"
                      "C\0tb.");
        struct pickle_machine *machine = start(&program);
        assert_int_equal(pickle_machine_run(machine, NULL), 0);
        pickle_machine_get_array(machine, &array);
        assert_int_equal(array.matrix.shape[0], numbers[i].number);
        pickle_machine_free(machine);
    }
}

/* MEMOIZE counts on from what is there, BINPUT says where. */
static void the_memo(void **state)
{
    struct program program = {0};
    struct pickle_array array;
    (void)state;
    ADD(&program, "\x80\4\x8c\x15numpy.core.multiarray\x94\x8c\x0c_reconstruct\x94\x93q\5");
    ADD(&program, "\x8c\5numpy\x94\x8c\7ndarray\x93K\0\x85"
                  "C\1br\6\0\0\0\x87R");
    ADD(&program, "(K\1)h\3\x8c\5dtype\x93\x8c\2u1\x89\x88\x87R" PLAIN_STATE "\x89j\6\0\0\0tb.");
    struct pickle_machine *machine = start(&program);
    struct error error = {0};
    if (pickle_machine_run(machine, &error) < 0)
        fail_msg("%s", error.text);
    pickle_machine_get_array(machine, &array);
    assert_int_equal(array.matrix.rank, 0);
    assert_int_equal(array.size, 1);
    assert_memory_equal(array.held, "b", 1);
    assert_memory_equal(program.bytes + array.offset, "b", 1);
    pickle_machine_free(machine);
}

#define REFUSES(literal, code, words)                                                                        \
    do {                                                                                                     \
        struct program program = {0};                                                                        \
        ADD(&program, literal);                                                                              \
        refuses(&program, (code), words);                                                                    \
    } while (0)

static void whatever_else_is_refused_by_name_and_place(void **state)
{
    (void)state;
    REFUSES("\x80\2cos\nsystem\n", ENOTSUP, "at byte 2: asks for os.system: refused, nothing of it was run");
    REFUSES("\x80\4N\x8c\2os\x8c\6system\x93", ENOTSUP,
            "at byte 15: asks for os.system: refused, nothing of it was run");
    REFUSES(
        "\x80\2(", ENOTSUP,
        "at byte 2: begins with a tuple or set: a pickle of one ndarray alone is read (np.save writes one)");
    REFUSES("\x80\2}", ENOTSUP,
            "at byte 2: begins with a dict: a pickle of one ndarray alone is read (np.save writes one)");
    REFUSES("\x80\2]", ENOTSUP,
            "at byte 2: a list: a pickle of one ndarray alone is read (np.save writes one)");
    REFUSES("\x80\2N.", ENOTSUP, "at byte 3: holds None, no ndarray");
    REFUSES("\x80\2NN.", EBADMSG, "at byte 4: ends with 2 values, where one is due");
    REFUSES("\x80\2G", ENOTSUP, "at byte 2: BINFLOAT, which no pickle of an array has: refused");
    REFUSES("\x80\2\xff", EBADMSG, "at byte 2: 0xff, which is no opcode of a pickle");
    REFUSES("\x80\6", ENOTSUP, "at byte 0: protocol 6: only 2 to 5 are read");
    REFUSES("N", EBADMSG, "at byte 0: NONE before the protocol is known");
    REFUSES("\x80\2Q", ENOTSUP, "at byte 2: asks for a persistent object from outside: refused");
    REFUSES("\x80\2\x82\1", ENOTSUP,
            "at byte 2: asks for an extension's object: refused, nothing of it was run");
    REFUSES("\x80\5\x97", ENOTSUP, "at byte 2: its data lie outside the pickle (out-of-band buffers)");
    REFUSES("\x80\2" RECONSTRUCT ".", EBADMSG, "at byte 61: an ndarray without a state");
    REFUSES("\x80\2" RECONSTRUCT RECONSTRUCT, ENOTSUP,
            "at byte 119: a second array: a pickle of one ndarray alone is read");
    REFUSES("\x80\2cnumpy\nndarray\n)R", ENOTSUP,
            "at byte 18: calls numpy.ndarray, as no pickle of an array does");
    REFUSES("\x80\2Nh\7", EBADMSG, "at byte 3: takes from place 7 of the memo, where nothing is");
    REFUSES("\x80\2R", EBADMSG, "at byte 2: takes from an empty stack");
    REFUSES("\x80\2N(\x85", EBADMSG, "at byte 4: takes from an empty stack");
    REFUSES("\x80\2t", EBADMSG, "at byte 2: a mark is missing");
    REFUSES("\x80\2K", EBADMSG, "ends at byte 3, within the pickle");
    REFUSES("\x80\2Imany\n", EBADMSG, "at byte 2: a number that is none");
    REFUSES("\x80\4\x8b\xff\xff\xff\xff", EBADMSG, "at byte 2: a number of 4294967295 bytes");
    REFUSES("\x80\2X\0\0\0\x10", ENOTSUP,
            "at byte 2: a string of 268435456 bytes where one ndarray alone would have none");
}

static void types_that_are_refused(void **state)
{
    (void)state;
    REFUSES("\x80\2" DTYPE("O8"), ENOTSUP, "at byte 22: an object array: its values are pickles themselves");
    REFUSES("\x80\2" DTYPE("zz"), ENOTSUP, "at byte 22: element type 'zz' is not supported");
    REFUSES("\x80\2" FLOAT64 PLAIN_STATE, EBADMSG, "at byte 68: a dtype whose state is set twice");
    REFUSES("\x80\2" DTYPE("f8") "(K\5U\1<NNNNNNtb", ENOTSUP,
            "at byte 36: a state of a dtype whose version is neither 3 nor 4");
    REFUSES("\x80\2" DTYPE("V8") "(K\3U\1|NNNNNK\1tb", ENOTSUP,
            "at byte 37: an object array: its values are pickles themselves");
    REFUSES("\x80\2" DTYPE("S8") "(K\3U\1|NNNJ\xff\xff\xff\xffK\0K\0tb", EBADMSG,
            "at byte 42: a type without a size");
}

static void lengths_must_be_right(void **state)
{
    (void)state;
    REFUSES("\x80\2" RECONSTRUCT "(K\1" SHAPE_2_3 FLOAT64 "\x89"
            "C\3abctb",
            EBADMSG, "at byte 120: 3 bytes of data, where float64 of shape 2 x 3 takes 48");
    REFUSES("\x80\2" RECONSTRUCT "(K\1" SHAPE_2_3 FLOAT64 "\x89U\3abctb", EBADMSG,
            "at byte 120: 3 bytes of data, where float64 of shape 2 x 3 takes 48");
    REFUSES("\x80\2" RECONSTRUCT "(K\1K\1\x85" FLOAT64 "\x89X\1\0\0\0atb", ENOTSUP,
            "at byte 119: text as data: only bytes are read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_array_is_held),
        cmocka_unit_test(it_stops_at_long_data_and_tells_what_they_are),
        cmocka_unit_test(of_data_first_the_type_is_not_known),
        cmocka_unit_test(behind_the_data_comes_nothing_else),
        cmocka_unit_test(numbers_of_every_opcode),
        cmocka_unit_test(the_memo),
        cmocka_unit_test(whatever_else_is_refused_by_name_and_place),
        cmocka_unit_test(types_that_are_refused),
        cmocka_unit_test(lengths_must_be_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
