/* Keys and pastes from the bytes that terminals send. */
#include "tests/support/test.h"

#include "tui/term/input.h"

static struct input input;

static int setup(void **state)
{
    (void)state;
    input_free(&input);
    memset(&input, 0, sizeof(input));
    return 0;
}

static void feed(const char *bytes, size_t n)
{
    size_t space;
    unsigned char *at = input_space(&input, &space);

    assert_true(n <= space);
    memcpy(at, bytes, n);
    input_fed(&input, n);
}

static enum terminal_input next(bool ended, struct key *key)
{
    char *text = NULL;
    enum terminal_input found = input_next(&input, ended, key, &text);

    free(text);
    return found;
}

static void expect_key(bool ended, uint32_t code, bool alt)
{
    struct key key = {0};

    assert_int_equal(next(ended, &key), INPUT_KEY);
    assert_int_equal(key.code, code);
    assert_int_equal(key.alt, alt);
}

static void expect_nothing(void)
{
    struct key key;

    assert_int_equal(next(false, &key), INPUT_NONE);
}

static void each_sequence_is_one_key(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t code;
        bool alt;
    } keys[] = {
        {"a", 'a', false},
        {"\x01", 1, false},
        {"\r", KEY_ENTER_CODE, false},
        {"\x7f", KEY_BACKSPACE_CODE, false},
        {"é", 0xe9, false},
        {"日", 0x65e5, false},
        {"\x1b[A", KEY_CODE_UP, false},
        {"\x1bOA", KEY_CODE_UP, false},
        {"\x1b[1;5B", KEY_CODE_DOWN, false},
        {"\x1b[1;3C", KEY_CODE_RIGHT, true},
        {"\x1b[H", KEY_CODE_HOME, false}, /* xterm */
        {"\x1bOF", KEY_CODE_END, false},
        {"\x1b[1~", KEY_CODE_HOME, false}, /* linux, screen, tmux */
        {"\x1b[4~", KEY_CODE_END, false},
        {"\x1b[7~", KEY_CODE_HOME, false}, /* rxvt */
        {"\x1b[8~", KEY_CODE_END, false},
        {"\x1b[3~", KEY_CODE_DELETE, false},
        {"\x1b[3$", KEY_CODE_DELETE, false},
        {"\x1b[5~", KEY_CODE_PAGE_UP, false},
        {"\x1b[6;2~", KEY_CODE_PAGE_DOWN, false},
        {"\x1b[Z", KEY_CODE_BACK_TAB, false},
        {"\x1bOP", KEY_CODE_F1, false},
        {"\x1b[[A", KEY_CODE_F1, false},  /* linux */
        {"\x1b[11~", KEY_CODE_F1, false}, /* rxvt */
        {"\x1b[1;2S", KEY_CODE_F1 + 3, false},
        {"\x1b[15~", KEY_CODE_F1 + 4, false},
        {"\x1b[19~", KEY_CODE_F1 + 7, false},
        {"\x1b[24~", KEY_CODE_F12, false},
        {"\x1bOM", KEY_ENTER_CODE, false}, /* keypad */
        {"\x1bOp", '0', false},
        {"\x1bOk", '+', false},
        {"\x1b"
         "f",
         'f', true},
        {"\x1b\r", KEY_ENTER_CODE, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t n = strlen(keys[i].bytes);

        for (size_t cut = 1; cut < n; cut++) { /* however it is cut */
            if (cut == 1 || keys[i].bytes[0] == 0x1b) {
                feed(keys[i].bytes, cut);
                expect_nothing();
                assert_true(input_is_partial(&input));
                feed(keys[i].bytes + cut, n - cut);
                expect_key(false, keys[i].code, keys[i].alt);
            }
        }
        feed(keys[i].bytes, n);
        feed("z", 1);
        expect_key(false, keys[i].code, keys[i].alt);
        expect_key(false, 'z', false);
        expect_nothing();
    }
}

static void an_escape_alone_is_escape(void **state)
{
    (void)state;
    feed("\x1b", 1);
    expect_nothing();
    expect_key(true, KEY_ESCAPE_CODE, false);
    feed("\x1b\x1b", 2);
    expect_key(false, KEY_ESCAPE_CODE, false);
    expect_nothing();
    expect_key(true, KEY_ESCAPE_CODE, false);
    feed("\x1b[", 2);
    expect_key(true, '[', true);
    feed("\x1bO", 2);
    expect_key(true, 'O', true);
    assert_false(input_is_partial(&input));
}

/* Reports that nobody asked for, mouse, focus, broken UTF-8, C1: no key of theirs, and the key behind them is
 * not lost. */
static void what_is_no_key_is_swallowed_whole(void **state)
{
    static const char *const junk[] = {"\x1b[?1;2c", "\x1b[?2026;2$y", "\x1b[<0;10;10M", "\x1b[I",
                                       "\x1b[99~",   "\x1b[27;5;9~",   "\x1b[E",         "\xff",
                                       "\xc2\x9b",   "\xe2\x80\xae",   "\xc0",           "\x1b[[Z"};

    (void)state;
    for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
        feed(junk[i], strlen(junk[i]));
        feed("z", 1);
        expect_key(false, 'z', false);
        expect_nothing();
        assert_false(input_is_partial(&input));
    }
}

static void terminfo_adds_keys_and_the_tty_its_erase(void **state)
{
    (void)state;
    input_add(&input, "\x1b=q", KEY_CODE_UP);
    input_add(&input, "x", KEY_CODE_DOWN); /* no sequence: would take a letter away */
    input.erase = 8;
    feed("\x1b=", 2);
    expect_nothing();
    feed("qx\x08", 3);
    expect_key(false, KEY_CODE_UP, false);
    expect_key(false, 'x', false);
    expect_key(false, KEY_BACKSPACE_CODE, false);
}

static void a_paste_is_one_text(void **state)
{
    static const char bytes[] = "a\x1b[200~d\rq\x1b[A\x1b[20\x1b[201~b";
    struct key key;

    (void)state;
    for (size_t cut = 1; cut < sizeof(bytes) - 1; cut++) {
        enum terminal_input found;
        char *text = NULL;

        feed(bytes, cut);
        while ((found = input_next(&input, false, &key, &text)) == INPUT_KEY)
            assert_true(key.code == 'a' || key.code == 'b');
        feed(bytes + cut, sizeof(bytes) - 1 - cut);
        while (text == NULL && (found = input_next(&input, false, &key, &text)) == INPUT_KEY)
            assert_int_equal(key.code, 'a');
        assert_non_null(text);
        assert_string_equal(text, "d\rq\x1b[A\x1b[20");
        free(text);
        if (input.count > 0)
            expect_key(false, 'b', false);
        expect_nothing();
    }
}

static void a_paste_has_a_limit(void **state)
{
    enum terminal_input found = INPUT_NONE;
    struct key key;
    char *text = NULL;
    char block[999];

    (void)state;
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = "\xe6\x97\xa5"[i % 3];
    feed("\x1b[200~x\0", 8);
    for (int i = 0; i < 100; i++) {
        feed(block, sizeof(block));
        assert_int_equal(input_next(&input, false, &key, &text), INPUT_NONE);
    }
    feed("\x1b[201~", 6);
    found = input_next(&input, false, &key, &text);
    assert_int_equal(found, INPUT_PASTE);
    assert_int_equal(strlen(text), INPUT_PASTE_MAX); /* 65535 = 3 * 21845, and the x */
    assert_int_equal(text[0], 'x');
    free(text);
    /* One byte later, and the last character would be cut. */
    feed("\x1b[200~xy", 8);
    for (int i = 0; i < 100; i++) {
        feed(block, sizeof(block));
        input_next(&input, false, &key, &text);
    }
    feed("\x1b[201~", 6);
    assert_int_equal(input_next(&input, false, &key, &text), INPUT_PASTE);
    assert_int_equal(strlen(text), INPUT_PASTE_MAX - 2);
    free(text);
}

static void any_bytes_are_survived(void **state)
{
    static const char likely[] = "\x1b\x1b[[[O;;0123~~$?AZ\xc3\xa9\xe2\x82";
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 300000; round++) {
        struct key key;
        char byte;

        seed = seed * 1664525 + 1013904223;
        byte = seed >> 31 ? likely[(seed >> 16) % (sizeof(likely) - 1)] : (char)(seed >> 16);
        feed(&byte, 1);
        while (next(seed % 16 == 3, &key) != INPUT_NONE)
            assert_true(key.code < 0x110000 || (key.code > KEY_CODE_BASE && key.code <= KEY_CODE_F12));
        assert_true(input.count < 80);
    }
}

static int teardown(void **state)
{
    (void)state;
    input_free(&input);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_sequence_is_one_key),
        TEST(an_escape_alone_is_escape),
        TEST(what_is_no_key_is_swallowed_whole),
        TEST(terminfo_adds_keys_and_the_tty_its_erase),
        TEST(a_paste_is_one_text),
        TEST(a_paste_has_a_limit),
        TEST(any_bytes_are_survived),
    };

    return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
