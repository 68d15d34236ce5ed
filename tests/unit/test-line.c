#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tui/term/width.h"
#include "tui/view/line.h"

static enum line_result press(struct line *line, uint32_t code)
{
    return line_key(line, &(struct key){.code = code});
}

static enum line_result press_alt(struct line *line, uint32_t code)
{
    return line_key(line, &(struct key){.code = code, .alt = true});
}

static void type(struct line *line, const char *text)
{
    uint32_t code;
    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n)
        press(line, code);
}

static struct line *line_of(const char *text)
{
    struct line *line = line_new(NULL);
    line_set(line, text);
    return line;
}

static void typing_goes_where_the_cursor_is(void **state)
{
    (void)state;
    struct line *line = line_new(NULL);
    type(line, "prces");
    press(line, KEY_CTRL('B'));
    press(line, KEY_CODE_LEFT);
    press(line, KEY_CODE_LEFT);
    assert_int_equal(press(line, 'i'), LINE_EDITED);
    assert_string_equal(line_text(line), "prices");
    press(line, KEY_CTRL('A'));
    type(line, "<");
    press(line, KEY_CODE_END);
    type(line, ">");
    assert_string_equal(line_text(line), "<prices>");
    line_free(line);
}

static void each_key_erases_what_emacs_would(void **state)
{
    (void)state;
    const struct {
        uint32_t code;
        bool alt;
        const char *left;
    } cases[] = {
        {KEY_BACKSPACE_CODE, false, "one two-threefour"},
        {KEY_CTRL('H'), false, "one two-threefour"},
        {KEY_CTRL('D'), false, "one two-three our"},
        {KEY_CODE_DELETE, false, "one two-three our"},
        {KEY_CTRL('U'), false, "four"},
        {KEY_CTRL('K'), false, "one two-three "},
        {KEY_CTRL('W'), false, "one four"},
        {'d', true, "one two-three "},
        {KEY_BACKSPACE_CODE, true, "one two-four"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct line *line = line_of("one two-three four");
        for (int k = 0; k < 4; k++)
            press(line, KEY_CODE_LEFT);
        line_key(line, &(struct key){.code = cases[i].code, .alt = cases[i].alt});
        assert_string_equal(line_text(line), cases[i].left);
        line_free(line);
    }
}

static void what_was_taken_comes_back(void **state)
{
    (void)state;
    struct line *line = line_of("/data/sim.npy");
    press(line, KEY_CTRL('W'));
    assert_string_equal(line_text(line), "/data/");
    press(line, KEY_CTRL('A'));
    press(line, KEY_CTRL('Y'));
    assert_string_equal(line_text(line), "sim.npy/data/");
    line_free(line);
}

static void words_are_stepped_over(void **state)
{
    (void)state;
    struct line *line = line_of("one two");
    press_alt(line, 'b');
    type(line, "x");
    press_alt(line, KEY_CODE_LEFT);
    press_alt(line, 'b');
    press_alt(line, 'f');
    type(line, "y");
    assert_string_equal(line_text(line), "oney xtwo");
    line_free(line);
}

static void combining_characters_stay_with_their_base(void **state)
{
    (void)state;
    struct line *line = line_of("ne\xcc\x81z");
    press(line, KEY_CODE_LEFT);
    press(line, KEY_BACKSPACE_CODE);
    assert_string_equal(line_text(line), "nz");
    line_set(line, "e\xcc\x81");
    press(line, KEY_CODE_HOME);
    press(line, KEY_CODE_DELETE);
    assert_string_equal(line_text(line), "");
    line_free(line);
}

static void controls_and_invalid_bytes_are_dropped(void **state)
{
    (void)state;
    struct line *line = line_of("a\x1b[31m\xff"
                                "b\xe2\x80\xae"
                                "c");
    assert_string_equal(line_text(line), "a[31mbc");
    assert_int_equal(press(line, 0x202e), LINE_MOVED);
    assert_int_equal(press(line, 0x9b), LINE_MOVED);
    assert_string_equal(line_text(line), "a[31mbc");
    line_free(line);
}

static void a_paste_becomes_one_line_and_enters_nothing(void **state)
{
    (void)state;
    struct line *line = line_of("x");
    assert_true(line_paste(line, "del\nete\r\n\ty\n"));
    assert_string_equal(line_text(line), "xdeletey");
    assert_false(line_paste(line, "\n\r"));
    line_free(line);
}

static void a_line_has_an_end(void **state)
{
    (void)state;
    struct line *line = line_new(NULL);
    for (int i = 0; i < LINE_MAX_BYTES; i++)
        press(line, 0xe9); /* two bytes each */
    assert_true(strlen(line_text(line)) <= LINE_MAX_BYTES);
    press(line, KEY_CTRL('W'));
    for (int i = 0; i < 5; i++)
        press(line, KEY_CTRL('Y'));
    assert_true(strlen(line_text(line)) <= LINE_MAX_BYTES);
    line_free(line);
}

static void enter_escape_and_tab_are_told(void **state)
{
    (void)state;
    struct line *line = line_of("a");
    assert_int_equal(press(line, KEY_ENTER_CODE), LINE_ENTERED);
    assert_int_equal(press(line, KEY_ESCAPE_CODE), LINE_ESCAPED);
    assert_int_equal(press(line, '\t'), LINE_COMPLETE);
    assert_int_equal(press(line, KEY_CODE_BACK_TAB), LINE_UNUSED);
    assert_int_equal(press(line, KEY_CTRL('C')), LINE_EDITED);
    assert_string_equal(line_text(line), "");
    assert_int_equal(press(line, KEY_CTRL('C')), LINE_ESCAPED);
    line_free(line);
}

static void history_goes_back_and_returns_to_the_draft(void **state)
{
    (void)state;
    struct line_history *history = line_history_new();
    line_history_add(history, "first");
    line_history_add(history, "second");
    line_history_add(history, "first");
    line_history_add(history, "");
    assert_int_equal(line_history_count(history), 2);
    struct line *line = line_new(history);
    type(line, "dra");
    assert_int_equal(press(line, KEY_CODE_DOWN), LINE_UNUSED);
    assert_int_equal(press(line, KEY_CODE_UP), LINE_EDITED);
    assert_string_equal(line_text(line), "first");
    press_alt(line, 'p');
    assert_string_equal(line_text(line), "second");
    assert_int_equal(press(line, KEY_CODE_UP), LINE_UNUSED);
    press_alt(line, 'n');
    press(line, KEY_CODE_DOWN);
    assert_string_equal(line_text(line), "dra");
    assert_int_equal(press(line, KEY_CODE_DOWN), LINE_UNUSED);
    line_free(line);
    line_history_free(history);
}

static void history_is_bounded(void **state)
{
    (void)state;
    struct line_history *history = line_history_new();
    char text[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        line_history_add(history, text);
    }
    assert_int_equal(line_history_count(history), 100);
    struct line *line = line_new(history);
    press(line, KEY_CODE_UP);
    assert_string_equal(line_text(line), "999");
    line_free(line);
    line_history_free(history);
}

static void a_long_line_scrolls_so_that_the_cursor_is_seen(void **state)
{
    (void)state;
    struct cells cells = {0};
    cells_resize(&cells, 1, 12);
    struct line *line = line_of("/a/very/long/path.npy");
    line_layout(line, 10);
    line_draw(line, &cells, 0, 1, 10, true);
    assert_string_equal(draw_row(&cells, 0), " /path.npy");
    assert_int_equal(cells.cursor_x, 10);
    press(line, KEY_CODE_HOME);
    line_layout(line, 10);
    line_draw(line, &cells, 0, 1, 10, true);
    assert_string_equal(draw_row(&cells, 0), " /a/very/lo");
    assert_int_equal(cells.cursor_x, 1);
    line_free(line);
    cells_free(&cells);
}

static void wide_characters_scroll_whole(void **state)
{
    (void)state;
    struct cells cells = {0};
    cells_resize(&cells, 1, 6);
    struct line *line = line_of("数据数据");
    line_layout(line, 6);
    line_draw(line, &cells, 0, 0, 6, true);
    draw_assert_sane(&cells);
    assert_string_equal(draw_row(&cells, 0), "数据");
    assert_int_equal(cells.cursor_x, 4);
    line_free(line);
    cells_free(&cells);
}

static uint32_t random_key(unsigned *seed, bool *ret_alt)
{
    static const uint32_t keys[] = {
        KEY_CODE_LEFT, KEY_CODE_RIGHT, KEY_CODE_HOME, KEY_CODE_END, KEY_CODE_DELETE,
        KEY_CODE_UP,   KEY_CODE_DOWN,  127,           0x65,         0x301,
        0x6570,        0x1f600,        ' ',           '/',          0x202e,
        0xd800,        0x10ffff,       'b',           'f',          'd'};
    unsigned r = (unsigned)rand_r(seed);
    *ret_alt = r % 7 == 0;
    if (r % 3 == 0)
        return r / 3 % 32;
    return keys[r / 3 % (sizeof keys / sizeof keys[0])];
}

static void any_keys_leave_a_line_that_can_be_drawn(void **state)
{
    (void)state;
    struct cells cells = {0};
    struct line_history *history = line_history_new();
    line_history_add(history, "数据/é.npy");
    struct line *line = line_new(history);
    unsigned seed = 7;
    for (int i = 0; i < 20000; i++) {
        struct key key = {0};
        key.code = random_key(&seed, &key.alt);
        line_key(line, &key);
        if (i % 97 == 0)
            line_paste(line, "a\xf0\x9f\x98\x80\xff\nb");
        int width = (int)((unsigned)i % 13);
        cells_resize(&cells, 1, width + 1);
        line_layout(line, width);
        line_draw(line, &cells, 0, 0, width, true);
        draw_assert_sane(&cells);
        assert_true(width == 0 || (cells.cursor_x >= 0 && cells.cursor_x < width));
        assert_true(strlen(line_text(line)) <= LINE_MAX_BYTES);
    }
    line_free(line);
    line_history_free(history);
    cells_free(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_goes_where_the_cursor_is),
        cmocka_unit_test(each_key_erases_what_emacs_would),
        cmocka_unit_test(what_was_taken_comes_back),
        cmocka_unit_test(words_are_stepped_over),
        cmocka_unit_test(combining_characters_stay_with_their_base),
        cmocka_unit_test(controls_and_invalid_bytes_are_dropped),
        cmocka_unit_test(a_paste_becomes_one_line_and_enters_nothing),
        cmocka_unit_test(a_line_has_an_end),
        cmocka_unit_test(enter_escape_and_tab_are_told),
        cmocka_unit_test(history_goes_back_and_returns_to_the_draft),
        cmocka_unit_test(history_is_bounded),
        cmocka_unit_test(a_long_line_scrolls_so_that_the_cursor_is_seen),
        cmocka_unit_test(wide_characters_scroll_whole),
        cmocka_unit_test(any_keys_leave_a_line_that_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
