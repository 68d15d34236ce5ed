/* Cells: what is put where, whatever text comes in and wherever it is put. */
#include "tests/support/test.h"

#include <limits.h>

#include "tui/term/cells.h"
#include "tui/term/width.h"

static struct cells cells;

static int setup(void **state)
{
    (void)state;
    cells_free(&cells);
    cells_resize(&cells, 3, 10);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cells_free(&cells);
    return 0;
}

/* The text of a row, as a person would read it. */
static const char *row(int y)
{
    static char text[10 * CELL_TEXT_MAX + 1];

    text[0] = '\0';
    for (int x = 0; x < cells.columns; x++)
        strcat(text, cells.grid[y * cells.columns + x].text);
    return text;
}

#define ROW_IS(y, expected) assert_string_equal(row(y), expected)

static int put(int y, int x, int width, const char *text)
{
    return cells_put(&cells, y, x, width, ROLE_TEXT, 0, text);
}

static void text_is_put_and_clipped(void **state)
{
    (void)state;
    assert_int_equal(put(0, 1, -1, "abc"), 3);
    ROW_IS(0, " abc      ");
    assert_int_equal(put(0, 7, -1, "hello"), 3);
    ROW_IS(0, " abc   hel");
    assert_int_equal(put(1, -2, -1, "hello"), 5);
    ROW_IS(1, "llo       ");
    assert_int_equal(put(2, 2, 3, "hello"), 3);
    ROW_IS(2, "  hel     ");
    put(3, 0, -1, "below");
    put(-1, 0, -1, "above");
    assert_int_equal(put(0, 10, -1, "right"), 0);
    assert_int_equal(put(0, 1, 0, "nothing"), 0);
    ROW_IS(0, " abc   hel");
}

static void roles_and_flags_are_kept(void **state)
{
    (void)state;
    cells_put(&cells, 1, 2, -1, ROLE_WARN, CELL_BOLD, "w");
    assert_int_equal(cells.grid[12].role, ROLE_WARN);
    assert_int_equal(cells.grid[12].flags, CELL_BOLD);
    cells_tint(&cells, (struct rect){1, 0, 1, 10}, -1, CELL_SELECTED);
    assert_int_equal(cells.grid[12].role, ROLE_WARN);
    assert_int_equal(cells.grid[12].flags, CELL_BOLD | CELL_SELECTED);
    assert_int_equal(cells.grid[19].flags, CELL_SELECTED);
    assert_int_equal(cells.grid[20].flags, 0);
    cells_tint(&cells, (struct rect){1, 2, 1, 1}, ROLE_BAD, 0);
    assert_int_equal(cells.grid[12].role, ROLE_BAD);
}

static void wide_characters_are_never_halved(void **state)
{
    (void)state;
    assert_int_equal(put(0, 0, 5, "日本語"), 4);
    ROW_IS(0, "日本      ");
    assert_int_equal(cells.grid[0].width, 2);
    assert_int_equal(cells.grid[1].width, 0);
    put(0, 1, -1, "x"); /* over the right half */
    ROW_IS(0, " x本      ");
    put(0, 2, -1, "y"); /* over the left half */
    ROW_IS(0, " xy       ");
    put(1, -1, -1, "日a"); /* cut by the left edge */
    ROW_IS(1, " a        ");
    assert_int_equal(put(2, 9, -1, "日"), 0); /* by the right one */
    ROW_IS(2, "          ");
    put(2, 0, -1, "日本");
    put(2, 1, -1, "語");
    ROW_IS(2, " 語       ");
}

static void combining_characters_stay_with_their_base(void **state)
{
    (void)state;
    assert_int_equal(put(0, 0, 2, "e\xcc\x81z"), 2);
    assert_string_equal(cells.grid[0].text, "e\xcc\x81");
    assert_string_equal(cells.grid[1].text, "z");
    assert_int_equal(put(1, 0, -1, "\xcc\x81z"), 2); /* without a base */
    assert_string_equal(cells.grid[10].text, " \xcc\x81");
    assert_int_equal(put(1, 0, -1, "o\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81z"), 2);
    assert_string_equal(cells.grid[10].text, "o\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
    /* A family of three: three faces, nothing that would join them on some terminals only. */
    assert_int_equal(put(2, 0, -1, "👨\xe2\x80\x8d👩\xe2\x80\x8d👧"), 6);
    ROW_IS(2, "👨👩👧    ");
    assert_int_equal(put(2, 0, -1, "☀\xef\xb8\x8f."), 2);
}

/* Controls, bidi overrides, C1 as UTF-8 and as bytes, surrogates, overlong forms, what is cut off. */
static void nothing_unprintable_comes_through(void **state)
{
    static const char *const hostile[] = {
        "\x1b",         "\n",       "\x7f",         "\xc2\x9b",         "\x9b",
        "\xe2\x80\xae", "\xc2\xad", "\xed\xa0\x80", "\xc0\x80",         "\xff",
        "\xe2\x82",     "\xf4",     "\xef\xbf\xbe", "\xf5\x80\x80\x80", "\xe2\x80\xa8"};

    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        cells_clear(&cells);
        assert_true(put(0, 0, -1, hostile[i]) >= 1);
        assert_string_equal(cells.grid[0].text, "\xef\xbf\xbd");
        assert_string_equal(cells.grid[9].text, " ");
        assert_true(text_width(hostile[i]) >= 1);
    }
    cells.ascii = true;
    put(0, 0, -1, "a\x1b[31m\xe2\x80\xae");
    ROW_IS(0, "a?[31m?   ");
}

static void every_byte_sequence_yields_printable_cells(void **state)
{
    uint32_t seed = 12345;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[24];
        int used, width;

        for (size_t i = 0; i + 1 < sizeof(text); i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = (char)(seed >> 24 | 1);
        }
        text[seed >> 8 & 15] = '\0';
        cells_clear(&cells);
        used = put(1, 0, -1, text);
        width = text_width(text);
        assert_true(used == width || (width > 10 && used >= 9));
        for (int i = 0; i < 30; i++) {
            uint32_t code;
            const char *at = cells.grid[i].text;

            assert_true(cells.grid[i].width == 0 ||
                        (utf8_decode(at, &code) > 0 && character_width(code) > 0));
            for (size_t n; (n = utf8_decode(at, &code)) > 0; at += n)
                assert_true(character_width(code) >= 0);
        }
    }
}

static void ascii_shows_what_looks_alike(void **state)
{
    (void)state;
    cells.ascii = true;
    put(0, 0, -1, "40×60 ↓ ●█");
    ROW_IS(0, "40x60 v *#");
    assert_int_equal(put(1, 0, -1, "日e\xcc\x81é…"), 5);
    ROW_IS(1, "??e?~     ");
    cells_box(&cells, (struct rect){0, 0, 3, 10}, ROLE_RULE, NULL);
    ROW_IS(0, "+--------+");
    ROW_IS(1, "|        |");
}

static void cutting_marks_the_end(void **state)
{
    (void)state;
    assert_int_equal(cells_put_cut(&cells, 0, 0, 5, ROLE_TEXT, 0, "abcdefg"), 5);
    ROW_IS(0, "abcd…     ");
    assert_int_equal(cells_put_cut(&cells, 0, 0, 7, ROLE_TEXT, 0, "abcdefg"), 7);
    ROW_IS(0, "abcdefg   ");
    assert_int_equal(cells_put_cut(&cells, 1, 0, 4, ROLE_TEXT, 0, "日本語"), 3);
    ROW_IS(1, "日…       ");
    assert_int_equal(cells_put_right(&cells, 2, 2, 6, ROLE_TEXT, 0, "4.8G"), 6);
    ROW_IS(2, "    4.8G  ");
    assert_int_equal(cells_put_right(&cells, 2, 2, 3, ROLE_TEXT, 0, "123456"), 3);
    ROW_IS(2, "  12….8G  ");
    assert_int_equal(cells_put_cut(&cells, 2, 0, 0, ROLE_TEXT, 0, "x"), 0);
    assert_int_equal(cells_putf(&cells, 1, 0, -1, ROLE_TEXT, 0, "%d of %s", 5, "8"), 6);
    ROW_IS(1, "5 of 8    ");
}

static void a_box_has_a_title_and_an_empty_inside(void **state)
{
    (void)state;
    put(1, 2, -1, "under");
    cells_box(&cells, (struct rect){0, 0, 3, 9}, ROLE_RULE, "Hi");
    ROW_IS(0, "┌─ Hi ──┐ ");
    ROW_IS(1, "│       │ ");
    ROW_IS(2, "└───────┘ ");
    cells_box(&cells, (struct rect){0, 0, 3, 10}, ROLE_RULE, "A long title");
    ROW_IS(0, "┌─ A l… ─┐");
    cells_box(&cells, (struct rect){-5, -5, 2, 2}, ROLE_RULE, "x");
    cells_box(&cells, (struct rect){0, 0, 1, 1}, ROLE_RULE, "x");
    cells_rule(&cells, 1, 0, -1, ROLE_RULE);
    ROW_IS(1, "──────────");
}

static void a_bar_is_proportional(void **state)
{
    (void)state;
    cells_bar(&cells, 0, 0, 10, 1, 2, ROLE_LIVE);
    ROW_IS(0, "█████     ");
    cells_bar(&cells, 1, 0, 10, 1, 16, ROLE_LIVE);
    ROW_IS(1, "▋         ");
    cells_bar(&cells, 2, 0, 10, UINT64_MAX, UINT64_MAX - 1, ROLE_LIVE);
    ROW_IS(2, "██████████");
    cells_clear(&cells);
    cells_bar(&cells, 0, 0, 10, UINT64_MAX / 4, UINT64_MAX, ROLE_LIVE);
    ROW_IS(0, "██▌       ");
    cells_bar(&cells, 1, 0, 10, 5, 0, ROLE_LIVE);
    ROW_IS(1, "          ");
    cells.ascii = true;
    cells_bar(&cells, 1, 0, 10, 29, 100, ROLE_LIVE);
    ROW_IS(1, "###       ");
}

static void absurd_places_are_safe(void **state)
{
    static const int numbers[] = {INT_MIN, INT_MIN + 1, -4001, -1000, -1,          0,      1,
                                  9,       10,          11,    4001,  INT_MAX - 1, INT_MAX};
    const size_t n = sizeof(numbers) / sizeof(numbers[0]);

    (void)state;
    for (size_t i = 0; i < n * n * n * n; i++) {
        int y = numbers[i % n], x = numbers[i / n % n], h = numbers[i / n / n % n],
            w = numbers[i / n / n / n];
        struct rect rect = {y, x, h, w};

        cells_put(&cells, y, x, w, ROLE_TEXT, 0, "ab日本");
        cells_put_right(&cells, y, x, w, ROLE_TEXT, 0, "ab日本");
        cells_put_cut(&cells, y, x, w, ROLE_TEXT, 0, "ab日本");
        cells_bar(&cells, y, x, w, 3, 4, ROLE_TEXT);
        cells_rule(&cells, y, x, w, ROLE_RULE);
        cells_fill(&cells, rect, ROLE_TEXT, 0, ".");
        cells_tint(&cells, rect, ROLE_DIM, 0);
        cells_box(&cells, rect, ROLE_RULE, "title");
    }
    for (size_t i = 0; i < n * n; i++) {
        cells_resize(&cells, numbers[i / n] % 50, numbers[i % n] % 50);
        put(0, 0, -1, "日");
        assert_true(cells.rows >= 1 && cells.columns >= 1);
    }
    cells_resize(&cells, INT_MAX, 0);
    assert_int_equal(cells.rows, 1000);
    assert_int_equal(cells.columns, 1);
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(character_width('a'), 1);
    assert_int_equal(character_width(0xe9), 1);
    assert_int_equal(character_width(0x301), 0);
    assert_int_equal(character_width(0x4e00), 2);
    assert_int_equal(character_width(0x3fffd), 2); /* planes 2 and 3 are wide, assigned or not */
    assert_int_equal(character_width(0x1f600), 2);
    assert_int_equal(character_width(0xac00), 2);
    assert_int_equal(character_width(0x1160), 0);
    assert_int_equal(character_width(0x202e), -1);
    assert_int_equal(character_width(0x200b), -1);
    assert_int_equal(character_width(0xe0001), -1);
    assert_int_equal(character_width(0x110000), -1);
    assert_int_equal(text_width("日本 e\xcc\x81"), 6);
    assert_int_equal(text_width(""), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(text_is_put_and_clipped),
        TEST(roles_and_flags_are_kept),
        TEST(wide_characters_are_never_halved),
        TEST(combining_characters_stay_with_their_base),
        TEST(nothing_unprintable_comes_through),
        TEST(every_byte_sequence_yields_printable_cells),
        TEST(ascii_shows_what_looks_alike),
        TEST(cutting_marks_the_end),
        TEST(a_box_has_a_title_and_an_empty_inside),
        TEST(a_bar_is_proportional),
        TEST(absurd_places_are_safe),
        TEST(widths),
    };

    return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
