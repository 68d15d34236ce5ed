/*
 * --allow held, --allow protected: what rm and load --replace refuse otherwise.
 */
#ifndef SHMTOP_TUI_COMMAND_ALLOW_H
#define SHMTOP_TUI_COMMAND_ALLOW_H

#include "tui/command/report.h"

/* Sets the one that text names. -EINVAL after a complaint. */
int allow_parse(const struct options *options, const char *who, const char *text, bool *held,
                bool *is_protected);

#endif
