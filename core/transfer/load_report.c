/*
 * What is said of a load: what its conversion lost, what it replaced.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/transfer/load_private.h"

int load_blame_file(struct load *load, int result)
{
    if (result < 0)
        atomic_store(&load->file_fails, true);
    return result;
}

bool load_failure_is_of_file(const struct load *load)
{
    return atomic_load(&load->file_fails);
}

void run_count(const struct run *run, const struct convert_counts *counts)
{
    struct load *load = run->load;
    progress_lose(run->progress, convert_counts_sum(counts));
    atomic_fetch_add_explicit(&load->saturated, counts->saturated, memory_order_relaxed);
    atomic_fetch_add_explicit(&load->overflowed, counts->overflowed, memory_order_relaxed);
    atomic_fetch_add_explicit(&load->lost_nan, counts->lost_nan, memory_order_relaxed);
}

struct convert_counts load_counts(const struct load *load)
{
    return (struct convert_counts){
        .saturated = atomic_load_explicit(&load->saturated, memory_order_relaxed),
        .overflowed = atomic_load_explicit(&load->overflowed, memory_order_relaxed),
        .lost_nan = atomic_load_explicit(&load->lost_nan, memory_order_relaxed),
    };
}

static size_t put(char *buf, size_t size, size_t used, uint64_t count, const char *one, const char *many)
{
    if (count == 0)
        return used;
    char *at = used < size ? buf + used : NULL;
    return used + (size_t)snprintf(at, at ? size - used : 0, "%s%llu %s", used > 0 ? ", " : "",
                                   (unsigned long long)count, count == 1 ? one : many);
}

size_t load_counts_text(const struct convert_counts *counts, char *buf, size_t size)
{
    size_t used = 0;
    if (size > 0)
        buf[0] = '\0';
    used = put(buf, size, used, counts->overflowed, "value overflowed to inf", "values overflowed to inf");
    used = put(buf, size, used, counts->saturated, "value was out of range and saturated",
               "values were out of range and saturated");
    return put(buf, size, used, counts->lost_nan, "nan became 0", "nan became 0");
}

void load_types_text(const struct dtype *from, const struct dtype *to, bool ascii, char *buf, size_t size)
{
    char before[DTYPE_NAME_MAX], after[DTYPE_NAME_MAX];
    dtype_name(from, before);
    dtype_name(to, after);
    if (dtype_equal(from, to)) {
        snprintf(buf, size, "%s", after);
        return;
    }
    if (strcmp(before, after) == 0) { /* none is a struct: they stay as they are */
        dtype_descr(from, before, sizeof before);
        dtype_descr(to, after, sizeof after);
    }
    snprintf(buf, size, "%s %s %s", before, ascii ? "->" : "→", after);
}

int load_check_lost(const struct load *load, const struct load_options *options, struct error *error)
{
    char text[LOAD_COUNTS_TEXT_MAX];
    const struct convert_counts counts = load_counts(load);
    if (!options->strict || load_counts_text(&counts, text, sizeof text) == 0)
        return 0;
    return error_set(error, EBADMSG, "%s (--strict)", text);
}

/* After it is done: that the sweep fails is no failure of the load. */
static void report_old(const struct run *run, struct load_report *report)
{
    const struct publish_old *old = publish_get_old(run->publish);
    if (!old)
        return;
    report->replaced = true;
    report->old_held = old->held;
    report->old_allocated = old->allocated;
    report->old_links = old->links - 1;
    struct sweep_scope scope = {.ids = &old->id, .n = 1, .threads = sweep_threads()};
    if (old->held != HELD_NO && sweep_run(run_proc_root(run), &scope, &report->still_held, NULL, NULL) < 0)
        report->still_held = (struct sweep){0};
}

void run_report(const struct run *run, const struct identity *id, struct load_report *ret_report)
{
    const struct source *source = run->load->source;
    struct load_report report = {.bytes = run->plan.bytes, .id = *id, .counts = load_counts(run->load)};
    matrix_copy(&run->plan.target, &report.matrix);
    report.note = source->note ? strdup(source->note) : NULL;
    report_old(run, &report);
    *ret_report = report;
}

void load_report_clear(struct load_report *report)
{
    if (report->still_held.count > 0)
        sweep_clear(&report->still_held);
    matrix_clear(&report->matrix);
    free(report->note);
    memset(report, 0, sizeof *report);
}
