#include "tui/view/signs.h"

#include <stdio.h>

#include "core/catalog/letter.h"
#include "core/catalog/state.h"
#include "tui/view/columns.h"

static struct sign sign_of_letter(const struct letter *letter)
{
    struct sign sign = {.role = letter->state ? columns_state_role((uint8_t)letter->state)
                                              : columns_letter_role(letter->letter)};
    snprintf(sign.text, sizeof sign.text, "%c", letter->letter);
    if (letter->state)
        snprintf(sign.meaning, sizeof sign.meaning, "%s: %s", state_name(letter->state),
                 state_meaning(letter->state));
    else
        snprintf(sign.meaning, sizeof sign.meaning, "%s", letter->meaning);
    return sign;
}

static bool has_letter(enum state state)
{
    size_t n;
    const struct letter *letters = letter_table(&n);
    for (size_t i = 0; i < n; i++)
        if (letters[i].state == state)
            return true;
    return false;
}

/* A state that only its colour tells. */
static struct sign sign_of_state(enum state state)
{
    struct sign sign = {.role = columns_state_role((uint8_t)state)};
    snprintf(sign.text, sizeof sign.text, "%s", state_name(state));
    snprintf(sign.meaning, sizeof sign.meaning, "in this colour: %s", state_meaning(state));
    return sign;
}

bool sign_at(unsigned index, struct sign *ret_sign)
{
    static const struct sign others[] = {
        {"?", ROLE_TEXT, "its state is in doubt: not every process could be read"},
        {"*", ROLE_MARK, "marked"},
    };
    size_t n;
    const struct letter *letters = letter_table(&n);
    if (index < n) {
        *ret_sign = sign_of_letter(&letters[index]);
        return true;
    }
    index -= (unsigned)n;
    if (index < sizeof others / sizeof others[0]) {
        *ret_sign = others[index];
        return true;
    }
    index -= sizeof others / sizeof others[0];
    for (int state = STATE_UNKNOWN + 1; state < STATE_COUNT; state++) {
        if (has_letter((enum state)state) || index-- > 0)
            continue;
        *ret_sign = sign_of_state((enum state)state);
        return true;
    }
    return false;
}
