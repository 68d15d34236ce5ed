/*
 * The options that stand before the command, and what reading options has in common.
 */
#ifndef SHMTOP_TUI_COMMAND_OPTIONS_H
#define SHMTOP_TUI_COMMAND_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "core/process/host.h"
#include "tui/term/terminal.h"

struct options {
    const char *directory; /* borrowed from argv */
    const char *producers; /* the file of that table */
    struct host host;      /* main.c's; what it points to stays until the program ends */
    bool read_only;
    bool numeric; /* no user names */
    bool ascii;   /* asked for, or the locale is not UTF-8 */
    enum color_mode color;
    bool help;
    bool version;
};

/*
 * Reads the global options up to the command; *ret_first is the index of the command, argc where there is
 * none. options->ascii is to say beforehand whether the locale can show more. Returns 0, or -EINVAL after a
 * complaint.
 */
int options_parse(struct options *options, int argc, char **argv, int *ret_first);

/*
 * As getopt_long, but complains for us: the option's value, -1 at the end, '?' after a complaint. letters
 * without a leading colon. who: the command, NULL for the global options. Set optind to 0 before the first
 * call.
 */
int options_next(const struct options *options, const char *who, int argc, char **argv, const char *letters,
                 const struct option *names);

#endif
