#include <stdlib.h>

#include "core/sys/checked.h"
#include "core/transfer/load_private.h"

#define SAMPLE  (64u << 10) /* bytes of first lines */
#define SAMPLES 64          /* of a first line that is longer */

/* Line ends in n bytes; *ret_last: where the last of them ends. */
static uint64_t count_lines(const char *bytes, ssize_t n, uint64_t *ret_last)
{
    uint64_t lines = 0;
    for (ssize_t i = 0; i < n; i++)
        if (bytes[i] == '\n') {
            lines++;
            *ret_last = (uint64_t)i + 1;
        }
    return lines;
}

uint64_t load_estimate_rows(const struct load *load)
{
    const struct input *input = &load->source->input;
    uint64_t lines = 0, bytes = 0, at = 0, last = 0;
    char *head = input->is_stream ? NULL : malloc(SAMPLE);
    if (!head)
        return 0;
    for (int i = 0; lines == 0 && i < SAMPLES; i++) {
        ssize_t n = input_pread(input, head, SAMPLE, at, NULL);
        if (n <= 0)
            break;
        lines = count_lines(head, n, &last);
        bytes = at + (lines ? last : (uint64_t)n);
        at += (uint64_t)n;
    }
    free(head);
    lines += lines == 0 && bytes > 0; /* what was read is one line, at least */
    return lines == 0 ? 0 : (uint64_t)((double)input->size / (double)bytes * (double)lines);
}
