#include "tests/support/test.h"

#include <errno.h>

#include "tests/support/draw.h"
#include "tests/support/scene.h"

void scene_draw(struct scene *scene)
{
    delete_dialog_layout(scene->dialog, scene->cells.rows, scene->cells.columns, scene->ascii);
    cells_clear(&scene->cells);
    scene->cells.ascii = scene->ascii;
    delete_dialog_draw(scene->dialog, &scene->cells,
                       (struct rect){0, 0, scene->cells.rows, scene->cells.columns});
    draw_assert_sane(&scene->cells);
    delete_dialog_shown(scene->dialog);
}

void scene_press(struct scene *scene, uint32_t code)
{
    scene->last = delete_dialog_key(scene->dialog, &(struct key){.code = code});
    scene_draw(scene);
}

void scene_type(struct scene *scene, const char *text)
{
    for (; *text; text++)
        scene_press(scene, (unsigned char)*text);
}

/* --- checks made by hand --- */

struct delete_item scene_item(uint64_t allocated, uid_t uid)
{
    return (struct delete_item){.segment = {.id = {1, 2, 3},
                                            .size = allocated,
                                            .allocated = allocated,
                                            .created = 97 * DAY,
                                            .uid = uid},
                                .held = HELD_NO,
                                .freed_now = allocated};
}

struct delete_dialog_reply *scene_reply(const struct delete_item *items, size_t n)
{
    struct delete_dialog_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->check = calloc(1, sizeof *reply->check);
    assert_non_null(reply->check);
    reply->check->items = calloc(n, sizeof *items);
    assert_non_null(reply->check->items);
    memcpy(reply->check->items, items, n * sizeof *items);
    reply->check->count = n;
    reply->check->sweep.processes = 212;
    reply->check->sweep.complete = true;
    reply->has_usage = true;
    reply->usage =
        (struct directory_usage){.size = 8ull << 30, .used = (29ull << 30) / 12, .free = 1ull << 30};
    return reply;
}

const struct delete_dialog_options scene_options = {"/dev/shm", "/home/alice", 1000};

const struct delete_target scene_two[2] = {{"run17_weights", {1, 2, 3}, "alice", .state = STATE_LEAKED},
                                           {"tmp_gram", {1, 4, 3}, "bob"}};

void scene_open(struct scene *scene, const struct delete_target *targets, size_t n)
{
    memset(scene, 0, sizeof *scene);
    scene->dialog = delete_dialog_new(&scene_options, targets, n);
    cells_resize(&scene->cells, 24, 80);
    scene_draw(scene);
}

void scene_close(struct scene *scene)
{
    delete_dialog_free(scene->dialog);
    cells_free(&scene->cells);
}

/* The check that it asked for comes back like this. */
void scene_answer(struct scene *scene, struct delete_dialog_reply *reply)
{
    struct delete_dialog_request *request = delete_dialog_wants(scene->dialog);
    assert_non_null(request);
    delete_dialog_request_free(request);
    scene->last = delete_dialog_supply(scene->dialog, reply, 100 * DAY);
}

void scene_open_two(struct scene *scene)
{
    const struct delete_item items[] = {scene_item(512u << 20, 1000), scene_item(256u << 20, 1001)};
    scene_open(scene, scene_two, 2);
    scene_answer(scene, scene_reply(items, 2));
    scene_draw(scene);
}

bool scene_wants_deletion(struct scene *scene)
{
    struct delete_dialog_request *request = delete_dialog_wants(scene->dialog);
    bool is_deletion = request && request->is_deletion;
    delete_dialog_request_free(request);
    return is_deletion;
}

struct delete_dialog_request *scene_take_deletion(struct scene *scene)
{
    struct delete_dialog_request *request = delete_dialog_wants(scene->dialog);
    assert_non_null(request);
    assert_true(request->is_deletion);
    return request;
}

void scene_open_dangerous(struct scene *scene, bool held, bool is_protected)
{
    struct delete_item item = scene_item(1 << 20, 1000);
    item.held = held ? HELD_YES : HELD_NO;
    item.is_protected = is_protected;
    item.protected_by = is_protected ? "PostgreSQL" : NULL;
    scene_open(scene, scene_two, 1);
    scene_answer(scene, scene_reply(&item, 1));
    scene_draw(scene);
}
