/*
 * shmtop restore: a segment whose name is gone gets one again, as a copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/process/unlinked.h"
#include "core/process/users.h"
#include "core/sys/fd.h"
#include "core/transfer/restore.h"
#include "tui/command/command.h"
#include "tui/command/gone.h"
#include "tui/command/use.h"

struct restoration {
    const struct options *options;
    struct directory *directory;
    const char *text; /* "#INODE" */
    bool is_inode;
    uint64_t inode;
    const char *name; /* NULL: its last */
};

/* An entry comes before one whose name is gone; there is nothing to restore then. */
static int check_unnamed(const struct restoration *restoration, struct error *error)
{
    struct segment segment;
    char name[NAME_PRINTABLE_MAX];
    int r = segment_find(restoration->directory, restoration->text, &segment, error);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    name_escape(segment.name, strlen(segment.name), false, name, sizeof name);
    segment_clear(&segment);
    return error_set(error, EEXIST, "its name is not gone: it is %s", name);
}

/* A load under way never had a name but "#INODE". */
static int choose_name(struct restoration *restoration, const struct unlinked *unlinked, struct error *error)
{
    char own[32];
    const char *last = unlinked->segment.name, *slash = strrchr(last, '/');
    snprintf(own, sizeof own, "#%" PRIu64, unlinked->segment.id.inode);
    if (restoration->name)
        return 0;
    if (strcmp(slash ? slash + 1 : last, own) == 0)
        return error_set(error, EBUSY,
                         "it never had a name: it is being made; give one to take what is there");
    restoration->name = last;
    return 0;
}

static void say_restored(const struct restoration *restoration, const struct restore_report *report,
                         const struct holders *holders)
{
    const struct options *options = restoration->options;
    char name[NAME_PRINTABLE_MAX], size[FORMAT_BYTES_MAX], names[2048];
    report_escape(options, restoration->name, name, sizeof name);
    format_bytes(report->size, size, sizeof size);
    printf("restored %s: %s, inode %" PRIu64 "\n", name, size, report->id.inode);
    if (report->other_group)
        puts("its old group may not be given by you: that group lost what it might do");
    if (report->undescribed)
        puts("what describe recorded of the old one could not be recorded of it: the state file cannot be "
             "written");
    if (report->changed)
        puts("it was written while it was copied: old values and new may be mixed");
    struct users *users = users_new(options->numeric);
    use_names(holders, users, names, sizeof names);
    users_free(users);
    report_putf(options, stdout, "the old one stays with who holds it, who see nothing of this one: %s\n",
                names);
}

static int restore(struct restoration *restoration, struct unlinked *unlinked, struct error *error)
{
    const char *proc_root = restoration->options->host.proc_root;
    struct restore_report report;
    int r = choose_name(restoration, unlinked, error);
    if (r < 0)
        return r;
    int fd AUTO_CLOSE =
        unlinked_open_held(proc_root, &unlinked->segment.id, &unlinked->other->holders, O_RDONLY, error);
    if (fd < 0)
        return fd;
    r = restore_run(restoration->directory, restoration->name, fd,
                    &(struct restore_options){.proc_root = proc_root, .cgroup_root = "/sys/fs/cgroup"},
                    &report, NULL, error);
    if (r == 0)
        say_restored(restoration, &report, &unlinked->other->holders);
    return r;
}

static enum exit_status find_and_restore(struct restoration *restoration)
{
    struct unlinked unlinked = {0};
    struct error error = {0};
    const char *subject = restoration->text;
    int r = directory_may_change(restoration->directory, &error);
    if (r == 0 && restoration->name && (r = name_check(restoration->name, &error)) < 0)
        subject = restoration->name;
    if (r == 0)
        r = check_unnamed(restoration, &error);
    if (r == 0)
        r = unlinked_find(restoration->directory, restoration->options->host.proc_root, restoration->inode,
                          &unlinked, &error);
    if (r == 0) {
        r = restore(restoration, &unlinked, &error);
        if (restoration->name)
            subject = restoration->name;
    }
    enum exit_status status = r < 0 ? report_error(restoration->options, subject, &error) : EXIT_STATUS_DONE;
    unlinked_clear(&unlinked);
    return status;
}

/* 1: it was only asked for help. */
static int parse(struct restoration *restoration, int argc, char **argv)
{
    static const struct option names[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int option;
    optind = 0;
    while ((option = options_next(restoration->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option != 'h')
            return -EINVAL;
        command_print_usage(&command_restore);
        return 1;
    }
    if (optind == argc || optind + 2 < argc) {
        report_usage(restoration->options, argv[0],
                     optind == argc ? "which one? restore '#INODE' [NAME]" : "takes '#INODE' and NAME");
        return -EINVAL;
    }
    restoration->text = argv[optind];
    restoration->name = argv[optind + 1];
    restoration->is_inode = segment_read_inode(restoration->text, &restoration->inode);
    return 0;
}

/* A name that is gone says what is meant, but several may have borne it. */
static enum exit_status refuse_name(const struct restoration *restoration)
{
    struct gone gone = {restoration->options, restoration->directory};
    char inodes[128];
    if (gone_find(&gone, restoration->text, inodes, sizeof inodes))
        report_problem(restoration->options, restoration->text,
                       "restore takes an inode number: deleted, but still in use: %s", inodes);
    else
        report_usage(restoration->options, "restore",
                     "takes the inode of what has no name any more, as '#1234'");
    gone_clear(&gone);
    return EXIT_STATUS_USAGE;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct restoration restoration = {.options = options};
    int code = parse(&restoration, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    enum exit_status status = EXIT_STATUS_DONE;
    restoration.directory = command_open_directory(options, &status);
    if (restoration.directory)
        status = restoration.is_inode ? find_and_restore(&restoration) : refuse_name(&restoration);
    directory_close(restoration.directory);
    return status;
}

const struct command command_restore = {
    .name = "restore",
    .usage = "restore '#INODE' [NAME]",
    .summary = "A deleted segment that somebody still holds, copied back",
    .help = "NAME is its last name unless given. list and info tell the inode.\n"
            "  -h, --help\n",
    .run = run,
};
