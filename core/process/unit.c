#include "core/process/unit.h"

#include <stdio.h>
#include <string.h>

#define ID_LENGTH 64 /* of a container, hex digits */
#define ID_SHOWN  12

/* A part of the path between two slashes. */
struct part {
    const char *at;
    size_t length;
};

static bool starts(struct part part, const char *prefix)
{
    size_t n = strlen(prefix);
    return part.length > n && memcmp(part.at, prefix, n) == 0;
}

static bool ends(struct part part, const char *suffix)
{
    size_t n = strlen(suffix);
    return part.length > n && memcmp(part.at + part.length - n, suffix, n) == 0;
}

static bool is(struct part part, const char *name)
{
    return part.length == strlen(name) && memcmp(part.at, name, part.length) == 0;
}

static bool is_id(struct part part)
{
    return part.length == ID_LENGTH && strspn(part.at, "0123456789abcdef") >= ID_LENGTH;
}

static struct part behind(struct part part, size_t n)
{
    return (struct part){part.at + n, part.length - n};
}

static bool write_unit(const char *kind, struct part part, char *buf, size_t size)
{
    snprintf(buf, size, "%s%s%.*s", kind, *kind ? ":" : "", (int)part.length, part.at);
    return true;
}

/* PREFIX<64 hex>.scope, and without ".scope" where cgroups are made without systemd. */
static bool parse_container(struct part part, char *buf, size_t size)
{
    static const struct {
        const char *prefix, *kind;
    } engines[] = {
        {"docker-", "docker"},
        {"libpod-", "podman"},
        {"cri-containerd-", "containerd"},
        {"crio-", "crio"},
    };
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        if (!starts(part, engines[i].prefix))
            continue;
        struct part id = behind(part, strlen(engines[i].prefix));
        if (ends(id, ".scope"))
            id.length -= strlen(".scope");
        if (is_id(id))
            return write_unit(engines[i].kind, (struct part){id.at, ID_SHOWN}, buf, size);
    }
    return false;
}

/* Parts that only their parents explain. */
static bool parse_child(struct part part, struct part parent, bool in_pods, char *buf, size_t size)
{
    if (is_id(part)) {
        const char *kind = in_pods ? "kubepods" : is(parent, "docker") ? "docker" : NULL;
        return kind && write_unit(kind, (struct part){part.at, ID_SHOWN}, buf, size);
    }
    return is(parent, "lxc") && part.length > 0 && write_unit("lxc", part, buf, size);
}

static bool parse_payload(struct part part, char *buf, size_t size)
{
    static const char prefix[] = "lxc.payload.";
    return starts(part, prefix) && write_unit("lxc", behind(part, sizeof prefix - 1), buf, size);
}

/* The last unit, or the first container: the units inside are those of its own systemd. */
static bool parse_path(struct part path, char *buf, size_t size)
{
    struct part parent = {path.at, 0};
    bool found = false, in_pods = false;
    while (path.length) {
        const char *slash = memchr(path.at, '/', path.length);
        struct part part = {path.at, slash ? (size_t)(slash - path.at) : path.length};
        if (parse_container(part, buf, size) || parse_child(part, parent, in_pods, buf, size) ||
            parse_payload(part, buf, size))
            return true;
        if (ends(part, ".service") || ends(part, ".scope"))
            found = write_unit("", part, buf, size);
        in_pods = in_pods || starts(part, "kubepods") || is(part, "kubepods");
        parent = part;
        path = behind(path, part.length + (slash != NULL));
    }
    return found;
}

/* The path of a line of this hierarchy. */
static bool line_path(struct part line, const char *controllers, struct part *ret_path)
{
    const char *first = memchr(line.at, ':', line.length);
    if (!first)
        return false;
    struct part rest = behind(line, (size_t)(first + 1 - line.at));
    const char *second = memchr(rest.at, ':', rest.length);
    if (!second || !is((struct part){rest.at, (size_t)(second - rest.at)}, controllers))
        return false;
    *ret_path = behind(rest, (size_t)(second + 1 - rest.at));
    return true;
}

static bool parse_hierarchy(const char *text, const char *controllers, char *buf, size_t size)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        struct part path;
        if (line_path((struct part){text, length}, controllers, &path))
            return parse_path(path, buf, size);
        text += length + (text[length] == '\n');
    }
    return false;
}

bool unit_parse(const char *text, char *buf, size_t size)
{
    return parse_hierarchy(text, "", buf, size) || parse_hierarchy(text, "name=systemd", buf, size);
}
