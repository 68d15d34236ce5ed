#include "tests/support/test.h"

#include "core/layout/layout.h"
#include "core/layout/npy.h"

static uint8_t file[4096];

static size_t put_npy(const char *text)
{
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (uint8_t)strlen(text);
    file[9] = (uint8_t)(strlen(text) >> 8);
    memcpy(file + 10, text, strlen(text));
    return 10 + strlen(text);
}

static int recognise(const char *name, uint64_t size, size_t head, struct layout_result *ret)
{
    struct layout_probe probe = {
        .name = name, .size = size, .head = file, .head_size = head, .tail = file, .tail_size = 0};
    return layout_recognise(&probe, ret);
}

#define HEADER "{'descr': '<f2', 'fortran_order': True, 'shape': (2, 3), }"

static void an_npy_is_known_by_its_first_bytes(void **state)
{
    (void)state;
    struct layout_result result;
    size_t header = put_npy(HEADER);
    assert_int_equal(recognise("x.shm", header + 12, header + 12, &result), 0);
    assert_int_equal(result.layout, LAYOUT_NPY);
    assert_true(result.has_matrix);
    assert_false(result.damaged);
    assert_int_equal(result.matrix.order, 'F');
    assert_int_equal(result.matrix.offset, header);
    layout_result_clear(&result);
    /* What stands behind the data is ignored. */
    assert_int_equal(recognise("x.shm", header + 13, header + 12, &result), 0);
    assert_true(result.has_matrix);
    layout_result_clear(&result);
}

static void a_description_that_does_not_fit_is_damage(void **state)
{
    (void)state;
    struct layout_result result;
    size_t header = put_npy(HEADER);
    for (uint64_t size = 6; size < header + 12; size++) {
        assert_int_equal(recognise("x.shm", size, size < header ? size : header, &result), 0);
        assert_int_equal(result.layout, LAYOUT_NPY);
        assert_true(result.damaged);
        assert_false(result.has_matrix);
        assert_true(result.reason[0] != '\0');
    }
    header = put_npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }");
    assert_int_equal(recognise("x.shm", 1000, 1000, &result), 0);
    assert_true(result.damaged);
    assert_non_null(strstr(result.reason, "object"));
    put_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }");
    assert_int_equal(recognise("x.shm", 1000, 1000, &result), 0);
    assert_true(result.damaged);
}

static void a_long_header_is_asked_for(void **state)
{
    (void)state;
    static char text[2000];
    struct layout_result result;
    memset(text, ' ', sizeof text - 1);
    memcpy(text, HEADER, strlen(HEADER));
    size_t header = put_npy(text);
    assert_int_equal(recognise("x", header + 12, LAYOUT_HEAD, &result), (int)header);
    assert_int_equal(recognise("x", header + 12, header, &result), 0);
    assert_true(result.has_matrix);
    layout_result_clear(&result);
}

static void the_rest_is_raw_or_a_semaphore(void **state)
{
    (void)state;
    struct layout_result result;
    memset(file, 0, sizeof file);
    const struct {
        const char *name;
        uint64_t size;
        enum layout layout;
    } rows[] = {{"x", 0, LAYOUT_RAW},
                {"x", 4096, LAYOUT_RAW},
                {"sem.x", 32, LAYOUT_SEMAPHORE},
                {"sem.", 32, LAYOUT_SEMAPHORE},
                {"sem.x", 33, LAYOUT_RAW},
                {"semx", 32, LAYOUT_RAW},
                {"jack_sem.1_x", 32, LAYOUT_RAW}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t head = rows[i].size < LAYOUT_HEAD ? (size_t)rows[i].size : LAYOUT_HEAD;
        assert_int_equal(recognise(rows[i].name, rows[i].size, head, &result), 0);
        assert_int_equal(result.layout, rows[i].layout);
        assert_false(result.damaged || result.has_matrix);
        layout_result_clear(&result);
    }
    memcpy(file, "\x93NUMP", 5);
    assert_int_equal(recognise("x", 5, 5, &result), 0);
    assert_int_equal(result.layout, LAYOUT_RAW);
}

/* How many use it, padding, then what they share. */
static void a_counted_storage_says_where_its_bytes_begin(void **state)
{
    (void)state;
    struct layout_result result;
    static const char *const names[] = {"torch_12_34_0", "paddle_12_0_34", "mindspore_12_34_0"};
    memset(file, 0, sizeof file);
    file[0] = 2;
    file[64] = 7;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(recognise(names[i], 64 + 8, 64 + 8, &result), 0);
        assert_int_equal(result.layout, LAYOUT_RAW);
        assert_false(result.damaged || result.has_matrix);
        assert_int_equal(result.payload, 64);
    }
    const struct {
        const char *name;
        size_t size, spoilt;
        uint8_t byte;
    } others[] = {{"torch_x", 72, 0, 2},        {"x", 72, 0, 2},
                  {"torch_12_34_0", 64, 0, 2},  {"torch_12_34_0", 72, 0, 0},
                  {"torch_12_34_0", 72, 63, 1}, {"torch_12_34_0", 72, 3, 0xff}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        memset(file, 0, 64);
        file[0] = 2;
        file[others[i].spoilt] = others[i].byte;
        assert_int_equal(recognise(others[i].name, others[i].size, others[i].size, &result), 0);
        assert_int_equal(result.layout, LAYOUT_RAW);
        assert_int_equal(result.payload, 0);
    }
}

static void layouts_have_names(void **state)
{
    (void)state;
    assert_string_equal(layout_name(LAYOUT_NPY), "npy");
    assert_string_equal(layout_name(LAYOUT_RAW), "raw");
    assert_string_equal(layout_name(LAYOUT_DIRECTORY), "directory");
    assert_string_equal(layout_name(LAYOUT_SEMAPHORE), "semaphore");
    assert_string_equal(layout_name(LAYOUT_OTHER), "other");
    assert_null(layout_name(LAYOUT_UNKNOWN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_npy_is_known_by_its_first_bytes),
        cmocka_unit_test(a_description_that_does_not_fit_is_damage),
        cmocka_unit_test(a_long_header_is_asked_for),
        cmocka_unit_test(the_rest_is_raw_or_a_semaphore),
        cmocka_unit_test(a_counted_storage_says_where_its_bytes_begin),
        cmocka_unit_test(layouts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
