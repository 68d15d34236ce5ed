#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/source/source.h"
#include "tests/support/tmpdir.h"
#include "tests/support/zipfile.h"

#define COUNT 1000

struct fixture {
    struct tmpdir tmpdir;
    uint16_t values[COUNT];
    char *npy, *other; /* files of u2 (20, 50): the values, and zeros */
    size_t size;
    struct error error;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    static const uint16_t zeros[COUNT];
    tmpdir_make(&f->tmpdir);
    for (unsigned i = 0; i < COUNT; i++)
        f->values[i] = (uint16_t)(i * 77);
    tmpdir_write_npy(&f->tmpdir, "a", "<u2", true, "(20, 50)", f->values, sizeof f->values);
    f->npy = tmpdir_read(&f->tmpdir, "a", &f->size);
    tmpdir_write_npy(&f->tmpdir, "a", "<u2", true, "(20, 50)", zeros, sizeof zeros);
    f->other = tmpdir_read(&f->tmpdir, "a", &f->size);
    tmpdir_unlink(&f->tmpdir, "a");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tmpdir_remove(&f->tmpdir);
    free(f->npy);
    free(f->other);
    free(f);
    return 0;
}

/* The archive as the file "a". */
static void write_zip(const struct fixture *f, const struct zip_entry *entries, size_t n,
                      const struct zip_end *end)
{
    size_t size;
    uint8_t *bytes = zip_build(entries, n, end, &size);
    tmpdir_write(&f->tmpdir, "a", bytes, size);
    free(bytes);
}

static struct zip_entry entry(const struct fixture *f, const char *name)
{
    return (struct zip_entry){.name = name, .data = f->npy, .size = f->size};
}

static struct zip_entry another(const struct fixture *f, const char *name)
{
    return (struct zip_entry){.name = name, .data = f->other, .size = f->size};
}

static int open_source(struct fixture *f, const char *member, struct source **ret_source)
{
    struct source_options options = {.member = member, .header_lines = -1};
    memset(&f->error, 0, sizeof f->error);
    int r = source_open(ret_source, tmpdir_path(&f->tmpdir, "a"), &options, &f->error);
    assert_int_equal(f->error.code, -r);
    return r;
}

/* All of the data, in pieces, are the values. */
static void gives_values(struct fixture *f, struct source *source)
{
    uint64_t bytes;
    uint8_t buf[sizeof f->values];
    assert_false(source->is_direct || source->is_open_ended);
    assert_int_equal(source->matrix.rank, 2);
    assert_int_equal(source->matrix.order, 'F');
    assert_int_equal(source_bytes(source, &bytes, NULL), 0);
    assert_true(bytes == sizeof f->values);
    for (size_t done = 0; done < sizeof buf; done += 400)
        assert_int_equal(source_read_all(source, buf + done, 400, &f->error), 0);
    assert_memory_equal(buf, f->values, sizeof buf);
    assert_int_equal(source->ops->finish(source, &f->error), 0);
}

static void loads(struct fixture *f, const char *member, const char *kind)
{
    struct source *source;
    int r = open_source(f, member, &source);
    assert_string_equal(f->error.text, "");
    assert_int_equal(r, 0);
    assert_string_equal(source->kind, kind);
    gives_values(f, source);
    source_close(source);
}

static void refuses(struct fixture *f, const char *member, int code, const char *text)
{
    struct source *source;
    assert_int_equal(open_source(f, member, &source), -code);
    assert_string_equal(f->error.text, text);
}

static void stored_and_deflated_members_give_their_matrix(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, "prices.npy");
    write_zip(f, &a, 1, NULL);
    loads(f, NULL, "npz member prices, stored");
    a.method = 8;
    write_zip(f, &a, 1, NULL);
    loads(f, NULL, "npz member prices, deflated");
}

static void every_writer_s_headers_are_read(void **state)
{
    struct fixture *f = *state;
    static const enum zip_form forms[] = {ZIP_PYTHON, ZIP_PYTHON_3_11_4, ZIP_PIPED, ZIP_INFO_ZIP,
                                          ZIP_CENTRAL_64};
    for (unsigned i = 0; i < 2 * sizeof forms / sizeof forms[0]; i++) {
        struct zip_entry two[] = {another(f, "b.npy"), entry(f, "a.npy")};
        two[0].form = two[1].form = forms[i / 2];
        two[1].method = i % 2 ? 8 : 0;
        write_zip(f, two, 2, NULL);
        loads(f, "a", i % 2 ? "npz member a, deflated" : "npz member a, stored");
    }
}

static void a_comment_or_a_zip64_end_may_stand_behind(void **state)
{
    struct fixture *f = *state;
    struct zip_entry a = entry(f, "a.npy");
    char comment[60001];
    memset(comment, 'x', sizeof comment - 1);
    comment[sizeof comment - 1] = '\0';
    write_zip(f, &a, 1, &(struct zip_end){.comment = comment});
    loads(f, NULL, "npz member a, stored");
    write_zip(f, &a, 1, &(struct zip_end){.count64 = 1});
    loads(f, NULL, "npz member a, stored");
}

static void key_and_full_name_both_find_a_member(void **state)
{
    struct fixture *f = *state;
    struct zip_entry two[] = {another(f, "b.npy"), entry(f, "a.npy")};
    write_zip(f, two, 2, NULL);
    loads(f, "a", "npz member a, stored");
    loads(f, "a.npy", "npz member a, stored");
}

static void a_full_name_goes_before_a_key(void **state)
{
    struct fixture *f = *state;
    struct zip_entry two[] = {another(f, "a.npy"), entry(f, "a")};
    write_zip(f, two, 2, NULL);
    loads(f, "a", "npz member a, stored");
    struct zip_entry swapped[] = {entry(f, "a.npy"), another(f, "a")};
    write_zip(f, swapped, 2, NULL);
    loads(f, "a.npy", "npz member a.npy, stored");
    refuses(f, "b", ENOENT, "no member b in it; there is a.npy, a");
}

static void of_duplicates_the_last_counts(void **state)
{
    struct fixture *f = *state;
    struct zip_entry three[] = {another(f, "a.npy"), another(f, "a.npy"), entry(f, "a.npy")};
    write_zip(f, three, 3, NULL);
    loads(f, "a", "npz member a, stored");
    loads(f, NULL, "npz member a, stored");
}

static void the_only_matrix_needs_no_member(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "made by hand";
    struct zip_entry three[] = {{.name = "readme", .data = text, .size = sizeof text},
                                entry(f, "a.npy"),
                                {.name = "empty", .data = "", .size = 0}};
    write_zip(f, three, 3, NULL);
    loads(f, NULL, "npz member a, stored");
    three[1].name = "a"; /* a matrix all the same */
    write_zip(f, three, 3, NULL);
    loads(f, NULL, "npz member a, stored");
}

static void of_several_one_must_be_chosen(void **state)
{
    struct fixture *f = *state;
    struct zip_entry two[] = {entry(f, "a.npy"), entry(f, "b")};
    write_zip(f, two, 2, NULL);
    refuses(f, NULL, EINVAL, "holds several matrices, and --member says which: a, b");
    refuses(f, "c", ENOENT, "no member c in it; there is a, b");
}

static void a_long_list_of_keys_is_cut(void **state)
{
    struct fixture *f = *state;
    struct zip_entry many[400];
    char names[400][32];
    for (unsigned i = 0; i < 400; i++) {
        snprintf(names[i], sizeof names[i], "arr_%u.npy", i);
        many[i] = entry(f, names[i]);
    }
    write_zip(f, many, 400, NULL);
    struct source *source;
    assert_int_equal(open_source(f, NULL, &source), -EINVAL);
    assert_non_null(strstr(f->error.text, ": arr_0, arr_1, "));
    const char *end = strrchr(f->error.text, ',');
    unsigned last, more;
    assert_int_equal(sscanf(end, ", arr_%u and %u more", &last, &more), 2);
    assert_int_equal(last + 1 + more, 400);
    loads(f, "arr_399", "npz member arr_399, stored");
}

static void names_are_keys_and_printed_escaped(void **state)
{
    struct fixture *f = *state;
    struct zip_entry hostile[] = {another(f, "../../etc/x.npy"), entry(f, "\x1b[31m\xff.npy"),
                                  another(f, "/\xc3\xa9\xe2\x80\xae.npy"), another(f, ".npy"),
                                  another(f, "%s.npy")};
    write_zip(f, hostile, 5, NULL);
    refuses(f, NULL, EINVAL,
            "holds several matrices, and --member says which: "
            "../../etc/x, \\x1b[31m\\xff, /\xc3\xa9\\u202e, .npy, %s");
    refuses(f, "\n", ENOENT,
            "no member \\x0a in it; there is ../../etc/x, \\x1b[31m\\xff, /\xc3\xa9\\u202e, .npy, %s");
    loads(f, "\x1b[31m\xff", "npz member \\x1b[31m\\xff, stored");
    loads(f, "\\x1b[31m\\xff.npy", "npz member \\x1b[31m\\xff, stored");
}

static void a_long_name_is_cut_where_it_is_shown(void **state)
{
    struct fixture *f = *state;
    char name[60001];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct zip_entry a = entry(f, name);
    struct source *source;
    write_zip(f, &a, 1, NULL);
    assert_int_equal(open_source(f, name, &source), 0);
    assert_memory_equal(source->kind, "npz member nnnn", 15);
    assert_string_equal(source->kind + sizeof source->kind - 1 - 8, ", stored");
    gives_values(f, source);
    source_close(source);
}

/* The archive "a" through a pipe in the place of standard input. */
static int open_piped(struct fixture *f, const struct directory *spool, struct source **ret_source)
{
    size_t size;
    int ends[2], saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
    char *bytes = tmpdir_read(&f->tmpdir, "a", &size);
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    assert_int_equal(write(ends[1], bytes, size), size);
    free(bytes);
    close(ends[1]);
    assert_return_code(dup2(ends[0], 0), errno);
    close(ends[0]);
    struct source_options options = {
        .header_lines = -1, .spool = spool, .proc_root = f->tmpdir.path, .cgroup_root = f->tmpdir.path};
    memset(&f->error, 0, sizeof f->error);
    int r = source_open(ret_source, "-", &options, &f->error);
    if (saved >= 0)
        dup2(saved, 0);
    else
        close(0);
    close(saved);
    return r;
}

static void a_stream_is_copied_first(void **state)
{
    struct fixture *f = *state;
    struct tmpdir there;
    struct directory *directory;
    struct source *source;
    struct zip_entry a = entry(f, "a.npy");
    a.method = 8;
    write_zip(f, &a, 1, NULL);
    tmpdir_make(&there);
    assert_int_equal(directory_open(&directory, there.path, false, NULL), 0);
    assert_int_equal(open_piped(f, directory, &source), 0);
    assert_string_equal(source->kind, "npz member a, deflated");
    assert_int_equal(tmpdir_count(&there), 0);
    gives_values(f, source);
    source_close(source);
    assert_int_equal(open_piped(f, NULL, &source), -ENOTSUP);
    assert_string_equal(f->error.text, "an .npz must be a file, for its directory is at its end");
    directory_close(directory);
    tmpdir_remove(&there);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stored_and_deflated_members_give_their_matrix),
        TEST(every_writer_s_headers_are_read),
        TEST(a_comment_or_a_zip64_end_may_stand_behind),
        TEST(key_and_full_name_both_find_a_member),
        TEST(a_full_name_goes_before_a_key),
        TEST(of_duplicates_the_last_counts),
        TEST(the_only_matrix_needs_no_member),
        TEST(of_several_one_must_be_chosen),
        TEST(a_long_list_of_keys_is_cut),
        TEST(names_are_keys_and_printed_escaped),
        TEST(a_long_name_is_cut_where_it_is_shown),
        TEST(a_stream_is_copied_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
