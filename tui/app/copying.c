/*
 * Names for the clipboard.
 */
#include "tui/app/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "core/sys/text.h"
#include "tui/term/clipboard.h"
#include "tui/view/columns.h"

struct names {
    char *text; /* owned */
    size_t length, room, count, left;
    size_t unlinked; /* of count */
};

/* As commands take it: as the screen shows it, or where the name is gone by its inode. */
static void write_name(const struct row *row, char *buf, size_t size)
{
    if (row->unlinked)
        snprintf(buf, size, "#%" PRIu64, row->id.inode);
    else
        columns_name(row->name, false, buf, size);
}

/* Whether a shell takes it as it is, wherever it stands in a word. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) ||
           (c && strchr("_./:@%+,-", c));
}

/* As one word of a shell: names are anybody's, and what was copied is often pasted there. */
static size_t quote(const char *name, char *buf, size_t size)
{
    size_t plain = 0;
    struct text text;
    text_init(&text, buf, size);
    while (is_plain(name[plain]))
        plain++;
    const char *mark = name[plain] ? "'" : "";
    text_add_string(&text, mark);
    for (; *name; name++)
        if (*name == '\'')
            text_add_string(&text, "'\\''");
        else
            text_add_char(&text, *name);
    text_add_string(&text, mark);
    return text.length;
}

/* What makes the whole too long is left out. No newline stands between them: a shell would not wait. */
static void add_name(struct names *names, const struct row *row)
{
    char name[NAME_PRINTABLE_MAX] = "", word[4 * sizeof name];
    if (names->left == 0)
        write_name(row, name, sizeof name);
    size_t length = quote(name, word, sizeof word), blank = names->count > 0;
    if (names->left > 0 || names->length + blank + length > CLIPBOARD_MAX) {
        names->left++;
        return;
    }
    names->text = memory_grow(names->text, &names->room, names->length + length + 2, 1);
    if (blank)
        names->text[names->length++] = ' ';
    memcpy(names->text + names->length, word, length + 1);
    names->length += length;
    names->count++;
    names->unlinked += row->unlinked;
}

static void collect_names(struct app *app, struct names *names)
{
    const struct group *group = table_group(&app->table);
    const struct row *row = table_row(&app->table);
    for (size_t i = 0; app->table.marked > 0 && i < listing_count(app->listing); i++) {
        const struct row *marked = listing_at(app->listing, i);
        if (marked && marked->marked)
            add_name(names, marked);
    }
    if (app->table.marked > 0)
        return;
    if (row)
        add_name(names, row);
    for (size_t i = 0; group && i < group->count; i++) {
        row = groups_member(app->groups, group, i);
        if (row)
            add_name(names, row);
    }
}

static void say_copied(struct app *app, const struct names *names)
{
    const char *plural = names->count == 1 ? "" : "s";
    if (names->left > 0)
        app_say(app, true, "%zu names copied, %zu left out: a terminal takes %d bytes", names->count,
                names->left, CLIPBOARD_MAX);
    else if (names->unlinked == 0)
        app_say(app, false, "%zu name%s copied", names->count, plural);
    else if (names->count == 1)
        app_say(app, false, "%s copied: its name is gone, and commands take this", names->text);
    else
        app_say(app, false, "%zu names copied, #INODE for the %zu that are gone", names->count,
                names->unlinked);
}

void copying_values(struct app *app)
{
    char *text = preview_take_copy(app->preview);
    if (text)
        app_ask(app, EFFECT_COPY)->u.copy = text;
}

void copying_names(struct app *app)
{
    struct names names = {0};
    table_measure(&app->table);
    collect_names(app, &names);
    if (names.count == 0) {
        free(names.text);
        app_say(app, true, "nothing to copy");
        return;
    }
    app_ask(app, EFFECT_COPY)->u.copy = names.text;
    say_copied(app, &names);
}
