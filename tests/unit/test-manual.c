/*
 * The manual's lists of keys and of producers are those of their tables. UPDATE=1 writes them anew.
 */
#include "tests/support/test.h"

#include <ctype.h>

#include "core/process/producers.h"
#include "tui/app/action.h"

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

/* "" for what is everywhere. */
static const char *place_of(unsigned screens)
{
    switch (screens) {
    case SCREEN_TABLE:
        return "In the table: ";
    case SCREEN_GRID:
        return "In the values: ";
    case SCREEN_MAP:
        return "In the map: ";
    case SCREEN_CENSUS:
        return "In the statistics of columns: ";
    case SCREEN_GRID | SCREEN_MAP:
        return "In the values and the map: ";
    case SCREEN_GRID | SCREEN_CENSUS:
        return "In the values and the statistics of columns: ";
    case SCREEN_MAP | SCREEN_CENSUS:
        return "In the map and the statistics of columns: ";
    case SCREEN_VALUES:
        return "In the values, the map and the statistics of columns: ";
    default:
        return "";
    }
}

static void put_action(FILE *out, const struct action_info *info)
{
    fputs(".It", out);
    for (unsigned i = 0; i < ACTION_KEYS_MAX && info->keys[i]; i++) {
        fputs(i > 0 ? " , Ic " : " Ic ", out);
        put_key(out, info->keys[i]);
    }
    const char *where = place_of(info->screens);
    fprintf(out, "\n%s%c%s\n", where, *where ? tolower(info->text[0]) : info->text[0], info->text + 1);
}

static char *list_keys(void)
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

/* Text that stands for itself in an argument of a macro. */
static void put_argument(FILE *out, const char *text)
{
    fputs(strchr(".'", text[0]) ? "\\&" : "", out);
    for (const char *c = text; *c; c++)
        fputs(*c == '\\' ? "\\e" : (char[]){*c, '\0'}, out);
}

/* A producer with all of its patterns; its rows stand together. */
static size_t put_producer(FILE *out, size_t first)
{
    const struct producer *producer = producers_at(NULL, first), *next = producer;
    fprintf(out, ".It Cm %s\n", producer->id);
    put_argument(out, producer->label);
    fprintf(out, ",\n.Cm %s :\n", disposal_text(producer->disposal));
    for (size_t i = first; next && strcmp(next->id, producer->id) == 0;) {
        assert_int_equal(next->disposal, producer->disposal);
        fputs(".Ql ", out);
        put_argument(out, next->pattern);
        next = producers_at(NULL, ++i);
        fputs(next && strcmp(next->id, producer->id) == 0 ? " ,\n" : "\n", out);
        first = i;
    }
    return first;
}

static char *list_producers(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fputs(".Bl -tag -width Ds -compact\n", out);
    for (size_t i = 0; producers_at(NULL, i);)
        i = put_producer(out, i);
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

/* What stands between the comments "NAME begin" and "NAME end" is the list. */
static void check_list(const char *name, char *list)
{
    char *manual = read_all(path), mark[64];
    snprintf(mark, sizeof mark, ".\\\" %s begin", name);
    char *begin = strstr(manual, mark);
    snprintf(mark, sizeof mark, ".\\\" %s end", name);
    char *end = strstr(manual, mark);
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

static void the_manual_lists_the_keys_of_the_table(void **state)
{
    (void)state;
    check_list("keys", list_keys());
}

static void the_manual_lists_the_producers_of_the_table(void **state)
{
    (void)state;
    check_list("producers", list_producers());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_lists_the_keys_of_the_table),
        cmocka_unit_test(the_manual_lists_the_producers_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
