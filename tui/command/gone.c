#include "tui/command/gone.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "core/segment/name.h"
#include "core/sys/glob.h"

#define NAMED_MAX 3

static void look(struct gone *gone)
{
    struct sweep_scope scope = {.device = directory_device(gone->directory), .threads = sweep_threads()};
    if (!gone->looked && sweep_run(gone->options->host.proc_root, &scope, &gone->sweep, NULL, NULL) < 0)
        gone->sweep = (struct sweep){0};
    gone->looked = true;
}

static size_t add(char *buf, size_t size, size_t used, const struct sweep_other *other)
{
    char one[32];
    int length = snprintf(one, sizeof one, "%s'#%" PRIu64 "'", used ? ", " : "", other->id.inode);
    if (used + (size_t)length < size)
        memcpy(buf + used, one, (size_t)length + 1);
    return used + (size_t)length;
}

bool gone_find(struct gone *gone, const char *text, char *buf, size_t size)
{
    char root[PATH_MAX], name[NAME_PATH_MAX], raw[NAME_PATH_MAX];
    size_t used = 0, found = 0;
    bool whole = directory_is_whole(gone->directory);
    if (directory_kernel_path(gone->directory, root, sizeof root, NULL) < 0)
        return false;
    if (!name_unescape(text, raw, sizeof raw))
        snprintf(raw, sizeof raw, "%s", text);
    look(gone);
    for (size_t i = 0; i < gone->sweep.other_count && found < NAMED_MAX; i++) {
        const struct sweep_other *other = &gone->sweep.others[i];
        if (!other->deleted || !other->path || !name_of_path(root, whole, other->path, name) ||
            (strcmp(name, text) != 0 && strcmp(name, raw) != 0))
            continue;
        used = add(buf, size, used, other);
        found++;
    }
    return found > 0;
}

/* What a shell does not take apart, and a filter takes for one term. */
static bool is_plain_pattern(const char *text)
{
    return glob_is_pattern(text) && !strpbrk(text, " \t\n\\'\"");
}

enum exit_status gone_report(struct gone *gone, const char *text, const struct error *error)
{
    char inodes[128], shown[NAME_PRINTABLE_MAX];
    if (error->code != ENOENT)
        return report_error(gone->options, text, error);
    if (gone_find(gone, text, inodes, sizeof inodes))
        report_problem(gone->options, text, "deleted, but still in use: %s", inodes);
    else if (is_plain_pattern(text))
        report_problem(gone->options, text, "%s; a NAME is no pattern, but %s 'name:%s' takes one",
                       error->text, gone->matches, report_escape(gone->options, text, shown, sizeof shown));
    else
        return report_error(gone->options, text, error);
    return exit_status_of(error->code);
}

void gone_clear(struct gone *gone)
{
    sweep_clear(&gone->sweep);
}
