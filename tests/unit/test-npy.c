#include "tests/support/test.h"

#include <errno.h>

#include "core/layout/npy.h"

static uint8_t file[2 * NPY_HEADER_MAX];

/* Magic, version, length and text; returns the size. */
static size_t put(int version, const char *text, size_t length)
{
    size_t start = version == 1 ? 10 : 12;
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (uint8_t)version;
    file[7] = 0;
    for (size_t i = 0; i < start - 8; i++)
        file[8 + i] = (uint8_t)(length >> 8 * i);
    memcpy(file + start, text, length);
    return start + length;
}

static int parse(int version, const char *text, struct matrix *ret, struct error *error)
{
    size_t size = put(version, text, strlen(text));
    /* In a block of exactly this size, so that a sanitizer sees a step beyond it. */
    uint8_t *exact = malloc(size);
    memcpy(exact, file, size);
    int r = npy_parse_header(exact, size, ret, error);
    free(exact);
    return r;
}

struct good {
    const char *text, *descr, *shape;
    char order;
};

#define D8   "{'descr': '<f8', 'fortran_order': False, 'shape': "
#define D(d) "{'descr': " d ", 'fortran_order': False, 'shape': (2,)}"

static const struct good good[] = {
    {D8 "(2, 3), }            \n", "<f8", "2 x 3", 'C'},
    {D8 "(2, 3)}", "<f8", "2 x 3", 'C'},
    {D8 "()}", "<f8", "scalar", 'C'},
    {D8 "( )}", "<f8", "scalar", 'C'},
    {D8 "(5,)}", "<f8", "5", 'C'},
    {D8 "(10,4,)}", "<f8", "10 x 4", 'C'},
    {D8 "( 3, 1, )}", "<f8", "3 x 1", 'C'},
    {D8 "(00, 3)}", "<f8", "0 x 3", 'C'},
    {"{'descr':'<f8','fortran_order':True,'shape':(2,3)}", "<f8", "2 x 3", 'F'},
    {"{'descr': '<f8', 'fortran_order': True, 'shape': (64,)}", "<f8", "64", 'C'},
    {"{'shape': (1, 2), 'fortran_order': False, 'descr': '>i4'}", ">i4", "1 x 2", 'C'},
    {"{\"shape\": (1, 2), \"fortran_order\": False, \"descr\": \"|u1\"}", "|u1", "1 x 2", 'C'},
    {" \t\r\n\f{ 'descr'\n:\t'<f2'\r\n,'fortran_order' : False ,\n 'shape'\n:\n(\n3\n,\n)\n,\n}\r\n", "<f2",
     "3", 'C'},
    {"{'\\x64escr': '\\x3cf8', 'fortran_order': False, 'shape': (1,)}", "<f8", "1", 'C'},
    {D("'|b1'"), "|b1", "2", 'C'},
    {D("'<b1'"), "|b1", "2", 'C'},
    {D("'<u1'"), "|u1", "2", 'C'},
    {D("'=f4'"), "<f4", "2", 'C'},
    {D("'<U262145'"), "<U262145", "2", 'C'},
    {D("'|S0'"), "|S0", "2", 'C'},
    {D("'<M8[25s]'"), "<M8[25s]", "2", 'C'},
    {D("'<c16'"), "<c16", "2", 'C'},
    {D("[('x', '<i4', (2,)), ('y', '<f8', (2, 2)), ('z', '|u1')]"),
     "[('x', '<i4', (2,)), ('y', '<f8', (2, 2)), ('z', '|u1')]", "2", 'C'},
    {D("[('c', ('<f8', (5,)), (2,))]"), "[('c', ('<f8', (5,)), (2,))]", "2", 'C'},
    {D("[('c', (('<f8', (5,)), (3, 4)), (2,))]"), "[('c', (('<f8', (5,)), (3, 4)), (2,))]", "2", 'C'},
    {D("[('c', ('<f8', (5,)))]"), "[('c', '<f8', (5,))]", "2", 'C'},
    {D("[('f0', '|i1'), ('', '|V3'), ('f1', '<i4'), ('f2', '|i1'), ('', '|V3')]"),
     "[('f0', '|i1'), ('', '|V3'), ('f1', '<i4'), ('f2', '|i1'), ('', '|V3')]", "2", 'C'},
    {D("[(('aa', 'bb'), '<f8'),]"), "[(('aa', 'bb'), '<f8')]", "2", 'C'},
    {D("[(\"it's\", '<f8'), ('}, (9,)', '<f8'), ('shape', '<f8')]"),
     "[(\"it's\", '<f8'), ('}, (9,)', '<f8'), ('shape', '<f8')]", "2", 'C'},
    {D("[('a\\'\"\\\\', '<f8'), ('\\t\\x01', '<f8')]"), "[('a\\'\"\\\\', '<f8'), ('\\t\\x01', '<f8')]", "2",
     'C'},
    {D("[('', '<f8')]"), "[('', '<f8')]", "2", 'C'},
    {D("[]"), "[]", "2", 'C'},
    {D("[('x',\n [('y',\r\n '<f8')])]"), "[('x', [('y', '<f8')])]", "2", 'C'},
    {D("('<f8', (3,))"), "<f8", "2 x 3", 'C'},
};

static void headers_that_writers_write_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        for (int version = 1; version <= 3; version++) {
            struct matrix matrix;
            struct error error = {0};
            int r = parse(version, good[i].text, &matrix, &error);
            if (r != 0)
                fail_msg("%s: %d %s", good[i].text, r, error.text);
            char descr[300], shape[100];
            dtype_descr(&matrix.dtype, descr, sizeof descr);
            matrix_shape_text(matrix.rank, matrix.shape, true, shape, sizeof shape);
            assert_string_equal(descr, good[i].descr);
            assert_string_equal(shape, good[i].shape);
            assert_int_equal(matrix.order, good[i].order);
            assert_int_equal(matrix.offset, strlen(good[i].text) + (version == 1 ? 10 : 12));
            matrix_clear(&matrix);
        }
    }
}

static const char *const bad[] = {
    "",
    "1",
    " ",
    "{}",
    "{'descr': '<f8', 'fortran_order': False}",
    "{'descr': 'x', 'shape': (1, 2), }",
    "{'descr': '<f8', 'shape': (1,), 'fortran_order': False, 'extrakey': -1}",
    "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)},",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)};",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} # comment",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (",
    "{'descr': '<f8', 'fortran_order': False, 'shape':",
    "{'descr': '<f8', 'fortran_order': Fals",
    "{'descr': '<f8",
    "{'descr': '<f8\\",
    "{'descr",
    "{,}",
    "{'descr': '<f8',, 'fortran_order': False, 'shape': (1,)}",
    "{'descr' '<f8', 'fortran_order': False, 'shape': (1,)}",
    "{descr: '<f8', 'fortran_order': False, 'shape': (1,)}",
    "\xef\xbb\xbf{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': false, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': Truex, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': 'True', 'shape': (1,)}",
    D8 "(3)}",
    D8 "3}",
    D8 "[2, 3]}",
    D8 "(2.0,)}",
    D8 "(03,)}",
    D8 "(2l,)}",
    D8 "(-1,)}",
    D8 "(2, -1)}",
    D8 "(+2,)}",
    D8 "(True,)}",
    D8 "(0x2,)}",
    D8 "(1_0,)}",
    D8 "(,)}",
    D8 "(1,,)}",
    D8 "(1 2)}",
    D8 "(1e3,)}",
    D8 "(9223372036854775808,)}",
    D8 "(18446744073709551617,)}",
    D8 "(99999999999999999999999999999999,)}",
    D8 "(4294967296, 4294967296)}",
    D8 "(0, 9223372036854775807)}",
    D8 "(1152921504606846976,)}",
    D8 "((1,),)}",
    D("'f9'"),
    D("'<f8 '"),
    D("' <f8'"),
    D("'<f8x'"),
    D("'<f8\\n'"),
    D("'!f8'"),
    D("'<i16'"),
    D("b'<f8'"),
    D("f'<f8'"),
    D("'<' 'f8'"),
    D("'''<f8'''"),
    D("'<f\n8'"),
    D("'\\0'"),
    D("'\\N{DIGIT ONE}'"),
    D("'\\ud800'"),
    D("'\\xg0'"),
    D("8"),
    D("None"),
    D("{'names': ['a'], 'formats': ['<f8']}"),
    D("[('x')]"),
    D("[('x',)]"),
    D("[('x', '<f8', 2)]"),
    D("[('x', '<f8', (2,), 1)]"),
    D("['<f8']"),
    D("[('x', '<f8') ('y', '<f8')]"),
    D("[('x', '<f8'), ('x', '<f8')]"),
    D("[('x', '<f8', (1073741824,))]"),
    D("[('x', '<f8', (4294967296, 4294967296))]"),
    D("('<f8',)"),
    D("('<f8', (2,), 1)"),
};

static void malformed_headers_are_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (int version = 1; version <= 3; version++) {
            struct matrix matrix = {.rank = 99};
            struct error error = {0};
            int r = parse(version, bad[i], &matrix, &error);
            if (r != -EBADMSG || matrix.rank != 99 || !error.text[0])
                fail_msg("version %d: %s: %d %s", version, bad[i], r, error.text);
        }
}

static void python_2_longs_are_for_versions_1_and_2(void **state)
{
    (void)state;
    const char *text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L), }";
    for (int version = 1; version <= 3; version++) {
        struct matrix matrix = {0};
        struct error error = {0};
        assert_int_equal(parse(version, text, &matrix, &error), version < 3 ? 0 : -EBADMSG);
        assert_int_equal(matrix.rank, version < 3 ? 2 : 0);
    }
}

static void objects_and_long_doubles_are_refused_by_name(void **state)
{
    (void)state;
    const char *const text[] = {D("'|O'"), D("'O8'"), D("[('x', '|O')]"), D("[('x', [('y', '|O', (2,))])]")};
    struct matrix matrix;
    struct error error = {0};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        assert_int_equal(parse(1, text[i], &matrix, &error), -ENOTSUP);
        assert_non_null(strstr(error.text, "object"));
    }
    assert_int_equal(parse(1, D("'<f16'"), &matrix, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "float128"));
    assert_int_equal(
        parse(1, "{'descr': ('<f8', (2,)), 'fortran_order': True, 'shape': (2, 3)}", &matrix, &error),
        -ENOTSUP);
}

static void a_nul_is_refused_anywhere(void **state)
{
    (void)state;
    const char text[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}  ";
    for (size_t at = 0; at < sizeof text - 1; at++) {
        char with_nul[sizeof text];
        memcpy(with_nul, text, sizeof text);
        with_nul[at] = '\0';
        struct matrix matrix;
        assert_int_equal(npy_parse_header(file, put(1, with_nul, sizeof text - 1), &matrix, NULL), -EBADMSG);
    }
}

static void names_are_latin_1_or_utf8(void **state)
{
    (void)state;
    const char *text = D("[('\xe9', '<f8')]"), *utf8 = D("[('整形', '<f8')]");
    struct matrix matrix;
    assert_int_equal(parse(1, text, &matrix, NULL), 0);
    assert_string_equal(dtype_field_at(&matrix.dtype, 0).name, "é");
    matrix_clear(&matrix);
    assert_int_equal(parse(3, text, &matrix, NULL), -EBADMSG);
    assert_int_equal(parse(3, utf8, &matrix, NULL), 0);
    assert_string_equal(dtype_field_at(&matrix.dtype, 0).name, "整形");
    matrix_clear(&matrix);
}

static void depth_rank_and_fields_are_limited(void **state)
{
    (void)state;
    static char text[NPY_HEADER_MAX];
    struct matrix matrix;
    struct error error = {0};
    const struct {
        int depth, result;
    } depths[] = {{1, 0}, {DTYPE_DEPTH_MAX, 0}, {DTYPE_DEPTH_MAX + 1, -EBADMSG}, {5000, -EBADMSG}};
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        strcpy(text, "{'fortran_order': False, 'shape': (1,), 'descr': ");
        size_t length = strlen(text);
        for (int depth = 0; depth < depths[i].depth; depth++)
            length += (size_t)sprintf(text + length, "[('x', ");
        length += (size_t)sprintf(text + length, "'<f8'");
        for (int depth = 0; depth < depths[i].depth; depth++)
            length += (size_t)sprintf(text + length, ")]");
        strcpy(text + length, "}");
        assert_int_equal(parse(1, text, &matrix, &error), depths[i].result);
        if (depths[i].result == 0)
            matrix_clear(&matrix);
    }
    for (int rank = MATRIX_RANK_MAX; rank <= MATRIX_RANK_MAX + 1; rank++) {
        size_t length = (size_t)sprintf(text, D8 "(");
        for (int axis = 0; axis < rank; axis++)
            length += (size_t)sprintf(text + length, "1, ");
        strcpy(text + length, ")}");
        assert_int_equal(parse(1, text, &matrix, &error), rank == MATRIX_RANK_MAX ? 0 : -EBADMSG);
    }
    for (int fields = DTYPE_FIELDS_MAX; fields <= DTYPE_FIELDS_MAX + 1; fields++) {
        size_t length = (size_t)sprintf(text, "{'fortran_order': False, 'shape': (1,), 'descr': [");
        for (int i = 0; i < fields; i++)
            length += (size_t)sprintf(text + length, "('f%d', '|i1'), ", i);
        strcpy(text + length, "]}");
        assert_int_equal(parse(1, text, &matrix, &error), fields == DTYPE_FIELDS_MAX ? 0 : -EBADMSG);
        if (fields == DTYPE_FIELDS_MAX)
            matrix_clear(&matrix);
    }
}

static void more_bytes_are_asked_for_until_the_header_is_whole(void **state)
{
    (void)state;
    for (int version = 1; version <= 3; version++) {
        size_t size = put(version, good[0].text, strlen(good[0].text));
        size_t steps = 0;
        for (size_t n = 0; n < size; steps++) {
            struct matrix matrix;
            int r = npy_parse_header(file, n, &matrix, NULL);
            assert_true(r > (int)n && r <= (int)size);
            n = (size_t)r;
        }
        assert_true(steps <= 3);
        for (size_t n = 0; n < size; n++) {
            struct matrix matrix;
            assert_true(npy_parse_header(file, n, &matrix, NULL) > (int)n);
        }
    }
}

static void what_is_no_npy_is_refused_at_once(void **state)
{
    (void)state;
    const char *const magics[] = {"\x92NUMPY\1\0\0\0", "\0NUMPY\1\0\0\0", "\x93numpy\1\0\0\0",
                                  "\x93MATLB\1\0\0\0", "PK\3\4......"};
    const uint8_t versions[][2] = {{1, 1}, {0, 0}, {0, 1}, {2, 2}, {4, 0}, {255, 255}};
    struct matrix matrix;
    struct error error = {0};
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        assert_int_equal(npy_parse_header((const uint8_t *)magics[i], 10, &matrix, &error), -EBADMSG);
        assert_false(npy_has_magic((const uint8_t *)magics[i], 10));
    }
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        put(1, "", 0);
        memcpy(file + 6, versions[i], 2);
        assert_int_equal(npy_parse_header(file, 12, &matrix, &error), -EBADMSG);
        assert_non_null(strstr(error.text, "version"));
    }
    assert_true(npy_has_magic(file, 6));
    assert_false(npy_has_magic(file, 5));
}

static void a_length_is_unsigned_and_limited(void **state)
{
    (void)state;
    struct matrix matrix;
    struct error error = {0};
    put(1, "", 0);
    file[8] = 200; /* a signed byte would make it negative */
    assert_int_equal(npy_parse_header(file, 10, &matrix, &error), 210);
    file[9] = 255;
    assert_int_equal(npy_parse_header(file, 10, &matrix, &error), 10 + 65480);
    file[8] = 255;
    assert_int_equal(npy_parse_header(file, 10, &matrix, &error), -EBADMSG);
    put(2, "", 0);
    memset(file + 8, 0xff, 4);
    assert_int_equal(npy_parse_header(file, 12, &matrix, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "4294967295"));
}

static void hostile_text_in_a_reason_is_escaped(void **state)
{
    (void)state;
    struct matrix matrix;
    struct error error = {0};
    assert_int_equal(parse(1, D("'\\x1b[2J'"), &matrix, &error), -EBADMSG);
    assert_null(strchr(error.text, '\x1b'));
    assert_non_null(strstr(error.text, "\\x1b[2J"));
    assert_int_equal(parse(1, D("[('\x1b', '<f8'), ('\x1b', '<f8')]"), &matrix, &error), -EBADMSG);
    assert_null(strchr(error.text, '\x1b'));
}

/* --- the writer --- */

static void assert_written(const struct matrix *matrix, int version, const char *text, size_t size)
{
    uint8_t *header;
    size_t header_size;
    struct error error = {0};
    assert_int_equal(npy_write_header(matrix, &header, &header_size, &error), 0);
    assert_int_equal(header_size, size);
    assert_int_equal(header_size % 64, 0);
    assert_int_equal(header[6], version);
    size_t start = version == 1 ? 10 : 12;
    assert_memory_equal(header + start, text, strlen(text));
    for (size_t i = start + strlen(text); i < size - 1; i++)
        assert_int_equal(header[i], ' ');
    assert_int_equal(header[size - 1], '\n');
    struct matrix back;
    assert_int_equal(npy_parse_header(header, header_size, &back, &error), 0);
    assert_true(dtype_equal(&back.dtype, &matrix->dtype));
    assert_int_equal(back.rank, matrix->rank);
    assert_int_equal(back.offset, size);
    matrix_clear(&back);
    free(header);
}

static struct matrix make(const char *type, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

static void headers_are_written_as_numpy_writes_them(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){2, 3});
    assert_written(&matrix, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", 128);
    matrix.order = 'F';
    assert_written(&matrix, 1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", 128);
    matrix.shape[0] = 1; /* C-contiguous as well */
    assert_written(&matrix, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }", 128);
    matrix.shape[0] = 0;
    assert_written(&matrix, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }", 128);
    matrix = make("bool", 'C', 1, (uint64_t[]){5});
    assert_written(&matrix, 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (5,), }", 128);
    matrix = make(">M8[ns]", 'C', 0, NULL);
    assert_written(&matrix, 1, "{'descr': '>M8[ns]', 'fortran_order': False, 'shape': (), }", 128);
}

static struct matrix make_named(const char *name, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank};
    struct dtype_field field = {.name = name};
    assert_int_equal(dtype_parse("i1", &field.dtype, NULL), 0);
    assert_int_equal(dtype_make_struct(&field, 1, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

/* After numpy's test_header_growth_axis: the header keeps its length whatever the growing axis holds. */
static void a_growing_axis_has_room(void **state)
{
    (void)state;
    const struct {
        int blanks;
        char order;
        size_t size;
    } rows[] = {{29, 'C', 128}, {30, 'C', 192}, {30, 'F', 128}, {31, 'F', 192}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (uint64_t dim = 1; dim <= 1000000000000000000; dim *= 10) {
            char name[32] = {0};
            memset(name, ' ', (size_t)rows[i].blanks);
            uint64_t shape[] = {rows[i].order == 'C' ? dim : 2, rows[i].order == 'C' ? 2 : dim};
            if (rows[i].order == 'F' && dim == 1) /* C order as well */
                continue;
            struct matrix matrix = make_named(name, rows[i].order, 2, shape);
            uint8_t *header;
            size_t size;
            assert_int_equal(npy_write_header(&matrix, &header, &size, NULL), 0);
            assert_int_equal(size, rows[i].size);
            free(header);
            matrix_clear(&matrix);
        }
}

static void the_version_is_the_smallest_that_holds_the_header(void **state)
{
    (void)state;
    static char name[70000];
    uint8_t *header;
    size_t size;
    struct matrix matrix = make_named("整形", 'C', 1, (uint64_t[]){1});
    assert_written(&matrix, 3, "{'descr': [('整形', '|i1')], 'fortran_order': False, 'shape': (1,), }", 128);
    matrix_clear(&matrix);
    matrix = make_named("é", 'C', 1, (uint64_t[]){1});
    assert_written(&matrix, 1, "{'descr': [('\xe9', '|i1')], 'fortran_order': False, 'shape': (1,), }", 128);
    matrix_clear(&matrix);
    memset(name, 'x', 65536);
    matrix = make_named(name, 'C', 0, NULL);
    assert_int_equal(npy_write_header(&matrix, &header, &size, NULL), 0);
    assert_int_equal(header[6], 2);
    assert_int_equal(size % 64, 0);
    assert_int_equal(header[8] | header[9] << 8 | header[10] << 16, (int)size - 12);
    /* Too long for us to read back, and says so. */
    struct error error = {0};
    assert_int_equal(npy_parse_header(header, size, &matrix, &error), -EBADMSG);
    free(header);
    matrix_clear(&matrix);
}

static void what_overflows_is_not_written(void **state)
{
    (void)state;
    uint8_t *header = NULL;
    size_t size;
    struct error error = {0};
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){1ull << 40, 1ull << 40});
    assert_int_equal(npy_write_header(&matrix, &header, &size, &error), -EBADMSG);
    assert_null(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_that_writers_write_are_read),
        cmocka_unit_test(malformed_headers_are_refused_with_a_reason),
        cmocka_unit_test(python_2_longs_are_for_versions_1_and_2),
        cmocka_unit_test(objects_and_long_doubles_are_refused_by_name),
        cmocka_unit_test(a_nul_is_refused_anywhere),
        cmocka_unit_test(names_are_latin_1_or_utf8),
        cmocka_unit_test(depth_rank_and_fields_are_limited),
        cmocka_unit_test(more_bytes_are_asked_for_until_the_header_is_whole),
        cmocka_unit_test(what_is_no_npy_is_refused_at_once),
        cmocka_unit_test(a_length_is_unsigned_and_limited),
        cmocka_unit_test(hostile_text_in_a_reason_is_escaped),
        cmocka_unit_test(headers_are_written_as_numpy_writes_them),
        cmocka_unit_test(a_growing_axis_has_room),
        cmocka_unit_test(the_version_is_the_smallest_that_holds_the_header),
        cmocka_unit_test(what_overflows_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
