/*
 * What PyTorch (file_system strategy), PaddlePaddle and MindSpore share between processes: how many use it
 * (i32, atomic), padded to 64 bytes, then the bytes of a storage whose type and shape stand in the process
 * alone (field-guide.md §3.2: MapAllocator.cpp). There is no magic, so the name must be theirs
 * (core/process/producers_table.c has the same names) and the padding empty.
 */
#include <string.h>

#include "core/layout/recogniser.h"
#include "core/sys/bytes.h"

#define HEAD_SIZE 64
#define USERS_MAX (1 << 22) /* PID_MAX_LIMIT of linux/threads.h */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_named_so(const char *name)
{
    static const char *const beginnings[] = {"torch_", "paddle_", "mindspore_"};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        size_t length = strlen(beginnings[i]);
        if (strncmp(name, beginnings[i], length) == 0 && is_digit(name[length]))
            return true;
    }
    return false;
}

static bool is_empty(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i])
            return false;
    return true;
}

enum verdict refcounted_recognise(const struct layout_probe *probe, struct layout_result *ret,
                                  size_t *ret_need, struct error *error)
{
    (void)ret_need;
    (void)error;
    if (probe->size <= HEAD_SIZE || probe->head_size < HEAD_SIZE || !is_named_so(probe->name))
        return VERDICT_NO;
    int32_t users = bytes_i32(probe->head);
    if (users < 1 || users > USERS_MAX || !is_empty(probe->head + 4, HEAD_SIZE - 4))
        return VERDICT_NO;
    ret->payload = HEAD_SIZE;
    return VERDICT_BARE;
}
