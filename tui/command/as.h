/*
 * --as DTYPE --shape N,M… [--order C|F] [--offset BYTES]: what a person says that raw bytes are.
 */
#ifndef SHMTOP_TUI_COMMAND_AS_H
#define SHMTOP_TUI_COMMAND_AS_H

#include "core/matrix/fit.h"
#include "tui/command/options.h"

enum { OPTION_AS = 512, OPTION_SHAPE, OPTION_ORDER, OPTION_OFFSET };

/* Rows of a command's own list of options. */
#define AS_OPTION_NAMES                                                                                      \
    {"as", required_argument, NULL, OPTION_AS}, {"shape", required_argument, NULL, OPTION_SHAPE},            \
        {"order", required_argument, NULL, OPTION_ORDER},                                                    \
    {                                                                                                        \
        "offset", required_argument, NULL, OPTION_OFFSET                                                     \
    }

struct as {
    bool has_type, has_shape, has_order, has_offset;
    struct dtype dtype; /* a simple type, which owns nothing */
    struct fit shape;
    char order;
    uint64_t offset;
};

/* Takes one of these options. 0, 1 where it is none of them, or -EINVAL after a complaint. */
int as_take(struct as *as, const struct options *options, const char *who, int option, const char *value);

/* Whether all that is needed was given, or nothing at all: 0, or -EINVAL after a complaint. */
int as_check(const struct as *as, const struct options *options, const char *who);

/* The matrix that they make of a segment of this size, whose data begin at payload unless they say otherwise;
 * nothing in it is owned. As fit_apply. */
int as_matrix(const struct as *as, uint64_t size, uint64_t payload, struct matrix *ret_matrix,
              struct error *error);

/* "covers 800 of 3,072,000 bytes", where the matrix ends before a segment of this size does; else "". */
void as_cover_text(const struct matrix *matrix, uint64_t size, char *buf, size_t buf_size);

#endif
