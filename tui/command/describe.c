/*
 * shmtop describe: what a raw segment holds, recorded beside it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/segment/description.h"
#include "core/sys/fd.h"
#include "tui/command/as.h"
#include "tui/command/command.h"
#include "tui/command/named.h"
#include "tui/command/gone.h"

struct describing {
    const struct options *options;
    const char *name; /* as given */
    bool clear;
    struct as as;
    struct segment segment;
    int fd;
};

/* One whose name is gone, too, through its holders. What cannot be opened is refused for what it is. */
static int open_segment(struct describing *describing, const struct directory *directory, struct error *error)
{
    int r = directory_may_change(directory, error);
    return r < 0 ? r
                 : named_open(describing->options, directory, describing->name, &describing->segment,
                             &describing->fd, error);
}

/* --- what is said of it --- */

static void put_name(const struct describing *describing)
{
    char name[NAME_PRINTABLE_MAX];
    printf("%s: ", report_escape(describing->options, describing->segment.name, name, sizeof name));
}

/* "float32 3 × 4" */
static void put_matrix(const struct describing *describing, const struct matrix *matrix)
{
    char type[DTYPE_NAME_MAX], shape[1024];
    dtype_name(&matrix->dtype, type);
    matrix_shape_text(matrix->rank, matrix->shape, describing->options->ascii, shape, sizeof shape);
    report_putf(describing->options, stdout, "%s%s%s", type, shape[0] ? " " : "", shape);
}

static void put_where(const struct describing *describing, const struct directory *directory,
                      enum description where)
{
    char file[NAME_PRINTABLE_MAX] = "";
    if (where == DESCRIPTION_ATTRIBUTE) {
        fputs(": recorded in its attribute " DESCRIPTION_HEADER, stdout);
        return;
    }
    report_escape(describing->options, descriptions_state_path(directory_descriptions(directory)), file,
                  sizeof file);
    printf(": recorded in %s, for you alone", file);
}

/* Told where it was another: who meant a new segment sees that this one was known. */
static void put_before(const struct describing *describing, const struct matrix *matrix)
{
    const struct matrix *before = describing->segment.matrix;
    if (!before ||
        (before->rank == matrix->rank && before->order == matrix->order && before->offset == matrix->offset &&
         memcmp(before->shape, matrix->shape, (size_t)matrix->rank * sizeof matrix->shape[0]) == 0 &&
         dtype_equal(&before->dtype, &matrix->dtype)))
        return;
    fputs(" (was ", stdout);
    put_matrix(describing, before);
    putchar(')');
}

static void say_recorded(const struct describing *describing, const struct directory *directory,
                         const struct matrix *matrix, enum description where)
{
    char cover[96];
    put_name(describing);
    put_matrix(describing, matrix);
    printf(", order %c", matrix->order);
    if (matrix->offset > 0)
        printf(", from byte %llu on", (unsigned long long)matrix->offset);
    as_cover_text(matrix, describing->segment.size, cover, sizeof cover);
    printf("%s%s", cover[0] ? ", " : "", cover);
    put_where(describing, directory, where);
    put_before(describing, matrix);
    putchar('\n');
}

/* now: as it is recognised after that. */
static void say_cleared(const struct describing *describing, const struct segment *now)
{
    const struct segment *before = &describing->segment;
    put_name(describing);
    if (before->layout != LAYOUT_DESCRIBED) {
        puts("nothing was recorded");
        return;
    }
    if (before->matrix)
        put_matrix(describing, before->matrix);
    else
        fputs("a damaged description", stdout);
    fputs(" is recorded no more; ", stdout);
    if (now->matrix) {
        printf("%s says ", now->description == DESCRIPTION_RULE ? DESCRIPTIONS_RULES_FILE : "another record");
        put_matrix(describing, now->matrix);
        putchar('\n');
    } else {
        puts("raw bytes now");
    }
}

/* --- what is done --- */

static int record(const struct describing *describing, const struct directory *directory, struct error *error)
{
    const struct segment *segment = &describing->segment;
    struct matrix matrix = {0};
    enum description where;
    uint64_t payload =
        segment->layout == LAYOUT_RAW || segment->layout == LAYOUT_DESCRIBED ? segment->payload : 0;
    int r = as_matrix(&describing->as, segment->size, payload, &matrix, error);
    /* That it cannot be described at all goes before that this does not fit. */
    if (segment->layout != LAYOUT_RAW && segment->layout != LAYOUT_DESCRIBED)
        r = 0;
    if (r == 0)
        r = description_record(directory, segment, describing->fd, &matrix, &where, error);
    if (r == 0)
        say_recorded(describing, directory, &matrix, where);
    return r;
}

static int clear(const struct describing *describing, const struct directory *directory, struct error *error)
{
    const struct segment *segment = &describing->segment;
    struct segment now = {0};
    int r = description_clear(directory, segment, describing->fd, error);
    if (r < 0)
        return r;
    if (segment_stat_opened(describing->fd, segment->name, &now, NULL) == 0)
        segment_recognise_opened(directory, &now, describing->fd, NULL);
    say_cleared(describing, &now);
    segment_clear(&now);
    return 0;
}

static int take_option(struct describing *describing, const char *who, int option)
{
    enum { OPTION_CLEAR = 'c' };
    if (option != OPTION_CLEAR)
        return as_take(&describing->as, describing->options, who, option, optarg) == 0 ? 0 : -EINVAL;
    describing->clear = true;
    return 0;
}

static int check(struct describing *describing, int argc, char **argv)
{
    const struct options *options = describing->options;
    bool told = describing->as.has_type || describing->as.has_shape || describing->as.has_order ||
                describing->as.has_offset;
    if (optind + 1 != argc)
        report_usage(options, argv[0], optind == argc ? "which segment? describe NAME" : "takes one NAME");
    else if (describing->clear && told)
        report_usage(options, argv[0], "--clear takes what was said away, so it goes with nothing else");
    else if (!describing->clear && !told)
        report_usage(options, argv[0], "what is it? --as DTYPE --shape N,M..., or --clear");
    else if (as_check(&describing->as, options, argv[0]) == 0) {
        describing->name = argv[optind];
        return 0;
    }
    return -EINVAL;
}

/* 1: it was only asked for help. */
static int parse(struct describing *describing, int argc, char **argv)
{
    static const struct option names[] = {AS_OPTION_NAMES,
                                          {"clear", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int option;
    optind = 0;
    while ((option = options_next(describing->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_describe);
            return 1;
        }
        if (option == '?' || take_option(describing, argv[0], option) < 0)
            return -EINVAL;
    }
    return check(describing, argc, argv);
}

static enum exit_status refuse(const struct describing *describing, const struct directory *directory,
                               const struct error *error)
{
    struct gone gone = {describing->options, directory, .matches = "list --where"};
    enum exit_status status = gone_report(&gone, describing->name, error);
    gone_clear(&gone);
    return status;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct describing describing = {.options = options, .fd = -1};
    int r = parse(&describing, argc, argv);
    if (r != 0)
        return r > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = EXIT_STATUS_DONE;
    struct directory *directory = command_open_directory(options, &status);
    if (!directory)
        return status;
    struct error error = {0};
    r = open_segment(&describing, directory, &error);
    if (r == 0)
        r = describing.clear ? clear(&describing, directory, &error) : record(&describing, directory, &error);
    if (r < 0)
        status = refuse(&describing, directory, &error);
    fd_close(&describing.fd);
    segment_clear(&describing.segment);
    directory_close(directory);
    return status;
}

const struct command command_describe = {
    .name = "describe",
    .usage = "describe NAME --as DTYPE --shape N,M... [--order C|F] [--offset BYTES]\n"
             "       shmtop [OPTIONS] describe NAME --clear",
    .summary = "Record what a raw segment holds",
    .help = "      --as DTYPE       the type: f2, <f2, >f8, int32, ...\n"
            "      --shape N,M...   the dimensions, of which one may be -1: found from the size\n"
            "      --order C|F      rows lie together (the default), or columns\n"
            "      --offset BYTES   where the data begin\n"
            "      --clear          take away what was recorded, and say what tells of it now\n"
            "  -h, --help\n",
    .run = run,
};
