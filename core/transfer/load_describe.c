/*
 * Raw bytes get the description that a .npy would have had, before they have a name: whoever sees them can
 * know what they are, even if the load is killed. In their attribute or, where there are no attributes, in
 * the user's state file, for a file is the same with a name and without.
 */
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/segment/description.h"
#include "core/transfer/load_private.h"

static int give_attribute(const struct run *run)
{
    char *header;
    int r = npy_write_dictionary(&run->plan.target, &header, NULL);
    if (r < 0)
        return r;
    r = publish_set_attribute(run->publish, DESCRIPTION_HEADER, header, strlen(header), NULL);
    free(header);
    return r;
}

static int record(const struct run *run, const struct matrix *matrix, struct error *error)
{
    return descriptions_record(directory_descriptions(run->directory), run->directory,
                               publish_get_id(run->publish), matrix, error);
}

void run_describe(const struct run *run, struct error *ret_undescribed)
{
    if (run->options->layout == LAYOUT_RAW && give_attribute(run) < 0)
        record(run, &run->plan.target, ret_undescribed);
}

void run_forget_description(const struct run *run)
{
    if (run->options->layout == LAYOUT_RAW)
        record(run, NULL, NULL);
}
