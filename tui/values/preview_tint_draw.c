/*
 * The scale of the colours, below the grid.
 */
#include <stdio.h>

#include "tui/values/preview_private.h"

static int put_heats(const struct drawing *drawing, int y, int x, bool diverging)
{
    for (unsigned level = 0; level < HEAT_LEVELS && x < preview_right_edge(drawing); level++, x++)
        cells_heat(drawing->cells, (struct rect){y, x, 1, 1},
                   diverging ? heat_diverging(level) : heat_rising(level));
    return x;
}

static int put_number(const struct drawing *drawing, int y, int x, double value)
{
    char text[64];
    preview_double_text(value, NUMBER_SHORT, text, sizeof text);
    return preview_put(drawing, y, x, ROLE_TEXT, 0, text);
}

/* What the two colours that are no level mean. */
static void put_words(const struct drawing *drawing, int y, int x)
{
    static const struct {
        const char *word;
        uint8_t heat;
    } words[] = {{" nan ", HEAT_NAN}, {" inf ", HEAT_INF}};
    for (size_t i = 0; i < sizeof words / sizeof words[0] && x + 5 <= preview_right_edge(drawing); i++) {
        preview_put(drawing, y, x, ROLE_TEXT, 0, words[i].word);
        cells_heat(drawing->cells, (struct rect){y, x, 1, 5}, words[i].heat);
        x += 6;
    }
}

/* Of a struct that of the field under the cursor, else of the first that has one. */
static bool scale_shown(const struct drawing *drawing, struct map_scale *ret_scale, bool *ret_page)
{
    const struct preview *preview = drawing->preview;
    if (preview_tint_scale(preview, preview->cursor_column, ret_scale, ret_page))
        return true;
    for (uint32_t i = 0; i < drawing->page.columns; i++)
        if (preview_tint_scale(preview, page_column(&drawing->page, i), ret_scale, ret_page))
            return true;
    return false;
}

void preview_draw_scale(const struct drawing *drawing, int y)
{
    struct map_scale scale;
    bool page = false;
    char text[96];
    int x = drawing->rect.x + 1;
    if (!drawing->cells->heat) {
        preview_put(drawing, y, x, ROLE_WARN, 0, "no heat: this terminal does not show the colours for it");
        return;
    }
    x = preview_put(drawing, y, x, ROLE_DIM, 0, "heat") + 1;
    if (!scale_shown(drawing, &scale, &page)) {
        preview_put(drawing, y, x, ROLE_DIM, 0, "no finite value");
        return;
    }
    x = put_number(drawing, y, x, scale.low) + 1;
    x = put_heats(drawing, y, x, scale.diverging) + 1;
    x = put_number(drawing, y, x, scale.high) + 2;
    const char *of = page ? "page" : drawing->preview->arrangement == ARRANGE_FIELDS ? "field" : "slice";
    snprintf(text, sizeof text, "1 %% to 99 %% of the %s", of);
    x = preview_put(drawing, y, x, ROLE_DIM, 0, text) + 2;
    put_words(drawing, y, x);
}
