/*
 * The n-th system call of a load of an archive, a text, a pickle or raw bytes, from a file and through a
 * pipe, fails, comes short, is interrupted, or kills the process (tests/support/struck.h).
 */
#include "tests/support/test.h"

#include <sys/xattr.h>

#include "core/segment/description.h"
#include "tests/support/fault.h"
#include "tests/support/struck.h"
#include "tests/support/zipfile.h"

static void test_npz(struct struck *struck, unsigned method)
{
    zip_write_npy(&struck->files, "c.npz", "c.npy", method);
    struck->file = "c.npz";
    struck_each(struck);
}

static void test_npz_stored(void **state)
{
    test_npz(*state, 0);
}

static void test_npz_deflated(void **state)
{
    test_npz(*state, 8);
}

static void test_npz_converted_in_another_order(void **state)
{
    struct struck *struck = *state;
    struck->options.as = &struck->wide;
    struck->options.order = LOAD_ORDER_F;
    struck->want = "f-wide.npy";
    test_npz(struck, 8);
}

static void test_npz_piped(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    test_npz(struck, 8);
}

static void write_text(const struct struck *struck)
{
    char *text = malloc(4 * STRUCK_COUNT + 1), *at = text;
    for (unsigned i = 0; i < STRUCK_ROWS; i++)
        for (unsigned j = 0; j < STRUCK_COLUMNS; j++)
            at += sprintf(at, "%u%c", struck_number(i, j), j + 1 < STRUCK_COLUMNS ? ',' : '\n');
    tmpdir_write(&struck->files, "c.csv", text, (size_t)(at - text));
    free(text);
}

static void test_text(struct struck *struck)
{
    write_text(struck);
    struck->file = "c.csv";
    struck->from.as = struck->options.as = &struck->wide;
    struck->want = "c-wide.npy";
    struck_each(struck);
}

static void test_text_measured(void **state)
{
    test_text(*state);
}

static void test_text_piped(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    test_text(struck);
}

static void test_text_as_it_is(void **state)
{
    struct struck *struck = *state;
    double *numbers = malloc(STRUCK_COUNT * sizeof *numbers);
    for (unsigned i = 0; i < STRUCK_COUNT; i++)
        numbers[i] = struck_number(i / STRUCK_COLUMNS, i % STRUCK_COLUMNS);
    tmpdir_write_npy(&struck->files, "c-double.npy", "<f8", false, "(60, 100)", numbers,
                     STRUCK_COUNT * sizeof *numbers);
    free(numbers);
    write_text(struck);
    struck->file = "c.csv";
    struck->want = "c-double.npy";
    struck_each(struck);
}

/* Those of the fuzz target's corpus named long: a byte's worth of numbers, again and again. */
static void test_pickle(struct struck *struck, const char *name)
{
    char path[4096], bytes[8192];
    uint8_t numbers[1100];
    const char *root = getenv("SRCDIR");
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/pickle/%s", root ? root : SRCDIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    tmpdir_write(&struck->files, "pickle", bytes, fread(bytes, 1, sizeof bytes, file));
    fclose(file);
    for (unsigned i = 0; i < sizeof numbers; i++)
        numbers[i] = (uint8_t)i;
    tmpdir_write_npy(&struck->files, "numbers.npy", "|u1", false, "(1100,)", numbers, sizeof numbers);
    struck->file = "pickle";
    struck->want = "numbers.npy";
    struck_each(struck);
}

static void test_pickle_2(void **state)
{
    test_pickle(*state, "long-2");
}

static void test_pickle_4(void **state)
{
    test_pickle(*state, "long");
}

static void test_pickle_5(void **state)
{
    test_pickle(*state, "long-5");
}

static void test_pickle_4_piped(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    test_pickle(struck, "long");
}

static void test_pickle_5_piped(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    test_pickle(struck, "long-5");
}

/* The numbers alone. */
static void write_raw(const struct struck *struck)
{
    size_t size;
    char *npy = tmpdir_read(&struck->files, "c.npy", &size);
    tmpdir_write(&struck->files, "c.raw", npy + size - STRUCK_COUNT, STRUCK_COUNT);
    free(npy);
}

static void test_raw(void **state)
{
    struct struck *struck = *state;
    struct dtype byte;
    assert_int_equal(dtype_parse("u1", &byte, NULL), 0);
    write_raw(struck);
    struck->file = "c.raw";
    struck->from.as = &byte;
    struck->from.has_shape = true;
    struck->from.rank = 2;
    struck->from.shape[0] = STRUCK_ROWS;
    struck->from.shape[1] = STRUCK_COLUMNS;
    struck_each(struck);
}

/* --- raw bytes with what they are --- */

static void is_described(const struct struck *struck, enum description by)
{
    struct segment segment;
    assert_int_equal(descriptions_refresh(directory_descriptions(struck->directory), NULL, NULL), 0);
    assert_int_equal(segment_stat(struck->directory, "a.shm", &segment, NULL), 0);
    assert_int_equal(segment_recognise(struck->directory, &segment, NULL), 0);
    assert_int_equal(segment.layout, LAYOUT_DESCRIBED);
    assert_int_equal(segment.description, by);
    assert_non_null(segment.matrix);
    assert_int_equal(segment.matrix->rank, 2);
    assert_int_equal(segment.matrix->shape[0], STRUCK_ROWS);
    assert_int_equal(segment.matrix->shape[1], STRUCK_COLUMNS);
    segment_clear(&segment);
}

static void is_in_the_state_file(const struct struck *struck)
{
    is_described(struck, DESCRIPTION_STATE);
}

/* Where that fails, it is in the state file. */
static void is_in_the_attribute(const struct struck *struck)
{
    const char *path = tmpdir_path(&struck->tmpdir, "a.shm");
    is_described(struck,
                 getxattr(path, DESCRIPTION_HEADER, NULL, 0) > 0 ? DESCRIPTION_ATTRIBUTE : DESCRIPTION_STATE);
}

static void test_described(struct struck *struck)
{
    struct descriptions *descriptions = descriptions_new(tmpdir_path(&struck->files, "state/described"),
                                                         tmpdir_path(&struck->files, "rules"));
    directory_use_descriptions(struck->directory, descriptions);
    write_raw(struck);
    struck->options.layout = LAYOUT_RAW;
    struck->want = "c.raw";
    struck_each(struck);
    directory_use_descriptions(struck->directory, NULL);
    descriptions_free(descriptions);
}

static void test_described_in_the_attribute(void **state)
{
    struct struck *struck = *state;
    struck->check_description = is_in_the_attribute;
    test_described(struck);
}

static void test_described_in_the_state_file(void **state)
{
    struct struck *struck = *state;
    struck->check_description = is_in_the_state_file;
    fault_play(FAULT_NO_ATTRIBUTES);
    test_described(struck);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, struck_setup, struck_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_npz_stored),
        TEST(test_npz_deflated),
        TEST(test_npz_converted_in_another_order),
        TEST(test_text_measured),
        TEST(test_text_as_it_is),
        TEST(test_pickle_2),
        TEST(test_pickle_4),
        TEST(test_pickle_5),
        TEST(test_raw),
        TEST(test_described_in_the_attribute),
        TEST(test_described_in_the_state_file),
        TEST(test_npz_piped), /* from here on descriptor 0 is another */
        TEST(test_text_piped),
        TEST(test_pickle_4_piped),
        TEST(test_pickle_5_piped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
