#include "tui/command/find.h"

#include <stdlib.h>

enum exit_status find_all(const struct options *options, const struct directory *directory,
                          char *const *texts, size_t count, struct found *ret_found)
{
    enum exit_status status = EXIT_STATUS_DONE;
    struct found found = {.names = calloc(count, sizeof *found.names),
                          .ids = calloc(count, sizeof *found.ids)};
    for (size_t i = 0; found.names && found.ids && i < count; i++) {
        struct segment segment = {0};
        struct error error = {0};
        if (segment_find(directory, texts[i], &segment, &error) < 0) {
            status = exit_status_worse(status, report_error(options, texts[i], &error));
            continue;
        }
        found.ids[found.count] = segment.id;
        found.names[found.count++] = segment.name;
        segment.name = NULL;
        segment_clear(&segment);
    }
    if (!found.names || !found.ids) {
        report_problem(options, NULL, "no memory for %zu names", count);
        status = EXIT_STATUS_FAILED;
    }
    *ret_found = found;
    return status;
}

void found_clear(struct found *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->names[i]);
    free(found->names);
    free(found->ids);
}
