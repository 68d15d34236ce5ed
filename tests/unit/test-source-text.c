/*
 * Text as a source: what parts its cells, its headers, its numbers, and where it is wrong.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>

#include "core/source/source.h"
#include "core/source/text_scan.h"
#include "tests/support/feed.h"
#include "tests/support/tmpdir.h"

#define CELLS_MAX 64

/* What a text is read as. */
struct expectation {
    const char *text;
    const char *kind;
    uint64_t rows, columns;
    const char *cells; /* as printed below */
    const char *note;
};

static struct source *open_text(const struct tmpdir *tmpdir, const char *text, size_t size,
                                const struct source_options *options)
{
    struct source *source = NULL;
    struct error error = {0};
    tmpdir_write(tmpdir, "x", text, size);
    if (source_open(&source, tmpdir_path(tmpdir, "x"), options, &error) < 0)
        fail_msg("'%s': %s", text, error.text);
    return source;
}

/* All cells, so many bytes at a time. */
static size_t read_all(struct source *source, void *cells, size_t size, size_t step)
{
    size_t done = 0;
    struct error error = {0};
    for (ssize_t n = 1; n > 0; done += (size_t)n) {
        assert_true(done < size);
        n = source->ops->read(source, (char *)cells + done, size - done < step ? size - done : step, &error);
        if (n < 0)
            fail_msg("%s", error.text);
    }
    return done;
}

static void print_cells(const struct source *source, const uint64_t *cells, uint64_t count, char *buf,
                        size_t size)
{
    size_t at = 0;
    buf[0] = '\0';
    for (uint64_t i = 0; i < count; i++) {
        const char *blank = i > 0 ? " " : "";
        double value;
        memcpy(&value, &cells[i], sizeof value);
        if (source->matrix.dtype.kind == DTYPE_FLOAT)
            at += (size_t)snprintf(buf + at, size - at, "%s%.17g", blank, isnan(value) ? NAN : value);
        else if (source->matrix.dtype.kind == DTYPE_INT)
            at += (size_t)snprintf(buf + at, size - at, "%s%lld", blank, (long long)cells[i]);
        else
            at += (size_t)snprintf(buf + at, size - at, "%s%llu", blank, (unsigned long long)cells[i]);
    }
}

static void check_read(struct source *source, const struct expectation *want, size_t step)
{
    uint64_t cells[CELLS_MAX];
    char printed[2048];
    size_t bytes = read_all(source, cells, sizeof cells, step);
    print_cells(source, cells, bytes / 8, printed, sizeof printed);
    assert_string_equal(printed, want->cells);
    assert_int_equal(bytes, 8 * want->rows * want->columns);
    assert_int_equal(source->ops->finish(source, NULL), 0);
    assert_string_equal(source->note ? source->note : "", want->note ? want->note : "");
}

static void reads_as(const struct tmpdir *tmpdir, const struct expectation *want, size_t size,
                     const struct source_options *options)
{
    static const size_t steps[] = {4096, 8, 3, 24};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct source *source = open_text(tmpdir, want->text, size, options);
        assert_string_equal(source->kind, want->kind);
        assert_int_equal(source->matrix.rank, 2);
        assert_int_equal(source->matrix.order, 'C');
        assert_int_equal(source->matrix.shape[1], want->columns);
        assert_false(source->is_direct);
        if (i % 2 == 0 && source->is_open_ended) {
            assert_int_equal(source->ops->measure(source, NULL, NULL), 0);
            assert_false(source->is_open_ended);
            assert_int_equal(source->matrix.shape[0], want->rows);
        }
        check_read(source, want, steps[i]);
        source_close(source);
    }
}

static void all_read(const struct tmpdir *tmpdir, const struct expectation *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        reads_as(tmpdir, &cases[i], strlen(cases[i].text), NULL);
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void the_delimiter_is_found_out(void **state)
{
    static const struct expectation cases[] = {
        {"1,2,3\n4,5,6\n", "csv, commas", 2, 3, "1 2 3 4 5 6"},
        {"1, 2 ,3\n 4,5,6", "csv, commas", 2, 3, "1 2 3 4 5 6"},
        {"1;2;3\n4;5;6\n", "csv, semicolons", 2, 3, "1 2 3 4 5 6"},
        {"1\t2\t3\n4\t\t6\n", "tsv, tabs", 2, 3, "1 2 3 4 nan 6", "1 empty cell read as nan"},
        {"1|2\n3|4\n", "text, bars", 2, 2, "1 2 3 4"},
        {"1 2  3\n 4\t5 6 \n", "text, blanks", 2, 3, "1 2 3 4 5 6"},
        {"  1.5e3   -2\n  +.5   7.\n", "text, blanks", 2, 2, "1500 -2 0.5 7"},
        {"1\n2\n3\n", "text, one column", 3, 1, "1 2 3"},
        {"42", "text, one column", 1, 1, "42"},
        {"1,2\t\n3,4\n", "csv, commas", 2, 2, "1 2 3 4"},
        {"1 2\t3\n4 5\t6\n", "text, blanks", 2, 3, "1 2 3 4 5 6"},
    };
    all_read(*state, cases, COUNT(cases));
}

static void headers_are_found_out(void **state)
{
    static const struct expectation cases[] = {
        {"x,y\n1,2\n", "csv, commas, 1 header line", 1, 2, "1 2"},
        {"\"x, in m\",\"y\"\"\"\n1,2\n", "csv, commas, 1 header line", 1, 2, "1 2"},
        {"time;price\ns;EUR\n1;2\n", "csv, semicolons, 2 header lines", 1, 2, "1 2"},
        {"Prices of a year\n\n1 2\n3 4\n", "text, blanks, 1 header line", 2, 2, "1 2 3 4"},
        {"# x y\n1 2\n", "text, blanks", 1, 2, "1 2"},
        {"# made by hand\n\nx\n1\n", "text, one column, 1 header line", 1, 1, "1"},
        {"x\ty\tz\r\n1\t2\t3\r\n", "tsv, tabs, 1 header line", 1, 3, "1 2 3"},
    };
    all_read(*state, cases, COUNT(cases));
}

static void lines_end_as_they_like(void **state)
{
    static const struct expectation cases[] = {
        {"1,2\r\n3,4\r\n", "csv, commas", 2, 2, "1 2 3 4"},
        {"1,2\r3,4\r", "csv, commas", 2, 2, "1 2 3 4"},
        {"1,2\r\n\r\n3,4\n\r5,6", "csv, commas", 3, 2, "1 2 3 4 5 6"},
        {"\n\n1,2\n   \n3,4\n\t\n", "csv, commas", 2, 2, "1 2 3 4"},
        {"\xef\xbb\xbf"
         "1,2\n3,4\n",
         "csv, commas", 2, 2, "1 2 3 4"},
    };
    all_read(*state, cases, COUNT(cases));
}

static void comments_are_passed_over(void **state)
{
    static const struct expectation cases[] = {
        {"# 1,2,3\n1,2 # two\n   # none\n3,4#\n#", "csv, commas", 2, 2, "1 2 3 4"},
        {"1 2 # 3\n3 4\t# 5\r\n", "text, blanks", 2, 2, "1 2 3 4"},
        {"1,2,#3\n4,5,\n", "csv, commas", 2, 3, "1 2 nan 4 5 nan", "2 empty cells read as nan"},
    };
    all_read(*state, cases, COUNT(cases));
}

static void cells_may_be_empty_or_in_quotes(void **state)
{
    static const struct expectation cases[] = {
        {"1,,3\n,5,\n", "csv, commas", 2, 3, "1 nan 3 nan 5 nan", "3 empty cells read as nan"},
        {"1,2,\n3,4,\n", "csv, commas", 2, 3, "1 2 nan 3 4 nan", "2 empty cells read as nan"},
        {"1, ,3\n4,\t,\"\"\n", "csv, commas", 2, 3, "1 nan 3 4 nan nan", "3 empty cells read as nan"},
        {"\"1\",\"2.5\"\n \"3\" , \" 4 \"\n", "csv, commas", 2, 2, "1 2.5 3 4"},
        {"\"1\" \"2\"\n\"3\"\t4\n", "text, blanks", 2, 2, "1 2 3 4"},
        {"\"x#,\",y\n1,2\n", "csv, commas, 1 header line", 1, 2, "1 2"},
        {"\u00a0"
         "1\u202f,\u2003 2 \u3000\n",
         "csv, commas", 1, 2, "1 2"},
    };
    all_read(*state, cases, COUNT(cases));
}

static void numbers_are_as_they_stand(void **state)
{
    static const struct expectation cases[] = {
        {"nan,NaN,-nan,inf,-Inf,+INFINITY\n1,2,3,4,5,6\n", "csv, commas", 2, 6,
         "nan nan nan inf -inf inf 1 2 3 4 5 6"},
        {"9007199254740993 0.1 5e-324 1e23\n", "text, blanks", 1, 4,
         "9007199254740992 0.10000000000000001 4.9406564584124654e-324 9.9999999999999992e+22"},
        {"-0,1e400,-1E+400\n", "csv, commas", 1, 3, "-0 inf -inf"},
    };
    all_read(*state, cases, COUNT(cases));
}

static void numbers_beyond_float64_are_counted(void **state)
{
    uint64_t cells[CELLS_MAX];
    struct source *source = open_text(*state, "1e400,inf\n-1e309,1e308\n", 23, NULL);
    read_all(source, cells, sizeof cells, 64);
    assert_int_equal(source->ops->finish(source, NULL), 0);
    assert_int_equal(source->counts.overflowed, 2);
    source_close(source);
}

static void what_is_told_is_not_guessed(void **state)
{
    struct source_options options = {.header_lines = -1, .delimiter = SOURCE_DELIMITER_BLANKS};
    const struct expectation blanks = {"1\t\t2\n3 4\n", "text, blanks", 2, 2, "1 2 3 4"};
    reads_as(*state, &blanks, strlen(blanks.text), &options);
    options.delimiter = '\t';
    const struct expectation tabs = {
        "\t1\t\t2\t\n\t\t\t\t\n",   "tsv, tabs", 2, 5, "nan 1 nan 2 nan nan nan nan nan nan",
        "8 empty cells read as nan"};
    reads_as(*state, &tabs, strlen(tabs.text), &options);
    options.delimiter = 0x2192;
    const struct expectation arrows = {"1→2\n3 → 4\n", "text, parted by →", 2, 2, "1 2 3 4"};
    reads_as(*state, &arrows, strlen(arrows.text), &options);
    options.delimiter = 'x';
    const struct expectation by = {"640x480\n", "text, parted by x", 1, 2, "640 480"};
    reads_as(*state, &by, strlen(by.text), &options);
    options = (struct source_options){.header_lines = 1};
    const struct expectation one = {"1,2\n3,4\n", "csv, commas, 1 header line", 1, 2, "3 4"};
    reads_as(*state, &one, strlen(one.text), &options);
    options.header_lines = 3;
    const struct expectation three = {"x y\n\n# z\n3 4\n", "text, blanks, 3 header lines", 1, 2, "3 4"};
    reads_as(*state, &three, strlen(three.text), &options);
}

static void a_header_alone_has_no_rows(void **state)
{
    struct source_options options = {.header_lines = 1};
    const struct expectation cases[] = {
        {"a,b,c\n", "csv, commas, 1 header line", 0, 3, ""},
        {"a;b", "csv, semicolons, 1 header line", 0, 2, ""},
        {"a b c\n# nothing\n\n", "text, blanks, 1 header line", 0, 3, ""},
        {"a\n", "text, one column, 1 header line", 0, 1, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct source *source = open_text(*state, cases[i].text, strlen(cases[i].text), &options);
        assert_false(source->is_open_ended);
        assert_int_equal(source->matrix.shape[0], 0);
        source_close(source);
        reads_as(*state, &cases[i], strlen(cases[i].text), &options);
    }
}

/* --- integers --- */

static void reads_integers(const struct tmpdir *tmpdir, const char *type, const char *text, const char *cells,
                           uint64_t saturated, uint64_t lost_nan)
{
    struct dtype dtype;
    uint64_t read[CELLS_MAX];
    char printed[2048];
    assert_int_equal(dtype_parse(type, &dtype, NULL), 0);
    struct source_options options = {.header_lines = -1, .as = &dtype};
    struct source *source = open_text(tmpdir, text, strlen(text), &options);
    assert_int_equal(source->matrix.dtype.itemsize, 8);
    print_cells(source, read, read_all(source, read, sizeof read, 64) / 8, printed, sizeof printed);
    assert_string_equal(printed, cells);
    assert_int_equal(source->ops->finish(source, NULL), 0);
    assert_int_equal(source->counts.saturated, saturated);
    assert_int_equal(source->counts.lost_nan, lost_nan);
    source_close(source);
}

static void integers_lose_no_digit(void **state)
{
    reads_integers(*state, "i8", "9007199254740993,-9223372036854775808\n9223372036854775807,-0\n",
                   "9007199254740993 -9223372036854775808 9223372036854775807 0", 0, 0);
    reads_integers(*state, "u8", "18446744073709551615 0\n", "18446744073709551615 0", 0, 0);
    reads_integers(*state, ">i8", "1.0 1.9 -1.9 1e3\n", "1 1 -1 1000", 0, 0);
    reads_integers(*state, "i8", "9223372036854775808,-9223372036854775809,1e30,-inf\n",
                   "9223372036854775807 -9223372036854775808 9223372036854775807 -9223372036854775808", 4, 0);
    reads_integers(*state, "u8", "-1,-0.5,99999999999999999999,inf\n",
                   "0 0 18446744073709551615 18446744073709551615", 3, 0);
    reads_integers(*state, "i8", "nan,,1\n", "0 0 1", 0, 2);
    /* whoever makes them narrower counts */
    reads_integers(*state, "i2", "99999999999999999999 7\n", "9223372036854775807 7", 0, 0);
    reads_integers(*state, "u2", "-1,-0.5,-99999999999999999999,-inf,70000\n", "0 0 0 0 70000", 3, 0);
    reads_integers(*state, "f2", "1.5 7\n", "1.5 7", 0, 0);
}

/* --- what is refused --- */

static int fails(const struct tmpdir *tmpdir, const char *text, size_t size,
                 const struct source_options *options, struct error *error)
{
    struct source *source = NULL;
    uint64_t cells[CELLS_MAX];
    tmpdir_write(tmpdir, "x", text, size);
    int r = source_open(&source, tmpdir_path(tmpdir, "x"), options, error);
    ssize_t n = 1;
    while (r == 0 && n > 0)
        if ((n = source->ops->read(source, cells, sizeof cells, error)) < 0)
            r = (int)n;
    source_close(source);
    return r;
}

static void refused(const struct tmpdir *tmpdir, const char *text, const char *words)
{
    struct error error = {0};
    int r = fails(tmpdir, text, strlen(text), NULL, &error);
    if (r != -EBADMSG || strcmp(error.text, words) != 0)
        fail_msg("'%s' gives %d \"%s\", not \"%s\"", text, r, error.text, words);
}

static void junk_is_refused_by_its_place(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"1,2,3\n4,abc,6\n", "line 2, column 2: 'abc' is no number"},
        {"id;2020;2021\n1;2;3\n", "line 1, column 1: 'id' is no number (--header-lines 1 skips it)"},
        {"total 3\n1 2\n", "line 1, column 1: 'total' is no number (--header-lines 1 skips it)"},
        {"a,b\nc,1\n2,3\n", "line 2, column 1: 'c' is no number (--header-lines 2 skips it)"},
        {"1,NA\n3,4\n", "line 1, column 2: 'NA' is no number: leave the cell empty where one is missing"},
        {"1,2\n3,null\n", "line 2, column 2: 'null' is no number: leave the cell empty where one is missing"},
        {"1 2\nN/A 4\n", "line 2, column 1: 'N/A' is no number: write nan where one is missing"},
        {"x,y\n1,2\n\n# z\n3,4\n5,6 7\n", "line 6, column 2: '6 7' is no number"},
        {"1,2\r\n3,4\r\n5,0x10\r\n", "line 3, column 2: '0x10' is no number"},
        {"1\n1_000\n", "line 2, column 1: '1_000' is no number"},
        {"1\n1.0D+3\n", "line 2, column 1: '1.0D+3' is no number"},
        {"1 2\n3 nan(1)\n", "line 2, column 2: 'nan(1)' is no number"},
        {"1 2\n3 1+2j\n", "line 2, column 2: '1+2j' is no number"},
        {"1 2\n3 --2\n", "line 2, column 2: '--2' is no number"},
        {"1,5;2,5\n3,5;4,5\n", "line 1, column 1: '1,5' is no number: decimals need a point"},
        {"1 2\n3 -1,5\n", "line 2, column 2: '-1,5' is no number: decimals need a point"},
        {"2020-01-01,1\n2020-01-02,2\n", "line 1, column 1: '2020-01-01' is no number"},
        {"date,price\n2020-01-01,1\n", "line 2, column 1: '2020-01-01' is no number"},
        {"1.0,abc,3\n4,5,6\n", "line 1, column 2: 'abc' is no number"},
        {"N/A,N/A\n4,5\n", "line 1, column 1: 'N/A' is no number: leave the cell empty where one is missing"},
        {"1,2\n3,\x7f[31m\xff\n", "line 2, column 2: '\\x7f[31m\\xff' is no number"},
        {"1,2\n3,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n",
         "line 2, column 2: 'abcdefghijklmnopqrstuvwxyzabcdefghijklmn...' is no number"},
        {"1,2\n\"3\"\"\",4\n", "line 2, column 1: '3\"\"' is no number"},
        {"1,2\n\"3\"4,4\n", "line 2, column 1: '\"3\"4' is no number"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        refused(*state, cases[i].text, cases[i].words);
}

static void ragged_rows_are_refused(void **state)
{
    refused(*state, "1,2,3,4\n5,6,7\n", "line 2 has 3 columns, the first has 4");
    refused(*state, "1,2\n3\n", "line 2 has 1 column, the first has 2");
    refused(*state, "1 2\n3 4 5\n", "line 2 has more columns than the first, which has 2");
    refused(*state, "1,2\n3,4,\n", "line 2 has more columns than the first, which has 2");
    refused(*state, "1 2\n3 4\n5", "line 3 has 1 column, the first has 2");
}

static void quotes_end_on_their_line(void **state)
{
    refused(*state, "1,2\n\"3\n\",4\n", "line 2, column 1: a quote that does not end on its line");
    refused(*state, "1,2\n3,\"4", "line 2, column 2: a quote that does not end on its line");
    refused(*state, "\"a\nb\",c\n1,2\n", "line 1, column 1: a quote that does not end on its line");
}

static void a_text_without_numbers_is_refused(void **state)
{
    refused(*state, "Hello world\n", "a text without numbers");
    refused(*state, "a,b,c\n", "a text without numbers");
    refused(*state, "# only a comment\n\n", "a text without numbers");
    refused(*state, "\n\n", "a text without numbers");
    refused(*state, "\xef\xbb\xbf", "a text without numbers");
    struct source_options options = {.header_lines = 5};
    struct error error = {0};
    assert_int_equal(fails(*state, "1\n2\n", 4, &options, &error), -EBADMSG);
    assert_string_equal(error.text, "fewer than 5 lines, but so many are to be headers");
}

static void what_is_no_text_is_refused(void **state)
{
    static const char no_text[] = "neither .npy, .npz, pickle nor text; raw bytes need --as and --shape ";
    struct error error = {0};
    char bytes[4000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 2654435761u >> 13);
    assert_int_equal(fails(*state, bytes, sizeof bytes, NULL, &error), -EBADMSG);
    assert_non_null(strstr(error.text, no_text));
    assert_int_equal(fails(*state, "1,2\n3,\x1b\n", 8, NULL, &error), -EBADMSG);
    assert_non_null(strstr(error.text, no_text));
    assert_non_null(strstr(error.text, "(line 2 has a byte 0x1b)"));
    assert_int_equal(fails(*state, "\0\0\0\0\0\0\xf0\x3f", 8, NULL, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "(line 1 has a byte 0x00)"));
    assert_int_equal(fails(*state,
                           "\xff\xfe"
                           "1\0,\0",
                           6, NULL, &error),
                     -ENOTSUP);
    assert_non_null(strstr(error.text, "UTF-16"));
    assert_int_equal(fails(*state,
                           "\xfe\xff\0"
                           "1\0,",
                           6, NULL, &error),
                     -ENOTSUP);
}

static void a_nul_is_refused_by_its_place(void **state)
{
    char text[2000];
    struct error error = {0};
    for (size_t i = 0; i < sizeof text; i += 4)
        memcpy(text + i, "1,2\n", 4);
    text[1001] = '\0';
    assert_int_equal(fails(*state, text, sizeof text, NULL, &error), -EBADMSG);
    assert_string_equal(error.text, "line 251, column 1: a NUL byte");
    memcpy(text + 1000, "#\0\0\n", 4);
    assert_int_equal(fails(*state, text, sizeof text, NULL, &error), -EBADMSG);
    assert_string_equal(error.text, "line 251 has a NUL byte in its comment");
}

static void delimiters_that_mean_something_are_refused(void **state)
{
    static const uint32_t bad[] = {'1', '.',  '-',  '+', 'e',  'N',    '"',
                                   '#', '\n', '\r', 1,   0x7f, 0xd800, 0x110000};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct source_options options = {.header_lines = -1, .delimiter = bad[i]};
        struct error error = {0};
        assert_int_equal(fails(*state, "1,2\n", 4, &options, &error), -EINVAL);
        assert_true(error.text[0] != '\0');
    }
}

/* --- sizes --- */

static void long_cells_are_refused(void **state)
{
    size_t size = 3 * TEXT_CELL_MAX;
    char *text = malloc(size);
    struct error error = {0};
    memset(text, '1', size);
    memcpy(text, "1,", 2);
    text[size - 1] = '\n';
    assert_int_equal(fails(*state, text, size, NULL, &error), -EBADMSG);
    assert_string_equal(error.text, "line 1, column 2: a cell of more than 4096 bytes");
    memset(text + 2, ' ', size - 3);
    assert_int_equal(fails(*state, text, size, NULL, &error), 0);
    free(text);
}

/* Lines that are longer than any buffer: of numbers, as long as there are columns, a comment, blanks. */
static void lines_may_be_long(void **state)
{
    size_t columns = 1000000, size = 0, cells_size = 16 * columns;
    char *text = malloc(24 * columns + (3 << 20));
    uint64_t *cells = malloc(cells_size + 8);
    for (size_t row = 0; row < 2; row++) {
        for (size_t i = 0; i < columns; i++)
            size += (size_t)sprintf(text + size, "%zu%s", i + row, i + 1 < columns ? "," : "\n");
        text[size++] = row ? ' ' : '#';
        memset(text + size, row ? ' ' : 'x', 1500000);
        size += 1500000;
        text[size++] = '\n';
    }
    struct source *source = open_text(*state, text, size, NULL);
    assert_int_equal(source->matrix.shape[1], columns);
    assert_int_equal(source->ops->measure(source, NULL, NULL), 0);
    assert_int_equal(source->matrix.shape[0], 2);
    assert_int_equal(read_all(source, cells, cells_size + 8, 100000), cells_size);
    for (size_t i = 0; i < 2 * columns; i += 997) {
        double value;
        memcpy(&value, &cells[i], sizeof value);
        assert_true(value == (double)(i % columns + i / columns));
    }
    source_close(source);
    free(cells);
    free(text);
}

static void too_many_columns_are_refused(void **state)
{
    size_t size = TEXT_COLUMNS_MAX + 2;
    char *text = malloc(size);
    struct error error = {0};
    memset(text, ',', size);
    text[0] = '1';
    assert_int_equal(fails(*state, text, size, NULL, &error), -EBADMSG);
    assert_string_equal(error.text, "line 1 has more than 16777216 columns");
    free(text);
}

/* --- streams, and many lines --- */

/* 1.8 MB: "i,i/4" in rows of 2, with comments and blank lines among them. */
#define ROWS ((size_t)100000)

static char *many_lines(size_t *ret_size)
{
    char *text = malloc(64 * ROWS);
    size_t size = (size_t)sprintf(text, "i,quarter\n");
    for (size_t i = 0; i < ROWS; i++)
        size += (size_t)sprintf(text + size, "%s%zu,%.2f%s%s", i % 7 ? "" : "  ", i, (double)i / 4,
                                i % 11 ? "" : " # a comment, with 1,2,3", i % 13 ? "\n" : "\r\n\n");
    *ret_size = size;
    return text;
}

static void check_many(struct source *source, size_t step)
{
    double *cells = malloc(16 * ROWS + 8);
    assert_int_equal(read_all(source, cells, 16 * ROWS + 8, step), 16 * ROWS);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(cells[2 * i] == (double)i && cells[2 * i + 1] == (double)i / 4);
    assert_int_equal(source->ops->finish(source, NULL), 0);
    free(cells);
}

static void many_lines_are_read_in_order(void **state)
{
    size_t size;
    char *text = many_lines(&size);
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        struct source_options options = {.header_lines = -1, .threads = threads};
        struct source *source = open_text(*state, text, size, &options);
        assert_int_equal(source->ops->measure(source, NULL, NULL), 0);
        assert_int_equal(source->matrix.shape[0], ROWS);
        check_many(source, threads == 1 ? 1 << 20 : 12345);
        source_close(source);
    }
    free(text);
}

static void a_fault_far_behind_is_placed(void **state)
{
    size_t size;
    char *text = many_lines(&size), wanted[128];
    struct error error = {0};
    for (size_t at = size / 5; at < size; at += size / 5) {
        size_t lines = 1;
        char *digit = text + at;
        while (*digit < '0' || *digit > '9' || digit[-1] != '\n')
            digit--;
        for (const char *c = text; c < digit; c++)
            lines += *c == '\n';
        *digit = '!';
        int r = fails(*state, text, size, NULL, &error);
        snprintf(wanted, sizeof wanted, "line %zu, column 1: '!", lines);
        assert_int_equal(r, -EBADMSG);
        assert_memory_equal(error.text, wanted, strlen(wanted));
        *digit = '1';
    }
    free(text);
}

static void a_stream_is_read_as_it_comes(void **state)
{
    size_t size;
    char *text = many_lines(&size);
    struct feed feed;
    struct source *source;
    (void)state;
    feed_begin(&feed, text, size, 1000);
    assert_int_equal(source_open(&source, "-", NULL, NULL), 0);
    assert_true(source->is_open_ended);
    assert_string_equal(source->kind, "csv, commas, 1 header line");
    assert_int_equal(source->matrix.shape[0], 0);
    assert_int_equal(source->matrix.shape[1], 2);
    check_many(source, 4096);
    source_close(source);
    feed_end(&feed);
    free(text);
}

static void a_stream_with_a_first_line_too_long_is_refused(void **state)
{
    size_t size = 3 << 20;
    char *text = malloc(size);
    struct error error = {0};
    struct feed feed;
    struct source *source;
    (void)state;
    for (size_t i = 0; i < size; i += 2)
        memcpy(text + i, "1,", 2);
    feed_begin(&feed, text, size, 65536);
    assert_int_equal(source_open(&source, "-", NULL, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "line 1 is longer than"));
    assert_non_null(strstr(error.text, "load it from a file"));
    feed_end(&feed);
    free(text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_delimiter_is_found_out),
        TEST(headers_are_found_out),
        TEST(lines_end_as_they_like),
        TEST(comments_are_passed_over),
        TEST(cells_may_be_empty_or_in_quotes),
        TEST(numbers_are_as_they_stand),
        TEST(numbers_beyond_float64_are_counted),
        TEST(what_is_told_is_not_guessed),
        TEST(a_header_alone_has_no_rows),
        TEST(integers_lose_no_digit),
        TEST(junk_is_refused_by_its_place),
        TEST(ragged_rows_are_refused),
        TEST(quotes_end_on_their_line),
        TEST(a_text_without_numbers_is_refused),
        TEST(what_is_no_text_is_refused),
        TEST(a_nul_is_refused_by_its_place),
        TEST(delimiters_that_mean_something_are_refused),
        TEST(long_cells_are_refused),
        TEST(lines_may_be_long),
        TEST(too_many_columns_are_refused),
        TEST(many_lines_are_read_in_order),
        TEST(a_fault_far_behind_is_placed),
        TEST(a_stream_is_read_as_it_comes),
        TEST(a_stream_with_a_first_line_too_long_is_refused),
    };
    return cmocka_run_group_tests_name("source_text", tests, NULL, NULL);
}
