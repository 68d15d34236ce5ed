#include "tests/support/loadform.h"

#include "core/layout/npy.h"
#include "tests/support/test.h"
#include "tui/term/width.h"

void form_open(struct form *form, void **state)
{
    struct error error = {0};
    memset(form, 0, sizeof *form);
    form->tmpdir = *state;
    tmpdir_mkdir(form->tmpdir, "files");
    tmpdir_mkdir(form->tmpdir, "shm");
    assert_int_equal(directory_open(&form->directory, tmpdir_path(form->tmpdir, "shm"), false, &error), 0);
    form->history = line_history_new();
    form->dialog = load_dialog_new(&(struct load_dialog_options){.home = tmpdir_path(form->tmpdir, "files"),
                                                                 .directory = "/dev/shm",
                                                                 .umask = 022,
                                                                 .history = form->history});
    cells_resize(&form->cells, 24, 80);
}

void form_close(struct form *form)
{
    load_dialog_free(form->dialog);
    line_history_free(form->history);
    directory_close(form->directory);
    cells_free(&form->cells);
}

void form_draw(struct form *form)
{
    load_dialog_layout(form->dialog, form->cells.rows, form->cells.columns, false);
    cells_clear(&form->cells);
    load_dialog_draw(form->dialog, &form->cells, (struct rect){0, 0, form->cells.rows, form->cells.columns});
    draw_assert_sane(&form->cells);
}

/* A control group without limits, so that the room does not depend on the machine. */
struct load_dialog_reply *form_fetch(struct form *form, const struct load_dialog_request *request)
{
    return load_dialog_fetch(form->directory, &(struct host){.root = form->root, .proc_root = "/nonexistent"},
                             "/nonexistent", request, NULL);
}

void form_settle(struct form *form)
{
    for (int i = 0; i < 10; i++) {
        struct load_dialog_request *request = load_dialog_wants(form->dialog, form->now);
        if (!request)
            break;
        form->last = load_dialog_supply(form->dialog, form_fetch(form, request), form->now);
        load_dialog_request_free(request);
        if (form->last == DIALOG_CLOSE)
            break;
        assert_true(i < 9);
    }
    form_draw(form);
}

void form_press(struct form *form, uint32_t code)
{
    form->last = load_dialog_key(form->dialog, &(struct key){.code = code}, form->now);
    if (form->last == DIALOG_USED)
        form_settle(form);
}

void form_type(struct form *form, const char *text)
{
    uint32_t code;
    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n)
        load_dialog_key(form->dialog, &(struct key){.code = code}, form->now);
    form_settle(form);
}

void form_write_npy(const struct form *form, const char *name, char order, uint64_t rows, uint64_t columns)
{
    struct matrix matrix = {.order = order, .rank = 2, .shape = {rows, columns}};
    uint8_t *header;
    size_t length;
    assert_int_equal(dtype_parse("<f2", &matrix.dtype, NULL), 0);
    assert_int_equal(npy_write_header(&matrix, &header, &length, NULL), 0);
    uint8_t *all = calloc(1, length + rows * columns * 2);
    assert_non_null(all);
    memcpy(all, header, length);
    tmpdir_write(form->tmpdir, name, all, length + rows * columns * 2);
    free(all);
    free(header);
}

/* From any field, until the button is in focus. */
void form_go_to_load(struct form *form)
{
    for (int i = 0; i < 20 && !draw_find(&form->cells, "Enter: do it", NULL, NULL); i++)
        form_press(form, KEY_ENTER_CODE);
}

void form_load(struct form *form)
{
    form_go_to_load(form);
    form_press(form, KEY_ENTER_CODE);
}

/* The row of a label. */
static int row_of(const struct form *form, const char *label)
{
    int y;
    draw_assert_has(&form->cells, label);
    assert_true(draw_find(&form->cells, label, &y, NULL));
    return y;
}

/* Behind the frame and the labels' column. */
static const char *inside(const char *row)
{
    static const char frame[] = "│";
    const char *text = strstr(row, frame);
    assert_non_null(text);
    for (int i = 0; i < 13 && *text; i++)
        text += i == 0 ? sizeof frame - 1 : 1;
    return text;
}

const char *form_field(const struct form *form, const char *label)
{
    return inside(draw_row(&form->cells, row_of(form, label)));
}

/* Without the blanks and the frame at its end. */
static size_t length_of(const char *text)
{
    const char *frame = strstr(text, "│");
    size_t n = frame ? (size_t)(frame - text) : strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        n--;
    return n;
}

static bool has_label(const char *row)
{
    const char *frame = strstr(row, "│");
    return !frame || frame[sizeof "│"] != ' ';
}

const char *form_below(const struct form *form, const char *label)
{
    static char all[512];
    int y = row_of(form, label);
    all[0] = '\0';
    while (++y < form->cells.rows && !has_label(draw_row(&form->cells, y))) {
        const char *text = inside(draw_row(&form->cells, y));
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%.*s", used ? " " : "", (int)length_of(text), text);
    }
    return all;
}

/* The label in focus is a bold one. */
static bool has_focus(const struct form *form, const char *label)
{
    int y, x;
    return draw_find(&form->cells, label, &y, &x) &&
           form->cells.grid[y * form->cells.columns + x].role == ROLE_STRONG;
}

void form_go_to(struct form *form, const char *label)
{
    for (int i = 0; i < 20 && !has_focus(form, label); i++)
        form_press(form, '\t');
    assert_true(has_focus(form, label));
}

void form_assert_golden(struct form *form, const char *path)
{
    int y, x;
    if (draw_find(&form->cells, "needs ", &y, &x))
        cells_fill(&form->cells, (struct rect){y, x, 1, form->cells.columns - 10 - x}, ROLE_TEXT, 0, " ");
    draw_assert_golden(&form->cells, path);
}
