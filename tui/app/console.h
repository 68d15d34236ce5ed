/*
 * The console: the terminal, the watch, the workers and the app, and the one loop that waits for them.
 */
#ifndef SHMTOP_TUI_APP_CONSOLE_H
#define SHMTOP_TUI_APP_CONSOLE_H

#include "core/process/host.h"
#include "tui/term/terminal.h"

struct console_options {
    const char *directory; /* borrowed */
    struct host host;      /* what it points to stays until the program ends */
    const char *problem;   /* printable, said at the start; NULL: none */
    bool read_only;
    bool numeric; /* no user names */
    bool ascii;   /* lines and bars in ASCII */
    enum color_mode color;
};

/*
 * Runs until the user quits or the terminal is gone; the terminal is given back as it was. On HUP, INT, TERM
 * or QUIT the signal is raised again with its default action, after everything was closed: then this does not
 * return. Returns 0; -ENOENT, -EACCES and the like for the directory; -ENOTTY where there is no usable
 * terminal (exit 6).
 */
int console_run(const struct console_options *options, struct error *error);

#endif
