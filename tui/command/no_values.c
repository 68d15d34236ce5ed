#include "tui/command/no_values.h"

#include <errno.h>

#include "core/matrix/factor.h"
#include "core/sys/text.h"

/* "--as f4 --shape 768000 (or 1000,768 or 876,877)": what the size allows, for someone who knows what it is.
 */
#define SUGGESTIONS 4
static void add_suggestion(struct text *text, const struct segment *segment)
{
    static const struct {
        const char *name;
        uint64_t size;
    } types[] = {{"f4", 4}, {"f2", 2}, {"u1", 1}};
    struct factoring found[SUGGESTIONS];
    uint64_t bytes = segment->size - segment->payload;
    unsigned type = bytes % 4 == 0 ? 0 : bytes % 2 == 0 ? 1 : 2;
    size_t n = factor_shapes(bytes, types[type].size, found, SUGGESTIONS);
    text_add_string(text, types[type].name);
    text_add_string(text, " --shape ");
    for (size_t i = 0; i < n; i++) {
        text_add_string(text, i == 0 ? "" : i == 1 ? " (or " : " or ");
        for (int axis = 0; axis < found[i].rank; axis++) {
            text_add_string(text, axis ? "," : "");
            text_add_u64(text, found[i].dims[axis]);
        }
    }
    text_add_string(text, n > 1 ? ")" : "");
}

static int refuse_raw(const struct segment *segment, struct error *error)
{
    char suggestion[256];
    struct text text;
    if (segment->size <= segment->payload)
        return error_set(error, ENOTSUP, "it is empty, and nothing in it says its type and shape");
    text_init(&text, suggestion, sizeof suggestion);
    add_suggestion(&text, segment);
    return error_set(error, ENOTSUP,
                     "nothing in it says its type and shape: say what it holds, for example --as %s; "
                     "describe records it",
                     suggestion);
}

int no_values(const struct segment *segment, struct error *error)
{
    if (segment->damage)
        return error_set(error, EBADMSG, "damaged: %s", segment->damage);
    switch (segment->layout) {
    case LAYOUT_RAW:
        return refuse_raw(segment, error);
    case LAYOUT_DIRECTORY:
        return error_set(error, ENOTSUP, "is a directory; name one of its files, as in DIR/FILE");
    case LAYOUT_SEMAPHORE:
        return error_set(error, ENOTSUP, "is a semaphore and holds no matrix");
    case LAYOUT_SHAREDARRAY:
        return error_set(error, ENOTSUP,
                         "a SharedArray that does not tell its type, so its values are unknown");
    case LAYOUT_IMAGESTREAM:
        return error_set(error, ENOTSUP, "an image whose values lie in a GPU, not in the segment");
    case LAYOUT_UNKNOWN:
        return error_set(error, EACCES, "its bytes may not be read");
    default:
        return error_set(error, ENOTSUP, "is not a regular file and holds no matrix");
    }
}
