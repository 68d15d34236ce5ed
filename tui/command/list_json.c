#include "tui/command/list_json.h"

#include <string.h>

#include "core/catalog/warnings.h"
#include "tui/command/segment_json.h"

/* usage: NULL where it is not known. */
static void put_filesystem(struct json *json, const struct directory_usage *usage)
{
    json_key(json, "filesystem");
    if (!usage) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    json_key(json, "size");
    json_put_unsigned(json, usage->size);
    json_key(json, "used");
    json_put_unsigned(json, usage->used);
    json_key(json, "free");
    json_put_unsigned(json, usage->free);
    json_close(json);
}

static void put_warning(struct json *json, const char *code, const char *text)
{
    json_open_object(json);
    json_key(json, "code");
    json_put_text(json, code);
    json_key(json, "text");
    json_put_text(json, text);
    json_close(json);
}

static void put_facts_warnings(struct json *json, const struct known *known,
                               const struct directory_usage *usage)
{
    struct logind logind;
    struct warning found[WARNINGS_MAX];
    struct warning_facts facts = {.usage = *usage};
    logind_read(&logind, known->options->host.root);
    for (size_t i = 0; i < catalog_count(known->catalog); i++) {
        const struct row *row = catalog_at(known->catalog, i);
        if (!row->unlinked)
            warning_facts_add(&facts, row, &logind, known->users);
    }
    size_t n = warnings_find(&facts, known->users, found);
    for (size_t i = 0; i < n; i++)
        put_warning(json, found[i].code, found[i].text);
    logind_clear(&logind);
}

/* The rows of those say nothing of their contents. */
static void put_unreadable(struct json *json, const struct unreadable *one)
{
    char name[NAME_PRINTABLE_MAX];
    char text[sizeof name + ERROR_TEXT_MAX + 2];
    name_escape(one->name, strlen(one->name), false, name, sizeof name);
    snprintf(text, sizeof text, "%s: %s", name, one->error.text);
    put_warning(json, "unreadable", text);
}

static void put_warnings(struct json *json, const struct known *known, const struct directory_usage *usage)
{
    json_key(json, "warnings");
    json_open_array(json);
    if (usage)
        put_facts_warnings(json, known, usage);
    for (size_t i = 0; i < known->unreadable_count; i++)
        put_unreadable(json, &known->unreadable[i]);
    if (known->unswept.code)
        put_warning(json, "unswept", known->unswept.text);
    json_close(json);
}

void list_json(const struct known *known, const struct listing *listing)
{
    const struct options *options = known->options;
    struct directory_usage usage;
    const struct directory_usage *used = directory_usage(known->directory, &usage, NULL) == 0 ? &usage : NULL;
    struct json json;
    char path[10 * 4096 + 1];
    name_escape(options->directory, strlen(options->directory), false, path, sizeof path);
    json_begin(&json, stdout, options->ascii);
    json_open_object(&json);
    json_key(&json, "directory");
    json_put_text(&json, path);
    put_filesystem(&json, used);
    put_warnings(&json, known, used);
    json_key(&json, "segments");
    json_open_array(&json);
    for (size_t i = 0; i < listing_count(listing) && !ferror(stdout); i++) {
        json_line(&json);
        json_open_object(&json);
        segment_json(&json, listing_at((struct listing *)listing, i), known->wall, known->users,
                     catalog_sweep(known->catalog));
        json_close(&json);
    }
    json_line(&json);
    json_close(&json);
    json_close(&json);
    json_end(&json);
}
