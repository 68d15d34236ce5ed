#include "tui/command/rm_where.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/catalog.h"
#include "core/process/creator.h"
#include "core/sys/memory.h"
#include "tui/command/command.h"

struct matching {
    const struct options *options;
    const struct directory *directory;
    struct users *users;
    const struct filter *filter;
    bool sweeps; /* states are asked for */
    struct catalog *catalog;
    int64_t wall;
    struct row **rows; /* owned: those that have a name, ordered by it */
    bool *fits;        /* owned: of each */
    size_t count;
    struct identity *inside; /* owned until taken: of what goes with its directory */
    size_t inside_count;
};

static int put(void *context, struct segment *segment)
{
    struct matching *matching = context;
    struct error ignored;
    /* A file that cannot be read, or went, has no content that could fit. */
    if ((filter_needs(matching->filter) & FILTER_NEEDS_CONTENT || matching->sweeps) &&
        segment_recognise(matching->directory, segment, &ignored) == 0)
        creator_read(matching->directory, segment, matching->options->host.producers);
    catalog_put(matching->catalog, segment);
    return 0;
}

static int scan(struct matching *matching, struct error *error)
{
    catalog_scan_begin(matching->catalog);
    catalog_begin(matching->catalog, 0);
    int r = segment_scan(matching->directory, put, matching, NULL, error);
    catalog_commit(matching->catalog);
    catalog_scan_end(matching->catalog, 0);
    return r;
}

static int sweep(struct matching *matching, struct error *error)
{
    struct sweep_scope scope;
    struct sweep sweep;
    char root[PATH_MAX];
    int r = directory_kernel_path(matching->directory, root, sizeof root, error);
    if (r < 0)
        return r;
    catalog_scope(matching->catalog, directory_device(matching->directory), &scope);
    scope.threads = sweep_threads();
    r = sweep_run(matching->options->host.proc_root, &scope, &sweep, NULL, error);
    sweep_scope_clear(&scope);
    if (r == 0)
        catalog_take_sweep(matching->catalog, &sweep, root, directory_is_whole(matching->directory), 0,
                           matching->wall);
    return r;
}

static void ask_names(const struct matching *matching, const struct row *row)
{
    unsigned needs = filter_needs(matching->filter);
    if (needs & FILTER_NEEDS_USERS)
        users_lookup_name(matching->users, row->uid);
    if (needs & FILTER_NEEDS_GROUPS)
        users_lookup_group(matching->users, row->gid);
}

/*
 * Where the sweep could not see everybody, the kernel is asked before a row is taken for unheld: its answer
 * may be that it does not fit after all.
 */
static bool fits_for_sure(const struct matching *matching, struct row *row,
                          const struct filter_context *context)
{
    enum held held = HELD_UNKNOWN;
    if (!filter_matches(matching->filter, row, context))
        return false;
    if (!row->doubtful || !S_ISREG(row->mode) ||
        lease_ask(matching->directory, row->name, &row->id, &held, NULL) < 0 || held == HELD_UNKNOWN)
        return true;
    catalog_take_held(matching->catalog, row, held, matching->wall);
    return filter_matches(matching->filter, row, context);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct row *const *)a)->name, (*(const struct row *const *)b)->name);
}

static void match_rows(struct matching *matching)
{
    struct filter_context context = {.users = matching->users, .wall = matching->wall};
    size_t count = catalog_count(matching->catalog);
    matching->rows = memory_new((count + 1) * sizeof(struct row *));
    matching->fits = memory_new((count + 1) * sizeof *matching->fits);
    for (size_t i = 0; i < count; i++) {
        struct row *row = catalog_at(matching->catalog, i);
        if (!row->unlinked)
            matching->rows[matching->count++] = row;
    }
    qsort(matching->rows, matching->count, sizeof(struct row *), by_name);
    for (size_t i = 0; i < matching->count; i++) {
        ask_names(matching, matching->rows[i]);
        matching->fits[i] = fits_for_sure(matching, matching->rows[i], &context);
    }
}

static bool lies_in(const struct row *row, const struct row *directory)
{
    size_t length = strlen(directory->name);
    return strncmp(row->name, directory->name, length) == 0 && row->name[length] == '/';
}

/*
 * A directory goes as a whole, where all that lies in it fits. What lies in a directory in it has no rows:
 * with such a one it does not go. The rows of its entries stand behind it, among others ("DIR-2").
 */
static void settle_directory(struct matching *matching, size_t index)
{
    const struct row *directory = matching->rows[index], *row;
    size_t length = strlen(directory->name), end = index + 1;
    bool whole = !strchr(directory->name, '/');
    for (; end < matching->count && strncmp((row = matching->rows[end])->name, directory->name, length) == 0;
         end++)
        if (lies_in(row, directory))
            whole = whole && matching->fits[end] && row->layout != LAYOUT_DIRECTORY;
    matching->fits[index] = whole;
    for (size_t i = index + 1; whole && i < end; i++) {
        if (!lies_in(matching->rows[i], directory))
            continue;
        matching->fits[i] = false;
        matching->inside[matching->inside_count++] = matching->rows[i]->id;
    }
}

static int by_file(const void *a, const void *b)
{
    const struct identity *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void take(struct matching *matching, struct matched *ret)
{
    struct found *found = &ret->found;
    matching->inside = memory_new((matching->count + 1) * sizeof *matching->inside);
    for (size_t i = 0; i < matching->count; i++)
        if (matching->fits[i] && matching->rows[i]->layout == LAYOUT_DIRECTORY)
            settle_directory(matching, i);
    qsort(matching->inside, matching->inside_count, sizeof *matching->inside, by_file);
    ret->inside = matching->inside;
    ret->inside_count = matching->inside_count;
    found->names = memory_new((matching->count + 1) * sizeof *found->names);
    found->ids = memory_new((matching->count + 1) * sizeof *found->ids);
    ret->states = memory_new(matching->count + 1);
    for (size_t i = 0; i < matching->count; i++) {
        if (!matching->fits[i])
            continue;
        found->ids[found->count] = matching->rows[i]->id;
        ret->states[found->count] = matching->rows[i]->state;
        found->names[found->count++] = memory_dup(matching->rows[i]->name);
    }
}

void matched_clear(struct matched *matched)
{
    found_clear(&matched->found);
    free(matched->states);
    free(matched->inside);
}

bool matched_covers(const struct matched *matched, const struct delete_item *item)
{
    if (item->problem.code || !S_ISDIR(item->segment.mode))
        return true;
    for (size_t i = 0; i < item->files.count; i++) {
        const struct identity *id = &item->files.ids[i];
        const struct identity *found =
            bsearch(id, matched->inside, matched->inside_count, sizeof *id, by_file);
        if (!found || !identity_equal(found, id))
            return false;
    }
    return true;
}

static struct sweep seen(const struct matching *matching)
{
    const struct sweep *sweep = catalog_sweep(matching->catalog);
    struct sweep seen = {.complete = !sweep || sweep->complete};
    if (sweep)
        memcpy(seen.reason, sweep->reason, sizeof seen.reason);
    return seen;
}

enum exit_status rm_match(const struct options *options, const struct directory *directory,
                          struct users *users, const struct filter *filter, bool states,
                          struct matched *ret_matched)
{
    struct matching matching = {.options = options,
                                .directory = directory,
                                .users = users,
                                .filter = filter,
                                .sweeps = states || filter_needs(filter) & FILTER_NEEDS_SWEEP,
                                .catalog = catalog_new(options->host.producers, NULL, NULL),
                                .wall = command_now()};
    struct error error = {0};
    int r = scan(&matching, &error);
    if (r == 0 && matching.sweeps)
        r = sweep(&matching, &error);
    if (r == 0) {
        match_rows(&matching);
        take(&matching, ret_matched);
        ret_matched->seen = seen(&matching);
    }
    free(matching.rows);
    free(matching.fits);
    catalog_free(matching.catalog);
    return r < 0 ? report_error(options, options->directory, &error) : EXIT_STATUS_DONE;
}
