#include "core/catalog/letter.h"

static bool is_damaged(const struct row *row, int64_t now)
{
    (void)now;
    return row->damage != NULL;
}

static bool is_unlinked(const struct row *row, int64_t now)
{
    (void)now;
    return row->state == STATE_UNLINKED && !row->loading;
}

static bool is_leaked(const struct row *row, int64_t now)
{
    (void)now;
    return row->state == STATE_LEAKED;
}

static bool is_protected(const struct row *row, int64_t now)
{
    (void)now;
    return row->is_protected;
}

static bool is_stale(const struct row *row, int64_t now)
{
    (void)now;
    return row->state == STATE_STALE;
}

static bool is_growing(const struct row *row, int64_t now)
{
    return row->grown && now - row->grown < ROW_GROWING_MS;
}

static bool is_new(const struct row *row, int64_t now)
{
    return row->appeared && now - row->appeared < ROW_NEW_MS;
}

static const struct letter letters[] = {
    {'!', STATE_UNKNOWN, "damaged: its description does not fit its bytes", is_damaged},
    {'G', STATE_UNLINKED, NULL, is_unlinked},
    {'L', STATE_LEAKED, NULL, is_leaked},
    {'P', STATE_UNKNOWN, "protected: deleting it breaks what made it", is_protected},
    {'s', STATE_STALE, NULL, is_stale},
    {'w', STATE_UNKNOWN, "growing: its size or memory grew within the last five seconds", is_growing},
    {'+', STATE_UNKNOWN, "new: it came within the last three seconds", is_new},
};

const struct letter *letter_table(size_t *ret_count)
{
    *ret_count = sizeof letters / sizeof letters[0];
    return letters;
}

char row_letter(const struct row *row, int64_t now)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].fits(row, now))
            return letters[i].letter;
    return ' ';
}
