/*
 * The preview on real segments in a private directory, drawn into fake cells.
 */
#include "tests/support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/view/hints.h"
#include "tui/values/preview.h"

struct scene {
    struct tmpdir *tmpdir;
    struct directory *directory;
    struct preview *preview;
    struct cells cells;
    int64_t now;
    bool ascii;
};

static void scene_open(struct scene *scene, void **state, const char *name)
{
    struct segment segment = {0};
    struct error error = {0};
    scene->tmpdir = *state;
    if (!scene->directory)
        assert_int_equal(directory_open(&scene->directory, scene->tmpdir->path, false, &error), 0);
    assert_int_equal(segment_stat(scene->directory, name, &segment, &error), 0);
    scene->preview = preview_new(name, &segment.id, scene->now);
    segment_clear(&segment);
    if (!scene->cells.grid)
        cells_resize(&scene->cells, 24, 80);
}

static void scene_close(struct scene *scene)
{
    preview_free(scene->preview);
    directory_close(scene->directory);
    cells_free(&scene->cells);
}

/* The statistics below the grid. */
static void study_all(struct scene *scene)
{
    struct progress progress = {0};
    struct study_request *request;
    for (int i = 0; (request = preview_wants_study(scene->preview, STUDY_FIGURES, scene->now)); i++) {
        preview_supply_study(scene->preview, STUDY_FIGURES,
                             study_run(scene->directory, "/proc", request, &progress), scene->now);
        study_request_free(request);
        assert_true(i < 50);
    }
}

/* Lets it read what it wants, and draws. */
static void scene_settle(struct scene *scene)
{
    preview_layout(scene->preview, scene->cells.rows, scene->cells.columns, scene->ascii);
    for (int i = 0; i < 20; i++) {
        struct preview_request *request = preview_wants(scene->preview, scene->now);
        if (!request)
            break;
        preview_supply(scene->preview, preview_fetch(scene->directory, "/proc", request), scene->now);
        preview_request_free(request);
        preview_layout(scene->preview, scene->cells.rows, scene->cells.columns, scene->ascii);
        assert_true(i < 19);
    }
    study_all(scene);
    preview_layout(scene->preview, scene->cells.rows, scene->cells.columns, scene->ascii);
    cells_clear(&scene->cells);
    scene->cells.ascii = scene->ascii;
    preview_draw(scene->preview, &scene->cells, (struct rect){0, 0, scene->cells.rows, scene->cells.columns});
    draw_assert_sane(&scene->cells);
}

static void scene_size(struct scene *scene, int rows, int columns)
{
    cells_resize(&scene->cells, rows, columns);
    scene_settle(scene);
}

static void press(struct scene *scene, const char *keys)
{
    for (; *keys; keys++)
        preview_key(scene->preview, &(struct key){.code = (unsigned char)*keys}, scene->now);
    scene_settle(scene);
}

static void press_code(struct scene *scene, uint32_t code)
{
    preview_key(scene->preview, &(struct key){.code = code}, scene->now);
    scene_settle(scene);
}

static void wait_ms(struct scene *scene, int64_t ms)
{
    scene->now += ms;
    scene_settle(scene);
}

/* --- segments --- */

static struct matrix matrix_of(const char *dtype, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank};
    struct error error = {0};
    assert_int_equal(dtype_parse(dtype, &matrix.dtype, &error), 0);
    for (int i = 0; i < rank; i++)
        matrix.shape[i] = shape[i];
    return matrix;
}

/* Doubles 0, 0.5, 1, … with a nan and infinities among the first. */
static void write_doubles(const struct tmpdir *tmpdir, const char *name, char order, int rank,
                          const uint64_t *shape)
{
    struct matrix matrix = matrix_of("<f8", order, rank, shape);
    size_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= shape[i];
    double *values = calloc(n ? n : 1, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++)
        values[i] = (double)i / 2;
    tmpdir_write_matrix(tmpdir, name, &matrix, values, n * sizeof *values);
    free(values);
}

static void write_value(const struct tmpdir *tmpdir, const char *name, uint64_t index, double value)
{
    int fd = open(tmpdir_path(tmpdir, name), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct stat facts;
    assert_int_equal(fstat(fd, &facts), 0);
    assert_int_equal(pwrite(fd, &value, sizeof value, (off_t)(128 + index * 8)), (ssize_t)sizeof value);
    close(fd);
}

/* --- what is shown --- */

static void a_plane_has_headings_and_values(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "prices.shm", 'C', 2, (uint64_t[]){100, 200});
    write_value(*state, "prices.shm", 1, 0.0 / 0.0);
    write_value(*state, "prices.shm", 2, -1 / 0.0);
    write_value(*state, "prices.shm", 3, 1.4142135623730951);
    scene_open(&scene, state, "prices.shm");
    scene_settle(&scene);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-plane-80x24");
    draw_assert_has(&scene.cells, "prices.shm  float64 100 × 200");
    draw_assert_has(&scene.cells, "[0, 0] = 0.0");
    press(&scene, "lll");
    draw_assert_has(&scene.cells, "[0, 3] = 1.4142135623730951  0x3ff6a09e667f3bcd");
    draw_assert_has(&scene.cells, "1.4142");
    scene_size(&scene, 40, 140);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-plane-140x40");
    scene_close(&scene);
}

static void the_window_follows_the_cursor(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "a", 'C', 2, (uint64_t[]){1000, 200});
    scene_open(&scene, state, "a");
    scene_settle(&scene);
    press(&scene, "G$");
    draw_assert_has(&scene.cells, "[999, 199] = 99999.5");
    draw_assert_has(&scene.cells, "999 ");
    press(&scene, "g0");
    draw_assert_has(&scene.cells, "[0, 0] = 0.0");
    press_code(&scene, KEY_CODE_PAGE_DOWN);
    draw_assert_has(&scene.cells, "[16, 0] = 1600.0");
    draw_assert_has(&scene.cells, "r 16-31/1000");
    press(&scene, "k");
    draw_assert_has(&scene.cells, "r 15-30/1000");
    for (int i = 0; i < 30; i++)
        press(&scene, "l");
    draw_assert_has(&scene.cells, "[15, 30] = ");
    scene_close(&scene);
}

static void fortran_order_shows_the_same_elements(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "f", 'F', 2, (uint64_t[]){10, 4});
    scene_open(&scene, state, "f");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "F order");
    press(&scene, "jl");
    draw_assert_has(&scene.cells, "[1, 1] = 5.5"); /* the 11th of one in F order */
    scene_close(&scene);
}

static void slices_of_three_axes_are_stepped_through(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "cube", 'C', 3, (uint64_t[]){64, 20, 30});
    scene_open(&scene, state, "cube");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "a[0,:,:]  axis 0: 0 of 64");
    draw_assert_has(&scene.cells, "rows = axis 1  columns = axis 2");
    press(&scene, "}]]]]]]]");
    draw_assert_has(&scene.cells, "a[17,:,:]  axis 0: 17 of 64");
    draw_assert_has(&scene.cells, "[17, 0, 0] = 5100.0");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-cube-80x24");
    press(&scene, "\t");
    draw_assert_has(&scene.cells, "no other axis to step along");
    press(&scene, "{{[");
    draw_assert_has(&scene.cells, "a[0,:,:]");
    press(&scene, "}}}}}}}}}");
    draw_assert_has(&scene.cells, "axis 0: 63 of 64");
    scene_close(&scene);
}

static void hints_leave_out_what_does_nothing(void **state)
{
    static const struct {
        const char *name;
        int rank;
        bool slices, transposes;
    } rows[] = {{"vector", 1, false, false}, {"plane", 2, false, true}, {"cube", 3, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene scene = {0};
        write_doubles(*state, rows[i].name, 'C', rows[i].rank, (uint64_t[]){3, 4, 5});
        scene_open(&scene, state, rows[i].name);
        scene_settle(&scene);
        cells_clear(&scene.cells);
        struct hints hints = {.screen = SCREEN_GRID, .read_only = false, .preview = scene.preview};
        hints_draw(&hints, &scene.cells, (struct rect){0, 0, 1, 80});
        (rows[i].slices ? draw_assert_has : draw_assert_lacks)(&scene.cells, "[ slice  x row axis");
        (rows[i].slices ? draw_assert_has : draw_assert_lacks)(&scene.cells, "slice");
        (rows[i].slices ? draw_assert_has : draw_assert_lacks)(&scene.cells, "axis");
        (rows[i].transposes ? draw_assert_has : draw_assert_lacks)(&scene.cells, "t transpose");
        draw_assert_has(&scene.cells, "q back");
        scene_close(&scene);
    }
}

static void the_axes_can_be_chosen_and_the_element_stays(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "hyper", 'C', 4, (uint64_t[]){5, 6, 7, 8});
    scene_open(&scene, state, "hyper");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "a[0,0,:,:]");
    press(&scene, "jjlll]\t]]");
    draw_assert_has(&scene.cells, "a[1,2,:,:]  axis 1: 2 of 6");
    draw_assert_has(&scene.cells, "[1, 2, 2, 3] = ");
    press(&scene, "x");
    draw_assert_has(&scene.cells, "a[:,2,2,:]");
    draw_assert_has(&scene.cells, "rows = axis 0  columns = axis 3");
    draw_assert_has(&scene.cells, "[1, 2, 2, 3] = ");
    press(&scene, "y");
    draw_assert_has(&scene.cells, "[1, 2, 2, 3] = ");
    press(&scene, "t");
    draw_assert_has(&scene.cells, "[1, 2, 2, 3] = ");
    scene_close(&scene);
}

static void one_dimension_wraps(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "v", 'C', 1, (uint64_t[]){1003});
    scene_open(&scene, state, "v");
    scene_settle(&scene);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-vector-80x24");
    press(&scene, "G$");
    draw_assert_has(&scene.cells, "[1002] = 501.0");
    press(&scene, "l");
    draw_assert_has(&scene.cells, "[1002] = 501.0");
    press(&scene, "g0llllllllllll");
    draw_assert_has(&scene.cells, "[12] = 6.0");
    scene_size(&scene, 24, 120);
    draw_assert_has(&scene.cells, "[12] = 6.0");
    scene_size(&scene, 10, 30);
    draw_assert_has(&scene.cells, "[12] = 6.0");
    press(&scene, "t");
    draw_assert_has(&scene.cells, "nothing to transpose");
    scene_close(&scene);
}

static void a_scalar_is_one_value(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "s", 'C', 0, NULL);
    scene_open(&scene, state, "s");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "float64 scalar");
    press(&scene, ":");
    draw_assert_has(&scene.cells, "one value: nowhere to go");
    press(&scene, "\t");
    draw_assert_has(&scene.cells, "there is only this slice");
    press(&scene, "j");
    draw_assert_has(&scene.cells, "= 0.0  0x0000000000000000");
    press(&scene, "jlGg0$[]xyt:");
    scene_close(&scene);
}

static void a_matrix_without_elements_says_so(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "e", 'C', 2, (uint64_t[]){0, 5});
    scene_open(&scene, state, "e");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "no elements: the shape is 0 × 5");
    press(&scene, "jlGg0$[]xyt:0,0\r");
    draw_assert_has(&scene.cells, "out of range");
    scene_close(&scene);
}

static void rank_32_and_a_billion_columns_are_no_matter(void **state)
{
    struct scene scene = {0};
    uint64_t shape[32];
    for (int i = 0; i < 32; i++)
        shape[i] = i % 8 == 0 ? 2 : 1;
    write_doubles(*state, "deep", 'C', 32, shape);
    scene_open(&scene, state, "deep");
    scene_settle(&scene);
    press(&scene, "\t]xytxyxyxy");
    draw_assert_has(&scene.cells, " = ");
    preview_free(scene.preview);

    struct matrix matrix = matrix_of("|i1", 'C', 2, (uint64_t[]){1, 1000000000});
    uint8_t *header;
    size_t length;
    assert_int_equal(npy_write_header(&matrix, &header, &length, NULL), 0);
    tmpdir_write(*state, "wide", header, length);
    free(header);
    assert_int_equal(truncate(tmpdir_path(*state, "wide"), (off_t)(length + 1000000000)), 0);
    scene_open(&scene, state, "wide");
    scene_settle(&scene);
    press(&scene, "$");
    draw_assert_has(&scene.cells, "[0, 999999999] = 0");
    struct stat facts;
    assert_int_equal(stat(tmpdir_path(*state, "wide"), &facts), 0);
    assert_true(facts.st_blocks * 512 <= 8192); /* looking did not make it grow */
    scene_close(&scene);
}

static void huge_elements_are_cut(void **state)
{
    struct scene scene = {0};
    struct matrix matrix = matrix_of("S3000000", 'C', 1, (uint64_t[]){2});
    char *data = malloc(6000000);
    assert_non_null(data);
    memset(data, 'x', 6000000);
    memcpy(data + 3000000, "second", 6);
    tmpdir_write_matrix(*state, "big", &matrix, data, 6000000);
    free(data);
    scene_open(&scene, state, "big");
    scene_settle(&scene);
    press(&scene, "l");
    draw_assert_has(&scene.cells, "second");
    draw_assert_has(&scene.cells, "…");
    scene_close(&scene);
}

static void structs_have_a_column_a_field(void **state)
{
    struct scene scene = {0};
    struct dtype i4, f8, s;
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {3}};
    dtype_parse("<i4", &i4, NULL);
    dtype_parse(">f8", &f8, NULL);
    dtype_parse("S4", &s, NULL);
    const uint64_t dims[] = {2};
    const struct dtype_field fields[] = {{.name = "id", .dtype = i4},
                                         {.name = "pair", .dtype = i4, .rank = 1, .dims = dims},
                                         {.name = "price", .dtype = f8},
                                         {.name = "sym\x1b", .dtype = s}};
    assert_int_equal(dtype_make_struct(fields, 4, &matrix.dtype, NULL), 0);
    uint8_t data[3 * 24] = {0};
    data[24] = 7;     /* [1].id */
    data[24 + 4] = 8; /* [1].pair */
    data[24 + 8] = 9;
    memcpy(data + 24 + 12, "\x3f\xf8", 2); /* 1.5, big-endian */
    memcpy(data + 24 + 20, "AB\x07", 3);
    tmpdir_write_matrix(*state, "trades", &matrix, data, sizeof data);
    matrix_clear(&matrix);
    scene_open(&scene, state, "trades");
    scene_settle(&scene);
    press(&scene, "j");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-struct-80x24");
    draw_assert_has(&scene.cells, "[1].id = 7");
    press(&scene, "l");
    draw_assert_has(&scene.cells, "[1].pair = [8, 9]");
    press(&scene, "l");
    draw_assert_has(&scene.cells, "[1].price = 1.5");
    press(&scene, "l");
    draw_assert_has(&scene.cells, "AB\\x07");
    scene_close(&scene);
}

static void bytes_without_a_shape_are_shown_in_hex(void **state)
{
    struct scene scene = {0};
    uint8_t data[300];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    tmpdir_write(*state, "psm_1", data, sizeof data);
    scene_open(&scene, state, "psm_1");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "nothing in it says its type and shape");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-hex-80x24");
    press(&scene, "jjj");
    draw_assert_has(&scene.cells, "= 0x30 48");
    press(&scene, ":0x41\r");
    draw_assert_has(&scene.cells, "= 0x41 65");
    tmpdir_write(*state, "psm_1", data, 20);
    wait_ms(&scene, 300);
    draw_assert_has(&scene.cells, "0-19/20");
    scene_close(&scene);
}

static void a_damaged_segment_says_why(void **state)
{
    struct scene scene = {0};
    tmpdir_write_text(*state, "broken", "\x93NUMPY\x01garbage and more of it");
    scene_open(&scene, state, "broken");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "NUMPY");
    draw_assert_has(&scene.cells, "00000000");
    draw_assert_lacks(&scene.cells, "nothing in it says");
    scene_close(&scene);
}

static void what_is_no_file_is_not_opened(void **state)
{
    struct scene scene = {0};
    tmpdir_fifo(*state, "fifo");
    scene_open(&scene, state, "fifo");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "not a regular file");
    press(&scene, "jG[]:t");
    scene_close(&scene);
}

/* --- while it is looked at --- */

static int role_at(const struct scene *scene, const char *text, uint8_t *ret_flags)
{
    int y, x;
    assert_true(draw_find(&scene->cells, text, &y, &x));
    const struct cell *cell = &scene->cells.grid[(size_t)y * (size_t)scene->cells.columns + (size_t)x];
    *ret_flags = cell->flags;
    return cell->role;
}

static void what_changes_is_bold_and_z_freezes(void **state)
{
    struct scene scene = {0};
    uint8_t flags;
    write_doubles(*state, "live", 'C', 2, (uint64_t[]){4, 4});
    scene_open(&scene, state, "live");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "● live");
    write_value(*state, "live", 5, 1234.5);
    wait_ms(&scene, 100);
    draw_assert_lacks(&scene.cells, "1234.5");
    wait_ms(&scene, 200);
    assert_int_equal(role_at(&scene, "1234.5", &flags), ROLE_TEXT);
    assert_true(flags & CELL_BOLD);
    wait_ms(&scene, 300);
    role_at(&scene, "1234.5", &flags);
    assert_false(flags & CELL_BOLD);
    press(&scene, "Z");
    draw_assert_has(&scene.cells, "frozen");
    write_value(*state, "live", 5, 4321.5);
    wait_ms(&scene, 5000);
    draw_assert_has(&scene.cells, "1234.5");
    assert_true(preview_due(scene.preview) == INT64_MAX);
    press(&scene, "Z");
    draw_assert_has(&scene.cells, "4321.5");
    scene_close(&scene);
}

static void a_deleted_one_keeps_its_last_values(void **state)
{
    struct scene scene = {0};
    uint8_t flags;
    write_doubles(*state, "gone", 'C', 2, (uint64_t[]){4, 4});
    scene_open(&scene, state, "gone");
    scene_settle(&scene);
    tmpdir_unlink(*state, "gone");
    wait_ms(&scene, 300);
    wait_ms(&scene, 3000);
    draw_assert_has(&scene.cells, "gone: deleted 3s ago");
    assert_int_equal(role_at(&scene, "7.5", &flags), ROLE_DIM);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/preview-gone-80x24");
    write_doubles(*state, "gone", 'C', 1, (uint64_t[]){3});
    wait_ms(&scene, 1000);
    draw_assert_has(&scene.cells, "another segment has this name now: r looks at it");
    draw_assert_has(&scene.cells, "7.5");
    press(&scene, "r");
    draw_assert_has(&scene.cells, "float64 3");
    draw_assert_has(&scene.cells, "● live");
    scene_close(&scene);
}

/* We are the holder ourselves; whoever bears its name now is another. */
static void an_unlinked_one_is_looked_at_through_who_holds_it(void **state)
{
    struct scene scene = {.now = 1000};
    write_doubles(*state, "lost", 'C', 2, (uint64_t[]){4, 4});
    int fd = open(tmpdir_path(*state, "lost"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    scene_open(&scene, state, "lost");
    tmpdir_unlink(*state, "lost");
    tmpdir_write_text(*state, "lost", "another");
    struct holder list[] = {{.pid = getpid()}};
    preview_take_holders(scene.preview, &(struct holders){1, list});
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "lost (unlinked)  float64 4 × 4");
    draw_assert_has(&scene.cells, "● live");
    close(fd);
    wait_ms(&scene, 1000);
    draw_assert_has(&scene.cells, "gone: deleted");
    preview_take_holders(scene.preview, NULL);
    wait_ms(&scene, 1000);
    draw_assert_has(&scene.cells, "gone: deleted");
    scene_close(&scene);
}

static void a_shrunk_one_says_how_much_is_left(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "short", 'C', 2, (uint64_t[]){4, 4});
    scene_open(&scene, state, "short");
    scene_settle(&scene);
    assert_int_equal(truncate(tmpdir_path(*state, "short"), 200), 0);
    wait_ms(&scene, 300);
    draw_assert_has(&scene.cells, "it shrank: 200 of 256 bytes are left");
    draw_assert_has(&scene.cells, "7.5");
    press(&scene, "r");
    draw_assert_has(&scene.cells, "NUMPY");
    scene_close(&scene);
}

static void a_renamed_one_is_followed(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "old", 'C', 2, (uint64_t[]){4, 4});
    scene_open(&scene, state, "old");
    scene_settle(&scene);
    assert_int_equal(rename(tmpdir_path(*state, "old"), tmpdir_path(*state, "new")), 0);
    wait_ms(&scene, 300);
    draw_assert_has(&scene.cells, "gone");
    preview_rename(scene.preview, "new");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "new  float64");
    draw_assert_has(&scene.cells, "● live");
    scene_close(&scene);
}

static void another_shape_in_the_same_segment_is_taken_up(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "a", 'C', 2, (uint64_t[]){4, 4});
    scene_open(&scene, state, "a");
    scene_settle(&scene);
    press(&scene, "G$");
    write_doubles(*state, "a", 'C', 2, (uint64_t[]){2, 2}); /* in place: the same inode */
    wait_ms(&scene, 300);
    draw_assert_has(&scene.cells, "float64 2 × 2");
    draw_assert_has(&scene.cells, "its header changed");
    scene_close(&scene);
}

/* --- going to an index --- */

static void an_index_is_gone_to(void **state)
{
    const struct {
        const char *typed, *expected;
    } cases[] = {{"17,3,4", "[17, 3, 4] = "},
                 {"5,6", "[0, 5, 6] = "},
                 {"7", "[0, 7, 0] = "},
                 {"-1,-1,-1", "[63, 19, 29] = "},
                 {" [1, 2, 3] ", "[1, 2, 3] = "}};
    const struct {
        const char *typed, *expected;
    } errors[] = {{"64,0,0", "64 is out of range for axis 0 of 64"},
                  {"0,0,-31", "-31 is out of range for axis 2 of 30"},
                  {"1,2,3,4", "4 numbers: the matrix has 3 axes"},
                  {"a", "a number is expected"},
                  {"1 2", "an index is numbers with commas"},
                  {"99999999999999999999,0", "out of range"}};
    struct scene scene = {0};
    write_doubles(*state, "cube", 'C', 3, (uint64_t[]){64, 20, 30});
    scene_open(&scene, state, "cube");
    scene_settle(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press(&scene, ":0,0,0\r");
        press(&scene, ":");
        assert_true(preview_wants_text(scene.preview));
        press(&scene, cases[i].typed);
        press(&scene, "\r");
        assert_false(preview_wants_text(scene.preview));
        draw_assert_has(&scene.cells, cases[i].expected);
    }
    scene_size(&scene, 24, 140);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        press(&scene, ":");
        press(&scene, errors[i].typed);
        press(&scene, "\r");
        assert_true(preview_wants_text(scene.preview)); /* to be corrected */
        draw_assert_has(&scene.cells, errors[i].expected);
        press_code(&scene, KEY_ESCAPE_CODE);
    }
    press(&scene, ":");
    preview_paste(scene.preview, "3,3\n");
    scene_settle(&scene);
    assert_true(preview_wants_text(scene.preview));
    scene_close(&scene);
}

/* --- any size, any keys --- */

static void any_size_is_safe(void **state)
{
    struct scene scene = {0};
    write_doubles(*state, "cube", 'C', 3, (uint64_t[]){64, 20, 30});
    scene_open(&scene, state, "cube");
    for (int rows = 1; rows < 8; rows++)
        for (int columns = 1; columns < 40; columns += 3)
            scene_size(&scene, rows, columns);
    preview_draw(scene.preview, &scene.cells, (struct rect){-3, -5, 10, 200});
    preview_draw(scene.preview, &scene.cells, (struct rect){3, 3, 0, -4});
    scene_close(&scene);
}

static void ascii_has_no_other_characters(void **state)
{
    struct scene scene = {.ascii = true};
    write_doubles(*state, "cube", 'C', 3, (uint64_t[]){64, 20, 30});
    scene_open(&scene, state, "cube");
    scene_settle(&scene);
    draw_assert_has(&scene.cells, "64 x 20 x 30");
    for (int i = 0; i < scene.cells.rows * scene.cells.columns; i++)
        assert_true((unsigned char)scene.cells.grid[i].text[0] < 0x80);
    scene_close(&scene);
}

static void draw_stays_inside(struct scene *scene)
{
    int rows = scene->cells.rows, columns = scene->cells.columns;
    if (rows < 3 || columns < 3)
        return;
    cells_fill(&scene->cells, (struct rect){0, 0, rows, columns}, ROLE_KEY, 0, "#");
    preview_draw(scene->preview, &scene->cells, (struct rect){1, 1, rows - 2, columns - 2});
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++)
            if (y == 0 || x == 0 || y == rows - 1 || x == columns - 1)
                assert_string_equal(scene->cells.grid[y * columns + x].text, "#");
}

static void fuzz(void **state, const char *name, unsigned seed)
{
    static const char keys[] = "hjklgG0$[]{}xytxyt\tZr:1,-2\r\x02\x06\x15\x04\x1b";
    struct scene scene = {0};
    scene_open(&scene, state, name);
    for (int i = 0; i < 1500; i++) {
        unsigned r = (unsigned)rand_r(&seed);
        uint32_t code = (unsigned char)keys[r % (sizeof keys - 1)];
        if (r % 11 == 0)
            code = KEY_CODE_BASE + r % 15;
        preview_key(scene.preview, &(struct key){.code = code}, scene.now);
        scene.now += r % 100;
        if (r % 7 == 0)
            cells_resize(&scene.cells, 1 + (int)(r / 7 % 30), 1 + (int)(r / 300 % 150));
        preview_layout(scene.preview, scene.cells.rows, scene.cells.columns, false);
        if (r % 3 == 0)
            preview_draw(scene.preview, &scene.cells,
                         (struct rect){0, 0, scene.cells.rows, scene.cells.columns});
        else
            scene_settle(&scene);
        draw_assert_sane(&scene.cells);
    }
    draw_stays_inside(&scene);
    scene_close(&scene);
}

static void any_keys_are_safe(void **state)
{
    uint8_t bytes[999] = {0};
    write_doubles(*state, "cube", 'C', 3, (uint64_t[]){64, 20, 30});
    write_doubles(*state, "vector", 'C', 1, (uint64_t[]){10007});
    write_doubles(*state, "empty", 'F', 3, (uint64_t[]){3, 0, 2});
    tmpdir_write(*state, "raw", bytes, sizeof bytes);
    fuzz(state, "cube", 1);
    fuzz(state, "vector", 2);
    fuzz(state, "empty", 3);
    fuzz(state, "raw", 4);
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(a_plane_has_headings_and_values),
        with_tmpdir(the_window_follows_the_cursor),
        with_tmpdir(fortran_order_shows_the_same_elements),
        with_tmpdir(slices_of_three_axes_are_stepped_through),
        with_tmpdir(hints_leave_out_what_does_nothing),
        with_tmpdir(the_axes_can_be_chosen_and_the_element_stays),
        with_tmpdir(one_dimension_wraps),
        with_tmpdir(a_scalar_is_one_value),
        with_tmpdir(a_matrix_without_elements_says_so),
        with_tmpdir(rank_32_and_a_billion_columns_are_no_matter),
        with_tmpdir(huge_elements_are_cut),
        with_tmpdir(structs_have_a_column_a_field),
        with_tmpdir(bytes_without_a_shape_are_shown_in_hex),
        with_tmpdir(a_damaged_segment_says_why),
        with_tmpdir(what_is_no_file_is_not_opened),
        with_tmpdir(what_changes_is_bold_and_z_freezes),
        with_tmpdir(a_deleted_one_keeps_its_last_values),
        with_tmpdir(an_unlinked_one_is_looked_at_through_who_holds_it),
        with_tmpdir(a_shrunk_one_says_how_much_is_left),
        with_tmpdir(a_renamed_one_is_followed),
        with_tmpdir(another_shape_in_the_same_segment_is_taken_up),
        with_tmpdir(an_index_is_gone_to),
        with_tmpdir(any_size_is_safe),
        with_tmpdir(ascii_has_no_other_characters),
        with_tmpdir(any_keys_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
