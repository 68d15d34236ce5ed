/*
 * A NAME that nothing bears: what it was the last name of and is still held is told by its inode, for that
 * is how it is addressed. Sweeps once, when the first such NAME comes, however many there are.
 */
#ifndef SHMTOP_TUI_COMMAND_GONE_H
#define SHMTOP_TUI_COMMAND_GONE_H

#include "core/process/sweep.h"
#include "core/segment/directory.h"
#include "tui/command/report.h"

struct gone {
    const struct options *options;     /* borrowed */
    const struct directory *directory; /* borrowed */
    const char *matches;               /* the command that takes a pattern in place of a NAME: "rm --where" */
    bool looked;
    struct sweep sweep; /* all zero where none could be made */
};

/* "'#4711', '#4712'": the first few that bore this name. False: none that can be seen. */
bool gone_find(struct gone *gone, const char *text, char *buf, size_t size);

/* report_error; where nothing was found also what the name may stand for. */
enum exit_status gone_report(struct gone *gone, const char *text, const struct error *error);
void gone_clear(struct gone *gone);

#endif
