/*
 * shmtop load: a file into a segment, all or nothing. A signal that ends it while it waits for a silent pipe
 * leaves nothing either: the kernel takes the unnamed file back.
 */
#include "core/process/producers.h"
#include "tui/command/load_private.h"

static int run_job(void *context, struct progress *progress, struct error *error)
{
    struct load_command *command = context;
    return load_run(command->source, command->directory, command->name, &command->load, progress,
                    &command->report, error);
}

static int open_file(struct load_command *command)
{
    struct source_options from = command->from;
    from.spool = command->directory;
    from.proc_root = command->load.proc_root;
    from.cgroup_root = command->load.cgroup_root;
    int r = load_open(&command->source, command->file, &from, &command->error);
    if (r == 0)
        command->found = *load_matrix(command->source);
    return r;
}

/* Which of FILE and NAME the error is about is told by where it came from. */
static enum exit_status load_into(struct load_command *command)
{
    struct error *error = &command->error;
    if (!command->name) {
        if (load_default_name(command->file, command->default_name, sizeof command->default_name, error) < 0)
            return report_error(command->options, command->file, error);
        command->name = command->default_name;
    }
    if (name_check(command->name, error) < 0 || directory_may_change(command->directory, error) < 0)
        return report_error(command->options, command->name, error);
    if (open_file(command) < 0)
        return report_error(command->options, command->file, error);
    command->load.publish.is_protected =
        command->options->host.producers_lost ||
        producer_is_protected(producers_find(command->options->host.producers, command->name, NULL));
    if (job_wait_run(&command->wait, run_job, command, error) < 0)
        return load_say_failure(command);
    load_say_done(command);
    load_report_clear(&command->report);
    return EXIT_STATUS_DONE;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct load_command command = {
        .options = options,
        .load = {.order = LOAD_ORDER_KEEP,
                 .layout = LAYOUT_NPY,
                 .proc_root = options->host.proc_root,
                 .producers = options->host.producers,
                 .cgroup_root = "/sys/fs/cgroup"},
        .from = {.header_lines = -1},
        .wait = {.ascii = options->ascii, .may_hang = true, .say = load_say_running},
    };
    command.load.publish.uid = (uid_t)-1;
    command.load.publish.gid = (gid_t)-1;
    int code = load_parse(&command, argc, argv);
    enum exit_status status = code < 0 ? EXIT_STATUS_USAGE : EXIT_STATUS_DONE;
    if (code == 0)
        command.directory = command_open_directory(options, &status);
    if (command.directory)
        status = load_into(&command);
    load_close(command.source);
    directory_close(command.directory);
    dtype_clear(&command.as);
    return status;
}

const struct command command_load = {
    .name = "load",
    .usage = "load [OPTIONS] FILE [NAME]",
    .summary = "A file into a segment",
    .help = "FILE is a .npy file, an .npz, a pickle of one array, a table as text (.csv, .tsv,\n"
            ".txt), or raw bytes (with --as and --shape); - is standard input. Its content tells\n"
            "which. NAME is the file's stem and .shm unless given.\n"
            "      --as DTYPE         convert to this type: f2, >f4, float64, ...; rounds to a float,\n"
            "                         cuts fractions off to an integer\n"
            "      --strict           refuse if a value would become inf, be out of an integer's\n"
            "                         range, or lose its nan; rounding is no reason\n"
            "      --member M         of an .npz file: which of its arrays\n"
            "      --delimiter C      of a text file: a character, tab, or space (blanks and tabs)\n"
            "      --header-lines N   of a text file: lines to skip\n"
            "      --shape N,M...     FILE is raw bytes of the type --as, exactly so many; one of\n"
            "                         a regular file may be -1: found from its length\n"
            "      --order keep|C|F   how the elements are to lie; as in the file unless told\n"
            "      --layout npy|raw   with the header that numpy reads, or the bytes alone\n"
            "      --mode OCTAL       permissions; 0666 less the umask unless told\n"
            "      --group G          its group, a name or a number\n"
            "      --owner U          its owner, a name or a number\n"
            "      --replace          even if NAME exists: who maps the old one keeps it\n"
            "      --allow held       with --replace: even if processes hold the old one\n"
            "      --allow protected  with --replace: even if software would break without the old one\n"
            "  -h, --help\n"
            "What --strict refuses is counted and told without it too. Rounding, fractions cut off\n"
            "and small numbers that become 0 are not counted.\n",
    .run = run,
};
