/*
 * shmtop list: a scan, the contents recognised by two threads, sorted, printed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/column.h"
#include "core/catalog/warnings.h"
#include "core/process/creator.h"
#include "core/sys/workers.h"
#include "tui/command/command.h"
#include "tui/command/segment_json.h"
#include "tui/command/tabulate.h"

#define RECOGNISE_THREADS 2
#define RECOGNISE_GRAIN   256
#define RECOGNISE_TRIES   4 /* a segment may be replaced while we look */

struct list_options {
    bool json;
    bool headings;
    enum column columns[TABULATE_COLUMNS_MAX];
    size_t column_count;
    enum column sort;
    bool descending;
};

struct listed {
    struct row row;
    bool gone;
    struct error *error; /* owned; NULL but where its contents could not be looked at */
};

struct list {
    struct directory *directory;
    struct segment *found; /* owned */
    struct listed *rows;   /* owned */
    size_t count, size;
    struct users *users;
    const struct host *host;
    int64_t now;
};

static int take_segment(void *context, struct segment *segment)
{
    struct list *list = context;
    if (list->count == list->size) {
        size_t size = list->size ? 2 * list->size : 1024;
        struct segment *found = reallocarray(list->found, size, sizeof *found);
        if (!found)
            return -ENOMEM;
        list->found = found;
        list->size = size;
    }
    list->found[list->count++] = *segment;
    segment->name = NULL;
    return 0;
}

/* A segment that was replaced meanwhile is looked at anew. */
static int recognise_stubbornly(struct list *list, struct segment *segment, struct error *error)
{
    int code = segment_recognise(list->directory, segment, error);
    for (int tries = 1; code == -ESTALE && tries < RECOGNISE_TRIES; tries++) {
        struct segment anew = {0};
        code = segment_stat(list->directory, segment->name, &anew, error);
        if (code < 0)
            break;
        segment_clear(segment);
        *segment = anew;
        code = segment_recognise(list->directory, segment, error);
    }
    return code;
}

static void fill_row(struct list *list, size_t index)
{
    struct listed *listed = &list->rows[index];
    struct error error = {0};
    int code = recognise_stubbornly(list, &list->found[index], &error);
    listed->gone = code == -ENOENT || code == -ESTALE;
    if (code < 0 && !listed->gone)
        listed->error = malloc(sizeof error);
    if (listed->error)
        *listed->error = error;
    if (code == 0)
        creator_read(list->directory, &list->found[index], list->host->producers);
    row_from_segment(&listed->row, &list->found[index], list->host->producers);
}

static int recognise_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    (void)error;
    for (uint64_t i = first; i < first + count; i++)
        fill_row(context, i);
    return 0;
}

static void listed_clear(struct listed *listed)
{
    row_clear(&listed->row);
    free(listed->error);
}

static void drop_gone(struct list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->rows[i].gone)
            listed_clear(&list->rows[i]);
        else
            list->rows[kept++] = list->rows[i];
    }
    list->count = kept;
}

static int gather(struct list *list, struct error *error)
{
    int code = segment_scan(list->directory, take_segment, list, NULL, error);
    if (code < 0)
        return error->code ? code : error_set_errno(error, -code, "cannot list the directory");
    list->rows = calloc(list->count ? list->count : 1, sizeof *list->rows);
    if (!list->rows)
        return error_set_errno(error, ENOMEM, "cannot list %zu segments", list->count);
    code = parallel_ranges(list->count, RECOGNISE_GRAIN, workers_useful_threads(RECOGNISE_THREADS),
                           recognise_range, list, NULL, error);
    if (code < 0)
        return code;
    drop_gone(list);
    for (size_t i = 0; i < list->count; i++) {
        users_lookup_name(list->users, list->rows[i].row.uid);
        users_lookup_group(list->users, list->rows[i].row.gid);
    }
    return 0;
}

static void list_clear(struct list *list)
{
    for (size_t i = 0; list->rows && i < list->count; i++)
        listed_clear(&list->rows[i]);
    for (size_t i = 0; !list->rows && i < list->count; i++)
        segment_clear(&list->found[i]);
    free(list->rows);
    free(list->found);
    users_free(list->users);
    directory_close(list->directory);
}

struct order {
    enum column column;
    bool descending;
    const struct users *users;
};

static int compare_listed(const void *a, const void *b, void *context)
{
    const struct order *order = context;
    const struct row *first = &((const struct listed *)a)->row;
    const struct row *second = &((const struct listed *)b)->row;
    int result = column_compare(order->column, first, second, order->users);
    return order->descending ? -result : result;
}

static void sort(struct list *list, const struct list_options *options)
{
    struct order order = {options->sort, options->descending, list->users};
    qsort_r(list->rows, list->count, sizeof *list->rows, compare_listed, &order);
}

/* usage: NULL where it is not known. */
static void put_filesystem(struct json *json, const struct directory_usage *usage)
{
    json_key(json, "filesystem");
    if (!usage) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    json_key(json, "size");
    json_put_unsigned(json, usage->size);
    json_key(json, "used");
    json_put_unsigned(json, usage->used);
    json_key(json, "free");
    json_put_unsigned(json, usage->free);
    json_close(json);
}

static void put_warning(struct json *json, const char *code, const char *text)
{
    json_open_object(json);
    json_key(json, "code");
    json_put_text(json, code);
    json_key(json, "text");
    json_put_text(json, text);
    json_close(json);
}

static void put_facts_warnings(struct json *json, const struct list *list,
                               const struct directory_usage *usage)
{
    struct logind logind;
    struct warning found[WARNINGS_MAX];
    struct warning_facts facts = {.usage = *usage};
    logind_read(&logind, list->host->root);
    for (size_t i = 0; i < list->count; i++)
        warning_facts_add(&facts, &list->rows[i].row, &logind, list->users);
    size_t n = warnings_find(&facts, list->users, found);
    for (size_t i = 0; i < n; i++)
        put_warning(json, found[i].code, found[i].text);
    logind_clear(&logind);
}

/* Besides those of the whole: contents that could not be looked at, for another reason than permission. Their
 * rows say nothing of them. */
static void put_warnings(struct json *json, const struct list *list, const struct directory_usage *usage)
{
    json_key(json, "warnings");
    json_open_array(json);
    if (usage)
        put_facts_warnings(json, list, usage);
    for (size_t i = 0; i < list->count; i++) {
        const struct listed *listed = &list->rows[i];
        if (!listed->error)
            continue;
        char name[NAME_PRINTABLE_MAX];
        char text[sizeof name + ERROR_TEXT_MAX + 2];
        name_escape(listed->row.name, strlen(listed->row.name), false, name, sizeof name);
        snprintf(text, sizeof text, "%s: %s", name, listed->error->text);
        put_warning(json, "unreadable", text);
    }
    json_close(json);
}

static void print_json(const struct options *options, struct list *list)
{
    struct directory_usage usage;
    const struct directory_usage *known = directory_usage(list->directory, &usage, NULL) == 0 ? &usage : NULL;
    struct json json;
    char path[10 * 4096 + 1];
    name_escape(options->directory, strlen(options->directory), false, path, sizeof path);
    json_begin(&json, stdout, options->ascii);
    json_open_object(&json);
    json_key(&json, "directory");
    json_put_text(&json, path);
    put_filesystem(&json, known);
    put_warnings(&json, list, known);
    json_key(&json, "segments");
    json_open_array(&json);
    for (size_t i = 0; i < list->count && !ferror(stdout); i++) {
        json_line(&json);
        json_open_object(&json);
        segment_json(&json, &list->rows[i].row, list->now, list->users, NULL);
        json_close(&json);
    }
    json_line(&json);
    json_close(&json);
    json_close(&json);
    json_end(&json);
}

static void add_cell(struct tabulate *table, const struct options *options, enum column column,
                     const struct row *row, const struct column_style *style)
{
    char text[NAME_PRINTABLE_MAX];
    if (column == COLUMN_SHAPE && row->damage)
        snprintf(text, sizeof text, "! %s", row->damage);
    else if (column == COLUMN_STATE)
        snprintf(text, sizeof text, "%s", row->damage ? "!" : row->is_protected ? "P" : "");
    else
        column_text(column, row, style, text, sizeof text);
    tabulate_add(table, options, text[0] ? text : "-");
}

static int print_table(const struct options *options, const struct list_options *choice, struct list *list)
{
    struct tabulate table;
    bool right[TABULATE_COLUMNS_MAX];
    for (size_t i = 0; i < choice->column_count; i++)
        right[i] = column_info(choice->columns[i])->right;
    tabulate_begin(&table, choice->column_count, right);
    for (size_t i = 0; choice->headings && i < choice->column_count; i++)
        tabulate_add(&table, options, column_info(choice->columns[i])->heading);
    struct column_style style = {.ascii = options->ascii, .now = list->now, .users = list->users};
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < choice->column_count; k++)
            add_cell(&table, options, choice->columns[k], &list->rows[i].row, &style);
    int code = tabulate_print(&table, stdout, "");
    tabulate_free(&table);
    return code;
}

static enum exit_status complain_of_unreadable(const struct options *options, const struct list *list)
{
    enum exit_status status = EXIT_STATUS_DONE;
    for (size_t i = 0; i < list->count; i++) {
        const struct listed *listed = &list->rows[i];
        if (listed->error)
            status = exit_status_worse(status, report_error(options, listed->row.name, listed->error));
    }
    return status;
}

static int parse_columns(const struct options *options, struct list_options *choice, const char *text)
{
    choice->column_count = 0;
    while (true) {
        size_t length = strcspn(text, ",");
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)length, text);
        struct error error = {0};
        if (choice->column_count == TABULATE_COLUMNS_MAX)
            error_set(&error, EINVAL, "more than %d columns", TABULATE_COLUMNS_MAX);
        else if (column_parse(key, &choice->columns[choice->column_count], &error) == 0)
            choice->column_count++;
        if (error.code) {
            report_error(options, "-o", &error);
            return -EINVAL;
        }
        if (!text[length])
            return 0;
        text += length + 1;
    }
}

static int parse_sort(const struct options *options, struct list_options *choice, const char *text)
{
    size_t length = strcspn(text, ":");
    char key[64];
    snprintf(key, sizeof key, "%.*s", (int)length, text);
    struct error error = {0};
    if (text[length] && strcmp(text + length, ":desc") != 0)
        error_set(&error, EINVAL, "expected COLUMN or COLUMN:desc");
    else
        column_parse(key, &choice->sort, &error);
    if (error.code) {
        report_error(options, "--sort", &error);
        return -EINVAL;
    }
    choice->descending = text[length] != '\0';
    return 0;
}

enum { OPTION_JSON = 256, OPTION_SORT, OPTION_NO_HEADINGS };

/* 1: it was only asked for help. */
static int parse(const struct options *options, struct list_options *choice, int argc, char **argv)
{
    static const struct option names[] = {
        {"json", no_argument, NULL, OPTION_JSON},
        {"sort", required_argument, NULL, OPTION_SORT},
        {"no-headings", no_argument, NULL, OPTION_NO_HEADINGS},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, code = 0;
    bool chose_columns = false;
    optind = 0;
    while (code == 0 && (option = options_next(options, argv[0], argc, argv, "o:h", names)) != -1) {
        switch (option) {
        case OPTION_JSON:
            choice->json = true;
            break;
        case OPTION_SORT:
            code = parse_sort(options, choice, optarg);
            break;
        case OPTION_NO_HEADINGS:
            choice->headings = false;
            break;
        case 'o':
            code = parse_columns(options, choice, optarg);
            chose_columns = true;
            break;
        case 'h':
            command_print_usage(&command_list);
            return 1;
        default:
            return -EINVAL;
        }
    }
    if (code == 0 && optind < argc) {
        report_usage(options, argv[0], "takes no NAME; that is what info is for");
        return -EINVAL;
    }
    if (code == 0 && choice->json && chose_columns) {
        report_usage(options, argv[0], "-o is for the table; the JSON has every key");
        return -EINVAL;
    }
    return code;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct list_options choice = {
        .headings = true,
        .columns = {COLUMN_NAME, COLUMN_SIZE, COLUMN_ALLOCATED, COLUMN_OWNER, COLUMN_MODE, COLUMN_AGE,
                    COLUMN_STATE, COLUMN_LAYOUT, COLUMN_TYPE, COLUMN_SHAPE},
        .column_count = 10,
        .sort = COLUMN_NAME,
    };
    int code = parse(options, &choice, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = EXIT_STATUS_DONE;
    struct list list = {.directory = command_open_directory(options, &status), .host = &options->host};
    if (!list.directory)
        return status;
    struct error error = {0};
    list.users = users_new(options->numeric);
    list.now = command_now();
    if (!list.users || gather(&list, &error) < 0) {
        status = list.users ? report_error(options, options->directory, &error) : EXIT_STATUS_FAILED;
        goto out;
    }
    sort(&list, &choice);
    if (choice.json) {
        print_json(options, &list);
    } else if (print_table(options, &choice, &list) < 0) {
        report_problem(options, NULL, "no memory for the table");
        status = EXIT_STATUS_FAILED;
    } else {
        status = complain_of_unreadable(options, &list);
    }
out:
    list_clear(&list);
    return status;
}

const struct command command_list = {
    .name = "list",
    .usage = "list [--json] [-o COLUMNS] [--sort COLUMN[:desc]] [--no-headings]",
    .summary = "The table of segments, once",
    .help = "      --json                 one JSON object, bytes and seconds as integers\n"
            "  -o COLUMNS                 keys of the JSON, with commas between: name,size,shape\n"
            "      --sort COLUMN[:desc]   instead of by name\n"
            "      --no-headings\n"
            "  -h, --help\n",
    .run = run,
};
