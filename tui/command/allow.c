#include "tui/command/allow.h"

#include <errno.h>
#include <string.h>

int allow_parse(const struct options *options, const char *who, const char *text, bool *held,
                bool *is_protected)
{
    if (strcmp(text, "held") == 0) {
        *held = true;
        return 0;
    }
    if (strcmp(text, "protected") == 0) {
        *is_protected = true;
        return 0;
    }
    report_usage(options, who, "option --allow takes held or protected");
    return -EINVAL;
}
