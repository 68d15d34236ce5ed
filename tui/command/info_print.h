/*
 * What `info` says of one segment, as lines and as JSON.
 */
#ifndef SHMTOP_TUI_COMMAND_INFO_PRINT_H
#define SHMTOP_TUI_COMMAND_INFO_PRINT_H

#include "core/transfer/delete.h"
#include "tui/command/report.h"
#include "tui/command/segment_json.h"

struct info_shown {
    const char *name; /* borrowed */
    struct row row;
    struct delete_item *item; /* borrowed; NULL: its name is gone */
    struct sweep sweep; /* what it owns is not ours; complete only where all that might hold this was seen
                         */
};

struct info_page {
    const struct options *options;
    struct users *users; /* names are looked up */
    int64_t now;         /* ns since 1970 */
};

void info_print_text(const struct info_page *page, const struct info_shown *shown);
void info_print_json(const struct info_page *page, struct json *json, const struct info_shown *shown);

#endif
