/*
 * The lens alone: what its fields say of so many bytes, and its keys.
 */
#include "tests/support/test.h"

#include "core/layout/layout.h"
#include "tests/support/draw.h"
#include "tui/values/lens_private.h"

struct scene {
    struct lens *lens;
    struct cells cells;
    enum lens_result last;
};

static void draw(struct scene *scene)
{
    lens_layout(scene->lens, scene->cells.columns);
    cells_clear(&scene->cells);
    lens_draw(scene->lens, &scene->cells, (struct rect){0, 0, scene->cells.rows, scene->cells.columns});
    draw_assert_sane(&scene->cells);
}

static void open_lens(struct scene *scene, uint64_t size, uint64_t payload)
{
    *scene = (struct scene){.lens = lens_new(true)};
    cells_resize(&scene->cells, LENS_ROWS, 80);
    lens_know(scene->lens, size, payload, false);
    lens_begin(scene->lens, NULL);
    draw(scene);
}

static void close_lens(struct scene *scene)
{
    lens_free(scene->lens);
    cells_free(&scene->cells);
}

static void press(struct scene *scene, uint32_t code)
{
    scene->last = lens_key(scene->lens, &(struct key){.code = code});
    draw(scene);
}

static void type(struct scene *scene, const char *text)
{
    press(scene, KEY_CTRL('U'));
    for (; *text; text++)
        press(scene, (unsigned char)*text);
}

static void assert_says(const struct scene *scene, const char *descr, char order, uint64_t offset, int rank,
                        const uint64_t *shape)
{
    struct matrix matrix;
    char text[64];
    assert_true(lens_matrix(scene->lens, &matrix));
    dtype_descr(&matrix.dtype, text, sizeof text);
    assert_string_equal(text, descr);
    assert_int_equal(matrix.order, order);
    assert_int_equal(matrix.offset, offset);
    assert_int_equal(matrix.rank, rank);
    assert_memory_equal(matrix.shape, shape, (size_t)rank * sizeof *shape);
}

#define shape_of(...)                                                                                        \
    (sizeof((uint64_t[]){__VA_ARGS__}) / 8), (uint64_t[])                                                    \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }

static void nothing_is_said_before_the_size_is_known(void **state)
{
    (void)state;
    struct scene scene = {.lens = lens_new(true)};
    struct matrix matrix;
    cells_resize(&scene.cells, LENS_ROWS, 80);
    press(&scene, KEY_CODE_RIGHT);
    assert_false(lens_matrix(scene.lens, &matrix));
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, LENS_USED);
    close_lens(&scene);
}

static void it_begins_with_all_bytes_in_a_row(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 2000000, 0);
    assert_says(&scene, "<f2", 'C', 0, shape_of(1000000));
    close_lens(&scene);
    open_lens(&scene, 2000064, 64);
    assert_says(&scene, "<f2", 'C', 64, shape_of(1000000));
    close_lens(&scene);
    open_lens(&scene, 2000001, 0);
    assert_says(&scene, "|u1", 'C', 0, shape_of(2000001));
    close_lens(&scene);
    open_lens(&scene, 0, 0);
    assert_says(&scene, "<f2", 'C', 0, shape_of(0));
    close_lens(&scene);
}

static void types_are_stepped_through_or_typed(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 48000, 0);
    press(&scene, KEY_CODE_RIGHT);
    assert_int_equal(scene.last, LENS_CHANGED);
    assert_says(&scene, "<f4", 'C', 0, shape_of(12000));
    press(&scene, KEY_CODE_LEFT);
    assert_says(&scene, "<f2", 'C', 0, shape_of(24000));
    press(&scene, KEY_CODE_LEFT);
    assert_says(&scene, ">i8", 'C', 0, shape_of(6000));
    type(&scene, ">f8");
    assert_says(&scene, ">f8", 'C', 0, shape_of(6000));
    struct matrix matrix;
    type(&scene, "f3");
    assert_false(lens_matrix(scene.lens, &matrix));
    assert_non_null(strstr(lens_verdict(scene.lens), "is no element type"));
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, LENS_USED); /* to be corrected */
    press(&scene, KEY_CODE_RIGHT);
    assert_says(&scene, "<f2", 'C', 0, shape_of(24000));
    close_lens(&scene);
}

static void shapes_are_chosen_or_typed(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 768 * 100 * 2, 0);
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "[76800] 100 × 768 ");
    press(&scene, KEY_CODE_DOWN);
    assert_says(&scene, "<f2", 'C', 0, shape_of(100, 768));
    draw_assert_has(&scene.cells, " 76800 [100 × 768]");
    type(&scene, "-1,50");
    assert_says(&scene, "<f2", 'C', 0, shape_of(1536, 50));
    type(&scene, "(10, 10 x 768)");
    assert_says(&scene, "<f2", 'C', 0, shape_of(10, 10, 768));
    assert_int_equal(lens_paste(scene.lens, ""), LENS_UNUSED);
    type(&scene, "");
    assert_int_equal(lens_paste(scene.lens, "[100 × 768]"), LENS_CHANGED);
    assert_says(&scene, "<f2", 'C', 0, shape_of(100, 768));
    type(&scene, "100,");
    assert_says(&scene, "<f2", 'C', 0, shape_of(100));
    draw_assert_has(&scene.cells, "153400 bytes behind it are left over");
    press(&scene, KEY_CODE_UP);
    press(&scene, KEY_CODE_UP);
    press(&scene, KEY_CODE_UP);
    assert_int_equal(scene.last, LENS_CHANGED);
    close_lens(&scene);
}

/* Chosen, not typed: it goes on to fill the segment. */
static void a_chosen_shape_fits_itself_to_the_type(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 768 * 100 * 2, 0);
    press(&scene, '\t');
    press(&scene, KEY_CODE_DOWN);
    press(&scene, KEY_CODE_BACK_TAB);
    press(&scene, KEY_CODE_RIGHT);
    assert_says(&scene, "<f4", 'C', 0, shape_of(50, 768));
    press(&scene, KEY_CODE_RIGHT);
    assert_says(&scene, "<f8", 'C', 0, shape_of(25, 768));
    type(&scene, "c16");
    assert_says(&scene, "<c16", 'C', 0, shape_of(9600));
    close_lens(&scene);
}

/* What filled the segment by itself too; and no type on the way makes its shape forgotten. */
static void a_known_shape_fits_itself_to_the_type(void **state)
{
    (void)state;
    struct scene scene;
    struct matrix matrix = {.order = 'C', .rank = 3, .offset = 128, .shape = {8, 5, 6}};
    open_lens(&scene, 128 + 8 * 5 * 6 * 2, 0);
    assert_int_equal(dtype_parse("f2", &matrix.dtype, NULL), 0);
    lens_begin(scene.lens, &matrix);
    press(&scene, KEY_CODE_RIGHT);
    assert_says(&scene, "<f4", 'C', 128, shape_of(4, 5, 6));
    type(&scene, "V32");
    assert_says(&scene, "|V32", 'C', 128, shape_of(15));
    type(&scene, "i2");
    assert_says(&scene, "<i2", 'C', 128, shape_of(8, 5, 6));
    matrix.shape[0] = 7; /* it does not: what is said stays as it is */
    lens_begin(scene.lens, &matrix);
    press(&scene, KEY_CODE_LEFT);
    press(&scene, KEY_CODE_RIGHT);
    assert_says(&scene, "<f2", 'C', 128, shape_of(7, 5, 6));
    close_lens(&scene);
}

static void what_does_not_fit_is_said(void **state)
{
    (void)state;
    struct scene scene;
    struct matrix matrix;
    open_lens(&scene, (uint64_t)4 << 30, 0);
    press(&scene, '\t');
    type(&scene, "40000,70000");
    assert_false(lens_matrix(scene.lens, &matrix));
    draw_assert_has(&scene.cells, "needs 5.2G, the segment has 4.0G: 1.2G short");
    type(&scene, "99999999999,99999999999");
    assert_false(lens_matrix(scene.lens, &matrix));
    type(&scene, "-1,-1");
    draw_assert_has(&scene.cells, "only one dimension may be -1");
    type(&scene, "-1,7777");
    draw_assert_has(&scene.cells, "no number in place of -1: 4294967296 bytes are no multiple of 15554");
    press(&scene, '\t');
    press(&scene, '\t');
    type(&scene, "5000000000");
    draw_assert_has(&scene.cells, "offset: the segment ends at byte 4294967296");
    type(&scene, "x");
    draw_assert_has(&scene.cells, "offset: a number of bytes is expected");
    type(&scene, "18446744073709551615");
    assert_false(lens_matrix(scene.lens, &matrix));
    close_lens(&scene);
}

static void the_order_and_the_offset(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 64 + 768 * 100 * 2, 64);
    press(&scene, '\t');
    type(&scene, "768,100");
    press(&scene, '\t');
    press(&scene, KEY_CODE_RIGHT);
    assert_says(&scene, "<f2", 'F', 64, shape_of(768, 100));
    press(&scene, 'c');
    assert_says(&scene, "<f2", 'C', 64, shape_of(768, 100));
    press(&scene, 'f');
    press(&scene, KEY_CODE_DOWN);
    type(&scene, "2");
    assert_says(&scene, "<f2", 'F', 2, shape_of(768, 100));
    draw_assert_has(&scene.cells, "62 bytes behind it are left over");
    close_lens(&scene);
}

static void the_segment_may_grow_and_shrink(void **state)
{
    (void)state;
    struct scene scene;
    struct matrix matrix;
    open_lens(&scene, 2000, 0);
    assert_false(lens_know(scene.lens, 2000, 0, true));
    assert_true(lens_know(scene.lens, 1000, 0, true));
    assert_false(lens_matrix(scene.lens, &matrix));
    assert_true(lens_know(scene.lens, 4000, 0, true));
    assert_says(&scene, "<f2", 'C', 0, shape_of(1000));
    close_lens(&scene);
}

static void it_begins_with_what_is_known(void **state)
{
    (void)state;
    struct scene scene;
    struct matrix matrix = {.order = 'F', .rank = 3, .offset = 128, .shape = {4, 5, 6}};
    open_lens(&scene, 4096, 0);
    assert_int_equal(dtype_parse(">f4", &matrix.dtype, NULL), 0);
    lens_begin(scene.lens, &matrix);
    assert_says(&scene, ">f4", 'F', 128, shape_of(4, 5, 6));
    assert_int_equal(dtype_parse("M8[ns]", &matrix.dtype, NULL), 0);
    lens_begin(scene.lens, &matrix);
    assert_says(&scene, "<M8[ns]", 'F', 128, shape_of(4, 5, 6));
    close_lens(&scene);
}

static void buttons(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 2000, 0);
    draw_assert_has(&scene.cells, "Record");
    draw_assert_lacks(&scene.cells, "Clear record");
    press(&scene, KEY_CODE_BACK_TAB);
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, LENS_KEEP);
    press(&scene, KEY_CODE_RIGHT);
    press(&scene, ' ');
    assert_int_equal(scene.last, LENS_RECORD);
    lens_know(scene.lens, 2000, 0, true);
    press(&scene, KEY_CODE_RIGHT);
    draw_assert_has(&scene.cells, "[ Clear record ]");
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, LENS_CLEAR);
    press(&scene, KEY_CODE_RIGHT);
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, LENS_BACK);
    press(&scene, KEY_CTRL('C'));
    assert_int_equal(scene.last, LENS_BACK);
    press(&scene, '\t');
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, LENS_KEEP);
    press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, LENS_BACK);
    close_lens(&scene);
}

static void reading_alone_offers_no_record(void **state)
{
    (void)state;
    struct scene scene = {.lens = lens_new(false)};
    cells_resize(&scene.cells, LENS_ROWS, 80);
    lens_know(scene.lens, 2000, 0, true);
    lens_begin(scene.lens, NULL);
    draw(&scene);
    draw_assert_lacks(&scene.cells, "ecord");
    close_lens(&scene);
}

static void any_size_is_safe(void **state)
{
    (void)state;
    struct scene scene;
    open_lens(&scene, 3 * 768 * 1024, 0);
    for (int field = 0; field < LENS_FIELD_COUNT; field++, press(&scene, '\t'))
        for (int columns = 1; columns < 100; columns += columns < 20 ? 1 : 9)
            for (int rows = 1; rows <= LENS_ROWS + 1; rows++) {
                cells_resize(&scene.cells, rows, columns);
                draw(&scene);
            }
    cells_resize(&scene.cells, 2, 80);
    draw(&scene);
    draw_assert_has(&scene.cells, "Type");
    draw_assert_has(&scene.cells, "all of it");
    close_lens(&scene);
}

/* What is said to be right lies within the segment, whatever the keys were. */
static void any_keys_are_safe(void **state)
{
    (void)state;
    static const uint32_t keys[] = {KEY_CODE_LEFT,
                                    KEY_CODE_RIGHT,
                                    KEY_CODE_UP,
                                    KEY_CODE_DOWN,
                                    KEY_CODE_RIGHT,
                                    '\t',
                                    '\t',
                                    KEY_CODE_BACK_TAB,
                                    KEY_CTRL('U'),
                                    KEY_CTRL('H'),
                                    KEY_CTRL('H'),
                                    KEY_ENTER_CODE,
                                    '0',
                                    '1',
                                    '2',
                                    '7',
                                    '9',
                                    ',',
                                    ',',
                                    '-',
                                    'f',
                                    '8',
                                    'x',
                                    ' '};
    static const uint64_t sizes[] = {0, 1, 64, 4096, 3 * 768 * 1024, 999983, INT64_MAX};
    struct scene scene;
    uint64_t seed = 7;
    open_lens(&scene, 4096, 0);
    for (int i = 0; i < 20000; i++) {
        struct matrix matrix;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t any = (uint32_t)(seed >> 33);
        uint64_t size = sizes[any / 64 % 7];
        if (any % 64 == 0) {
            lens_know(scene.lens, size, size / 8 * (any / 1024 % 2), any % 3 == 0);
        } else if (any % 256 == 1) {
            lens_begin(scene.lens, NULL);
        } else {
            lens_key(scene.lens, &(struct key){.code = keys[any / 64 % (sizeof keys / sizeof keys[0])]});
        }
        if (lens_matrix(scene.lens, &matrix))
            assert_int_equal(layout_check_size(&matrix, scene.lens->size, NULL), 0);
        else
            assert_true(lens_verdict(scene.lens)[0]);
        if (i % 50 == 0)
            draw(&scene);
    }
    close_lens(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_before_the_size_is_known),
        cmocka_unit_test(it_begins_with_all_bytes_in_a_row),
        cmocka_unit_test(types_are_stepped_through_or_typed),
        cmocka_unit_test(shapes_are_chosen_or_typed),
        cmocka_unit_test(a_chosen_shape_fits_itself_to_the_type),
        cmocka_unit_test(a_known_shape_fits_itself_to_the_type),
        cmocka_unit_test(what_does_not_fit_is_said),
        cmocka_unit_test(the_order_and_the_offset),
        cmocka_unit_test(the_segment_may_grow_and_shrink),
        cmocka_unit_test(it_begins_with_what_is_known),
        cmocka_unit_test(buttons),
        cmocka_unit_test(reading_alone_offers_no_record),
        cmocka_unit_test(any_size_is_safe),
        cmocka_unit_test(any_keys_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
