/*
 * The preview seen through what a person says that the bytes are: opening the lens, looking as it says, and
 * the wish to have it recorded. The byte under the cursor stays under it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "tui/values/preview_private.h"

bool preview_is_said(const struct preview *preview)
{
    return preview->saying == SAYING_THIS &&
           !(preview->has_own && preview_matrix_equal(&preview->own, &preview->matrix));
}

bool preview_said(const struct preview *preview, struct matrix *ret_matrix)
{
    if (preview_is_said(preview))
        *ret_matrix = preview->matrix;
    return preview_is_said(preview);
}

bool preview_lens_is_open(const struct preview *preview)
{
    return preview->lens != NULL;
}

/* --- the byte under the cursor --- */

static int axis_of(const struct matrix *matrix, int place)
{
    return matrix->order == 'F' ? place : matrix->rank - 1 - place;
}

static uint64_t byte_under_cursor(const struct preview *preview)
{
    const struct matrix *matrix = &preview->matrix;
    uint64_t index[MATRIX_RANK_MAX], element = 0, step = 1;
    preview_index(preview, preview->cursor_row, preview->cursor_column, index);
    for (int i = 0; i < matrix->rank; i++) { /* from the fastest axis on */
        int axis = axis_of(matrix, i);
        element += index[axis] * step;
        step *= matrix->shape[axis];
    }
    return matrix->offset + element * matrix->dtype.itemsize;
}

static void go_to_byte(struct preview *preview, uint64_t byte)
{
    const struct matrix *matrix = &preview->matrix;
    uint64_t index[MATRIX_RANK_MAX], count = 0;
    if (byte <= matrix->offset || matrix_count(matrix, &count, NULL) < 0 || count == 0 || matrix->rank == 0)
        return;
    uint64_t element = min_u64((byte - matrix->offset) / max_u64(matrix->dtype.itemsize, 1), count - 1);
    for (int i = 0; i < matrix->rank; i++) {
        int axis = axis_of(matrix, i);
        index[axis] = element % matrix->shape[axis];
        element /= matrix->shape[axis];
    }
    preview_place_index(preview, index);
}

/* Where one moved to, not where too small a shape brought the cursor. */
static void note_byte(struct preview *preview)
{
    if (preview->has_matrix)
        preview->byte = byte_under_cursor(preview);
}

/* --- looking --- */

static void look_as(struct preview *preview, const struct matrix *matrix)
{
    if (preview->has_matrix && !preview->hex && preview_matrix_equal(&preview->matrix, matrix))
        return;
    preview_drop_matrix(preview);
    matrix_copy(matrix, &preview->matrix);
    preview->has_matrix = true;
    preview_place_reset(preview);
    go_to_byte(preview, preview->byte);
}

/* As what it is without anybody's word. */
static void look_plainly(struct preview *preview)
{
    preview->saying = SAYING_NOTHING;
    preview->again = true;
    if (preview->has_own) {
        look_as(preview, &preview->own);
    } else if (!preview->hex && preview->looked) {
        preview_adopt_bytes(preview, preview->size);
        go_to_byte(preview, preview->byte);
    }
}

/* What does not fit shows no values. */
static void look_through_lens(struct preview *preview)
{
    struct matrix matrix;
    if (lens_matrix(preview->lens, &matrix)) {
        look_as(preview, &matrix);
        preview->saying = SAYING_THIS;
        return;
    }
    preview_drop_matrix(preview);
    preview->saying = SAYING_NONSENSE;
}

static void close_lens(struct preview *preview)
{
    lens_free(preview->lens);
    preview->lens = NULL;
}

static void go_back(struct preview *preview)
{
    close_lens(preview);
    if (preview->before == SAYING_THIS) {
        look_as(preview, &preview->said_before);
        preview->saying = SAYING_THIS;
    } else {
        look_plainly(preview);
    }
}

/* It begins as soon as it is known what there is. */
static void begin(struct preview *preview)
{
    preview->lens_began = true;
    note_byte(preview);
    lens_know(preview->lens, preview->size, preview->payload, preview->recorded);
    lens_begin(preview->lens, preview->has_matrix && !preview->hex ? &preview->matrix : NULL);
    look_through_lens(preview);
}

void preview_lens_told(struct preview *preview)
{
    if (!preview->lens)
        return;
    if (!preview_is_readable(preview->layout)) {
        close_lens(preview);
        preview->saying = SAYING_NOTHING;
        preview_say(preview, "nothing in it can be looked at");
    } else if (!preview->lens_began) {
        begin(preview);
    } else if (lens_know(preview->lens, preview->size, preview->payload, preview->recorded)) {
        look_through_lens(preview);
    }
}

void preview_open_lens(struct preview *preview, bool may_record)
{
    bool lost =
        preview->plight == PLIGHT_GONE || preview->plight == PLIGHT_OTHER || preview->plight == PLIGHT_FAILED;
    if (preview->lens)
        return;
    if (lost || (preview->looked && !preview_is_readable(preview->layout))) {
        preview_say(preview, "nothing in it can be looked at");
        return;
    }
    preview->plight = PLIGHT_FINE;
    preview->message[0] = '\0';
    preview->before = preview->saying;
    if (preview->saying == SAYING_THIS)
        preview->said_before = preview->matrix; /* a simple type: owns nothing */
    preview->lens = lens_new(may_record);
    preview->lens_began = false;
    if (preview->looked)
        begin(preview);
}

/* --- keys --- */

static void take_result(struct preview *preview, enum lens_result result)
{
    switch (result) {
    case LENS_UNUSED:
    case LENS_USED:
        break;
    case LENS_CHANGED:
        look_through_lens(preview);
        break;
    case LENS_KEEP:
        close_lens(preview);
        if (!preview_is_said(preview))
            look_plainly(preview);
        break;
    case LENS_RECORD:
        close_lens(preview);
        preview->record = RECORD_THIS;
        break;
    case LENS_CLEAR:
        go_back(preview);
        preview->record = RECORD_NOTHING;
        break;
    case LENS_BACK:
        go_back(preview);
        break;
    }
}

void preview_lens_key(struct preview *preview, const struct key *key)
{
    if (key->alt || (key->code != KEY_CODE_PAGE_UP && key->code != KEY_CODE_PAGE_DOWN)) {
        take_result(preview, lens_key(preview->lens, key));
        return;
    }
    preview_place_action(preview, key->code == KEY_CODE_PAGE_UP ? ACTION_PAGE_UP : ACTION_PAGE_DOWN);
    note_byte(preview);
}

void preview_lens_paste(struct preview *preview, const char *text)
{
    take_result(preview, lens_paste(preview->lens, text));
}

/* --- recording --- */

void preview_ask_record(struct preview *preview)
{
    if (preview_is_said(preview))
        preview->record = RECORD_THIS;
    else
        preview_say(preview, "nothing to record: D looks at its bytes as what you say");
}

bool preview_wants_record(struct preview *preview, struct preview_record *ret_record)
{
    enum record_wish wish = preview->record;
    preview->record = RECORD_NO_WISH;
    if (wish == RECORD_NO_WISH || (wish == RECORD_THIS && preview->saying != SAYING_THIS))
        return false;
    *ret_record = (struct preview_record){.clear = wish == RECORD_NOTHING};
    if (wish == RECORD_THIS)
        ret_record->matrix = preview->matrix; /* a simple type: owns nothing */
    return true;
}

void preview_recorded(struct preview *preview, bool clear)
{
    preview->again = true;
    if (preview->lens)
        return;
    if (clear) {
        preview->saying = SAYING_NOTHING;
        preview->looked = false; /* the next look finds it without shape, which is no loss */
        preview_drop_matrix(preview);
    } else if (preview->saying == SAYING_THIS) { /* now it is said beside it */
        preview->saying = SAYING_NOTHING;
        free(preview->reason);
        preview->reason = NULL;
    }
}
