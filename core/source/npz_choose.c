#include <errno.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/segment/name.h"
#include "core/source/npz.h"
#include "core/sys/text.h"

#define SUFFIX     ".npy"
#define LIST_SIZE  300 /* bytes of keys in a message */
#define LIST_MAX   50  /* keys in it */
#define NAME_SHOWN 100
#define MAGIC_SIZE 6

static bool has_suffix(const char *name)
{
    size_t length = strlen(name);
    return length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

size_t npz_key_length(const struct archive *archive, const struct archive_member *member)
{
    size_t length = strlen(member->name);
    if (!has_suffix(member->name))
        return length;
    size_t shorter = length - strlen(SUFFIX);
    return archive_find(archive, member->name, shorter, "") ? length : shorter;
}

static const struct archive_member *find(const struct archive *archive, const char *key)
{
    const struct archive_member *member = archive_find(archive, key, strlen(key), "");
    return member ? member : archive_find(archive, key, strlen(key), SUFFIX);
}

/* One that is called otherwise may be a matrix too, and what cannot be read is none. */
static bool begins_like_npy(struct archive *archive, const struct archive_member *member)
{
    struct archive_stream *stream;
    uint8_t magic[MAGIC_SIZE];
    if (archive_stream_open(&stream, archive, member, NULL) < 0)
        return false;
    ssize_t n = archive_stream_read(stream, magic, sizeof magic, NULL);
    archive_stream_close(stream);
    return n == sizeof magic && npy_has_magic(magic, sizeof magic);
}

/* "a, b, c and 12 more": names are looked at, not what they hold. */
static void list_keys(const struct archive *archive, char *buf, size_t size)
{
    struct text text;
    size_t i, n = archive_count(archive);
    text_init(&text, buf, size - 32); /* so that the rest fits */
    for (i = 0; i < n && i < LIST_MAX; i++) {
        char key[NAME_SHOWN];
        const struct archive_member *member = archive_get(archive, i);
        name_escape(member->name, npz_key_length(archive, member), false, key, sizeof key);
        if (text.length + strlen(key) + 2 >= text.size)
            break;
        text_add_string(&text, i > 0 ? ", " : "");
        text_add_string(&text, key);
    }
    text.size = size;
    if (i < n) {
        text_add_string(&text, " and ");
        text_add_u64(&text, n - i);
        text_add_string(&text, " more");
    }
}

static int refuse_unknown(const struct archive *archive, const char *key, struct error *error)
{
    char shown[NAME_SHOWN], keys[LIST_SIZE];
    name_escape(key, strlen(key), false, shown, sizeof shown);
    list_keys(archive, keys, sizeof keys);
    return error_set(error, ENOENT, "no member %s in it; there is %s", shown, keys);
}

static int refuse_several(const struct archive *archive, struct error *error)
{
    char keys[LIST_SIZE];
    list_keys(archive, keys, sizeof keys);
    return error_set(error, EINVAL, "holds several matrices, and --member says which: %s", keys);
}

/* The matrices called .npy are known without a look into them; the others cost one each. */
static int choose_only(struct archive *archive, const struct archive_member **ret_member, struct error *error)
{
    const struct archive_member *only = NULL;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < archive_count(archive); i++) {
            const struct archive_member *member = archive_get(archive, i);
            if (has_suffix(member->name) != (pass == 0) || (pass == 1 && !begins_like_npy(archive, member)))
                continue;
            if (only)
                return refuse_several(archive, error);
            only = member;
        }
    if (!only && archive_count(archive) == 1)
        only = archive_get(archive, 0); /* it will say what is wrong with it */
    if (!only)
        return error_set(error, EBADMSG, "a zip archive that holds no matrix");
    *ret_member = only;
    return 0;
}

int npz_choose(struct archive *archive, const char *key, const struct archive_member **ret_member,
               struct error *error)
{
    char raw[NAME_PATH_MAX];
    if (!key)
        return choose_only(archive, ret_member, error);
    const struct archive_member *member = find(archive, key);
    if (!member && name_unescape(key, raw, sizeof raw))
        member = find(archive, raw);
    if (!member)
        return archive_count(archive) > 0 ? refuse_unknown(archive, key, error)
                                          : error_set(error, ENOENT, "a zip archive without members");
    *ret_member = member;
    return 0;
}
