#include "tests/support/test.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/analysis/find.h"
#include "core/analysis/kept.h"
#include "core/matrix/walk.h"
#include "core/sys/calls.h"

/* The same numbers in every run. */
static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static struct condition condition_of(const char *text)
{
    struct condition condition;
    assert_int_equal(condition_parse(text, &condition, NULL), 0);
    return condition;
}

static struct matrix make(const char *type, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank, .offset = 24};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

/* A file of the matrix's size, all 0. */
static int make_file(const struct matrix *matrix)
{
    uint64_t bytes;
    int fd = memfd_create("find", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(matrix_bytes(matrix, &bytes, NULL), 0);
    assert_int_equal(ftruncate(fd, (off_t)(matrix->offset + bytes)), 0);
    return fd;
}

static struct view view_of(const struct matrix *matrix, const char *index)
{
    struct view view;
    assert_int_equal(view_parse(matrix, index, &view, NULL), 0);
    return view;
}

/* Of a view of u1: where an element lies, straight from the definition. */
static int64_t offset_of(const struct matrix *matrix, const struct view *view, const uint64_t *index)
{
    int64_t at = (int64_t)matrix->offset + view->start;
    for (int k = 0; k < view->rank; k++)
        at += (int64_t)index[k] * view->stride[k];
    return at;
}

/* --- all that meet it, as a list --- */

struct found {
    size_t count, room, most; /* most: after so many it ends; 0: never */
    uint64_t *numbers;
    const struct view *view;
};

static int take(void *context, const struct finding *finding, struct error *error)
{
    struct found *found = context;
    uint64_t index[MATRIX_RANK_MAX];
    (void)error;
    find_index_of(found->view, finding->number, index);
    assert_memory_equal(index, finding->index, (size_t)found->view->rank * sizeof index[0]);
    assert_int_equal(find_number_of(found->view, index), finding->number);
    assert_true(found->count < found->room);
    found->numbers[found->count++] = finding->number;
    return found->count == found->most;
}

static struct found find(int fd, const struct matrix *matrix, const struct view *view, const char *condition,
                         size_t room, size_t most)
{
    struct found found = {
        .room = room, .most = most, .numbers = malloc((room + 1) * sizeof(uint64_t)), .view = view};
    struct condition parsed = condition_of(condition);
    struct progress progress = {0};
    struct error error = {0};
    int r = find_all(fd, matrix, view, &parsed, take, &found, &progress, &error);
    if (r < 0)
        fail_msg("%s", error.text);
    if (most == 0 && found.count > 0)
        assert_int_equal(progress.done, progress.total);
    assert_int_equal(progress.total, view_elements(view));
    return found;
}

/* --- against a walk through all elements --- */

static bool meets(const uint8_t *bytes, const struct matrix *matrix, const struct view *view, uint64_t number)
{
    uint64_t index[MATRIX_RANK_MAX];
    find_index_of(view, number, index);
    return bytes[offset_of(matrix, view, index)] == 1;
}

static void check_all(int fd, const uint8_t *bytes, const struct matrix *matrix, const struct view *view,
                      uint64_t n)
{
    struct found found = find(fd, matrix, view, "=1", n, 0);
    size_t k = 0;
    for (uint64_t i = 0; i < n; i++)
        if (meets(bytes, matrix, view, i)) {
            assert_true(k < found.count);
            assert_int_equal(found.numbers[k++], i);
        }
    assert_int_equal(k, found.count);
    free(found.numbers);
}

static void check_next(int fd, const uint8_t *bytes, const struct matrix *matrix, const struct view *view,
                       uint64_t n, uint64_t from, bool backward)
{
    uint64_t number = 0, at = from < n ? from : backward ? 0 : n - 1, steps = 0;
    bool wrapped = false, passed_end = false;
    struct condition condition = condition_of("=1");
    int r = find_next(fd, matrix, view, &condition, from, backward, &number, &wrapped, NULL, NULL);
    do {
        bool is_end = at == (backward ? 0 : n - 1);
        at = is_end ? (backward ? n - 1 : 0) : backward ? at - 1 : at + 1;
        passed_end |= is_end && from < n;
        steps++;
    } while (steps < n && !meets(bytes, matrix, view, at));
    assert_int_equal(r, meets(bytes, matrix, view, at));
    if (r == 0)
        return;
    assert_int_equal(number, at);
    assert_int_equal(wrapped, passed_end || (from < n && at == from));
}

static void random_views_give_what_a_walk_gives(void **state)
{
    (void)state;
    static uint8_t bytes[4096];
    random_state = 11;
    for (int round = 0; round < 3000; round++) {
        int rank = (int)random_below(5);
        uint64_t shape[MATRIX_RANK_MAX];
        for (int k = 0; k < rank; k++)
            shape[k] = 1 + random_below(7);
        struct matrix matrix = make("u1", random_below(2) ? 'C' : 'F', rank, shape);
        char index[200] = "";
        for (int k = 0; k < rank; k++) {
            static const char *const slices[] = {":", "::-1", "::2", "1:", "::-3", "0"};
            strcat(strcat(index, slices[random_below(6)]), ",");
        }
        struct view view = view_of(&matrix, index);
        if (view.rank > 1 && random_below(2))
            view_swap_axes(&view, (int)random_below((uint64_t)view.rank),
                           (int)random_below((uint64_t)view.rank));
        uint64_t odds = 1 + random_below(20), n = view_elements(&view);
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = random_below(odds) == 0;
        int fd = make_file(&matrix);
        assert_true(pwrite(fd, bytes, sizeof bytes, 0) == sizeof bytes);
        check_all(fd, bytes, &matrix, &view, n);
        for (int i = 0; i < 6 && n > 0; i++)
            check_next(fd, bytes, &matrix, &view, n, i < 4 ? random_below(n) : UINT64_MAX, i % 2);
        close(fd);
    }
}

/* --- large ones: several slabs, blocks and threads --- */

static void put(int fd, const struct matrix *matrix, const struct view *view, uint64_t number, uint8_t value)
{
    uint64_t index[MATRIX_RANK_MAX];
    find_index_of(view, number, index);
    assert_int_equal(pwrite(fd, &value, 1, offset_of(matrix, view, index)), 1);
}

/* Few, far from one another, in views of either order. */
static void a_few_among_many_come_in_order(void **state)
{
    (void)state;
    static const struct {
        char order;
        const char *index;
    } cases[] = {{'C', ""}, {'F', ""}, {'C', "::-1"}, {'F', "1:, ::3"}, {'C', ":, 5"}};
    uint64_t shape[] = {4000, 40000};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct matrix matrix = make("u1", cases[c].order, 2, shape);
        struct view view = view_of(&matrix, cases[c].index);
        uint64_t n = view_elements(&view), places[] = {0, 1, n / 3, n / 2, n - 2, n - 1};
        int fd = make_file(&matrix);
        for (int i = 0; i < 6; i++)
            put(fd, &matrix, &view, places[i], 1);
        struct found found = find(fd, &matrix, &view, "!=0", 6, 0);
        assert_int_equal(found.count, 6);
        assert_memory_equal(found.numbers, places, sizeof places);
        free(found.numbers);
        struct condition condition = condition_of("=1");
        for (unsigned i = 0; i < 6; i++)
            for (unsigned backward = 0; backward < 2; backward++) {
                uint64_t number;
                bool wrapped;
                assert_int_equal(find_next(fd, &matrix, &view, &condition, places[i], backward, &number,
                                           &wrapped, NULL, NULL),
                                 1);
                assert_int_equal(number, places[(i + (backward ? 5 : 1)) % 6]);
                assert_int_equal(wrapped, backward ? i == 0 : i == 5);
            }
        close(fd);
    }
}

/* Of which more meet it than there is room for in a slab. */
static void all_of_many_come_in_order(void **state)
{
    (void)state;
    uint64_t shape[] = {1500, 2000};
    for (unsigned order = 0; order < 2; order++) {
        struct matrix matrix = make("u1", order ? 'F' : 'C', 2, shape);
        struct view view = view_of(&matrix, order ? "" : "::-1");
        int fd = make_file(&matrix);
        uint64_t n = view_elements(&view);
        put(fd, &matrix, &view, 1234567, 1);
        struct found found = find(fd, &matrix, &view, "=0", n, 0);
        assert_int_equal(found.count, n - 1);
        for (uint64_t i = 0; i < n - 1; i++)
            assert_int_equal(found.numbers[i], i + (i >= 1234567));
        free(found.numbers);
        close(fd);
    }
}

static uint64_t bytes_read;

static ssize_t counted_pread(int fd, void *buf, size_t size, off_t offset)
{
    __atomic_fetch_add(&bytes_read, size, __ATOMIC_RELAXED);
    return sys_kernel.pread(fd, buf, size, offset);
}

static void what_is_near_is_found_without_reading_far(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 1, (uint64_t[]){UINT64_C(1) << 27});
    struct view view = view_of(&matrix, "");
    struct condition condition = condition_of("=0");
    uint64_t number;
    bool wrapped;
    int fd = make_file(&matrix);
    sys.pread = counted_pread;
    bytes_read = 0;
    struct found found = find(fd, &matrix, &view, "=0", 3, 3);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.numbers[2], 2);
    assert_true(bytes_read <= 8u << 20);
    free(found.numbers);
    bytes_read = 0;
    for (unsigned backward = 0; backward < 2; backward++) {
        assert_int_equal(
            find_next(fd, &matrix, &view, &condition, 1000000, backward, &number, &wrapped, NULL, NULL), 1);
        assert_int_equal(number, backward ? 999999 : 1000001);
    }
    assert_true(bytes_read <= 4u << 20);
    bytes_read = 0;
    condition = condition_of("=1e400");
    assert_int_equal(find_next(fd, &matrix, &view, &condition, 5, false, &number, &wrapped, NULL, NULL), 0);
    assert_int_equal(bytes_read, 0);
    sys.pread = sys_kernel.pread;
    close(fd);
}

/* --- holes --- */

/* Islands in a sea of holes, in views whose elements are about a page apart. */
static void what_lies_between_holes_is_found(void **state)
{
    (void)state;
    uint64_t shape[] = {9, 5, 40960};
    static uint8_t bytes[24 + 9 * 5 * 40960];
    random_state = 17;
    for (int round = 0; round < 300; round++) {
        static const char *const rows[] = {":", "::-1", "1::2", "::-3", "4"};
        static const char *const columns[] = {"::4096", "::-4096", "7::4000", "::-5000", "::20000", "3"};
        struct matrix matrix = make("u1", random_below(2) ? 'C' : 'F', 3, shape);
        char index[200];
        snprintf(index, sizeof index, "%s, %s, %s", rows[random_below(5)], rows[random_below(5)],
                 columns[random_below(6)]);
        struct view view = view_of(&matrix, index);
        if (view.rank > 1 && random_below(2))
            view_swap_axes(&view, 0, 1);
        int fd = make_file(&matrix);
        uint64_t n = view_elements(&view), at[MATRIX_RANK_MAX];
        memset(bytes, 0, sizeof bytes);
        for (uint64_t islands = random_below(6); islands > 0; islands--) {
            uint64_t first = random_below(n), left = 1 + random_below(3);
            for (; left > 0 && first < n; left--, first++) {
                find_index_of(&view, first, at);
                bytes[offset_of(&matrix, &view, at)] = 1;
                put(fd, &matrix, &view, first, 1);
            }
        }
        check_all(fd, bytes, &matrix, &view, n);
        for (int i = 0; i < 6; i++)
            check_next(fd, bytes, &matrix, &view, n, i < 4 ? random_below(n) : UINT64_MAX, i % 2);
        close(fd);
    }
}

static unsigned looks;

static off_t counted_lseek(int fd, off_t offset, int whence)
{
    __atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED);
    return sys_kernel.lseek(fd, offset, whence);
}

/* Exbibytes of nothing, and a few bytes among them. */
static void holes_are_not_read(void **state)
{
    (void)state;
    static const struct {
        char order;
        const char *index;
    } cases[] = {{'C', ""}, {'C', "::-1, ::-1"}, {'F', ""}, {'C', "::3"}};
    uint64_t shape[] = {UINT64_C(1) << 34, UINT64_C(1) << 27};
    sys.pread = counted_pread;
    sys.lseek = counted_lseek;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct matrix matrix = make("u1", cases[c].order, 2, shape);
        struct view view = view_of(&matrix, cases[c].index);
        uint64_t n = view_elements(&view), places[] = {5, n / 7 * 3, n - 9}, number;
        struct condition condition = condition_of("=1");
        bool wrapped;
        int fd = make_file(&matrix);
        bytes_read = looks = 0;
        assert_int_equal(
            find_next(fd, &matrix, &view, &condition, n / 3, c % 2, &number, &wrapped, NULL, NULL), 0);
        assert_int_equal(bytes_read, 0);
        for (int i = 0; i < 3; i++)
            put(fd, &matrix, &view, places[i], 1);
        struct found found = find(fd, &matrix, &view, "=1", 3, 0);
        assert_int_equal(found.count, 3);
        assert_memory_equal(found.numbers, places, sizeof places);
        free(found.numbers);
        for (unsigned i = 0; i < 3; i++)
            for (unsigned backward = 0; backward < 2; backward++) {
                assert_int_equal(find_next(fd, &matrix, &view, &condition, places[i], backward, &number,
                                           &wrapped, NULL, NULL),
                                 1);
                assert_int_equal(number, places[(i + (backward ? 2 : 1)) % 3]);
            }
        assert_true(bytes_read < 512u << 20);
        assert_true(looks < 1u << 20);
        /* What it ends before is no hole. */
        assert_int_equal(ftruncate(fd, (off_t)1 << 60), 0);
        assert_int_equal(
            find_next(fd, &matrix, &view, &condition, n / 7 * 3, false, &number, &wrapped, NULL, NULL),
            -ESTALE);
        close(fd);
    }
    sys = sys_kernel;
}

/* Of no bytes, too: all of them are alike. */
static void elements_of_no_bytes_are_looked_at_once(void **state)
{
    (void)state;
    struct matrix matrix = make("S0", 'C', 1, (uint64_t[]){UINT64_C(1) << 62});
    struct view view = view_of(&matrix, "");
    struct condition condition = condition_of("=x");
    uint64_t number;
    bool wrapped;
    int fd = make_file(&matrix);
    assert_int_equal(find_next(fd, &matrix, &view, &condition, 7, true, &number, &wrapped, NULL, NULL), 0);
    condition = condition_of("!=x");
    assert_int_equal(find_next(fd, &matrix, &view, &condition, 7, true, &number, &wrapped, NULL, NULL), 1);
    assert_int_equal(number, 6);
    close(fd);
}

/* --- odd shapes --- */

static void empty_scalar_and_deep_ones_are_searched(void **state)
{
    (void)state;
    uint64_t number = 77;
    bool wrapped = true;
    struct condition condition = condition_of("=0");
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){3, 0});
    struct view view = view_of(&matrix, "");
    int fd = make_file(&matrix);
    struct found found = find(fd, &matrix, &view, "=0", 0, 0);
    assert_int_equal(found.count, 0);
    free(found.numbers);
    assert_int_equal(
        find_next(fd, &matrix, &view, &condition, UINT64_MAX, true, &number, &wrapped, NULL, NULL), 0);
    assert_int_equal(number, 77);
    close(fd);

    matrix = make("f8", 'C', 0, NULL);
    view = view_of(&matrix, "");
    fd = make_file(&matrix);
    found = find(fd, &matrix, &view, "=0", 1, 0);
    assert_int_equal(found.count, 1);
    free(found.numbers);
    assert_int_equal(
        find_next(fd, &matrix, &view, &condition, UINT64_MAX, false, &number, &wrapped, NULL, NULL), 1);
    assert_int_equal(number, 0);
    assert_false(wrapped);
    assert_int_equal(find_next(fd, &matrix, &view, &condition, 0, true, &number, &wrapped, NULL, NULL), 1);
    assert_true(wrapped);
    close(fd);

    uint64_t deep[MATRIX_RANK_MAX];
    for (int k = 0; k < MATRIX_RANK_MAX; k++)
        deep[k] = k % 7 == 0 ? 3 : 1;
    matrix = make("u1", 'F', MATRIX_RANK_MAX, deep);
    view = view_of(&matrix, "::-1");
    fd = make_file(&matrix);
    uint64_t n = view_elements(&view);
    put(fd, &matrix, &view, 4321, 1);
    found = find(fd, &matrix, &view, "=1", 1, 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.numbers[0], 4321);
    assert_true(n == 59049);
    free(found.numbers);
    close(fd);
}

static void the_index_in_the_whole_matrix_is_told(void **state)
{
    (void)state;
    struct matrix matrix = make("u1", 'C', 3, (uint64_t[]){10, 20, 30});
    struct view view = view_of(&matrix, "7, ::-2, 5:");
    view_swap_axes(&view, 0, 1);
    uint64_t index[] = {4, 3}, whole[3];
    find_matrix_index(&matrix, &view, index, whole);
    assert_int_equal(whole[0], 7);
    assert_int_equal(whole[1], 13);
    assert_int_equal(whole[2], 9);
}

/* Both byte orders, and text, whose elements are kept for what comes later. */
static int take_first_byte(void *context, const struct finding *finding, struct error *error)
{
    (void)error;
    *(uint8_t *)context = *(const uint8_t *)finding->element;
    return 0;
}

static void elements_are_given_native(void **state)
{
    (void)state;
    static const char *const types[] = {"<i4", ">i4"};
    for (int i = 0; i < 2; i++) {
        struct matrix matrix = make(types[i], 'C', 1, (uint64_t[]){5});
        struct view view = view_of(&matrix, "");
        struct condition condition = condition_of("=7");
        const uint8_t bytes[] = {i ? 0 : 7, 0, 0, i ? 7 : 0};
        uint8_t first = 99;
        int fd = make_file(&matrix);
        assert_int_equal(pwrite(fd, bytes, 4, 24 + 12), 4);
        assert_int_equal(find_all(fd, &matrix, &view, &condition, take_first_byte, &first, NULL, NULL), 0);
        assert_int_equal(first, 7);
        close(fd);
    }
}

/* --- what goes wrong --- */

static int refuse(void *context, const struct finding *finding, struct error *error)
{
    (void)context, (void)finding;
    return error_set(error, EPIPE, "nobody reads");
}

static int cancel(void *context, const struct finding *finding, struct error *error)
{
    struct progress *progress = context;
    (void)finding, (void)error;
    assert_false(progress->cancel);
    progress->cancel = true;
    return 0;
}

static void failures_end_the_search(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'F', 2, (uint64_t[]){1000, 3000});
    struct view view = view_of(&matrix, "");
    struct condition zero = condition_of("=0"), nan = condition_of("nan");
    struct progress progress = {0};
    struct error error = {0};
    uint64_t number;
    bool wrapped;
    int fd = make_file(&matrix);
    assert_int_equal(find_all(fd, &matrix, &view, &zero, refuse, NULL, NULL, &error), -EPIPE);
    assert_string_equal(error.text, "nobody reads");
    assert_int_equal(find_all(fd, &matrix, &view, &zero, cancel, &progress, &progress, &error), -ECANCELED);
    assert_int_equal(find_next(fd, &matrix, &view, &nan, 0, false, &number, &wrapped, &progress, &error),
                     -ECANCELED);
    assert_int_equal(ftruncate(fd, 20000000), 0);
    assert_int_equal(find_all(fd, &matrix, &view, &nan, refuse, NULL, NULL, &error), -ESTALE);
    assert_int_equal(find_next(fd, &matrix, &view, &nan, 99, true, &number, &wrapped, NULL, &error), -ESTALE);
    struct condition wrong = condition_of("=2026-11-25");
    assert_int_equal(find_all(fd, &matrix, &view, &wrong, refuse, NULL, NULL, &error), -EINVAL);
    close(fd);
    assert_int_equal(find_all(-1, &matrix, &view, &nan, refuse, NULL, NULL, &error), -EBADF);
}

/* Each read of a search fails in turn. */
static unsigned reads_before_failure;

static ssize_t failing_pread(int fd, void *buf, size_t size, off_t offset)
{
    if (__atomic_fetch_sub(&reads_before_failure, 1, __ATOMIC_RELAXED) != 0)
        return sys_kernel.pread(fd, buf, size, offset);
    errno = EIO;
    return -1;
}

static void each_read_may_fail(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){3000, 1000});
    struct view view = view_of(&matrix, "::5");
    struct condition condition = condition_of("nan");
    struct error error;
    int fd = make_file(&matrix), r = -1;
    unsigned n = 0;
    for (uint64_t row = 0; row < 3000; row++) /* a hole would not be read */
        assert_int_equal(pwrite(fd, "x", 1, (off_t)(matrix.offset + row * 8000)), 1);
    sys.pread = failing_pread;
    for (; r < 0; n++) {
        error = (struct error){0};
        reads_before_failure = n;
        r = find_all(fd, &matrix, &view, &condition, refuse, NULL, NULL, &error);
        assert_true(r == 0 || (r == -EIO && strstr(error.text, "cannot read")));
    }
    sys.pread = sys_kernel.pread;
    assert_true(n > 3);
    close(fd);
}

/* --- what is kept --- */

static void the_least_are_kept(void **state)
{
    (void)state;
    struct kept kept;
    random_state = 5;
    for (size_t room = 2; room < 40; room += 3) {
        assert_int_equal(kept_make(&kept, 8, room, NULL), 0);
        for (int round = 0; round < 3; round++) {
            uint64_t n = random_below(200), low = UINT64_MAX;
            for (uint64_t i = 0; i < n; i++) {
                uint64_t key = (i * 7919 % 211) << random_below(3) * 8 % 16, elements[] = {0, key};
                key = key << 8 | i; /* none twice */
                elements[1] = key;
                kept_add(&kept, &key, &(uint32_t){1}, 1, elements);
                low = key < low ? key : low;
            }
            kept_sort(&kept);
            assert_int_equal(kept.overflowed, n > room);
            assert_true(n == 0 || kept.list[0].key == low);
            for (size_t i = 0; i < kept.count; i++) {
                uint64_t element;
                memcpy(&element, kept_element(&kept, &kept.list[i]), 8);
                assert_int_equal(element, kept.list[i].key);
                assert_true(i == 0 || kept.list[i].key > kept.list[i - 1].key);
                assert_true(kept.list[i].key <= kept.limit);
            }
            assert_true(kept.overflowed || kept.count == n);
            kept_reset(&kept);
        }
        kept_clear(&kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_views_give_what_a_walk_gives),
        cmocka_unit_test(a_few_among_many_come_in_order),
        cmocka_unit_test(all_of_many_come_in_order),
        cmocka_unit_test(what_is_near_is_found_without_reading_far),
        cmocka_unit_test(what_lies_between_holes_is_found),
        cmocka_unit_test(holes_are_not_read),
        cmocka_unit_test(elements_of_no_bytes_are_looked_at_once),
        cmocka_unit_test(empty_scalar_and_deep_ones_are_searched),
        cmocka_unit_test(the_index_in_the_whole_matrix_is_told),
        cmocka_unit_test(elements_are_given_native),
        cmocka_unit_test(failures_end_the_search),
        cmocka_unit_test(each_read_may_fail),
        cmocka_unit_test(the_least_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
