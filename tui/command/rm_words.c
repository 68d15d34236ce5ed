#include "tui/command/rm_words.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/catalog/format.h"
#include "core/catalog/state.h"
#include "core/segment/name.h"
#include "tui/command/tabulate.h"
#include "tui/command/use.h"

enum exit_status rm_refuse_held(const struct rm_words *words, const char *name,
                                const struct delete_item *item)
{
    char names[2048], unread[512];
    use_unread(words->sweep, unread, sizeof unread);
    if (item->holders.count > 0) {
        use_names(&item->holders, words->users, names, sizeof names);
        report_problem(words->options, name,
                       "in use by %s%s%s; --allow held deletes it all the same, and they keep what they hold",
                       names, unread[0] ? "; " : "", unread);
    } else {
        report_problem(
            words->options, name,
            "in use, and by whom cannot be seen from here%s%s; --allow held deletes it all the same",
            unread[0] ? ": " : "", unread);
    }
    return EXIT_STATUS_REFUSED;
}

enum exit_status rm_refuse_protected(const struct rm_words *words, const char *name,
                                     const struct delete_item *item, bool may_allow)
{
    report_problem(words->options, name, "protected (%s): what uses it breaks without it; %s",
                   item->protected_by ? item->protected_by : "another program",
                   may_allow ? "--allow protected deletes it all the same"
                             : "only by its NAME, with --allow protected, is it deleted all the same");
    return EXIT_STATUS_REFUSED;
}

enum exit_status rm_refuse_unlinked(const struct rm_words *words, const char *text,
                                    const struct sweep_other *other)
{
    char names[2048], bytes[FORMAT_BYTES_MAX];
    use_names(&other->holders, words->users, names, sizeof names);
    format_bytes(other->known ? other->allocated : other->size, bytes, sizeof bytes);
    report_problem(words->options, text,
                   "its name is gone already: %s%s are kept by %s, and come back when %s",
                   other->known ? "" : "up to ", bytes, names,
                   other->holders.count == 1 ? "that process ends or lets go" : "these end or let go");
    return EXIT_STATUS_REFUSED;
}

/* What comes back, and how sure it is who holds what. */
static void say_memory(const struct rm_words *words, uint64_t now, uint64_t later)
{
    char bytes[FORMAT_BYTES_MAX], unread[512];
    format_bytes(now, bytes, sizeof bytes);
    printf("%s would come back", bytes);
    format_bytes(later, bytes, sizeof bytes);
    if (later > 0)
        printf(", %s more when holders have ended and other links are gone", bytes);
    use_unread(words->sweep, unread, sizeof unread);
    printf("%s%s\n", unread[0] ? "; " : "", unread);
}

static void add_age(struct tabulate *table, const struct options *options, const struct segment *segment,
                    int64_t wall)
{
    char age[FORMAT_AGE_MAX + 1] = "~";
    int64_t from = segment->created ? segment->created : segment->modified;
    size_t mark = segment->created ? 0 : 1;
    format_age((wall - from) / 1000000000, age + mark, sizeof age - mark);
    tabulate_add(table, options, from ? age : "-");
}

static void add_users(struct tabulate *table, const struct rm_words *words, const struct delete_item *item)
{
    char names[2048], text[2200];
    bool certain = item->held == HELD_NO || words->sweep->complete;
    use_names(&item->holders, words->users, names, sizeof names);
    snprintf(text, sizeof text, "%s%s%s",
             item->is_protected ? item->protected_by ? item->protected_by : "protected" : "",
             item->is_protected ? ": " : "",
             item->holders.count      ? names
             : item->held == HELD_YES ? "somebody"
             : certain                ? "nobody"
                                      : "nobody seen");
    tabulate_add(table, words->options, text);
}

static void add_line(struct tabulate *table, const struct rm_words *words, enum state state,
                     const struct delete_item *item, const struct delete_result *result, int64_t wall)
{
    const struct options *options = words->options;
    const struct segment *segment = &item->segment;
    char text[NAME_PRINTABLE_MAX];
    tabulate_add(table, options, result->error ? "keep" : "delete");
    tabulate_add(table, options, report_escape(options, segment->name, text, sizeof text));
    format_bytes(segment->allocated, text, sizeof text);
    tabulate_add(table, options, text);
    snprintf(text, sizeof text, "%s%s", users_lookup_name(words->users, segment->uid),
             segment->uid == geteuid() ? "" : " !");
    tabulate_add(table, options, text);
    add_age(table, options, segment, wall);
    tabulate_add(table, options, state_name(state) ? state_name(state) : "?");
    format_bytes(result->error ? 0 : item->freed_now, text, sizeof text);
    tabulate_add(table, options, text);
    add_users(table, words, item);
}

size_t rm_list(const struct rm_words *words, const uint8_t *states, const struct delete_check *check,
               const struct delete_result *results, int64_t wall)
{
    static const char *const headings[] = {"",    "NAME",  "ALLOC",     "OWNER",
                                           "AGE", "STATE", "FREED NOW", "HELD BY"};
    static const bool right[] = {false, false, true, false, true, false, true, false};
    struct tabulate table;
    size_t possible = 0;
    uint64_t now = 0, later = 0;
    tabulate_begin(&table, 8, right);
    for (size_t i = 0; i < 8; i++)
        tabulate_add(&table, words->options, headings[i]);
    for (size_t i = 0; i < check->count; i++) {
        const struct delete_item *item = &check->items[i];
        if (item->problem.code)
            continue; /* it went, or is another now: the match was a moment ago */
        add_line(&table, words, states[i], item, &results[i], wall);
        possible += !results[i].error;
        now += results[i].error ? 0 : item->freed_now;
        later += results[i].error ? 0 : item->freed_later;
    }
    tabulate_print(&table, stdout, "");
    tabulate_free(&table);
    say_memory(words, now, later);
    return possible;
}

bool rm_ask(size_t possible, size_t count)
{
    char line[16] = "";
    if (count == 1)
        fputs("Delete it? [y/N] ", stdout);
    else if (possible == count)
        printf("Delete these %zu? [y/N] ", count);
    else
        printf("Delete %zu of these %zu? [y/N] ", possible, count);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) {
        putchar('\n');
        return false;
    }
    return strcasecmp(line, "y\n") == 0 || strcasecmp(line, "yes\n") == 0;
}

static uint64_t comes_later(const struct delete_item *item, const struct removed *removed)
{
    uint64_t all = item->freed_now + item->freed_later;
    return all > removed->freed ? all - removed->freed : 0;
}

static bool waits_for_holders(const struct delete_item *item, const struct removed *removed)
{
    return delete_item_is_held(item) || removed->held == HELD_YES;
}

void rm_say_deleted(struct rm_words *words, const char *name, const struct delete_item *item,
                    const struct removed *removed)
{
    char shown[NAME_PRINTABLE_MAX], bytes[FORMAT_BYTES_MAX];
    uint64_t later = comes_later(item, removed);
    bool holders = waits_for_holders(item, removed);
    report_escape(words->options, name, shown, sizeof shown);
    format_bytes(removed->freed, bytes, sizeof bytes);
    printf(words->dry_run ? "would delete %s: %s would come back" : "deleted %s: %s came back", shown, bytes);
    format_bytes(later, bytes, sizeof bytes);
    if (later > 0)
        printf(", %s more when %s", bytes, holders ? "its holders end" : "its other links go");
    else if (item->shared && removed->freed == 0)
        fputs(", the memory with its other name", stdout);
    if (later > 0 && holders && !words->dry_run && S_ISREG(item->segment.mode))
        printf("; restore '#%llu' undoes it until then", (unsigned long long)item->segment.id.inode);
    putchar('\n');
    words->deleted++;
    words->freed += removed->freed;
    words->later += later;
    words->later_links |= later > 0 && !holders;
    words->in_doubt |= removed->held == HELD_UNKNOWN && item->holders.count == 0 && !words->sweep->complete;
}

void rm_say_sum(const struct rm_words *words, size_t count)
{
    char bytes[FORMAT_BYTES_MAX], unread[512];
    if (count > 1) {
        format_bytes(words->freed, bytes, sizeof bytes);
        printf(words->dry_run ? "would delete %zu of %zu: %s would come back"
                              : "deleted %zu of %zu: %s came back",
               words->deleted, count, bytes);
        format_bytes(words->later, bytes, sizeof bytes);
        if (words->later > 0)
            printf(", %s more when %s", bytes,
                   words->later_links ? "their holders have ended and their other links are gone"
                                      : "their holders end");
        putchar('\n');
    }
    use_unread(words->sweep, unread, sizeof unread);
    if (words->deleted == 0 || !unread[0])
        return;
    if (words->in_doubt)
        printf("%s: what others hold comes back when they end\n", unread);
    else if (words->to_people)
        printf("%s, but the kernel could tell of each whether it was held\n", unread);
}
