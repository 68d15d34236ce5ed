/*
 * What a conversion would do to a file, from its first elements: for the dialog, before anything is loaded.
 */
#ifndef SHMTOP_CORE_TRANSFER_LOAD_PREVIEW_H
#define SHMTOP_CORE_TRANSFER_LOAD_PREVIEW_H

#include "core/matrix/convert.h"
#include "core/source/source.h"
#include "core/sys/progress.h"

struct load_preview {
    uint64_t elements; /* so many were looked at, as they lie in the file */
    bool whole;        /* these are all */
    struct convert_counts counts;
    double worst; /* greatest relative error of the others, finite and not 0: 6e-8 from float64 to float32; 1
                     where one became 0. 0 for what is no number */
};

/*
 * Opens FILE anew, as source_open, and converts its first elements, limit of them at most, into `as` (NULL:
 * as they are, nothing is lost). Nothing is written. Progress (may be NULL) is looked at for cancel alone. As
 * source_open and converter_make; -EINVAL for "-", which can be read once; -ECANCELED.
 */
int load_preview(const char *file, const struct source_options *options, const struct dtype *as,
                 uint64_t limit, struct load_preview *ret_preview, struct progress *progress,
                 struct error *error);

#endif
