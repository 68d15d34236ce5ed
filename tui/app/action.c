#include "tui/app/action.h"

#include <stdio.h>
#include <string.h>

static bool has_key(const struct action_info *info, uint32_t code)
{
    for (unsigned i = 0; i < ACTION_KEYS_MAX && info->keys[i]; i++)
        if (info->keys[i] == code)
            return true;
    return false;
}

enum action action_of_key(const struct key *key, unsigned screen, bool read_only)
{
    if (key->alt)
        return ACTION_NONE;
    unsigned count;
    const struct action_info *table = action_table(&count);
    for (unsigned i = 0; i < count; i++) {
        const struct action_info *info = &table[i];
        if ((info->screens & screen) && has_key(info, key->code) && !(read_only && info->mutates))
            return info->action;
    }
    return ACTION_NONE;
}

const struct action_info *action_info(enum action action)
{
    unsigned count;
    const struct action_info *table = action_table(&count);
    for (unsigned i = 0; i < count; i++)
        if (table[i].action == action)
            return &table[i];
    return NULL;
}

void action_key_text(uint32_t code, char *buf)
{
    static const struct {
        uint32_t code;
        const char *text;
    } named[] = {
        {KEY_ENTER_CODE, "Enter"},
        {' ', "Space"},
        {'\t', "Tab"},
        {KEY_ESCAPE_CODE, "Esc"},
        {KEY_CODE_UP, "Up"},
        {KEY_CODE_DOWN, "Down"},
        {KEY_CODE_LEFT, "Left"},
        {KEY_CODE_RIGHT, "Right"},
        {KEY_CODE_HOME, "Home"},
        {KEY_CODE_END, "End"},
        {KEY_CODE_PAGE_UP, "PgUp"},
        {KEY_CODE_PAGE_DOWN, "PgDn"},
        {KEY_CODE_DELETE, "Del"},
        {KEY_CODE_BACK_TAB, "Shift-Tab"},
    };
    for (unsigned i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (named[i].code == code) {
            strcpy(buf, named[i].text);
            return;
        }
    }
    if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12)
        snprintf(buf, 16, "F%u", (unsigned)(code - KEY_CODE_F1 + 1));
    else if (code < 32)
        snprintf(buf, 16, "^%c", (char)(code + '@'));
    else
        snprintf(buf, 16, "%c", (char)code);
}
