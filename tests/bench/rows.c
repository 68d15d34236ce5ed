/*
 * rows [COUNT]
 *
 * Times what a key press costs a listing of COUNT (100,000) rows: another order, another filter; and what it
 * costs to join a sweep of the processes into them. Prints a line for each, in ms: "WHAT median least most
 * ROWS", and "SHORT" behind what takes longer than promised.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/catalog/listing.h"

#define ROUNDS  21
#define PROMISE 30.0 /* ms */
#define NOW     1764000000

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint64_t random_state = 20261125;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

/* As on a server: mostly one team's matrices, some of other software, a hostile few. */
static char *make_name(uint32_t i)
{
    char name[128];
    switch (i % 16) {
    case 0:
        snprintf(name, sizeof name, "psm_%08x", i * 2654435761u);
        break;
    case 1:
        snprintf(name, sizeof name, "torch_%u_%u_%u", 1000 + i % 977, i, i);
        break;
    case 2:
        snprintf(name, sizeof name, "\xd0\xba\xd1\x83\xd1\x80\xd1\x81-%u\\\x1b.shm", i);
        break;
    default:
        snprintf(name, sizeof name, "dataset-%u/prices-of-the-day-%06u.shm", i % 7, i * 7919 % 1000000);
    }
    return strdup(name);
}

static void make_row(struct catalog *catalog, uint32_t i)
{
    static const char *const types[] = {"<f2", "<f2", "<f4", "<f8", "<i8", "<c16", "<M8[ns]", "<M8[s]"};
    struct segment segment = {
        .name = make_name(i),
        .id = {.device = 1, .inode = i + 1, .born = 1},
        .size = (uint64_t)random_below(1000) << random_below(24),
        .allocated = (uint64_t)random_below(50) << 20,
        .created = (NOW - (int64_t)random_below(10000000)) * 1000000000,
        .uid = 1000 + random_below(8),
        .gid = 100 + random_below(3),
        .mode = 0100600 | (random_below(2) ? 044 : 0),
        .links = 1,
        .recognised = true,
        .layout = i % 3 ? LAYOUT_NPY : LAYOUT_RAW,
    };
    if (segment.layout == LAYOUT_NPY) {
        segment.matrix = calloc(1, sizeof *segment.matrix);
        *segment.matrix = (struct matrix){
            .order = 'C', .rank = 2, .shape = {random_below(100) + 1, random_below(100000) + 1}};
        dtype_parse(types[random_below(8)], &segment.matrix->dtype, NULL);
    }
    catalog_put(catalog, &segment);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool report(const char *what, double *times, size_t rows)
{
    qsort(times, ROUNDS, sizeof times[0], by_value);
    bool kept = times[ROUNDS / 2] <= PROMISE;
    printf("%-40s %6.2f %6.2f %6.2f  %6zu%s\n", what, times[ROUNDS / 2], times[0], times[ROUNDS - 1], rows,
           kept ? "" : "  SHORT");
    return kept;
}

/* From another order each time, and back. */
static bool time_sort(struct listing *listing, enum column column)
{
    double times[ROUNDS];
    char what[64];
    for (int i = 0; i < ROUNDS; i++) {
        listing_sort(listing, column == COLUMN_INODE ? COLUMN_SIZE : COLUMN_INODE, false);
        listing_refresh(listing, false);
        double start = now_ms();
        listing_sort(listing, column, i % 2);
        listing_refresh(listing, false);
        times[i] = now_ms() - start;
    }
    snprintf(what, sizeof what, "sort %s", column_info(column)->key);
    return report(what, times, listing_count(listing));
}

/* As after the first scan, or after many changes: by name first. */
static bool time_first(struct catalog *catalog, struct users *users)
{
    double times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct listing *listing = listing_new(catalog, users);
        listing_sort(listing, COLUMN_SIZE, true);
        double start = now_ms();
        listing_refresh(listing, false);
        times[i] = now_ms() - start;
        listing_free(listing);
    }
    return report("first sort, size", times, catalog_count(catalog));
}

static bool time_filter(struct listing *listing, const char *text)
{
    double times[ROUNDS];
    char what[64];
    for (int i = 0; i < ROUNDS; i++) {
        listing_filter(listing, "", NULL);
        listing_refresh(listing, false);
        double start = now_ms();
        struct error error = {0};
        if (listing_filter(listing, text, &error) < 0) {
            fprintf(stderr, "rows: %s\n", error.text);
            exit(1);
        }
        listing_refresh(listing, false);
        times[i] = now_ms() - start;
    }
    snprintf(what, sizeof what, "filter %s", text);
    return report(what, times, listing_count(listing));
}

static void make_other(struct sweep_other *other, uint64_t inode, uint32_t pid)
{
    other->id = (struct identity){.device = 1, .inode = inode};
    other->holders = (struct holders){1, calloc(1, sizeof(struct holder))};
    other->holders.list[0] = (struct holder){.pid = (pid_t)pid, .command = "python3", .mapped = 1};
}

/* Every `step`th row is held. */
static struct sweep make_sweep(uint32_t count, uint32_t step, uint32_t pid)
{
    struct sweep sweep = {.complete = true, .sees_all = true, .processes = 1000};
    sweep.others = calloc(count / step + 1, sizeof *sweep.others);
    for (uint32_t i = 0; i < count; i += step)
        make_other(&sweep.others[sweep.other_count++], i + 1, pid);
    sweep.ownerless = calloc(40, sizeof *sweep.ownerless);
    for (sweep.ownerless_count = 0; sweep.ownerless_count < 40; sweep.ownerless_count++)
        sweep.ownerless[sweep.ownerless_count] = (uid_t)(980 + sweep.ownerless_count);
    return sweep;
}

/* changes: each sweep finds other holders than the one before. */
static bool time_join(struct catalog *catalog, struct listing *listing, uint32_t step, bool changes)
{
    double times[ROUNDS];
    char what[64];
    uint32_t count = (uint32_t)catalog_count(catalog);
    for (int i = -1; i < ROUNDS; i++) {
        struct sweep_scope scope;
        struct sweep sweep = make_sweep(count, step, changes ? 100 + (uint32_t)(i & 1) : 100);
        double start = now_ms();
        catalog_scope(catalog, 1, &scope);
        sweep.creators = calloc(scope.creator_count, sizeof *sweep.creators);
        catalog_take_sweep(catalog, &sweep, "/dev/shm", true, 1, NOW * INT64_C(1000000000));
        listing_refresh(listing, false);
        if (i >= 0)
            times[i] = now_ms() - start;
        sweep_scope_clear(&scope);
    }
    snprintf(what, sizeof what, "join a sweep, %u held, %s", count / step,
             changes ? "all by others" : "nothing new");
    return report(what, times, listing_count(listing));
}

static void tell(void *context, const struct change *change)
{
    struct listing *listing = *(struct listing **)context;
    if (listing)
        listing_change(listing, change);
}

int main(int argc, char **argv)
{
    static const char *const filters[] = {
        "p",
        "!zzz",
        "dataset prices !psm",
        "\xd0\xba",
        "user:dataeng*",
        "name:*a*9*.shm",
        "size>1G",
        "age>7d !age>30d",
        "user:dataeng-1 type:float* size>1M p",
    };
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    struct listing *listing = NULL;
    struct catalog *catalog = catalog_new(NULL, tell, &listing);
    struct users *users = users_new(true);
    bool kept = true;
    catalog_begin(catalog, 1);
    for (uint32_t i = 0; i < count; i++)
        make_row(catalog, i);
    catalog_commit(catalog);
    for (unsigned i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "dataeng-%u", i);
        users_learn_name(users, 1000 + i, name);
    }
    listing = listing_new(catalog, users);
    listing_set_time(listing, NOW * INT64_C(1000000000));
    printf("%-40s median  least   most    rows\n", "ms");
    kept &= time_first(catalog, users);
    for (int i = 0; i < COLUMN_COUNT; i++)
        kept &= time_sort(listing, (enum column)i);
    listing_sort(listing, COLUMN_NAME, false);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        kept &= time_filter(listing, filters[i]);
    listing_filter(listing, "", NULL);
    kept &= time_join(catalog, listing, 100, false);
    kept &= time_join(catalog, listing, 100, true);
    kept &= time_join(catalog, listing, 10, false);
    catalog_free(catalog);
    listing_free(listing);
    users_free(users);
    return kept ? 0 : 1;
}
