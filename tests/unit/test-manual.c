/*
 * The manual's list of keys is the action table's. UPDATE=1 writes it anew.
 */
#include "tests/support/test.h"

#include <ctype.h>

#include "tui/app/action.h"

#define BEGIN ".\\\" keys begin"
#define END   ".\\\" keys end"

static const char path[] = SRCDIR "/docs/shmtop.1";

static char *read_all(const char *name)
{
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t n = fread(text, 1, (1 << 20) - 1, file);
    assert_true(n > 0 && feof(file));
    fclose(file);
    return text;
}

/* A key as an argument of a macro: delimiters of mdoc and accents of roff stand for themselves. */
static void put_key(FILE *out, uint32_t code)
{
    char text[16];
    action_key_text(code, text);
    fputs(strlen(text) == 1 && strchr(".,:;()[]?!|", text[0]) ? "\\&" : "", out);
    for (const char *c = text; *c; c++)
        fputs(*c == '^' ? "\\(ha" : *c == '~' ? "\\(ti" : *c == '\\' ? "\\e" : (char[]){*c, '\0'}, out);
}

static void put_action(FILE *out, const struct action_info *info)
{
    fputs(".It", out);
    for (unsigned i = 0; i < ACTION_KEYS_MAX && info->keys[i]; i++) {
        fputs(i > 0 ? " , Ic " : " Ic ", out);
        put_key(out, info->keys[i]);
    }
    const char *where = info->screens == SCREEN_TABLE  ? "In the table: "
                        : info->screens == SCREEN_GRID ? "In the values: "
                                                       : "";
    fprintf(out, "\n%s%c%s\n", where, *where ? tolower(info->text[0]) : info->text[0], info->text + 1);
}

static char *make_list(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    unsigned count;
    const struct action_info *table = action_table(&count);
    for (unsigned i = 0; i < count; i++) {
        bool starts = i == 0 || strcmp(table[i].group, table[i - 1].group) != 0;
        if (starts)
            fprintf(out, "%s.Ss \\&%s\n.Bl -tag -width 10n -compact\n", i ? ".El\n" : "", table[i].group);
        put_action(out, &table[i]);
    }
    fputs(".El\n", out);
    fclose(out);
    return text;
}

static void update(const char *manual, const char *begin, const char *end, const char *list)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "%.*s%s%s", (int)(begin - manual), manual, list, end);
    assert_int_equal(fclose(out), 0);
}

static void the_manual_lists_the_keys_of_the_table(void **state)
{
    (void)state;
    char *manual = read_all(path), *list = make_list();
    char *begin = strstr(manual, BEGIN), *end = strstr(manual, END);
    assert_non_null(begin);
    assert_non_null(end);
    begin = strchr(begin, '\n') + 1;
    if (getenv("UPDATE")) {
        update(manual, begin, end, list);
    } else {
        *end = '\0';
        assert_string_equal(begin, list);
    }
    free(list);
    free(manual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_lists_the_keys_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
