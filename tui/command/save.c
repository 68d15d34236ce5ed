/*
 * shmtop save: a segment's matrix, or a part of it, into a .npy or .csv file.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/catalog/format.h"
#include "core/sys/fd.h"
#include "core/transfer/save.h"
#include "tui/command/command.h"
#include "tui/command/named.h"
#include "tui/command/gone.h"
#include "tui/command/job_wait.h"

struct save_command {
    const struct options *options;
    const char *name, *file;
    const char *index; /* NULL: none */
    bool replace;
    bool to_stream; /* FILE is "-" */
    struct directory *directory;
    struct segment segment;
    struct view view;
    struct save save;
    struct save_place place;
    struct save_report report;
    struct job_wait wait;
    struct error error;
};

static int run_job(void *context, struct progress *progress, struct error *error)
{
    struct save_command *command = context;
    if (command->to_stream)
        return save_to_stream(&command->save, STDOUT_FILENO, progress, &command->report, error);
    return save_to_file(&command->save, &command->place, command->replace, progress, &command->report, error);
}

/* "prices.npy: float16 3 × 4, 4.5G in 1.2 s" */
static void say_saved(const struct save_command *command)
{
    char file[4096], type[DTYPE_NAME_MAX], shape[1024], bytes[FORMAT_BYTES_MAX];
    if (!job_wait_shows() || command->to_stream)
        return;
    report_escape(command->options, command->file, file, sizeof file);
    dtype_name(&command->save.matrix->dtype, type);
    matrix_shape_text(command->view.rank, command->view.count, command->options->ascii, shape, sizeof shape);
    format_bytes(command->report.bytes, bytes, sizeof bytes);
    int64_t tenths = (command->wait.elapsed + 50) / 100;
    report_putf(command->options, stderr, "%s: %s %s, %s in %lld.%lld s\n", file, type, shape, bytes,
                (long long)tenths / 10, (long long)tenths % 10);
}

static enum exit_status refuse_name(const struct save_command *command)
{
    struct gone gone = {command->options, command->directory, .matches = "list --where"};
    enum exit_status status = gone_report(&gone, command->name, &command->error);
    gone_clear(&gone);
    return status;
}

static enum exit_status run_save(struct save_command *command)
{
    int r = job_wait_run(&command->wait, run_job, command, &command->error);
    if (r == -EPIPE) { /* as elsewhere, where nobody reads any more */
        report_output_failed(EPIPE);
        return EXIT_STATUS_FAILED;
    }
    if (r < 0)
        return report_error(command->options, command->name, &command->error);
    if (command->report.changed)
        report_problem(command->options, command->name,
                       "it was written while it was copied: old values and new may be mixed");
    say_saved(command);
    return EXIT_STATUS_DONE;
}

/* Which of NAME and FILE an error is about is told by where it came from. */
static enum exit_status save(struct save_command *command)
{
    struct error *error = &command->error;
    if (directory_may_change(command->directory, error) < 0)
        return report_error(command->options, command->name, error);
    if (named_matrix(command->options, command->directory, command->name, &command->segment, &command->save.fd,
                    error) < 0)
        return refuse_name(command);
    command->save.matrix = command->segment.matrix;
    command->save.view = &command->view;
    if (view_parse(command->save.matrix, command->index ? command->index : "", &command->view, error) < 0 ||
        save_check(&command->save, error) < 0)
        return report_error(command->options, command->name, error);
    if (!command->to_stream && save_place_open(command->file, command->directory, &command->place, error) < 0)
        return report_error(command->options, command->file, error);
    if (command->place.exists && !command->replace) {
        report_problem(command->options, command->file, "exists (--replace replaces it)");
        return EXIT_STATUS_REFUSED;
    }
    return run_save(command);
}

enum { OPTION_REPLACE = 256, OPTION_FORMAT };

/* 1: it was only asked for help. */
static int parse_options(struct save_command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"replace", no_argument, NULL, OPTION_REPLACE},
        {"format", required_argument, NULL, OPTION_FORMAT}, /* known so that it can be answered */
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    optind = 0;
    while ((option = options_next(command->options, argv[0], argc, argv, "i:h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_save);
            return 1;
        }
        if (option == 'i')
            command->index = optarg;
        else if (option == OPTION_REPLACE)
            command->replace = true;
        else {
            if (option == OPTION_FORMAT)
                report_usage(command->options, argv[0],
                             "FILE's ending says the format, and - is .npy; show --format csv prints text");
            return -EINVAL;
        }
    }
    return 0;
}

static int parse(struct save_command *command, int argc, char **argv)
{
    int r = parse_options(command, argc, argv);
    if (r != 0)
        return r;
    if (optind + 2 != argc) {
        report_usage(command->options, argv[0],
                     optind == argc       ? "which segment? save NAME FILE"
                     : optind + 1 == argc ? "into which file? save NAME FILE"
                                          : "takes NAME and FILE");
        return -EINVAL;
    }
    command->name = argv[optind];
    command->file = argv[optind + 1];
    command->to_stream = strcmp(command->file, "-") == 0;
    command->wait.may_hang = command->to_stream;
    if (command->to_stream && isatty(STDOUT_FILENO)) {
        report_usage(command->options, argv[0],
                     "standard output is a terminal, and .npy is binary: name a file, or a pipe takes it");
        return -EINVAL;
    }
    r = save_format_of(command->file, &command->save.format, &command->error);
    if (r < 0)
        report_error(command->options, command->file, &command->error);
    return r;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct save_command command = {
        .options = options, .save.fd = -1, .place.directory = -1, .wait.ascii = options->ascii};
    int code = parse(&command, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = EXIT_STATUS_DONE;
    command.directory = command_open_directory(options, &status);
    if (command.directory)
        status = save(&command);
    save_place_close(&command.place);
    fd_close(&command.save.fd);
    segment_clear(&command.segment);
    directory_close(command.directory);
    return status;
}

const struct command command_save = {
    .name = "save",
    .usage = "save [-i INDEX] [--replace] NAME FILE",
    .summary = "A segment's matrix into a .npy or .csv file",
    .help = "FILE's ending says which; - is standard output, as .npy.\n"
            "  -i INDEX       a part of it, as in numpy's brackets: 17,0:20,::2\n"
            "      --replace  even if FILE exists: readers see the old one or the new, never half\n"
            "  -h, --help\n",
    .run = run,
};
