#include "tests/support/test.h"

#include <sys/stat.h>

#include "tests/support/joined.h"

static void note(void *context, const struct change *change)
{
    struct joined *f = context;
    size_t at = strlen(f->log);
    const char *signs = "+=>-~#^";
    if (change->old_name)
        snprintf(f->log + at, sizeof f->log - at, "%s>%s ", change->old_name, change->row->name);
    else
        snprintf(f->log + at, sizeof f->log - at, "%c%s ", signs[change->kind], change->row->name);
}

int joined_setup(void **state)
{
    struct joined *f = calloc(1, sizeof *f);
    f->catalog = catalog_new(NULL, note, f);
    *state = f;
    return 0;
}

int joined_teardown(void **state)
{
    struct joined *f = *state;
    catalog_free(f->catalog);
    sweep_scope_clear(&f->scope);
    free(f);
    return 0;
}

void joined_expect(struct joined *f, const char *log)
{
    assert_string_equal(f->log, log);
    f->log[0] = '\0';
}

struct segment joined_segment(const char *name, uint64_t inode)
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

void joined_put(struct joined *f, const char *name, uint64_t inode)
{
    struct segment one = joined_segment(name, inode);
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &one);
    catalog_commit(f->catalog);
    f->log[0] = '\0';
}

void joined_gone(struct joined *f, const char *name)
{
    catalog_begin(f->catalog, 2000);
    catalog_gone(f->catalog, name);
    catalog_commit(f->catalog);
}

struct row *joined_row_of(struct joined *f, const char *name)
{
    struct row *row = catalog_find(f->catalog, name);
    assert_non_null(row);
    return row;
}

/* The only unlinked row with this name. */
struct row *joined_unlinked_row(struct joined *f, const char *name)
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
struct segment joined_look(const char *name, uint64_t inode, uint64_t n)
{
    struct segment one = joined_segment(name, inode);
    one.recognised = true;
    one.layout = LAYOUT_NPY;
    one.matrix = calloc(1, sizeof *one.matrix);
    assert_int_equal(dtype_parse("<f4", &one.matrix->dtype, NULL), 0);
    one.matrix->rank = 1;
    one.matrix->order = 'C';
    one.matrix->shape[0] = n;
    return one;
}

void joined_put_look(struct joined *f, const char *name, uint64_t inode, uint64_t n)
{
    struct segment one = joined_look(name, inode, n);
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &one);
    catalog_commit(f->catalog);
    f->log[0] = '\0';
}

/* --- sweeps made by hand --- */

struct sweep joined_complete(void)
{
    return (struct sweep){.complete = true, .sees_all = true, .processes = 10};
}

struct sweep_other *joined_add_other(struct sweep *sweep, uint64_t inode, const char *path)
{
    sweep->others = realloc(sweep->others, (sweep->other_count + 1) * sizeof *sweep->others);
    struct sweep_other *other = &sweep->others[sweep->other_count++];
    *other =
        (struct sweep_other){.id = {.device = DEVICE, .inode = inode}, .path = path ? strdup(path) : NULL};
    return other;
}

/* When a process of these started. */
uint64_t joined_ticks_of(pid_t pid)
{
    return 1000 + (uint64_t)pid;
}

void joined_add_holder(struct holders *holders, pid_t pid, const char *command)
{
    holders->list = realloc(holders->list, (holders->count + 1) * sizeof *holders->list);
    struct holder *holder = &holders->list[holders->count++];
    *holder = (struct holder){.pid = pid, .uid = 1000, .ticks = joined_ticks_of(pid), .mapped = 1};
    snprintf(holder->command, sizeof holder->command, "%s", command);
}

/* One that is held by pid, by its command python3. */
struct sweep_other *joined_add_held(struct sweep *sweep, uint64_t inode, const char *path, pid_t pid)
{
    struct sweep_other *other = joined_add_other(sweep, inode, path);
    joined_add_holder(&other->holders, pid, "python3");
    return other;
}

void joined_know(struct sweep_other *other, uint64_t size)
{
    other->known = true;
    other->id.born = 100;
    other->size = other->allocated = size;
    other->created = other->modified = WALL - 60 * SECOND;
    other->mode = S_IFREG | 0640;
    other->uid = 1000;
}

void joined_scope(struct joined *f)
{
    sweep_scope_clear(&f->scope);
    catalog_scope(f->catalog, DEVICE, &f->scope);
}

void joined_check_totals(const struct joined *f)
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

void joined_take_in(struct joined *f, struct sweep *sweep, const char *root, bool whole)
{
    catalog_take_sweep(f->catalog, sweep, root, whole, 3000, WALL);
    assert_null(sweep->others);
    assert_int_equal(catalog_sweep(f->catalog)->processes, 10);
    joined_check_totals(f);
}

void joined_take(struct joined *f, struct sweep *sweep)
{
    joined_take_in(f, sweep, "/dev/shm", false);
}

void joined_sweep_with(struct joined *f, uint64_t inode, const char *path)
{
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, inode, path, 77);
    joined_scope(f);
    joined_take(f, &sweep);
    f->log[0] = '\0';
}
