#include "core/layout/layout.h"

#include <string.h>

#include "core/layout/recogniser.h"

/* In this order, those that need no tail first; what none of them knows is raw. */
static const struct {
    enum layout layout;
    recogniser_function *recognise;
} recognisers[] = {
    {LAYOUT_NPY, npy_recognise},
    {LAYOUT_SEMAPHORE, semaphore_recognise},
    {LAYOUT_IMAGESTREAM, imagestream_recognise},
    {LAYOUT_SHAREDARRAY, sharedarray_recognise},
    {LAYOUT_RAW, refcounted_recognise},
};

const char *layout_name(enum layout layout)
{
    static const char *const names[] = {
        [LAYOUT_NPY] = "npy",
        [LAYOUT_SHAREDARRAY] = "sharedarray",
        [LAYOUT_IMAGESTREAM] = "imagestream",
        [LAYOUT_DESCRIBED] = "described",
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
        struct layout_result result = {.layout = recognisers[i].layout};
        size_t need;
        struct error error = {0};
        enum verdict verdict = recognisers[i].recognise(probe, &result, &need, &error);
        switch (verdict) {
        case VERDICT_NO:
            break;
        case VERDICT_NEED:
            return (int)need;
        case VERDICT_NEED_TAIL:
            return LAYOUT_NEED_TAIL;
        case VERDICT_DAMAGED:
            set_damaged(ret, recognisers[i].layout, &error);
            return 0;
        case VERDICT_YES:
        case VERDICT_BARE:
            result.has_matrix = verdict == VERDICT_YES;
            *ret = result;
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
