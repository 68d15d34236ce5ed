/*
 * What the keys do in the lens.
 */
#include <string.h>

#include "tui/values/lens_private.h"

/* What the keys step through. */
static const char *const types[] = {
    "float16", "float32", "float64",   "int8",       "uint8", "int16", "uint16", "int32", "uint32", "int64",
    "uint64",  "bool",    "complex64", "complex128", ">f2",   ">f4",   ">f8",    ">i2",   ">i4",    ">i8"};
#define TYPES ((int)(sizeof types / sizeof types[0]))

static enum lens_result changed(struct lens *lens)
{
    lens_refill(lens);
    return LENS_CHANGED;
}

static enum lens_result picked(struct lens *lens, int by)
{
    lens_pick(lens, by);
    return lens->offered_count > 0 ? LENS_CHANGED : LENS_USED;
}

int lens_buttons(const struct lens *lens, enum lens_result ret_results[LENS_BUTTONS_MAX],
                 const char *ret_texts[LENS_BUTTONS_MAX])
{
    const struct {
        enum lens_result result;
        const char *text;
        bool there;
    } all[LENS_BUTTONS_MAX] = {{LENS_KEEP, "Look", true},
                               {LENS_RECORD, "Record", lens->may_record},
                               {LENS_CLEAR, "Clear record", lens->may_record && lens->recorded},
                               {LENS_BACK, "As before", true}};
    int n = 0;
    for (int i = 0; i < LENS_BUTTONS_MAX; i++) {
        if (!all[i].there)
            continue;
        ret_results[n] = all[i].result;
        ret_texts[n++] = all[i].text;
    }
    return n;
}

static enum lens_result move_focus(struct lens *lens, int by)
{
    lens->focus = (enum lens_field)(((int)lens->focus + by + LENS_FIELD_COUNT) % LENS_FIELD_COUNT);
    lens->button = 0;
    return LENS_USED;
}

/* What does not fit is looked at as nothing: it stays open, to be corrected. */
static enum lens_result enter(struct lens *lens)
{
    enum lens_result results[LENS_BUTTONS_MAX], result = LENS_KEEP;
    const char *texts[LENS_BUTTONS_MAX];
    if (lens->focus == LENS_BUTTONS && lens->button < lens_buttons(lens, results, texts))
        result = results[lens->button];
    return (result == LENS_KEEP || result == LENS_RECORD) && !lens->is_right ? LENS_USED : result;
}

static enum lens_result step_type(struct lens *lens, int by)
{
    int at = -1;
    for (int i = 0; i < TYPES; i++)
        if (strcmp(types[i], line_text(lens->type)) == 0)
            at = i;
    line_set(lens->type, types[at < 0 ? (by > 0 ? 0 : TYPES - 1) : (at + by + TYPES) % TYPES]);
    return changed(lens);
}

static enum lens_result set_order(struct lens *lens, int order)
{
    lens->order = order;
    lens_read(lens);
    return LENS_CHANGED;
}

static enum lens_result step_button(struct lens *lens, int by)
{
    enum lens_result results[LENS_BUTTONS_MAX];
    const char *texts[LENS_BUTTONS_MAX];
    int count = lens_buttons(lens, results, texts);
    lens->button = (lens->button + by + count) % count;
    return LENS_USED;
}

static struct line *line_in_focus(const struct lens *lens)
{
    return lens->focus == LENS_TYPE     ? lens->type
           : lens->focus == LENS_SHAPE  ? lens->shape
           : lens->focus == LENS_OFFSET ? lens->offset
                                        : NULL;
}

static enum lens_result edited(struct lens *lens)
{
    if (lens->focus == LENS_SHAPE)
        lens->chosen = false;
    return changed(lens);
}

/* What Left and Right (by) mean where they do not move in a text. */
static enum lens_result step(struct lens *lens, int by)
{
    switch (lens->focus) {
    case LENS_TYPE:
        return step_type(lens, by);
    case LENS_ORDER:
        return set_order(lens, !lens->order);
    case LENS_BUTTONS:
        return step_button(lens, by);
    default:
        return LENS_UNUSED;
    }
}

static enum lens_result key_without_text(struct lens *lens, uint32_t code)
{
    switch (code) {
    case KEY_ENTER_CODE:
    case '\n':
        return enter(lens);
    case ' ':
        return lens->focus == LENS_BUTTONS ? enter(lens) : step(lens, 1);
    case 'c':
    case 'C':
        return lens->focus == LENS_ORDER ? set_order(lens, 0) : LENS_UNUSED;
    case 'f':
    case 'F':
        return lens->focus == LENS_ORDER ? set_order(lens, 1) : LENS_UNUSED;
    default:
        return LENS_UNUSED;
    }
}

/* Keys that mean the same in every field, or what the field alone has no use for. */
static enum lens_result common_key(struct lens *lens, uint32_t code)
{
    switch (code) {
    case '\t':
        return move_focus(lens, 1);
    case KEY_CODE_BACK_TAB:
        return move_focus(lens, -1);
    case KEY_CODE_DOWN:
        return lens->focus == LENS_SHAPE ? picked(lens, 1) : move_focus(lens, 1);
    case KEY_CODE_UP:
        return lens->focus == LENS_SHAPE ? picked(lens, -1) : move_focus(lens, -1);
    case KEY_CODE_RIGHT:
        return step(lens, 1);
    case KEY_CODE_LEFT:
        return step(lens, -1);
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return LENS_BACK;
    default:
        return LENS_UNUSED;
    }
}

enum lens_result lens_key(struct lens *lens, const struct key *key)
{
    struct line *line = line_in_focus(lens);
    bool moves = lens->focus == LENS_SHAPE || lens->focus == LENS_OFFSET;
    enum lens_result result = LENS_UNUSED;
    if (!key->alt && !(moves && (key->code == KEY_CODE_LEFT || key->code == KEY_CODE_RIGHT)) &&
        key->code != KEY_CTRL('C'))
        result = common_key(lens, key->code);
    if (result != LENS_UNUSED)
        return result;
    if (!line)
        return key->alt                     ? LENS_UNUSED
               : key->code == KEY_CTRL('C') ? LENS_BACK
                                            : key_without_text(lens, key->code);
    switch (line_key(line, key)) {
    case LINE_EDITED:
        return edited(lens);
    case LINE_MOVED:
        return LENS_USED;
    case LINE_ENTERED:
        return enter(lens);
    case LINE_ESCAPED:
        return LENS_BACK;
    default:
        return LENS_UNUSED;
    }
}

enum lens_result lens_paste(struct lens *lens, const char *text)
{
    struct line *line = line_in_focus(lens);
    return line && line_paste(line, text) ? edited(lens) : LENS_UNUSED;
}
