#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tests/support/studied.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/memory.h"
#include "tui/app/state.h"

static bool is_job(enum effect_kind kind)
{
    return kind == EFFECT_SCAN || kind == EFFECT_LOOK || kind == EFFECT_NAMES || kind == EFFECT_PREVIEW ||
           kind == EFFECT_LOAD || kind == EFFECT_DELETE || kind == EFFECT_SAVE || kind == EFFECT_SWEEP ||
           kind == EFFECT_RESTORE || kind == EFFECT_DESCRIBE || kind == EFFECT_STUDY;
}

/* Several may be under way: the last is put beside those before it. */
static void keep_study(struct stage *stage)
{
    struct effect *place = &stage->studies[stage->next_study++ % STUDY_SLOT_COUNT];
    effect_clear(place);
    *place = stage->last[EFFECT_STUDY];
    stage->last[EFFECT_STUDY] = (struct effect){.kind = EFFECT_STUDY};
}

static void drain(struct stage *stage)
{
    struct effect effect;
    while (app_take_effect(stage->app, &effect)) {
        stage->asked[effect.kind]++;
        if (stage->jobs && is_job(effect.kind)) {
            jobs_start(stage->jobs, &effect);
            continue;
        }
        if (stage->jobs && effect.kind == EFFECT_STOP)
            jobs_stop(stage->jobs, effect.token);
        if (effect.kind == EFFECT_STUDY)
            keep_study(stage);
        effect_clear(&stage->last[effect.kind]);
        stage->last[effect.kind] = effect;
    }
}

static void open_with(struct stage *stage, struct jobs *jobs, int rows, int columns,
                      const struct app_options *options)
{
    *stage = (struct stage){.jobs = jobs, .now = 1000000, .wall = STAGE_WALL};
    for (int kind = 0; kind <= EFFECT_QUIT; kind++)
        stage->last[kind].kind = (enum effect_kind)kind;
    stage->cells.ascii = options->ascii;
    stage->cells.heat = options->heat;
    stage->app = app_new(options, rows, columns, stage->now, stage->wall);
    cells_resize(&stage->cells, rows, columns);
    drain(stage);
}

void stage_open(struct stage *stage, int rows, int columns, const struct app_options *options)
{
    static const struct app_options usual = {
        .directory = "/dev/shm", .host = "testhost", .umask = 022, .uid = 1000};
    open_with(stage, NULL, rows, columns, options ? options : &usual);
}

void stage_open_real(struct stage *stage, const char *directory)
{
    stage_open_described(stage, directory, NULL);
}

void stage_open_described(struct stage *stage, const char *directory, struct descriptions *descriptions)
{
    struct app_options options = {.directory = directory, .host = "testhost", .umask = 022, .uid = geteuid()};
    struct jobs *jobs;
    assert_int_equal(jobs_new(&jobs, directory, false,
                              &(struct host){.proc_root = "/proc", .root = "/", .descriptions = descriptions},
                              NULL),
                     0);
    open_with(stage, jobs, 24, 80, &options);
}

void stage_close(struct stage *stage)
{
    for (int kind = 0; kind <= EFFECT_QUIT; kind++)
        effect_clear(&stage->last[kind]);
    for (size_t i = 0; i < STUDY_SLOT_COUNT; i++)
        effect_clear(&stage->studies[i]);
    jobs_free(stage->jobs);
    app_free(stage->app);
    cells_free(&stage->cells);
}

void stage_tell(struct stage *stage, struct event *event)
{
    event->now = stage->now;
    event->wall = stage->wall;
    app_update(stage->app, event);
    drain(stage);
}

void stage_key(struct stage *stage, uint32_t code)
{
    stage_tell(stage, &(struct event){.kind = EVENT_KEY, .u.key.code = code});
}

void stage_type(struct stage *stage, const char *text)
{
    for (; *text; text++)
        stage_key(stage, (unsigned char)*text);
}

void stage_paste(struct stage *stage, const char *text)
{
    stage_tell(stage, &(struct event){.kind = EVENT_PASTE, .u.paste = text});
}

void stage_resize(struct stage *stage, int rows, int columns)
{
    cells_resize(&stage->cells, rows, columns);
    stage_tell(stage, &(struct event){.kind = EVENT_RESIZE, .u.size = {rows, columns}});
}

void stage_wait(struct stage *stage, int64_t milliseconds)
{
    int64_t end = stage->now + milliseconds, wall = stage->wall + milliseconds * 1000000;
    while (app_due(stage->app) <= end) {
        int64_t step = app_due(stage->app) - stage->now;
        stage->now += step > 0 ? step : 0;
        stage->wall += step > 0 ? step * 1000000 : 0;
        stage_tell(stage, &(struct event){.kind = EVENT_TICK});
    }
    stage->now = end;
    stage->wall = wall;
}

void stage_until(struct stage *stage, const char *text)
{
    struct event event;
    for (int i = 0; i < 20; i++) {
        do {
            while (jobs_next(stage->jobs, &event))
                stage_tell(stage, &event);
            stage_draw(stage);
            if (draw_find(&stage->cells, text, NULL, NULL))
                return;
        } while (poll(&(struct pollfd){.fd = jobs_fd(stage->jobs), .events = POLLIN}, 1, 1000) > 0);
        stage_wait(stage, 1000);
    }
    draw_assert_has(&stage->cells, text);
}

static uint64_t inode_of(const char *name)
{
    uint64_t inode = 1469598103934665603u;
    for (; *name; name++)
        inode = (inode ^ (unsigned char)*name) * 1099511628211u;
    return inode >> 40 | 1;
}

static struct matrix *matrix_of(const struct stage_segment *told)
{
    struct error error;
    struct matrix *matrix = memory_new(sizeof *matrix);
    assert_int_equal(dtype_parse(told->type, &matrix->dtype, &error), 0);
    matrix->order = 'C';
    matrix->offset = 128;
    while (matrix->rank < 3 && told->shape[matrix->rank]) {
        matrix->shape[matrix->rank] = told->shape[matrix->rank];
        matrix->rank++;
    }
    return matrix;
}

static struct looked looked_of(const struct stage *stage, const struct stage_segment *told)
{
    struct segment segment = {
        .name = memory_dup(told->name),
        .id = {1, told->inode ? told->inode : inode_of(told->name), 1},
        .size = told->size,
        .allocated = (told->size + 4095) / 4096 * 4096,
        .created = stage->wall - told->age * 1000000000,
        .modified = stage->wall - told->age * 1000000000,
        .uid = told->uid,
        .gid = told->uid,
        .mode = 0644 | (told->type_bits ? told->type_bits : S_IFREG),
        .links = 1,
        .recognised = !told->unrecognised,
    };
    if (told->unrecognised)
        return (struct looked){.segment = segment};
    segment.layout = S_ISDIR(segment.mode) ? LAYOUT_DIRECTORY : LAYOUT_RAW;
    if (told->type || told->damage)
        segment.layout = LAYOUT_NPY;
    if (told->type)
        segment.matrix = matrix_of(told);
    if (told->damage)
        segment.damage = memory_dup(told->damage);
    return (struct looked){.segment = segment};
}

static void tell_looked(struct stage *stage, struct looked *list, size_t n, bool scan)
{
    struct event event = {.kind = EVENT_LOOKED, .u.looked = {list, n, scan}};
    stage_tell(stage, &event);
    for (size_t i = 0; i < n; i++)
        segment_clear(&list[i].segment);
}

static void tell_segments(struct stage *stage, const struct stage_segment *segments, size_t n, bool scan)
{
    struct looked *list = memory_new((n + 1) * sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = looked_of(stage, &segments[i]);
    tell_looked(stage, list, n, scan);
    free(list);
}

void stage_scan(struct stage *stage, const struct stage_segment *segments, size_t n)
{
    tell_segments(stage, segments, n, true);
    stage_tell(stage, &(struct event){.kind = EVENT_SCANNED});
}

void stage_look(struct stage *stage, const struct stage_segment *segments, size_t n)
{
    tell_segments(stage, segments, n, false);
}

void stage_gone(struct stage *stage, const char *name)
{
    struct looked gone = {.segment.name = memory_dup(name), .gone = true};
    tell_looked(stage, &gone, 1, false);
}

void stage_rename(struct stage *stage, const char *name, const struct stage_segment *told)
{
    struct looked list[2] = {{.segment.name = memory_dup(name), .gone = true}, looked_of(stage, told)};
    tell_looked(stage, list, 2, false);
}

static uint64_t serial_of(struct stage *stage, const struct identity *id)
{
    for (size_t i = 0; i < catalog_count(stage->app->catalog); i++)
        if (catalog_at(stage->app->catalog, i)->id.inode == id->inode)
            return catalog_at(stage->app->catalog, i)->serial;
    return 0;
}

void stage_reach(struct stage *stage, const struct stage_segment *told)
{
    struct looked looked = looked_of(stage, told);
    struct identity id = looked.segment.id;
    looked.segment.links = 0;
    struct event event = {.kind = EVENT_FOLLOWED, .token = serial_of(stage, &id)};
    event.u.followed.id = &id;
    event.u.followed.fd = -1;
    event.u.followed.reached = event.u.followed.watched = true;
    event.u.followed.segment = told->unrecognised ? NULL : &looked.segment;
    stage_tell(stage, &event);
    segment_clear(&looked.segment);
}

void stage_studied(struct stage *stage, struct study_reply *reply)
{
    const struct effect *asked = &stage->last[EFFECT_STUDY];
    for (size_t i = 0; i < catalog_count(stage->app->catalog); i++) {
        const struct row *row = catalog_at(stage->app->catalog, i);
        if (!identity_equal(&row->id, &asked->u.study->reach.id))
            continue;
        reply->modified = row->modified;
        reply->size = row->size;
    }
    stage_tell(stage, &(struct event){.kind = EVENT_STUDY, .token = asked->token, .u.study = reply});
}

bool stage_study(struct stage *stage, int64_t took)
{
    const struct errand *errand = &stage->app->studies[STUDY_PANE];
    stage_draw(stage);
    for (int i = 0; i < 20 && !errand->out; i++)
        stage_wait(stage, 100);
    if (!errand->out)
        return false;
    stage_studied(stage, studied(stage->last[EFFECT_STUDY].u.study, took));
    return true;
}

static char *copy(const char *text)
{
    return text ? memory_dup(text) : NULL;
}

uint64_t stage_ticks(pid_t pid)
{
    return 1000 + (uint64_t)pid;
}

static struct holder holder_of(const struct stage *stage, const struct stage_holder *told)
{
    struct holder holder = {
        .pid = told->pid,
        .uid = told->uid,
        .started = stage->wall - told->age * 1000000000,
        .ticks = stage_ticks(told->pid),
        .cmdline = copy(told->cmdline),
        .unit = copy(told->unit),
        .mapped = told->mapped,
        .open = told->open,
        .writable = told->writable,
    };
    snprintf(holder.command, sizeof holder.command, "%s", told->command);
    return holder;
}

static void add_holder(struct stage *stage, struct sweep *sweep, const struct stage_holder *told)
{
    uint64_t inode = told->inode ? told->inode : inode_of(told->name);
    struct sweep_other *other = sweep->other_count ? &sweep->others[sweep->other_count - 1] : NULL;
    if (!other || other->id.inode != inode) {
        char path[600];
        snprintf(path, sizeof path, "/dev/shm/%s", told->name);
        other = &sweep->others[sweep->other_count++];
        *other = (struct sweep_other){
            .id = {1, inode, told->known},
            .path = memory_dup(path),
            .deleted = told->deleted,
            .known = told->known,
            .size = told->size,
            .allocated = told->size,
            .mode = S_IFREG | 0600,
            .uid = told->uid,
            .gid = told->uid,
        };
    }
    struct holders *holders = &other->holders;
    holders->list = realloc(holders->list, (holders->count + 1) * sizeof *holders->list);
    holders->list[holders->count++] = holder_of(stage, told);
}

static int by_inode(const void *a, const void *b)
{
    const struct sweep_other *x = a, *y = b;
    return (x->id.inode > y->id.inode) - (x->id.inode < y->id.inode);
}

static void answer_creators(struct sweep *sweep, const struct sweep_scope *scope,
                            const struct stage_sweep *told)
{
    sweep->creators = memory_new((scope->creator_count + 1) * sizeof *sweep->creators);
    sweep->bearers = memory_new((scope->creator_count + 1) * sizeof *sweep->bearers);
    for (size_t i = 0; i < scope->creator_count; i++) {
        sweep->creators[i] = CREATOR_GONE;
        for (size_t j = 0; j < told->count; j++)
            if (told->holders[j].pid == scope->creators[i].pid) {
                sweep->creators[i] = CREATOR_ALIVE;
                sweep->bearers[i] =
                    (struct process_id){told->holders[j].pid, stage_ticks(told->holders[j].pid)};
            }
    }
}

void stage_sweep(struct stage *stage, const struct stage_sweep *told)
{
    struct swept swept = {.root = memory_dup("/dev/shm"), .whole = true};
    struct sweep *sweep = &swept.sweep;
    sweep->others = memory_new((told->count + 1) * sizeof *sweep->others);
    for (size_t i = 0; i < told->count; i++)
        add_holder(stage, sweep, &told->holders[i]);
    qsort(sweep->others, sweep->other_count, sizeof *sweep->others, by_inode);
    answer_creators(sweep, &stage->last[EFFECT_SWEEP].u.sweep, told);
    sweep->took = told->took * 1000000;
    sweep->processes = told->processes;
    sweep->unread = told->unread;
    sweep->complete = sweep->sees_all = !told->reason;
    snprintf(sweep->reason, sizeof sweep->reason, "%s", told->reason ? told->reason : "");
    stage_tell(stage, &(struct event){.kind = EVENT_SWEPT, .u.swept = &swept});
    swept_clear(&swept);
}

void stage_exited(struct stage *stage, pid_t pid)
{
    struct process_id id = {pid, stage_ticks(pid)};
    stage_tell(stage, &(struct event){.kind = EVENT_EXITED, .u.exited = {&id, 1}});
}

void stage_draw(struct stage *stage)
{
    app_settle(stage->app);
    drain(stage);
    app_draw(stage->app, &stage->cells);
    app_shown(stage->app);
}

static struct holders holders_of(const struct stage_known *known)
{
    struct holders holders = {known->holders, memory_new((known->holders + 1) * sizeof *holders.list)};
    for (size_t i = 0; i < known->holders; i++) {
        holders.list[i] = (struct holder){.pid = 881 + (pid_t)i, .mapped = 1};
        snprintf(holders.list[i].command, sizeof holders.list[i].command, "%s", known->command);
    }
    return holders;
}

static struct sweep_other other_of(const struct stage *stage, const struct stage_known *known)
{
    char path[512];
    snprintf(path, sizeof path, "/dev/shm/%s", known->name);
    return (struct sweep_other){
        .id = {1, known->name[0] == '#' ? strtoull(known->name + 1, NULL, 10) : inode_of(known->name),
               known->deleted > 0},
        .holders = holders_of(known),
        .path = memory_dup(path),
        .deleted = known->deleted > 0,
        .known = known->deleted > 0,
        .size = known->deleted,
        .allocated = known->deleted,
        .created = stage->wall - 111600 * INT64_C(1000000000),
        .uid = 1001,
        .gid = 1001,
        .mode = S_IFREG | 0644,
    };
}

void stage_know(struct stage *stage, const struct stage_known *known, size_t n, bool complete)
{
    struct sweep_scope scope = {0};
    catalog_scope(stage->app->catalog, 1, &scope);
    struct sweep sweep = {
        .others = memory_new((n + 1) * sizeof *sweep.others),
        .creators = memory_new((scope.creator_count + 1) * sizeof *sweep.creators),
        .processes = 212,
        .unread = complete ? 0 : 38,
        .sees_all = true,
        .complete = complete,
    };
    snprintf(sweep.reason, sizeof sweep.reason, "%s", complete ? "" : "38 of 212 could not be read");
    for (size_t i = 0; i < n; i++)
        sweep.others[sweep.other_count++] = other_of(stage, &known[i]);
    qsort(sweep.others, n, sizeof *sweep.others, by_inode);
    for (size_t i = 0; i < scope.creator_count; i++)
        sweep.creators[i] = CREATOR_GONE;
    catalog_take_sweep(stage->app->catalog, &sweep, "/dev/shm", true, stage->now, stage->wall);
    sweep_clear(&sweep);
    sweep_scope_clear(&scope);
}

static void name_users(struct stage *stage)
{
    static const char *const names[] = {"alice", "svc_ml", "bob", "svc_cam", "postgres", "mallory"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int group = 0; group < 2; group++)
            stage_tell(stage,
                       &(struct event){.kind = EVENT_NAMED, .u.named = {1001 + i, group != 0, names[i]}});
}

void stage_open_states(struct stage *stage, int rows, int columns, bool ascii)
{
    static const struct stage_segment segments[] = {
        {"prices.shm", 4800000128, "f2", {40000, 60000}, .age = 276000, .uid = 1001},
        {"torch_4711_223344_0", 1400000000, .age = 1036800, .uid = 1003},
        {"covariance.shm", 1023690880, "c16", {7998, 7998}, .age = 33120, .uid = 1002},
        {"returns_2026.shm", 536550128, "f2", {1095, 245000}, .age = 33000, .uid = 1001},
        {"psm_8d2f11aa", 268435456, .age = 518400, .uid = 1003},
        {"run17_grad", 268435584, "f4", {8192, 8192}, .age = 111600, .uid = 1003},
        {"torch_812_99_0", 8392704, .age = 111600, .uid = 1003},
        {"frames_u8.im.shm", 100638848, "u1", {32, 1080, 2912}, .age = 41, .uid = 1004},
        {"new_model", 67108864, "f4", {4096, 4096}, .age = 2, .uid = 1002},
        {"labels.shm", 8388736, "i8", {1048576}, .age = 33120, .uid = 1001},
        {"PostgreSQL.1804289383", 1048576, .age = 3456000, .uid = 1005},
        {"broken.shm", 4096, .damage = "header says 5.0G", .age = 12, .uid = 1006},
    };
    static const struct stage_known known[] = {
        {"prices.shm", 2, "python3", 0},
        {"features.shm", 1, "dash", 1073741952},
        {"covariance.shm", 4, "dash", 0},
        {"frames_u8.im.shm", 2, "acquire", 0},
        {"new_model", 1, "shmtop", 0},
        {"labels.shm", 1, "python3", 0},
        {"PostgreSQL.1804289383", 17, "postgres", 0},
    };
    struct app_options options = {
        .directory = "/dev/shm", .host = "db07", .umask = 022, .uid = 1001, .ascii = ascii};
    stage_open(stage, rows, columns, &options);
    stage_scan(stage, segments, sizeof segments / sizeof segments[0]);
    name_users(stage);
    stage_know(stage, known, sizeof known / sizeof known[0], true);
    stage_reach(stage, &(struct stage_segment){
                           "features.shm", 1073741952, "f4", {16384, 16384}, .age = 111600, .uid = 1001});
    stage_tell(stage,
               &(struct event){.kind = EVENT_USAGE,
                               .u.usage = {.size = 25769803776, .used = 9900000000, .free = 15869803776}});
}

void stage_open_usual(struct stage *stage, int rows, int columns, bool ascii)
{
    static const struct stage_segment segments[] = {
        {"prices.shm", 4800000128, "f2", {40000, 60000}, .age = 276000, .uid = 1001},
        {"covariance.shm", 1023690880, "f8", {11312, 11312}, .age = 33120, .uid = 1002},
        {"returns_2026.shm", 536550128, "f2", {1095, 245000}, .age = 33000, .uid = 1001},
        {"psm_8d2f11aa", 268435456, .age = 518400, .uid = 1003},
        {"frames_u8.im.shm", 100638848, "u1", {32, 1080, 2912}, .age = 41, .uid = 1004},
        {"labels.shm", 8388736, "i8", {1048576}, .age = 33120, .uid = 1001},
        {"PostgreSQL.1804289383", 1048576, .age = 3456000, .uid = 1005},
        {"a\x1b]0;x\x07\xe2\x80\xae"
         "b",
         4096, .damage = "its header tells of 5.0G", .age = 12, .uid = 1006},
    };
    struct app_options options = {
        .directory = "/dev/shm", .host = "db07", .umask = 022, .uid = 1001, .ascii = ascii};
    stage_open(stage, rows, columns, &options);
    stage_scan(stage, segments, sizeof segments / sizeof segments[0]);
    name_users(stage);
    stage_tell(stage,
               &(struct event){.kind = EVENT_USAGE,
                               .u.usage = {.size = 25769803776, .used = 14925000000, .free = 10844803776}});
}
