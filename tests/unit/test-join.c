#include "tests/support/test.h"

#include <sys/stat.h>

#include "core/catalog/catalog.h"

#define SECOND INT64_C(1000000000)
#define WALL   (INT64_C(1000000) * SECOND)
#define DEVICE 5

/* What the catalog said: "+a =a -a a>b ~a (unlinked) #7>a (linked) ^a (left)". */
struct fixture {
    struct catalog *catalog;
    struct sweep_scope scope;
    char log[4096];
};

static void note(void *context, const struct change *change)
{
    struct fixture *f = context;
    size_t at = strlen(f->log);
    const char *signs = "+=>-~#^";
    if (change->old_name)
        snprintf(f->log + at, sizeof f->log - at, "%s>%s ", change->old_name, change->row->name);
    else
        snprintf(f->log + at, sizeof f->log - at, "%c%s ", signs[change->kind], change->row->name);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->catalog = catalog_new(NULL, note, f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    catalog_free(f->catalog);
    sweep_scope_clear(&f->scope);
    free(f);
    return 0;
}

static void expect(struct fixture *f, const char *log)
{
    assert_string_equal(f->log, log);
    f->log[0] = '\0';
}

static struct segment segment(const char *name, uint64_t inode)
{
    return (struct segment){
        .name = strdup(name),
        .id = {.device = DEVICE, .inode = inode, .born = 100},
        .size = 10,
        .allocated = 10,
        .created = WALL - 3600 * SECOND,
        .modified = WALL - 3600 * SECOND,
        .mode = S_IFREG | 0600,
        .links = 1,
    };
}

static void put(struct fixture *f, const char *name, uint64_t inode)
{
    struct segment one = segment(name, inode);
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &one);
    catalog_commit(f->catalog);
    f->log[0] = '\0';
}

static void gone(struct fixture *f, const char *name)
{
    catalog_begin(f->catalog, 2000);
    catalog_gone(f->catalog, name);
    catalog_commit(f->catalog);
}

static struct row *row_of(struct fixture *f, const char *name)
{
    struct row *row = catalog_find(f->catalog, name);
    assert_non_null(row);
    return row;
}

/* The only unlinked row with this name. */
static struct row *unlinked_row(struct fixture *f, const char *name)
{
    struct row *found = NULL;
    for (size_t i = 0; i < catalog_count(f->catalog); i++) {
        struct row *row = catalog_at(f->catalog, i);
        if (!row->unlinked || strcmp(row->name, name) != 0)
            continue;
        assert_null(found);
        found = row;
    }
    return found;
}

/* As a look finds it: a matrix of n float32. */
static struct segment look(const char *name, uint64_t inode, uint64_t n)
{
    struct segment one = segment(name, inode);
    one.recognised = true;
    one.layout = LAYOUT_NPY;
    one.matrix = calloc(1, sizeof *one.matrix);
    assert_int_equal(dtype_parse("<f4", &one.matrix->dtype, NULL), 0);
    one.matrix->rank = 1;
    one.matrix->order = 'C';
    one.matrix->shape[0] = n;
    return one;
}

static void put_look(struct fixture *f, const char *name, uint64_t inode, uint64_t n)
{
    struct segment one = look(name, inode, n);
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &one);
    catalog_commit(f->catalog);
    f->log[0] = '\0';
}

/* --- sweeps made by hand --- */

static struct sweep complete(void)
{
    return (struct sweep){.complete = true, .sees_all = true, .processes = 10};
}

static struct sweep_other *add_other(struct sweep *sweep, uint64_t inode, const char *path)
{
    sweep->others = realloc(sweep->others, (sweep->other_count + 1) * sizeof *sweep->others);
    struct sweep_other *other = &sweep->others[sweep->other_count++];
    *other =
        (struct sweep_other){.id = {.device = DEVICE, .inode = inode}, .path = path ? strdup(path) : NULL};
    return other;
}

/* When a process of these started. */
static uint64_t ticks_of(pid_t pid)
{
    return 1000 + (uint64_t)pid;
}

static void add_holder(struct holders *holders, pid_t pid, const char *command)
{
    holders->list = realloc(holders->list, (holders->count + 1) * sizeof *holders->list);
    struct holder *holder = &holders->list[holders->count++];
    *holder = (struct holder){.pid = pid, .uid = 1000, .ticks = ticks_of(pid), .mapped = 1};
    snprintf(holder->command, sizeof holder->command, "%s", command);
}

/* One that is held by pid, by its command python3. */
static struct sweep_other *add_held(struct sweep *sweep, uint64_t inode, const char *path, pid_t pid)
{
    struct sweep_other *other = add_other(sweep, inode, path);
    add_holder(&other->holders, pid, "python3");
    return other;
}

static void know(struct sweep_other *other, uint64_t size)
{
    other->known = true;
    other->id.born = 100;
    other->size = other->allocated = size;
    other->created = other->modified = WALL - 60 * SECOND;
    other->mode = S_IFREG | 0640;
    other->uid = 1000;
}

static void scope(struct fixture *f)
{
    sweep_scope_clear(&f->scope);
    catalog_scope(f->catalog, DEVICE, &f->scope);
}

static void check_totals(const struct fixture *f)
{
    uint64_t sum = 0;
    size_t count = 0;
    const struct catalog_totals *totals = catalog_totals(f->catalog);
    struct catalog_totals anew = {0};
    for (size_t i = 0; i < catalog_count(f->catalog); i++) {
        const struct row *row = catalog_at(f->catalog, i);
        anew.count[row->state]++;
        anew.bytes[row->state] += row->counted ? row->allocated : 0;
    }
    for (int i = 0; i < STATE_COUNT; i++) {
        assert_int_equal(totals->count[i], anew.count[i]);
        assert_int_equal(totals->bytes[i], anew.bytes[i]);
        sum += totals->bytes[i];
        count += totals->count[i];
    }
    assert_int_equal(sum, catalog_allocated(f->catalog));
    assert_int_equal(count, catalog_count(f->catalog));
}

static void take_in(struct fixture *f, struct sweep *sweep, const char *root, bool whole)
{
    catalog_take_sweep(f->catalog, sweep, root, whole, 3000, WALL);
    assert_null(sweep->others);
    assert_int_equal(catalog_sweep(f->catalog)->processes, 10);
    check_totals(f);
}

static void take(struct fixture *f, struct sweep *sweep)
{
    take_in(f, sweep, "/dev/shm", false);
}

static void sweep_with(struct fixture *f, uint64_t inode, const char *path)
{
    struct sweep sweep = complete();
    add_held(&sweep, inode, path, 77);
    scope(f);
    take(f, &sweep);
    f->log[0] = '\0';
}

/* --- states --- */

static void a_sweep_says_who_holds_each_row(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    put(f, "b", 2);
    assert_null(catalog_sweep(f->catalog));
    assert_int_equal(row_of(f, "a")->state, STATE_UNKNOWN);
    scope(f);
    assert_int_equal(f->scope.device, DEVICE);
    assert_int_equal(f->scope.owner_count, 1);
    assert_int_equal(f->scope.owners[0], 0);
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/a", 77);
    take(f, &sweep);
    expect(f, "=a =b ");
    assert_int_equal(row_of(f, "a")->state, STATE_LIVE);
    assert_int_equal(row_of(f, "a")->holders->list[0].pid, 77);
    assert_int_equal(row_of(f, "b")->state, STATE_IDLE);
    assert_null(row_of(f, "b")->holders);
    assert_false(row_of(f, "b")->doubtful);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_LIVE], 10);

    sweep = complete();
    add_held(&sweep, 1, "/dev/shm/a", 77);
    take(f, &sweep);
    expect(f, ""); /* the same again */
    sweep = complete();
    add_held(&sweep, 1, "/dev/shm/a", 78);
    take(f, &sweep);
    expect(f, "=a ");
    sweep = complete();
    take(f, &sweep);
    expect(f, "=a ");
    assert_int_equal(row_of(f, "a")->state, STATE_IDLE);
    assert_int_equal(catalog_totals(f->catalog)->count[STATE_IDLE], 2);
}

static void what_came_after_the_sweep_began_is_not_judged_by_it(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    scope(f);
    put(f, "late", 2);
    put(f, "later", 3);
    struct sweep sweep = complete();
    add_held(&sweep, 3, "/dev/shm/later", 77);
    take(f, &sweep);
    assert_int_equal(row_of(f, "a")->state, STATE_IDLE);
    assert_int_equal(row_of(f, "late")->state, STATE_UNKNOWN);
    assert_int_equal(row_of(f, "later")->state, STATE_LIVE);
    put(f, "newest", 4);
    assert_int_equal(row_of(f, "newest")->state, STATE_UNKNOWN);
    scope(f);
    sweep = complete();
    take(f, &sweep);
    assert_int_equal(row_of(f, "late")->state, STATE_IDLE);
    assert_int_equal(row_of(f, "newest")->state, STATE_IDLE);
}

static void a_creator_that_is_gone_makes_it_leaked_under_the_name_that_was_asked_about(void **state)
{
    struct fixture *f = *state;
    put(f, "torch_4711_1_0", 1);
    put(f, "plain", 2);
    put(f, "torch_4712_1_0", 3);
    scope(f);
    assert_int_equal(f->scope.creator_count, 2);
    assert_int_equal(f->scope.creators[0].pid, 4711);
    assert_int_equal(f->scope.creators[0].born, WALL - 3600 * SECOND);
    struct sweep sweep = complete();
    sweep.creators = calloc(2, sizeof *sweep.creators);
    sweep.creators[0] = sweep.creators[1] = CREATOR_GONE;

    struct segment renamed = segment("torch_4713_1_0", 3);
    catalog_begin(f->catalog, 2000);
    catalog_gone(f->catalog, "torch_4712_1_0");
    catalog_put(f->catalog, &renamed);
    catalog_commit(f->catalog);
    take(f, &sweep);
    assert_int_equal(row_of(f, "torch_4711_1_0")->state, STATE_LEAKED);
    assert_int_equal(row_of(f, "plain")->state, STATE_IDLE);
    assert_int_equal(row_of(f, "torch_4713_1_0")->creator, CREATOR_UNKNOWN);
    assert_int_equal(row_of(f, "torch_4713_1_0")->state, STATE_IDLE);
}

static void a_row_that_took_the_place_of_one_asked_about_is_not_given_its_answer(void **state)
{
    struct fixture *f = *state;
    put(f, "torch_4711_1_0", 1);
    scope(f);
    gone(f, "torch_4711_1_0");
    put(f, "torch_4711_1_1", 2); /* the same pid, another segment */
    struct sweep sweep = complete();
    sweep.creators = calloc(1, sizeof *sweep.creators);
    sweep.creators[0] = CREATOR_GONE;
    take(f, &sweep);
    assert_int_equal(row_of(f, "torch_4711_1_1")->creator, CREATOR_UNKNOWN);
    assert_int_equal(row_of(f, "torch_4711_1_1")->state, STATE_UNKNOWN);
}

static void an_old_one_of_a_producer_that_leaves_none_is_stale(void **state)
{
    struct fixture *f = *state;
    put(f, "psm_8d2f11aa", 1);
    scope(f);
    struct sweep sweep = complete();
    take(f, &sweep);
    assert_int_equal(row_of(f, "psm_8d2f11aa")->state, STATE_STALE);
}

static void a_lease_settles_what_an_incomplete_sweep_left_in_doubt(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    scope(f);
    struct sweep sweep = {.processes = 10, .unread = 3, .sees_all = true};
    take(f, &sweep);
    struct row *row = row_of(f, "a");
    assert_true(row->state == STATE_IDLE && row->doubtful);
    f->log[0] = '\0';
    catalog_take_held(f->catalog, row, HELD_NO, WALL);
    expect(f, "=a ");
    assert_true(row->state == STATE_IDLE && !row->doubtful);
    catalog_take_held(f->catalog, row, HELD_NO, WALL);
    expect(f, "");
    catalog_take_held(f->catalog, row, HELD_YES, WALL);
    expect(f, "=a ");
    assert_true(row->state == STATE_LIVE && !row->doubtful);

    /* It stays over more such sweeps for a while, and not over one that misses nobody. */
    for (int i = 0; i < 3; i++) {
        sweep = (struct sweep){.processes = 10, .unread = 3};
        take(f, &sweep);
        assert_int_equal(row->state, STATE_LIVE);
    }
    sweep = (struct sweep){.processes = 10, .unread = 3};
    catalog_take_sweep(f->catalog, &sweep, "/dev/shm", false, 3000 + (CATALOG_HELD_S + 1) * 1000, WALL);
    assert_true(row->state == STATE_IDLE && row->doubtful);
    catalog_take_held(f->catalog, row, HELD_YES, WALL);
    sweep = complete();
    take(f, &sweep);
    assert_true(row->state == STATE_IDLE && !row->doubtful);
}

static void a_change_makes_what_the_lease_said_old(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    scope(f);
    struct sweep sweep = {.processes = 10, .unread = 3};
    take(f, &sweep);
    catalog_take_held(f->catalog, row_of(f, "a"), HELD_NO, WALL);
    struct segment grown = segment("a", 1);
    grown.allocated = 50;
    catalog_begin(f->catalog, 2000);
    catalog_put(f->catalog, &grown);
    catalog_commit(f->catalog);
    assert_int_equal(row_of(f, "a")->held, HELD_UNKNOWN);
    assert_true(row_of(f, "a")->doubtful);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_IDLE], 50);
}

static void an_owner_without_a_process_is_said_only_where_all_are_seen(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1); /* of uid 0 */
    for (int sees_all = 0; sees_all < 2; sees_all++) {
        struct sweep sweep = complete();
        sweep.sees_all = sees_all;
        sweep.ownerless_count = 1;
        sweep.ownerless = calloc(1, sizeof *sweep.ownerless);
        take(f, &sweep);
        assert_int_equal(row_of(f, "a")->ownerless, sees_all);
    }
    struct sweep sweep = complete();
    take(f, &sweep);
    assert_false(row_of(f, "a")->ownerless);
}

static void a_directory_is_held_by_who_holds_something_in_it(void **state)
{
    struct fixture *f = *state;
    struct segment directory = segment("d", 1);
    directory.mode = S_IFDIR | 0755;
    directory.allocated = 20;
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &directory);
    catalog_commit(f->catalog);
    put(f, "d/x", 2);
    put(f, "d/y", 3);
    put(f, "e", 4);
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_held(&sweep, 2, "/dev/shm/d/x", 70);
    add_holder(&other->holders, 90, "dash");
    other = add_held(&sweep, 3, "/dev/shm/d/y", 70);
    other->holders.list[0].writable = true;
    add_holder(&other->holders, 80, "dash");
    take(f, &sweep);
    const struct holders *holders = row_of(f, "d")->holders;
    assert_int_equal(row_of(f, "d")->state, STATE_LIVE);
    assert_int_equal(holders->count, 3);
    assert_int_equal(holders->list[0].pid, 70);
    assert_int_equal(holders->list[0].mapped, 2);
    assert_true(holders->list[0].writable);
    assert_int_equal(holders->list[1].pid, 80);
    assert_int_equal(holders->list[2].pid, 90);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_LIVE], 20);
    sweep = complete();
    add_held(&sweep, 9, "/dev/shm/d/deep/z", 91); /* has no row */
    add_held(&sweep, 10, "/dev/shm/e/z", 92);
    add_held(&sweep, 11, "/dev/shm/gone/z", 92);
    add_held(&sweep, 12, "/dev/shmd/d/z", 92);
    add_held(&sweep, 13, "/dev/shm/d", 92);
    take(f, &sweep);
    assert_int_equal(row_of(f, "d")->holders->count, 1);
    assert_int_equal(row_of(f, "d")->holders->list[0].pid, 91);
    assert_null(row_of(f, "e")->holders);
    sweep = complete();
    take(f, &sweep);
    assert_null(row_of(f, "d")->holders);
    assert_int_equal(row_of(f, "d")->state, STATE_IDLE);
}

/* --- unlinked --- */

static void what_is_deleted_and_held_has_a_row(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_held(&sweep, 2, "/dev/shm/old", 77);
    other->deleted = true;
    know(other, 300);
    other = add_held(&sweep, 3, "/dev/shm/old", 78); /* names may repeat */
    other->deleted = true;
    other->size = 4096;
    add_held(&sweep, 4, "/dev/shm/d/e/deep", 78)->deleted = true;
    add_held(&sweep, 5, "/elsewhere/x", 78)->deleted = true;
    add_held(&sweep, 6, "/dev/shm2/x", 78)->deleted = true;
    add_held(&sweep, 7, NULL, 78)->deleted = true;
    add_held(&sweep, 8, "/dev/shm/d/in", 78)->deleted = true;
    add_held(&sweep, 9, "/dev/shm/..", 78)->deleted = true;
    add_held(&sweep, 10, "/dev/shm/named but not looked at yet", 78);
    other = add_held(&sweep, 11, "/dev/shm/folder", 78);
    other->deleted = true;
    know(other, 0);
    other->mode = S_IFDIR | 0700;
    take(f, &sweep);
    expect(f, "+old +old +d/in =a ");
    assert_int_equal(catalog_count(f->catalog), 4);
    assert_null(catalog_find(f->catalog, "old"));
    const struct row *measured = catalog_at(f->catalog, 1), *other_row = catalog_at(f->catalog, 2);
    assert_true(measured->unlinked && !measured->loading && !measured->unmeasured && !measured->in_directory);
    assert_int_equal(measured->state, STATE_UNLINKED);
    assert_int_equal(measured->allocated, 300);
    assert_int_equal(measured->mode, S_IFREG | 0640);
    assert_int_equal(measured->id.born, 100);
    assert_true(other_row->unlinked && other_row->unmeasured);
    assert_int_equal(other_row->size, 4096);
    assert_int_equal(other_row->allocated, 4096);
    assert_int_equal(catalog_totals(f->catalog)->count[STATE_UNLINKED], 3);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 4396);
    uint64_t serial = measured->serial;

    sweep = complete();
    other = add_held(&sweep, 2, "/dev/shm/old", 77);
    other->deleted = true; /* no longer permitted: what was measured stays */
    other->size = 4096;
    take(f, &sweep);
    expect(f, "-old -d/in ");
    const struct row *again = unlinked_row(f, "old");
    assert_int_equal(again->serial, serial);
    assert_true(again->allocated == 300 && !again->unmeasured);
    sweep = complete();
    take(f, &sweep);
    expect(f, "-old ");
    assert_int_equal(catalog_count(f->catalog), 1);
}

static void a_row_that_may_be_measured_later_learns_its_birth(void **state)
{
    struct fixture *f = *state;
    scope(f);
    for (int known = 0; known < 2; known++) {
        struct sweep sweep = complete();
        struct sweep_other *other = add_held(&sweep, 2, "/dev/shm/old", 77);
        other->deleted = true;
        other->size = 4096;
        if (known)
            know(other, 300);
        take(f, &sweep);
        expect(f, known ? "=old " : "+old ");
    }
    const struct row *row = unlinked_row(f, "old");
    assert_int_equal(row->id.born, 100);
    assert_int_equal(row->allocated, 300);
    assert_false(row->unmeasured);
}

static void only_a_mark_does_not_make_a_named_one_unlinked(void **state)
{
    struct fixture *f = *state;
    put(f, "x (deleted)", 1);
    put(f, "loaded", 2);
    scope(f);
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/x", 77)->deleted = true;  /* a name that ends as the mark does */
    add_held(&sweep, 2, "/dev/shm/#2", 78)->deleted = true; /* made unnamed, named since */
    take(f, &sweep);
    assert_int_equal(catalog_count(f->catalog), 2);
    assert_int_equal(row_of(f, "x (deleted)")->state, STATE_LIVE);
    assert_int_equal(row_of(f, "loaded")->state, STATE_LIVE);
    sweep = complete();
    struct sweep_other *other = add_held(&sweep, 1, "/dev/shm/x", 77);
    other->deleted = true;
    know(other, 30);
    other->id.born = 99; /* another file, which had this inode number before */
    take(f, &sweep);
    assert_int_equal(row_of(f, "x (deleted)")->state, STATE_IDLE);
    assert_int_equal(unlinked_row(f, "x")->allocated, 30);
}

static void a_held_row_whose_name_goes_becomes_unlinked(void **state)
{
    struct fixture *f = *state;
    put_look(f, "d/held", 1, 7);
    put(f, "free", 2);
    uint64_t serial = row_of(f, "d/held")->serial;
    row_of(f, "d/held")->marked = true;
    sweep_with(f, 1, "/dev/shm/d/held");
    gone(f, "d/held");
    gone(f, "free");
    expect(f, "~d/held -free ");
    const struct row *row = unlinked_row(f, "d/held");
    assert_int_equal(row->serial, serial);
    assert_true(row->marked && row->recognised && !row->departing);
    assert_int_equal(row_dim(row, 0), 7);
    assert_int_equal(row->state, STATE_UNLINKED);
    assert_null(catalog_find(f->catalog, "d/held"));
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 10);

    /* A rescan has nothing to say of it; the name may be another's. */
    catalog_scan_begin(f->catalog);
    put(f, "d/held", 3);
    catalog_scan_end(f->catalog, 3000);
    expect(f, "");
    assert_int_equal(catalog_count(f->catalog), 2);

    /* A sweep that began before the name went. */
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/d/held", 77);
    take(f, &sweep);
    assert_int_equal(unlinked_row(f, "d/held")->serial, serial);
    /* And one that began after. */
    scope(f);
    sweep = complete();
    add_held(&sweep, 1, "/dev/shm/d/held", 77)->deleted = true;
    f->log[0] = '\0';
    take(f, &sweep);
    assert_int_equal(unlinked_row(f, "d/held")->serial, serial);
    scope(f);
    sweep = complete();
    f->log[0] = '\0';
    take(f, &sweep);
    expect(f, "-d/held ");
}

static void one_that_was_moved_out_is_not_unlinked_for_long(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    sweep_with(f, 1, "/dev/shm/a");
    gone(f, "a");
    expect(f, "~a ");
    /* A sweep that began before says nothing of that. */
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/a", 77);
    take(f, &sweep);
    expect(f, "");
    sweep_with(f, 1, "/dev/shm/d/e/a"); /* it bears a name there */
    assert_int_equal(catalog_count(f->catalog), 0);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 0);

    /* One that was found unlinked, and linked elsewhere since. */
    scope(f);
    sweep = complete();
    add_held(&sweep, 2, "/dev/shm/b", 77)->deleted = true;
    take(f, &sweep);
    expect(f, "+b ");
    scope(f);
    sweep = complete();
    add_held(&sweep, 2, "/srv/b", 77);
    take(f, &sweep);
    expect(f, "^b ");
}

/* --- what lies in the unlinked --- */

static void assert_holds(const struct row *row, uint64_t n)
{
    assert_int_equal(row->layout, LAYOUT_NPY);
    assert_int_equal(row_rank(row), 1);
    assert_int_equal(row_dim(row, 0), n);
    assert_int_equal(row_dtype(row)->itemsize, 4);
    assert_int_equal(row_order(row), 'C');
}

static void sweep_unlinked(struct fixture *f, uint64_t inode, uint64_t size)
{
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_held(&sweep, inode, "/dev/shm/old", 77);
    other->deleted = true;
    if (size)
        know(other, size);
    take(f, &sweep);
}

static void one_that_was_recognised_keeps_what_it_knew(void **state)
{
    struct fixture *f = *state;
    put_look(f, "old", 1, 7);
    sweep_with(f, 1, "/dev/shm/old");
    gone(f, "old");
    assert_holds(unlinked_row(f, "old"), 7);
    assert_false(row_wants_holders(unlinked_row(f, "old")));
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_held(&sweep, 1, "/dev/shm/old", 77);
    other->deleted = true;
    know(other, 10);
    other->created = other->modified = WALL - 3600 * SECOND;
    other->mode = S_IFREG | 0600;
    other->uid = 0;
    take(f, &sweep);
    assert_holds(unlinked_row(f, "old"), 7);
    assert_false(row_wants_holders(unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 10); /* written since: to be looked at anew */
    assert_holds(unlinked_row(f, "old"), 7);
    assert_true(row_wants_holders(unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 20); /* of another size: what was known is no longer so */
    assert_int_equal(unlinked_row(f, "old")->layout, LAYOUT_UNKNOWN);
    assert_null(row_dtype(unlinked_row(f, "old")));
}

static void one_that_was_not_looked_at_in_time_is_to_be_still(void **state)
{
    struct fixture *f = *state;
    put(f, "old", 1);
    sweep_with(f, 1, "/dev/shm/old");
    assert_false(row_wants_holders(row_of(f, "old"))); /* by its name */
    gone(f, "old");
    assert_true(row_wants_holders(unlinked_row(f, "old")));
}

static void what_is_found_unlinked_is_looked_at_once(void **state)
{
    struct fixture *f = *state;
    sweep_unlinked(f, 1, 300);
    expect(f, "+old ");
    const struct row *row = unlinked_row(f, "old");
    assert_true(row_wants_holders(row));
    struct segment found = look("old", 1, 7);
    found.allocated = 400;
    found.links = 0;
    catalog_take_unlinked(f->catalog, &found.id, &found, 4000);
    assert_null(found.matrix);
    expect(f, "=old ");
    assert_holds(row, 7);
    assert_false(row_wants_holders(row));
    assert_true(row->unlinked && !row->unmeasured);
    assert_int_equal(row->grown, 4000);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 400);

    found = look("old", 1, 7); /* another with this inode */
    struct identity id = {DEVICE, 1, 99};
    catalog_take_unlinked(f->catalog, &id, &found, 4000);
    expect(f, "");
    id = (struct identity){DEVICE, 2, 100}; /* gone since */
    catalog_take_unlinked(f->catalog, &id, NULL, 4000);
    put(f, "named", 2);
    catalog_take_unlinked(f->catalog, &id, NULL, 4000);
    expect(f, "");
    assert_false(row_of(f, "named")->recognised);
}

static void what_may_not_be_read_is_not_asked_for_again(void **state)
{
    struct fixture *f = *state;
    sweep_unlinked(f, 1, 0);
    struct identity id = {DEVICE, 1, 0};
    catalog_take_unlinked(f->catalog, &id, NULL, 4000);
    expect(f, "+old =old ");
    assert_false(row_wants_holders(unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 0);
    expect(f, "");
    assert_false(row_wants_holders(unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 300); /* it may be asked now */
    assert_true(row_wants_holders(unlinked_row(f, "old")));
}

static void a_matrix_under_way_is_not_looked_into(void **state)
{
    struct fixture *f = *state;
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_other(&sweep, 7, "/dev/shm/#7");
    other->deleted = true;
    add_holder(&other->holders, 80, "shmtop");
    take(f, &sweep);
    assert_true(unlinked_row(f, "#7")->loading);
    assert_false(row_wants_holders(unlinked_row(f, "#7")));
    struct segment found = look("#7", 7, 7);
    catalog_take_unlinked(f->catalog, &found.id, &found, 4000);
    expect(f, "+#7 ");
    assert_int_equal(unlinked_row(f, "#7")->layout, LAYOUT_UNKNOWN);
}

static void of_several_names_the_last_one_makes_it_unlinked(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1000);
    for (int i = 0; i < 2; i++) {
        struct segment one = segment(i ? "b" : "a", 1);
        one.links = 2;
        catalog_put(f->catalog, &one);
    }
    catalog_commit(f->catalog);
    sweep_with(f, 1, "/dev/shm/a");
    assert_int_equal(row_of(f, "b")->state, STATE_LIVE);
    gone(f, "a");
    expect(f, "-a ");
    gone(f, "b");
    expect(f, "~b ");

    put(f, "c", 2);
    struct segment linked = segment("c", 2);
    linked.links = 2; /* the other name is where we do not look */
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &linked);
    catalog_commit(f->catalog);
    sweep_with(f, 2, "/dev/shm/c");
    gone(f, "c");
    expect(f, "-c ");
}

static void a_replaced_one_that_is_held_stays_beside_the_new(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    sweep_with(f, 1, "/dev/shm/a");
    struct segment anew = segment("a", 2);
    catalog_begin(f->catalog, 2000);
    catalog_put(f->catalog, &anew);
    catalog_commit(f->catalog);
    expect(f, "~a +a ");
    assert_int_equal(row_of(f, "a")->id.inode, 2);
    assert_int_equal(unlinked_row(f, "a")->id.inode, 1);
}

static void what_another_shmtop_loads_is_loading_until_it_has_its_name(void **state)
{
    struct fixture *f = *state;
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_other(&sweep, 7, "/dev/shm/#7");
    other->deleted = true;
    know(other, 300);
    add_holder(&other->holders, 80, "shmtop");
    add_held(&sweep, 8, "/dev/shm/#8", 81)->deleted = true; /* anybody else's is what it looks like */
    other = add_other(&sweep, 9, "/dev/shm/#7");            /* nor is one that only bears such a name */
    other->deleted = true;
    add_holder(&other->holders, 80, "shmtop");
    take(f, &sweep);
    expect(f, "+#7 +#8 +#7 ");
    const struct row *row = catalog_at(f->catalog, 0);
    assert_true(row->loading && row->unlinked);
    assert_int_equal(row->state, STATE_LIVE);
    assert_int_equal(unlinked_row(f, "#8")->state, STATE_UNLINKED);
    assert_false(catalog_at(f->catalog, 2)->loading);
    uint64_t serial = row->serial;

    struct segment named = segment("prices.shm", 7);
    named.allocated = 300;
    catalog_begin(f->catalog, 2000);
    catalog_put(f->catalog, &named);
    catalog_commit(f->catalog);
    expect(f, "#7>prices.shm ");
    row = row_of(f, "prices.shm");
    assert_int_equal(row->serial, serial);
    assert_true(!row->loading && !row->unlinked && !row->recognised);
    gone(f, "prices.shm");
    assert_null(catalog_find(f->catalog, "prices.shm"));
}

static void two_names_of_one_that_had_none_are_two_rows(void **state)
{
    struct fixture *f = *state;
    scope(f);
    struct sweep sweep = complete();
    struct sweep_other *other = add_held(&sweep, 7, "/dev/shm/#7", 80);
    other->deleted = true; /* its birth is not known */
    take(f, &sweep);
    f->log[0] = '\0';
    catalog_begin(f->catalog, 2000);
    for (int i = 0; i < 2; i++) {
        struct segment one = segment(i ? "b" : "a", 7);
        one.links = 2;
        catalog_put(f->catalog, &one);
    }
    catalog_commit(f->catalog);
    expect(f, "#7>a +b ");
    assert_int_equal(catalog_count(f->catalog), 2);
    assert_int_equal(row_of(f, "a")->id.born, 100);
    assert_int_equal(catalog_allocated(f->catalog), 10);
    assert_ptr_equal(catalog_find(f->catalog, "#7"), NULL);
}

static void through_another_mount_the_last_component_is_the_name(void **state)
{
    struct fixture *f = *state;
    for (int whole = 0; whole < 2; whole++) {
        scope(f);
        struct sweep sweep = complete();
        add_held(&sweep, 2, "/dev/shm/x", 77)->deleted = true;
        add_held(&sweep, 3, "/srv/shm/d/y", 77)->deleted = true;
        add_held(&sweep, 4, "/srv/shm/d/e/z", 77)->deleted = true;
        take_in(f, &sweep, "/srv/shm", whole);
        expect(f, whole ? "+x " : "+d/y ");
    }
    assert_non_null(unlinked_row(f, "x"));
    assert_non_null(unlinked_row(f, "d/y"));
}

static void what_is_released_goes(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    put(f, "b", 2);
    scope(f);
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/a", 77);
    add_held(&sweep, 2, "/dev/shm/b", 77);
    take(f, &sweep);
    f->log[0] = '\0';
    gone(f, "a");
    catalog_released(f->catalog, &(struct identity){DEVICE, 1, 99}); /* not this one */
    expect(f, "~a ");
    catalog_released(f->catalog, &(struct identity){DEVICE, 1, 100});
    expect(f, "-a ");
    /* Before the name is known to be gone. */
    catalog_released(f->catalog, &(struct identity){DEVICE, 2, 100});
    expect(f, "=b ");
    gone(f, "b");
    expect(f, "-b ");
    catalog_released(f->catalog, &(struct identity){DEVICE, 2, 100});
    expect(f, "");
}

static void growth_counts_from_when_a_row_was_first_seen(void **state)
{
    struct fixture *f = *state;
    catalog_scan_begin(f->catalog);
    put(f, "before", 1);
    catalog_scan_end(f->catalog, 1000);
    put(f, "under our eyes", 2);
    assert_int_equal(row_of(f, "before")->first_allocated, 10);
    assert_int_equal(row_of(f, "under our eyes")->first_allocated, 0);
}

/* --- anything in any order --- */

static uint32_t random_below(uint32_t n)
{
    static uint32_t random = 20261126;
    random = random * 1664525 + 1013904223;
    return (random >> 8) % n;
}

static const char *random_name(void)
{
    static const char *const names[] = {"a",   "b",    "c",  "d",           "d/a",
                                        "d/b", "d/#3", "#3", "torch_7_1_0", "psm_00000000"};
    return names[random_below(sizeof names / sizeof names[0])];
}

static struct segment random_segment(void)
{
    const char *name = random_name();
    bool directory = strcmp(name, "d") == 0;
    struct segment one = segment(name, directory ? 99 : 1 + random_below(6));
    one.id.born = 100 + random_below(8) / 7;
    one.allocated = random_below(4);
    one.links = 1 + random_below(6) / 5;
    one.mode = directory ? S_IFDIR | 0755 : S_IFREG | 0644;
    return one;
}

static void random_batch(struct fixture *f)
{
    catalog_begin(f->catalog, 1000);
    for (uint32_t n = random_below(6); n > 0; n--) {
        struct segment one = random_segment();
        if (random_below(2))
            catalog_gone(f->catalog, random_name());
        catalog_put(f->catalog, &one);
    }
    catalog_commit(f->catalog);
}

static struct sweep random_sweep(const struct fixture *f)
{
    struct sweep sweep = {.complete = random_below(2), .sees_all = random_below(2), .processes = 10};
    for (uint64_t inode = 1; inode < 100; inode += inode == 6 ? 93 : 1) {
        if (random_below(2))
            continue;
        char path[64];
        snprintf(path, sizeof path, "%s/%s", random_below(8) ? "/dev/shm" : "/srv", random_name());
        struct sweep_other *other = add_held(&sweep, inode, random_below(8) ? path : NULL, 70);
        other->deleted = random_below(2);
        if (random_below(2))
            add_holder(&other->holders, 80, "shmtop");
        if (random_below(2))
            know(other, random_below(4));
    }
    sweep.creators = calloc(f->scope.creator_count + 1, sizeof *sweep.creators);
    sweep.bearers = calloc(f->scope.creator_count + 1, sizeof *sweep.bearers);
    for (size_t i = 0; i < f->scope.creator_count; i++) {
        sweep.creators[i] = random_below(3);
        if (sweep.creators[i] == CREATOR_ALIVE && random_below(2))
            sweep.bearers[i] = (struct process_id){80, ticks_of(80)};
    }
    return sweep;
}

static void check_rows(const struct fixture *f)
{
    for (size_t i = 0; i < catalog_count(f->catalog); i++) {
        const struct row *row = catalog_at(f->catalog, i), *named = catalog_find(f->catalog, row->name);
        assert_ptr_equal(catalog_by_serial(f->catalog, row->serial), row);
        assert_true(row->unlinked ? named != row : named == row);
        assert_true(!row->unlinked || !row->in_directory);
        assert_true(!row->loading || row->unlinked);
        assert_int_equal(row->state == STATE_UNLINKED, row->unlinked && !row->loading);
        assert_true(!row->holders || row->holders->count > 0);
        assert_true(!row->departing);
    }
}

/* --- who ended since --- */

static void exited(struct fixture *f, pid_t pid)
{
    catalog_exited(f->catalog, &(struct process_id){pid, ticks_of(pid)}, 1, 4000, WALL);
    check_totals(f);
}

static void who_ended_holds_nothing(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    put(f, "b", 2);
    put(f, "c", 3);
    struct sweep sweep = complete();
    struct sweep_other *both = add_held(&sweep, 1, "/dev/shm/a", 77);
    both->holders.list[0].cmdline = strdup("python3 -m dash");
    add_holder(&both->holders, 78, "dash");
    add_held(&sweep, 2, "/dev/shm/b", 78);
    scope(f);
    take(f, &sweep);
    f->log[0] = '\0';
    exited(f, 77);
    expect(f, "=a ");
    assert_int_equal(row_of(f, "a")->state, STATE_LIVE);
    assert_int_equal(row_of(f, "a")->holders->count, 1);
    assert_int_equal(row_of(f, "a")->holders->list[0].pid, 78);
    exited(f, 77);                                                                     /* once */
    catalog_exited(f->catalog, &(struct process_id){78, ticks_of(79)}, 1, 4000, WALL); /* an older 78 */
    expect(f, "");
    exited(f, 78);
    expect(f, "=a =b ");
    assert_int_equal(row_of(f, "a")->state, STATE_IDLE);
    assert_int_equal(row_of(f, "b")->state, STATE_IDLE);
    assert_null(row_of(f, "b")->holders);
    assert_int_equal(catalog_totals(f->catalog)->count[STATE_IDLE], 3);
}

static void a_directory_loses_whoever_ended_too(void **state)
{
    struct fixture *f = *state;
    struct segment directory = segment("dir", 9);
    directory.mode = S_IFDIR | 0700;
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &directory);
    catalog_commit(f->catalog);
    put(f, "dir/a", 1);
    put(f, "dir/b", 2);
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/dir/a", 77)->holders.list[0].unit = strdup("dash.service");
    add_held(&sweep, 2, "/dev/shm/dir/b", 78);
    scope(f);
    take(f, &sweep);
    assert_int_equal(row_of(f, "dir")->holders->count, 2);
    exited(f, 77);
    assert_int_equal(row_of(f, "dir")->holders->count, 1);
    assert_int_equal(row_of(f, "dir")->holders->list[0].pid, 78);
    exited(f, 78);
    assert_null(row_of(f, "dir")->holders);
    assert_int_equal(row_of(f, "dir")->state, STATE_IDLE);
}

/* That a lease was refused was so while it lived. */
static void what_a_lease_said_ends_with_a_holder(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    sweep_with(f, 1, "/dev/shm/a");
    catalog_take_held(f->catalog, row_of(f, "a"), HELD_YES, WALL);
    exited(f, 77);
    assert_int_equal(row_of(f, "a")->state, STATE_IDLE);
}

static void an_unlinked_one_without_holders_waits_for_its_memory(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1);
    sweep_with(f, 1, "/dev/shm/a");
    gone(f, "a");
    expect(f, "~a ");
    exited(f, 77);
    expect(f, "=a ");
    assert_int_equal(catalog_count(f->catalog), 1);
    assert_int_equal(catalog_at(f->catalog, 0)->state, STATE_UNLINKED);
    assert_null(catalog_at(f->catalog, 0)->holders);
    catalog_released(f->catalog, &(struct identity){DEVICE, 1, 100});
    expect(f, "-a ");
}

static void a_load_whose_loader_ended_is_none(void **state)
{
    struct fixture *f = *state;
    struct sweep sweep = complete();
    struct sweep_other *other = add_other(&sweep, 7, "/dev/shm/#7");
    other->deleted = true;
    add_holder(&other->holders, 77, "shmtop");
    scope(f);
    take(f, &sweep);
    assert_true(catalog_at(f->catalog, 0)->loading);
    exited(f, 77);
    assert_false(catalog_at(f->catalog, 0)->loading);
    assert_int_equal(catalog_at(f->catalog, 0)->state, STATE_UNLINKED);
}

/* Sweeps these rows: the creator of the first is 77 alone, that of the second may be one of several. */
static void sweep_creators(struct fixture *f)
{
    put(f, "torch_77_1", 1);
    put(f, "torch_78_1", 2);
    scope(f);
    assert_int_equal(f->scope.creator_count, 2);
    struct sweep sweep = complete();
    sweep.creators = calloc(2, sizeof *sweep.creators);
    sweep.bearers = calloc(2, sizeof *sweep.bearers);
    sweep.creators[0] = sweep.creators[1] = CREATOR_ALIVE;
    sweep.bearers[f->scope.creators[0].pid == 77 ? 0 : 1] = (struct process_id){1077, ticks_of(1077)};
    take(f, &sweep);
    f->log[0] = '\0';
}

static void a_creator_that_ended_is_gone(void **state)
{
    struct fixture *f = *state;
    sweep_creators(f);
    sweep_scope_clear(&f->scope);
    catalog_scope(f->catalog, DEVICE, &f->scope); /* the next sweep is under way */
    exited(f, 77);                                /* its number is another's here */
    exited(f, 78);
    expect(f, "");
    exited(f, 1077);
    expect(f, "=torch_77_1 ");
    assert_int_equal(row_of(f, "torch_77_1")->creator, CREATOR_GONE);
    assert_int_equal(row_of(f, "torch_77_1")->state, STATE_LEAKED);
    assert_int_equal(row_of(f, "torch_78_1")->creator, CREATOR_ALIVE);
}

static void a_later_row_in_the_place_of_one_keeps_its_creator(void **state)
{
    struct fixture *f = *state;
    sweep_creators(f);
    gone(f, "torch_77_1");
    put(f, "torch_77_2", 3);
    exited(f, 1077);
    assert_int_equal(row_of(f, "torch_77_2")->creator, CREATOR_UNKNOWN);
}

static void whose_end_matters_is_told_the_youngest_first(void **state)
{
    struct fixture *f = *state;
    struct process_id *list;
    assert_int_equal(catalog_processes(f->catalog, &list), 0);
    free(list);
    put(f, "a", 1);
    put(f, "b", 2);
    put(f, "torch_77_1", 3);
    scope(f);
    struct sweep sweep = complete();
    add_held(&sweep, 1, "/dev/shm/a", 77);
    add_holder(&sweep.others[0].holders, 90, "dash");
    add_held(&sweep, 2, "/dev/shm/b", 77);
    add_holder(&sweep.others[1].holders, 91, "of unknown age");
    sweep.others[1].holders.list[1].ticks = 0;
    add_held(&sweep, 50, "/srv/elsewhere", 99);
    sweep.creators = calloc(1, sizeof *sweep.creators);
    sweep.bearers = calloc(1, sizeof *sweep.bearers);
    sweep.creators[0] = CREATOR_ALIVE;
    sweep.bearers[0] = (struct process_id){80, ticks_of(80)};
    take(f, &sweep);
    assert_int_equal(catalog_processes(f->catalog, &list), 3);
    assert_int_equal(list[0].pid, 90);
    assert_int_equal(list[1].pid, 80);
    assert_int_equal(list[2].pid, 77);
    assert_int_equal(list[2].started, ticks_of(77));
    free(list);
    exited(f, 90);
    assert_int_equal(catalog_processes(f->catalog, &list), 2);
    free(list);
}

static void a_storm_of_names_and_sweeps_leaves_the_sums_right(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 20000; round++) {
        f->log[0] = '\0';
        uint32_t what = random_below(11);
        if (what < 4) {
            random_batch(f);
        } else if (what < 5) {
            catalog_scan_begin(f->catalog);
            random_batch(f);
            catalog_scan_end(f->catalog, 1000);
        } else if (what < 8) {
            if (random_below(4))
                scope(f);
            struct sweep sweep = random_sweep(f);
            f->log[0] = '\0';
            take_in(f, &sweep, random_below(8) ? "/dev/shm" : NULL, random_below(2));
        } else if (what < 9) {
            struct segment found = look("", 1 + random_below(6), random_below(3));
            struct identity id = found.id;
            catalog_take_unlinked(f->catalog, &id, random_below(2) ? &found : NULL, 4000);
            segment_clear(&found);
            if (random_below(2))
                catalog_released(f->catalog, &id);
        } else if (what < 10) {
            const struct process_id both[] = {{80, ticks_of(80)}, {70, ticks_of(70)}};
            catalog_exited(f->catalog, both + random_below(2), 1, 3000, WALL);
            check_totals(f);
        } else {
            struct row *row = catalog_find(f->catalog, random_name());
            if (row)
                catalog_take_held(f->catalog, row, (enum held)random_below(3), WALL);
        }
        check_rows(f);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sweep_says_who_holds_each_row),
        TEST(what_came_after_the_sweep_began_is_not_judged_by_it),
        TEST(a_creator_that_is_gone_makes_it_leaked_under_the_name_that_was_asked_about),
        TEST(a_row_that_took_the_place_of_one_asked_about_is_not_given_its_answer),
        TEST(an_old_one_of_a_producer_that_leaves_none_is_stale),
        TEST(a_lease_settles_what_an_incomplete_sweep_left_in_doubt),
        TEST(a_change_makes_what_the_lease_said_old),
        TEST(an_owner_without_a_process_is_said_only_where_all_are_seen),
        TEST(a_directory_is_held_by_who_holds_something_in_it),
        TEST(what_is_deleted_and_held_has_a_row),
        TEST(who_ended_holds_nothing),
        TEST(a_directory_loses_whoever_ended_too),
        TEST(what_a_lease_said_ends_with_a_holder),
        TEST(an_unlinked_one_without_holders_waits_for_its_memory),
        TEST(a_load_whose_loader_ended_is_none),
        TEST(a_creator_that_ended_is_gone),
        TEST(a_later_row_in_the_place_of_one_keeps_its_creator),
        TEST(whose_end_matters_is_told_the_youngest_first),
        TEST(a_row_that_may_be_measured_later_learns_its_birth),
        TEST(only_a_mark_does_not_make_a_named_one_unlinked),
        TEST(a_held_row_whose_name_goes_becomes_unlinked),
        TEST(one_that_was_moved_out_is_not_unlinked_for_long),
        TEST(one_that_was_recognised_keeps_what_it_knew),
        TEST(one_that_was_not_looked_at_in_time_is_to_be_still),
        TEST(what_is_found_unlinked_is_looked_at_once),
        TEST(what_may_not_be_read_is_not_asked_for_again),
        TEST(a_matrix_under_way_is_not_looked_into),
        TEST(of_several_names_the_last_one_makes_it_unlinked),
        TEST(a_replaced_one_that_is_held_stays_beside_the_new),
        TEST(what_another_shmtop_loads_is_loading_until_it_has_its_name),
        TEST(two_names_of_one_that_had_none_are_two_rows),
        TEST(through_another_mount_the_last_component_is_the_name),
        TEST(what_is_released_goes),
        TEST(growth_counts_from_when_a_row_was_first_seen),
        TEST(a_storm_of_names_and_sweeps_leaves_the_sums_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
