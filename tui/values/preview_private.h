/*
 * What the files of the preview share: the page that is read, and the model's own state.
 */
#ifndef SHMTOP_TUI_VALUES_PREVIEW_PRIVATE_H
#define SHMTOP_TUI_VALUES_PREVIEW_PRIVATE_H

#include "core/matrix/number.h"
#include "core/process/reach.h"
#include "tui/values/census.h"
#include "tui/values/lens.h"
#include "tui/view/line.h"
#include "tui/values/preview.h"
#include "tui/values/search.h"

#define PREVIEW_CELL_MAX    256        /* bytes of an element that are read */
#define PREVIEW_PAGE_MAX    (4u << 20) /* bytes of a page */
#define PREVIEW_TEXT_MAX    512        /* of a cell's text */
#define PREVIEW_PERIOD      250        /* ms between two looks at the same page */
#define PREVIEW_PERIOD_GONE 1000
#define PREVIEW_SLOW        300 /* ms after which the old page is no longer shown for the new one */
#define PREVIEW_HEX_WRAP    16

/* How the elements of a matrix lie in the grid. */
enum arrangement {
    ARRANGE_FLAT,   /* rank 0 and 1, and bytes in hex: `wrap` elements a row */
    ARRANGE_FIELDS, /* structs: a row an element, a column a field */
    ARRANGE_PLANE,  /* two axes */
};

/* A rectangle of the grid, and where in the matrix the grid lies. */
struct page {
    enum arrangement arrangement;
    int row_axis, column_axis;       /* -1: none */
    uint64_t fixed[MATRIX_RANK_MAX]; /* the index on each axis that is neither */
    uint32_t wrap;                   /* ARRANGE_FLAT: elements a row */
    uint64_t top, left;
    uint32_t kept;          /* the first columns of the grid, which stand before those from left on */
    uint32_t rows, columns; /* columns: the kept ones too */
};

/* The grid's column that column i of the page is; where a cell of the grid lies in the page, SIZE_MAX: it
 * does not. */
static inline uint64_t page_column(const struct page *page, uint32_t i)
{
    return i < page->kept ? i : page->left + (i - page->kept);
}
size_t page_index(const struct page *page, uint64_t row, uint64_t column);

struct preview_request {
    struct reach reach;
    unsigned generation; /* of the model's matrix */
    bool has_matrix;     /* else only look what it is */
    bool hex;            /* the matrix is the segment's bytes, not what its header says */
    bool said;           /* it is what a person says */
    bool copying;        /* the page is the block that is to be copied, not what is shown */
    struct matrix matrix;
    struct page page;
};

enum preview_found {
    FOUND_IT,
    FOUND_NOTHING, /* no such name */
    FOUND_OTHER,   /* another segment bears the name; `segment` is that one */
    FOUND_FAILURE, /* error */
};

struct preview_reply {
    enum preview_found found;
    struct error error;
    struct segment segment; /* owned */
    unsigned generation;    /* of the request */
    bool copying;           /* the same */
    bool has_values;        /* page, cells */
    bool is_short;          /* the segment ends before the page does */
    struct page page;       /* rows and columns: what was read */
    size_t cell_bytes;      /* from one cell to the next */
    uint8_t *cells;         /* owned; rows * columns, row by row */
};

/* The type of a grid column as it is read and shown: trimmed to PREVIEW_CELL_MAX. Borrows from the matrix;
 * not to be cleared. */
struct dtype preview_column_dtype(const struct matrix *matrix, enum arrangement arrangement, uint64_t column);
/* Bytes of the largest such column among [left, left + columns). */
size_t preview_cell_bytes(const struct matrix *matrix, const struct page *page);

/* A rectangle of the grid's cells; of one that wraps its elements, as one column. */
struct block {
    uint64_t top, left, rows, columns;
};

/* The view of the grid of a page: rows and columns, or the one axis that wraps. */
struct view preview_view_of(const struct matrix *matrix, const struct page *page);
/* That of a field of the structs in a view; one that is an array gets an axis more, the last. False where
 * that is one too many. *dtype borrows from the matrix. */
bool preview_view_field(const struct matrix *matrix, uint64_t field, struct view *view,
                        struct dtype *ret_dtype);

/* What is wrong with the segment now. */
enum plight {
    PLIGHT_FINE,
    PLIGHT_GONE,
    PLIGHT_OTHER,
    PLIGHT_SHRUNK,
    PLIGHT_DAMAGED, /* it had a matrix before */
    PLIGHT_FAILED,
};

/* Whether a person says what it is. */
enum saying {
    SAYING_NOTHING,
    SAYING_THIS,     /* the matrix */
    SAYING_NONSENSE, /* what does not fit: there is no matrix */
};

enum record_wish {
    RECORD_NO_WISH,
    RECORD_THIS,
    RECORD_NOTHING, /* what was recorded is to go */
};

/* What the line is for. */
enum line_purpose {
    PURPOSE_INDEX,     /* "go to" */
    PURPOSE_CONDITION, /* "find" */
    PURPOSE_COLUMN,    /* "go to column" */
};

struct preview_map; /* map_private.h */

struct preview {
    struct reach reach;
    struct identity other; /* PLIGHT_OTHER: who bears the name now */
    int64_t now;

    /* What it is. */
    bool looked; /* the first reply came */
    uint64_t size;
    enum layout layout;
    char *reason; /* why there is no matrix; NULL: there is */
    bool has_matrix, hex;
    struct matrix matrix;
    unsigned generation;
    enum arrangement arrangement;
    enum plight plight;
    int64_t plight_since;
    char plight_text[ERROR_TEXT_MAX];

    /* What it says itself, and what is said of it: preview_lens.c. */
    bool has_own, recorded; /* recorded: the own matrix stands beside it */
    struct matrix own;      /* owned */
    enum description described;
    uint64_t payload; /* where the bytes begin that are no header */
    enum saying saying, before;
    struct matrix said_before; /* before == SAYING_THIS: what was said when the lens was opened */
    struct lens *lens;         /* NULL: closed */
    bool lens_began;
    uint64_t byte; /* the one that was under the cursor when it last was moved by hand */
    enum record_wish record;

    /* Where we are. */
    int row_axis, column_axis, step_axis; /* step_axis: the one [ ] move along; -1: none is fixed */
    uint64_t fixed[MATRIX_RANK_MAX];
    uint32_t wrap;
    uint64_t cursor_row, cursor_column, top, left;
    bool jumped; /* the cursor went where it was sent, not by steps: until the next preview_layout */

    /* What is visible; set by preview_layout. */
    int height, breadth; /* of the rectangle */
    bool ascii, heat;
    int rows;         /* of the grid */
    int width;        /* of a column; 0: not known yet */
    uint16_t *widths; /* ARRANGE_FIELDS: of each column; 0: not known yet */

    /* How values look: preview_format.c. */
    enum number_style style;
    bool magnitude;          /* of complex numbers */
    uint16_t chosen_width;   /* of a column, by hand; 0: as wide as what it shows */
    uint16_t *chosen_widths; /* ARRANGE_FIELDS: of each column */
    uint32_t kept;           /* so many columns stay at the left; as many of them as fit do: */
    uint32_t kept_shown;

    /* A block of cells, from here to the cursor: preview_block.c. */
    bool has_block;
    uint64_t block_row, block_column;
    struct block copying; /* what is to be copied */
    bool wants_copy;      /* it must be read first */
    char *copied;         /* owned: for the clipboard; NULL: nothing */

    bool tints;              /* cells are coloured by their values: preview_tint.c */
    struct tint *tint;       /* owned; NULL: none yet */
    struct figures *figures; /* owned: the statistics below the grid; NULL: none yet */

    /* The last page read. */
    bool has_values;
    struct page page;
    size_t cell_bytes;
    uint8_t *cells;
    bool *changed; /* since the page before */

    bool asked; /* a request is under way */
    int64_t asked_at;
    struct page asking; /* its page */
    int64_t supplied_at;
    bool again; /* look now */
    bool frozen;

    unsigned screen;         /* SCREEN_GRID, SCREEN_MAP or SCREEN_CENSUS */
    struct preview_map *map; /* owned; NULL: not shown yet */

    struct search search;
    struct census *census; /* NULL: it was not looked at yet */

    struct line *line; /* NULL: closed */
    enum line_purpose purpose;
    char message[ERROR_TEXT_MAX];
};

/* The grid's size. */
uint64_t preview_grid_rows(const struct preview *preview);
uint64_t preview_grid_columns(const struct preview *preview);
/* Columns in a row of the grid: fewer in the last one of a wrapped dimension. */
uint64_t preview_row_length(const struct preview *preview, uint64_t row);

/* Rows of the rectangle: which lines there are. */
struct preview_lines {
    bool title, slice, header, bottom;
    int panel; /* rows of the lens, below the title */
    int first; /* of the grid */
    int rows;
    int figures; /* rows of statistics below it */
    int scale;   /* of the colours, below that */
};
struct preview_lines preview_lines(const struct preview *preview);
bool preview_has_slices(const struct preview *preview);
static inline bool preview_has_fields(const struct preview *preview)
{
    return preview->arrangement == ARRANGE_FIELDS;
}
/* Whether there is none any more that could be looked at, and holding it open would only keep its memory. */
static inline bool preview_is_lost(const struct preview *preview)
{
    return preview->plight == PLIGHT_GONE || preview->plight == PLIGHT_OTHER;
}
/* Whether a line tells more than values do: what is wrong with it, a reason. */
bool preview_has_remark(const struct preview *preview);

/* Columns of the row headings with one blank on either side, of a grid column, and between two. */
int preview_heading_width(const struct preview *preview);
int preview_column_width(const struct preview *preview, uint64_t column);
int preview_natural_width(const struct preview *preview, uint64_t column); /* as wide as what it shows */
int preview_widest(const struct preview *preview);                         /* that a column can be */
#define PREVIEW_GAP 2
/* How many whole columns fit from left on; at least 1. */
/* Behind the kept ones. */
uint64_t preview_columns_that_fit(const struct preview *preview, uint64_t left);

uint32_t preview_kept_that_fit(const struct preview *preview, uint32_t kept);

/* The page that should be on the screen. */
struct page preview_page(const struct preview *preview);
/* Whether the last page read holds all of a page; shows the same slice. */
bool page_covers(const struct page *have, const struct page *want);
bool page_same_slice(const struct page *a, const struct page *b);
/* Whether what was made of that slice, of the matrix of that generation, is of what is shown. However one
 * dimension wraps, it is the same slice. */
bool preview_shows_slice(const struct preview *preview, const struct page *slice, unsigned generation);

/* The bytes of a grid cell, NULL where they were not read. */
const uint8_t *preview_cell(const struct preview *preview, uint64_t row, uint64_t column);
/* Its text. Returns the length. */
size_t preview_cell_text(const struct preview *preview, const uint8_t *cell, uint64_t column, int style,
                         char *buf, size_t size);

/* "[17, 3, 4]", of a struct "[17].x". */
void preview_index_text(const struct preview *preview, uint64_t row, uint64_t column, char *buf, size_t size);

/* The index of a grid cell in the whole matrix: rank entries. */
void preview_index(const struct preview *preview, uint64_t row, uint64_t column, uint64_t *ret_index);

/* preview_format.c: how values look. */
enum preview_result preview_format_action(struct preview *preview, enum action action);
void preview_choose_style(struct preview *preview, enum number_style style);
bool preview_format_has_use(const struct preview *preview, enum action action);
/* A cell as the grid shows it. Returns the length. */
size_t preview_shown_text(const struct preview *preview, const uint8_t *cell, uint64_t column, char *buf,
                          size_t size);
size_t preview_double_text(double value, enum number_style style, char *buf, size_t size);
/* In which format values are shown; "" where it is the usual one. */
void preview_format_words(const struct preview *preview, char *buf, size_t size);
bool preview_has_fractions(const struct preview *preview); /* a float or complex is in it */
double preview_magnitude(const struct dtype *dtype, const uint8_t *cell);
enum dtype_kind preview_column_kind(const struct preview *preview, uint64_t column);
bool preview_is_text(enum dtype_kind kind); /* aligned left, and cut with … */

/* preview_block.c: a block of cells, copying. */
struct block preview_block(const struct preview *preview); /* the cursor's cell where there is none */
bool preview_block_holds(const struct preview *preview, uint64_t row, uint64_t column);
void preview_block_text(const struct preview *preview, char *buf, size_t size);
enum preview_result preview_block_action(struct preview *preview, enum action action);
/* The page that must be read for it; true once. */
bool preview_block_wants(struct preview *preview, struct page *ret_page);
void preview_block_supply(struct preview *preview, const struct preview_reply *reply);

/* preview_figures.c: statistics below the grid. */
struct figure {
    uint64_t column;
    bool known;
    unsigned round;
    struct statistics statistics; /* owns nothing */
};
struct figures_state {
    const char *failure; /* why there are none; "": nothing failed */
    bool under_way;      /* exact ones */
    uint64_t done, total;
};
int preview_figures_rows(const struct preview *preview); /* that they take; 0: none are shown */
const struct figure *preview_figure(const struct preview *preview, uint64_t column); /* NULL: not known yet */
struct figures_state preview_figures_state(const struct preview *preview);
void preview_figures_changed(struct preview *preview); /* values were seen to change */
void preview_figures_free(struct preview *preview);
struct study_request *preview_figures_want(struct preview *preview, int64_t now);
bool preview_figures_give_up(struct preview *preview);
void preview_figures_supply(struct preview *preview, struct study_reply *reply, int64_t now);
void preview_figures_progress(struct preview *preview, uint64_t done, uint64_t total);
bool preview_any_has_figures(const struct preview *preview);
bool preview_has_figures(const struct preview *preview, uint64_t column); /* its type has */
/* preview_figures_draw.c; the width: that a column needs for them. */
int preview_figure_width(const struct preview *preview, uint64_t column);

/* preview_tint.c: cells coloured by their values. */
int preview_tint_rows(const struct preview *preview);
void preview_tint_toggle(struct preview *preview);
void preview_tint_changed(struct preview *preview); /* values were seen to change */
void preview_tint_layout(struct preview *preview);
uint8_t preview_tint_of(const struct preview *preview, const uint8_t *cell, uint64_t column); /* a heat */
/* False where there is none; *ret_page: it is the page's only. */
bool preview_tint_scale(const struct preview *preview, uint64_t column, struct map_scale *ret_scale,
                        bool *ret_page);
void preview_tint_free(struct preview *preview);
struct study_request *preview_tint_want(struct preview *preview, int64_t now);
bool preview_tint_give_up(struct preview *preview);
void preview_tint_supply(struct preview *preview, struct study_reply *reply, int64_t now);

/* A study of the matrix as it is looked at, still to be filled. */
struct study_request *preview_study_new(const struct preview *preview, enum study_kind kind);

/* The slice that is shown: rows and columns, or the one axis that there is. */
void preview_plane(const struct preview *preview, struct view *ret_view);

/* preview_place.c: moving. */
void preview_place_reset(struct preview *preview);
void preview_place_clamp(struct preview *preview);
enum preview_result preview_place_action(struct preview *preview, enum action action);
/* How many rows down a key moves, where a page has so many; *ret_scrolls: what is shown moves along. False
 * where it moves otherwise. */
bool preview_steps(enum action action, int64_t page, int64_t *ret_rows, bool *ret_scrolls);
/* preview_goto.c; "17,1204": a full index or one within the slice; negative as in numpy. -EINVAL. */
int preview_place_goto(struct preview *preview, const char *text, struct error *error);
/* To that position on each of n axes. */
void preview_place_go(struct preview *preview, const int *axes, const uint64_t *position, int n);
void preview_rewrap(struct preview *preview, uint32_t wrap);
void preview_place_index(struct preview *preview, const uint64_t *index); /* of the whole matrix */

/* preview.c and preview_take.c, for the others. */
void preview_open_line(struct preview *preview, enum line_purpose purpose);
const char *preview_line_prompt(const struct preview *preview);
void preview_say(struct preview *preview, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool preview_matrix_equal(const struct matrix *a, const struct matrix *b);
bool preview_is_readable(enum layout layout);
void preview_drop_matrix(struct preview *preview);
/* Bytes without a shape: a matrix of bytes, shown in hex. */
void preview_adopt_bytes(struct preview *preview, uint64_t size);

/* preview_lens.c: looking at it as what a person says. */
bool preview_is_said(const struct preview *preview); /* otherwise than it says itself */
void preview_lens_key(struct preview *preview, const struct key *key);
void preview_lens_paste(struct preview *preview, const char *text);
void preview_lens_told(struct preview *preview); /* what it is was looked at */

/* --- drawing: preview_draw.c, preview_grid.c --- */

/* What one drawing works with. */
struct drawing {
    const struct preview *preview;
    struct cells *cells;
    struct rect rect;
    struct page page; /* that is shown */
    bool usable;      /* the values read are of this slice */
    bool old;         /* no longer true: dimmed */
    int heading;      /* columns of the row headings */
};

int preview_right_edge(const struct drawing *drawing);
void preview_draw_title(struct drawing *drawing, int y);
void preview_draw_remark(const struct drawing *drawing, int y); /* where preview_has_remark */
/* "[█████───]" of width + 2 columns. */
void preview_draw_bar(const struct drawing *drawing, int y, int x, int width, uint64_t part, uint64_t whole);
void preview_slice_text(const struct drawing *drawing, char *buf, size_t size); /* "a[17,:,:]" */
/* Puts text at x of a row of the rectangle, cut at its right edge; returns the x behind it. */
int preview_put(const struct drawing *drawing, int y, int x, enum role role, uint8_t flags, const char *text);
/* A value in its column: a number that does not fit is no number but "###". */
void preview_put_value(const struct drawing *drawing, int y, int x, int width, uint64_t column,
                       enum role role, uint8_t flags, const char *text);
void preview_column_heading(const struct preview *preview, uint64_t column, char *buf, size_t size);
enum role preview_cell_role(const struct drawing *drawing, const uint8_t *cell, uint64_t column);
/* Where column i of the page begins, and whether it is wholly inside (or the first one). */
int preview_column_x(const struct drawing *drawing, uint32_t i);
bool preview_column_is_visible(const struct drawing *drawing, uint32_t i, int x);
void preview_draw_scale(const struct drawing *drawing, int y);
void preview_draw_figures(const struct drawing *drawing, int y, int rows);
void preview_draw_header(const struct drawing *drawing, int y);
void preview_draw_grid(const struct drawing *drawing, int y, int rows);

#endif
