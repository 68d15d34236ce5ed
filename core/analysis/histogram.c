#include "core/analysis/histogram.h"

#include <stdlib.h>

void histogram_clear(struct histogram *histogram)
{
    free(histogram->edges);
    free(histogram->counts);
    *histogram = (struct histogram){0};
}
