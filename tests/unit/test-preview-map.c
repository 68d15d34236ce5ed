/*
 * The map's screen: where it is, what it asks for, and what it says when things go wrong.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/memory.h"
#include "tests/support/draw.h"
#include "tests/support/mapping.h"
#include "tui/values/map_private.h"

#define ESCAPE "\x1b"

static void open_doubles(struct looking *looking, void **state, int rank, const uint64_t *shape)
{
    looking_write_doubles(*state, "m.npy", 'C', rank, shape);
    mapping_open(looking, state, "m.npy", 24, 80, true, false);
}

/* --- where it is --- */

static void the_cursor_moves_by_blocks(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){3800, 7200}); /* 38 × 72 blocks of 100 × 100 */
    draw_assert_has(&looking.cells, "one half block = 100 × 100 elements, mean");
    draw_assert_has(&looking.cells, "[0, 0] = 0.0");
    mapping_press(&looking, "jjl");
    draw_assert_has(&looking.cells, "[200, 100] = ");
    mapping_press(&looking, "khh");
    draw_assert_has(&looking.cells, "[100, 0] = ");
    mapping_press(&looking, "G$");
    draw_assert_has(&looking.cells, "[3799, 7199] = ");
    mapping_press(&looking, "l");
    draw_assert_has(&looking.cells, "[3799, 7199] = ");
    mapping_press(&looking, "h");
    draw_assert_has(&looking.cells, "[3799, 7000] = ");
    mapping_press(&looking, "g0");
    draw_assert_has(&looking.cells, "[0, 0] = ");
    looking_press_code(&looking, KEY_CODE_PAGE_DOWN);
    draw_assert_has(&looking.cells, "[2000, 0] = ");
    looking_press_code(&looking, KEY_CTRL('U'));
    draw_assert_has(&looking.cells, "[1000, 0] = ");
    looking_press_code(&looking, KEY_CODE_PAGE_DOWN);
    looking_press_code(&looking, KEY_CODE_PAGE_DOWN);
    draw_assert_has(&looking.cells, "[3700, 0] = ");
    mapping_press(&looking, ":17,1204\r");
    draw_assert_has(&looking.cells, "[17, 1204] = ");
    looking_close(&looking);
}

static void enter_goes_there_and_o_goes_back(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){3800, 7200});
    static const char *const ways_back[] = {"o", "q", ESCAPE};
    mapping_press(&looking, "jjl\r");
    assert_int_equal(preview_screen(looking.preview), SCREEN_GRID);
    draw_assert_has(&looking.cells, "[200, 100] = ");
    for (size_t i = 0; i < 3; i++) {
        mapping_press(&looking, "ojjll");
        assert_int_equal(preview_screen(looking.preview), SCREEN_MAP);
        draw_assert_has(&looking.cells, "[400, 300] = ");
        mapping_press(&looking, ways_back[i]);
        assert_int_equal(preview_screen(looking.preview), SCREEN_GRID);
        draw_assert_has(&looking.cells, "[200, 100] = ");
    }
    assert_int_equal(preview_key(looking.preview, &(struct key){.code = 'q'}, looking.now), PREVIEW_UNUSED);
    looking_close(&looking);
}

static void slices_and_axes_are_as_in_the_grid(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 3, (uint64_t[]){4, 360, 720});
    const struct preview_map *map = looking.preview->map;
    draw_assert_has(&looking.cells, "a[0,:,:]");
    draw_assert_has(&looking.cells, "map of the slice: one half block = 10 × 10 elements");
    double first = map->map.blocks[0].mean;
    mapping_press(&looking, "]");
    draw_assert_has(&looking.cells, "a[1,:,:]");
    assert_true(map->map.blocks[0].mean == first + 360 * 720 / 2.0);
    mapping_press(&looking, "lt");
    draw_assert_has(&looking.cells, "rows = axis 2");
    assert_int_equal(map->map.plane_rows, 720);
    draw_assert_has(&looking.cells, "[1, 0, 10] = ");
    mapping_press(&looking, "tx");
    draw_assert_has(&looking.cells, "a[:,0,:]");
    assert_int_equal(map->map.plane_rows, 4);
    mapping_press(&looking, "o");
    draw_assert_has(&looking.cells, "[0, 0, 0] = ");
    looking_close(&looking);
}

/* The walk: map it, find what is odd, look at its neighbours. */
static void finding_moves_the_cursor_on_the_map(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){380, 720});
    looking_press(&looking, "/=5000\r");
    looking_study(&looking, STUDY_SEARCH);
    assert_int_equal(preview_screen(looking.preview), SCREEN_MAP);
    draw_assert_has(&looking.cells, "[13, 640] = 5000.0");
    looking_press(&looking, "S");
    assert_int_equal(preview_screen(looking.preview), SCREEN_CENSUS);
    looking_press(&looking, "o");
    assert_int_equal(preview_screen(looking.preview), SCREEN_MAP);
    looking_press(&looking, "\r");
    assert_int_equal(preview_screen(looking.preview), SCREEN_GRID);
    draw_assert_has(&looking.cells, "[13, 640] = 5000.0");
    looking_close(&looking);
}

static void what_is_folded_goes_on_in_the_next_row(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 1, (uint64_t[]){72 * 38 * 10});
    draw_assert_has(&looking.cells, "one half block = 10 elements, row by row, mean");
    mapping_press(&looking, "j");
    draw_assert_has(&looking.cells, "[720] = ");
    mapping_press(&looking, "h");
    draw_assert_has(&looking.cells, "[710] = ");
    mapping_press(&looking, "l$l");
    draw_assert_has(&looking.cells, "[1440] = ");
    mapping_press(&looking, "G");
    draw_assert_has(&looking.cells, "[27359] = ");
    mapping_press(&looking, "0");
    draw_assert_has(&looking.cells, "[26640] = ");
    looking_close(&looking);
}

static void bytes_have_a_map_too(void **state)
{
    struct looking looking = {0};
    uint8_t bytes[5000];
    memset(bytes, 7, sizeof bytes);
    tmpdir_write(*state, "raw", bytes, sizeof bytes);
    mapping_open(&looking, state, "raw", 24, 80, true, false);
    assert_true(looking.preview->map->map.blocks[0].mean == 7);
    draw_assert_has(&looking.cells, "min 7  mean 7  max 7");
    looking_close(&looking);
}

static void what_has_no_map_says_so(void **state)
{
    struct looking looking = {0};
    struct matrix matrix = looking_matrix("S4", 'C', 2, (uint64_t[]){3, 3});
    tmpdir_write_matrix(*state, "text.npy", &matrix, "aaaabbbbccccddddeeeeffffgggghhhhiiii", 36);
    mapping_open(&looking, state, "text.npy", 24, 80, true, false);
    assert_int_equal(preview_screen(looking.preview), SCREEN_GRID);
    draw_assert_has(&looking.cells, "no map: only numbers have one");
    assert_false(preview_has_use_for(looking.preview, ACTION_MAP));
    looking_close(&looking);
}

static void a_field_is_that_under_the_cursor(void **state)
{
    struct looking looking = {0};
    struct dtype_field fields[3] = {{.name = "x"}, {.name = "name"}, {.name = "y"}};
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {600}};
    uint8_t data[600][14];
    dtype_parse("<i2", &fields[0].dtype, NULL);
    dtype_parse("S4", &fields[1].dtype, NULL);
    dtype_parse("<f8", &fields[2].dtype, NULL);
    assert_int_equal(dtype_make_struct(fields, 3, &matrix.dtype, NULL), 0);
    memset(data, 'a', sizeof data);
    for (int i = 0; i < 600; i++) {
        memcpy(data[i], &(int16_t){(int16_t)i}, 2);
        memcpy(data[i] + 6, &(double){-i * 2.0}, 8);
    }
    tmpdir_write_matrix(*state, "struct.npy", &matrix, data, sizeof data);
    matrix_clear(&matrix);
    mapping_open(&looking, state, "struct.npy", 24, 80, true, false);
    draw_assert_has(&looking.cells, "map of the field x: one block = 1 element, row by row");
    assert_true(looking.preview->map->map.blocks[7].mean == 7);
    draw_assert_has(&looking.cells, "max 599");
    mapping_press(&looking, "l");
    draw_assert_has(&looking.cells, "[1].x = 1");
    mapping_press(&looking, "\rlo");
    draw_assert_has(&looking.cells, "no map of this field: only numbers have one");
    mapping_press(&looking, "lo");
    assert_true(looking.preview->map->map.blocks[7].mean == -14);
    draw_assert_has(&looking.cells, "map of the field y: ");
    looking_close(&looking);
}

/* --- what it asks for --- */

static void a_value_that_changes_is_seen(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){340, 720});
    const struct preview_map *map = looking.preview->map;
    unsigned asks = looking.asks[STUDY_MAP];
    looking_write_double(*state, "m.npy", 0, 1e6);
    looking_wait(&looking, PREVIEW_MAP_PERIOD - 1);
    assert_int_equal(looking.asks[STUDY_MAP], asks);
    looking_wait(&looking, 310 * PREVIEW_MAP_SHARE);
    assert_int_equal(looking.asks[STUDY_MAP], asks + 1);
    draw_assert_has(&looking.cells, "max 1.224e+05"); /* as before: nothing flickers */
    mapping_settle(&looking);
    assert_true(map->map.blocks[0].extreme == 1e6);
    draw_assert_has(&looking.cells, "max 1e+06");
    looking_close(&looking);
}

static void what_does_not_change_is_looked_at_seldom(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){340, 720});
    unsigned asks = looking.asks[STUDY_MAP];
    for (int i = 0; i < 10 * 60; i++) {
        looking_wait(&looking, 100);
        mapping_settle(&looking);
    }
    assert_in_range(looking.asks[STUDY_MAP] - asks, 3, 8);
    asks = looking.asks[STUDY_MAP];
    mapping_press(&looking, "Z");
    looking_wait(&looking, 600000);
    assert_int_equal(looking.asks[STUDY_MAP], asks);
    mapping_press(&looking, "Zr");
    assert_true(looking.asks[STUDY_MAP] > asks);
    looking_close(&looking);
}

/* A reply by hand: a sample of a large matrix. */
static struct study_reply *sample_of(const struct looking *looking, double value)
{
    const struct study_request *request = looking->asked[STUDY_MAP];
    struct study_reply *reply = memory_new(sizeof *reply);
    struct map map = {.rows = request->map.rows,
                      .columns = request->map.columns,
                      .plane_rows = request->view.count[0],
                      .plane_columns = request->view.count[1]};
    map.elements = map.plane_rows * map.plane_columns;
    map.looked = request->map.exact ? map.elements : map.elements / 16;
    map.blocks = memory_new((size_t)map.rows * map.columns * sizeof *map.blocks);
    for (size_t i = 0; i < (size_t)map.rows * map.columns; i++)
        map.blocks[i] = (struct map_block){.mean = value + (double)i, .extreme = value, .count = 1};
    reply->kind = STUDY_OF_MAP;
    reply->map = map;
    return reply;
}

static void open_large(struct looking *looking, void **state)
{
    struct matrix matrix = looking_matrix("<f2", 'C', 2, (uint64_t[]){40000, 60000});
    tmpdir_write_matrix(*state, "large.npy", &matrix, "", 0);
    assert_int_equal(truncate(tmpdir_path(*state, "large.npy"), 128 + 4800000000), 0);
    looking_open(looking, state, "large.npy");
    looking->cells.heat = true;
    preview_show_heat(looking->preview, true);
    looking_press(looking, "o");
}

static void all_is_gone_through_where_asked(void **state)
{
    struct looking looking = {0};
    open_large(&looking, state);
    draw_assert_has(&looking.cells, "reading…");
    assert_false(looking.asked[STUDY_MAP]->map.exact);
    assert_true(looking.asked[STUDY_MAP]->waited_for);
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1));
    draw_assert_has(&looking.cells, "sampled 1 in 16, exact: X");
    assert_int_equal(looking.asked[STUDY_MAP]->kind, STUDY_STATISTICS);
    assert_true(looking.asked[STUDY_MAP]->statistics.sample > 0);

    looking_press(&looking, "X"); /* statistics are for later */
    assert_int_equal(looking.given_up[STUDY_MAP], 1);
    assert_true(looking.asked[STUDY_MAP]->kind == STUDY_OF_MAP && looking.asked[STUDY_MAP]->map.exact);
    preview_study_progress(looking.preview, STUDY_MAP, 37, 100, looking.now);
    looking_settle(&looking);
    draw_assert_has(&looking.cells, "going through all: 37%, Esc stops");

    looking_press(&looking, ESCAPE);
    assert_int_equal(preview_screen(looking.preview), SCREEN_MAP);
    assert_int_equal(looking.given_up[STUDY_MAP], 2);
    draw_assert_has(&looking.cells, "sampled 1 in 16, exact: X");

    looking_press(&looking, "X");
    assert_int_equal(preview_key(looking.preview, &(struct key){.code = KEY_CTRL('C')}, looking.now),
                     PREVIEW_USED);
    looking_settle(&looking);
    assert_int_equal(looking.given_up[STUDY_MAP], 4);
    assert_int_equal(preview_key(looking.preview, &(struct key){.code = KEY_CTRL('C')}, looking.now),
                     PREVIEW_UNUSED);

    looking_press(&looking, "X");
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 2));
    draw_assert_lacks(&looking.cells, "sampled");
    looking_press(&looking, "X");
    draw_assert_has(&looking.cells, "it is exact already");
    looking_close(&looking);
}

/* Until the values change, which another sample tells. */
static void an_exact_map_stays(void **state)
{
    struct looking looking = {0};
    open_large(&looking, state);
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1));
    looking_press(&looking, "X");
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 2));
    looking_answer(&looking, STUDY_MAP, NULL); /* statistics, which were lost */
    while (looking.asked[STUDY_MAP]->kind != STUDY_OF_MAP) {
        struct study_reply *reply = memory_new(sizeof *reply);
        reply->kind = STUDY_STATISTICS;
        reply->statistics.sampled = looking.asked[STUDY_MAP]->statistics.sample > 0;
        looking_answer(&looking, STUDY_MAP, reply);
        if (!looking.asked[STUDY_MAP])
            looking_wait(&looking, PREVIEW_MAP_MOST);
    }
    assert_false(looking.asked[STUDY_MAP]->map.exact);
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1));
    draw_assert_lacks(&looking.cells, "sampled 1 in 16");
    looking_wait(&looking, PREVIEW_MAP_MOST);
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 3));
    draw_assert_has(&looking.cells, "sampled 1 in 16");
    looking_close(&looking);
}

static void leaving_stops_what_goes_on(void **state)
{
    struct looking looking = {0};
    open_large(&looking, state);
    assert_non_null(looking.asked[STUDY_MAP]);
    looking_press(&looking, "q");
    assert_null(looking.asked[STUDY_MAP]);
    assert_int_equal(looking.given_up[STUDY_MAP], 1);
    looking_press(&looking, "o");
    looking_size(&looking, 30, 90); /* of other blocks */
    assert_int_equal(looking.given_up[STUDY_MAP], 2);
    assert_non_null(looking.asked[STUDY_MAP]);
    looking_close(&looking);
}

static void the_scale_is_frozen(void **state)
{
    struct looking looking = {0};
    open_large(&looking, state);
    const struct preview_map *map = looking.preview->map;
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1));
    draw_assert_has(&looking.cells, "f freezes");
    looking_press(&looking, "f");
    draw_assert_has(&looking.cells, "f: it follows");
    struct map_scale scale = map->scale;
    looking_press(&looking, "r");
    while (looking.asked[STUDY_MAP]->kind != STUDY_OF_MAP)
        looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1000));
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1000));
    assert_true(map->map.blocks[0].mean == 1000);
    assert_true(map->scale.low == scale.low && map->scale.high == scale.high);
    looking_press(&looking, "f");
    assert_true(map->scale.low > 1000);
    looking_press(&looking, "M");
    draw_assert_has(&looking.cells, "elements, extreme");
    assert_true(map->scale.low < 1000 && map->scale.high > 1000); /* all of them are 1000 */
    looking_close(&looking);
}

/* --- what goes wrong --- */

static void one_that_is_gone_keeps_its_map(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){340, 720});
    assert_int_equal(unlink(tmpdir_path(*state, "m.npy")), 0);
    looking_wait(&looking, 1000);
    draw_assert_has(&looking.cells, "gone");
    const struct cell *cell = &looking.cells.grid[6 * 80 + 40];
    assert_true(cell->heat != 0); /* in the colours of the scale below it */
    looking_wait(&looking, 60000);
    assert_null(looking.asked[STUDY_MAP]);
    looking_close(&looking);
}

static void of_one_that_is_gone_there_is_none(void **state)
{
    struct looking looking = {0};
    looking_write_doubles(*state, "m.npy", 'C', 2, (uint64_t[]){40, 50});
    looking_open(&looking, state, "m.npy");
    assert_int_equal(unlink(tmpdir_path(*state, "m.npy")), 0);
    looking_wait(&looking, 1000);
    looking_press(&looking, "o");
    draw_assert_has(&looking.cells, "gone: deleted");
    draw_assert_has(&looking.cells, "no map: it is gone");
    draw_assert_lacks(&looking.cells, "reading");
    assert_null(looking.asked[STUDY_MAP]);
    looking_close(&looking);
}

static void one_that_shrinks_says_so(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){340, 720});
    assert_int_equal(truncate(tmpdir_path(*state, "m.npy"), 5000), 0);
    looking_wait(&looking, 1000);
    draw_assert_has(&looking.cells, "it shrank");
    mapping_press(&looking, "jjGr");
    looking_close(&looking);
}

/* Before the grid's own look has seen it. */
/* What bears the name now has no values: the keys move along nothing. */
static void what_has_no_values_any_more_has_no_map(void **state)
{
    struct looking looking = {0};
    open_doubles(&looking, state, 2, (uint64_t[]){340, 720});
    assert_int_equal(unlink(tmpdir_path(*state, "m.npy")), 0);
    assert_int_equal(mkdir(tmpdir_path(*state, "m.npy"), 0755), 0);
    looking_wait(&looking, 1000);
    draw_assert_has(&looking.cells, "another segment has this name now");
    mapping_press(&looking, "r");
    draw_assert_has(&looking.cells, "a directory");
    mapping_press(&looking, "jklhgGMfXo");
    draw_assert_lacks(&looking.cells, "block");
    looking_close(&looking);
}

static void a_failure_is_told_and_tried_again_later(void **state)
{
    struct looking looking = {0};
    open_large(&looking, state);
    struct study_reply *reply = memory_new(sizeof *reply);
    reply->kind = STUDY_OF_MAP;
    reply->found = STUDY_FAILED;
    error_set(&reply->error, EIO, "cannot read: no luck");
    looking_answer(&looking, STUDY_MAP, reply);
    draw_assert_has(&looking.cells, "cannot read: no luck");
    assert_null(looking.asked[STUDY_MAP]);
    looking_wait(&looking, PREVIEW_MAP_PERIOD);
    looking_answer(&looking, STUDY_MAP, sample_of(&looking, 1));
    draw_assert_lacks(&looking.cells, "no luck");
    looking_close(&looking);
}

static void odd_matrices_have_odd_maps(void **state)
{
    static const struct {
        int rank;
        uint64_t shape[3];
        const char *text;
    } odd[] = {
        {2, {0, 7}, "no elements"},        {0, {0}, "one block = 1 element"},
        {1, {1}, "one block = 1 element"}, {3, {0, 3, 3}, "no elements"},
        {2, {1, 5000}, "1 × 69 elements"}, {2, {5000, 1}, "131 × 1 elements"},
        {1, {3}, "one block = 1 element"}, {2, {1, 1}, "1 × 1 element,"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct looking looking = {0};
        open_doubles(&looking, state, odd[i].rank, odd[i].shape);
        draw_assert_has(&looking.cells, odd[i].text);
        mapping_press(&looking, "jlkhG$g0X");
        looking_close(&looking);
    }
}

static void every_size_is_safe(void **state)
{
    static const uint64_t shapes[][3] = {{340, 720}, {3, 2}, {5000}};
    for (size_t i = 0; i < 3; i++)
        for (int mode = 0; mode < 4; mode++) {
            struct looking looking = {0};
            looking_write_doubles(*state, "m.npy", 'C', i < 2 ? 2 : 1, shapes[i]);
            mapping_open(&looking, state, "m.npy", 24, 80, mode & 1, mode & 2);
            for (int rows = 1; rows < 30; rows += rows < 8 ? 1 : 5)
                for (int columns = 1; columns < 150; columns += columns < 24 ? 3 : 25) {
                    looking_size(&looking, rows, columns);
                    mapping_settle(&looking);
                    mapping_press(&looking, "jl");
                }
            looking_close(&looking);
        }
}

static void blocks_cover_the_plane(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct map_plane_size size = {.rows = i % 3 ? 1 + (uint64_t)i * 7 % 90 : 1,
                                      .columns = 1 + (uint64_t)i * 13 % 5000,
                                      .folded = i % 3 == 0};
        struct map_fit fit = map_fit_make(&size, 1000, 1 + i % 40, 1 + i * 3 % 150, i % 2);
        struct map_box box;
        uint64_t covered = 0;
        for (unsigned down = 0; down < fit.down; down++)
            for (unsigned across = 0; across < fit.across; across++) {
                unsigned at_down, at_across;
                if (!map_fit_box(&fit, &size, down, across, &box))
                    continue;
                covered += (box.bottom - box.top) * (box.right - box.left);
                map_fit_block(&fit, &size, box.bottom - 1, box.right - 1, &at_down, &at_across);
                assert_true(at_down == down && at_across == across);
            }
        assert_true(fit.down == 0 || covered == size.rows * size.columns);
        assert_true((int)(fit.down * fit.high) <= fit.rows * (fit.half ? 2 : 1));
        assert_true((int)(fit.across * fit.wide) <= fit.columns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_cursor_moves_by_blocks, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(enter_goes_there_and_o_goes_back, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(slices_and_axes_are_as_in_the_grid, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(finding_moves_the_cursor_on_the_map, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(what_is_folded_goes_on_in_the_next_row, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test_setup_teardown(bytes_have_a_map_too, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(what_has_no_map_says_so, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(a_field_is_that_under_the_cursor, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(a_value_that_changes_is_seen, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(what_does_not_change_is_looked_at_seldom, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test_setup_teardown(all_is_gone_through_where_asked, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(an_exact_map_stays, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(leaving_stops_what_goes_on, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(the_scale_is_frozen, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(one_that_is_gone_keeps_its_map, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(of_one_that_is_gone_there_is_none, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(one_that_shrinks_says_so, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(what_has_no_values_any_more_has_no_map, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test_setup_teardown(a_failure_is_told_and_tried_again_later, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test_setup_teardown(odd_matrices_have_odd_maps, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(every_size_is_safe, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test(blocks_cover_the_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
