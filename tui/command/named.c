#include "tui/command/named.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tui/command/gone.h"
#include "tui/command/no_values.h"

static bool is_reference(const char *text)
{
    uint64_t inode;
    return segment_read_inode(text, &inode);
}

/* Only where no entry bears the inode or the name: a sweep takes longer than all else. */
static int find_unlinked(const struct options *options, const struct directory *directory, const char *text,
                         struct unlinked *ret_unlinked, struct error *error)
{
    uint64_t inode;
    if (!segment_read_inode(text, &inode))
        return -ENOENT;
    return unlinked_find(directory, options->host.proc_root, inode, ret_unlinked, error);
}

/* --- several, to say something of --- */

struct finding {
    const struct options *options;
    const struct directory *directory;
    struct found found;
    struct unlinked *unlinked;
    size_t unlinked_count;
    struct gone gone;
};

static enum exit_status take_unlinked(struct finding *finding, const char *text)
{
    struct unlinked unlinked;
    struct error error = {0};
    if (find_unlinked(finding->options, finding->directory, text, &unlinked, &error) < 0)
        return report_error(finding->options, text, &error);
    finding->unlinked[finding->unlinked_count++] = unlinked;
    return EXIT_STATUS_DONE;
}

static enum exit_status find_one(struct finding *finding, const char *text)
{
    struct segment segment = {0};
    struct error error = {0};
    int r = segment_find(finding->directory, text, &segment, &error);
    if (r == -ENOENT && is_reference(text))
        return take_unlinked(finding, text);
    if (r < 0)
        return gone_report(&finding->gone, text, &error);
    finding->found.ids[finding->found.count] = segment.id;
    finding->found.names[finding->found.count++] = segment.name;
    segment.name = NULL;
    segment_clear(&segment);
    return EXIT_STATUS_DONE;
}

static enum exit_status find_each(struct finding *finding, char *const *texts, size_t count)
{
    enum exit_status status = EXIT_STATUS_DONE;
    finding->found.names = calloc(count, sizeof *finding->found.names);
    finding->found.ids = calloc(count, sizeof *finding->found.ids);
    if (!finding->found.names || !finding->found.ids || !finding->unlinked) {
        report_problem(finding->options, NULL, "no memory for %zu names", count);
        return EXIT_STATUS_FAILED;
    }
    for (size_t i = 0; i < count; i++)
        status = exit_status_worse(status, find_one(finding, texts[i]));
    return status;
}

enum exit_status named_all_and_unlinked(const struct options *options, const struct directory *directory,
                                       char *const *texts, size_t count, struct found *ret_found,
                                       struct unlinked **ret_unlinked, size_t *ret_count)
{
    struct finding finding = {.options = options,
                              .directory = directory,
                              .unlinked = calloc(count, sizeof *finding.unlinked),
                              .gone = {options, directory, .matches = "list --where"}};
    enum exit_status status = find_each(&finding, texts, count);
    gone_clear(&finding.gone);
    *ret_found = finding.found;
    *ret_unlinked = finding.unlinked;
    *ret_count = finding.unlinked_count;
    return status;
}

void found_clear(struct found *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->names[i]);
    free(found->names);
    free(found->ids);
}

/* --- one, to look into --- */

static int named_open_unlinked(const struct options *options, const struct directory *directory,
                              const char *text, struct segment *ret_segment, int *ret_fd, struct error *error)
{
    struct unlinked unlinked;
    int r = find_unlinked(options, directory, text, &unlinked, error);
    if (r < 0)
        return r;
    r = unlinked_recognise(directory, &unlinked, &options->host, error);
    if (r >= 0) {
        *ret_fd = r;
        *ret_segment = unlinked.segment;
        unlinked.segment = (struct segment){0};
    }
    unlinked_clear(&unlinked);
    return r < 0 ? r : 0;
}

int named_open(const struct options *options, const struct directory *directory, const char *text,
              struct segment *ret_segment, int *ret_fd, struct error *error)
{
    *ret_fd = -1;
    int r = segment_find(directory, text, ret_segment, error);
    if (r == -ENOENT && is_reference(text))
        return named_open_unlinked(options, directory, text, ret_segment, ret_fd, error);
    if (r == 0)
        r = segment_recognise(directory, ret_segment, error);
    if (r < 0 || !S_ISREG(ret_segment->mode) || ret_segment->layout == LAYOUT_UNKNOWN)
        return r;
    int fd = segment_open(directory, ret_segment->name, &ret_segment->id, error);
    *ret_fd = fd < 0 ? -1 : fd;
    return fd < 0 ? fd : 0;
}

int named_matrix(const struct options *options, const struct directory *directory, const char *text,
                struct segment *ret_segment, int *ret_fd, struct error *error)
{
    int r = named_open(options, directory, text, ret_segment, ret_fd, error);
    return r == 0 && !ret_segment->matrix ? no_values(ret_segment, error) : r;
}
