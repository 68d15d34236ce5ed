/*
 * The sub-commands: one file each, one table.
 */
#ifndef SHMTOP_TUI_COMMAND_COMMAND_H
#define SHMTOP_TUI_COMMAND_COMMAND_H

#include "core/segment/directory.h"
#include "tui/command/report.h"

struct command {
    const char *name;
    const char *usage;   /* what follows "shmtop [OPTIONS] " */
    const char *summary; /* one line */
    const char *help;    /* the lines on options, each with its newline */
    enum exit_status (*run)(const struct options *options, int argc, char **argv);
};

extern const struct command command_list;
extern const struct command command_info;
extern const struct command command_show;
extern const struct command command_stats;
extern const struct command command_find;
extern const struct command command_describe;
extern const struct command command_load;
extern const struct command command_save;
extern const struct command command_rm;
extern const struct command command_restore;
extern const struct command command_watch;

/* Runs argv[0] of argc words and flushes standard output. */
enum exit_status command_run(const struct options *options, int argc, char **argv);

/* --help before any command. */
void command_print_help(FILE *out);

/* What each --help prints. */
void command_print_usage(const struct command *command);

/* Opens options->directory; complains. NULL: *ret_status says why. */
struct directory *command_open_directory(const struct options *options, enum exit_status *ret_status);

/* Now, ns since 1970. */
int64_t command_now(void);

#endif
