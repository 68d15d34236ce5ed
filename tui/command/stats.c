/*
 * shmtop stats: what the values of a segment, or of a part of it, add up to.
 */
#include <errno.h>
#include <string.h>

#include "core/sys/text.h"
#include "tui/command/command.h"
#include "tui/command/job_wait.h"
#include "tui/command/opened.h"
#include "tui/command/stats_print.h"

struct stats {
    struct opened opened;
    const char *index; /* NULL: none */
    bool as_json;
    struct statistics_options wanted;
    struct view view;
    struct statistics found;
    struct job_wait wait;
};

static int run_job(void *context, struct progress *progress, struct error *error)
{
    struct stats *stats = context;
    return statistics_run(stats->opened.fd, stats->opened.segment.matrix, &stats->view, &stats->wanted,
                          &stats->found, progress, error);
}

static void print(const struct stats *stats)
{
    const struct matrix *matrix = stats->opened.segment.matrix;
    unsigned columns, rows;
    if (stats->found.rewritten)
        report_problem(stats->opened.options, stats->opened.name,
                       "it was written to meanwhile: the numbers are of no one moment");
    if (stats->as_json) {
        stats_print_json(stats->opened.options, matrix, &stats->view, &stats->found);
        return;
    }
    report_extent(&columns, &rows);
    stats_print_text(stats->opened.options, stats->opened.segment.name, matrix, &stats->view, &stats->found,
                     columns);
}

static int look_and_print(void *context, struct error *error)
{
    struct stats *stats = context;
    const struct matrix *matrix = stats->opened.segment.matrix;
    int r = view_parse(matrix, stats->index ? stats->index : "", &stats->view, error);
    if (r == 0)
        r = statistics_check(&matrix->dtype, error);
    stats->wait.unit = matrix->dtype.itemsize;
    if (r == 0)
        r = job_wait_run(&stats->wait, run_job, stats, error);
    if (r == 0)
        print(stats);
    return r;
}

enum { OPTION_HISTOGRAM = 256, OPTION_JSON };

static int parse_bins(struct stats *stats, const char *who, const char *text)
{
    uint64_t bins = HISTOGRAM_BINS;
    if (text && (!text_read_u64(text, strlen(text), HISTOGRAM_BINS_MAX, &bins) || bins == 0)) {
        report_usage(stats->opened.options, who, "option --histogram takes a number of bins from 1 to %d",
                     HISTOGRAM_BINS_MAX);
        return -EINVAL;
    }
    stats->wanted.bins = (unsigned)bins;
    return 0;
}

static int take_option(struct stats *stats, const char *who, int option)
{
    switch (option) {
    case 'i':
        stats->index = optarg;
        return 0;
    case OPTION_JSON:
        stats->as_json = true;
        return 0;
    case OPTION_HISTOGRAM:
        return parse_bins(stats, who, optarg);
    default:
        return as_take(&stats->opened.as, stats->opened.options, who, option, optarg) == 0 ? 0 : -EINVAL;
    }
}

/* 1: it was only asked for help. */
static int parse(struct stats *stats, int argc, char **argv)
{
    static const struct option names[] = {
        {"histogram", optional_argument, NULL, OPTION_HISTOGRAM},
        {"json", no_argument, NULL, OPTION_JSON},
        AS_OPTION_NAMES,
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, code = 0;
    optind = 0;
    while (code == 0 &&
           (option = options_next(stats->opened.options, argv[0], argc, argv, "i:h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_stats);
            return 1;
        }
        code = take_option(stats, argv[0], option);
    }
    if (code < 0 || (code = as_check(&stats->opened.as, stats->opened.options, argv[0])) < 0)
        return code;
    if (optind + 1 == argc) {
        stats->opened.name = argv[optind];
        return 0;
    }
    report_usage(stats->opened.options, argv[0],
                 optind == argc       ? "which segment? stats NAME"
                 : stats->wanted.bins ? "takes one NAME; a number of bins is said as --histogram=10"
                                      : "takes one NAME");
    return -EINVAL;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct stats stats = {.opened = {.options = options, .fd = -1}, .wait = {.ascii = options->ascii}};
    int code = parse(&stats, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = opened_run(&stats.opened, look_and_print, &stats);
    statistics_clear(&stats.found);
    return status;
}

const struct command command_stats = {
    .name = "stats",
    .usage = "stats [-i INDEX] [--histogram[=BINS]] [--json]\n"
             "           [--as DTYPE --shape N,M... [--order C|F] [--offset BYTES]] NAME",
    .summary = "Minimum, maximum, mean, deviation of a segment's values",
    .help = "Counts all elements, nan, infinities and zeros; the rest is over the finite ones, of\n"
            "complex numbers over their magnitudes. All of it is exact.\n"
            "  -i INDEX             of a part, as in numpy's brackets: 17,0:20,::2\n"
            "      --histogram[=N]  and how many lie in each of N bins of one width, 20 unless told\n"
            "      --json           for programs\n"
            "      --as DTYPE       as if its bytes were of this type, whatever they say, and of\n"
            "      --shape N,M...   this shape, of which one dimension may be -1: found from the size\n"
            "      --order C|F      rows lie together (the default), or columns\n"
            "      --offset BYTES   where the data begin\n"
            "  -h, --help\n",
    .run = run,
};
