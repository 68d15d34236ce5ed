/*
 * The app under random events: after each, its invariants hold; at any size it can be drawn. The seed is
 * fixed, and printed where an assertion fails so that a longer hunt (SEED=, ROUNDS=) can be repeated.
 */
#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tui/app/state.h"
#include "tui/values/preview_private.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"

static uint64_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static const uint32_t keys[] = {
    'j',
    'k',
    'g',
    'G',
    ' ',
    'a',
    '*',
    'U',
    '/',
    ':',
    's',
    '<',
    '>',
    'I',
    'Z',
    'i',
    'r',
    'c',
    'v',
    '+',
    'F',
    'd',
    'u',
    'L',
    'R',
    'D',
    'q',
    'Q',
    '?',
    '!',
    'y',
    'n',
    'N',
    'S',
    'S',
    'o',
    'o',
    'X',
    'M',
    'f',
    'Y',
    '=',
    '|',
    '{',
    '}',
    '$',
    '0',
    'x',
    't',
    '[',
    ']',
    '\t',
    '\r',
    '\r',
    27,
    27,
    127,
    3,
    12,
    26,
    21,
    4,
    2,
    6,
    '1',
    '.',
    's',
    'h',
    'm',
    0xe9,
    0x65e5,
    KEY_CODE_UP,
    KEY_CODE_DOWN,
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_DELETE,
    KEY_CODE_BACK_TAB,
    KEY_CODE_F1,
    KEY_CODE_F12,
    KEY_CODE_WHEEL_UP,
};

static const char *const names[] = {
    "a",
    "b",
    "prices.shm",
    "dir",
    "dir/x",
    "dir/y",
    "\xff\xfe",
    "e\xcc\x81",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\x1b[2J",
    " ",
    "PostgreSQL.1",
    "sem.x",
    "\\",
    "very long name very long name very long name very long name very long name very long",
};
#define NAMES (sizeof names / sizeof names[0])

static struct stage_segment any_segment(void)
{
    static const char *const types[] = {NULL, "f2", "f8", "u1", "c16", "S5"};
    static const uint64_t sizes[] = {0, 1, 4096, 1u << 30, UINT64_MAX / 2};
    const char *name = names[any(NAMES)];
    struct stage_segment segment = {
        .name = name,
        .size = sizes[any(5)],
        .type = types[any(6)],
        .shape = {any(3) ? any(9999) : 0, any(2) ? any(99) : 0},
        .age = any(100000),
        .uid = any(5),
        .inode = any(4) ? 0 : 1 + any(5),
        .unrecognised = any(3) == 0,
    };
    if (strcmp(name, "dir") == 0)
        segment = (struct stage_segment){.name = name, .size = 4096, .type_bits = S_IFDIR};
    else if (any(5) == 0)
        segment.damage = "its header is cut short \x1b\xff";
    return segment;
}

static void looked(struct stage *stage, bool scan)
{
    struct stage_segment segments[12];
    size_t n = any(12);
    for (size_t i = 0; i < n; i++)
        segments[i] = any_segment();
    if (scan)
        stage_scan(stage, segments, n);
    else
        stage_look(stage, segments, n);
}

/* What a sweep may find. */
static void know(struct stage *stage)
{
    struct stage_known known[4];
    size_t n = any(5);
    unsigned first = any(NAMES);
    for (size_t i = 0; i < n; i++)
        known[i] = (struct stage_known){
            .name = names[(first + i) % NAMES],
            .holders = 1 + any(9),
            .command = any(2) ? "dash" : "\x1b[31m\xff",
            .deleted = any(2) ? any(3) * UINT64_C(1000000000) : 0,
        };
    stage_know(stage, known, n, any(2));
    stage_tell(stage, &(struct event){.kind = EVENT_TICK}); /* the app was passed over */
}

static void resize(struct stage *stage)
{
    int rows = any(2) ? 1 + (int)any(8) : 1 + (int)any(60),
        columns = any(2) ? 1 + (int)any(25) : 1 + (int)any(200);
    stage_resize(stage, rows, columns);
}

/* A component's job ends without a reply; a token that is long gone is dropped. */
static void lose_job(struct stage *stage)
{
    static const struct {
        enum effect_kind effect;
        enum event_kind event;
    } kinds[] = {{EFFECT_PREVIEW, EVENT_PREVIEW},  {EFFECT_LOAD, EVENT_LOAD},
                 {EFFECT_DELETE, EVENT_DELETE},    {EFFECT_SAVE, EVENT_SAVE},
                 {EFFECT_RESTORE, EVENT_RESTORED}, {EFFECT_DESCRIBE, EVENT_DESCRIBED},
                 {EFFECT_STUDY, EVENT_STUDY}};
    unsigned i = any(sizeof kinds / sizeof kinds[0]);
    struct event event = {.kind = kinds[i].event,
                          .token = any(3) ? stage->last[kinds[i].effect].token : any(50)};
    stage_tell(stage, &event);
}

/* --- values --- */

static const char *const value_types[] = {"f2", "f8", "i1", "u8", "c16", "S5", "M8[ns]", "b1"};
#define VALUE_TYPES (sizeof value_types / sizeof value_types[0])

/* What a look at values finds: mostly the matrix that it was asked about, else any other or none. */
static void any_matrix(const struct preview_request *request, struct segment *segment)
{
    segment->recognised = true;
    segment->layout = any(6) ? LAYOUT_NPY : LAYOUT_RAW;
    segment->size = any(2) ? any(9999) : UINT64_C(1) << 40;
    if (segment->layout == LAYOUT_RAW)
        return;
    segment->matrix = memory_new(sizeof *segment->matrix);
    if (request->has_matrix && !request->hex && any(20) > 0) {
        matrix_copy(&request->matrix, segment->matrix);
        return;
    }
    struct matrix *matrix = segment->matrix;
    *matrix = (struct matrix){.order = any(2) ? 'C' : 'F', .rank = (int)any(5), .offset = 128};
    assert_int_equal(dtype_parse(value_types[any(VALUE_TYPES)], &matrix->dtype, NULL), 0);
    for (int axis = 0; axis < matrix->rank; axis++)
        matrix->shape[axis] = any(9) == 0 ? 0 : any(2) ? 1 + any(4) : 1 + any(90000);
    uint64_t bytes;
    if (matrix_bytes(matrix, &bytes, NULL) < 0 || bytes > INT64_MAX) /* none that a header may tell of */
        matrix->rank = 2;
}

static void looked_into(struct stage *stage)
{
    const struct effect *effect = &stage->last[EFFECT_PREVIEW];
    const struct preview_request *request = effect->u.preview;
    if (!request)
        return;
    struct preview_reply *reply = memory_new(sizeof *reply);
    reply->generation = request->generation;
    reply->found = any(12) ? FOUND_IT : (enum preview_found)any(4);
    any_matrix(request, &reply->segment);
    reply->is_short = any(20) == 0;
    if (request->has_matrix && any(8) > 0) {
        const struct page *page = &request->page;
        size_t n = (size_t)page->rows * page->columns;
        reply->page = *page;
        reply->cell_bytes = preview_cell_bytes(&request->matrix, page);
        reply->cells = memory_new(n * reply->cell_bytes + 1);
        for (size_t i = 0; i < n * reply->cell_bytes; i++)
            reply->cells[i] = any(3) ? (uint8_t)any(256) : 0xff;
        reply->has_values = n > 0;
    }
    stage_tell(stage, &(struct event){.kind = EVENT_PREVIEW, .token = effect->token, .u.preview = reply});
}

static double any_double(void)
{
    static const double odd[] = {0, -0.0, 1, -1e300, 1.7976931348623157e308, 5e-324, 0.1};
    return odd[any(sizeof odd / sizeof odd[0])];
}

static struct statistics any_statistics(const struct dtype *dtype)
{
    struct tally tally = {.count = any(2) ? any(100) : UINT64_MAX / 2};
    tally.nan = any(2) ? 0 : any((uint32_t)min_u64(tally.count + 1, 1000));
    tally.finite = any(3) ? tally.count - tally.nan : 0;
    tally.zeros = any(2) ? 0 : tally.finite;
    tally.posinf = tally.count - tally.nan - tally.finite;
    tally.mean = any_double();
    tally.squares = any_double();
    tally.min.f = any_double();
    tally.max.f = any_double();
    struct statistics statistics = {.tally = tally, .std = any_double(), .value = *dtype};
    statistics.sampled = any(2);
    statistics.rewritten = any(4) == 0;
    if (dtype->kind == DTYPE_COMPLEX)
        assert_int_equal(dtype_parse("f8", &statistics.value, NULL), 0);
    return statistics;
}

/* As many bins as were asked for. */
static void any_histogram(const struct study_request *request, struct statistics *statistics)
{
    double ends[2] = {any_double(), any_double()};
    unsigned bins = request->statistics.bins;
    if (bins == 0 || statistics->tally.finite == 0)
        return;
    bool rising = ends[0] <= ends[1];
    assert_int_equal(histogram_make(ends[!rising], ends[rising], bins, &statistics->histogram, NULL), 0);
    for (unsigned i = 0; i < bins; i++)
        statistics->histogram.counts[i] = any(3) ? any(100) : any(2) ? 0 : UINT64_MAX / 64;
    statistics->has_histogram = true;
}

static struct map_block any_block(void)
{
    struct map_block block = {.mean = any_double(), .extreme = any_double(), .count = any(1000)};
    block.nan = any(3) ? 0 : any(1000);
    block.inf = any(5) ? 0 : any(1000);
    if (block.nan + block.inf >= block.count)
        block.mean = block.extreme = NAN;
    return block;
}

static void any_map(const struct study_request *request, struct map *map)
{
    const struct view *view = &request->view;
    assert_true(view->rank <= 2);
    map->plane_rows = view->rank == 2 ? view->count[0] : 1;
    map->plane_columns = view->rank > 0 ? view->count[view->rank - 1] : 1;
    map->elements = view_elements(view);
    map->looked = any(2) ? map->elements : any(1000) % (map->elements + 1);
    map->low = map->high = NAN;
    if (map->elements == 0)
        return;
    assert_true((uint64_t)request->map.rows * request->map.columns <= MAP_BLOCKS_MAX);
    map->rows = (unsigned)min_u64(request->map.rows, map->plane_rows);
    map->columns = (unsigned)min_u64(request->map.columns, map->plane_columns);
    size_t n = (size_t)map->rows * map->columns;
    map->blocks = memory_new((n + 1) * sizeof *map->blocks);
    for (size_t i = 0; i < n; i++) {
        map->blocks[i] = any_block();
        map->nan += map->blocks[i].nan;
        map->inf += map->blocks[i].inf;
    }
    if (any(4) > 0) {
        double a = any_double(), b = any_double();
        map->low = fmin(a, b);
        map->high = fmax(a, b);
        map->is_signed = map->low < 0 && any(2);
    }
    map->rewritten = any(4) == 0;
}

static void any_result(const struct study_request *request, struct study_reply *reply)
{
    uint64_t elements = view_elements(&request->view);
    switch (request->kind) {
    case STUDY_STATISTICS:
        reply->statistics = any_statistics(&request->dtype);
        any_histogram(request, &reply->statistics);
        break;
    case STUDY_BY_PLACE:
        reply->place_count = request->view.count[request->axis];
        assert_true(reply->place_count <= STATISTICS_PLACES_MAX);
        reply->places = memory_new((reply->place_count + 1) * sizeof *reply->places);
        for (uint64_t i = 0; i < reply->place_count; i++)
            reply->places[i] = any_statistics(&request->dtype);
        break;
    case STUDY_OF_SEARCH:
        reply->is_there = elements > 0 && any(4) > 0;
        reply->wrapped = any(2);
        reply->number = elements > 0 ? ((uint64_t)any(UINT32_MAX) << 20) % elements : 0;
        break;
    case STUDY_OF_MAP:
        any_map(request, &reply->map);
        break;
    }
}

/* A study ends: one of the last that were asked for, mostly the very last; now and then for nobody. */
static void a_study_ends(struct stage *stage)
{
    const struct effect *effect =
        any(3) ? &stage->last[EFFECT_STUDY] : &stage->studies[any(STUDY_SLOT_COUNT)];
    const struct study_request *request = effect->u.study;
    if (!request)
        return;
    struct study_reply *reply = memory_new(sizeof *reply);
    reply->kind = request->kind;
    reply->mark = request->mark;
    reply->took = any(9999);
    reply->found = any(5) ? STUDY_DONE : (enum study_found)(1 + any(3));
    error_set(&reply->error, any(2) ? ECANCELED : EIO, "it \x1b failed");
    if (reply->found == STUDY_DONE)
        any_result(request, reply);
    uint64_t token = any(9) ? effect->token : any(90);
    stage_tell(stage, &(struct event){.kind = EVENT_STUDY, .token = token, .u.study = reply});
}

static void study_goes_on(struct stage *stage)
{
    struct event event = {.kind = EVENT_STUDY_PROGRESS, .token = stage->last[EFFECT_STUDY].token};
    event.u.progress.done = any(100);
    event.u.progress.total = any(100);
    stage_tell(stage, &event);
}

/* Opens the values of something, where there is something. */
static void open_values(struct stage *stage)
{
    static const char *const walks[] = {"/nan\r", "n", "N",    "S",   "o",     "S>>I", "/>1\rn", ":3\r",
                                        "So",     "q", "ojlX", "oMf", "ogG0$", "v",    "SvZ",    "DoS"};
    if (!stage->app->preview)
        stage_key(stage, '\r');
    for (int i = 0; i < 6 && stage->app->preview; i++) {
        looked_into(stage);
        a_study_ends(stage);
        stage_draw(stage);
    }
    if (stage->app->preview)
        stage_type(stage, walks[any(sizeof walks / sizeof walks[0])]);
}

/* A sweep ends, asked for or not, with whoever holds whatever, or in failure. */
static void swept(struct stage *stage)
{
    static const char *const commands[] = {"python3", "\x1b]0;x\x07", "", "a) b (", "very long command n"};
    struct stage_holder holders[20];
    size_t n = any(20), first = any(NAMES);
    for (size_t i = 0; i < n; i++)
        holders[i] = (struct stage_holder){
            .name = names[(first + i / 3) % NAMES],
            .pid = 1 + (pid_t)i + (pid_t)any(3) * 100,
            .command = commands[any(5)],
            .uid = any(5),
            .writable = any(2),
            .mapped = any(3),
            .open = any(3),
            .cmdline = any(2) ? "run \xff\x1b[2J" : NULL,
            .unit = any(2) ? "x.service" : NULL,
            .age = any(100000),
            .deleted = any(3) == 0,
            .known = any(2),
            .size = any(2) ? UINT64_MAX / 4 : any(9999),
        };
    struct stage_sweep told = {
        .holders = holders, .count = n, .processes = 20 + any(9), .unread = any(9), .took = any(300)};
    told.reason = any(2) ? "not root: some of them could not be read" : NULL;
    if (any(8) > 0) {
        stage_sweep(stage, &told);
        return;
    }
    struct swept lost = {.error = {any(2) ? ECANCELED : ENOENT, "cannot open /proc: gone"}};
    stage_tell(stage, &(struct event){.kind = EVENT_SWEPT, .u.swept = &lost});
}

/* What the app follows is watched or not, or its memory comes back. */
static void followed(struct stage *stage)
{
    const struct follow_list *list = &stage->last[any(2) ? EFFECT_FOLLOW : EFFECT_REACH].u.follow;
    if (list->count == 0)
        return;
    const struct follow_target *target = &list->targets[any((uint32_t)list->count)];
    struct identity id = target->id;
    struct event event = {.kind = EVENT_FOLLOWED, .token = target->serial};
    event.u.followed.fd = -1;
    event.u.followed.watched = any(2);
    event.u.followed.reached = any(2);
    event.u.followed.id = &id;
    struct segment found = {.name = strdup(target->name), .id = id, .size = any(9999), .recognised = true};
    found.layout = any(2) ? LAYOUT_NPY : LAYOUT_RAW;
    found.damage = any(2) ? strdup("cut short") : NULL;
    found.mode = S_IFREG | 0600;
    event.u.followed.segment = any(2) ? &found : NULL;
    if (any(2)) {
        event.kind = EVENT_RELEASED;
        event.u.released.ids = &id;
        event.u.released.count = 1;
        event.u.released.lost = any(4) == 0;
    }
    stage_tell(stage, &event);
    segment_clear(&found);
}

static void something(struct stage *stage)
{
    struct event event = {.kind = EVENT_TICK};
    switch (any(30)) {
    default:
        stage_key(stage, keys[any(sizeof keys / sizeof keys[0])]);
        return;
    case 0:
        stage_paste(stage, any(2) ? "q\x1bqQdy\r" : "shm");
        return;
    case 1:
        resize(stage);
        return;
    case 2:
        stage_wait(stage, any(8000));
        return;
    case 3:
        looked(stage, any(2));
        return;
    case 4:
        stage_gone(stage, names[any(NAMES)]);
        return;
    case 5:
        event.kind = EVENT_WATCH;
        event.u.watch.names = names + any(NAMES - 2);
        event.u.watch.count = any(3);
        event.u.watch.everything = any(4) == 0;
        break;
    case 6:
        event.kind = EVENT_FOLLOWING;
        event.u.following = (enum following)any(3);
        break;
    case 7:
        event.kind = EVENT_SCANNED;
        event.u.scanned.code = any(2) ? 0 : any(2) ? ENOENT : EMFILE;
        break;
    case 8:
        event.kind = EVENT_LOOK_DONE;
        event.token = any(4);
        break;
    case 9:
        event.kind = EVENT_USAGE;
        event.u.usage = (struct directory_usage){any(3) ? any(1000) : 0, any(2000), any(1000), 0, 0};
        break;
    case 10:
        lose_job(stage);
        return;
    case 12:
        know(stage);
        return;
    case 16:
        looked_into(stage);
        return;
    case 17:
        a_study_ends(stage);
        return;
    case 18:
        study_goes_on(stage);
        return;
    case 19:
    case 20:
        open_values(stage);
        return;
    case 13:
    case 14:
        swept(stage);
        return;
    case 15:
        followed(stage);
        return;
    case 11:
        event.kind = any(2) ? EVENT_RESUMED : EVENT_LOAD_PROGRESS;
        event.token = stage->last[EFFECT_LOAD].token;
        event.u.progress.done = any(100);
        event.u.progress.total = any(100);
        break;
    }
    stage_tell(stage, &event);
}

static void check(struct stage *stage)
{
    const struct app *app = stage->app;
    stage_draw(stage);
    draw_assert_sane(&stage->cells);
    size_t count = groups_lines(app->groups), marked = 0;
    assert_true(count == 0 || app->table.index < count);
    assert_true(app->table.top <= app->table.index || count == 0);
    assert_true(app->table.height == 0 || count == 0 ||
                app->table.index - app->table.top < app->table.height);
    if (count > 0 && app->table.cursor)
        assert_int_equal(table_row(&app->table)->serial, app->table.cursor);
    if (count > 0 && app->table.on_heading)
        assert_int_equal(table_group(&app->table)->key, app->table.heading);
    assert_true(!app->table.on_heading || app->table.cursor == 0);
    for (size_t i = 0; i < catalog_count(app->catalog); i++)
        marked += catalog_at(app->catalog, i)->marked;
    assert_int_equal(marked, app->table.marked + app->table.hidden);
    assert_true((app->over == OVER_LOAD) == (app->load != NULL));
    assert_true((app->over == OVER_DELETE) == (app->deletion != NULL));
    assert_true((app->over == OVER_SAVE) == (app->saving != NULL));
    assert_true((app->over == OVER_FILTER || app->over == OVER_GOTO || app->over == OVER_PATTERN ||
                 app->over == OVER_RESTORE) == (app->line != NULL));
    assert_true(app_due(app) > stage->now - 10000);
}

static void random_events_never_break_it(void **state)
{
    (void)state;
    unsigned rounds = getenv("ROUNDS") ? (unsigned)atoi(getenv("ROUNDS")) : 60;
    seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 0) : 20261125;
    for (unsigned round = 0; round < rounds; round++) {
        struct stage stage;
        struct app_options options = {.directory = any(2) ? "/dev/shm" : "/tmp/\x1b\\\xff",
                                      .host = "h\x9bst",
                                      .home = any(2) ? "/root" : NULL,
                                      .read_only = any(4) == 0,
                                      .heat = any(2),
                                      .ascii = any(2)};
        stage_open(&stage, 24, 80, &options);
        for (int i = 0; i < 150; i++) {
            something(&stage);
            check(&stage);
        }
        stage_close(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_events_never_break_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
