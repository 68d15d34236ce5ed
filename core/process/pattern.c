#include "core/process/pattern.h"

#include <string.h>

#define PID_LIMIT (1 << 22) /* PID_MAX_LIMIT of linux/threads.h */
#define COUNT_MAX 40
#define PID_TRIES 16 /* numbers of one name that may be the pid: a name of many shall not take long */

static bool is_decimal(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alnum(char c)
{
    return is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool fits(const struct pattern_element *element, char c)
{
    switch ((enum pattern_kind)element->kind) {
    case PATTERN_LITERAL:
        return element->literal == c;
    case PATTERN_RUN:
    case PATTERN_ANY:
        return true;
    case PATTERN_DECIMAL:
        return is_decimal(c);
    case PATTERN_HEX:
        return is_hex(c);
    case PATTERN_ALNUM:
        return is_alnum(c);
    }
    return false;
}

/* --- parsing --- */

struct reading {
    struct pattern *pattern;
    const char *text, *end;
    const char *problem;
};

static bool refuse(struct reading *reading, const char *problem)
{
    reading->problem = problem;
    return false;
}

static bool add(struct reading *reading, enum pattern_kind kind, bool repeats, char literal)
{
    struct pattern *pattern = reading->pattern;
    if (pattern->count == PATTERN_ELEMENTS_MAX)
        return refuse(reading, "a pattern of at most 62 characters");
    pattern->elements[pattern->count++] =
        (struct pattern_element){.kind = (uint8_t)kind, .repeats = repeats, .literal = literal};
    return true;
}

/* "{N}" behind a class: 0 where there is none, -1 where it is no count. */
static int read_count(struct reading *reading)
{
    if (reading->text == reading->end || *reading->text != '{')
        return 0;
    int count = 0;
    for (reading->text++; reading->text < reading->end && is_decimal(*reading->text) && count <= COUNT_MAX;)
        count = 10 * count + (*reading->text++ - '0');
    if (count < 1 || count > COUNT_MAX || reading->text == reading->end || *reading->text++ != '}')
        return -1;
    return count;
}

static bool add_class(struct reading *reading, enum pattern_kind kind)
{
    int count = read_count(reading);
    if (count < 0)
        return refuse(reading, "a count from 1 to 40, as in #{6}");
    if (count == 0)
        return add(reading, kind, kind != PATTERN_ANY, '\0');
    while (count-- > 0)
        if (!add(reading, kind, false, '\0'))
            return false;
    return true;
}

static bool add_pid(struct reading *reading)
{
    if (reading->end - reading->text < 2 || (reading->text[0] != '#' && reading->text[0] != '&') ||
        reading->text[1] != '>')
        return refuse(reading, "<#> or <&> for the creator's pid");
    if (reading->pattern->pid >= 0)
        return refuse(reading, "one creator's pid at most");
    reading->pattern->pid = (int8_t)reading->pattern->count;
    enum pattern_kind kind = reading->text[0] == '#' ? PATTERN_DECIMAL : PATTERN_HEX;
    reading->text += 2;
    return add(reading, kind, true, '\0');
}

static bool add_next(struct reading *reading)
{
    char c = *reading->text++;
    switch (c) {
    case '*':
        return add(reading, PATTERN_RUN, true, '\0');
    case '?':
        return add_class(reading, PATTERN_ANY);
    case '#':
        return add_class(reading, PATTERN_DECIMAL);
    case '&':
        return add_class(reading, PATTERN_HEX);
    case '@':
        return add_class(reading, PATTERN_ALNUM);
    case '<':
        return add_pid(reading);
    case '\\':
        if (reading->text == reading->end)
            return refuse(reading, "a character behind the last backslash");
        c = *reading->text++;
        break;
    case '/':
        return refuse(reading, "a pattern of one name, without '/'");
    }
    return add(reading, PATTERN_LITERAL, false, c);
}

static bool is_literal(const struct pattern *pattern, unsigned i)
{
    return pattern->elements[i].kind == PATTERN_LITERAL;
}

static bool stops_at(const struct pattern *pattern, unsigned i, unsigned neighbour)
{
    return is_literal(pattern, neighbour) &&
           !fits(&pattern->elements[i], pattern->elements[neighbour].literal);
}

/*
 * Whether a repeating element ends where it no longer fits, and nowhere else: before the only '*' read
 * forwards, behind it backwards, where '*' takes what is left.
 */
static bool ends_plainly(const struct pattern *pattern, unsigned i)
{
    if (i == pattern->run)
        return true;
    if (pattern->elements[i].kind == PATTERN_RUN)
        return false;
    if (i > pattern->run)
        return i == pattern->run + 1u || stops_at(pattern, i, i - 1);
    return i + 1u == pattern->count || stops_at(pattern, i, i + 1);
}

/* What lets most names be refused at a glance. */
static void measure(struct pattern *pattern)
{
    pattern->fixed = pattern->plain = true;
    while (pattern->run < pattern->count && pattern->elements[pattern->run].kind != PATTERN_RUN)
        pattern->run++;
    unsigned run = 0;
    for (unsigned i = 0; i < pattern->count; i++) {
        pattern->shortest = (uint8_t)(pattern->shortest + (pattern->elements[i].kind != PATTERN_RUN));
        pattern->fixed &= !pattern->elements[i].repeats;
        pattern->plain &= !pattern->elements[i].repeats || ends_plainly(pattern, i);
        run = is_literal(pattern, i) ? run + 1 : 0;
        if (run == i + 1)
            pattern->prefix = (uint8_t)run;
        if (run > pattern->needle[1]) {
            pattern->needle[0] = (uint8_t)(i + 1 - run);
            pattern->needle[1] = (uint8_t)run;
        }
    }
    pattern->suffix = run == pattern->count ? 0 : (uint8_t)run;
}

bool pattern_parse(struct pattern *ret_pattern, const char *text, size_t length, const char **ret_problem)
{
    struct pattern pattern = {.pid = -1};
    struct reading reading = {.pattern = &pattern, .text = text, .end = text + length};
    bool ok = length > 0 || refuse(&reading, "a pattern");
    while (ok && reading.text < reading.end)
        ok = add_next(&reading);
    if (ok) {
        measure(&pattern);
        *ret_pattern = pattern;
    } else {
        *ret_problem = reading.problem;
    }
    return ok;
}

/* --- matching --- */

/* Elements from up to end of a pattern. */
struct part {
    const struct pattern_element *elements;
    unsigned count;
};

/* A run that may be empty may also be passed over; several in a row too. */
static uint64_t pass_runs(struct part part, uint64_t at)
{
    for (uint64_t rest = at; rest; rest &= rest - 1) {
        unsigned i = (unsigned)__builtin_ctzll(rest);
        if (i < part.count && part.elements[i].kind == PATTERN_RUN) {
            at |= (uint64_t)2 << i;
            rest |= (uint64_t)2 << i;
        }
    }
    return at;
}

/* Where the positions at lead over one byte. */
static uint64_t step(struct part part, uint64_t at, char c)
{
    uint64_t next = 0;
    for (uint64_t rest = at; rest; rest &= rest - 1) {
        unsigned i = (unsigned)__builtin_ctzll(rest);
        if (i == part.count || !fits(&part.elements[i], c))
            continue;
        if (part.elements[i].repeats)
            next |= (uint64_t)1 << i;
        if (part.elements[i].kind != PATTERN_RUN)
            next |= (uint64_t)2 << i;
    }
    return next;
}

/*
 * Follows all positions in the pattern that can have been reached after each byte of the name, as a set of
 * bits (bit i: its first i elements are used up).
 */
static bool part_matches(struct part part, const char *name, size_t length)
{
    unsigned done = 0; /* literals at the beginning leave no choice */
    for (; done < part.count && part.elements[done].kind == PATTERN_LITERAL; done++)
        if (done >= length || part.elements[done].literal != name[done])
            return false;
    uint64_t at = pass_runs(part, (uint64_t)1 << done);
    for (size_t n = done; n < length && at; n++)
        at = pass_runs(part, step(part, at, name[n]));
    return at >> part.count & 1;
}

static bool literals_stand(const struct pattern *pattern, unsigned from, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (pattern->elements[from + i].literal != name[i])
            return false;
    return true;
}

/* Whether the longest run of literals stands anywhere. */
static bool needle_stands(const struct pattern *pattern, const char *name, size_t length)
{
    unsigned from = pattern->needle[0], count = pattern->needle[1];
    if (count == 0 || from < pattern->prefix)
        return true;
    char first = pattern->elements[from].literal;
    for (const char *at = name; length >= count; at++, length--) {
        const char *found = memchr(at, first, length - count + 1);
        if (!found)
            return false;
        if (literals_stand(pattern, from, count, found))
            return true;
        length -= (size_t)(found - at);
        at = found;
    }
    return false;
}

/* Nearly always the answer is no already. */
static bool may_match(const struct pattern *pattern, const char *name, size_t length)
{
    return length >= pattern->shortest && !(pattern->fixed && length > pattern->shortest) &&
           literals_stand(pattern, 0, pattern->prefix, name) &&
           literals_stand(pattern, pattern->count - pattern->suffix, pattern->suffix,
                          name + length - pattern->suffix) &&
           needle_stands(pattern, name, length);
}

/* Where an element of a plain pattern that begins at at, or ends there, ends or begins; at itself: it does
 * not fit. */
static size_t go_on(const struct pattern_element *element, const char *name, size_t at, size_t limit)
{
    size_t from = at;
    while (at < limit && fits(element, name[at]) && (at == from || element->repeats))
        at++;
    return at;
}

static size_t go_back(const struct pattern_element *element, const char *name, size_t at, size_t limit)
{
    size_t from = at;
    while (at > limit && fits(element, name[at - 1]) && (at == from || element->repeats))
        at--;
    return at;
}

/* As part_matches with the whole of a plain pattern. *ret_from, *ret_to: where the pid stands. */
static bool plain_matches(const struct pattern *pattern, const char *name, size_t length, size_t *ret_from,
                          size_t *ret_to)
{
    size_t begin = 0, end = length;
    *ret_from = *ret_to = 0;
    for (int i = 0; i < pattern->run; i++) {
        size_t from = begin;
        if ((begin = go_on(&pattern->elements[i], name, begin, end)) == from)
            return false;
        if (i == pattern->pid) {
            *ret_from = from;
            *ret_to = begin;
        }
    }
    for (int i = pattern->count - 1; i > pattern->run; i--) {
        size_t to = end;
        if ((end = go_back(&pattern->elements[i], name, end, begin)) == to)
            return false;
        if (i == pattern->pid) {
            *ret_from = end;
            *ret_to = to;
        }
    }
    return pattern->run < pattern->count || begin == length;
}

bool pattern_matches(const struct pattern *pattern, const char *name, size_t length)
{
    size_t from, to;
    if (!may_match(pattern, name, length))
        return false;
    return pattern->plain ? plain_matches(pattern, name, length, &from, &to)
                          : part_matches((struct part){pattern->elements, pattern->count}, name, length);
}

bool pattern_may_begin(const struct pattern *pattern, char c)
{
    struct part whole = {pattern->elements, pattern->count};
    return step(whole, pass_runs(whole, 1), c) != 0 || (c == '\0' && pattern->shortest == 0);
}

/* --- the pid --- */

static unsigned digit_value(char c)
{
    return is_decimal(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}

static pid_t read_pid(const char *digits, size_t length, unsigned base)
{
    uint64_t pid = 0;
    for (size_t i = 0; i < length; i++) {
        pid = pid * base + digit_value(digits[i]);
        if (pid > PID_LIMIT)
            return 0;
    }
    return (pid_t)pid;
}

static size_t run_end(const struct pattern_element *element, const char *name, size_t length, size_t from)
{
    while (from < length && fits(element, name[from]))
        from++;
    return from;
}

/* Whole runs of digits are tried in turn, while following what stands before them. */
static pid_t find_pid(const struct pattern *pattern, const char *name, size_t length, unsigned base)
{
    unsigned place = (unsigned)pattern->pid, tries = 0;
    const struct pattern_element *element = &pattern->elements[place];
    struct part before = {pattern->elements, place};
    struct part behind = {element + 1, pattern->count - place - 1};
    uint64_t at = pass_runs(before, 1);
    for (size_t n = 0; n < length && at; n++) {
        bool begins = fits(element, name[n]) && !(n > 0 && fits(element, name[n - 1]));
        if (begins && at >> place & 1 && tries++ < PID_TRIES) {
            size_t end = run_end(element, name, length, n);
            if (part_matches(behind, name + end, length - end))
                return read_pid(name + n, end - n, base);
        }
        at = pass_runs(before, step(before, at, name[n]));
    }
    return 0;
}

pid_t pattern_pid(const struct pattern *pattern, const char *name, size_t length)
{
    size_t from, to;
    if (pattern->pid < 0)
        return 0;
    unsigned base = pattern->elements[pattern->pid].kind == PATTERN_HEX ? 16 : 10;
    if (pattern->plain && plain_matches(pattern, name, length, &from, &to))
        return read_pid(name + from, to - from, base);
    return find_pid(pattern, name, length, base);
}
