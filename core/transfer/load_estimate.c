#include <stdlib.h>

#include "core/sys/checked.h"
#include "core/transfer/load_private.h"

#define SAMPLE (64u << 10) /* bytes of first lines */

uint64_t load_estimate_rows(const struct load *load)
{
    const struct input *input = &load->source->input;
    uint64_t lines = 0, bytes = 0;
    char *head = input->is_stream ? NULL : malloc(SAMPLE);
    if (!head)
        return 0;
    ssize_t n = input_pread(input, head, SAMPLE, 0, NULL);
    for (ssize_t i = 0; i < n; i++)
        if (head[i] == '\n') {
            lines++;
            bytes = (uint64_t)i + 1;
        }
    free(head);
    return lines == 0 ? 0 : (uint64_t)((double)input->size / (double)bytes * (double)lines);
}
