/*
 * The load dialog on real files in a private directory, drawn into fake cells. Every function fails the
 * running test if it cannot do what it says.
 */
#ifndef SHMTOP_TESTS_SUPPORT_LOADFORM_H
#define SHMTOP_TESTS_SUPPORT_LOADFORM_H

#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/view/load_dialog.h"

struct form {
    struct tmpdir *tmpdir; /* files/ holds files and is home, shm/ is the directory */
    struct directory *directory;
    struct load_dialog *dialog;
    struct line_history *history;
    struct cells cells;
    int64_t now;
    enum dialog_result last;
    const char *root; /* of the host; NULL: none */
};

/* state: of tmpdir_setup. 80 columns, 24 rows. */
void form_open(struct form *form, void **state);
void form_close(struct form *form);

void form_draw(struct form *form);

/* Does what a request asks for; nothing limits the room. To be freed, or supplied. */
struct load_dialog_reply *form_fetch(struct form *form, const struct load_dialog_request *request);

/* Does all that the dialog wants, and draws. */
void form_settle(struct form *form);

/* A key, or several, and what it then wants. */
void form_press(struct form *form, uint32_t code);
void form_type(struct form *form, const char *text);

/* From any field, until the button is in focus; form_load presses it too. */
void form_go_to_load(struct form *form);
void form_load(struct form *form);

/* From any field but the file's with Tab to the one of this label. */
void form_go_to(struct form *form, const char *label);

/* The text behind a field's label; that of the rows below it that have no label. Until the next call. */
const char *form_field(const struct form *form, const char *label);
const char *form_below(const struct form *form, const char *label);

/* As draw_assert_golden, without what is said of the machine's room, which is gone from the cells then. */
void form_assert_golden(struct form *form, const char *path);

/* Float16, all 0. */
void form_write_npy(const struct form *form, const char *name, char order, uint64_t rows, uint64_t columns);

#endif
