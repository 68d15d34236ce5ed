/* The user's state file and the admin's rules. */
#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/descriptions_private.h"
#include "core/sys/trusted.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct descriptions *descriptions;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[512];
    tmpdir_make(&f->tmpdir);
    tmpdir_mkdir(&f->tmpdir, "segments");
    assert_int_equal(directory_open(&f->directory, tmpdir_path(&f->tmpdir, "segments"), false, NULL), 0);
    snprintf(path, sizeof path, "%s", tmpdir_path(&f->tmpdir, "home/state/shmtop/described"));
    f->descriptions = descriptions_new(path, tmpdir_path(&f->tmpdir, "rules"));
    directory_use_descriptions(f->directory, f->descriptions);
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

#define STATE "home/state/shmtop/described"

/* --- as text --- */

#define LINE "0:31 12 1700000000123456789 64 {'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }"

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct records records, back;
    const char text[] = "# a comment\n" LINE "\n8:1 13 -5 0 {'descr': [('x', '<i4'), ('y', '<f8')], "
                        "'fortran_order': True, 'shape': (), }\n";
    records_parse(&records, text, strlen(text));
    assert_int_equal(records.left, 2);
    const struct record *record = records_find(&records, &(struct identity){31, 12, 1700000000123456789});
    assert_non_null(record);
    assert_int_equal(record->offset, 64);
    assert_non_null(records_find(&records, &(struct identity){8 << 8 | 1, 13, -5}));
    assert_null(records_find(&records, &(struct identity){31, 12, 1700000000123456788}));
    size_t size;
    char *written = records_write(&records, &size);
    assert_int_equal(size, strlen(written));
    assert_non_null(strstr(written, LINE "\n"));
    records_parse(&back, written, size);
    assert_int_equal(back.left, 2);
    free(written);
    records_clear(&records);
    records_clear(&back);
}

static void what_is_no_line_is_passed_over(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        " ",
        "0:31",
        "0:31 12",
        "0:31 12 5 0",
        "0:31 12 5 0 ",
        "0:31 12 5 0 {}",
        "0:31 12 5 0 {'descr': '|O', 'fortran_order': False, 'shape': (3, 4), }",
        "0:31 12 5 x {'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }",
        "0:31  12 5 0 {'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }",
        "0:31 99999999999999999999 5 0 {'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }",
        "5000000000:31 12 5 0 {'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }",
        "0:31 12 5 0 {'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), } x",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[512];
        struct records records;
        int n = snprintf(text, sizeof text, "%s\n" LINE "\n%s", lines[i], lines[i]);
        records_parse(&records, text, (size_t)n);
        assert_int_equal(records.left, 1);
        records_clear(&records);
    }
}

static void of_one_segment_the_last_line_counts(void **state)
{
    (void)state;
    struct records records;
    const char text[] =
        LINE "\n0:31 12 1700000000123456789 8 {'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    records_parse(&records, text, strlen(text));
    assert_int_equal(records.left, 1);
    const struct identity id = {31, 12, 1700000000123456789};
    assert_int_equal(records_find(&records, &id)->offset, 8);
    records_put(&records, &id, 0, NULL);
    assert_int_equal(records.left, 0);
    assert_null(records_find(&records, &id));
    records_clear(&records);
}

static void rules_are_a_line_each(void **state)
{
    (void)state;
    struct rules rules;
    struct matrix matrix;
    const char text[] = "# comment\n\n feed-*.shm\t>f8  -1,16 \n*.f2.shm f2 -1,768 F 4096\nx.shm i4 2,3 C\n";
    assert_int_equal(rules_parse(&rules, text, strlen(text), NULL), 0);
    assert_int_equal(rules.count, 3);
    assert_true(rules_find(&rules, "feed-1.shm", 8 * 16 * 5, &matrix));
    assert_true(matrix.rank == 2 && matrix.shape[0] == 5 && matrix.order == 'C' && matrix.dtype.order == '>');
    assert_true(rules_find(&rules, "d/x.f2.shm", 4096 + 2 * 768, &matrix));
    assert_true(matrix.offset == 4096 && matrix.order == 'F' && matrix.shape[0] == 1);
    assert_true(rules_find(&rules, "x.shm", 24, &matrix));
    assert_false(rules_find(&rules, "x.shm", 23, &matrix));
    assert_false(rules_find(&rules, "feed-1.shm", 8 * 16 * 5 + 1, &matrix));
    assert_false(rules_find(&rules, "feed-1.shm", 0, &matrix));
    assert_false(rules_find(&rules, "other", 24, &matrix));
    rules_clear(&rules);
}

static void of_rules_the_first_that_fits_counts(void **state)
{
    (void)state;
    struct rules rules;
    struct matrix matrix;
    const char text[] = "a* f8 -1,3\na* f4 -1,3\n* u1 -1\n";
    assert_int_equal(rules_parse(&rules, text, strlen(text), NULL), 0);
    assert_true(rules_find(&rules, "ab", 24, &matrix));
    assert_int_equal(matrix.dtype.itemsize, 8);
    assert_true(rules_find(&rules, "ab", 12, &matrix));
    assert_int_equal(matrix.dtype.itemsize, 4);
    assert_true(rules_find(&rules, "ab", 7, &matrix));
    assert_int_equal(matrix.dtype.itemsize, 1);
    rules_clear(&rules);
}

/* The line that was meant may be the wrong one, and a later one would give another shape. */
static void one_wrong_line_makes_none_count(void **state)
{
    (void)state;
    static const char *const lines[] = {"x f8",       "x f8 -1 D", "x f8 -1 C z",  "x f8 -1 C 1 2",
                                        "x ff -1",    "x O -1",    "x f8 -1,-1",   "x f8 1,,2",
                                        "[x f8 -1",   "x S0 5",    "x f8 -1 C -1", "x f8 1,2 C 0x10",
                                        "x f8 (1, 2)"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[256];
        struct rules rules;
        struct error error = {0};
        int n = snprintf(text, sizeof text, "# one\n%s\n* u1 -1\n", lines[i]);
        assert_int_equal(rules_parse(&rules, text, (size_t)n, &error), -EBADMSG);
        assert_int_equal(rules.count, 0);
        assert_memory_equal(error.text, "line 2: ", 8);
        assert_true(strlen(error.text) > 10);
    }
    struct rules rules;
    struct error error = {0};
    assert_int_equal(rules_parse(&rules, "x f8 -1\0 C\n", 11, &error), -EBADMSG);
}

/* --- as files --- */

static struct segment segment_of(struct fixture *f, const char *name)
{
    struct segment segment;
    char path[300];
    snprintf(path, sizeof path, "segments/%s", name);
    if (!tmpdir_exists(&f->tmpdir, path))
        tmpdir_write_sparse(&f->tmpdir, path, 24);
    assert_int_equal(segment_stat(f->directory, name, &segment, NULL), 0);
    return segment;
}

static int record(struct fixture *f, const struct segment *segment, uint64_t rows, struct error *error)
{
    struct matrix matrix = {.order = 'C', .rank = 2, .shape = {rows, 3}};
    assert_int_equal(dtype_parse("f4", &matrix.dtype, NULL), 0);
    return descriptions_record(f->descriptions, f->directory, &segment->id, &matrix, error);
}

/* The rows that it says the segment has; -1: it says nothing, -2: damage. */
static int64_t rows_of(struct fixture *f, const struct segment *segment)
{
    struct layout_result result;
    enum description by;
    if (!descriptions_find(f->descriptions, segment->name, &segment->id, segment->size, &result, &by))
        return -1;
    assert_int_equal(by, DESCRIPTION_STATE);
    int64_t rows = result.damaged ? -2 : (int64_t)result.matrix.shape[0];
    layout_result_clear(&result);
    return rows;
}

static void what_is_recorded_is_found_by_identity(void **state)
{
    struct fixture *f = *state;
    struct segment a = segment_of(f, "a"), b = segment_of(f, "b");
    struct stat st;
    assert_int_equal(record(f, &a, 2, NULL), 0);
    assert_int_equal(rows_of(f, &a), 2);
    assert_int_equal(rows_of(f, &b), -1);
    assert_int_equal(stat(tmpdir_path(&f->tmpdir, STATE), &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(stat(tmpdir_path(&f->tmpdir, "home/state/shmtop"), &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_false(tmpdir_exists(&f->tmpdir, "home/state/shmtop/.described.new"));
    assert_int_equal(record(f, &a, 1, NULL), 0);
    assert_int_equal(rows_of(f, &a), 1);
    assert_int_equal(record(f, &a, 3, NULL), 0); /* more than it has: who records checks that */
    assert_int_equal(rows_of(f, &a), -2);
    assert_int_equal(descriptions_copy(f->descriptions, f->directory, &a.id, &b.id, NULL), 0);
    assert_int_equal(rows_of(f, &b), -2);
    assert_int_equal(descriptions_record(f->descriptions, f->directory, &a.id, NULL, NULL), 0);
    assert_int_equal(rows_of(f, &a), -1);
    assert_int_equal(descriptions_copy(f->descriptions, f->directory, &a.id, &b.id, NULL), 0);
    assert_int_equal(rows_of(f, &b), -2);
    segment_clear(&a);
    segment_clear(&b);
}

static void another_process_is_heard_at_the_next_refresh(void **state)
{
    struct fixture *f = *state;
    struct segment a = segment_of(f, "a");
    struct descriptions *other = descriptions_new(tmpdir_path(&f->tmpdir, STATE), NULL);
    struct layout_result result;
    enum description by;
    assert_int_equal(descriptions_refresh(other, NULL, NULL), 0);
    assert_int_equal(record(f, &a, 2, NULL), 0);
    assert_false(descriptions_find(other, "a", &a.id, 24, &result, &by));
    assert_int_equal(descriptions_refresh(other, NULL, NULL), 0);
    assert_true(descriptions_find(other, "a", &a.id, 24, &result, &by));
    layout_result_clear(&result);
    tmpdir_unlink(&f->tmpdir, STATE);
    assert_int_equal(descriptions_refresh(other, NULL, NULL), 0);
    assert_false(descriptions_find(other, "a", &a.id, 24, &result, &by));
    descriptions_free(other);
    segment_clear(&a);
}

static void nobody_elses_file_is_believed(void **state)
{
    struct fixture *f = *state;
    struct segment a = segment_of(f, "a");
    struct error error = {0};
    const char *path = NULL;
    assert_int_equal(record(f, &a, 2, NULL), 0);
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, STATE), 0620), 0);
    assert_int_equal(descriptions_refresh(f->descriptions, &path, &error), -EPERM);
    assert_string_equal(path, descriptions_state_path(f->descriptions));
    assert_int_equal(rows_of(f, &a), -1);
    assert_int_equal(record(f, &a, 2, &error), -EPERM);
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, STATE), 0600), 0);
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "home/state/shmtop"), 0770), 0);
    assert_int_equal(record(f, &a, 2, &error), -EPERM);
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "home/state/shmtop"), 0700), 0);
    assert_int_equal(rename(tmpdir_path(&f->tmpdir, STATE), tmpdir_path(&f->tmpdir, "elsewhere")), 0);
    tmpdir_symlink(&f->tmpdir, STATE, tmpdir_path(&f->tmpdir, "elsewhere"));
    assert_int_equal(descriptions_refresh(f->descriptions, &path, &error), -ENOTSUP);
    assert_int_equal(rows_of(f, &a), -1);
    segment_clear(&a);
}

static void a_wrong_rule_is_said_and_none_counts(void **state)
{
    struct fixture *f = *state;
    struct segment a = segment_of(f, "a");
    struct error error = {0};
    struct layout_result result;
    enum description by;
    const char *path;
    tmpdir_write_text(&f->tmpdir, "rules", "a f4 2,3\n");
    assert_int_equal(descriptions_refresh(f->descriptions, NULL, NULL), 0);
    assert_true(descriptions_find(f->descriptions, "a", &a.id, 24, &result, &by));
    assert_int_equal(by, DESCRIPTION_RULE);
    layout_result_clear(&result);
    assert_int_equal(record(f, &a, 1, NULL), 0); /* the user's own goes before */
    assert_int_equal(rows_of(f, &a), 1);
    tmpdir_write_text(&f->tmpdir, "rules", "a f4 2,3\nb f4\n");
    assert_int_equal(descriptions_refresh(f->descriptions, &path, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "line 2"));
    assert_string_equal(path, tmpdir_path(&f->tmpdir, "rules"));
    assert_int_equal(rows_of(f, &a), 1);
    assert_int_equal(descriptions_record(f->descriptions, f->directory, &a.id, NULL, NULL), 0);
    assert_int_equal(rows_of(f, &a), -1);
    segment_clear(&a);
}

static void without_a_sure_identity_or_place_nothing_is_recorded(void **state)
{
    struct fixture *f = *state;
    struct segment a = segment_of(f, "a");
    struct error error = {0};
    a.id.born = 0;
    assert_int_equal(record(f, &a, 2, &error), -ENOTSUP);
    assert_false(tmpdir_exists(&f->tmpdir, "home"));
    struct descriptions *none = descriptions_new(NULL, NULL);
    struct matrix matrix = {.order = 'C'};
    dtype_parse("f4", &matrix.dtype, NULL);
    assert_int_equal(descriptions_refresh(none, NULL, NULL), 0);
    assert_int_equal(descriptions_record(none, f->directory, &a.id, &matrix, &error), -ENOTSUP);
    descriptions_free(none);
    segment_clear(&a);
}

static void lines_are_few_and_short(void **state)
{
    struct fixture *f = *state;
    struct records records = {0};
    struct segment a = segment_of(f, "a");
    records_put(&records, &a.id, 0, strdup("x"));
    for (uint64_t i = 0; i < RECORDS_PRUNE; i++)
        records_put(&records, &(struct identity){a.id.device, 1000000 + i, 1}, 0, strdup("x"));
    records_prune(&records, f->directory);
    assert_int_equal(records.left, RECORDS_PRUNE + 1); /* they may lie beside the directory */
    for (uint64_t i = 0; i < RECORDS_MAX; i++)
        records_put(&records, &(struct identity){a.id.device + 1, 1000000 + i, 1}, 0, strdup("x"));
    records_prune(&records, f->directory);
    assert_int_equal(records.left, RECORDS_MAX);
    assert_null(records_find(&records, &a.id)); /* the oldest went */
    char header[60001];
    memset(header, 'x', sizeof header);
    header[60000] = '\0';
    for (uint64_t i = 0; i < 20; i++)
        records_put(&records, &(struct identity){a.id.device + 2, 1 + i, 1}, 0, strdup(header));
    records_prune(&records, f->directory);
    size_t size;
    char *text = records_write(&records, &size);
    assert_true(size <= TRUSTED_MAX && size > TRUSTED_MAX - 70000); /* what is read again */
    free(text);
    records_clear(&records);
    segment_clear(&a);
}

/* What lies in the file system lies in it: it is mounted. */
static void lines_of_segments_that_are_gone_do_not_gather(void **state)
{
    struct fixture *f = *state;
    struct records records = {0};
    struct tmpdir inner = {0};
    struct segment a;
    tmpdir_mkdir(&f->tmpdir, "mounted");
    snprintf(inner.path, sizeof inner.path, "%.200s/mounted", f->tmpdir.path);
    tmpdir_mount(&inner, "size=64k");
    tmpdir_write_text(&inner, "a", "x");
    struct directory *directory;
    assert_int_equal(directory_open(&directory, inner.path, false, NULL), 0);
    assert_int_equal(segment_stat(directory, "a", &a, NULL), 0);
    for (uint64_t i = 0; i < RECORDS_PRUNE; i++)
        records_put(&records, &(struct identity){a.id.device, 1000000 + i, 1}, 0, strdup("x"));
    records_prune(&records, directory);
    assert_int_equal(records.left, RECORDS_PRUNE); /* one that is held may be restored: few are kept */
    records_put(&records, &a.id, 0, strdup("x"));
    records_put(&records, &(struct identity){a.id.device + 1, 5, 5}, 0, strdup("x"));
    records_prune(&records, directory);
    assert_int_equal(records.left, 2); /* of another file system nothing is known */
    assert_non_null(records_find(&records, &a.id));
    records_clear(&records);
    segment_clear(&a);
    directory_close(directory);
    tmpdir_remove(&inner);
    tmpdir_mkdir(&f->tmpdir, "mounted");
}

static int run_record(void *context)
{
    struct fixture *f = context;
    struct segment a = segment_of(f, "a");
    struct error error = {0};
    int r = record(f, &a, 2, &error);
    assert_true(r == 0 || error.text[0]);
    segment_clear(&a);
    return r;
}

/* Either nothing or the whole, and never something half. */
static void check_record(void *context, int result)
{
    struct fixture *f = context;
    struct segment a = segment_of(f, "a");
    assert_int_equal(descriptions_refresh(f->descriptions, NULL, NULL), 0);
    int64_t rows = rows_of(f, &a);
    assert_true(rows == 2 || (rows == -1 && result != 0));
    if (result != -EINTR)
        assert_false(tmpdir_exists(&f->tmpdir, "home/state/shmtop/.described.new"));
    if (tmpdir_exists(&f->tmpdir, STATE))
        tmpdir_unlink(&f->tmpdir, STATE);
    descriptions_refresh(f->descriptions, NULL, NULL);
    segment_clear(&a);
}

static void a_failing_call_leaves_it_as_it_was(void **state)
{
    struct fixture *f = *state;
    segment_clear(&(struct segment[]){segment_of(f, "a")}[0]);
    fault_each(FAULT_SHORT, 0, run_record, check_record, f);
    fault_each(FAULT_INTERRUPT, 0, run_record, check_record, f);
    fault_each(FAULT_KILL, 0, run_record, check_record, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_reads_back),
        TEST(what_is_no_line_is_passed_over),
        TEST(of_one_segment_the_last_line_counts),
        TEST(rules_are_a_line_each),
        TEST(of_rules_the_first_that_fits_counts),
        TEST(one_wrong_line_makes_none_count),
        TEST(what_is_recorded_is_found_by_identity),
        TEST(another_process_is_heard_at_the_next_refresh),
        TEST(nobody_elses_file_is_believed),
        TEST(a_wrong_rule_is_said_and_none_counts),
        TEST(without_a_sure_identity_or_place_nothing_is_recorded),
        TEST(lines_are_few_and_short),
        TEST(a_failing_call_leaves_it_as_it_was),
        TEST(lines_of_segments_that_are_gone_do_not_gather),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
