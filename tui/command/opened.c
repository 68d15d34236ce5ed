#include "tui/command/opened.h"

#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "tui/command/command.h"
#include "tui/command/gone.h"
#include "tui/command/named.h"
#include "tui/command/no_values.h"

/* Not to be taken for all that there is. */
static void say_part(const struct opened *opened)
{
    char cover[96];
    as_cover_text(opened->segment.matrix, opened->segment.size, cover, sizeof cover);
    if (cover[0])
        report_problem(opened->options, opened->name, "what --as and --shape say %s", cover);
}

/* What is said goes before what its bytes say. */
static int reinterpret(struct opened *opened, const struct directory *directory, struct error *error)
{
    struct segment *segment = &opened->segment;
    struct matrix matrix;
    int code = named_open(opened->options, directory, opened->name, segment, &opened->fd, error);
    if (code == 0 && opened->fd < 0)
        code = no_values(segment, error);
    if (code == 0)
        code = as_matrix(&opened->as, segment->size, segment->payload, &matrix, error);
    if (code < 0)
        return code;
    if (segment->matrix)
        matrix_clear(segment->matrix);
    else
        segment->matrix = memory_new(sizeof matrix);
    *segment->matrix = matrix;
    say_part(opened);
    return 0;
}

static int open_it(struct opened *opened, const struct directory *directory, struct error *error)
{
    if (opened->as.has_type)
        return reinterpret(opened, directory, error);
    return named_matrix(opened->options, directory, opened->name, &opened->segment, &opened->fd, error);
}

static void close_it(struct opened *opened)
{
    fd_close(&opened->fd);
    segment_clear(&opened->segment);
}

static enum exit_status refuse(const struct opened *opened, const struct directory *directory,
                               const struct error *error)
{
    struct gone gone = {opened->options, directory, .matches = "list --where"};
    enum exit_status status = gone_report(&gone, opened->name, error);
    gone_clear(&gone);
    return status;
}

enum exit_status opened_run(struct opened *opened, opened_work *work, void *context)
{
    enum exit_status status = EXIT_STATUS_DONE;
    struct directory *directory = command_open_directory(opened->options, &status);
    if (!directory)
        return status;
    struct error error = {0};
    int code = open_it(opened, directory, &error);
    if (code == 0)
        code = work(context, &error);
    /* Where standard output failed, report_finish says so. */
    if (code < 0 && ferror(stdout))
        status = EXIT_STATUS_FAILED;
    else if (code < 0)
        status = refuse(opened, directory, &error);
    close_it(opened);
    directory_close(directory);
    return status;
}
