/*
 * The command load as its parts see it: load.c (its course), load_options.c (what is asked for), load_say.c
 * (what a person is told).
 */
#ifndef SHMTOP_TUI_COMMAND_LOAD_PRIVATE_H
#define SHMTOP_TUI_COMMAND_LOAD_PRIVATE_H

#include "core/transfer/load.h"
#include "tui/command/command.h"
#include "tui/command/job_wait.h"

struct load_command {
    const struct options *options;
    const char *file;
    const char *name; /* NULL until it is known */
    char default_name[NAME_PATH_MAX];
    struct source_options from;
    struct dtype as; /* what load.as and from.as point to */
    struct load_options load;
    struct directory *directory;
    struct load *source;
    struct matrix found; /* borrowed from source: as the file has it, before the load */
    struct job_wait wait;
    struct error error;
    struct load_report report;
};

/* 0, 1: it was only asked for help, -EINVAL after a complaint. */
int load_parse(struct load_command *command, int argc, char **argv);

/* What the progress bar does not say. */
void load_say_running(const void *command, char *buf, size_t size);

/* After it was done. */
void load_say_done(const struct load_command *command);

/* Why it was not. */
enum exit_status load_say_failure(const struct load_command *command);

#endif
