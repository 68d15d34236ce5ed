/*
 * Searching in the values: what is asked for, and what is made of replies that are written by hand.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>

#include "core/sys/memory.h"
#include "tests/support/draw.h"
#include "tests/support/looking.h"

static struct study_reply *reply(void)
{
    struct study_reply *reply = memory_new(sizeof *reply);
    reply->kind = STUDY_OF_SEARCH;
    return reply;
}

static void find_it(struct looking *looking, uint64_t number, bool wrapped)
{
    struct study_reply *found = reply();
    found->is_there = true;
    found->number = number;
    found->wrapped = wrapped;
    looking_answer(looking, STUDY_SEARCH, found);
}

static void find_nothing(struct looking *looking, int64_t took)
{
    struct study_reply *nothing = reply();
    nothing->took = took;
    looking_answer(looking, STUDY_SEARCH, nothing);
}

static void end_badly(struct looking *looking, enum study_found found, int code, const char *text)
{
    struct study_reply *failed = reply();
    failed->found = found;
    error_set(&failed->error, code, "%s", text);
    looking_answer(looking, STUDY_SEARCH, failed);
}

static void progress(struct looking *looking, uint64_t done, uint64_t total)
{
    preview_study_progress(looking->preview, STUDY_SEARCH, done, total, looking->now);
    looking_settle(looking);
}

/* A cube of 4 x 20 x 30 with a nan at [2, 3, 4]. */
static const uint64_t cube[] = {4, 20, 30};
#define NAN_AT (2u * 600 + 3 * 30 + 4)

static void open_cube(struct looking *looking, void **state)
{
    looking_write_doubles(*state, "cube", 'C', 3, cube);
    looking_write_double(*state, "cube", NAN_AT, NAN);
    looking_open(looking, state, "cube");
}

static void the_whole_matrix_is_searched_from_the_cursor_on(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "]jjlll");
    looking_press(&l, "/");
    draw_assert_has(&l.cells, " find");
    assert_true(preview_wants_text(l.preview));
    looking_press(&l, "nan\r");
    assert_false(preview_wants_text(l.preview));
    const struct study_request *asked = l.asked[STUDY_SEARCH];
    assert_non_null(asked);
    assert_int_equal(asked->kind, STUDY_OF_SEARCH);
    assert_int_equal(asked->search.condition.kind, CONDITION_NAN);
    assert_int_equal(asked->search.from, 600 + 2 * 30 + 3);
    assert_false(asked->search.backward);
    assert_true(study_is_waited_for(asked));
    assert_false(asked->said);
    assert_int_equal(asked->view.rank, 3);
    assert_int_equal(view_elements(&asked->view), 4 * 600);
    looking_close(&l);
}

static void the_cursor_goes_to_what_is_found(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    find_it(&l, NAN_AT, false);
    draw_assert_has(&l.cells, "found at [2, 3, 4] = nan  going forward");
    draw_assert_has(&l.cells, "a[2,:,:]  axis 0: 2 of 4");
    draw_assert_golden(&l.cells, "tests/unit/goldens/search-found-80x24");
    looking_press(&l, "l"); /* said until the next key */
    draw_assert_lacks(&l.cells, "found at");
    draw_assert_has(&l.cells, "[2, 3, 5] = 647.5");
    looking_close(&l);
}

/* Above, below and at both sides; at the edges of the matrix as many as there are. */
static void what_is_found_has_neighbours(void **state)
{
    static const uint64_t shape[] = {1000, 500};
    static const struct {
        uint64_t row, column;
        const char *seen[2];
    } found[] = {{500, 250, {"  499", "  501"}},
                 {503, 251, {"  502", "  504"}},
                 {999, 499, {"  984", "  999"}},
                 {998, 0, {"  997", "  999"}},
                 {0, 499, {"    0", "    1"}}};
    struct looking l = {0};
    looking_write_doubles(*state, "plane", 'C', 2, shape);
    looking_open(&l, state, "plane");
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        char text[32];
        looking_press(&l, "/>=0\r");
        find_it(&l, found[i].row * 500 + found[i].column, false);
        draw_assert_has(&l.cells, found[i].seen[0]);
        draw_assert_has(&l.cells, found[i].seen[1]);
        for (int side = -1; side < 2; side += 2) {
            if (found[i].column + (uint64_t)side >= 500)
                continue;
            snprintf(text, sizeof text, " %d", (int)found[i].column + side);
            draw_assert_has(&l.cells, text);
        }
    }
    looking_press(&l, ":300,299\r");
    draw_assert_has(&l.cells, "  292");
    draw_assert_has(&l.cells, "  301");
    draw_assert_has(&l.cells, " 300");
    draw_assert_golden(&l.cells, "tests/unit/goldens/search-neighbours-80x24");
    looking_close(&l);
}

static void n_goes_on_and_N_goes_back(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "n");
    draw_assert_has(&l.cells, "nothing was searched for yet: / asks what for");
    assert_null(l.asked[STUDY_SEARCH]);
    looking_press(&l, "/>=1e3\r");
    find_it(&l, 2000, false);
    draw_assert_has(&l.cells, "[3, 6, 20] = 1000.0  going forward");
    looking_press(&l, "n");
    assert_int_equal(l.asked[STUDY_SEARCH]->search.from, 2000);
    find_it(&l, 2001, false);
    looking_press(&l, "N");
    assert_true(l.asked[STUDY_SEARCH]->search.backward);
    assert_int_equal(l.asked[STUDY_SEARCH]->search.from, 2001);
    assert_int_equal(l.asked[STUDY_SEARCH]->search.condition.kind, CONDITION_GREATER_EQUAL);
    find_it(&l, 2000, false);
    draw_assert_has(&l.cells, "[3, 6, 20] = 1000.0  going back");
    looking_press(&l, "N");
    find_it(&l, 2399, true);
    draw_assert_has(&l.cells, "[3, 19, 29] = 1199.5  went on at the end");
    looking_press(&l, "n");
    find_it(&l, 2000, true);
    draw_assert_has(&l.cells, "went on at the beginning");
    looking_press(&l, "n");
    find_it(&l, 2000, true);
    draw_assert_has(&l.cells, "the only one");
    looking_close(&l);
}

static void an_empty_line_repeats_the_last(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/\r");
    draw_assert_has(&l.cells, "what to find is expected");
    assert_true(preview_wants_text(l.preview));
    looking_press(&l, "nan\r");
    find_nothing(&l, 5);
    looking_press(&l, "/\r");
    assert_int_equal(l.asked[STUDY_SEARCH]->search.condition.kind, CONDITION_NAN);
    find_nothing(&l, 5);
    looking_press(&l, "/");
    looking_press_code(&l, KEY_CODE_UP); /* the line remembers */
    draw_assert_has(&l.cells, "find nan");
    looking_close(&l);
}

static void what_is_no_condition_stays_to_be_corrected(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/>\r");
    assert_true(preview_wants_text(l.preview));
    assert_null(l.asked[STUDY_SEARCH]);
    draw_assert_has(&l.cells, "find >");
    draw_assert_has(&l.cells, "expected");
    draw_assert_golden(&l.cells, "tests/unit/goldens/search-wrong-80x24");
    looking_press(&l, "3\r");
    assert_non_null(l.asked[STUDY_SEARCH]);
    end_badly(&l, STUDY_FAILED, EINVAL, ">3: a text is not compared so");
    draw_assert_has(&l.cells, ">3: a text is not compared so");
    looking_close(&l);
}

static void nothing_found_says_how_much_was_looked_at(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/inf\r");
    find_nothing(&l, 812);
    draw_assert_has(&l.cells, "no element is inf: all 2,400 looked at, 0.81 s");
    looking_press(&l, "/=0.25\r");
    find_nothing(&l, 7);
    draw_assert_has(&l.cells, "no element is 0.25: all 2,400 looked at, 7 ms");
    looking_press(&l, "/<=-1e6\r");
    find_nothing(&l, 61999);
    draw_assert_has(&l.cells, "no element is <=-1e6: all 2,400 looked at, 62.0 s");
    looking_close(&l);
}

static void how_far_it_is_is_shown_after_a_while(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    progress(&l, 100, 2400);
    draw_assert_lacks(&l.cells, "looking for");
    looking_wait(&l, 200);
    draw_assert_has(&l.cells, "looking for nan");
    draw_assert_has(&l.cells, "100 of 2,400");
    draw_assert_has(&l.cells, "Esc: cancel");
    progress(&l, 1200, 2400);
    draw_assert_golden(&l.cells, "tests/unit/goldens/search-running-80x24");
    l.ascii = true;
    looking_size(&l, 40, 140);
    draw_assert_golden(&l.cells, "tests/unit/goldens/search-running-ascii-140x40");
    l.ascii = false;
    for (int columns = 1; columns < 80; columns += 3)
        for (int rows = 1; rows < 8; rows++)
            looking_size(&l, rows, columns);
    looking_size(&l, 10, 44);
    draw_assert_has(&l.cells, "looking for nan  1,200 of 2,400");
    looking_close(&l);
}

static void other_keys_still_move_meanwhile(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    looking_wait(&l, 300);
    looking_press(&l, "jl]");
    assert_non_null(l.asked[STUDY_SEARCH]);
    assert_int_equal(l.given_up[STUDY_SEARCH], 0);
    draw_assert_has(&l.cells, "a[1,:,:]");
    draw_assert_has(&l.cells, "looking for nan");
    find_it(&l, NAN_AT, false);
    draw_assert_has(&l.cells, "found at [2, 3, 4] = nan");
    looking_close(&l);
}

static void escape_cancels_before_it_closes(void **state)
{
    static const uint32_t stops[] = {KEY_ESCAPE_CODE, KEY_CTRL('C')};
    struct looking l = {0};
    open_cube(&l, state);
    for (int i = 0; i < 2; i++) {
        struct key key = {.code = stops[i]};
        looking_press(&l, "/nan\r");
        progress(&l, 600, 2400);
        assert_int_equal(preview_key(l.preview, &key, l.now), PREVIEW_USED);
        looking_settle(&l);
        draw_assert_has(&l.cells, "the search was cancelled: 600 of 2,400 looked at");
        assert_null(l.asked[STUDY_SEARCH]);
        assert_int_equal(l.given_up[STUDY_SEARCH], i + 1);
        assert_int_equal(preview_key(l.preview, &key, l.now), PREVIEW_UNUSED); /* the app's */
    }
    looking_press(&l, "/nan\r/in"); /* a line is open meanwhile */
    looking_press(&l, "\x1b");
    assert_true(preview_wants_text(l.preview));
    draw_assert_has(&l.cells, "find in");
    assert_null(l.asked[STUDY_SEARCH]);
    looking_press(&l, "\x1b");
    assert_false(preview_wants_text(l.preview));
    looking_close(&l);
}

static void a_second_search_replaces_the_first(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    looking_press(&l, "/inf\r");
    assert_int_equal(l.given_up[STUDY_SEARCH], 1);
    assert_int_equal(l.asked[STUDY_SEARCH]->search.condition.kind, CONDITION_INF);
    looking_press(&l, "N");
    assert_int_equal(l.given_up[STUDY_SEARCH], 2);
    assert_true(l.asked[STUDY_SEARCH]->search.backward);
    find_it(&l, 5, false);
    draw_assert_has(&l.cells, "found at [0, 0, 5]");
    looking_close(&l);
}

/* The reply of the older one may come first. */
static void an_older_reply_is_dropped(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    preview_key(l.preview, &(struct key){.code = 'n'}, l.now);
    find_it(&l, NAN_AT, false);
    draw_assert_lacks(&l.cells, "found");
    assert_int_equal(l.asks[STUDY_SEARCH], 2);
    find_it(&l, 7, false);
    draw_assert_has(&l.cells, "found at [0, 0, 7]");
    looking_close(&l);
}

static void what_changed_meanwhile_is_said(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    looking_write_double(*state, "cube", NAN_AT, 7);
    find_it(&l, NAN_AT, false);
    draw_assert_has(&l.cells, "found at [2, 3, 4] = 7.0  going forward  it changed meanwhile");
    looking_press(&l, "/inf\r");
    find_it(&l, NAN_AT, true);
    draw_assert_has(&l.cells, "the only one  it changed meanwhile");
    looking_close(&l);
}

static void what_goes_wrong_is_said(void **state)
{
    static const struct {
        enum study_found found;
        const char *says;
    } rows[] = {{STUDY_GONE, "not searched: it is gone"},
                {STUDY_OTHER, "not searched: what lies there now is another matrix"},
                {STUDY_FAILED, "read failed: no luck"}};
    struct looking l = {0};
    open_cube(&l, state);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        looking_press(&l, "/nan\r");
        end_badly(&l, rows[i].found, EIO, "read failed: no luck");
        draw_assert_has(&l.cells, rows[i].says);
    }
    looking_press(&l, "n");
    looking_answer(&l, STUDY_SEARCH, NULL);
    draw_assert_has(&l.cells, "the search was cut short");
    looking_close(&l);
}

/* A search would keep the memory of what was deleted. */
static void what_is_deleted_is_let_go_of(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    assert_non_null(l.asked[STUDY_SEARCH]);
    tmpdir_unlink(*state, "cube");
    looking_wait(&l, 300);
    assert_int_equal(l.given_up[STUDY_SEARCH], 1);
    assert_null(l.asked[STUDY_SEARCH]);
    draw_assert_has(&l.cells, "not searched: it is gone");
    looking_close(&l);
}

static void another_matrix_ends_it(void **state)
{
    struct looking l = {0};
    open_cube(&l, state);
    looking_press(&l, "/nan\r");
    looking_write_doubles(*state, "cube", 'C', 2, (uint64_t[]){30, 4});
    looking_wait(&l, 300);
    assert_int_equal(l.given_up[STUDY_SEARCH], 1);
    assert_null(l.asked[STUDY_SEARCH]);
    draw_assert_has(&l.cells, "it is another matrix now");
    looking_press(&l, "n");
    assert_int_equal(l.asked[STUDY_SEARCH]->view.rank, 2);
    find_it(&l, 119, false);
    draw_assert_has(&l.cells, "found at [29, 3]");
    looking_write_doubles(*state, "cube", 'C', 1, (uint64_t[]){3});
    looking_wait(&l, 300);
    draw_assert_lacks(&l.cells, "found at");
    looking_close(&l);
}

static void structs_are_searched_field_by_field(void **state)
{
    struct looking l = {0};
    uint8_t data[3 * 20] = {0};
    data[2 * 20 + 4 + 4] = 9; /* [2].pair[1] */
    struct dtype i4, f8;
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {3}};
    dtype_parse("<i4", &i4, NULL);
    dtype_parse(">f8", &f8, NULL);
    const uint64_t two[] = {2};
    const struct dtype_field fields[] = {{.name = "id", .dtype = i4},
                                         {.name = "pa\x1bir", .dtype = i4, .rank = 1, .dims = two},
                                         {.name = "price", .dtype = f8}};
    assert_int_equal(dtype_make_struct(fields, 3, &matrix.dtype, NULL), 0);
    tmpdir_write_matrix(*state, "trades", &matrix, data, sizeof data);
    matrix_clear(&matrix);
    looking_open(&l, state, "trades");
    looking_press(&l, "ll/nan\r");
    const struct study_request *asked = l.asked[STUDY_SEARCH];
    assert_int_equal(asked->dtype.kind, DTYPE_FLOAT);
    assert_int_equal(asked->dtype.order, '>');
    assert_int_equal(asked->view.start, 12);
    assert_int_equal(asked->view.stride[0], 20);
    find_nothing(&l, 1);
    draw_assert_has(&l.cells, "no price is nan: all 3 looked at");
    looking_press(&l, "h/9\r");
    asked = l.asked[STUDY_SEARCH];
    assert_int_equal(asked->view.rank, 2);
    assert_int_equal(asked->view.count[1], 2);
    assert_int_equal(asked->view.stride[1], 4);
    assert_int_equal(asked->search.from, 1); /* all of [0].pair has been seen */
    looking_press(&l, "l");                  /* the field stays the one that it began in */
    find_it(&l, 5, false);
    draw_assert_has(&l.cells, "[2].pa\\x1bir = [0, 9]");
    looking_press(&l, "n");
    assert_int_equal(l.asked[STUDY_SEARCH]->search.from, 5); /* the element, not the cell */
    find_nothing(&l, 1);
    draw_assert_has(&l.cells, "no pa\\x1bir is 9: all 6 looked at");
    looking_press(&l, "gN");
    assert_int_equal(l.asked[STUDY_SEARCH]->search.from, 0);
    looking_close(&l);
}

static void bytes_are_searched_as_numbers(void **state)
{
    struct looking l = {0};
    uint8_t data[300];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    tmpdir_write(*state, "psm_1", data, sizeof data);
    looking_open(&l, state, "psm_1");
    looking_press(&l, "/=65\r");
    const struct study_request *asked = l.asked[STUDY_SEARCH];
    assert_int_equal(asked->dtype.kind, DTYPE_UINT);
    assert_int_equal(asked->matrix.shape[0], 300);
    assert_true(asked->said);
    find_it(&l, 65, false);
    draw_assert_has(&l.cells, "found at [65] = 65");
    looking_close(&l);
}

static void there_may_be_nothing_to_search_in(void **state)
{
    struct looking l = {0};
    looking_write_doubles(*state, "none", 'C', 2, (uint64_t[]){0, 5});
    looking_open(&l, state, "none");
    looking_press(&l, "/nan\r");
    assert_null(l.asked[STUDY_SEARCH]);
    draw_assert_has(&l.cells, "there is nothing to look at: no elements");
    looking_close(&l);

    struct looking one = {0};
    looking_write_doubles(*state, "one", 'C', 0, NULL);
    looking_open(&one, state, "one");
    looking_press(&one, "/nan\r");
    find_nothing(&one, 1);
    draw_assert_has(&one.cells, "no element is nan: all 1 looked at");
    looking_press(&one, "/0\r");
    find_it(&one, 0, true);
    draw_assert_has(&one.cells, "found at [] = 0.0  the only one");
    looking_close(&one);

    struct looking early = {0};
    tmpdir_mkdir(*state, "dir");
    looking_open(&early, state, "dir");
    looking_press(&early, "/");
    draw_assert_has(&early.cells, "there is nothing to search in");
    looking_press(&early, "nN");
    assert_null(early.asked[STUDY_SEARCH]);
    looking_close(&early);
}

/* What the lens says is what is searched. */
static void what_it_is_looked_at_as_is_searched(void **state)
{
    struct looking l = {0};
    tmpdir_write(*state, "raw", (uint8_t[64]){0}, 64);
    looking_open(&l, state, "raw");
    preview_open_lens(l.preview, false);
    looking_settle(&l);
    looking_press(&l, "\r"); /* as the lens begins */
    looking_press(&l, "/nan\r");
    assert_true(l.asked[STUDY_SEARCH]->said);
    assert_int_not_equal(l.asked[STUDY_SEARCH]->dtype.kind, DTYPE_UINT);
    looking_close(&l);
}

#define WITH_TMPDIR(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TMPDIR(the_whole_matrix_is_searched_from_the_cursor_on),
        WITH_TMPDIR(the_cursor_goes_to_what_is_found),
        WITH_TMPDIR(what_is_found_has_neighbours),
        WITH_TMPDIR(n_goes_on_and_N_goes_back),
        WITH_TMPDIR(an_empty_line_repeats_the_last),
        WITH_TMPDIR(what_is_no_condition_stays_to_be_corrected),
        WITH_TMPDIR(nothing_found_says_how_much_was_looked_at),
        WITH_TMPDIR(how_far_it_is_is_shown_after_a_while),
        WITH_TMPDIR(other_keys_still_move_meanwhile),
        WITH_TMPDIR(escape_cancels_before_it_closes),
        WITH_TMPDIR(a_second_search_replaces_the_first),
        WITH_TMPDIR(an_older_reply_is_dropped),
        WITH_TMPDIR(what_changed_meanwhile_is_said),
        WITH_TMPDIR(what_goes_wrong_is_said),
        WITH_TMPDIR(what_is_deleted_is_let_go_of),
        WITH_TMPDIR(another_matrix_ends_it),
        WITH_TMPDIR(structs_are_searched_field_by_field),
        WITH_TMPDIR(bytes_are_searched_as_numbers),
        WITH_TMPDIR(there_may_be_nothing_to_search_in),
        WITH_TMPDIR(what_it_is_looked_at_as_is_searched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
