#include "tui/command/rm_words.h"

#include "core/catalog/format.h"
#include "core/segment/name.h"
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
    report_problem(words->options, name, "protected: it belongs to %s, which breaks without it; %s",
                   item->protected_by ? item->protected_by : "another program",
                   may_allow ? "--allow protected deletes it all the same"
                             : "only by its NAME, with --allow protected, is it deleted all the same");
    return EXIT_STATUS_REFUSED;
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
                   words->later_links ? "their holders end or their other links go" : "their holders end");
        putchar('\n');
    }
    if (words->in_doubt) {
        use_unread(words->sweep, unread, sizeof unread);
        printf("%s: what others hold comes back when they end\n", unread);
    }
}
