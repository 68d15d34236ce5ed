#include "tests/support/test.h"

#include "core/layout/layout.h"

static uint8_t file[2048];

static int recognise(const char *name, uint64_t size, struct layout_result *ret)
{
    size_t tail = size < LAYOUT_TAIL ? (size_t)size : LAYOUT_TAIL;
    struct layout_probe probe = {.name = name,
                                 .size = size,
                                 .head = file,
                                 .head_size = size < LAYOUT_HEAD ? (size_t)size : LAYOUT_HEAD,
                                 .tail = file + size - tail,
                                 .tail_size = tail};
    return layout_recognise(&probe, ret);
}

static void put(size_t at, const void *bytes, size_t n)
{
    memcpy(file + at, bytes, n);
}

/* 5 wide, 4 high, 3 deep. Returns the file's size. */
static size_t put_image(bool second, uint8_t type, uint64_t item_size)
{
    const uint32_t size[3] = {5, 4, 3};
    const uint64_t count = 60, bytes = count * item_size;
    const int32_t creator = 4711;
    memset(file, 0, sizeof file);
    put(0, second ? "2.00" : "0.0.01", second ? 4 : 6);
    put(32, "frames", 6);
    file[112] = 3;
    put(116, size, sizeof size);
    put(128, &count, 8);
    file[136] = type;
    file[second ? 240 : 217] = 0xff;
    if (second) {
        put(216, &creator, 4);
        put(312, &bytes, 8);
    }
    return (second ? 384 : 336) + (size_t)bytes;
}

static void expect_image(uint64_t size, const char *descr, uint64_t offset)
{
    struct layout_result result;
    char text[32];
    assert_int_equal(recognise("anything", size, &result), 0);
    assert_int_equal(result.layout, LAYOUT_IMAGESTREAM);
    assert_true(result.has_matrix);
    assert_false(result.damaged);
    dtype_descr(&result.matrix.dtype, text, sizeof text);
    assert_string_equal(text, descr);
    assert_int_equal(result.matrix.rank, 3);
    assert_int_equal(result.matrix.shape[0], 3);
    assert_int_equal(result.matrix.shape[1], 4);
    assert_int_equal(result.matrix.shape[2], 5);
    assert_int_equal(result.matrix.order, 'C');
    assert_int_equal(result.matrix.offset, offset);
    layout_result_clear(&result);
}

static void both_versions_are_known_in_all_types(void **state)
{
    (void)state;
    static const char *const descrs[] = {"",    "|u1", "|i1", "<u2", "<i2", "<u4",  "<i4",
                                         "<u8", "<i8", "<f4", "<f8", "<c8", "<c16", "<f2"};
    static const uint8_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 8, 16, 2};
    for (uint8_t type = 1; type <= 13; type++) {
        expect_image(put_image(false, type, sizes[type]), descrs[type], 336);
        expect_image(put_image(true, type, sizes[type]), descrs[type], 384);
    }
    /* Semaphores, keywords and counters stand behind the values. */
    expect_image(put_image(true, 9, 4) + 500, "<f4", 384);
}

static void one_axis_is_enough(void **state)
{
    (void)state;
    struct layout_result result;
    size_t size = put_image(true, 9, 4);
    file[112] = 1;
    put(128, &(uint64_t){5}, 8);
    assert_int_equal(recognise("x", size, &result), 0);
    assert_true(result.has_matrix && result.matrix.rank == 1 && result.matrix.shape[0] == 5);
    layout_result_clear(&result);
}

static void the_second_tells_its_creator(void **state)
{
    (void)state;
    struct layout_result result;
    size_t size = put_image(true, 9, 4);
    const int32_t creators[][3] = {{4711, 1, 4711}, {0, 12, 12}, {-1, 0, 0}, {1 << 23, 7, 7}};
    for (size_t i = 0; i < 4; i++) {
        put(216, creators[i], 8);
        assert_int_equal(recognise("x", size, &result), 0);
        assert_int_equal(result.creator, creators[i][2]);
        layout_result_clear(&result);
    }
    size = put_image(false, 9, 4);
    assert_int_equal(recognise("x", size, &result), 0);
    assert_int_equal(result.creator, 0);
    layout_result_clear(&result);
}

/* Each of these makes the whole header unbelievable. */
static void spoil(unsigned how)
{
    const uint64_t less = 59, more = 241;
    switch (how) {
    case 0:
        file[112] = 0;
        break;
    case 1:
        file[112] = 4;
        break;
    case 2:
        file[136] = 0;
        break;
    case 3:
        file[136] = 14;
        break;
    case 4:
        put(128, &less, 8);
        break;
    case 5:
        put(312, &less, 8); /* fewer bytes than the shape has */
        break;
    case 6:
        put(312, &more, 8); /* more than the file has */
        break;
    default:
        memset(file + 116, 0xff, 12);
        break;
    }
}

static void only_its_name_makes_nonsense_a_damaged_one(void **state)
{
    (void)state;
    struct layout_result result;
    for (unsigned how = 0; how < 8; how++) {
        size_t size = put_image(true, 9, 4);
        spoil(how);
        assert_int_equal(recognise("frames.im.shm", size, &result), 0);
        assert_int_equal(result.layout, LAYOUT_IMAGESTREAM);
        assert_true(result.damaged && !result.has_matrix && result.reason[0]);
        assert_int_equal(result.creator, 0);
        assert_int_equal(recognise("frames.shm", size, &result), 0);
        assert_int_equal(result.layout, LAYOUT_RAW);
        assert_false(result.damaged);
    }
    put_image(true, 9, 4);
    assert_int_equal(recognise("frames.im.shm", 383, &result), 0);
    assert_true(result.damaged && strstr(result.reason, "cut short"));
    assert_int_equal(recognise("frames.im.shm", 384 + 239, &result), 0);
    assert_true(result.damaged);
}

static void another_version_is_raw(void **state)
{
    (void)state;
    struct layout_result result;
    size_t size = put_image(true, 9, 4);
    static const char *const versions[] = {"2.000", "2.01", "0.0.02", "2.0", ""};
    for (size_t i = 0; i < 5; i++) {
        memset(file, 0, 32);
        put(0, versions[i], strlen(versions[i]));
        assert_int_equal(recognise("frames.im.shm", size, &result), 0);
        assert_int_equal(result.layout, LAYOUT_RAW);
    }
}

static void values_in_a_gpu_are_not_here(void **state)
{
    (void)state;
    struct layout_result result;
    put_image(true, 9, 4);
    file[240] = 0;
    assert_int_equal(recognise("frames.im.shm", 384, &result), 0);
    assert_int_equal(result.layout, LAYOUT_IMAGESTREAM);
    assert_false(result.damaged || result.has_matrix);
    assert_int_equal(result.creator, 4711);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_versions_are_known_in_all_types),
        cmocka_unit_test(one_axis_is_enough),
        cmocka_unit_test(the_second_tells_its_creator),
        cmocka_unit_test(only_its_name_makes_nonsense_a_damaged_one),
        cmocka_unit_test(another_version_is_raw),
        cmocka_unit_test(values_in_a_gpu_are_not_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
