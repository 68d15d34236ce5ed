#include "tui/view/detail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/evidence.h"
#include "core/process/producers.h"
#include "tui/view/columns.h"
#include "tui/view/words.h"

#define TEXT_MAX     1024
#define PANE_HOLDERS 6
#define PANE_LONG    40 /* rows from which on each fact has a line of its own */

/* The facts as text, each "" where nothing is known. */
struct facts {
    char name[NAME_PRINTABLE_MAX];
    bool escaped;
    char what[TEXT_MAX]; /* "npy  float16  40000 × 60000  C order" */
    char memory[96];     /* "4.5G in RAM or swap of 4.5G" */
    char owner[160];     /* "alice:data 0640" */
    char created[64], modified[64];
    char identity[96], inode[32];
    char producer[128]; /* "PyTorch, pid 4711" */
    char evidence[TEXT_MAX];
    char holders[TEXT_MAX]; /* the first of them */
    char given_back[160];   /* what deleting it frees, or what would free it */
    enum role state_role;
    char hint[TEXT_MAX]; /* what it means, or what can be done with it */
    enum role hint_role;
};

static void what_text(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    static const enum column columns[] = {COLUMN_LAYOUT, COLUMN_TYPE, COLUMN_SHAPE, COLUMN_ORDER};
    size_t used = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        char text[512];
        column_text(columns[i], row, style, text, sizeof text);
        if (text[0] == '\0')
            continue;
        int n = snprintf(buf + used, size - used, "%s%s%s", used ? "  " : "", text,
                         columns[i] == COLUMN_ORDER ? " order" : "");
        used += (size_t)n < size - used ? (size_t)n : size - used - 1;
    }
}

static void memory_text(const struct row *row, char *buf, size_t size)
{
    char allocated[16], whole[16];
    format_bytes(row->allocated, allocated, sizeof allocated);
    format_bytes(row->size, whole, sizeof whole);
    if (row->unmeasured) {
        snprintf(buf, size, "~%s mapped: more may not be asked", whole);
        return;
    }
    snprintf(buf, size, "%s allocated of %s", allocated, whole);
}

static void owner_text(const struct row *row, const struct column_style *style, char *buf, size_t size)
{
    char owner[64], group[64], mode[16];
    buf[0] = '\0';
    if (row->unmeasured)
        return;
    column_text(COLUMN_OWNER, row, style, owner, sizeof owner);
    column_text(COLUMN_GROUP, row, style, group, sizeof group);
    column_text(COLUMN_MODE, row, style, mode, sizeof mode);
    snprintf(buf, size, "%s:%s %s", owner, group, mode);
}

/* Whether a path can be shown as Python's string as it is. */
static bool is_plain(const char *text)
{
    return strpbrk(text, "\"\\") == NULL && strlen(text) < TEXT_MAX / 2 - 32;
}

static void hint_text(const struct row *row, const struct facts *facts, const char *directory, char *buf,
                      size_t size, enum role *role)
{
    *role = ROLE_DIM;
    buf[0] = '\0';
    if (row->damage) {
        *role = ROLE_WARN;
        snprintf(buf, size, "damaged: %s", row->damage);
    } else if (row->is_protected) {
        snprintf(buf, size, "protected: belongs to %s", row->producer ? row->producer->label : "a service");
    } else if (row->layout == LAYOUT_NPY && !row->unlinked && !facts->escaped && is_plain(directory) &&
               is_plain(facts->name)) {
        snprintf(buf, size, "np.load(\"%.500s/%.500s\", mmap_mode=\"r\")", directory, facts->name);
    } else if (row->layout == LAYOUT_DESCRIBED) {
        snprintf(buf, size, "raw bytes, described by %s", words_description(row->description));
    } else if (row->layout == LAYOUT_RAW) {
        snprintf(buf, size, "raw bytes, type and shape unknown: D looks");
    } else if (row->layout == LAYOUT_UNKNOWN && row->recognised) {
        snprintf(buf, size, "its bytes may not be read by you");
    }
}

static enum role role_of(const struct row *row)
{
    static const enum role roles[STATE_COUNT] = {
        [STATE_UNKNOWN] = ROLE_DIM,  [STATE_LIVE] = ROLE_LIVE,     [STATE_IDLE] = ROLE_IDLE,
        [STATE_STALE] = ROLE_LEAKED, [STATE_LEAKED] = ROLE_LEAKED, [STATE_UNLINKED] = ROLE_UNLINKED,
    };
    return roles[row->state];
}

static void facts_of(const struct detail *detail, bool ascii, const struct table_style *style,
                     struct facts *facts)
{
    const struct row *row = detail->row;
    struct column_style text_style = {.ascii = ascii, .now = style->wall, .users = style->users};
    facts->escaped = columns_name(row->name, ascii, facts->name, sizeof facts->name);
    what_text(row, &text_style, facts->what, sizeof facts->what);
    memory_text(row, facts->memory, sizeof facts->memory);
    owner_text(row, &text_style, facts->owner, sizeof facts->owner);
    words_time(row->created, facts->created, sizeof facts->created);
    words_time(row->modified, facts->modified, sizeof facts->modified);
    snprintf(facts->identity, sizeof facts->identity, "inode %" PRIu64 "  links %u", row->id.inode,
             row->links);
    snprintf(facts->inode, sizeof facts->inode, "inode %" PRIu64, row->id.inode);
    producer_text(row, facts->producer, sizeof facts->producer);
    evidence_text(row, detail->sweep, ascii, facts->evidence, sizeof facts->evidence);
    words_holders(row->holders, style->users, ascii, facts->holders, sizeof facts->holders);
    words_given_back(row, detail->watched, facts->given_back, sizeof facts->given_back);
    facts->state_role = role_of(row);
    hint_text(row, facts, detail->directory, facts->hint, sizeof facts->hint, &facts->hint_role);
}

/* Puts text and leaves blanks behind it; returns the next x. */
static int put(struct cells *cells, int y, int x, int right, enum role role, const char *text)
{
    if (x >= right || text[0] == '\0')
        return x;
    return x + cells_put_cut(cells, y, x, right - x, role, 0, text) + 3;
}

static int put_labelled(struct cells *cells, int y, int x, int right, const char *label, const char *text)
{
    if (x >= right || text[0] == '\0')
        return x;
    x += cells_put(cells, y, x, right - x, ROLE_DIM, 0, label);
    return put(cells, y, x, right, ROLE_TEXT, text);
}

/* The same, but not at all where not all of it fits. */
static int put_whole(struct cells *cells, int y, int x, int right, enum role role, const char *text)
{
    return x + text_width(text) > right ? right : put(cells, y, x, right, role, text);
}

static int put_created(const struct facts *facts, struct cells *cells, int y, int x, int right)
{
    bool created = facts->created[0] != '\0';
    return put_labelled(cells, y, x, right, created ? "created " : "modified ",
                        created ? facts->created : facts->modified);
}

void detail_draw_strip(const struct detail *detail, struct cells *cells, struct rect rect,
                       const struct table_style *style)
{
    if (rect.height < DETAIL_STRIP_HEIGHT || !detail->row)
        return;
    int right = rect.x + rect.width - 1, x = rect.x + 1;
    cells_rule(cells, rect.y, rect.x, rect.width, ROLE_RULE);
    struct facts facts;
    facts_of(detail, cells->ascii, style, &facts);
    if (right > rect.x + 6) {
        cells_put(cells, rect.y, rect.x + 3, 1, ROLE_RULE, 0, " ");
        int used = cells_put_cut(cells, rect.y, rect.x + 4, right - rect.x - 6,
                                 facts.escaped ? ROLE_ESCAPED : ROLE_STRONG, CELL_BOLD, facts.name);
        cells_put(cells, rect.y, rect.x + 4 + used, 1, ROLE_RULE, 0, " ");
    }
    bool values = detail->known.has_values;
    int next = put(cells, rect.y + 1, x, right, ROLE_TYPE, facts.what);
    next = put(cells, rect.y + 1, next, right, ROLE_TEXT, facts.memory);
    if (values) /* their line is that of the owner, who stands in the table too */
        insight_put_line(&detail->known, cells, rect.y + 2, x, right - x);
    next = values ? put_whole(cells, rect.y + 1, next, right, ROLE_TEXT, facts.owner)
                  : put(cells, rect.y + 2, x, right, ROLE_TEXT, facts.owner);
    if (values)
        put_created(&facts, cells, rect.y + 1, next, right);
    else
        put(cells, rect.y + 2, put_created(&facts, cells, rect.y + 2, next, right), right, ROLE_DIM,
            facts.identity);
    next = put(cells, rect.y + 3, x, right, ROLE_TEXT, facts.holders);
    put(cells, rect.y + 3, next, right, facts.holders[0] ? ROLE_DIM : facts.state_role, facts.evidence);
    bool warns = facts.hint_role == ROLE_WARN;
    next = put(cells, rect.y + 4, x, right, ROLE_WARN, warns ? facts.hint : "");
    next = put(cells, rect.y + 4, next, right, ROLE_TEXT, facts.given_back);
    next = put(cells, rect.y + 4, next, right, ROLE_DIM, facts.producer);
    put(cells, rect.y + 4, next, right, ROLE_DIM, warns ? "" : facts.hint);
}

/* How many bytes of text make a line of so many columns: up to a blank where one stands in its second half.
 */
static size_t line_length(const char *text, int width)
{
    char line[256];
    size_t n = strlen(text);
    if (n >= sizeof line)
        n = sizeof line - 1;
    memcpy(line, text, n);
    line[n] = '\0';
    while (n > 1 && (text_width(line) > width || ((unsigned char)text[n] & 0xc0) == 0x80))
        line[--n] = '\0';
    const char *blank = text[n] ? strrchr(line, ' ') : NULL;
    return blank && (size_t)(blank - line) > n / 2 ? (size_t)(blank - line) + 1 : n;
}

/* A text over several lines; returns the next y. */
static int put_wrapped(struct cells *cells, struct rect area, int y, enum role role, const char *text)
{
    int bottom = area.y + area.height;
    while (*text && y < bottom && area.width > 0) {
        size_t n = line_length(text, area.width);
        cells_putf(cells, y++, area.x, area.width, role, 0, "%.*s", (int)n, text);
        text += n;
    }
    return y;
}

static int put_fact(struct cells *cells, struct rect area, int y, const char *label, enum role role,
                    const char *text)
{
    if (text[0] == '\0' || y >= area.y + area.height)
        return y;
    cells_put_cut(cells, y, area.x, area.width, ROLE_DIM, 0, label);
    struct rect value = {area.y, area.x + 11, area.height, area.width - 11};
    return value.width > 0 ? put_wrapped(cells, value, y, role, text) : y + 1;
}

static int put_column(struct cells *cells, struct rect area, int y, const char *label, enum column column,
                      const struct row *row, const struct column_style *style)
{
    char text[TEXT_MAX];
    column_text(column, row, style, text, sizeof text);
    return put_fact(cells, area, y, label, column == COLUMN_TYPE ? ROLE_TYPE : ROLE_TEXT, text);
}

/* One of who holds it: "881 train.py bob rw", and the unit that an admin would restart. */
static int put_holder(struct cells *cells, struct rect area, int y, const struct holder *holder,
                      const struct table_style *style)
{
    char who[512], unit[256];
    words_holder(holder, style->users, cells->ascii, who, sizeof who);
    words_escape(holder->unit, cells->ascii, unit, sizeof unit);
    int right = area.x + area.width, next = put(cells, y, area.x, right, ROLE_TEXT, who);
    put(cells, y, next, right, ROLE_DIM, unit);
    return y + 1;
}

/* The state and its evidence, who holds it, what deleting it gives back. */
static int put_use(const struct detail *detail, const struct facts *facts, struct cells *cells,
                   struct rect area, int y, const struct table_style *style)
{
    const struct holders *holders = detail->row->holders;
    size_t count = holders ? holders->count : 0;
    int bottom = area.y + area.height;
    y = put_wrapped(cells, area, y, facts->state_role, facts->evidence);
    for (size_t i = 0; i < count && y < bottom; i++) {
        if (i + 1 == PANE_HOLDERS && count > PANE_HOLDERS) {
            cells_putf(cells, y++, area.x, area.width, ROLE_DIM, 0, "and %zu more: u shows them", count - i);
            break;
        }
        y = put_holder(cells, area, y, &holders->list[i], style);
    }
    return put_wrapped(cells, area, y, ROLE_TEXT, facts->given_back);
}

/* Each fact on a line of its own; returns the next y. */
static int put_list(const struct detail *detail, const struct facts *facts, struct cells *cells,
                    struct rect area, int y, const struct table_style *style)
{
    const struct row *row = detail->row;
    struct column_style text_style = {.ascii = cells->ascii, .now = style->wall, .users = style->users};
    y = put_column(cells, area, y, "layout", COLUMN_LAYOUT, row, &text_style);
    y = put_fact(cells, area, y, "said by", ROLE_TEXT, words_description(row->description));
    y = put_column(cells, area, y, "type", COLUMN_TYPE, row, &text_style);
    y = put_column(cells, area, y, "dtype", COLUMN_DTYPE, row, &text_style);
    y = put_column(cells, area, y, "shape", COLUMN_SHAPE, row, &text_style);
    y = put_column(cells, area, y, "order", COLUMN_ORDER, row, &text_style);
    y = put_fact(cells, area, y, "memory", ROLE_TEXT, facts->memory);
    y = put_fact(cells, area, y, "owner", ROLE_TEXT, facts->owner);
    y = put_fact(cells, area, y, "created", ROLE_TEXT, facts->created);
    y = put_fact(cells, area, y, "modified", ROLE_TEXT, facts->modified);
    y = put_column(cells, area, y, "age", COLUMN_AGE, row, &text_style);
    y = put_fact(cells, area, y, "identity", ROLE_TEXT, facts->identity);
    return put_fact(cells, area, y, "producer", ROLE_TEXT, facts->producer);
}

/* The same facts in few lines, so that there is room for the values. */
static int put_brief(const struct detail *detail, const struct facts *facts, struct cells *cells,
                     struct rect area, int y)
{
    int right = area.x + area.width;
    y = put_wrapped(cells, area, y, ROLE_TYPE, facts->what);
    y = put_fact(cells, area, y, "said by", ROLE_TEXT, words_description(detail->row->description));
    y = put_wrapped(cells, area, y, ROLE_TEXT, facts->memory);
    if (facts->owner[0] && y < area.y + area.height)
        put_whole(cells, y, put(cells, y, area.x, right, ROLE_TEXT, facts->owner), right, ROLE_DIM,
                  facts->inode);
    y += facts->owner[0] != '\0';
    y = put_fact(cells, area, y, "created", ROLE_TEXT, facts->created);
    if (strcmp(facts->created, facts->modified) != 0)
        y = put_fact(cells, area, y, "modified", ROLE_TEXT, facts->modified);
    return put_fact(cells, area, y, "producer", ROLE_TEXT, facts->producer);
}

/* All that is known of the segment; returns the next y. */
static int put_all(const struct detail *detail, const struct facts *facts, struct cells *cells,
                   struct rect area, bool brief, const struct table_style *style)
{
    int y = brief ? put_brief(detail, facts, cells, area, area.y)
                  : put_list(detail, facts, cells, area, area.y, style);
    y = put_use(detail, facts, cells, area, y + 1, style);
    return facts->hint[0] ? put_wrapped(cells, area, y + !brief, facts->hint_role, facts->hint) : y;
}

/* What is left below. */
static struct rect below(struct rect area, int y)
{
    int bottom = area.y + area.height;
    return (struct rect){y, area.x, bottom > y ? bottom - y : 0, area.width};
}

static struct rect inside_of(struct rect pane)
{
    return (struct rect){pane.y + 1, pane.x + 2, pane.height - 2, pane.width - 4};
}

void detail_draw_pane(const struct detail *detail, struct cells *cells, struct rect rect,
                      const struct table_style *style)
{
    struct facts facts = {.name = ""};
    if (detail->row)
        facts_of(detail, cells->ascii, style, &facts);
    cells_box(cells, rect, ROLE_RULE, facts.name);
    struct rect area = inside_of(rect);
    if (!detail->row || area.height <= 0 || area.width <= 0)
        return;
    int y = put_all(detail, &facts, cells, area, area.height < PANE_LONG, style);
    insight_draw(&detail->known, cells, below(area, y), false);
}

void detail_pane_room(const struct detail *detail, struct rect rect, bool ascii, bool heat,
                      const struct table_style *style, unsigned *ret_rows, unsigned *ret_columns)
{
    struct cells aside = {.ascii = ascii};
    struct facts facts = {.name = ""};
    struct insight_layout layout = {.map_rows = 0};
    struct rect area = inside_of(rect);
    if (detail->row && detail->known.has_values && area.height > 0 && area.width > 0) {
        facts_of(detail, ascii, style, &facts);
        area.y = area.x = 0;
        cells_resize(&aside, area.height, area.width);
        area = below(area, put_all(detail, &facts, &aside, area, area.height < PANE_LONG, style));
        insight_lay_out(&detail->known, area.height, area.width, heat, false, &layout);
        cells_free(&aside);
    }
    *ret_rows = layout.map_rows;
    *ret_columns = layout.map_columns;
}

/* --- over the screen --- */

#define WHOLE_ROWS  400 /* more than all facts take at any width */
#define VALUES_ROWS 100 /* of them for the values, at most */

/* Draws all of it into cells of their own; returns its rows. */
static int draw_aside(const struct detail *detail, const struct facts *facts, struct cells *aside, int width,
                      const struct table_style *style)
{
    cells_resize(aside, WHOLE_ROWS, width);
    int y = put_all(detail, facts, aside, (struct rect){0, 0, WHOLE_ROWS - VALUES_ROWS, width}, false, style);
    if (!detail->known.has_values)
        return y;
    return y + 1 + insight_draw(&detail->known, aside, (struct rect){y + 1, 0, VALUES_ROWS - 1, width}, true);
}

void detail_whole_room(const struct detail *detail, int columns, bool heat, unsigned *ret_rows,
                       unsigned *ret_columns)
{
    struct insight_layout layout;
    insight_lay_out(&detail->known, VALUES_ROWS - 1, columns - 4, heat, true, &layout);
    *ret_rows = layout.map_rows;
    *ret_columns = layout.map_columns;
}

int detail_rows(const struct detail *detail, int columns, bool ascii, bool heat,
                const struct table_style *style)
{
    struct cells aside = {.ascii = ascii, .heat = heat};
    struct facts facts = {.name = ""};
    if (!detail->row || columns <= 4)
        return 0;
    facts_of(detail, ascii, style, &facts);
    int rows = draw_aside(detail, &facts, &aside, columns - 4, style);
    cells_free(&aside);
    return rows;
}

int detail_page(int rows)
{
    return rows > 2 ? rows - 2 : 0;
}

void detail_draw_whole(const struct detail *detail, struct cells *cells, struct rect screen,
                       const struct table_style *style, int top)
{
    struct cells aside = {.ascii = cells->ascii, .heat = cells->heat};
    struct facts facts = {.name = ""};
    int page = detail_page(screen.height), width = screen.width - 4;
    if (detail->row)
        facts_of(detail, cells->ascii, style, &facts);
    cells_box(cells, screen, ROLE_RULE, facts.name);
    if (!detail->row || width <= 0)
        return;
    int rows = draw_aside(detail, &facts, &aside, width, style);
    if (top > rows - page)
        top = rows > page ? rows - page : 0;
    for (int i = 0; i < page && top + i < rows; i++)
        memcpy(&cells->grid[(screen.y + 1 + i) * cells->columns + screen.x + 2],
               &aside.grid[(top + i) * aside.columns], (size_t)width * sizeof *aside.grid);
    cells_free(&aside);
    if (top > 0 || top + page < rows)
        cells_put_right(cells, screen.y + screen.height - 1, screen.x + 2, width, ROLE_KEY, 0,
                        " more: PgUp PgDn ");
}
