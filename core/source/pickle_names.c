/*
 * The names of functions and classes that a pickle may ask for. None is looked up anywhere: the known ones
 * are numbers to the machine.
 */
#include <errno.h>
#include <string.h>

#include "core/source/pickle_private.h"
#include "core/sys/text.h"

/* numpy 2 moved numpy.core to numpy._core; protocol 2 says __builtin__ for builtins. */
static const struct {
    const char *module, *name;
    enum pickle_name number;
} known[] = {
    {"numpy.core.multiarray", "_reconstruct", PICKLE_RECONSTRUCT},
    {"numpy._core.multiarray", "_reconstruct", PICKLE_RECONSTRUCT},
    {"numpy.core.numeric", "_frombuffer", PICKLE_FROMBUFFER},
    {"numpy._core.numeric", "_frombuffer", PICKLE_FROMBUFFER},
    {"numpy", "ndarray", PICKLE_NDARRAY},
    {"numpy", "dtype", PICKLE_DTYPE_CLASS},
    {"_codecs", "encode", PICKLE_ENCODE},
    {"__builtin__", "bytes", PICKLE_BYTES_CLASS},
    {"builtins", "bytes", PICKLE_BYTES_CLASS},
};

/* What people are likely to have, and how they get an array out of it. The first that fits; NULL: any name;
 * a module that ends in a dot: all below it. */
static const struct {
    const char *module, *name, *hint;
} others[] = {
    {"numpy.core.multiarray", "scalar", "a single value, no array"},
    {"numpy._core.multiarray", "scalar", "a single value, no array"},
    {"numpy", NULL, "only a plain ndarray is read: np.save writes one"},
    {"numpy.", NULL, "only a plain ndarray is read: np.save writes one"},
    {"joblib.", NULL, "only a plain ndarray is read: np.save what joblib.load gives"},
    {"pandas.", NULL, "only a plain ndarray is read: np.save what .to_numpy() gives"},
    {"torch.", NULL, "only a plain ndarray is read: np.save what .numpy() gives"},
};

struct part {
    const char *text;
    size_t size;
};

static bool is(struct part part, const char *text)
{
    return part.size == strlen(text) && memcmp(part.text, text, part.size) == 0;
}

static bool is_in(struct part module, const char *text)
{
    size_t length = strlen(text);
    if (text[length - 1] != '.')
        return is(module, text);
    return module.size >= length && memcmp(module.text, text, length) == 0;
}

static const char *hint_for(struct part module, struct part name)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (is_in(module, others[i].module) && (!others[i].name || is(name, others[i].name)))
            return others[i].hint;
    return NULL;
}

static int refuse(struct pickle_machine *machine, struct part module, struct part name)
{
    char printable[256];
    struct text text;
    const char *hint = hint_for(module, name);
    text_init(&text, printable, sizeof printable);
    text_add_escaped_bytes(&text, module.text, module.size);
    text_add_char(&text, '.');
    text_add_escaped_bytes(&text, name.text, name.size);
    return pickle_refuse(machine, ENOTSUP, "asks for %s: refused, nothing of it was run%s%s%s", printable,
                         hint ? " (" : "", hint ? hint : "", hint ? ")" : "");
}

int pickle_push_name(struct pickle_machine *machine, const char *module, size_t module_size, const char *name,
                     size_t name_size)
{
    struct part in = {module, module_size}, what = {name, name_size};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is(in, known[i].module) && is(what, known[i].name))
            return pickle_push(machine, PICKLE_NAME, known[i].number);
    return refuse(machine, in, what);
}
