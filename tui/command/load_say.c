/*
 * What a person is told of a load.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/column.h"
#include "core/process/logind.h"
#include "tui/command/load_private.h"
#include "tui/command/use.h"

void load_say_running(const void *context, char *buf, size_t size)
{
    const struct load_command *command = context;
    const struct convert_counts counts = load_counts(command->source);
    load_counts_text(&counts, buf, size);
}

/* "prices.shm: float64 → float16 40000 × 60000, 4.5G in 1.2 s" */
static void say_loaded(const struct load_command *command)
{
    const struct matrix *matrix = &command->report.matrix;
    char name[NAME_PRINTABLE_MAX], types[2 * DTYPE_NAME_MAX + 8], shape[1024], bytes[16];
    if (!job_wait_shows())
        return;
    report_escape(command->options, command->name, name, sizeof name);
    load_types_text(&command->found.dtype, &matrix->dtype, command->options->ascii, types, sizeof types);
    matrix_shape_text(matrix->rank, matrix->shape, command->options->ascii, shape, sizeof shape);
    format_bytes(command->report.bytes, bytes, sizeof bytes);
    int64_t tenths = (command->wait.elapsed + 50) / 100;
    report_putf(command->options, stderr, "%s: %s %s, %s in %lld.%lld s\n", name, types, shape, bytes,
                (long long)tenths / 10, (long long)tenths % 10);
}

/* What a script's log should show too: the values are not those of the file. */
static void say_lost(const struct load_command *command)
{
    char text[LOAD_COUNTS_TEXT_MAX];
    if (load_counts_text(&command->report.counts, text, sizeof text) > 0)
        report_problem(command->options, command->name, "%s", text);
    if (command->report.note)
        report_problem(command->options, command->name, "%s", command->report.note);
}

static void say_undescribed(const struct load_command *command)
{
    const struct error *undescribed = &command->report.undescribed;
    if (undescribed->code)
        report_problem(command->options, command->name,
                       "loaded, but what it holds could not be recorded for who looks at it: %s",
                       undescribed->text);
}

static void say_replaced(const struct load_command *command)
{
    const struct load_report *report = &command->report;
    if (!report->replaced || report->still_held.count == 0)
        return;
    struct users *users = users_new(command->options->numeric);
    const struct holders *holders = &report->still_held.of[0];
    char names[2048], bytes[16], unread[512];
    use_unread(&report->still_held, unread, sizeof unread);
    format_bytes(report->old_allocated, bytes, sizeof bytes);
    if (users && holders->count > 0) {
        use_names(holders, users, names, sizeof names);
        report_problem(command->options, command->name, "the old one is in use: %s is freed when %s %s",
                       bytes, names, holders->count == 1 ? "ends" : "end");
    } else if (unread[0])
        report_problem(command->options, command->name, "%s: others may hold the old one", unread);
    users_free(users);
}

/* Whether it goes with its owner's last session. */
static void say_removal(const struct load_command *command)
{
    struct segment segment = {0};
    struct logind logind;
    if (segment_stat(command->directory, command->name, &segment, NULL) < 0)
        return;
    const struct passwd *user = command->options->numeric ? NULL : getpwuid(segment.uid);
    logind_read(&logind, command->options->host.root);
    if (logind_removes(&logind, segment.id.device, segment.uid, user ? user->pw_name : NULL)) {
        char who[512], number[16];
        snprintf(number, sizeof number, "%u", segment.uid);
        report_escape(command->options, user ? user->pw_name : number, who, sizeof who);
        report_problem(
            command->options, command->name,
            "logind may delete it at the last logout of user %s, in use or not: set RemoveIPC=no in "
            "/etc/systemd/logind.conf, or loginctl enable-linger %s",
            who, who);
    }
    logind_clear(&logind);
    segment_clear(&segment);
}

void load_say_done(const struct load_command *command)
{
    say_loaded(command);
    say_lost(command);
    say_undescribed(command);
    say_replaced(command);
    say_removal(command);
}

/* Who has the segment that may not be replaced, as far as can be seen. */
static void name_old_holders(const struct load_command *command, char *buf, size_t size)
{
    struct segment old = {0};
    struct sweep_scope scope = {.ids = &old.id, .n = 1, .threads = sweep_threads()};
    struct sweep sweep = {0};
    buf[0] = '\0';
    if (segment_stat(command->directory, command->name, &old, NULL) == 0 &&
        sweep_run(command->options->host.proc_root, &scope, &sweep, NULL, NULL) == 0 &&
        sweep.of[0].count > 0) {
        struct users *users = users_new(command->options->numeric);
        if (users)
            use_names(&sweep.of[0], users, buf, size);
        users_free(users);
    }
    if (sweep.count > 0)
        sweep_clear(&sweep);
    segment_clear(&old);
}

/* What a person may do about it. */
static const char *advice(const struct load_command *command)
{
    if (command->error.code == EEXIST && command->name == command->default_name)
        return "; or give a NAME: load FILE NAME";
    if (command->error.code == ENOSPC)
        return "; --as a smaller type needs less, list --sort allocated:desc shows what takes it";
    return "";
}

enum exit_status load_say_failure(const struct load_command *command)
{
    char names[2048];
    if (command->source && load_failure_is_of_file(command->source))
        return report_error(command->options, command->file, &command->error);
    if (command->error.code != EBUSY || !command->load.publish.replace) {
        report_problem(command->options, command->name, "%s%s", command->error.text, advice(command));
        return exit_status_of(command->error.code);
    }
    name_old_holders(command, names, sizeof names);
    if (!names[0])
        return report_error(command->options, command->name, &command->error);
    report_problem(command->options, command->name, "%s; held by %s", command->error.text, names);
    return exit_status_of(command->error.code);
}
