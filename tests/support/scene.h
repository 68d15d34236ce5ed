/*
 * The delete dialog on a screen, with checks made by hand.
 */
#ifndef SHMTOP_TESTS_SUPPORT_SCENE_H
#define SHMTOP_TESTS_SUPPORT_SCENE_H

#include "tui/term/cells.h"
#include "tui/view/delete_private.h"

#define DAY (86400ll * 1000000000)

struct scene {
    struct delete_dialog *dialog;
    struct cells cells;
    enum dialog_result last;
    bool ascii;
};

extern const struct delete_dialog_options scene_options;
extern const struct delete_target scene_two[2];

void scene_draw(struct scene *scene);
void scene_press(struct scene *scene, uint32_t code);
void scene_type(struct scene *scene, const char *text);
struct delete_item scene_item(uint64_t allocated, uid_t uid);
struct delete_dialog_reply *scene_reply(const struct delete_item *items, size_t n);
void scene_open(struct scene *scene, const struct delete_target *targets, size_t n);
void scene_close(struct scene *scene);
void scene_answer(struct scene *scene, struct delete_dialog_reply *reply);
void scene_open_two(struct scene *scene);
bool scene_wants_deletion(struct scene *scene);
struct delete_dialog_request *scene_take_deletion(struct scene *scene);
void scene_open_dangerous(struct scene *scene, bool held, bool is_protected);

#endif
