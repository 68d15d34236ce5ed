#include "tests/support/test.h"

#include <jansson.h>
#include <locale.h>

#include "tui/command/json.h"

/* What a test writes, and its text. */
struct document {
    struct json json;
    FILE *out;
    char *text;
    size_t size;
};

static struct json *document_begin(struct document *document, bool ascii)
{
    document->text = NULL;
    document->out = open_memstream(&document->text, &document->size);
    assert_non_null(document->out);
    json_begin(&document->json, document->out, ascii);
    return &document->json;
}

static const char *document_end(struct document *document)
{
    json_end(&document->json);
    fclose(document->out);
    return document->text;
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (!value)
        fail_msg("%s at %d in %s", error.text, error.position, text);
    return value;
}

static void commas_and_brackets_stand_where_they_belong(void **state)
{
    (void)state;
    struct document document;
    struct json *json = document_begin(&document, false);
    json_open_object(json);
    json_key(json, "empty");
    json_open_array(json);
    json_close(json);
    json_key(json, "list");
    json_open_array(json);
    json_put_unsigned(json, 1);
    json_put_bool(json, true);
    json_put_null(json);
    json_open_object(json);
    json_close(json);
    json_close(json);
    json_close(json);
    assert_string_equal(document_end(&document), "{\"empty\": [], \"list\": [1, true, null, {}]}\n");
    free(document.text);
}

static void lines_break_where_asked(void **state)
{
    (void)state;
    struct document document;
    struct json *json = document_begin(&document, false);
    json_open_array(json);
    for (unsigned i = 0; i < 2; i++) {
        json_line(json);
        json_put_unsigned(json, i);
    }
    json_line(json);
    json_close(json);
    assert_string_equal(document_end(&document), "[\n0,\n1\n]\n");
    free(document.text);
}

/* Every byte but NUL, alone and amid text, and what UTF-8 is made of. */
static void any_text_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "plain",
        "\"quoted\" \\ back",
        "\x01\x1f\x7f\n\t\r",
        "é€𝄞",
        "\u2028\u202e",
        "a/b/c",
        "ends in \xf0\x9f\x98\x80",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            struct document document;
            json_put_text(document_begin(&document, ascii), texts[i]);
            json_t *value = parse(document_end(&document));
            assert_string_equal(json_string_value(value), texts[i]);
            for (size_t k = 0; ascii && k < document.size; k++)
                assert_true((unsigned char)document.text[k] < 0x7f);
            json_decref(value);
            free(document.text);
        }
    }
}

static void invalid_utf8_is_replaced_never_written(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\x80",     "\xff",     "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xe2\x82", "\xf0\x9f", "\xc3(",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct document document;
        json_put_text(document_begin(&document, false), texts[i]);
        json_t *value = parse(document_end(&document));
        assert_memory_equal(json_string_value(value), "\xef\xbf\xbd", 3);
        json_decref(value);
        free(document.text);
    }
}

static void integers_are_exact_to_the_last(void **state)
{
    (void)state;
    struct document document;
    struct json *json = document_begin(&document, false);
    json_open_array(json);
    json_put_unsigned(json, UINT64_MAX);
    json_put_signed(json, INT64_MIN);
    json_put_signed(json, INT64_MAX);
    json_close(json);
    assert_string_equal(document_end(&document),
                        "[18446744073709551615, -9223372036854775808, 9223372036854775807]\n");
    free(document.text);
}

static void what_json_has_no_number_for_is_text(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        bool is_number;
    } cases[] = {
        {"0", true},    {"-0.0", true},  {"1e+300", true}, {"1.5E-7", true}, {"12.25", true}, {"nan", false},
        {"inf", false}, {"-inf", false}, {"1.", false},    {".5", false},    {"01", false},   {"1e", false},
        {"--1", false}, {"1,5", false},  {"0x10", false},  {"", false},      {"-", false},    {"1 ", false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct document document;
        json_put_number(document_begin(&document, false), cases[i].number);
        json_t *value = parse(document_end(&document));
        assert_int_equal(json_is_number(value), cases[i].is_number);
        if (!cases[i].is_number)
            assert_string_equal(json_string_value(value), cases[i].number);
        json_decref(value);
        free(document.text);
    }
}

static void a_full_device_is_seen_on_the_file(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    struct json json;
    json_begin(&json, full, false);
    json_open_array(&json);
    for (unsigned i = 0; i < 100000; i++)
        json_put_unsigned(&json, i);
    json_close(&json);
    json_end(&json);
    assert_true(ferror(full) || fflush(full) != 0);
    fclose(full);
}

int main(void)
{
    setlocale(LC_ALL, "");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_brackets_stand_where_they_belong),
        cmocka_unit_test(lines_break_where_asked),
        cmocka_unit_test(any_text_comes_back),
        cmocka_unit_test(invalid_utf8_is_replaced_never_written),
        cmocka_unit_test(integers_are_exact_to_the_last),
        cmocka_unit_test(what_json_has_no_number_for_is_text),
        cmocka_unit_test(a_full_device_is_seen_on_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
