#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/layout/npy.h"
#include "core/segment/descriptions_private.h"
#include "core/sys/memory.h"
#include "core/sys/text.h"
#include "core/sys/trusted.h"

#define NUMBERS_MAX 96 /* bytes of a line before its header */

static const char comment[] = "# shmtop describe: device inode birth-time offset header\n";

/* --- reading --- */

struct cursor {
    const char *at, *end;
};

static bool take_char(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

static bool take_number(struct cursor *cursor, uint64_t most, uint64_t *ret_number)
{
    const char *from = cursor->at;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
        cursor->at++;
    return text_read_u64(from, (size_t)(cursor->at - from), most, ret_number);
}

/* Whether the rest is the header of something. */
static bool is_header(const struct cursor *cursor, uint64_t offset)
{
    struct matrix matrix;
    if (npy_parse_dictionary(cursor->at, (size_t)(cursor->end - cursor->at), offset, &matrix, NULL) < 0)
        return false;
    matrix_clear(&matrix);
    return true;
}

static void take_line(struct records *lines, struct cursor cursor)
{
    uint64_t major, minor, inode, born, offset;
    if (!take_number(&cursor, UINT32_MAX, &major) || !take_char(&cursor, ':') ||
        !take_number(&cursor, UINT32_MAX, &minor) || !take_char(&cursor, ' ') ||
        !take_number(&cursor, UINT64_MAX, &inode) || !take_char(&cursor, ' '))
        return;
    bool before = take_char(&cursor, '-'); /* 1970 */
    if (!take_number(&cursor, INT64_MAX, &born) || !take_char(&cursor, ' ') ||
        !take_number(&cursor, INT64_MAX, &offset) || !take_char(&cursor, ' ') || !is_header(&cursor, offset))
        return;
    const struct identity id = {makedev((unsigned)major, (unsigned)minor), inode,
                                before ? -(int64_t)born : (int64_t)born};
    char *header = strndup(cursor.at, (size_t)(cursor.end - cursor.at));
    if (header)
        records_put(lines, &id, offset, header);
}

void records_parse(struct records *lines, const char *text, size_t size)
{
    const char *end = text + size;
    *lines = (struct records){0};
    for (const char *next; text < end; text = next) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        next = newline ? newline + 1 : end;
        take_line(lines, (struct cursor){text, newline ? newline : end});
    }
}

/* --- writing --- */

static void add_line(struct text *text, const struct record *line)
{
    text_add_u64(text, major(line->id.device));
    text_add_char(text, ':');
    text_add_u64(text, minor(line->id.device));
    text_add_char(text, ' ');
    text_add_u64(text, line->id.inode);
    text_add_char(text, ' ');
    text_add_i64(text, line->id.born);
    text_add_char(text, ' ');
    text_add_u64(text, line->offset);
    text_add_char(text, ' ');
    text_add_string(text, line->header);
    text_add_char(text, '\n');
}

static void add_lines(struct text *text, const struct records *lines)
{
    text_add_string(text, comment);
    for (size_t i = 0; i < lines->count; i++)
        if (lines->list[i].header)
            add_line(text, &lines->list[i]);
}

char *records_write(const struct records *lines, size_t *ret_size)
{
    struct text text;
    text_init(&text, NULL, 0);
    add_lines(&text, lines);
    size_t size = text.length + 1;
    char *buf = memory_new(size);
    text_init(&text, buf, size);
    add_lines(&text, lines);
    *ret_size = text.length;
    return buf;
}

/* --- the list --- */

void records_clear(struct records *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->list[i].header);
    free(lines->list);
    lookup_clear(&lines->by_id);
    *lines = (struct records){0};
}

static uint32_t hash_id(const struct identity *id)
{
    const uint64_t parts[] = {id->device, id->inode, (uint64_t)id->born};
    return lookup_hash(parts, sizeof parts);
}

static struct record *find(const struct records *lines, const struct identity *id)
{
    uint32_t cursor = 0, place;
    while ((place = lookup_next(&lines->by_id, hash_id(id), &cursor)) != LOOKUP_NONE)
        if (identity_equal(&lines->list[place].id, id))
            return &lines->list[place];
    return NULL;
}

const struct record *records_find(const struct records *lines, const struct identity *id)
{
    return find(lines, id);
}

static void take_out(struct records *lines, struct record *line)
{
    lookup_remove(&lines->by_id, hash_id(&line->id), (uint32_t)(line - lines->list));
    lines->bytes -= strlen(line->header);
    free(line->header);
    line->header = NULL;
    lines->left--;
}

void records_put(struct records *lines, const struct identity *id, uint64_t offset, char *header)
{
    struct record *old = find(lines, id);
    if (old)
        take_out(lines, old);
    if (!header)
        return;
    lines->list = memory_grow(lines->list, &lines->capacity, lines->count + 1, sizeof *lines->list);
    lines->list[lines->count] = (struct record){.id = *id, .offset = offset, .header = header};
    lookup_add(&lines->by_id, hash_id(id), (uint32_t)lines->count++);
    lines->left++;
    lines->bytes += strlen(header);
}

struct pruning {
    const struct records *lines;
    bool *there; /* of each line: its segment was met */
};

static int meet(void *context, struct segment *segment)
{
    struct pruning *pruning = context;
    const struct record *line = find(pruning->lines, &segment->id);
    if (line)
        pruning->there[line - pruning->lines->list] = true;
    return 0;
}

static void drop_gone(struct records *lines, const struct directory *directory)
{
    struct pruning pruning = {.lines = lines, .there = memory_new(lines->count * sizeof *pruning.there)};
    bool whole = segment_scan(directory, meet, &pruning, NULL, NULL) == 0;
    for (size_t i = 0; whole && i < lines->count; i++) {
        struct record *line = &lines->list[i];
        if (line->header && !pruning.there[i] && line->id.device == directory_device(directory))
            take_out(lines, line);
    }
    free(pruning.there);
}

static bool are_too_many(const struct records *lines)
{
    return lines->left > RECORDS_MAX || lines->left * NUMBERS_MAX + lines->bytes > TRUSTED_MAX;
}

void records_prune(struct records *lines, const struct directory *directory)
{
    /* Elsewhere in the file system there may be segments that are not seen from here. */
    if (lines->left > RECORDS_PRUNE && directory_is_whole(directory))
        drop_gone(lines, directory);
    for (size_t i = 0; are_too_many(lines); i++)
        if (lines->list[i].header)
            take_out(lines, &lines->list[i]);
}
