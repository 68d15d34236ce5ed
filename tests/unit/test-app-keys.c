/* What keys do on the table beyond moving: states, groups, columns, ranges, patterns, following, copying. */
#include "tests/support/test.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tui/app/state.h"

#define ESC KEY_ESCAPE_CODE
#define TAB '\t'

static int open_stage(void **state)
{
    static struct stage stage;
    stage_open_states(&stage, 30, 110, false);
    stage_draw(&stage);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    stage_close(*state);
    return 0;
}

static const char *cursor_row(struct stage *stage)
{
    stage_draw(stage);
    for (int y = 0; y < stage->cells.rows; y++)
        if (stage->cells.grid[(size_t)y * (size_t)stage->cells.columns + 3].flags & CELL_SELECTED)
            return draw_row(&stage->cells, y);
    return "";
}

static void assert_cursor_on(struct stage *stage, const char *name)
{
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
    if (!draw_find(&stage->cells, text, &y, NULL))
        draw_assert_has(&stage->cells, text);
    return y;
}

static void assert_has(struct stage *stage, const char *text)
{
    stage_draw(stage);
    draw_assert_has(&stage->cells, text);
}

static void assert_lacks(struct stage *stage, const char *text)
{
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, text);
}

/* --- states --- */

static void tab_steps_through_the_states_that_are_there(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, TAB);
    assert_has(stage, "state: live");
    assert_has(stage, "6 of 13");
    assert_lacks(stage, "torch_4711");
    stage_type(stage, "\t\t\t");
    assert_has(stage, "state: leaked");
    assert_has(stage, "torch_4711");
    assert_lacks(stage, "  prices.shm");
    stage_key(stage, KEY_CODE_BACK_TAB);
    assert_has(stage, "state: stale");
    stage_type(stage, "\t\t\t");
    assert_lacks(stage, "state:");
    assert_has(stage, "13 segments");
    stage_key(stage, KEY_CODE_BACK_TAB);
    assert_has(stage, "state: unlinked");
    assert_int_equal(stage->asked[EFFECT_QUIT], 0);
}

static void escape_shows_all_states_again_and_then_clears_the_filter(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "/shm\r\t");
    assert_has(stage, "state: live");
    assert_has(stage, "filter: shm");
    stage_key(stage, ESC);
    assert_lacks(stage, "state:");
    assert_has(stage, "filter: shm");
    stage_key(stage, ESC);
    assert_has(stage, "13 segments");
}

static void a_state_that_ends_leaves_its_words(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "\t\t\t");
    assert_has(stage, "state: stale");
    stage_gone(stage, "psm_8d2f11aa");
    assert_has(stage, "No segment is stale: Esc shows the others.");
}

static void without_a_sweep_there_are_no_states(void **state)
{
    (void)state;
    struct stage stage;
    stage_open_usual(&stage, 24, 80, false);
    stage_draw(&stage);
    stage_key(&stage, TAB);
    assert_has(&stage, "no state is known yet");
    assert_has(&stage, "8 segments");
    stage_close(&stage);
}

static void an_incomplete_sweep_leaves_doubt(void **state)
{
    struct stage *stage = *state;
    stage_know(stage, &(struct stage_known){"prices.shm", 2, "python3", 0}, 1, false);
    assert_has(stage, " L?torch_4711");
    assert_has(stage, " s?psm_8d2f11aa");
    assert_has(stage, "  ?returns_2026.shm");
    assert_has(stage, "   prices.shm"); /* who was found holds it */
}

static void what_is_being_loaded_says_so(void **state)
{
    struct stage *stage = *state;
    stage_know(stage, &(struct stage_known){"#4711", 1, "shmtop", 5000000}, 1, true);
    assert_has(stage, "   #4711 (loading)");
}

/* --- groups --- */

static void t_groups_by_owner_then_by_producer_then_not(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, 't');
    assert_has(stage, "by owner");
    assert_true(line_of(stage, "▾ alice") < line_of(stage, "  prices.shm"));
    assert_true(line_of(stage, "  prices.shm") < line_of(stage, "  labels.shm"));
    assert_true(line_of(stage, "  labels.shm") < line_of(stage, "▾ bob"));
    assert_non_null(strstr(draw_row(&stage->cells, line_of(stage, "▾ alice")), "6.0G"));
    assert_non_null(strstr(draw_row(&stage->cells, line_of(stage, "▾ alice")), "4 segments"));
    stage_key(stage, 't');
    assert_has(stage, "by producer");
    assert_has(stage, "▾ producer not known");
    assert_has(stage, "▾ PostgreSQL");
    stage_key(stage, 't');
    assert_lacks(stage, "▾");
    assert_has(stage, "not grouped");
}

static void headings_fold_and_unfold(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "tg");
    assert_cursor_on(stage, "▾ alice");
    stage_key(stage, '\r');
    assert_cursor_on(stage, "▸ alice");
    assert_lacks(stage, "  prices.shm");
    stage_key(stage, 'j');
    assert_cursor_on(stage, "▾ bob");
    stage_key(stage, 'k');
    stage_key(stage, KEY_CODE_RIGHT);
    assert_cursor_on(stage, "▾ alice");
    stage_key(stage, KEY_CODE_RIGHT);
    assert_cursor_on(stage, "  prices.shm");
    stage_key(stage, KEY_CODE_LEFT);
    assert_cursor_on(stage, "▾ alice");
    stage_key(stage, KEY_CODE_LEFT);
    assert_cursor_on(stage, "▸ alice");
    assert_int_equal(stage->asked[EFFECT_PREVIEW], 0);
    stage_type(stage, ":prices\r"); /* what one goes to is shown */
    assert_cursor_on(stage, "  prices.shm");
}

static void a_heading_keeps_the_cursor_and_a_fold_while_rows_change(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "tgjjjj");
    stage_type(stage, "j");
    assert_cursor_on(stage, "▾ bob");
    stage_key(stage, '\r');
    stage_wait(stage, 6000);
    stage_look(stage, &(struct stage_segment){.name = "huge", .size = UINT64_C(90000000000), .uid = 1003}, 1);
    assert_cursor_on(stage, "▸ bob");
    assert_true(line_of(stage, "▸ bob") < line_of(stage, "▾ alice"));
    assert_lacks(stage, "huge");
    stage_gone(stage, "huge");
    stage_gone(stage, "torch_4711_223344_0");
    stage_gone(stage, "psm_8d2f11aa");
    stage_gone(stage, "run17_grad");
    stage_gone(stage, "torch_812_99_0");
    stage_draw(stage);
    assert_lacks(stage, "bob");
    assert_true(strlen(cursor_row(stage)) > 0);
}

static void a_mark_on_a_heading_marks_its_rows(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "tg ");
    assert_has(stage, "4 marked, 6.0G");
    assert_cursor_on(stage, "▾ bob");
    assert_has(stage, "*▾ alice");
    assert_has(stage, "4 segments, 4 marked");
    stage_type(stage, "gj g");
    assert_has(stage, "·▾ alice");
    assert_has(stage, "3 marked");
    stage_type(stage, " g ");
    assert_lacks(stage, "marked");
}

static void nothing_is_deleted_from_a_heading_without_marks(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "tgd");
    assert_has(stage, "Space marks its rows");
    assert_int_equal(stage->asked[EFFECT_DELETE], 0);
    stage_type(stage, " d");
    assert_has(stage, "Delete 3 segments");
}

static void sorting_applies_within_groups(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "tsn");
    stage_wait(stage, 6000);
    assert_true(line_of(stage, "▾ alice") < line_of(stage, "G features.shm"));
    assert_true(line_of(stage, "G features.shm") < line_of(stage, "  labels.shm"));
    assert_true(line_of(stage, "  labels.shm") < line_of(stage, "  prices.shm"));
    assert_true(line_of(stage, "  prices.shm") < line_of(stage, "▾ bob"));
}

/* --- columns --- */

static void c_chooses_columns(void **state)
{
    struct stage *stage = *state;
    assert_lacks(stage, "GROWTH");
    stage_type(stage, "cj ");
    assert_has(stage, "Columns");
    stage_key(stage, 'k');
    stage_key(stage, 'j');
    stage_type(stage, "q");
    stage_type(stage, "ck");
    stage_key(stage, ' ');
    stage_key(stage, ESC);
    assert_has(stage, "GROWTH");
    assert_lacks(stage, "HELD BY");
    stage_type(stage, "ck ");
    stage_key(stage, '\r');
    assert_has(stage, "HELD BY");
    stage_resize(stage, 30, 40);
    stage_draw(stage);
    stage_type(stage, "ckk ");
    assert_has(stage, "[ ] producer");
    assert_has(stage, "no room");
    stage_key(stage, ' ');
    assert_lacks(stage, "no room");
}

static void sorting_walks_the_columns_that_are_shown(void **state)
{
    struct stage *stage = *state;
    stage_resize(stage, 24, 40);
    stage_draw(stage);
    stage_key(stage, '>');
    assert_lacks(stage, "SIZE ↓");
    for (int i = 0; i < 20; i++) {
        const char *headings = draw_row(&stage->cells, line_of(stage, "NAME"));
        assert_true(strstr(headings, "↓") || strstr(headings, "↑"));
        stage_key(stage, i < 10 ? '>' : '<');
    }
}

/* --- ranges and patterns --- */

static void v_marks_a_range(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "jvjj");
    assert_has(stage, "range of 3, 3.3G: Space marks it, Esc gives it up");
    assert_has(stage, "*L torch");
    stage_key(stage, ' ');
    assert_has(stage, "3 marked, 3.3G: d deletes the marked rows");
    assert_cursor_on(stage, "covariance.shm");
    stage_type(stage, "Ugvj");
    stage_key(stage, ESC);
    assert_lacks(stage, "marked");
    assert_lacks(stage, "range");
    stage_type(stage, "vGkv");
    assert_has(stage, "11 marked");
}

static void a_range_is_taken_in_by_what_uses_marks(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "vjd");
    assert_has(stage, "Delete 2 segments");
    stage_key(stage, ESC);
    stage_type(stage, "Uvj/");
    stage_key(stage, ESC);
    assert_lacks(stage, "marked");
}

static void a_range_survives_rows_that_come_and_go(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "jvjjjj");
    assert_has(stage, "range of 5,");
    stage_gone(stage, "returns_2026.shm");
    stage_wait(stage, 20000);
    stage_look(stage, &(struct stage_segment){.name = "new", .size = 1200000000}, 1);
    assert_has(stage, "range of 4,"); /* the order is held meanwhile */
    stage_gone(stage, "torch_4711_223344_0");
    assert_lacks(stage, "range");
}

static void plus_marks_what_a_filter_fits(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "+name:*.shm size>900M");
    assert_has(stage, "+name:*.shm size>900M");
    stage_key(stage, '\r');
    assert_has(stage, "3 rows marked");
    assert_has(stage, "3 marked, 6.4G");
    stage_type(stage, "+stat\tnonsense\r");
    assert_has(stage, "+state:nonsense");
    assert_has(stage, "expected");
    stage_key(stage, ESC);
    stage_type(stage, "j+nothing like it\r");
    assert_has(stage, "no row shown fits");
    stage_type(stage, "+*.shm\r");
    assert_has(stage, "fits \"*.shm\"; a pattern is written name:*.shm");
    stage_type(stage, "j+x");
    stage_key(stage, ESC);
    assert_has(stage, "3 marked");
}

/* --- following --- */

static void f_follows_the_newest(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "jF");
    assert_cursor_on(stage, "new_model");
    assert_has(stage, "newest");
    assert_has(stage, "F again ends that");
    stage_wait(stage, 6000);
    stage_look(stage, &(struct stage_segment){.name = "one", .size = 5000}, 1);
    assert_cursor_on(stage, "one");
    stage_key(stage, 'g');
    assert_cursor_on(stage, "prices.shm");
    stage_look(stage, &(struct stage_segment){.name = "two", .size = 5000}, 1);
    assert_cursor_on(stage, "two");
    stage_look(stage, &(struct stage_segment){.name = "one", .size = 9000}, 1); /* only grew */
    assert_cursor_on(stage, "two");
    stage_key(stage, 'F');
    stage_look(stage, &(struct stage_segment){.name = "three", .size = 5000}, 1);
    assert_cursor_on(stage, "two");
}

/* --- copying --- */

static void y_copies_names(void **state)
{
    struct stage *stage = *state;
    stage_key(stage, 'y');
    assert_int_equal(stage->asked[EFFECT_COPY], 1);
    assert_string_equal(stage->last[EFFECT_COPY].u.copy, "prices.shm");
    assert_has(stage, "1 name copied");
    stage_type(stage, "  y");
    assert_string_equal(stage->last[EFFECT_COPY].u.copy, "prices.shm torch_4711_223344_0");
    assert_has(stage, "2 names copied");
    stage_type(stage, "Utgy");
    assert_has(stage, "4 names copied");
}

static void of_one_whose_name_is_gone_y_copies_the_inode(void **state)
{
    (void)state;
    struct stage stage;
    char text[64], said[128];
    stage_open_states(&stage, 27, 110, false);
    stage_type(&stage, ":features\ry");
    const struct row *row = table_row(&stage.app->table);
    assert_true(row->unlinked);
    snprintf(text, sizeof text, "'#%llu'", (unsigned long long)row->id.inode);
    snprintf(said, sizeof said, "%s copied: its name is gone, and commands take this", text);
    assert_string_equal(stage.last[EFFECT_COPY].u.copy, text);
    assert_has(&stage, said);
    stage_type(&stage, "gU  y");
    assert_has(&stage, "2 names copied");
    stage_type(&stage, "ay");
    assert_non_null(strstr(stage.last[EFFECT_COPY].u.copy, text));
    assert_null(strstr(stage.last[EFFECT_COPY].u.copy, "features"));
    assert_has(&stage, "13 names copied, #INODE for the 1 that are gone");
    stage_close(&stage);
}

static void what_is_copied_is_printable_and_fits_a_terminal(void **state)
{
    (void)state;
    struct stage stage;
    struct app_options options = {.directory = "/dev/shm", .host = "db07", .read_only = true};
    stage_open(&stage, 24, 80, &options);
    stage_scan(&stage, NULL, 0);
    stage_draw(&stage);
    stage_key(&stage, 'y');
    assert_int_equal(stage.asked[EFFECT_COPY], 0);
    assert_has(&stage, "nothing to copy");
    stage_look(&stage, &(struct stage_segment){.name = "a\x1b]52;c;\a", .size = 1}, 1);
    stage_draw(&stage);
    stage_key(&stage, 'y'); /* read-only too */
    assert_string_equal(stage.last[EFFECT_COPY].u.copy, "'a\\x1b]52;c;\\x07'");
    stage_look(&stage, &(struct stage_segment){.name = "$(reboot)'s", .size = 2}, 1);
    stage_draw(&stage);
    stage_type(&stage, "ay"); /* whatever a shell would make of them */
    assert_non_null(strstr(stage.last[EFFECT_COPY].u.copy, "'$(reboot)'\\''s'"));
    assert_null(strchr(stage.last[EFFECT_COPY].u.copy, '\n'));
    static char name[400][251];
    static struct stage_segment segments[400];
    for (int i = 0; i < 400; i++) {
        snprintf(name[i], sizeof name[i], "%0250d", i);
        segments[i] = (struct stage_segment){.name = name[i], .size = 1};
    }
    stage_scan(&stage, segments, 400);
    stage_wait(&stage, 6000);
    stage_draw(&stage);
    stage_type(&stage, "ay");
    assert_true(strlen(stage.last[EFFECT_COPY].u.copy) <= 74994);
    assert_has(&stage, "299 names copied, 103 left out");
    stage_close(&stage);
}

static void details_are_a_strip_then_all_then_none(void **state)
{
    struct stage *stage = *state;
    stage_resize(stage, 24, 80);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "identity");
    stage_type(stage, "i");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "identity");
    stage_resize(stage, 12, 80);
    for (int i = 0; i < 9; i++) {
        stage_draw(stage);
        draw_assert_has(&stage->cells, "more: PgUp PgDn");
        stage_key(stage, i < 5 ? KEY_CODE_PAGE_DOWN : KEY_CODE_PAGE_UP);
    }
    stage_resize(stage, 24, 80);
    stage_key(stage, 'j');
    stage_type(stage, "i");
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "allocated of");
    stage_type(stage, "i");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "allocated of");
    draw_assert_lacks(&stage->cells, "identity");
    stage_resize(stage, 12, 80); /* no room for a strip */
    for (int i = 0; i < 2; i++) {
        stage_draw(stage);
        draw_assert_lacks(&stage->cells, "allocated of");
        stage_type(stage, "i");
        stage_draw(stage);
        draw_assert_has(&stage->cells, "allocated of");
        i == 0 ? stage_type(stage, "i") : stage_key(stage, KEY_ESCAPE_CODE);
    }
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "allocated of");
    stage_resize(stage, 40, 140);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "inode ");
    stage_type(stage, "i");
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "inode ");
}

/* There is only that segment, and nothing is done to it by the way. */
static void over_values_i_shows_all_that_is_known(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "\r");
    assert_lacks(stage, "identity");
    stage_type(stage, "i");
    assert_has(stage, "identity");
    char before[200], after[200];
    snprintf(before, sizeof before, "%s", draw_row(&stage->cells, 0));
    stage_type(stage, "jkd");
    assert_has(stage, "identity");
    snprintf(after, sizeof after, "%s", draw_row(&stage->cells, 0)); /* its title */
    assert_string_equal(after, before);
    assert_int_equal(stage->app->over, OVER_DETAIL);
    stage_key(stage, ESC);
    assert_lacks(stage, "identity");
    assert_non_null(stage->app->preview);
    stage_type(stage, "ii");
    assert_int_equal(stage->app->over, OVER_NOTHING);
    assert_non_null(stage->app->preview);
}

/* The cursor goes on to a neighbour, which is another segment. */
static void over_values_nothing_is_said_of_a_neighbour(void **state)
{
    struct stage *stage = *state;
    static const char *const keys[] = {"i", "u"};
    static const enum over over[] = {OVER_DETAIL, OVER_HOLDERS};
    for (int i = 0; i < 2; i++) {
        stage_type(stage, "\r");
        assert_non_null(stage->app->preview);
        char name[NAME_MAX + 1];
        snprintf(name, sizeof name, "%s", preview_name(stage->app->preview));
        stage_type(stage, keys[i]);
        stage_draw(stage);
        assert_int_equal(stage->app->over, over[i]);
        stage_gone(stage, name);
        stage_know(stage, NULL, 0, true); /* and nobody holds it */
        stage_draw(stage);
        assert_int_equal(stage->app->over, OVER_NOTHING);
        assert_non_null(stage->app->preview);
        assert_string_equal(preview_name(stage->app->preview), name);
        for (int j = 0; j < 2; j++) {
            stage_type(stage, keys[j]);
            assert_int_equal(stage->app->over, OVER_NOTHING);
            assert_has(stage, "it is gone: nothing more is known of it");
        }
        stage_key(stage, ESC);
        assert_null(stage->app->preview);
        stage_type(stage, keys[i]); /* of the table's row as ever */
        stage_draw(stage);
        stage_key(stage, ESC);
    }
}

/* Its row is not where the cursor is, or not shown at all. */
static void over_values_i_and_u_follow_the_segment(void **state)
{
    struct stage *stage = *state;
    stage_type(stage, "\r");
    const struct row *row = catalog_find(stage->app->catalog, preview_name(stage->app->preview));
    assert_non_null(row);
    char identity[40];
    snprintf(identity, sizeof identity, "inode %llu", (unsigned long long)row->id.inode);
    stage->app->table.index++;
    stage->app->table.cursor = listing_at(stage->app->listing, stage->app->table.index)->serial;
    assert_ptr_not_equal(table_row(&stage->app->table), row);
    stage_type(stage, "i");
    assert_has(stage, identity);
    stage_key(stage, ESC);
    stage_type(stage, "u");
    stage_draw(stage);
    assert_int_equal(stage->app->holders.serial, row->serial);
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        ON_STAGE(tab_steps_through_the_states_that_are_there),
        ON_STAGE(escape_shows_all_states_again_and_then_clears_the_filter),
        ON_STAGE(a_state_that_ends_leaves_its_words),
        cmocka_unit_test(without_a_sweep_there_are_no_states),
        ON_STAGE(an_incomplete_sweep_leaves_doubt),
        ON_STAGE(what_is_being_loaded_says_so),
        ON_STAGE(t_groups_by_owner_then_by_producer_then_not),
        ON_STAGE(headings_fold_and_unfold),
        ON_STAGE(a_heading_keeps_the_cursor_and_a_fold_while_rows_change),
        ON_STAGE(a_mark_on_a_heading_marks_its_rows),
        ON_STAGE(nothing_is_deleted_from_a_heading_without_marks),
        ON_STAGE(sorting_applies_within_groups),
        ON_STAGE(c_chooses_columns),
        ON_STAGE(sorting_walks_the_columns_that_are_shown),
        ON_STAGE(v_marks_a_range),
        ON_STAGE(a_range_is_taken_in_by_what_uses_marks),
        ON_STAGE(a_range_survives_rows_that_come_and_go),
        ON_STAGE(plus_marks_what_a_filter_fits),
        ON_STAGE(f_follows_the_newest),
        ON_STAGE(y_copies_names),
        cmocka_unit_test(of_one_whose_name_is_gone_y_copies_the_inode),
        cmocka_unit_test(what_is_copied_is_printable_and_fits_a_terminal),
        ON_STAGE(details_are_a_strip_then_all_then_none),
        ON_STAGE(over_values_i_shows_all_that_is_known),
        ON_STAGE(over_values_nothing_is_said_of_a_neighbour),
        ON_STAGE(over_values_i_and_u_follow_the_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
