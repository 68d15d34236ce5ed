/*
 * shmtop show: the values of a segment, or of a part of them.
 */
#include <errno.h>
#include <string.h>

#include "core/matrix/summary.h"
#include "tui/command/command.h"
#include "tui/command/opened.h"
#include "tui/command/values.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON };

struct show {
    struct opened opened;
    const char *index; /* NULL: none */
    enum format format;
};

static int print_text(const struct show *show, const struct matrix *matrix, const struct view *view,
                      struct error *error)
{
    unsigned columns = 0, rows = 0;
    if (!show->index)
        report_extent(&columns, &rows);
    return summary_print(stdout, show->opened.fd, matrix, view, columns, rows, error);
}

static int print(void *context, struct error *error)
{
    const struct show *show = context;
    const struct matrix *matrix = show->opened.segment.matrix;
    struct view view;
    int code = view_parse(matrix, show->index ? show->index : "", &view, error);
    if (code < 0)
        return code;
    if (show->format == FORMAT_TEXT)
        return print_text(show, matrix, &view, error);
    if (show->format == FORMAT_JSON)
        return values_json(stdout, show->opened.options->ascii, show->opened.fd, matrix, &view, error);
    return values_csv(stdout, show->opened.fd, matrix, &view, error);
}

static int parse_format(struct show *show, const char *who, const char *text)
{
    static const char *const words[] = {[FORMAT_TEXT] = "text", [FORMAT_CSV] = "csv", [FORMAT_JSON] = "json"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            show->format = (enum format)i;
            return 0;
        }
    }
    report_usage(show->opened.options, who, "option --format takes text, csv or json");
    return -EINVAL;
}

enum { OPTION_FORMAT = 256 };

/* 1: it was only asked for help. */
static int parse(struct show *show, int argc, char **argv)
{
    static const struct option names[] = {
        {"format", required_argument, NULL, OPTION_FORMAT},
        AS_OPTION_NAMES,
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, code = 0;
    optind = 0;
    while (code == 0 &&
           (option = options_next(show->opened.options, argv[0], argc, argv, "i:h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_show);
            return 1;
        }
        if (option == 'i')
            show->index = optarg;
        else if (option == OPTION_FORMAT)
            code = parse_format(show, argv[0], optarg);
        else
            code =
                as_take(&show->opened.as, show->opened.options, argv[0], option, optarg) == 0 ? 0 : -EINVAL;
    }
    if (code < 0 || (code = as_check(&show->opened.as, show->opened.options, argv[0])) < 0)
        return code;
    if (optind + 1 == argc) {
        show->opened.name = argv[optind];
        return 0;
    }
    report_usage(show->opened.options, argv[0],
                 optind == argc ? "which segment? show NAME" : "takes one NAME");
    return -EINVAL;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct show show = {.opened = {.options = options, .fd = -1}};
    int code = parse(&show, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    return opened_run(&show.opened, print, &show);
}

const struct command command_show = {
    .name = "show",
    .usage = "show [-i INDEX] [--format text|csv|json]\n"
             "           [--as DTYPE --shape N,M... [--order C|F] [--offset BYTES]] NAME",
    .summary = "The values of a segment",
    .help = "  -i INDEX            a part of them, as in numpy's brackets: 17,0:20,::2\n"
            "      --format text   as numpy prints them; without -i what fits the terminal (the default)\n"
            "      --format csv    all, a row a line; two dimensions at most\n"
            "      --format json   all, as nested lists\n"
            "      --as DTYPE      as if its bytes were of this type, whatever they say, and of\n"
            "      --shape N,M...  this shape, of which one dimension may be -1: found from the size\n"
            "      --order C|F     rows lie together (the default), or columns\n"
            "      --offset BYTES  where the data begin\n"
            "  -h, --help\n",
    .run = run,
};
