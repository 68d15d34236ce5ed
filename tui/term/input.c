#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/input.h"
#include "tui/term/width.h"

#define ESCAPE       0x1b
#define CSI_LENGTH   64 /* a longer one is none */
#define PARAM_LIMIT  10000
#define PASTE_BEGIN  200
#define PASTE_ENDING "\033[201~"

/* What stands at the head of the bytes. */
struct token {
    size_t length; /* bytes; 0: not complete */
    bool is_key;   /* else to be dropped */
    bool begins_paste;
    struct key key;
};

void input_free(struct input *input)
{
    free(input->paste);
    input->paste = NULL;
}

void input_add(struct input *input, const char *sequence, uint32_t code)
{
    size_t length = strlen(sequence);

    if (sequence[0] != ESCAPE || length < 2 || length >= INPUT_SEQUENCE_MAX ||
        input->added_count == INPUT_ADDED_MAX)
        return;
    memcpy(input->added[input->added_count].sequence, sequence, length + 1);
    input->added[input->added_count++].code = code;
}

unsigned char *input_space(struct input *input, size_t *ret_size)
{
    *ret_size = sizeof(input->bytes) - input->count;
    return input->bytes + input->count;
}

void input_fed(struct input *input, size_t n)
{
    assert(n <= sizeof(input->bytes) - input->count);
    input->count += n;
}

static void input_drop(struct input *input, size_t n)
{
    input->count -= n;
    memmove(input->bytes, input->bytes + n, input->count);
}

bool input_is_partial(const struct input *input)
{
    return input->count > 0 && !input->pasting;
}

static struct token token_key(size_t length, uint32_t code, bool alt)
{
    return (struct token){.length = length, .is_key = true, .key = {.code = code, .alt = alt}};
}

static struct token token_junk(size_t length)
{
    return (struct token){.length = length};
}

/* --- escape sequences --- */

/* The key of a final letter, after CSI and SS3 alike; 0: none. */
static uint32_t letter_key(unsigned char letter)
{
    static const struct {
        char letter;
        uint32_t code;
    } table[] = {
        {'A', KEY_CODE_UP},
        {'B', KEY_CODE_DOWN},
        {'C', KEY_CODE_RIGHT},
        {'D', KEY_CODE_LEFT},
        {'H', KEY_CODE_HOME},
        {'F', KEY_CODE_END},
        {'Z', KEY_CODE_BACK_TAB},
        {'P', KEY_CODE_F1},
        {'Q', KEY_CODE_F1 + 1},
        {'R', KEY_CODE_F1 + 2},
        {'S', KEY_CODE_F1 + 3},
        /* rxvt, with Shift or Ctrl */
        {'a', KEY_CODE_UP},
        {'b', KEY_CODE_DOWN},
        {'c', KEY_CODE_RIGHT},
        {'d', KEY_CODE_LEFT},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].letter == (char)letter)
            return table[i].code;
    return 0;
}

/* The key of CSI number ~; 0: none. */
static uint32_t number_key(int number)
{
    static const uint32_t low[] = {0,
                                   KEY_CODE_HOME,
                                   KEY_CODE_INSERT,
                                   KEY_CODE_DELETE,
                                   KEY_CODE_END,
                                   KEY_CODE_PAGE_UP,
                                   KEY_CODE_PAGE_DOWN,
                                   KEY_CODE_HOME,
                                   KEY_CODE_END};

    if (number >= 0 && number < (int)(sizeof(low) / sizeof(low[0])))
        return low[number];
    if (number >= 11 && number <= 15)
        return KEY_CODE_F1 + (uint32_t)(number - 11);
    if (number >= 17 && number <= 21)
        return KEY_CODE_F1 + 5 + (uint32_t)(number - 17);
    return number == 23 || number == 24 ? KEY_CODE_F1 + 10 + (uint32_t)(number - 23) : 0;
}

/* The numbers between CSI and its final byte; what is no number ends them. */
static void csi_params(const unsigned char *bytes, size_t n, int ret_params[2])
{
    size_t at = 0;

    for (int i = 0; i < 2; i++) {
        ret_params[i] = 0;
        for (; at < n && bytes[at] >= '0' && bytes[at] <= '9'; at++)
            if (ret_params[i] < PARAM_LIMIT)
                ret_params[i] = ret_params[i] * 10 + (bytes[at] - '0');
        if (at < n && bytes[at] == ';')
            at++;
    }
}

/* The index of the final byte of a CSI sequence; n: not there yet; 0: it is none. rxvt ends one with $, too.
 */
static size_t csi_end(const unsigned char *bytes, size_t n)
{
    for (size_t i = 2; i < n; i++) {
        if (i > CSI_LENGTH || bytes[i] < 0x20 || bytes[i] > 0x7e)
            return 0;
        if (bytes[i] >= 0x40 || (bytes[i] == '$' && i > 2 && bytes[2] != '?'))
            return i;
    }
    return n;
}

static struct token csi_token(const unsigned char *bytes, size_t n, bool ended)
{
    size_t end = csi_end(bytes, n);
    int params[2];
    bool alt;
    uint32_t code;

    if (n > 2 && bytes[2] == '[') { /* F1 to F5 of the Linux console */
        if (n == 3)
            return ended ? token_junk(3) : token_junk(0);
        return bytes[3] >= 'A' && bytes[3] <= 'E' ? token_key(4, KEY_CODE_F1 + bytes[3] - 'A', false)
                                                  : token_junk(4);
    }
    if (end == 0)
        return token_junk(2);
    if (end == n) {
        if (!ended)
            return token_junk(0);
        return n == 2 ? token_key(2, '[', true) : token_junk(n);
    }
    if (strchr("<=>?", bytes[2]) != NULL) /* a report, not a key */
        return token_junk(end + 1);
    csi_params(bytes + 2, end - 2, params);
    alt = params[1] > 1 && ((params[1] - 1) & 2);
    if (bytes[end] == '~' && params[0] == PASTE_BEGIN)
        return (struct token){.length = end + 1, .begins_paste = true};
    if (strchr("~$^@", bytes[end]) != NULL)
        code = number_key(params[0]);
    else
        code = letter_key(bytes[end]);
    return code != 0 ? token_key(end + 1, code, alt) : token_junk(end + 1);
}

/* ESC O letter; the application keypad sends its signs as letters. */
static struct token ss3_token(const unsigned char *bytes, size_t n, bool ended)
{
    static const char keypad[] = "*+,-./0123456789";
    uint32_t code;

    if (n == 2)
        return ended ? token_key(2, 'O', true) : token_junk(0);
    code = letter_key(bytes[2]);
    if (code != 0)
        return token_key(3, code, false);
    if (bytes[2] == 'M')
        return token_key(3, KEY_ENTER_CODE, false);
    if (bytes[2] >= 'j' && bytes[2] <= 'y')
        return token_key(3, (unsigned char)keypad[bytes[2] - 'j'], false);
    return bytes[2] < 0x20 || bytes[2] > 0x7e ? token_key(2, 'O', true) : token_junk(3);
}

/* A sequence from terminfo, or the beginning of one. */
static bool added_token(const struct input *input, bool ended, struct token *ret_token)
{
    bool partial = false;

    for (size_t i = 0; i < input->added_count; i++) {
        const char *sequence = input->added[i].sequence;
        size_t length = strlen(sequence);
        size_t common = length < input->count ? length : input->count;

        if (memcmp(sequence, input->bytes, common) != 0)
            continue;
        if (common == length) {
            *ret_token = token_key(length, input->added[i].code, false);
            return true;
        }
        partial = true;
    }
    if (!partial || ended)
        return false;
    *ret_token = token_junk(0);
    return true;
}

/* --- characters --- */

static size_t character_length(unsigned char first)
{
    return first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* One character, behind an Escape (skip 1) or alone (0). What is no printable character and no ASCII control
 * is dropped. */
static struct token character_token(const struct input *input, size_t skip, bool ended)
{
    const unsigned char *bytes = input->bytes + skip;
    size_t there = input->count - skip, n = character_length(bytes[0]);
    char text[5] = "";
    uint32_t code;

    if (bytes[0] < 0x80) {
        bool erase = input->erase != 0 && bytes[0] == (unsigned char)input->erase;

        return token_key(skip + 1, erase ? KEY_BACKSPACE_CODE : bytes[0], skip > 0);
    }
    if (there < n && !ended)
        return token_junk(0);
    memcpy(text, bytes, there < n ? there : n);
    n = utf8_decode(text, &code);
    return character_width(code) < 0 ? token_junk(skip + n) : token_key(skip + n, code, skip > 0);
}

static struct token token_next(const struct input *input, bool ended)
{
    struct token token;

    if (input->bytes[0] != ESCAPE)
        return character_token(input, 0, ended);
    if (input->count == 1)
        return ended ? token_key(1, KEY_ESCAPE_CODE, false) : token_junk(0);
    if (added_token(input, ended, &token))
        return token;
    switch (input->bytes[1]) {
    case '[':
        return csi_token(input->bytes, input->count, ended);
    case 'O':
        return ss3_token(input->bytes, input->count, ended);
    case ESCAPE:
        return token_key(1, KEY_ESCAPE_CODE, false);
    default:
        return character_token(input, 1, ended);
    }
}

/* --- pastes --- */

static void paste_append(struct input *input, size_t n)
{
    for (size_t i = 0; i < n && input->paste_length < INPUT_PASTE_MAX; i++)
        if (input->bytes[i] != '\0')
            input->paste[input->paste_length++] = (char)input->bytes[i];
    input_drop(input, n);
}

static bool paste_begin(struct input *input)
{
    input->paste = malloc(INPUT_PASTE_MAX + 1);
    input->paste_length = 0;
    input->pasting = input->paste != NULL;
    return input->pasting;
}

/* Removes the first bytes of a character whose rest was cut off. */
static void paste_trim(struct input *input)
{
    size_t at = input->paste_length;

    if (at < INPUT_PASTE_MAX)
        return;
    for (int back = 0; back < 3 && at > 0 && ((unsigned char)input->paste[at - 1] & 0xc0) == 0x80; back++)
        at--;
    if (at > 0 && at - 1 + character_length((unsigned char)input->paste[at - 1]) > input->paste_length)
        input->paste_length = at - 1;
}

static enum terminal_input paste_next(struct input *input, char **ret_text)
{
    const size_t ending = strlen(PASTE_ENDING);
    const unsigned char *end = memmem(input->bytes, input->count, PASTE_ENDING, ending);

    if (end == NULL) { /* the end itself may be half there */
        if (input->count >= ending)
            paste_append(input, input->count - (ending - 1));
        return INPUT_NONE;
    }
    paste_append(input, (size_t)(end - input->bytes));
    input_drop(input, ending);
    paste_trim(input);
    input->paste[input->paste_length] = '\0';
    *ret_text = input->paste;
    input->paste = NULL;
    input->pasting = false;
    return INPUT_PASTE;
}

enum terminal_input input_next(struct input *input, bool ended, struct key *ret_key, char **ret_text)
{
    while (input->count > 0) {
        struct token token;

        if (input->pasting)
            return paste_next(input, ret_text);
        token = token_next(input, ended);
        if (token.length == 0)
            return INPUT_NONE;
        input_drop(input, token.length);
        if (token.begins_paste && !paste_begin(input))
            return INPUT_NONE;
        if (token.is_key) {
            *ret_key = token.key;
            return INPUT_KEY;
        }
    }
    return INPUT_NONE;
}
