/*
 * What may become what, and the chain of a conversion: byte orders, complex numbers, any alignment, any
 * number of elements, in place. The values of each pair are in test-convert-values.c.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/matrix/convert.h"
#include "core/matrix/half.h"

static struct dtype parse(const char *text)
{
    struct dtype dtype;
    assert_int_equal(dtype_parse(text, &dtype, NULL), 0);
    return dtype;
}

static void assert_refused(const char *from_text, const char *to_text, const char *words)
{
    struct dtype from = parse(from_text), to = parse(to_text);
    struct converter converter;
    struct error error = {0};
    assert_int_equal(convert_check(&from, &to, &error), -ENOTSUP);
    assert_string_equal(error.text, words);
    assert_int_equal(converter_make(&from, &to, CONVERT_BEST, &converter, &error), -ENOTSUP);
}

static struct converter make_at(const char *from_text, const char *to_text, enum convert_level level)
{
    struct dtype from = parse(from_text), to = parse(to_text);
    struct converter converter;
    assert_int_equal(converter_make(&from, &to, level, &converter, NULL), 0);
    return converter;
}

static struct converter make(const char *from_text, const char *to_text)
{
    return make_at(from_text, to_text, CONVERT_BEST);
}

static void what_would_lose_its_meaning_is_refused(void **state)
{
    (void)state;
    assert_refused("c16", "f8", "cannot convert complex128 to float64: it would drop the imaginary part");
    assert_refused("c8", "i4", "cannot convert complex64 to int32: it would drop the imaginary part");
    assert_refused("c8", "?", "cannot convert complex64 to bool: it would drop the imaginary part");
    assert_refused("S5", "f8", "cannot convert bytes40 to float64: only numbers become other numbers");
    assert_refused("f8", "U5", "cannot convert float64 to str160: only numbers become other numbers");
    assert_refused("S5", "S6", "cannot convert bytes40 to bytes48: only numbers become other numbers");
    assert_refused("V8", "f8", "cannot convert void64 to float64: only numbers become other numbers");
    assert_refused("i8", "M8[s]", "cannot convert int64 to datetime64[s]: only numbers become other numbers");
    assert_refused("M8[s]", "M8[ms]",
                   "cannot convert datetime64[s] to datetime64[ms]: times keep their unit");
    assert_refused("M8[s]", "m8[s]",
                   "cannot convert datetime64[s] to timedelta64[s]: only numbers become other numbers");
}

static void a_struct_becomes_itself_only(void **state)
{
    (void)state;
    struct dtype number = parse("<f8"), other = parse(">f8"), a, b;
    const struct dtype_field field = {.name = "x", .dtype = number}, swapped = {.name = "x", .dtype = other};
    assert_int_equal(dtype_make_struct(&field, 1, &a, NULL), 0);
    assert_int_equal(dtype_make_struct(&swapped, 1, &b, NULL), 0);
    struct converter converter;
    struct error error = {0};
    assert_int_equal(converter_make(&a, &a, CONVERT_BEST, &converter, NULL), 0);
    assert_true(converter.is_copy);
    assert_int_equal(convert_check(&a, &b, &error), -ENOTSUP);
    assert_string_equal(error.text, "cannot convert struct to struct: structs stay as they are");
    assert_int_equal(convert_check(&a, &number, NULL), -ENOTSUP);
    assert_int_equal(convert_check(&number, &a, NULL), -ENOTSUP);
    dtype_clear(&a);
    dtype_clear(&b);
}

static void what_stays_as_it_is_is_a_copy(void **state)
{
    (void)state;
    static const char *const same[][2] = {{"<f8", "<f8"}, {">f8", ">f8"},      {"?", "?"},   {"u1", "u1"},
                                          {"S7", "S7"},   {"<U3", "<U3"},      {"V3", "V3"}, {"<U0", ">U0"},
                                          {"c16", "c16"}, {"M8[ns]", "M8[ns]"}};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_true(make(same[i][0], same[i][1]).is_copy);
    static const char *const other[][2] = {{"<f8", ">f8"}, {"u1", "i1"},   {"?", "u1"},
                                           {"u1", "?"},    {"<U3", ">U3"}, {"<m8[s]", ">m8[s]"}};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_false(make(other[i][0], other[i][1]).is_copy);
    struct converter copy = make("?", "?");
    struct convert_counts counts = {0};
    uint8_t from[3] = {0, 2, 255}, to[3] = {9, 9, 9};
    converter_run(&copy, from, to, 3, &counts);
    assert_memory_equal(from, to, 3);
}

/* Reverses the bytes of each unit: what a swap is. */
static void reverse_units(const uint8_t *from, uint8_t *to, size_t units, size_t size)
{
    for (size_t i = 0; i < units; i++)
        for (size_t j = 0; j < size; j++)
            to[i * size + j] = from[i * size + size - 1 - j];
}

#define BYTES 48000

static uint8_t *random_bytes(unsigned seed)
{
    uint8_t *bytes = malloc(BYTES);
    assert_non_null(bytes);
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)((seed = seed * 1103515245u + 12345u) >> 16);
    return bytes;
}

static void byte_order_is_of_units(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t unit;
    } cases[] = {{"<f8", ">f8", 8},         {">f2", "<f2", 2},       {">i4", "<i4", 4},
                 {"<c16", ">c16", 8},       {">c8", "<c8", 4},       {"<U10", ">U10", 4},
                 {"<M8[ns]", ">M8[ns]", 8}, {">m8[s]", "<m8[s]", 8}, {">u2", "<u2", 2},
                 {"<U3000", ">U3000", 4}};
    uint8_t *from = random_bytes(1), *expected = malloc(BYTES), *to = malloc(BYTES);
    struct convert_counts counts = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct converter converter = make(cases[i].from, cases[i].to);
        reverse_units(from, expected, BYTES / cases[i].unit, cases[i].unit);
        converter_run(&converter, from, to, BYTES / converter.from_size, &counts);
        assert_memory_equal(expected, to, BYTES);
        memcpy(to, from, BYTES);
        converter_run(&converter, to, to, BYTES / converter.from_size, &counts);
        assert_memory_equal(expected, to, BYTES);
    }
    assert_int_equal(convert_counts_sum(&counts), 0);
    free(from);
    free(expected);
    free(to);
}

static void big_endian_is_swapped_on_the_way(void **state)
{
    (void)state;
    const uint8_t thousand[] = {0x40, 0x8f, 0x40, 0, 0, 0, 0, 0}; /* 1000.0 */
    struct converter to_int = make(">f8", ">u2"), to_half = make(">f8", ">f2"), wide = make(">i2", ">i8");
    struct convert_counts counts = {0};
    uint8_t two[2], eight[8];
    converter_run(&to_int, thousand, two, 1, &counts);
    assert_memory_equal(two, ((uint8_t[]){0x03, 0xe8}), 2);
    converter_run(&to_half, thousand, two, 1, &counts);
    assert_memory_equal(two, ((uint8_t[]){0x63, 0xd0}), 2);
    converter_run(&wide, (uint8_t[]){0xff, 0xfe}, eight, 1, &counts);
    assert_memory_equal(eight, ((uint8_t[]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}), 8);
    assert_int_equal(convert_counts_sum(&counts), 0);
}

static void reals_become_complex_and_complex_complex(void **state)
{
    (void)state;
    struct convert_counts counts = {0};
    struct converter from_int = make("i8", "c8"), from_half = make("f2", "c16"), from_bool = make("?", "c16");
    const int64_t integers[2] = {-3, INT64_MAX};
    float singles[4];
    double doubles[4];
    converter_run(&from_int, integers, singles, 2, &counts);
    assert_memory_equal(singles, ((float[]){-3, 0, 0x1p63f, 0}), sizeof singles);
    converter_run(&from_half, (uint16_t[]){half_from_double(-1.5), 1}, doubles, 2, &counts);
    assert_memory_equal(doubles, ((double[]){-1.5, 0, 0x1p-24, 0}), sizeof doubles);
    converter_run(&from_bool, (uint8_t[]){0, 7}, doubles, 2, &counts);
    assert_memory_equal(doubles, ((double[]){0, 0, 1, 0}), sizeof doubles);
    assert_int_equal(convert_counts_sum(&counts), 0);
    struct converter narrower = make("c16", "c8"), swapped = make("f4", ">c8");
    const double values[4] = {1e300, -0.0, 0.1, -1e39};
    converter_run(&narrower, values, singles, 2, &counts);
    assert_memory_equal(singles, ((float[]){__builtin_inff(), -0.0f, 0.1f, -__builtin_inff()}), 16);
    assert_int_equal(counts.overflowed, 2);
    uint8_t bytes[8];
    converter_run(&swapped, (float[]){1}, bytes, 1, &counts);
    assert_memory_equal(bytes, ((uint8_t[]){0x3f, 0x80, 0, 0, 0, 0, 0, 0}), 8);
}

static const char *const types[] = {"?",   "i1",  "u1",  ">i2", "<u2", "<i4", ">u4", "<i8",
                                    "<u8", "<f2", ">f2", "<f4", "<f8", ">f8", "<c8", ">c16"};
#define TYPES (sizeof types / sizeof types[0])

/* n elements from and to odd addresses, against the same one by one; nothing before or behind is touched. */
static void check_run(const struct converter *whole, const struct converter *single, const uint8_t *bytes,
                      size_t n, size_t from_shift, size_t to_shift)
{
    uint8_t from[2048], to[2048], expected[2048];
    struct convert_counts counts = {0}, expected_counts = {0};
    assert_true(n * 16 + 64 <= sizeof to);
    memcpy(from + from_shift, bytes, n * whole->from_size);
    memset(to, 0x55, sizeof to);
    memset(expected, 0x55, sizeof expected);
    converter_run(whole, from + from_shift, to + to_shift, n, &counts);
    for (size_t i = 0; i < n; i++)
        converter_run(single, bytes + i * whole->from_size, expected + to_shift + i * whole->to_size, 1,
                      &expected_counts);
    assert_memory_equal(to, expected, sizeof to);
    assert_memory_equal(&counts, &expected_counts, sizeof counts);
}

static void any_number_at_any_address(void **state)
{
    (void)state;
    uint8_t *bytes = random_bytes(7);
    /* No nans: their payloads may differ between a kernel and its tail. */
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] &= i % 3 ? 0xbb : 0x3b;
    struct dtype from, to;
    for (size_t i = 0; i < TYPES * TYPES; i++) {
        from = parse(types[i / TYPES]);
        to = parse(types[i % TYPES]);
        if (convert_check(&from, &to, NULL) < 0)
            continue;
        for (int level = CONVERT_PORTABLE; level <= CONVERT_BEST; level++) {
            struct converter converter;
            if (converter_make(&from, &to, level, &converter, NULL) < 0)
                continue;
            for (size_t n = 0; n <= 70; n++)
                check_run(&converter, &converter, bytes, n, n % 5, n % 7);
        }
    }
    free(bytes);
}

static void more_than_a_block_and_in_place(void **state)
{
    (void)state;
    uint8_t *bytes = random_bytes(3), *to = malloc(BYTES), *place = malloc(BYTES);
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] &= 0x3b;
    for (size_t i = 0; i < TYPES * TYPES; i++) {
        struct dtype from = parse(types[i / TYPES]), into = parse(types[i % TYPES]);
        struct converter converter;
        if (into.itemsize > from.itemsize || converter_make(&from, &into, CONVERT_BEST, &converter, NULL) < 0)
            continue;
        struct convert_counts counts = {0}, pieces = {0};
        size_t n = BYTES / from.itemsize;
        for (size_t at = 0, m; at < n; at += m) {
            m = n - at < 97 ? n - at : 97;
            converter_run(&converter, bytes + at * from.itemsize, to + at * into.itemsize, m, &pieces);
        }
        memcpy(place, bytes, BYTES);
        converter_run(&converter, place, place, n, &counts);
        assert_memory_equal(place, to, n * into.itemsize);
        assert_memory_equal(&counts, &pieces, sizeof counts);
    }
    free(bytes);
    free(to);
    free(place);
}

static void counts_are_added(void **state)
{
    (void)state;
    struct converter converter = make("f8", "u1");
    struct convert_counts counts = {.saturated = 10, .overflowed = 20, .lost_nan = 30};
    const double values[6] = {-1, -0.9, 255.9, 256, __builtin_nan(""), -__builtin_inf()};
    uint8_t bytes[6];
    converter_run(&converter, values, bytes, 6, &counts);
    assert_memory_equal(bytes, ((uint8_t[]){0, 0, 255, 255, 0, 0}), 6);
    assert_int_equal(counts.saturated, 13);
    assert_int_equal(counts.overflowed, 20);
    assert_int_equal(counts.lost_nan, 31);
    struct convert_counts sum = {1, 2, 3};
    convert_counts_add(&sum, &counts);
    assert_int_equal(convert_counts_sum(&sum), 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_lose_its_meaning_is_refused),
        cmocka_unit_test(a_struct_becomes_itself_only),
        cmocka_unit_test(what_stays_as_it_is_is_a_copy),
        cmocka_unit_test(byte_order_is_of_units),
        cmocka_unit_test(big_endian_is_swapped_on_the_way),
        cmocka_unit_test(reals_become_complex_and_complex_complex),
        cmocka_unit_test(any_number_at_any_address),
        cmocka_unit_test(more_than_a_block_and_in_place),
        cmocka_unit_test(counts_are_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
