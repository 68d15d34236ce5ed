#include "tests/support/test.h"

#include <errno.h>

#include "core/matrix/dtype.h"

struct row {
    const char *text, *descr, *name;
};

static void types_are_known_by_numpys_names(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"f2", "<f2", "float16"},
        {"<f4", "<f4", "float32"},
        {">f8", ">f8", "float64"},
        {"=f8", "<f8", "float64"},
        {"|f8", "<f8", "float64"},
        {"float16", "<f2", "float16"},
        {"bool", "|b1", "bool"},
        {"?", "|b1", "bool"},
        {"<b1", "|b1", "bool"},
        {"i1", "|i1", "int8"},
        {">u1", "|u1", "uint8"},
        {"uint16", "<u2", "uint16"},
        {">i4", ">i4", "int32"},
        {"int64", "<i8", "int64"},
        {"u8", "<u8", "uint64"},
        {"c8", "<c8", "complex64"},
        {">c16", ">c16", "complex128"},
        {"d", "<f8", "float64"},
        {">H", ">u2", "uint16"},
        {"e", "<f2", "float16"},
        {"S5", "|S5", "bytes40"},
        {"a3", "|S3", "bytes24"},
        {"U5", "<U5", "str160"},
        {">U5", ">U5", "str160"},
        {"V4", "|V4", "void32"},
        {"M8[ns]", "<M8[ns]", "datetime64[ns]"},
        {"m8", "<m8", "timedelta64"},
        {"M8[25s]", "<M8[25s]", "datetime64[25s]"},
        {">M8[1s]", ">M8[s]", "datetime64[s]"},
        {"datetime64[D]", "<M8[D]", "datetime64[D]"},
        {"S0", "|S0", "bytes"},
        {"U0", "<U0", "str"},
        {"f08", "<f8", "float64"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dtype dtype;
        struct error error = {0};
        if (dtype_parse(rows[i].text, &dtype, &error) != 0)
            fail_msg("%s: %s", rows[i].text, error.text);
        char descr[64], name[DTYPE_NAME_MAX];
        assert_int_equal(dtype_descr(&dtype, descr, sizeof descr), strlen(rows[i].descr));
        assert_string_equal(descr, rows[i].descr);
        dtype_name(&dtype, name);
        assert_string_equal(name, rows[i].name);
    }
}

static void what_is_no_type_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"",
                               "f3x",
                               "f3",
                               "i16",
                               "b2",
                               "<f8 ",
                               " <f8",
                               "<f+8",
                               "!f8",
                               "@f8",
                               "<<f8",
                               "f-8",
                               "c4",
                               "<float16",
                               "M8[",
                               "M8[ns",
                               "M8[xx]",
                               "M8[0s]",
                               "M4[s]",
                               "f8[ns]",
                               "U",
                               "S99999999999999999999",
                               "U2147483647",
                               "x",
                               "\x1b[2J"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct dtype dtype = {0};
        struct error error = {0};
        if (dtype_parse(bad[i], &dtype, &error) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
        assert_non_null(strstr(error.text, "expected"));
        assert_null(strchr(error.text, '\x1b'));
    }
}

static void what_is_not_supported_is_named(void **state)
{
    (void)state;
    const struct {
        const char *text, *word;
    } rows[] = {{"O", "object"},        {"|O8", "object"},     {"object", "object"},      {"f16", "float128"},
                {"float96", "float96"}, {"c32", "complex256"}, {"longdouble", "float128"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dtype dtype;
        struct error error = {0};
        assert_int_equal(dtype_parse(rows[i].text, &dtype, &error), -ENOTSUP);
        if (!strstr(error.text, rows[i].word))
            fail_msg("%s: %s", rows[i].text, error.text);
    }
}

static struct dtype parse(const char *text)
{
    struct dtype dtype;
    assert_int_equal(dtype_parse(text, &dtype, NULL), 0);
    return dtype;
}

static void a_struct_has_running_offsets_and_numpys_descr(void **state)
{
    (void)state;
    const uint64_t two[] = {2}, nested[] = {2, 5};
    const struct dtype_field inner_fields[] = {{.name = "x", .dtype = parse(">u2"), .rank = 1, .dims = two}};
    struct dtype inner, outer;
    assert_int_equal(dtype_make_struct(inner_fields, 1, &inner, NULL), 0);
    const struct dtype_field fields[] = {
        {.name = "a", .dtype = parse("i1")},
        {.name = "", .dtype = parse("V3")},
        {.name = "it's", .title = "t", .dtype = inner},
        {.name = "整\n", .dtype = parse("f8"), .rank = 2, .dims = nested, .levels = 2},
        {.name = "", .dtype = parse("V1")},
    };
    assert_int_equal(dtype_make_struct(fields, 5, &outer, NULL), 0);
    dtype_clear(&inner);
    assert_int_equal(outer.itemsize, 1 + 3 + 4 + 80 + 1);
    assert_int_equal(dtype_field_at(&outer, 3).offset, 8);
    assert_int_equal(dtype_field_at(&outer, 2).dtype.itemsize, 4);
    char descr[300];
    dtype_descr(&outer, descr, sizeof descr);
    assert_string_equal(descr, "[('a', '|i1'), ('', '|V3'), (('t', \"it's\"), [('x', '>u2', (2,))]), "
                               "('整\\n', ('<f8', (5,)), (2,)), ('', '|V1')]");
    struct dtype copy = dtype_dup(&outer);
    assert_true(dtype_equal(&copy, &outer));
    dtype_clear(&outer);
    assert_int_equal(dtype_field_count(&copy), 5);
    dtype_clear(&copy);
}

static void a_struct_is_refused_where_numpy_refuses_it(void **state)
{
    (void)state;
    const uint64_t huge[] = {1 << 20, 1 << 20};
    const struct dtype_field twice[] = {{.name = "x", .dtype = parse("i1")},
                                        {.name = "x", .dtype = parse("i1")}};
    const struct dtype_field big[] = {{.name = "x", .dtype = parse("f8"), .rank = 2, .dims = huge}};
    struct dtype dtype = {0};
    struct error error = {0};
    assert_int_equal(dtype_make_struct(twice, 2, &dtype, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "'x'"));
    assert_int_equal(dtype_make_struct(big, 1, &dtype, &error), -EBADMSG);
    assert_int_equal(dtype_make_struct(NULL, 0, &dtype, &error), 0);
    assert_int_equal(dtype.itemsize, 0);
    dtype_clear(&dtype);
}

static void properties_follow_the_kind(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bool numeric, swapped;
        unsigned unit;
    } rows[] = {{"f2", true, false, 2},  {">f2", true, true, 2},  {">c16", true, true, 8},
                {">U3", false, true, 4}, {"S3", false, false, 1}, {">M8", false, true, 8},
                {"?", true, false, 1},   {">i1", true, false, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dtype dtype = parse(rows[i].text);
        assert_int_equal(dtype_is_numeric(&dtype), rows[i].numeric);
        assert_int_equal(dtype_is_swapped(&dtype), rows[i].swapped);
        assert_int_equal(dtype_swap_unit(&dtype), rows[i].unit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_known_by_numpys_names),
        cmocka_unit_test(what_is_no_type_is_refused),
        cmocka_unit_test(what_is_not_supported_is_named),
        cmocka_unit_test(a_struct_has_running_offsets_and_numpys_descr),
        cmocka_unit_test(a_struct_is_refused_where_numpy_refuses_it),
        cmocka_unit_test(properties_follow_the_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
