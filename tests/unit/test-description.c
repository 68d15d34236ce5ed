/* What tells of a raw segment what it is, recorded and found. */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/segment/description.h"
#include "core/sys/fd.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct descriptions *descriptions;
    bool has_attributes;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    tmpdir_mkdir(&f->tmpdir, "segments");
    assert_int_equal(directory_open(&f->directory, tmpdir_path(&f->tmpdir, "segments"), false, NULL), 0);
    f->descriptions =
        descriptions_new(tmpdir_path(&f->tmpdir, "state/described"), tmpdir_path(&f->tmpdir, "rules"));
    directory_use_descriptions(f->directory, f->descriptions);
    tmpdir_write_text(&f->tmpdir, "probe", "");
    f->has_attributes = setxattr(tmpdir_path(&f->tmpdir, "probe"), "user.x", "x", 1, 0) == 0;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    directory_close(f->directory);
    descriptions_free(f->descriptions);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

static const char *path_of(const struct fixture *f, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "segments/%s", name);
    return tmpdir_path(&f->tmpdir, path);
}

static void write_raw(const struct fixture *f, const char *name, size_t size)
{
    char path[300];
    snprintf(path, sizeof path, "segments/%s", name);
    tmpdir_write_sparse(&f->tmpdir, path, size);
}

static void need_attributes(const struct fixture *f)
{
    if (!f->has_attributes)
        skip(); /* tmpfs before Linux 6.6 */
}

static void give(const struct fixture *f, const char *name, const char *attribute, const char *text)
{
    assert_int_equal(setxattr(path_of(f, name), attribute, text, strlen(text), 0), 0);
}

static struct segment look(const struct fixture *f, const char *name)
{
    struct segment segment;
    struct error error = {0};
    assert_int_equal(descriptions_refresh(f->descriptions, NULL, NULL), 0);
    assert_int_equal(segment_stat(f->directory, name, &segment, NULL), 0);
    if (segment_recognise(f->directory, &segment, &error) < 0)
        fail_msg("%s", error.text);
    return segment;
}

/* "described <f2 3×4 F +64 attribute", "raw", "damaged described" … */
static const char *said_of(const struct fixture *f, const char *name)
{
    static char text[256];
    static const char *const by[] = {"", " attribute", " state", " rule"};
    struct segment segment = look(f, name);
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s", segment.damage ? "damaged " : "",
                                layout_name(segment.layout));
    if (segment.matrix) {
        const struct matrix *matrix = segment.matrix;
        char descr[64], shape[64];
        dtype_descr(&matrix->dtype, descr, sizeof descr);
        matrix_shape_text(matrix->rank, matrix->shape, true, shape, sizeof shape);
        n += (size_t)snprintf(text + n, sizeof text - n, " %s %s %c +%d", descr, shape, matrix->order,
                              (int)matrix->offset);
    }
    snprintf(text + n, sizeof text - n, "%s", by[segment.description]);
    segment_clear(&segment);
    return text;
}

#define HEADER "{'descr': '<f2', 'fortran_order': True, 'shape': (3, 4), }"

static void an_attribute_describes_raw_bytes(void **state)
{
    struct fixture *f = *state;
    need_attributes(f);
    write_raw(f, "a", 24);
    assert_string_equal(said_of(f, "a"), "raw");
    give(f, "a", DESCRIPTION_HEADER, HEADER);
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 F +0 attribute");
    write_raw(f, "a", 24 + 64);
    give(f, "a", DESCRIPTION_OFFSET, "64");
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 F +64 attribute");
    /* As numpy pads it, or written over several lines. */
    give(f, "a", DESCRIPTION_HEADER, " {\n'shape': (3, 4), 'descr': '<f2',\n'fortran_order': False}      \n");
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 C +64 attribute");
    give(f, "a", DESCRIPTION_HEADER,
         "{'descr': [('x', '<i4'), ('\xc3\xa4', '<f4')], 'fortran_order': False, 'shape': ()}");
    assert_string_equal(said_of(f, "a"),
                        "described [('x', '<i4'), ('\xc3\xa4', '<f4')] scalar C +64 attribute");
}

static void a_long_header_is_read_whole(void **state)
{
    struct fixture *f = *state;
    char header[3000];
    need_attributes(f);
    write_raw(f, "a", 24);
    memset(header, ' ', sizeof header);
    memcpy(header + 2900, HEADER, sizeof HEADER);
    give(f, "a", DESCRIPTION_HEADER, header);
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 F +0 attribute");
}

static void an_attribute_that_cannot_be_is_damage(void **state)
{
    struct fixture *f = *state;
    need_attributes(f);
    static const char *const headers[] = {
        "",
        "x",
        "{'descr': '<f2', 'fortran_order': True, 'shape': (3, 5), }",
        "{'descr': '|O', 'fortran_order': True, 'shape': (1,), }",
        "{'descr': '<f2', 'fortran_order': True, 'shape': (-1, 4), }",
        "{'descr': '<f2', 'shape': (3, 4), }",
        "{'descr': '<f2', 'fortran_order': True, 'shape': (9223372036854775807, 4)}"};
    write_raw(f, "a", 24);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        give(f, "a", DESCRIPTION_HEADER, headers[i]);
        assert_string_equal(said_of(f, "a"), "damaged described attribute");
    }
    give(f, "a", DESCRIPTION_HEADER, HEADER);
    static const char *const offsets[] = {
        "1", "x", "-1", " 0", "9223372036854775808", "0000000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        give(f, "a", DESCRIPTION_OFFSET, offsets[i]);
        assert_string_equal(said_of(f, "a"), "damaged described attribute");
    }
}

static void bytes_that_say_it_themselves_go_before(void **state)
{
    struct fixture *f = *state;
    need_attributes(f);
    tmpdir_write_npy(&f->tmpdir, "segments/m", "<f8", false, "(2, 2)", NULL, 32);
    give(f, "m", DESCRIPTION_HEADER, HEADER);
    tmpdir_write_text(&f->tmpdir, "rules", "* f4 -1\n");
    assert_string_equal(said_of(f, "m"), "npy <f8 2 x 2 C +128");
}

static int record(const struct fixture *f, const char *name, const char *type, uint64_t rows,
                  uint64_t columns, uint64_t offset, enum description *ret_where, struct error *error)
{
    struct segment segment = look(f, name);
    struct matrix matrix = {.order = 'C', .rank = 2, .shape = {rows, columns}, .offset = offset};
    dtype_parse(type, &matrix.dtype, NULL);
    int fd = open(path_of(f, name), O_RDONLY | O_CLOEXEC);
    int r = description_record(f->directory, &segment, fd, &matrix, ret_where, error);
    fd_close(&fd);
    segment_clear(&segment);
    return r;
}

static int clear(const struct fixture *f, const char *name, struct error *error)
{
    struct segment segment = look(f, name);
    int fd = open(path_of(f, name), O_RDONLY | O_CLOEXEC);
    int r = description_clear(f->directory, &segment, fd, error);
    fd_close(&fd);
    segment_clear(&segment);
    return r;
}

static void it_is_recorded_in_the_attribute(void **state)
{
    struct fixture *f = *state;
    enum description where;
    char text[128] = "";
    need_attributes(f);
    write_raw(f, "a", 24);
    assert_int_equal(record(f, "a", "f2", 3, 4, 0, &where, NULL), 0);
    assert_int_equal(where, DESCRIPTION_ATTRIBUTE);
    assert_true(getxattr(path_of(f, "a"), DESCRIPTION_HEADER, text, sizeof text - 1) > 0);
    assert_string_equal(text, "{'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }");
    assert_true(getxattr(path_of(f, "a"), DESCRIPTION_OFFSET, text, sizeof text) < 0);
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 C +0 attribute");
    assert_int_equal(record(f, "a", ">f4", 2, 2, 8, &where, NULL), 0);
    assert_string_equal(said_of(f, "a"), "described >f4 2 x 2 C +8 attribute");
    assert_int_equal(record(f, "a", "u1", 2, 2, 0, &where, NULL), 0);
    assert_string_equal(said_of(f, "a"), "described |u1 2 x 2 C +0 attribute");
    assert_false(tmpdir_exists(&f->tmpdir, "state"));
    assert_int_equal(clear(f, "a", NULL), 0);
    assert_string_equal(said_of(f, "a"), "raw");
    assert_int_equal(clear(f, "a", NULL), 0);
}

static void without_attributes_it_is_recorded_in_the_state_file(void **state)
{
    struct fixture *f = *state;
    enum description where;
    write_raw(f, "a", 24);
    fault_play(FAULT_NO_ATTRIBUTES);
    assert_string_equal(said_of(f, "a"), "raw");
    assert_true(directory_lacks_attributes(f->directory));
    assert_int_equal(record(f, "a", "f2", 3, 4, 0, &where, NULL), 0);
    assert_int_equal(where, DESCRIPTION_STATE);
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 C +0 state");
    assert_int_equal(rename(path_of(f, "a"), path_of(f, "b")), 0);
    assert_string_equal(said_of(f, "b"), "described <f2 3 x 4 C +0 state");
    write_raw(f, "a", 24);
    assert_string_equal(said_of(f, "a"), "raw"); /* another bears its name */
    assert_int_equal(truncate(path_of(f, "b"), 23), 0);
    assert_string_equal(said_of(f, "b"), "damaged described state");
    assert_int_equal(clear(f, "b", NULL), 0);
    assert_string_equal(said_of(f, "b"), "raw");
}

/* Of 100,000 files nobody asks each for what none of them can have. */
static void that_there_are_no_attributes_is_learnt_once(void **state)
{
    struct fixture *f = *state;
    fault_play(FAULT_NO_ATTRIBUTES);
    write_raw(f, "a", 24);
    write_raw(f, "b", 24);
    assert_string_equal(said_of(f, "a"), "raw");
    fault_arm(FAULT_CALL_ANY, FAULT_NONE, 0, 0);
    assert_string_equal(said_of(f, "b"), "raw");
    assert_int_equal(fault_count(FAULT_CALL_fgetxattr), 0);
}

static void the_attribute_goes_before_the_state_file_and_that_before_the_rules(void **state)
{
    struct fixture *f = *state;
    enum description where;
    struct error error = {0};
    need_attributes(f);
    write_raw(f, "a", 24);
    tmpdir_write_text(&f->tmpdir, "rules", "a i4 -1,2\n");
    assert_string_equal(said_of(f, "a"), "described <i4 3 x 2 C +0 rule");
    fault_play(FAULT_NO_ATTRIBUTES);
    assert_int_equal(record(f, "a", "u2", 3, 4, 0, &where, NULL), 0);
    fault_reset();
    assert_int_equal(directory_reopen(f->directory, NULL), 0); /* which forgets that there are none */
    assert_string_equal(said_of(f, "a"), "described <u2 3 x 4 C +0 state");
    assert_int_equal(record(f, "a", "f2", 3, 4, 0, &where, NULL), 0);
    assert_string_equal(said_of(f, "a"), "described <f2 3 x 4 C +0 attribute");
    /* The state file does not come to light again. */
    assert_int_equal(clear(f, "a", NULL), 0);
    assert_string_equal(said_of(f, "a"), "described <i4 3 x 2 C +0 rule");
    assert_int_equal(clear(f, "a", &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "rules"));
}

static void what_cannot_be_described_is_refused(void **state)
{
    struct fixture *f = *state;
    enum description where;
    struct error error = {0};
    write_raw(f, "a", 24);
    assert_int_equal(record(f, "a", "f2", 3, 5, 0, &where, &error), -EBADMSG);
    assert_int_equal(record(f, "a", "f2", 3, 4, 1, &where, &error), -EBADMSG);
    assert_int_equal(record(f, "a", "f8", UINT64_MAX / 2, 3, 0, &where, &error), -EBADMSG);
    tmpdir_write_npy(&f->tmpdir, "segments/m", "<f8", false, "(2, 2)", NULL, 32);
    assert_int_equal(record(f, "m", "f2", 1, 1, 0, &where, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "npy"));
    assert_int_equal(clear(f, "m", &error), -ENOTSUP);
    write_raw(f, "sem.x", 32);
    assert_int_equal(record(f, "sem.x", "f2", 1, 1, 0, &where, &error), -ENOTSUP);
    struct directory *read_only;
    assert_int_equal(directory_open(&read_only, directory_path(f->directory), true, NULL), 0);
    struct segment segment = look(f, "a");
    struct matrix matrix = {.order = 'C'};
    dtype_parse("f2", &matrix.dtype, NULL);
    assert_int_equal(description_record(read_only, &segment, -1, &matrix, &where, &error), -EROFS);
    assert_int_equal(description_clear(read_only, &segment, -1, &error), -EROFS);
    segment_clear(&segment);
    directory_close(read_only);
    assert_string_equal(said_of(f, "a"), "raw");
}

static int run_record(void *context)
{
    const struct fixture *f = context;
    enum description where;
    struct segment segment;
    struct error error = {0};
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {3}, .offset = 12};
    dtype_parse("f4", &matrix.dtype, NULL);
    int r = segment_stat(f->directory, "a", &segment, &error);
    if (r < 0)
        return r;
    int fd = -1;
    r = segment_recognise(f->directory, &segment, &error);
    if (r == 0)
        r = fd = segment_open(f->directory, "a", &segment.id, &error);
    if (r >= 0)
        r = description_record(f->directory, &segment, fd, &matrix, &where, &error);
    fd_close(&fd);
    segment_clear(&segment);
    return r;
}

/* A header beside another's offset would be a wrong shape that nobody notices. */
static void check_record(void *context, int result)
{
    struct fixture *f = context;
    const char *said = said_of(f, "a");
    if (strcmp(said, "described <f4 3 C +12 attribute") != 0 &&
        strcmp(said, "described <f4 3 C +12 state") != 0 &&
        strcmp(said, "described <f2 3 x 4 F +0 attribute") != 0)
        assert_string_equal(said, "raw");
    assert_true(result != 0 || strncmp(said, "described <f4", 13) == 0);
    removexattr(path_of(f, "a"), DESCRIPTION_OFFSET);
    give(f, "a", DESCRIPTION_HEADER, HEADER);
}

static void at_no_time_stands_a_header_beside_anothers_offset(void **state)
{
    struct fixture *f = *state;
    need_attributes(f);
    write_raw(f, "a", 24);
    give(f, "a", DESCRIPTION_HEADER, HEADER);
    fault_each(FAULT_KILL, 0, run_record, check_record, f);
    fault_each(FAULT_ERROR, EIO, run_record, check_record, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_attribute_describes_raw_bytes),
        TEST(a_long_header_is_read_whole),
        TEST(an_attribute_that_cannot_be_is_damage),
        TEST(bytes_that_say_it_themselves_go_before),
        TEST(it_is_recorded_in_the_attribute),
        TEST(without_attributes_it_is_recorded_in_the_state_file),
        TEST(that_there_are_no_attributes_is_learnt_once),
        TEST(the_attribute_goes_before_the_state_file_and_that_before_the_rules),
        TEST(what_cannot_be_described_is_refused),
        TEST(at_no_time_stands_a_header_beside_anothers_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
