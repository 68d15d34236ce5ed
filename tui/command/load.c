/*
 * shmtop load: a file into a segment, all or nothing. A signal that ends it while it waits for a silent pipe
 * leaves nothing either: the kernel takes the unnamed file back.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/column.h"
#include "core/process/producers.h"
#include "core/transfer/load.h"
#include "tui/command/allow.h"
#include "tui/command/command.h"
#include "tui/command/job_wait.h"
#include "tui/command/use.h"

struct load_command {
    const struct options *options;
    const char *file;
    const char *name; /* NULL until it is known */
    char default_name[NAME_PATH_MAX];
    struct load_options load;
    struct directory *directory;
    struct load *source;
    struct job_wait wait;
    struct error error;
    struct load_report report;
};

static int run_job(void *context, struct progress *progress, struct error *error)
{
    struct load_command *command = context;
    return load_run(command->source, command->directory, command->name, &command->load, progress,
                    &command->report, error);
}

/* "prices.shm: float16 40000 × 60000, 4.5G in 1.2 s" */
static void say_loaded(const struct load_command *command)
{
    const struct matrix *matrix = load_matrix(command->source);
    char name[NAME_PRINTABLE_MAX], type[DTYPE_NAME_MAX], shape[1024], bytes[16];
    if (!job_wait_shows())
        return;
    report_escape(command->options, command->name, name, sizeof name);
    dtype_name(&matrix->dtype, type);
    matrix_shape_text(matrix->rank, matrix->shape, command->options->ascii, shape, sizeof shape);
    format_bytes(command->report.bytes, bytes, sizeof bytes);
    int64_t tenths = (command->wait.elapsed + 50) / 100;
    report_putf(command->options, stderr, "%s: %s %s, %s in %lld.%lld s\n", name, type, shape, bytes,
                (long long)tenths / 10, (long long)tenths % 10);
}

static void say_replaced(const struct load_command *command)
{
    const struct load_report *report = &command->report;
    if (!report->replaced || report->still_held.count == 0)
        return;
    struct users *users = users_new(command->options->numeric);
    const struct holders *holders = &report->still_held.of[0];
    char names[2048], bytes[16], unread[512];
    use_unread(&report->still_held, unread, sizeof unread);
    format_bytes(report->old_allocated, bytes, sizeof bytes);
    if (users && holders->count > 0) {
        use_names(holders, users, names, sizeof names);
        report_problem(command->options, command->name,
                       "the old one is still held by %s: its %s come back when they end", names, bytes);
    } else if (unread[0])
        report_problem(command->options, command->name, "%s: others may hold the old one", unread);
    users_free(users);
}

static int parse_mode(struct load_command *command, const char *who, const char *text)
{
    char *end;
    unsigned long mode = strtoul(text, &end, 8);
    if (!text[0] || strspn(text, "01234567") != strlen(text) || strlen(text) > 5 || mode > 0777) {
        report_usage(command->options, who, "option --mode takes an octal number up to 0777");
        return -EINVAL;
    }
    command->load.publish.mode = (mode_t)mode;
    command->load.publish.mode_set = true;
    return 0;
}

/* A number that fits an id and is not "keep". */
static bool parse_id(const char *text, uint32_t *ret_id)
{
    char *end;
    errno = 0;
    unsigned long long id = strtoull(text, &end, 10);
    if (!text[0] || text[strspn(text, "0123456789")] || errno || id >= UINT32_MAX)
        return false;
    *ret_id = (uint32_t)id;
    return true;
}

static int parse_owner(struct load_command *command, const char *who, const char *text, bool is_group)
{
    char shown[512];
    uint32_t id;
    const struct passwd *user = is_group ? NULL : getpwnam(text);
    const struct group *group = is_group ? getgrnam(text) : NULL;
    if (user)
        id = user->pw_uid;
    else if (group)
        id = group->gr_gid;
    else if (!parse_id(text, &id)) {
        report_usage(command->options, who, "there is no %s %s", is_group ? "group" : "user",
                     report_escape(command->options, text, shown, sizeof shown));
        return -EINVAL;
    }
    if (is_group)
        command->load.publish.gid = id;
    else
        command->load.publish.uid = id;
    return 0;
}

static int parse_order(struct load_command *command, const char *who, const char *text)
{
    static const char *const words[] = {
        [LOAD_ORDER_KEEP] = "keep", [LOAD_ORDER_C] = "C", [LOAD_ORDER_F] = "F"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            command->load.order = (enum load_order)i;
            return 0;
        }
    }
    report_usage(command->options, who, "option --order takes keep, C or F");
    return -EINVAL;
}

static int parse_layout(struct load_command *command, const char *who, const char *text)
{
    bool is_npy = strcmp(text, "npy") == 0;
    if (!is_npy && strcmp(text, "raw") != 0) {
        report_usage(command->options, who, "option --layout takes npy or raw");
        return -EINVAL;
    }
    command->load.layout = is_npy ? LAYOUT_NPY : LAYOUT_RAW;
    return 0;
}

enum {
    OPTION_ORDER = 256,
    OPTION_LAYOUT,
    OPTION_MODE,
    OPTION_GROUP,
    OPTION_OWNER,
    OPTION_REPLACE,
    OPTION_ALLOW,
};

static int take_option(struct load_command *command, const char *who, int option)
{
    struct publish_options *publish = &command->load.publish;
    switch (option) {
    case OPTION_ORDER:
        return parse_order(command, who, optarg);
    case OPTION_LAYOUT:
        return parse_layout(command, who, optarg);
    case OPTION_MODE:
        return parse_mode(command, who, optarg);
    case OPTION_GROUP:
        return parse_owner(command, who, optarg, true);
    case OPTION_OWNER:
        return parse_owner(command, who, optarg, false);
    case OPTION_REPLACE:
        publish->replace = true;
        return 0;
    case OPTION_ALLOW:
        return allow_parse(command->options, who, optarg, &publish->allow_held, &publish->allow_protected);
    default:
        return -EINVAL;
    }
}

/* 1: it was only asked for help. */
static int parse(struct load_command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"order", required_argument, NULL, OPTION_ORDER},
        {"layout", required_argument, NULL, OPTION_LAYOUT},
        {"mode", required_argument, NULL, OPTION_MODE},
        {"group", required_argument, NULL, OPTION_GROUP},
        {"owner", required_argument, NULL, OPTION_OWNER},
        {"replace", no_argument, NULL, OPTION_REPLACE},
        {"allow", required_argument, NULL, OPTION_ALLOW},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    optind = 0;
    while ((option = options_next(command->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_load);
            return 1;
        }
        if (take_option(command, argv[0], option) < 0)
            return -EINVAL;
    }
    if (optind == argc || optind + 2 < argc) {
        report_usage(command->options, argv[0],
                     optind == argc ? "which file? load FILE [NAME]" : "takes FILE and NAME");
        return -EINVAL;
    }
    command->file = argv[optind];
    command->name = argv[optind + 1];
    return 0;
}

/* Who has the segment that may not be replaced, as far as can be seen. */
static void name_old_holders(const struct load_command *command, char *buf, size_t size)
{
    struct segment old = {0};
    struct sweep_scope scope = {.ids = &old.id, .n = 1, .threads = sweep_threads()};
    struct sweep sweep = {0};
    buf[0] = '\0';
    if (segment_stat(command->directory, command->name, &old, NULL) == 0 &&
        sweep_run(command->options->host.proc_root, &scope, &sweep, NULL, NULL) == 0 &&
        sweep.of[0].count > 0) {
        struct users *users = users_new(command->options->numeric);
        if (users)
            use_names(&sweep.of[0], users, buf, size);
        users_free(users);
    }
    if (sweep.count > 0)
        sweep_clear(&sweep);
    segment_clear(&old);
}

static enum exit_status report_failure(struct load_command *command)
{
    char names[2048];
    if (command->error.code != EBUSY || !command->load.publish.replace)
        return report_error(command->options, command->name, &command->error);
    name_old_holders(command, names, sizeof names);
    if (!names[0])
        return report_error(command->options, command->name, &command->error);
    report_problem(command->options, command->name, "%s; held by %s", command->error.text, names);
    return exit_status_of(command->error.code);
}

/* Which of FILE and NAME the error is about is told by where it came from. */
static enum exit_status load_into(struct load_command *command)
{
    struct error *error = &command->error;
    const struct source_options source = {.header_lines = -1,
                                          .spool = command->directory,
                                          .proc_root = command->load.proc_root,
                                          .cgroup_root = command->load.cgroup_root};
    if (!command->name) {
        if (load_default_name(command->file, command->default_name, sizeof command->default_name, error) < 0)
            return report_error(command->options, command->file, error);
        command->name = command->default_name;
    }
    if (name_check(command->name, error) < 0 || directory_may_change(command->directory, error) < 0)
        return report_error(command->options, command->name, error);
    if (load_open(&command->source, command->file, &source, error) < 0)
        return report_error(command->options, command->file, error);
    command->load.publish.is_protected =
        command->options->host.producers_lost ||
        producer_is_protected(producers_find(command->options->host.producers, command->name, NULL));
    if (job_wait_run(&command->wait, run_job, command, error) < 0)
        return report_failure(command);
    say_loaded(command);
    say_replaced(command);
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
        .wait = {.ascii = options->ascii, .may_hang = true},
    };
    command.load.publish.uid = (uid_t)-1;
    command.load.publish.gid = (gid_t)-1;
    int code = parse(&command, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = EXIT_STATUS_DONE;
    command.directory = command_open_directory(options, &status);
    if (command.directory)
        status = load_into(&command);
    load_close(command.source);
    directory_close(command.directory);
    return status;
}

const struct command command_load = {
    .name = "load",
    .usage = "load [OPTIONS] FILE [NAME]",
    .summary = "A .npy file into a segment",
    .help = "FILE - is standard input. NAME is the file's stem and .shm unless given.\n"
            "      --order keep|C|F   how the elements are to lie; as in the file unless told\n"
            "      --layout npy|raw   with the header that numpy reads, or the bytes alone\n"
            "      --mode OCTAL       permissions; 0666 less the umask unless told\n"
            "      --group G          its group, --owner U its owner: names or numbers\n"
            "      --owner U\n"
            "      --replace          even if NAME exists: who maps the old one keeps it\n"
            "      --allow held       with --replace: even if processes hold the old one\n"
            "      --allow protected  even if the name belongs to software that breaks without it\n"
            "  -h, --help\n",
    .run = run,
};
