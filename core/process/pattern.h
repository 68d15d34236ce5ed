/*
 * Patterns of names, with a way to say where in the name a pid stands.
 *
 *     *       any run of bytes, none too          ?       any byte
 *     #       decimal digits, at least one        #{6}    exactly six of them
 *     &       hexadecimal digits, either case     &{8}    exactly eight
 *     @       ASCII letters and digits            @{6}    exactly six
 *     ?{20}   exactly twenty bytes                <#> <&> digits that are the creator's pid, decimal or hex
 *     \c      the character c itself              else    itself
 *
 * A match takes time linear in the name, whatever the name holds.
 */
#ifndef SHMTOP_CORE_PROCESS_PATTERN_H
#define SHMTOP_CORE_PROCESS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PATTERN_ELEMENTS_MAX 62

enum pattern_kind {
    PATTERN_LITERAL,
    PATTERN_RUN, /* '*' */
    PATTERN_ANY,
    PATTERN_DECIMAL,
    PATTERN_HEX,
    PATTERN_ALNUM,
};

struct pattern_element {
    uint8_t kind; /* enum pattern_kind */
    bool repeats; /* once or more */
    char literal;
};

struct pattern {
    uint8_t count;
    uint8_t shortest;  /* bytes that a name needs */
    bool fixed;        /* every name that fits has that length */
    bool plain;        /* what repeats goes on as far as it fits: no choice while matching */
    uint8_t prefix;    /* literals it begins with */
    uint8_t suffix;    /* literals it ends with, none of them of the prefix */
    uint8_t run;       /* the first '*'; count: none */
    int8_t pid;        /* the element that is the pid; -1: none */
    uint8_t needle[2]; /* the longest run of literals: from, length */
    struct pattern_element elements[PATTERN_ELEMENTS_MAX];
};

/* False where the text is no pattern: empty, too long, a wrong count, more than one pid; *ret_problem then
 * says what was expected (a constant text). */
bool pattern_parse(struct pattern *ret_pattern, const char *text, size_t length, const char **ret_problem);

bool pattern_matches(const struct pattern *pattern, const char *name, size_t length);

/* Whether a name that fits may begin with this byte (an empty one: '\0'). */
bool pattern_may_begin(const struct pattern *pattern, char c);

/* The pid in a name that fits; 0 where the pattern has none, or the number is none that Linux gives (at most
 * 2^22). Its digits are a whole run of them, the first that leaves what is around it fitting; of a name with
 * more than 16 such runs perhaps none. */
pid_t pattern_pid(const struct pattern *pattern, const char *name, size_t length);

#endif
