/*
 * Raw bytes get the description that a .npy would have had: in their attribute, before they have a name;
 * where there are no attributes, in the user's state file, once they have one.
 */
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/segment/description.h"
#include "core/transfer/load_private.h"

bool run_give_attribute(const struct run *run)
{
    char *header;
    if (run->options->layout != LAYOUT_RAW || npy_write_dictionary(&run->plan.target, &header, NULL) < 0)
        return false;
    int r = publish_set_attribute(run->publish, DESCRIPTION_HEADER, header, strlen(header), NULL);
    free(header);
    return r == 0;
}

void run_record(const struct run *run, bool has_attribute, struct load_report *report)
{
    if (run->options->layout != LAYOUT_RAW || has_attribute)
        return;
    descriptions_record(directory_descriptions(run->directory), run->directory, &report->id,
                        &run->plan.target, &report->undescribed);
}
