#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/palette.h"
#include "tests/support/svg.h"
#include "tui/term/width.h"

/*
 * Each cell is cut into 8 x 16 parts, of which its background and what is a shape in it are made; equal
 * colours side by side are one rectangle of one path a colour. So neighbouring cells leave no seam, and a map
 * of thousands of half blocks stays small. What is no shape is text, on top.
 */

#define CELL_WIDTH  9
#define CELL_HEIGHT 18
#define BASELINE    13.5
#define FONT_SIZE   15
#define MARGIN      12
#define PARTS_X     8
#define PARTS_Y     16

#define OWN_FOREGROUND 256 /* the terminal's own colours, behind those of the palette */
#define OWN_BACKGROUND 257
#define COLOR_COUNT    258

struct picture {
    struct screen *screen;
    FILE *out;
    int rows, columns;
    uint16_t *parts; /* owned: rows * PARTS_Y by columns * PARTS_X colours */
};

static void color_text(int color, char text[8])
{
    unsigned char rgb[3];

    if (color >= OWN_FOREGROUND) {
        memcpy(text, color == OWN_FOREGROUND ? "#d0d0d0" : "#101014", 8);
        return;
    }
    palette_rgb(color, rgb);
    snprintf(text, 8, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
}

static void colors_of(const struct screen_cell *cell, int *ret_foreground, int *ret_background)
{
    int foreground = cell->foreground < 0 ? OWN_FOREGROUND : cell->foreground;
    int background = cell->background < 0 ? OWN_BACKGROUND : cell->background;

    *ret_foreground = cell->reverse ? background : foreground;
    *ret_background = cell->reverse ? foreground : background;
}

/* --- shapes --- */

#define ARM_LEFT  1
#define ARM_RIGHT 2
#define ARM_UP    4
#define ARM_DOWN  8
#define HEAVY     16

static int arms_of(uint32_t code)
{
    static const struct {
        uint32_t code;
        int arms;
    } lines[] = {
        {0x2500, ARM_LEFT | ARM_RIGHT},
        {0x2501, ARM_LEFT | ARM_RIGHT | HEAVY},
        {0x2502, ARM_UP | ARM_DOWN},
        {0x2503, ARM_UP | ARM_DOWN | HEAVY},
        {0x250c, ARM_RIGHT | ARM_DOWN},
        {0x2510, ARM_LEFT | ARM_DOWN},
        {0x2514, ARM_RIGHT | ARM_UP},
        {0x2518, ARM_LEFT | ARM_UP},
        {0x251c, ARM_RIGHT | ARM_UP | ARM_DOWN},
        {0x2524, ARM_LEFT | ARM_UP | ARM_DOWN},
        {0x252c, ARM_LEFT | ARM_RIGHT | ARM_DOWN},
        {0x2534, ARM_LEFT | ARM_RIGHT | ARM_UP},
        {0x253c, ARM_LEFT | ARM_RIGHT | ARM_UP | ARM_DOWN},
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (lines[i].code == code)
            return lines[i].arms;
    return 0;
}

/* Whether a part of the cell, (0, 0) its upper left one, belongs to the shape. */
static bool line_has(int arms, int y, int x)
{
    bool heavy = arms & HEAVY, middle_y = y == PARTS_Y / 2 || (heavy && y == PARTS_Y / 2 - 1);
    bool middle_x = x == PARTS_X / 2 || (heavy && x == PARTS_X / 2 - 1);

    return (middle_y && ((arms & ARM_LEFT && x <= PARTS_X / 2) || (arms & ARM_RIGHT && x >= PARTS_X / 2))) ||
           (middle_x && ((arms & ARM_UP && y <= PARTS_Y / 2) || (arms & ARM_DOWN && y >= PARTS_Y / 2)));
}

static bool block_has(uint32_t code, int y, int x)
{
    if (code == 0x2580)
        return y < PARTS_Y / 2;
    if (code <= 0x2588) /* lower eighths */
        return y >= PARTS_Y - (int)(code - 0x2580) * PARTS_Y / 8;
    if (code <= 0x258f) /* left eighths */
        return x < (int)(0x2590 - code) * PARTS_X / 8;
    return x >= PARTS_X / 2; /* the right half */
}

static bool is_block(uint32_t code)
{
    return code >= 0x2580 && code <= 0x2590;
}

static uint32_t code_of(const struct screen_cell *cell)
{
    uint32_t code = ' ';

    if (cell->text[0] != '\0')
        utf8_decode(cell->text, &code);
    return code;
}

static bool is_shape(uint32_t code)
{
    return is_block(code) || arms_of(code) != 0;
}

static void fill_cell(struct picture *picture, int y, int x)
{
    struct screen_cell cell;
    uint32_t code;
    int foreground, background, arms;

    screen_cell(picture->screen, y, x, &cell);
    colors_of(&cell, &foreground, &background);
    code = code_of(&cell);
    arms = arms_of(code);
    for (int i = 0; i < PARTS_Y; i++)
        for (int k = 0; k < PARTS_X; k++) {
            bool inside = is_block(code) ? block_has(code, i, k) : arms != 0 && line_has(arms, i, k);

            picture->parts[(size_t)(y * PARTS_Y + i) * (size_t)(picture->columns * PARTS_X) +
                           (size_t)(x * PARTS_X + k)] = (uint16_t)(inside ? foreground : background);
        }
}

/* The length of a position in parts, in pixels. */
static double across(int parts)
{
    return MARGIN + parts * (CELL_WIDTH / (double)PARTS_X);
}

static double down(int parts)
{
    return MARGIN + parts * (CELL_HEIGHT / (double)PARTS_Y);
}

/* The largest rectangle of the colour whose upper edge begins at (y, x); it is taken out. */
static void take_rectangle(struct picture *picture, int y, int x)
{
    int width = picture->columns * PARTS_X, height = picture->rows * PARTS_Y, right = x, bottom = y;
    uint16_t *parts = picture->parts, color = parts[y * width + x];
    bool same = true;

    while (right < width && parts[y * width + right] == color)
        right++;
    while (same && ++bottom < height)
        for (int i = x; i < right && same; i++)
            same = parts[bottom * width + i] == color;
    for (int row = y; row < bottom; row++)
        for (int i = x; i < right; i++)
            parts[row * width + i] = OWN_BACKGROUND;
    fprintf(picture->out, "M%g %gH%gV%gH%gz", across(x), down(y), across(right), down(bottom), across(x));
}

/* All shapes of one colour that has some. */
static void print_color(struct picture *picture, int color)
{
    int width = picture->columns * PARTS_X, count = picture->rows * PARTS_Y * width;
    char text[8];

    color_text(color, text);
    fprintf(picture->out, "<path fill=\"%s\" d=\"", text);
    for (int i = 0; i < count; i++)
        if (picture->parts[i] == color)
            take_rectangle(picture, i / width, i % width);
    fprintf(picture->out, "\"/>\n");
}

static void print_shapes(struct picture *picture)
{
    int count = picture->rows * PARTS_Y * picture->columns * PARTS_X;
    bool used[COLOR_COUNT] = {false};

    for (int i = 0; i < count; i++)
        used[picture->parts[i]] = true;
    fprintf(picture->out, "<g shape-rendering=\"crispEdges\">\n");
    for (int color = 0; color < OWN_BACKGROUND; color++)
        if (used[color])
            print_color(picture, color);
    fprintf(picture->out, "</g>\n");
}

/* --- text --- */

/* As XML has it; a character that XML cannot hold is left out (a terminal shows none). */
static void print_escaped(const char *text, FILE *out)
{
    uint32_t code;

    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n)
        switch (code) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            if (code >= 0x20 && code != 0x7f && (code & 0xfffe) != 0xfffe && code < 0x110000)
                fwrite(text, 1, n, out);
        }
}

static bool is_blank(const struct screen_cell *cell)
{
    uint32_t code = code_of(cell);

    return !cell->underline && (code == ' ' || is_shape(code));
}

/* Other fonts may lend a character that is not of the first ones: it stands alone, so that it moves no other.
 */
static bool is_alone(const struct screen_cell *cell)
{
    return cell->width != 1 || code_of(cell) >= 0x100;
}

static bool continues(const struct screen_cell *run, const struct screen_cell *cell)
{
    int a, b, nothing;

    colors_of(run, &a, &nothing);
    colors_of(cell, &b, &nothing);
    return a == b && run->bold == cell->bold && run->italic == cell->italic &&
           run->underline == cell->underline && !is_alone(run) && !is_alone(cell);
}

/* The cells of one look from x on, up to two blanks in a row; returns where it ends. */
static int run_end(struct picture *picture, int y, int x, char *text)
{
    struct screen_cell first, cell;
    size_t length = 0, used = 0;
    int end = x, blanks = 0;

    screen_cell(picture->screen, y, x, &first);
    for (int at = x; at < picture->columns && blanks < 2; at++) {
        screen_cell(picture->screen, y, at, &cell);
        if (at > x && (is_shape(code_of(&cell)) || (!is_blank(&cell) && !continues(&first, &cell)) ||
                       (is_blank(&cell) && is_alone(&first))))
            break;
        length += (size_t)sprintf(text + length, "%s", cell.text[0] != '\0' ? cell.text : " ");
        blanks = is_blank(&cell) ? blanks + 1 : 0;
        if (blanks == 0) {
            used = length;
            end = at + (cell.width > 1 ? cell.width : 1);
            at = end - 1;
        }
    }
    text[used] = '\0';
    return end;
}

static void print_run(struct picture *picture, int y, int x, int end, const char *text)
{
    struct screen_cell cell;
    int foreground, background;
    char color[8];

    screen_cell(picture->screen, y, x, &cell);
    colors_of(&cell, &foreground, &background);
    fprintf(picture->out, "<text x=\"%d\" y=\"%g\" textLength=\"%d\"", MARGIN + x * CELL_WIDTH,
            MARGIN + y * CELL_HEIGHT + BASELINE, (end - x) * CELL_WIDTH);
    color_text(foreground, color);
    if (foreground != OWN_FOREGROUND)
        fprintf(picture->out, " fill=\"%s\"", color);
    fprintf(picture->out, "%s%s%s>", cell.bold ? " font-weight=\"bold\"" : "",
            cell.italic ? " font-style=\"italic\"" : "",
            cell.underline ? " text-decoration=\"underline\"" : "");
    print_escaped(text, picture->out);
    fprintf(picture->out, "</text>\n");
}

static void print_row(struct picture *picture, int y, char *text)
{
    struct screen_cell cell;

    for (int x = 0; x < picture->columns;) {
        int end;

        screen_cell(picture->screen, y, x, &cell);
        if (is_blank(&cell)) {
            x++;
            continue;
        }
        end = run_end(picture, y, x, text);
        print_run(picture, y, x, end, text);
        x = end;
    }
}

/* --- the whole --- */

static void print_frame(struct picture *picture, const char *title)
{
    int width = picture->columns * CELL_WIDTH + 2 * MARGIN, height = picture->rows * CELL_HEIGHT + 2 * MARGIN;
    char foreground[8], background[8];

    color_text(OWN_FOREGROUND, foreground);
    color_text(OWN_BACKGROUND, background);
    fprintf(picture->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
            "role=\"img\" "
            "xml:space=\"preserve\" font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" "
            "font-size=\"%d\">\n<title>",
            width, height, width, height, FONT_SIZE);
    print_escaped(title, picture->out);
    fprintf(picture->out, "</title>\n<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"%s\"/>\n", width,
            height, background);
}

void svg_print(struct screen *screen, const char *title, FILE *out)
{
    struct picture picture = {
        .screen = screen, .out = out, .rows = screen_rows(screen), .columns = screen_columns(screen)};
    size_t parts = (size_t)(picture.rows * PARTS_Y) * (size_t)(picture.columns * PARTS_X);
    char *text = malloc((size_t)picture.columns * sizeof(((struct screen_cell *)0)->text) + 1), foreground[8];

    picture.parts = malloc(parts * sizeof(*picture.parts));
    if (text == NULL || picture.parts == NULL)
        abort();
    for (int y = 0; y < picture.rows; y++)
        for (int x = 0; x < picture.columns; x++)
            fill_cell(&picture, y, x);
    print_frame(&picture, title);
    print_shapes(&picture);
    color_text(OWN_FOREGROUND, foreground);
    fprintf(out, "<g fill=\"%s\">\n", foreground);
    for (int y = 0; y < picture.rows; y++)
        print_row(&picture, y, text);
    fprintf(out, "</g>\n</svg>\n");
    free(picture.parts);
    free(text);
}
