#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"

#include <sys/stat.h>

#define ESC KEY_ESCAPE_CODE

static int open_stage(void **state)
{
    static struct stage stage;
    stage_open_usual(&stage, 24, 80, false);
    stage_draw(&stage);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    stage_close(*state);
    return 0;
}

/* The row that is drawn selected; "" where none is. */
static const char *cursor_row(const struct stage *stage)
{
    for (int y = 0; y < stage->cells.rows; y++)
        if (stage->cells.grid[y * stage->cells.columns + 3].flags & CELL_SELECTED)
            return draw_row(&stage->cells, y);
    return "";
}

static void assert_cursor_on(struct stage *stage, const char *name)
{
    stage_draw(stage);
    const char *row = cursor_row(stage);
    if (!strstr(row, name)) {
        char *screen = draw_text(&stage->cells);
        print_error("the cursor is not on %s:\n%s", name, screen);
        free(screen);
        fail();
    }
}

static int line_of(struct stage *stage, const char *text)
{
    int y;
    stage_draw(stage);
    assert_true(draw_find(&stage->cells, text, &y, NULL));
    return y;
}

static void what_is_known_of_a_segment_is_shown(void **state)
{
    struct stage *stage = *state;
    const char *row = draw_row(&stage->cells, line_of(stage, "   prices.shm"));
    assert_non_null(strstr(row, "4.5G"));
    assert_non_null(strstr(row, "float16"));
    assert_non_null(strstr(row, "40000 × 60000"));
    assert_non_null(strstr(row, "alice"));
    assert_non_null(strstr(row, "3d04h"));
    draw_assert_has(&stage->cells, "/dev/shm on db07");
    draw_assert_has(&stage->cells, "live");
    draw_assert_has(&stage->cells, "8 segments");
    draw_assert_has(&stage->cells, "13.9G of 24.0G  58%   free 10.1G");
    draw_assert_has(&stage->cells, "np.load(\"/dev/shm/prices.shm\", mmap_mode=\"r\")");
}

static void a_damaged_segment_bears_its_letter_and_the_reason(void **state)
{
    struct stage *stage = *state;
    const char *row = draw_row(&stage->cells, line_of(stage, "its header tells of"));
    assert_int_equal(row[1], '!');
    draw_assert_has(&stage->cells, "P PostgreSQL");
}

static void a_hostile_name_is_escaped(void **state)
{
    struct stage *stage = *state;
    draw_assert_has(&stage->cells, "a\\x1b]0;x\\x07\\u202eb");
    draw_assert_sane(&stage->cells);
}

static void the_cursor_follows_its_segment(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, 'j');
    assert_cursor_on(stage, "covariance.shm");
    stage_wait(stage, 6000);
    stage_look(stage, &(struct stage_segment){.name = "new.shm", .size = 9000000000}, 1);
    assert_cursor_on(stage, "covariance.shm");
    assert_int_equal(line_of(stage, "new.shm") + 2, line_of(stage, "   covariance.shm"));
}

static void rows_keep_their_places_while_keys_are_pressed(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, 'j');
    int line = line_of(stage, "   covariance.shm");
    stage_look(stage, &(struct stage_segment){.name = "new.shm", .size = 9000000000}, 1);
    assert_int_equal(line_of(stage, "   covariance.shm"), line);
    assert_true(line_of(stage, "new.shm") > line_of(stage, "\\x1b]0"));
    stage_wait(stage, 6000);
    assert_true(line_of(stage, "new.shm") < line_of(stage, "   prices.shm"));
}

static void until_a_key_the_cursor_is_on_the_first_row(void **state)
{
    struct stage *stage = *state;
    stage_look(stage, &(struct stage_segment){.name = "new.shm", .size = 9000000000}, 1);
    assert_cursor_on(stage, "new.shm");
}

static void the_row_behind_gets_the_cursor_of_one_that_is_gone(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, 'j');
    stage_draw(stage);
    stage_gone(stage, "covariance.shm");
    assert_cursor_on(stage, "returns_2026.shm");
    stage_key(stage, 'G');
    stage_draw(stage);
    stage_gone(stage, "a\x1b]0;x\x07\xe2\x80\xae"
                      "b");
    assert_cursor_on(stage, "PostgreSQL");
}

static void marks_follow_a_rename(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, ' ');
    assert_cursor_on(stage, "covariance.shm");
    draw_assert_has(&stage->cells, "1 marked, 4.5G: d deletes the marked rows");
    stage_look(stage, &(struct stage_segment){.name = "first.shm", .size = 4096, .inode = 42}, 1);
    stage_draw(stage);
    stage_type(stage, ":first\r ");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "2 marked");
    struct looked *both = calloc(2, sizeof *both);
    both[0] = (struct looked){{.name = strdup("first.shm")}, true};
    both[1] = (struct looked){{.name = strdup("second.shm"),
                               .id = {1, 42, 1},
                               .size = 4096,
                               .allocated = 4096,
                               .mode = S_IFREG | 0600,
                               .links = 1,
                               .recognised = true,
                               .layout = LAYOUT_RAW},
                              false};
    stage_tell(stage, &(struct event){.kind = EVENT_LOOKED, .u.looked = {both, 2, false}});
    segment_clear(&both[0].segment);
    segment_clear(&both[1].segment);
    free(both);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "*+ second.shm");
    draw_assert_has(&stage->cells, "2 marked");
}

static void marks_that_the_filter_hides_are_counted(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, 'a');
    stage_type(stage, "/shm\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "5 marked (3 more hidden by the filter), 6.0G: d deletes the marked rows");
    stage_key(stage, 'U');
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "marked");
}

static void delete_never_touches_marks_that_are_hidden(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, ' ');
    stage_type(stage, "/psm\r");
    stage_key(stage, 'd');
    stage_draw(stage);
    assert_int_equal(stage->asked[EFFECT_DELETE], 0);
    draw_assert_has(&stage->cells, "hidden by the filter: Esc shows them");
}

static void the_filter_is_live_and_escape_clears_it(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "/SHM");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "5 of 8");
    draw_assert_lacks(&stage->cells, "psm_8d2f11aa");
    stage_key(stage, '\r');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "filter: SHM   5 of 8");
    stage_key(stage, ESC);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "8 segments");
    stage_type(stage, "/nothing like it");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "No segment fits the filter");
    assert_int_equal(stage->asked[EFFECT_QUIT], 0);
}

/* The cells of the filter's line in which a term is marked as wrong. */
static int marked_as_wrong(const struct stage *stage, int *ret_first)
{
    int y = stage->cells.rows - 2, n = 0; /* above the hints */
    for (int x = 0; x < stage->cells.columns; x++) {
        const struct cell *cell = &stage->cells.grid[y * stage->cells.columns + x];
        if (cell->role == ROLE_BAD && (cell->flags & CELL_UNDERLINE) && n++ == 0)
            *ret_first = x;
    }
    return n;
}

static void a_term_that_is_none_yet_is_pointed_at_and_passed_over(void **state)
{
    struct stage *stage = *state;
    int first = 0;
    stage_type(stage, "/shm size>");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "5 of 8");
    draw_assert_has(&stage->cells, "size>: expected a size such as 10G");
    assert_int_equal(marked_as_wrong(stage, &first), 0); /* it is just being typed */
    stage_type(stage, "10Q");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "size>10Q: expected a size such as 10G");
    assert_int_equal(marked_as_wrong(stage, &first), 0);
    stage_key(stage, '\r'); /* stays */
    stage_draw(stage);
    assert_int_equal(marked_as_wrong(stage, &first), 8);
    assert_int_equal(first, 1 + 1 + 4);
    draw_assert_has(&stage->cells, "/shm size>10Q");
    stage_type(stage, " foo:x");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "5 of 8");
    assert_int_equal(marked_as_wrong(stage, &first), 8); /* the one before */
    for (int i = 0; i < 7; i++)
        stage_key(stage, KEY_BACKSPACE_CODE);
    stage_type(stage, "M");
    stage_draw(stage);
    assert_int_equal(marked_as_wrong(stage, &first), 0);
    draw_assert_lacks(&stage->cells, "expected");
    stage_key(stage, '\r');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "filter: shm size>10M");
    stage_type(stage, "/ foo:x");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "foo:x: expected a field: name, user,");
    stage_key(stage, ESC);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "8 segments");
    stage_type(stage, "/");
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "expected");
}

static void the_end_of_a_long_line_is_seen(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "/");
    for (int i = 0; i < 20; i++)
        stage_type(stage, "shm !abc ");
    stage_type(stage, "last");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "!abc last");
    stage_key(stage, KEY_CODE_HOME);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "/shm !abc");
}

static void tab_completes_the_filter(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "/si\t");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "/size>");
    stage_type(stage, "1K !st\t");
    stage_type(stage, "l\t");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "/size>1K !state:l ");
    draw_assert_has(&stage->cells, "leaked  live");
    stage_type(stage, "e\t");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "/size>1K !state:leaked ");
    draw_assert_lacks(&stage->cells, "leaked  live");
    stage_type(stage, " \t");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "age>  allocated>  group:  holders>  is:");
    draw_assert_has(&stage->cells, " more");
    stage_key(stage, KEY_CODE_LEFT);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "allocated>");
    stage_key(stage, KEY_CTRL('U'));
    stage_type(stage, "type:f\t");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "/type:float");
}

static void a_small_screen_says_what_is_wrong_beside_the_line(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "/size>x");
    for (int columns = 1; columns < 80; columns += 7) {
        stage_resize(stage, 10, columns);
        stage_draw(stage);
    }
    draw_assert_has(&stage->cells, "/size>x");
    draw_assert_has(&stage->cells, "size>x: expected a size");
}

static void escape_never_quits_but_q_does(void **state)
{
    struct stage *stage = *state;
    for (int i = 0; i < 5; i++)
        stage_key(stage, ESC);
    assert_int_equal(stage->asked[EFFECT_QUIT], 0);
    stage_key(stage, 'q');
    assert_int_equal(stage->asked[EFFECT_QUIT], 1);
}

static void every_column_of_the_menu_sorts(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "sn");
    stage_wait(stage, 6000);
    assert_true(line_of(stage, "   labels.shm") < line_of(stage, "   prices.shm"));
    draw_assert_has(&stage->cells, "NAME ↑");
    stage_key(stage, 'I');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "NAME ↓");
    assert_true(line_of(stage, "   labels.shm") > line_of(stage, "   prices.shm"));
    stage_key(stage, '>');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "SIZE ↓");
    stage_key(stage, '<');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "sort name ↑");
    stage_key(stage, 's');
    stage_key(stage, KEY_CODE_DOWN);
    stage_key(stage, '\r');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "sort size ↓");
}

static void pause_freezes_what_is_shown(void **state)
{
    struct stage *stage = *state;
    assert_true(app_wants_changes(stage->app));
    stage_key(stage, 'Z');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "PAUSED");
    assert_false(app_wants_changes(stage->app));
    draw_assert_has(&stage->cells, "41s");
    stage_wait(stage, 10000);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "41s");
    unsigned scans = stage->asked[EFFECT_SCAN];
    stage_key(stage, 'Z');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "51s");
    assert_int_equal(stage->asked[EFFECT_SCAN], scans + 1);
}

static void a_paste_outside_an_input_is_dropped(void **state)
{
    struct stage *stage = *state;
    stage_paste(stage, "q\rdyQ");
    assert_int_equal(stage->asked[EFFECT_QUIT], 0);
    assert_int_equal(stage->asked[EFFECT_DELETE], 0);
    stage_key(stage, '/');
    stage_paste(stage, "psm\n_8");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "psm_8d2f11aa");
    draw_assert_has(&stage->cells, "1 of 8");
}

static void go_to_finds_a_name(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, ":LAB\r");
    assert_cursor_on(stage, "labels.shm");
    stage_type(stage, ":nowhere\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "no name shown here holds \"nowhere\"");
    stage_wait(stage, 60000);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "nowhere"); /* an error stays until a key */
    stage_key(stage, 'k');
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "nowhere");
    stage_key(stage, '!');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "16:00:00  no name shown here holds \"nowhere\"");
}

static void help_is_made_from_the_actions_and_runs_them(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, '?');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "Help: table");
    stage_type(stage, "invert the");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "Invert the order.");
    draw_assert_lacks(&stage->cells, "One row up.");
    stage_key(stage, '\r');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "SIZE ↑");
}

static void help_says_that_there_is_more_and_turns_pages(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, '?');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "more: PgDn");
    draw_assert_has(&stage->cells, "Load a file into a segment.");
    draw_assert_lacks(&stage->cells, "fg brings it back");
    stage_key(stage, KEY_CODE_PAGE_DOWN);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "One row up.");
    stage_key(stage, KEY_CODE_END);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "fg brings it back");
    draw_assert_has(&stage->cells, "more: PgUp");
    stage_key(stage, KEY_CODE_HOME);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "One row up.");
}

static void q_closes_help_unless_it_belongs_to_the_filter(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "?/q");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "filter: q");
    draw_assert_has(&stage->cells, "Quit from anywhere.");
    stage_key(stage, KEY_BACKSPACE_CODE);
    stage_key(stage, 'q');
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "Help: table");
    assert_int_equal(stage->asked[EFFECT_QUIT], 0);
}

static void a_screen_too_small_swallows_keys_but_those_that_leave(void **state)
{
    struct stage *stage = *state;
    stage_resize(stage, 3, 80);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "20x4 needed");
    stage_type(stage, "dLas?/");
    stage_resize(stage, 24, 80);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "marked");
    draw_assert_lacks(&stage->cells, "Help");
    stage_resize(stage, 2, 2);
    stage_key(stage, 'q');
    assert_int_equal(stage->asked[EFFECT_QUIT], 1);
}

static void delete_asks_about_the_marked_rows(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "  d");
    stage_draw(stage);
    assert_int_equal(stage->asked[EFFECT_DELETE], 1);
    draw_assert_has(&stage->cells, "Delete 2 segments");
    stage_key(stage, ESC);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "Delete 2 segments");
}

static void read_only_has_no_way_to_change_anything(void **state)
{
    (void)state;
    struct stage stage;
    struct app_options options = {.directory = "/dev/shm", .host = "db07", .read_only = true};
    stage_open(&stage, 24, 80, &options);
    stage_scan(&stage, NULL, 0);
    stage_type(&stage, "d");
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "delete: not with --read-only");
    draw_assert_has(&stage.cells, "RO");
    draw_assert_lacks(&stage.cells, "L load");
    draw_assert_lacks(&stage.cells, "Press L");
    stage_close(&stage);
}

static void what_was_wrong_at_the_start_is_said_until_a_key(void **state)
{
    (void)state;
    struct stage stage;
    struct app_options options = {.directory = "/dev/shm",
                                  .host = "db07",
                                  .problem = "/etc/shmtop/producers: line 2: expected a pattern"};
    stage_open(&stage, 24, 80, &options);
    stage_scan(&stage, NULL, 0);
    stage_wait(&stage, 60000);
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "/etc/shmtop/producers: line 2: expected a pattern");
    stage_type(&stage, "j");
    stage_draw(&stage);
    draw_assert_lacks(&stage.cells, "line 2");
    stage_close(&stage);
}

static void an_empty_directory_says_what_to_do_next(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, 24, 80, NULL);
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "scanning");
    stage_scan(&stage, NULL, 0);
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "/dev/shm holds no segment.");
    draw_assert_has(&stage.cells, "Press L to load a file into one, or publish a matrix from Python:");
    draw_assert_has(&stage.cells,
                    "m = np.lib.format.open_memmap(d + \"/.m.tmp\", \"w+\", \"f2\", (1000, 1000))");
    draw_assert_has(&stage.cells, "m[:] = 1; os.replace(d + \"/.m.tmp\", d + \"/m.shm\")");
    draw_assert_has(&stage.cells, "d = \"/dev/shm\"");
    stage_close(&stage);
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        ON_STAGE(what_is_known_of_a_segment_is_shown),
        ON_STAGE(a_damaged_segment_bears_its_letter_and_the_reason),
        ON_STAGE(a_hostile_name_is_escaped),
        ON_STAGE(the_cursor_follows_its_segment),
        ON_STAGE(rows_keep_their_places_while_keys_are_pressed),
        ON_STAGE(until_a_key_the_cursor_is_on_the_first_row),
        ON_STAGE(the_row_behind_gets_the_cursor_of_one_that_is_gone),
        ON_STAGE(marks_follow_a_rename),
        ON_STAGE(marks_that_the_filter_hides_are_counted),
        ON_STAGE(delete_never_touches_marks_that_are_hidden),
        ON_STAGE(the_filter_is_live_and_escape_clears_it),
        ON_STAGE(a_term_that_is_none_yet_is_pointed_at_and_passed_over),
        ON_STAGE(the_end_of_a_long_line_is_seen),
        ON_STAGE(tab_completes_the_filter),
        ON_STAGE(a_small_screen_says_what_is_wrong_beside_the_line),
        ON_STAGE(escape_never_quits_but_q_does),
        ON_STAGE(every_column_of_the_menu_sorts),
        ON_STAGE(pause_freezes_what_is_shown),
        ON_STAGE(a_paste_outside_an_input_is_dropped),
        ON_STAGE(go_to_finds_a_name),
        ON_STAGE(help_is_made_from_the_actions_and_runs_them),
        ON_STAGE(help_says_that_there_is_more_and_turns_pages),
        ON_STAGE(q_closes_help_unless_it_belongs_to_the_filter),
        ON_STAGE(a_screen_too_small_swallows_keys_but_those_that_leave),
        ON_STAGE(delete_asks_about_the_marked_rows),
        cmocka_unit_test(read_only_has_no_way_to_change_anything),
        cmocka_unit_test(what_was_wrong_at_the_start_is_said_until_a_key),
        cmocka_unit_test(an_empty_directory_says_what_to_do_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
