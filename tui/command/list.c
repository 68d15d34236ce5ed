/*
 * shmtop list: what is known of all segments, filtered, sorted, printed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/evidence.h"
#include "tui/command/command.h"
#include "tui/command/list_json.h"
#include "tui/command/tabulate.h"
#include "tui/command/use.h"

struct list_options {
    bool json;
    bool words; /* a table for people: who holds it, and the letters beside the state */
    bool headings;
    enum column columns[TABULATE_COLUMNS_MAX];
    size_t column_count;
    enum column sort;
    bool descending;
    const char *where; /* NULL: all */
};

struct list {
    const struct options *options;
    struct list_options choice;
    struct known known;
    struct listing *listing; /* owned */
};

/* The state, and what weighs beside it: "idle P". */
static void state_cell(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    char state[32];
    column_text(COLUMN_STATE, row, style, state, sizeof state);
    const char *mark = row->damage ? "!" : row->is_protected ? "P" : "";
    snprintf(buf, size, "%s%s%s", state, *state && *mark ? " " : "", mark);
}

static void add_cell(const struct list *list, struct tabulate *table, enum column column,
                     const struct row *row, const struct column_style *style)
{
    char text[NAME_PRINTABLE_MAX];
    if (column == COLUMN_SHAPE && row->damage)
        snprintf(text, sizeof text, "! %s", row->damage);
    else if (column == COLUMN_STATE && list->choice.words)
        state_cell(row, style, text, sizeof text);
    else if (column == COLUMN_HOLDERS && list->choice.words)
        holders_text(row, style->ascii, text, sizeof text);
    else
        column_text(column, row, style, text, sizeof text);
    tabulate_add(table, list->options, text[0] ? text : "-");
}

static void add_headings(const struct list *list, struct tabulate *table)
{
    const struct list_options *choice = &list->choice;
    for (size_t i = 0; i < choice->column_count; i++) {
        bool held_by = choice->columns[i] == COLUMN_HOLDERS && choice->words;
        tabulate_add(table, list->options, held_by ? "HELD BY" : column_info(choice->columns[i])->heading);
    }
}

static void hide(const struct list *list, struct tabulate *table, enum column column)
{
    for (size_t i = 0; i < list->choice.column_count; i++)
        if (list->choice.columns[i] == column)
            tabulate_hide(table, i);
}

/* A row is one line, and what is missed least makes room. Off a terminal all is whole, for scripts. */
static void fit(const struct list *list, struct tabulate *table)
{
    static const enum column spare[] = {COLUMN_MODE, COLUMN_LAYOUT, COLUMN_ALLOCATED, COLUMN_TYPE,
                                        COLUMN_SHAPE};
    unsigned columns, rows;
    if (!report_extent(&columns, &rows))
        return;
    for (size_t i = 0; list->choice.words && i < sizeof spare / sizeof spare[0]; i++)
        if (tabulate_least(table) > columns)
            hide(list, table, spare[i]);
    tabulate_fit(table, columns, list->options->ascii);
}

static int print_table(const struct list *list)
{
    const struct list_options *choice = &list->choice;
    struct tabulate table;
    bool right[TABULATE_COLUMNS_MAX];
    for (size_t i = 0; i < choice->column_count; i++)
        right[i] = column_info(choice->columns[i])->right &&
                   !(choice->columns[i] == COLUMN_HOLDERS && choice->words);
    tabulate_begin(&table, choice->column_count, right);
    if (choice->headings)
        add_headings(list, &table);
    struct column_style style = {.ascii = list->options->ascii,
                                 .now = list->known.wall,
                                 .users = list->known.users,
                                 .sweep = catalog_sweep(list->known.catalog)};
    for (size_t i = 0; i < listing_count(list->listing); i++)
        for (size_t k = 0; k < choice->column_count; k++)
            add_cell(list, &table, choice->columns[k], listing_at(list->listing, i), &style);
    fit(list, &table);
    int code = tabulate_print(&table, stdout, "");
    tabulate_free(&table);
    return code;
}

static enum exit_status complain(const struct list *list)
{
    const struct known *known = &list->known;
    enum exit_status status = EXIT_STATUS_DONE;
    for (size_t i = 0; i < known->unreadable_count; i++)
        status = exit_status_worse(
            status, report_error(list->options, known->unreadable[i].name, &known->unreadable[i].error));
    if (known->unswept.code)
        report_problem(list->options, NULL, "who holds what is not known: %s", known->unswept.text);
    if (catalog_sweep(known->catalog))
        use_say_unread(list->options, catalog_sweep(known->catalog));
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

enum { OPTION_JSON = 256, OPTION_SORT, OPTION_WHERE, OPTION_NO_HEADINGS };

/* 1: it was only asked for help. */
static int parse(const struct options *options, struct list_options *choice, int argc, char **argv)
{
    static const struct option names[] = {
        {"json", no_argument, NULL, OPTION_JSON},
        {"sort", required_argument, NULL, OPTION_SORT},
        {"where", required_argument, NULL, OPTION_WHERE},
        {"no-headings", no_argument, NULL, OPTION_NO_HEADINGS},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, code = 0;
    optind = 0;
    while (code == 0 && (option = options_next(options, argv[0], argc, argv, "o:h", names)) != -1) {
        switch (option) {
        case OPTION_JSON:
            choice->json = true;
            break;
        case OPTION_SORT:
            code = parse_sort(options, choice, optarg);
            break;
        case OPTION_WHERE:
            choice->where = optarg;
            break;
        case OPTION_NO_HEADINGS:
            choice->headings = false;
            break;
        case 'o':
            code = parse_columns(options, choice, optarg);
            choice->words = false;
            break;
        case 'h':
            command_print_usage(&command_list);
            return 1;
        default:
            return -EINVAL;
        }
    }
    if (code == 0 && optind < argc) {
        report_usage(options, argv[0],
                     choice->where ? "takes no NAME; a filter of several terms is quoted: --where 'user:bob "
                                     "size>1G' (what > stands before, a shell made a file of)"
                                   : "takes no NAME; that is what info is for");
        return -EINVAL;
    }
    if (code == 0 && choice->json && !choice->words) {
        report_usage(options, argv[0], "-o is for the table; the JSON has every key");
        return -EINVAL;
    }
    return code;
}

/* The filter and the order; a wrong term is usage, and said before anything is looked at. */
static int arrange(struct list *list)
{
    struct error error = {0};
    list->listing = listing_new(list->known.catalog, list->known.users);
    listing_sort(list->listing, list->choice.sort, list->choice.descending);
    listing_set_time(list->listing, list->known.wall);
    int code = listing_filter(list->listing, list->choice.where, &error);
    if (code < 0)
        report_error(list->options, "--where", &error);
    return code;
}

static enum exit_status print(struct list *list)
{
    struct error error = {0};
    if (known_scan(&list->known, &error) < 0)
        return report_error(list->options, list->options->directory, &error);
    listing_refresh(list->listing, false);
    if (list->choice.json) {
        list_json(&list->known, list->listing);
        return EXIT_STATUS_DONE;
    }
    if (print_table(list) < 0) {
        report_problem(list->options, NULL, "no memory for the table");
        return EXIT_STATUS_FAILED;
    }
    return complain(list);
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct list list = {
        .options = options,
        .choice = {.headings = true,
                   .words = true,
                   .columns = {COLUMN_NAME, COLUMN_SIZE, COLUMN_ALLOCATED, COLUMN_OWNER, COLUMN_MODE,
                               COLUMN_AGE, COLUMN_STATE, COLUMN_HOLDERS, COLUMN_LAYOUT, COLUMN_TYPE,
                               COLUMN_SHAPE},
                   .column_count = 11,
                   .sort = COLUMN_NAME},
    };
    int code = parse(options, &list.choice, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = EXIT_STATUS_DONE;
    struct directory *directory = command_open_directory(options, &status);
    if (!directory)
        return status;
    struct users *users = users_new(options->numeric);
    known_begin(&list.known, options, directory, users);
    status = arrange(&list) < 0 ? EXIT_STATUS_USAGE : print(&list);
    listing_free(list.listing);
    known_clear(&list.known);
    users_free(users);
    directory_close(directory);
    return status;
}

const struct command command_list = {
    .name = "list",
    .usage = "list [--json] [-o COLUMNS] [--sort COLUMN[:desc]] [--where EXPR] [--no-headings]",
    .summary = "The table of segments, once",
    .help = "      --json                 one JSON object, bytes and seconds as integers\n"
            "  -o COLUMNS                 keys of the JSON, with commas between: name,size,shape\n"
            "      --sort COLUMN[:desc]   instead of by name\n"
            "      --where EXPR           those alone that fit: 'user:bob size>1G state:idle'\n"
            "      --no-headings\n"
            "  -h, --help\n",
    .run = run,
};
