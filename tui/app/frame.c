/*
 * Where the parts of the screen lie. As the screen shrinks, hints go first, then the detail, then the header.
 */
#include "tui/app/state.h"
#include "tui/view/detail.h"

#define ROWS_FOR_BLANK   26 /* a blank line below the header */
#define ROWS_FOR_HINTS   16
#define ROWS_FOR_LEGEND  16 /* and for a warning, where there is one */
#define ROWS_FOR_DETAIL  14
#define ROWS_FOR_GAUGE   8
#define ROWS_FOR_TITLE   6
#define COLUMNS_FOR_PANE 130

/* Title; gauge; legend; warning; blank. */
static int header_height(const struct app *app)
{
    if (app->preview || app->rows < ROWS_FOR_TITLE)
        return 0;
    if (app->rows < ROWS_FOR_LEGEND)
        return app->rows < ROWS_FOR_GAUGE ? 1 : 2;
    return HEADER_LINES + (app->notes.warning_count > 0) + (app->rows >= ROWS_FOR_BLANK);
}

void frame_make(const struct app *app, struct frame *frame)
{
    *frame = (struct frame){.header = {0, 0, header_height(app), app->columns}};
    int bottom = app->rows, top = frame->header.height;
    if (app->rows >= ROWS_FOR_HINTS) {
        bottom--;
        frame->hints = (struct rect){bottom, 0, 1, app->columns};
    }
    bottom--;
    frame->footer = (struct rect){bottom, 0, 1, app->columns};
    int width = app->columns;
    bool detail = app->show_detail && !app->preview && app->rows >= ROWS_FOR_DETAIL;
    frame->pane = detail && app->columns >= COLUMNS_FOR_PANE;
    if (frame->pane) {
        width -= DETAIL_PANE_WIDTH;
        frame->detail = (struct rect){top, width, bottom - top, DETAIL_PANE_WIDTH};
    } else if (detail) {
        bottom -= DETAIL_STRIP_HEIGHT;
        frame->detail = (struct rect){bottom, 0, DETAIL_STRIP_HEIGHT, app->columns};
    }
    frame->table = (struct rect){top, 0, bottom > top ? bottom - top : 0, width};
}
