/*
 * shmtop find: the elements of a segment that meet a condition.
 */
#include "core/analysis/find.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/text.h"
#include "tui/command/command.h"
#include "tui/command/job_wait.h"
#include "tui/command/opened.h"
#include "tui/command/value.h"

#define FLUSHED 256 /* of what is found, that is told at once: the first is what somebody waits for */

struct find {
    struct opened opened;
    const char *text; /* of the condition, as given */
    struct condition condition;
    const char *index; /* NULL: none */
    uint64_t limit;    /* 0: none */
    bool as_json;
    struct view view;
    struct value value;
    struct json json;
    uint64_t found;
};

/* --- what is found --- */

/* "14113,28640"; of a matrix without dimensions "()". */
static void print_index(const struct find *find, const uint64_t *index)
{
    const struct matrix *matrix = find->opened.segment.matrix;
    char line[MATRIX_RANK_MAX * 21 + 1];
    struct text text;
    text_init(&text, line, sizeof line);
    text_add_string(&text, matrix->rank == 0 ? "()" : "");
    for (int axis = 0; axis < matrix->rank; axis++) {
        text_add_string(&text, axis > 0 ? "," : "");
        text_add_u64(&text, index[axis]);
    }
    text_add_char(&text, '\t');
    fwrite_unlocked(line, 1, text.written, stdout);
}

static void print_finding(struct find *find, const uint64_t *index, const void *element)
{
    print_index(find, index);
    report_put(find->opened.options, stdout, value_text(&find->value, element));
    putc_unlocked('\n', stdout);
    if (find->found < FLUSHED)
        fflush(stdout);
}

static void put_finding(struct find *find, const uint64_t *index, const void *element)
{
    struct json *json = &find->json;
    json_line(json);
    json_open_object(json);
    json_key(json, "index");
    json_open_array(json);
    for (int axis = 0; axis < find->opened.segment.matrix->rank; axis++)
        json_put_unsigned(json, index[axis]);
    json_close(json);
    json_key(json, "value");
    value_json(&find->value, json, element);
    json_close(json);
}

static int take(void *context, const struct finding *finding, struct error *error)
{
    struct find *find = context;
    uint64_t index[MATRIX_RANK_MAX];
    find_matrix_index(find->opened.segment.matrix, &find->view, finding->index, index);
    (find->as_json ? put_finding : print_finding)(find, index, finding->element);
    find->found++;
    if (ferror_unlocked(stdout))
        return error_set(error, EIO, "cannot write");
    return find->found == find->limit;
}

/* --- the search --- */

static int run_job(void *context, struct progress *progress, struct error *error)
{
    struct find *find = context;
    return find_all(find->opened.fd, find->opened.segment.matrix, &find->view, &find->condition, take, find,
                    progress, error);
}

/* Not to a terminal, nor to a reader that may print what it reads on the same one: head, less, tee. */
static bool prints_into_file(void)
{
    struct stat facts;
    return fstat(STDOUT_FILENO, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISCHR(facts.st_mode)) &&
           !isatty(STDOUT_FILENO);
}

/* A bar is drawn only where nothing else is printed on the terminal meanwhile. */
static int run_search(struct find *find, struct error *error)
{
    struct job_wait wait = {.ascii = find->opened.options->ascii,
                            .unit = find->opened.segment.matrix->dtype.itemsize};
    if (!job_wait_shows() || !prints_into_file())
        return run_job(find, NULL, error);
    return job_wait_run(&wait, run_job, find, error);
}

static int search(void *context, struct error *error)
{
    struct find *find = context;
    const struct matrix *matrix = find->opened.segment.matrix;
    int code = view_parse(matrix, find->index ? find->index : "", &find->view, error);
    if (code < 0)
        return code;
    value_begin(&find->value, &matrix->dtype);
    if (find->as_json) {
        json_begin(&find->json, stdout, find->opened.options->ascii);
        json_open_array(&find->json);
    }
    code = run_search(find, error);
    if (code == 0 && find->as_json) {
        if (find->found > 0)
            json_line(&find->json);
        json_close(&find->json);
        json_end(&find->json);
    }
    value_end(&find->value);
    return code;
}

static enum exit_status say_none(const struct find *find)
{
    char text[CONDITION_TEXT_MAX * 10];
    report_escape(find->opened.options, find->text, text, sizeof text);
    report_problem(find->opened.options, find->opened.name, "no element meets %s", text);
    return EXIT_STATUS_FAILED;
}

/* --- the command line --- */

enum { OPTION_LIMIT = 256, OPTION_JSON };

static int take_limit(struct find *find, const char *who, const char *text)
{
    if (text_read_u64(text, strlen(text), UINT64_MAX, &find->limit) && find->limit > 0)
        return 0;
    report_usage(find->opened.options, who, "option --limit takes a number from 1 on");
    return -EINVAL;
}

static int take_option(struct find *find, const char *who, int option, const char *value)
{
    switch (option) {
    case 'i':
        find->index = value;
        return 0;
    case OPTION_LIMIT:
        return take_limit(find, who, value);
    case OPTION_JSON:
        find->as_json = true;
        return 0;
    default:
        return as_take(&find->opened.as, find->opened.options, who, option, value) == 0 ? 0 : -EINVAL;
    }
}

/* 1: it was only asked for help. */
static int parse_options(struct find *find, int argc, char **argv)
{
    static const struct option names[] = {
        {"limit", required_argument, NULL, OPTION_LIMIT},
        {"json", no_argument, NULL, OPTION_JSON},
        AS_OPTION_NAMES,
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const struct options *options = find->opened.options;
    int option, code = 0;
    optind = 0;
    while (code == 0 && (option = options_next(options, argv[0], argc, argv, "i:h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_find);
            return 1;
        }
        code = take_option(find, argv[0], option, optarg);
    }
    return code < 0 ? code : as_check(&find->opened.as, options, argv[0]);
}

static int parse(struct find *find, int argc, char **argv)
{
    const struct options *options = find->opened.options;
    struct error error = {0};
    int code = parse_options(find, argc, argv);
    if (code != 0)
        return code;
    if (optind + 2 != argc) {
        report_usage(options, argv[0],
                     optind == argc       ? "in which segment? find NAME CONDITION"
                     : optind + 1 == argc ? "what? find NAME CONDITION; a shell wants it in quotes, as '>3'"
                                          : "takes one NAME and one CONDITION");
        return -EINVAL;
    }
    find->opened.name = argv[optind];
    find->text = argv[optind + 1];
    code = condition_parse(find->text, &find->condition, &error);
    if (code < 0)
        report_usage(options, argv[0], "%s", error.text);
    return code;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct find find = {.opened = {.options = options, .fd = -1}};
    int code = parse(&find, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = opened_run(&find.opened, search, &find);
    return status == EXIT_STATUS_DONE && find.found == 0 ? say_none(&find) : status;
}

const struct command command_find = {
    .name = "find",
    .usage = "find [-i INDEX] [--limit N] [--json]\n"
             "           [--as DTYPE --shape N,M... [--order C|F] [--offset BYTES]] NAME CONDITION",
    .summary = "The elements of a segment that meet a condition",
    .help =
        "CONDITION is nan, inf (either sign), or <, <=, >, >=, = or != and a value, in quotes, for < and >\n"
        "mean something to a shell: '>3', '<=-1e6', '=-1', '=1+2j', '=2026-11-25', '=text'.\n"
        "Prints a line of the index in the whole matrix, a tab, and the value for each; 1 if there is none.\n"
        "  -i INDEX            only in a part, as in numpy's brackets: 17,0:20,::2\n"
        "      --limit N       the first N\n"
        "      --json          [{\"index\": [...], \"value\": ...}, ...]\n"
        "      --as DTYPE      as if its bytes were of this type, whatever they say, and of\n"
        "      --shape N,M...  this shape, of which one dimension may be -1: found from the size\n"
        "      --order C|F     rows lie together (the default), or columns\n"
        "      --offset BYTES  where the data begin\n"
        "  -h, --help\n",
    .run = run,
};
