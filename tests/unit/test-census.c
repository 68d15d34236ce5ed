/*
 * The statistics of all columns in the values: what is asked for, really done or answered by hand, and how it
 * is shown.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>

#include "core/sys/memory.h"
#include "tests/support/draw.h"
#include "tests/support/looking.h"
#include "tui/view/hints.h"

/* Rows of the screen whose first word is a column's, in their order: "0 1 2". */
static const char *order(const struct looking *looking)
{
    static char all[512];
    all[0] = '\0';
    for (int y = 0; y < looking->cells.rows - 1; y++) {
        char word[64];
        if (sscanf(draw_row(&looking->cells, y), " %63s", word) == 1 && word[0] >= '0' && word[0] <= '9')
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", all[0] ? " " : "", word);
    }
    return all;
}

static const char *line_of(const struct looking *looking, const char *place)
{
    for (int y = 0; y < looking->cells.rows - 1; y++) {
        char word[64];
        if (sscanf(draw_row(&looking->cells, y), " %63s", word) == 1 && strcmp(word, place) == 0)
            return draw_row(&looking->cells, y);
    }
    return "";
}

static void assert_words(const char *text, const char *expected)
{
    char words[256] = "";
    char *line = strdup(text), *rest = line, *word;
    while ((word = strsep(&rest, " ")))
        if (*word)
            snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", words[0] ? " " : "", word);
    free(line);
    assert_string_equal(words, expected);
}

static void assert_line(const struct looking *looking, const char *place, const char *expected)
{
    assert_words(line_of(looking, place), expected);
}

static void assert_headings(const struct looking *looking, const char *expected)
{
    assert_words(draw_row(&looking->cells, 2), expected);
}

static struct study_reply *reply(enum study_kind kind)
{
    struct study_reply *reply = memory_new(sizeof *reply);
    reply->kind = kind;
    return reply;
}

/* A reply with so many finite elements in each column, from 0 on: column c is c. */
static struct study_reply *columns_reply(uint64_t columns, uint64_t count, bool sampled)
{
    struct study_reply *made = reply(STUDY_BY_PLACE);
    made->place_count = columns;
    made->places = memory_new(columns * sizeof *made->places);
    for (uint64_t i = 0; i < columns; i++) {
        struct statistics *line = &made->places[i];
        line->tally = (struct tally){.count = count, .finite = count, .mean = (double)i};
        line->tally.min.f = line->tally.max.f = (double)i;
        line->sampled = sampled;
        dtype_parse("f8", &line->value, NULL);
    }
    return made;
}

/* 5 rows of 6: column 1 is all nan, 2 has an inf, 3 two nans and is 7 else, 4 is 0. */
static void write_odd(void **state)
{
    double values[30];
    for (int i = 0; i < 30; i++) {
        int row = i / 6, column = i % 6;
        values[i] = column == 1               ? NAN
                    : column == 2 && row == 3 ? -INFINITY
                    : column == 3             ? (row < 2 ? NAN : 7)
                    : column == 4             ? 0
                    : column == 5             ? -100 * row
                                              : row + 0.5;
    }
    struct matrix matrix = looking_matrix("<f8", 'C', 2, (uint64_t[]){5, 6});
    tmpdir_write_matrix(*state, "odd", &matrix, values, sizeof values);
}

static void every_column_has_a_line(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    const struct study_request *asked = l.asked[STUDY_CENSUS];
    assert_int_equal(asked->kind, STUDY_BY_PLACE);
    assert_int_equal(asked->axis, 1);
    assert_int_equal(asked->statistics.sample, 0); /* so few are not sampled */
    assert_true(study_is_waited_for(asked));
    draw_assert_has(&l.cells, "looking…");
    looking_study(&l, STUDY_CENSUS);
    assert_null(l.asked[STUDY_CENSUS]);
    draw_assert_has(&l.cells, "exact, ");
    assert_line(&l, "0", "0 0.5 2.5 4.5 1.4142 0 0 0");
    assert_line(&l, "1", "1 - - - - 5 0 0");
    assert_line(&l, "2", "2 0.5 2.25 4.5 1.479 0 1 0");
    assert_line(&l, "3", "3 7 7 7 0 2 0 0");
    assert_line(&l, "4", "4 0 0 0 0 0 0 5");
    assert_line(&l, "5", "5 -400 -200 0 141.42 0 0 1");
    assert_line(&l, "all", "all -400 -43.523 7 108.41 7 1 6");
    looking_press(&l, "j");
    draw_assert_has(&l.cells, " column 1  min -  mean -  max -  std -  nan 5  inf 0  zeros 0");
    looking_press(&l, "j");
    draw_assert_has(&l.cells, " column 2  min 0.5  mean 2.25  max 4.5  std 1.479019945774904  nan 0  inf 1");
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-80x24");
    looking_press(&l, "S");
    draw_assert_has(&l.cells, "[0, 2] = 0.5");
    looking_close(&l);
}

static void it_is_sorted_by_any_figure(void **state)
{
    static const struct {
        const char *keys, *heading, *order;
    } rows[] = {
        {"", "column ↑", "0 1 2 3 4 5"},  {"I", "column ↓", "5 4 3 2 1 0"},
        {"s", "min ↑", "5 4 0 2 3 1"}, /* equal ones as they stand; what has none is last, */
        {"I", "min ↓", "3 0 2 4 5 1"}, /* whichever way */
        {">", "mean ↑", "5 4 2 0 3 1"},   {">", "max ↓", "3 0 2 4 5 1"},
        {">", "std ↓", "5 2 0 3 4 1"},    {">", "nan ↓", "1 3 0 2 4 5"},
        {"s", "inf ↓", "2 0 1 3 4 5"},    {"s", "zeros ↓", "4 5 0 1 2 3"},
        {"s", "column ↑", "0 1 2 3 4 5"}, {"<", "zeros ↓", "4 5 0 1 2 3"},
    };
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        looking_press(&l, rows[i].keys);
        draw_assert_has(&l.cells, rows[i].heading);
        assert_string_equal(order(&l), rows[i].order);
    }
    looking_close(&l);
}

static void sorting_shows_what_stands_out(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "jjS");
    looking_study(&l, STUDY_CENSUS);
    looking_press(&l, "G");
    draw_assert_has(&l.cells, " column 5 ");
    looking_press(&l, "I"); /* by place: it stays on its column */
    draw_assert_has(&l.cells, " column 5 ");
    looking_press(&l, "I<<<"); /* by nan: on top */
    draw_assert_has(&l.cells, " column 1 ");
    looking_press(&l, "j");
    draw_assert_has(&l.cells, " column 3 ");
    looking_press(&l, "k\r"); /* there, in the row where it was */
    draw_assert_has(&l.cells, "[2, 1] = nan");
    looking_press(&l, "S:4\r");
    draw_assert_has(&l.cells, " column 4 ");
    looking_press(&l, ":6\r");
    draw_assert_has(&l.cells, "there are 6 columns, from 0 on");
    looking_press(&l, "\x15x\r");
    draw_assert_has(&l.cells, "a column's number is expected");
    looking_press(&l, "\x15\r");
    draw_assert_has(&l.cells, " column 4 ");
    looking_press(&l, "q");
    draw_assert_has(&l.cells, "[2, 4] = 0.0");
    looking_press(&l, "S\x1b");
    draw_assert_has(&l.cells, "[2, 4] = 0.0");
    assert_int_equal(preview_key(l.preview, &(struct key){.code = 'q'}, l.now), PREVIEW_UNUSED);
    looking_close(&l);
}

static void a_line_can_be_copied(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "SY");
    draw_assert_has(&l.cells, "nothing to copy");
    assert_null(preview_take_copy(l.preview));
    looking_study(&l, STUDY_CENSUS);
    looking_press(&l, "jjY");
    draw_assert_has(&l.cells, "the line is copied, tab-separated");
    char *text = preview_take_copy(l.preview);
    assert_string_equal(text, "2\t0.5\t2.25\t4.5\t1.479019945774904\t0\t1\t0");
    free(text);
    looking_close(&l);
}

static void many_columns_scroll(void **state)
{
    struct looking l = {0};
    looking_write_doubles(*state, "wide", 'C', 2, (uint64_t[]){3, 1000});
    looking_open(&l, state, "wide");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    looking_press(&l, "G");
    draw_assert_has(&l.cells, " column 999 ");
    assert_line(&l, "999", "999 499.5 999.5 1499.5 408.25 0 0 0");
    looking_press(&l, "\x02"); /* a page up */
    draw_assert_has(&l.cells, " column 980 ");
    looking_press_code(&l, KEY_CODE_PAGE_UP);
    draw_assert_has(&l.cells, " column 961 ");
    looking_press_code(&l, KEY_CODE_PAGE_DOWN);
    looking_press(&l, "\x04"); /* half a page down */
    draw_assert_has(&l.cells, " column 990 ");
    looking_press(&l, "g");
    draw_assert_has(&l.cells, " column 0 ");
    looking_press(&l, ":500\r\r");
    draw_assert_has(&l.cells, "[0, 500] = 250.0");
    looking_close(&l);
}

/* What does not fit is reached with l, and brought in by what it is sorted by. */
static void figures_that_do_not_fit_scroll(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    looking_size(&l, 12, 36);
    assert_headings(&l, "column ↑ min mean max");
    looking_press(&l, "<");
    assert_headings(&l, "column nan inf zeros ↓");
    looking_press(&l, "hhhhhhhh");
    assert_headings(&l, "column min mean max");
    looking_press(&l, "l");
    assert_headings(&l, "column mean max std");
    looking_press(&l, "llllllllll");
    assert_headings(&l, "column nan inf zeros ↓"); /* no further than needed */
    looking_size(&l, 24, 80);
    assert_headings(&l, "column min mean max std nan inf zeros ↓");
    looking_close(&l);
}

/* First a sample, then all of it; and then nothing, until r. */
static void a_sample_comes_first(void **state)
{
    struct looking l = {0};
    const uint64_t rows = 20 << 20;
    tmpdir_write_npy(*state, "big", "<f8", false, "(20971520, 2)", NULL, (size_t)rows * 16);
    looking_open(&l, state, "big");
    looking_press(&l, "S");
    uint64_t sample = l.asked[STUDY_CENSUS]->statistics.sample;
    assert_true(sample > 0);
    looking_answer(&l, STUDY_CENSUS, columns_reply(2, sample / 2, true));
    draw_assert_has(&l.cells, "sampled 4,194,304 of 41,943,040");
    assert_line(&l, "1", "1 1 1 1 0 0 0 0");
    assert_int_equal(l.asked[STUDY_CENSUS]->statistics.sample, 0);
    preview_study_progress(l.preview, STUDY_CENSUS, rows / 2, rows * 2, l.now);
    looking_settle(&l);
    draw_assert_has(&l.cells, " 25%");
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-sampled-80x24");
    l.ascii = true;
    looking_settle(&l);
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-sampled-ascii-80x24");
    l.ascii = false;
    looking_press(&l, "X");
    draw_assert_has(&l.cells, "every element is being looked at");
    struct study_reply *exact = columns_reply(2, rows, false);
    exact->took = 310;
    looking_answer(&l, STUDY_CENSUS, exact);
    assert_null(l.asked[STUDY_CENSUS]);
    looking_press(&l, "j");
    draw_assert_has(&l.cells, "exact, 0.31 s, 0s ago");
    looking_wait(&l, 12000);
    assert_null(l.asked[STUDY_CENSUS]);
    draw_assert_has(&l.cells, "exact, 0.31 s, 12s ago");
    looking_press(&l, "X");
    draw_assert_has(&l.cells, "every element was looked at: r looks anew");
    looking_press(&l, "r");
    assert_int_equal(l.asked[STUDY_CENSUS]->statistics.sample, sample);
    draw_assert_has(&l.cells, "looking…");
    looking_close(&l);
}

static void values_that_change_are_told(void **state)
{
    struct looking l = {0};
    looking_write_doubles(*state, "a", 'C', 2, (uint64_t[]){5, 6});
    looking_open(&l, state, "a");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    draw_assert_lacks(&l.cells, "values change");
    looking_write_double(*state, "a", 7, 4242);
    looking_wait(&l, 1000);
    draw_assert_has(&l.cells, " ago  values change: r reads anew");
    looking_press(&l, "r");
    looking_study(&l, STUDY_CENSUS);
    draw_assert_lacks(&l.cells, "values change");
    looking_close(&l);
}

static void it_is_cancelled_when_it_is_left(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    assert_non_null(l.asked[STUDY_CENSUS]);
    looking_press(&l, "S");
    assert_int_equal(l.given_up[STUDY_CENSUS], 1);
    assert_null(l.asked[STUDY_CENSUS]);
    looking_press(&l, "S"); /* goes on with what is missing */
    looking_study(&l, STUDY_CENSUS);
    assert_line(&l, "4", "4 0 0 0 0 0 0 5");
    looking_press(&l, "SS"); /* what is known stays, and how old it is */
    assert_null(l.asked[STUDY_CENSUS]);
    assert_line(&l, "4", "4 0 0 0 0 0 0 5");
    looking_close(&l);
}

static void another_slice_is_looked_at_anew(void **state)
{
    struct looking l = {0};
    looking_write_doubles(*state, "cube", 'C', 3, (uint64_t[]){4, 2, 3});
    looking_open(&l, state, "cube");
    looking_press(&l, "S");
    looking_press(&l, "]"); /* while the first is looked at */
    assert_int_equal(l.given_up[STUDY_CENSUS], 1);
    draw_assert_has(&l.cells, "a[1,:,:]");
    looking_study(&l, STUDY_CENSUS);
    assert_line(&l, "0", "0 3 3.75 4.5 0.75 0 0 0");
    looking_press(&l, "]");
    draw_assert_has(&l.cells, "looking…");
    looking_study(&l, STUDY_CENSUS);
    assert_line(&l, "0", "0 6 6.75 7.5 0.75 0 0 0");
    looking_press(&l, "StS"); /* other columns */
    assert_int_equal(l.asked[STUDY_CENSUS]->view.count[1], 2);
    looking_write_doubles(*state, "cube", 'C', 2, (uint64_t[]){6, 4});
    looking_wait(&l, 300);
    looking_study(&l, STUDY_CENSUS);
    assert_line(&l, "3", "3 1.5 6.5 11.5 3.4157 0 0 0");
    looking_close(&l);
}

/* What two threads of the console do at once does not take each other's place. */
static void a_search_goes_first(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    looking_press(&l, "/nan\r");
    assert_int_equal(l.given_up[STUDY_CENSUS], 1);
    assert_null(l.asked[STUDY_CENSUS]);
    struct study_reply *found = reply(STUDY_OF_SEARCH);
    found->is_there = true;
    found->number = 1;
    looking_answer(&l, STUDY_SEARCH, found);
    assert_non_null(l.asked[STUDY_CENSUS]);
    draw_assert_has(&l.cells, "found at [0, 1] = nan");
    looking_study(&l, STUDY_CENSUS);
    looking_press(&l, "\r");
    draw_assert_has(&l.cells, "[0, 1] = nan");
    looking_close(&l);
}

static void fields_have_lines_each_of_its_type(void **state)
{
    struct looking l = {0};
    struct dtype i8, f4, s, c, i4;
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {3}};
    dtype_parse("<i8", &i8, NULL);
    dtype_parse(">f4", &f4, NULL);
    dtype_parse("S3", &s, NULL);
    dtype_parse("<c8", &c, NULL);
    dtype_parse("<i4", &i4, NULL);
    const uint64_t two[] = {2};
    const struct dtype_field fields[] = {{.name = "id", .dtype = i8},
                                         {.name = "price", .dtype = f4},
                                         {.name = "sy\x1bm", .dtype = s},
                                         {.name = "z", .dtype = c},
                                         {.name = "pair", .dtype = i4, .rank = 1, .dims = two}};
    assert_int_equal(dtype_make_struct(fields, 5, &matrix.dtype, NULL), 0);
    uint8_t data[3][31] = {{0}};
    const int64_t ids[3] = {INT64_MAX, INT64_MAX - 1, INT64_MIN};
    for (int i = 0; i < 3; i++) {
        memcpy(data[i], &ids[i], 8);
        memcpy(data[i] + 8, (const uint8_t[]){0x7f, 0xc0, 0, 0}, 4); /* nan */
        memcpy(data[i] + 15, (const float[]){3, 4}, 8);
        data[i][23 + 4] = (uint8_t)(8 * i);
    }
    tmpdir_write_matrix(*state, "trades", &matrix, data, sizeof data);
    matrix_clear(&matrix);
    looking_open(&l, state, "trades");
    looking_press(&l, "S");
    for (int field = 0; field < 4; field++) /* one has no numbers */
        looking_study(&l, STUDY_CENSUS);
    assert_null(l.asked[STUDY_CENSUS]);
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-fields-80x24");
    looking_size(&l, 24, 120);
    draw_assert_has(&l.cells, "field ↑");
    draw_assert_has(&l.cells, "sy\\x1bm  bytes24");
    assert_line(&l, "price", "price - - - - 3 0 0");
    assert_line(&l, "z", "z 5 5 5 0 0 0 0");
    assert_line(&l, "pair", "pair 0 4 16 6.1101 0 0 4");
    draw_assert_has(&l.cells, "complex ones by magnitude");
    draw_assert_has(&l.cells, " field id  min -9223372036854775808 ");
    looking_press(&l, "s"); /* by min: text is last */
    looking_press(&l, "G");
    draw_assert_has(&l.cells, " field sy\\x1bm");
    looking_press(&l, ":pr\r");
    draw_assert_has(&l.cells, " field price ");
    looking_press(&l, ":nix\r");
    draw_assert_has(&l.cells, "no field begins so");
    looking_press(&l, "\x1b\r");
    draw_assert_has(&l.cells, "[0].price = nan");
    looking_close(&l);
}

static void one_dimension_is_one_line(void **state)
{
    struct looking l = {0};
    looking_write_doubles(*state, "v", 'C', 1, (uint64_t[]){101});
    looking_open(&l, state, "v");
    looking_press(&l, "G$S");
    assert_int_equal(l.asked[STUDY_CENSUS]->kind, STUDY_STATISTICS);
    looking_study(&l, STUDY_CENSUS);
    assert_line(&l, "all", "all 0 25 50 14.577 0 0 1");
    looking_size(&l, 24, 150); /* it wraps otherwise, and is the same */
    assert_null(l.asked[STUDY_CENSUS]);
    looking_press(&l, "jkGgs:\r");
    draw_assert_has(&l.cells, "[100] = 50.0");
    looking_close(&l);

    struct looking bytes = {0};
    uint8_t data[64];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 2);
    tmpdir_write(*state, "raw", data, sizeof data);
    looking_open(&bytes, state, "raw");
    looking_press(&bytes, "S");
    assert_true(bytes.asked[STUDY_CENSUS]->said);
    looking_study(&bytes, STUDY_CENSUS);
    assert_line(&bytes, "bytes", "bytes 0 63 126 36.946 0 0 1");
    looking_close(&bytes);

    struct looking one = {0};
    looking_write_doubles(*state, "one", 'C', 0, NULL);
    looking_open(&one, state, "one");
    looking_press(&one, "S");
    looking_study(&one, STUDY_CENSUS);
    assert_line(&one, "all", "all 0 0 0 0 0 0 1");
    looking_close(&one);
}

static void complex_numbers_are_magnitudes(void **state)
{
    struct looking l = {0};
    const double values[] = {3, 4, 0, NAN, 6, 8, INFINITY, 1};
    struct matrix matrix = looking_matrix("<c16", 'C', 2, (uint64_t[]){2, 2});
    tmpdir_write_matrix(*state, "z", &matrix, values, sizeof values);
    looking_open(&l, state, "z");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    draw_assert_has(&l.cells, "|min|");
    draw_assert_has(&l.cells, "of magnitudes");
    assert_line(&l, "0", "0 5 7.5 10 2.5 0 0 0");
    assert_line(&l, "1", "1 - - - - 1 1 0");
    looking_close(&l);
}

static void integers_are_exact_and_formats_change(void **state)
{
    struct looking l = {0};
    const uint64_t values[] = {UINT64_MAX, 1, UINT64_MAX - 1, 3};
    struct matrix matrix = looking_matrix("<u8", 'C', 2, (uint64_t[]){2, 2});
    tmpdir_write_matrix(*state, "u", &matrix, values, sizeof values);
    looking_open(&l, state, "u");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    draw_assert_has(&l.cells, "18446744073709551614");
    draw_assert_has(&l.cells, "18446744073709551615");
    looking_size(&l, 24, 160);
    looking_press(&l, "=");
    draw_assert_has(&l.cells, "1.8446744073709552e+19"); /* the mean in full */
    looking_press(&l, "=");
    draw_assert_has(&l.cells, "1.84467e+19");
    looking_press(&l, "=");
    draw_assert_has(&l.cells, "0xfffffffffffffffe");
    looking_press(&l, "=");
    draw_assert_has(&l.cells, "1.8447e+19");
    looking_close(&l);
}

/* Of a billion columns those around the cursor. */
static void more_columns_than_a_study_takes_are_shown_in_part(void **state)
{
    struct looking l = {0};
    tmpdir_write_npy(*state, "wide", "|i1", false, "(1, 1000000000)", NULL, 1000000000);
    looking_open(&l, state, "wide");
    looking_press(&l, ":0,500000000\rS");
    const struct study_request *asked = l.asked[STUDY_CENSUS];
    assert_int_equal(asked->view.count[1], STATISTICS_PLACES_MAX);
    assert_int_equal(asked->view.start, 500000000 - STATISTICS_PLACES_MAX / 2);
    looking_study(&l, STUDY_CENSUS);
    draw_assert_has(&l.cells, "65,536 of 1,000,000,000 columns");
    draw_assert_has(&l.cells, "these");
    draw_assert_has(&l.cells, " column 500000000 ");
    looking_press(&l, "G");
    draw_assert_has(&l.cells, " column 500032767 ");
    looking_press(&l, ":999999999\r");
    draw_assert_has(&l.cells, "looking…");
    looking_study(&l, STUDY_CENSUS);
    draw_assert_has(&l.cells, " column 999999999 ");
    looking_press(&l, "g");
    draw_assert_has(&l.cells, " column 999934464 ");
    looking_close(&l);
}

static void what_goes_wrong_is_said_and_not_tried_again(void **state)
{
    static const struct {
        enum study_found found;
        const char *says;
    } rows[] = {{STUDY_GONE, "it is gone"},
                {STUDY_OTHER, "what lies there now is another matrix"},
                {STUDY_FAILED, "read failed: no luck"}};
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct study_reply *failed = reply(STUDY_BY_PLACE);
        failed->found = rows[i].found;
        error_set(&failed->error, EIO, "read failed: no luck");
        looking_answer(&l, STUDY_CENSUS, failed);
        draw_assert_has(&l.cells, rows[i].says);
        looking_wait(&l, 2000);
        assert_null(l.asked[STUDY_CENSUS]);
        looking_press(&l, i == 0 ? "X" : "r");
        assert_non_null(l.asked[STUDY_CENSUS]);
    }
    looking_answer(&l, STUDY_CENSUS, NULL); /* lost: asked for again */
    assert_non_null(l.asked[STUDY_CENSUS]);
    looking_answer(&l, STUDY_CENSUS, columns_reply(3, 5, false)); /* not these columns */
    assert_line(&l, "0", "0");
    struct study_reply *odd = columns_reply(6, 5, false);
    odd->places[2].rewritten = true;
    looking_answer(&l, STUDY_CENSUS, odd);
    draw_assert_has(&l.cells, "it was written to meanwhile");
    tmpdir_unlink(*state, "odd");
    looking_wait(&l, 300);
    draw_assert_has(&l.cells, "gone: deleted");
    assert_line(&l, "5", "5 5 5 5 0 0 0 0"); /* the last known stay */
    looking_press(&l, "r");
    looking_wait(&l, 300);
    assert_line(&l, "5", "5 5 5 5 0 0 0 0");
    looking_close(&l);
}

/* A look at all of it would keep the memory of what was deleted. */
static void what_is_deleted_is_let_go_of(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    tmpdir_unlink(*state, "odd");
    looking_wait(&l, 300);
    assert_int_equal(l.given_up[STUDY_CENSUS], 1);
    assert_null(l.asked[STUDY_CENSUS]);
    draw_assert_has(&l.cells, "gone: deleted");
    looking_wait(&l, 3000);
    assert_null(l.asked[STUDY_CENSUS]);
    looking_close(&l);
}

static void there_may_be_no_columns(void **state)
{
    static const uint64_t shapes[][2] = {{0, 5}, {5, 0}};
    for (int i = 0; i < 2; i++) {
        struct looking l = {0};
        looking_write_doubles(*state, "none", 'C', 2, shapes[i]);
        looking_open(&l, state, "none");
        looking_press(&l, "SjkGgs<>I=hl:0\r");
        if (preview_wants_text(l.preview)) /* there is no column 0 */
            looking_press(&l, "\x1b");
        if (l.asked[STUDY_CENSUS])
            looking_study(&l, STUDY_CENSUS);
        if (i == 0)
            assert_line(&l, "4", "4 - - - - 0 0 0");
        else
            draw_assert_has(&l.cells, "no columns");
        looking_press(&l, "q");
        draw_assert_has(&l.cells, "no elements: the shape is");
        looking_close(&l);
    }
    struct looking l = {0};
    tmpdir_mkdir(*state, "dir");
    looking_open(&l, state, "dir");
    looking_press(&l, "S");
    draw_assert_has(&l.cells, "there are no values to take statistics of");
    looking_close(&l);
}

static void text_has_no_figures(void **state)
{
    struct looking l = {0};
    struct matrix matrix = looking_matrix("S2", 'C', 2, (uint64_t[]){1, 2});
    tmpdir_write_matrix(*state, "text", &matrix, "abcd", 4);
    looking_open(&l, state, "text");
    looking_press(&l, "S");
    assert_null(l.asked[STUDY_CENSUS]);
    draw_assert_has(&l.cells, "bytes16");
    looking_press(&l, "ssssI\r");
    draw_assert_has(&l.cells, "[0, 0] = ");
    looking_close(&l);
}

static void it_is_drawn_at_any_size(void **state)
{
    struct looking l = {0};
    write_odd(state);
    looking_open(&l, state, "odd");
    looking_press(&l, "S");
    looking_study(&l, STUDY_CENSUS);
    looking_size(&l, 40, 140);
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-140x40");
    draw_assert_golden_ansi(&l.cells, THEME_MONOCHROME, "tests/unit/goldens/census-mono.ans");
    draw_assert_golden_ansi(&l.cells, THEME_256, "tests/unit/goldens/census-256.ans");
    l.ascii = true;
    looking_size(&l, 24, 80);
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-ascii-80x24");
    looking_size(&l, 6, 30);
    draw_assert_golden(&l.cells, "tests/unit/goldens/census-30x6");
    for (int rows = 1; rows < 9; rows++) {
        for (int columns = 1; columns < 60; columns += 2) {
            looking_size(&l, rows, columns);
            looking_press(&l, "jls");
        }
    }
    looking_close(&l);
}

#define WITH_TMPDIR(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TMPDIR(every_column_has_a_line),
        WITH_TMPDIR(it_is_sorted_by_any_figure),
        WITH_TMPDIR(sorting_shows_what_stands_out),
        WITH_TMPDIR(a_line_can_be_copied),
        WITH_TMPDIR(many_columns_scroll),
        WITH_TMPDIR(figures_that_do_not_fit_scroll),
        WITH_TMPDIR(a_sample_comes_first),
        WITH_TMPDIR(values_that_change_are_told),
        WITH_TMPDIR(it_is_cancelled_when_it_is_left),
        WITH_TMPDIR(another_slice_is_looked_at_anew),
        WITH_TMPDIR(a_search_goes_first),
        WITH_TMPDIR(fields_have_lines_each_of_its_type),
        WITH_TMPDIR(one_dimension_is_one_line),
        WITH_TMPDIR(complex_numbers_are_magnitudes),
        WITH_TMPDIR(integers_are_exact_and_formats_change),
        WITH_TMPDIR(more_columns_than_a_study_takes_are_shown_in_part),
        WITH_TMPDIR(what_goes_wrong_is_said_and_not_tried_again),
        WITH_TMPDIR(what_is_deleted_is_let_go_of),
        WITH_TMPDIR(there_may_be_no_columns),
        WITH_TMPDIR(text_has_no_figures),
        WITH_TMPDIR(it_is_drawn_at_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
