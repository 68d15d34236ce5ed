#include "core/segment/own.h"

#include <pthread.h>

#include "core/sys/calls.h"

#define STEP_MS 5 /* core has no clock to wait by */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct own *first;
static uint64_t changes;

void own_opened(struct own *own, const struct identity *id)
{
    pthread_mutex_lock(&lock);
    own->id = *id;
    own->next = first;
    first = own;
    changes++;
    pthread_mutex_unlock(&lock);
}

void own_closed(struct own *own)
{
    pthread_mutex_lock(&lock);
    struct own **at = &first;
    while (*at && *at != own)
        at = &(*at)->next;
    if (*at)
        *at = own->next;
    changes++;
    pthread_mutex_unlock(&lock);
}

bool own_has(const struct identity *id)
{
    pthread_mutex_lock(&lock);
    const struct own *own = first;
    while (own && (own->id.device != id->device || own->id.inode != id->inode))
        own = own->next;
    pthread_mutex_unlock(&lock);
    return own != NULL;
}

uint64_t own_changes(void)
{
    pthread_mutex_lock(&lock);
    uint64_t now = changes;
    pthread_mutex_unlock(&lock);
    return now;
}

bool own_wait(const struct identity *id)
{
    for (int waited = 0; own_has(id); waited += STEP_MS) {
        if (waited >= OWN_WAIT_MS)
            return false;
        sys.poll(NULL, 0, STEP_MS);
    }
    return true;
}
