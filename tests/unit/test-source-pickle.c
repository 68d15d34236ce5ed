/*
 * Pickles as sources, from a file and from a pipe: those that numpy wrote (the corpus of the fuzz test), and
 * what becomes of them when they are cut or a bit of them turns.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/source/source.h"
#include "tests/support/feed.h"
#include "tests/support/tmpdir.h"

#define LONG 1100 /* bytes of the corpus' long arrays: n, modulo 256 */

static char *corpus(const char *name, size_t *ret_size)
{
    char path[4096];
    const char *root = getenv("SRCDIR");
    char *bytes = calloc(1, 8192);
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/pickle/%s", root ? root : SRCDIR, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("no %s", path);
    *ret_size = fread(bytes, 1, 8192, file);
    fclose(file);
    return bytes;
}

/* Opens, reads all and finishes, as a load does. */
static int read_whole(const char *path, const struct source_options *options, char data[8192],
                      struct error *error)
{
    struct source *source;
    uint64_t bytes;
    int r = source_open(&source, path, options, error);
    if (r < 0)
        return r;
    r = source_bytes(source, &bytes, error);
    if (r == 0 && bytes > 8192)
        r = -EFBIG;
    if (r == 0)
        r = source_read_all(source, data, (size_t)bytes, error);
    if (r == 0)
        r = source->ops->finish(source, error);
    source_close(source);
    return r;
}

static int read_piped(const char *bytes, size_t size, const struct source_options *options, char data[8192],
                      struct error *error)
{
    struct feed feed;
    feed_begin(&feed, bytes, size, 97);
    int r = read_whole("-", options, data, error);
    feed_end(&feed);
    return r;
}

static void a_file_is_direct_where_its_bytes_are(void **state)
{
    struct tmpdir *tmpdir = *state;
    static const struct {
        const char *name;
        const char *kind;
        bool is_direct;
        char order;
    } files[] = {
        {"protocol-2", "pickle protocol 2", false, 'C'}, {"protocol-3", "pickle protocol 3", true, 'C'},
        {"protocol-4", "pickle protocol 4", true, 'C'},  {"protocol-5", "pickle protocol 5", true, 'C'},
        {"fortran", "pickle protocol 4", true, 'F'},     {"fortran-5", "pickle protocol 5", true, 'F'}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        size_t size;
        char *bytes = corpus(files[i].name, &size);
        struct source *source;
        struct error error = {0};
        double data[6];
        tmpdir_write(tmpdir, "x", bytes, size);
        assert_int_equal(source_open(&source, tmpdir_path(tmpdir, "x"), NULL, &error), 0);
        assert_string_equal(source->kind, files[i].kind);
        assert_int_equal(source->is_direct, files[i].is_direct);
        assert_int_equal(source->matrix.order, files[i].order);
        assert_null(source->note);
        assert_int_equal(source_read_all(source, data, sizeof data, &error), 0);
        assert_true(data[1] == (files[i].order == 'C' ? 1 : 3));
        if (files[i].is_direct)
            assert_memory_equal(bytes + source->matrix.offset, data, sizeof data);
        assert_int_equal(source->ops->finish(source, &error), 0);
        source_close(source);
        free(bytes);
    }
}

static void long_data_from_file_and_pipe(void **state)
{
    struct tmpdir *tmpdir = *state;
    static const char *const names[] = {"long", "long-2", "long-5"};
    struct source_options options = {
        .header_lines = -1, .proc_root = "/nonexistent", .cgroup_root = "/nonexistent"};
    struct directory *directory;
    assert_int_equal(directory_open(&directory, tmpdir->path, false, NULL), 0);
    options.spool = directory;
    for (size_t i = 0; i < 3; i++) {
        size_t size;
        char *bytes = corpus(names[i], &size), data[8192];
        struct error error = {0};
        tmpdir_write(tmpdir, "x", bytes, size);
        for (int piped = 0; piped < 2; piped++) {
            memset(data, 0, sizeof data);
            int r = piped ? read_piped(bytes, size, &options, data, &error)
                          : read_whole(tmpdir_path(tmpdir, "x"), &options, data, &error);
            if (r < 0)
                fail_msg("%s: %s", names[i], error.text);
            for (int n = 0; n < LONG; n++)
                assert_int_equal((uint8_t)data[n], n % 256);
        }
        free(bytes);
    }
    directory_close(directory);
    assert_int_equal(tmpdir_count(tmpdir), 1);
}

static void what_stands_behind_is_noted(void **state)
{
    struct tmpdir *tmpdir = *state;
    size_t size;
    char *bytes = corpus("protocol-4", &size);
    struct source *source;
    memcpy(bytes + size, bytes, size);
    tmpdir_write(tmpdir, "x", bytes, 2 * size);
    assert_int_equal(source_open(&source, tmpdir_path(tmpdir, "x"), NULL, NULL), 0);
    assert_string_equal(source->note, "197 bytes behind the pickle were not read");
    source_close(source);
    free(bytes);
}

static void a_stream_of_protocol_5_needs_a_place(void **state)
{
    size_t size;
    char *bytes = corpus("long-5", &size), data[8192];
    struct error error = {0};
    (void)state;
    assert_int_equal(read_piped(bytes, size, NULL, data, &error), -ENOTSUP);
    assert_string_equal(error.text, "a pickle of protocol 5 has its shape behind its data: it is read from a "
                                    "file only");
    free(bytes);
}

static void text_must_be_latin1_and_of_the_right_length(void **state)
{
    struct tmpdir *tmpdir = *state;
    size_t size;
    char *bytes = corpus("long-2", &size), data[8192];
    struct error error = {0};
    char *snow = memmem(bytes, size, "\xc2\x80", 2);
    assert_non_null(snow);
    snow[0] = '\xc4'; /* U+0100 */
    tmpdir_write(tmpdir, "x", bytes, size);
    assert_int_equal(read_whole(tmpdir_path(tmpdir, "x"), NULL, data, &error), -EBADMSG);
    char words[128];
    snprintf(words, sizeof words, "at byte %d: no character of Latin-1, by which bytes are encoded",
             (int)(snow - bytes));
    assert_string_equal(error.text, words);
    memcpy(snow, "ab", 2);
    tmpdir_write(tmpdir, "x", bytes, size);
    assert_int_equal(read_whole(tmpdir_path(tmpdir, "x"), NULL, data, &error), -EBADMSG);
    assert_string_equal(error.text, "its data are more than the 1100 bytes that its shape takes");
    free(bytes);
}

static const char *const names[] = {"protocol-2", "protocol-3", "protocol-4", "protocol-5", "struct",
                                    "date",       "python-2",   "long",       "long-2",     "long-5"};

static void cut_anywhere_it_is_refused(void **state)
{
    struct tmpdir *tmpdir = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t size;
        char *bytes = corpus(names[i], &size), data[8192];
        for (size_t cut = 0; cut < size; cut++) {
            struct error error = {0};
            tmpdir_write(tmpdir, "x", bytes, cut);
            assert_int_equal(read_whole(tmpdir_path(tmpdir, "x"), NULL, data, &error), -EBADMSG);
            assert_true(error.text[0] != '\0');
        }
        for (size_t cut = 0; cut < size; cut += 1 + cut / 2) {
            struct error error = {0};
            assert_int_not_equal(read_piped(bytes, cut, NULL, data, &error), 0);
        }
        free(bytes);
    }
}

/* It may well be another array then, but nothing worse. */
static void a_turned_bit_is_an_error_or_another_array(void **state)
{
    struct tmpdir *tmpdir = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t size;
        char *bytes = corpus(names[i], &size), data[8192];
        for (size_t at = 0; at < size; at++) {
            if (at == 300 && size > 1000)
                at = size - 200; /* data alone */
            for (int bit = 0; bit < 8; bit++) {
                struct error error = {0};
                bytes[at] ^= (char)(1 << bit);
                tmpdir_write(tmpdir, "x", bytes, size);
                int r = read_whole(tmpdir_path(tmpdir, "x"), NULL, data, &error);
                assert_true(r == 0 || r == -EFBIG || (error.code == -r && error.text[0] != '\0'));
                bytes[at] ^= (char)(1 << bit);
            }
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_direct_where_its_bytes_are, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(long_data_from_file_and_pipe, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(what_stands_behind_is_noted, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test(a_stream_of_protocol_5_needs_a_place),
        cmocka_unit_test_setup_teardown(text_must_be_latin1_and_of_the_right_length, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test_setup_teardown(cut_anywhere_it_is_refused, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(a_turned_bit_is_an_error_or_another_array, tmpdir_setup,
                                        tmpdir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
