/*
 * The list of what an .npz holds, to choose from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/view/load_private.h"

#define LIST_MAX 14 /* rows of its box */
#define KEY_MAX  28 /* columns of a key at most */

static size_t count_of(const struct load_dialog *dialog)
{
    return dialog->facts ? dialog->facts->members.count : 0;
}

static const struct source_member *member_at(const struct load_dialog *dialog, size_t i)
{
    return &dialog->facts->members.list[i];
}

/* --- keys --- */

/* From a member on, that one too, the next that can be loaded; where there is none that way, it stays. */
static void choose(struct load_dialog *dialog, size_t from, bool back)
{
    size_t count = count_of(dialog), at = from;
    while (at < count && !member_at(dialog, at)->is_loadable)
        at = back ? at - 1 : at + 1; /* below 0 it is beyond the count */
    if (at >= count || at == dialog->member_at)
        return;
    dialog->member_at = at;
    free(dialog->member);
    dialog->member = memory_dup(member_at(dialog, at)->key);
    load_dialog_changed(dialog);
}

static size_t page_of(const struct load_dialog *dialog)
{
    return dialog->form.height > 6 ? (size_t)dialog->form.height / 3 : 1;
}

static bool list_key(struct load_dialog *dialog, uint32_t code)
{
    size_t at = dialog->member_at, last = count_of(dialog) - 1, page = page_of(dialog);
    switch (code) {
    case KEY_CODE_UP:
        choose(dialog, at - 1, true);
        return true;
    case KEY_CODE_DOWN:
        choose(dialog, at + 1, false);
        return true;
    case KEY_CODE_PAGE_UP:
        choose(dialog, at > page ? at - page : 0, false);
        return true;
    case KEY_CODE_PAGE_DOWN:
        choose(dialog, at + page < last ? at + page : last, true);
        return true;
    case KEY_CODE_HOME:
        choose(dialog, 0, false);
        return true;
    case KEY_CODE_END:
        choose(dialog, last, true);
        return true;
    case KEY_ESCAPE_CODE:
        dialog->members_open = false;
        return true;
    default:
        return false;
    }
}

bool load_members_key(struct load_dialog *dialog, uint32_t code)
{
    size_t at = dialog->member_at;
    if (count_of(dialog) == 0)
        return false;
    if (dialog->members_open && list_key(dialog, code))
        return true;
    if (code == KEY_CODE_LEFT)
        choose(dialog, at - 1, true);
    else if (code == KEY_CODE_RIGHT)
        choose(dialog, at + 1, false);
    else if (code == ' ')
        dialog->members_open = true;
    else
        return false;
    return true;
}

/* --- drawing --- */

static struct rect list_box(const struct load_dialog *dialog, struct rect place)
{
    size_t rows = count_of(dialog) + 2;
    if (place.height > LIST_MAX)
        place.height = LIST_MAX;
    if ((size_t)place.height > rows)
        place.height = (int)rows;
    return place;
}

static size_t fit_of(const struct load_dialog *dialog, struct rect place)
{
    int rows = list_box(dialog, place).height - 2;
    return rows > 0 ? (size_t)rows : 1;
}

void load_members_layout(struct load_dialog *dialog, struct rect place)
{
    size_t fit = fit_of(dialog, place), count = count_of(dialog);
    size_t last = count > fit ? count - fit : 0;
    if (dialog->members_first > dialog->member_at)
        dialog->members_first = dialog->member_at;
    if (dialog->member_at >= dialog->members_first + fit)
        dialog->members_first = dialog->member_at - fit + 1;
    if (dialog->members_first > last)
        dialog->members_first = last;
}

static int draw_key(const struct load_dialog *dialog, size_t i, struct cells *cells, int y, int x, int width,
                    uint8_t flags)
{
    const struct source_member *member = member_at(dialog, i);
    char key[NAME_PRINTABLE_MAX];
    name_escape(member->key, strlen(member->key), dialog->form.ascii, key, sizeof key);
    return cells_put_cut(cells, y, x, width < KEY_MAX ? width : KEY_MAX,
                         member->is_loadable ? ROLE_STRONG : ROLE_DIM, flags, key);
}

static void draw_text(const struct load_dialog *dialog, size_t i, struct cells *cells, int y, int x,
                      int width, uint8_t flags)
{
    const struct source_member *member = member_at(dialog, i);
    if (width > 0)
        cells_put_cut(cells, y, x, width, member->is_loadable ? ROLE_TEXT : ROLE_DIM, flags, member->text);
}

/* Columns of the widest key on show. */
static int keys_width(const struct load_dialog *dialog, size_t end)
{
    int widest = 1;
    for (size_t i = dialog->members_first; i < end; i++) {
        char key[NAME_PRINTABLE_MAX];
        const char *raw = member_at(dialog, i)->key;
        name_escape(raw, strlen(raw), dialog->form.ascii, key, sizeof key);
        int width = text_width(key);
        widest = width > widest ? width : widest;
    }
    return widest < KEY_MAX ? widest : KEY_MAX;
}

static void draw_lines(const struct load_dialog *dialog, struct cells *cells, struct rect inside)
{
    size_t end = dialog->members_first + (size_t)inside.height;
    end = end < count_of(dialog) ? end : count_of(dialog);
    int width = keys_width(dialog, end) + 2, y = inside.y;
    for (size_t i = dialog->members_first; i < end; i++, y++) {
        uint8_t flags = i == dialog->member_at ? CELL_SELECTED : 0;
        if (flags)
            cells_fill(cells, (struct rect){y, inside.x, 1, inside.width}, ROLE_TEXT, flags, " ");
        draw_key(dialog, i, cells, y, inside.x, inside.width, flags);
        draw_text(dialog, i, cells, y, inside.x + width, inside.width - width, flags);
    }
}

void load_members_draw(const struct load_dialog *dialog, struct cells *cells, struct rect place)
{
    char title[96];
    if (!dialog->members_open || count_of(dialog) == 0)
        return;
    struct rect box = list_box(dialog, place);
    if (box.height < 3 || box.width < 8)
        return;
    unsigned long long total = dialog->facts->members.total;
    snprintf(title, sizeof title, "%zu of %llu", dialog->member_at + 1, total);
    cells_box(cells, box, ROLE_RULE, title);
    draw_lines(dialog, cells, (struct rect){box.y + 1, box.x + 2, box.height - 2, box.width - 4});
}

void load_members_draw_chosen(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    char text[48];
    if (dialog->member_at >= count_of(dialog))
        return;
    uint8_t flags = file_form_has_focus(&dialog->form, FIELD_MEMBER) ? CELL_SELECTED : 0;
    int used = draw_key(dialog, dialog->member_at, cells, y, x, width, flags) + 2;
    snprintf(text, sizeof text, "%zu of %llu", dialog->member_at + 1,
             (unsigned long long)dialog->facts->members.total);
    if (used < width)
        cells_put_cut(cells, y, x + used, width - used, ROLE_DIM, 0, text);
}
