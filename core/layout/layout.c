#include "core/layout/layout.h"

#include <string.h>

#include "core/layout/recogniser.h"

/* In this order; what none of them knows is raw. */
static const struct {
    enum layout layout;
    bool has_matrix;
    recogniser_function *recognise;
} recognisers[] = {
    {LAYOUT_NPY, true, npy_recognise},
    {LAYOUT_SEMAPHORE, false, semaphore_recognise},
};

const char *layout_name(enum layout layout)
{
    static const char *const names[] = {
        [LAYOUT_NPY] = "npy",
        [LAYOUT_RAW] = "raw",
        [LAYOUT_DIRECTORY] = "directory",
        [LAYOUT_SEMAPHORE] = "semaphore",
        [LAYOUT_OTHER] = "other",
    };
    return (size_t)layout < sizeof names / sizeof names[0] ? names[layout] : NULL;
}

static void set_damaged(struct layout_result *ret, enum layout layout, const struct error *error)
{
    *ret = (struct layout_result){.layout = layout, .damaged = true};
    memcpy(ret->reason, error->text, sizeof ret->reason);
}

int layout_recognise(const struct layout_probe *probe, struct layout_result *ret)
{
    for (size_t i = 0; i < sizeof recognisers / sizeof recognisers[0]; i++) {
        struct matrix matrix;
        size_t need;
        struct error error = {0};
        switch (recognisers[i].recognise(probe, &matrix, &need, &error)) {
        case VERDICT_NO:
            break;
        case VERDICT_NEED:
            return (int)need;
        case VERDICT_DAMAGED:
            set_damaged(ret, recognisers[i].layout, &error);
            return 0;
        case VERDICT_YES:
            *ret = (struct layout_result){.layout = recognisers[i].layout,
                                          .has_matrix = recognisers[i].has_matrix};
            if (recognisers[i].has_matrix)
                ret->matrix = matrix;
            return 0;
        }
    }
    *ret = (struct layout_result){.layout = LAYOUT_RAW};
    return 0;
}

void layout_result_clear(struct layout_result *result)
{
    if (result->has_matrix)
        matrix_clear(&result->matrix);
    result->has_matrix = false;
}
