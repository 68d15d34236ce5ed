#include "tui/app/event.h"

#include <stdlib.h>

#include "core/catalog/catalog.h"

void swept_clear(struct swept *swept)
{
    sweep_clear(&swept->sweep);
    free(swept->root);
    *swept = (struct swept){.root = NULL};
}

void described_clear(struct described *described)
{
    segment_clear(&described->segment);
    free(described->name);
    free(described->file);
    *described = (struct described){.name = NULL};
}

static void follow_list_clear(struct follow_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->targets[i].name);
        free(list->targets[i].pids);
    }
    free(list->targets);
    free(list->forget);
}

void effect_clear(struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_LOOK:
        for (size_t i = 0; i < effect->u.look.count; i++)
            free(effect->u.look.names[i].name);
        free(effect->u.look.names);
        free(effect->u.look.pids);
        break;
    case EFFECT_NAMES:
        free(effect->u.names.ids);
        break;
    case EFFECT_COPY:
        free(effect->u.copy);
        break;
    case EFFECT_SWEEP:
        sweep_scope_clear(&effect->u.sweep);
        break;
    case EFFECT_FOLLOW:
    case EFFECT_REACH:
        follow_list_clear(&effect->u.follow);
        break;
    case EFFECT_ATTEND:
        free(effect->u.attend.list);
        break;
    case EFFECT_PREVIEW:
        preview_request_free(effect->u.preview);
        break;
    case EFFECT_STUDY:
        study_request_free(effect->u.study);
        break;
    case EFFECT_LOAD:
        load_dialog_request_free(effect->u.load);
        break;
    case EFFECT_RESTORE:
        free(effect->u.restore.name);
        free(effect->u.restore.pids);
        break;
    case EFFECT_DESCRIBE:
        free(effect->u.describe.name);
        free(effect->u.describe.pids);
        break;
    case EFFECT_DELETE:
        delete_dialog_request_free(effect->u.deletion);
        break;
    case EFFECT_SAVE:
        save_dialog_request_free(effect->u.save);
        break;
    default:
        break;
    }
    *effect = (struct effect){.kind = effect->kind};
}
