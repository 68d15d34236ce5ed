/*
 * Any bytes as a name: what is shown of it is well-formed UTF-8 (by iconv, which is not ours) without a
 * control or format character, reads back to the same bytes, and is never cut within a character; and any
 * text as what a user typed.
 */
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/name.h"
#include "core/sys/text.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "name";

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define LENGTH_MAX       1024

static void check_printable(char *text, size_t length)
{
    static iconv_t converter;
    uint32_t characters[10 * LENGTH_MAX + 1];
    char *out = (char *)characters;
    size_t left = sizeof characters;
    if (!converter)
        converter = iconv_open("UTF-32LE", "UTF-8");
    CHECK(converter != (iconv_t)-1);
    CHECK(iconv(converter, &text, &length, &out, &left) == 0 && length == 0);
    for (uint32_t *at = characters; (char *)at < out; at++)
        CHECK(!text_is_unprintable(*at));
}

static void check_back(const uint8_t *data, size_t size, const char *text, size_t length)
{
    char back[LENGTH_MAX + 1];
    if (length == size && !memchr(data, '\\', size)) {
        CHECK(memcmp(text, data, size) == 0); /* nothing to be escaped */
        return;
    }
    bool ok = name_unescape(text, back, sizeof back);
    CHECK(ok == !memchr(data, '\0', size));
    CHECK(!ok || (strlen(back) == size && memcmp(back, data, size) == 0));
}

static void check_cut(const uint8_t *data, size_t size, bool ascii_only, const char *whole, size_t length)
{
    char text[10 * LENGTH_MAX + 1];
    size_t room = size ? 1 + data[0] % 64 : 1;
    CHECK(name_escape((const char *)data, size, ascii_only, text, room) == length);
    size_t cut = strlen(text);
    CHECK(cut < room && memcmp(text, whole, cut) == 0);
    CHECK(cut == length || room - cut <= 10);
    check_printable(text, cut);
}

static void check_typed(const uint8_t *data, size_t size)
{
    char typed[LENGTH_MAX + 1], raw[NAME_PATH_MAX];
    struct error error = {0};
    memcpy(typed, data, size);
    typed[size] = '\0';
    if (name_check(typed, &error) == 0)
        CHECK(strlen(typed) < NAME_PATH_MAX && typed[0] != '/');
    else
        CHECK(error.text[0] != '\0');
    name_is_temporary(typed);
    memset(raw, '#', sizeof raw);
    if (name_unescape(typed, raw, sizeof raw))
        CHECK(memchr(raw, '\0', sizeof raw) && strchr(typed, '\\'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > LENGTH_MAX)
        return 0;
    for (int ascii_only = 0; ascii_only < 2; ascii_only++) {
        char text[10 * LENGTH_MAX + 1];
        size_t length = name_escape((const char *)data, size, ascii_only, text, sizeof text);
        CHECK(length == strlen(text) && length >= size && length <= 10 * size);
        check_printable(text, length);
        for (size_t i = 0; ascii_only && i < length; i++)
            CHECK(text[i] >= ' ' && text[i] <= '~');
        check_back(data, size, text, length);
        check_cut(data, size, ascii_only, text, length);
    }
    check_typed(data, size);
    return 0;
}
