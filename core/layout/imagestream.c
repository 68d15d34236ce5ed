/*
 * ImageStreamIO (milk, CACAO; field-guide.md §3.2): IMAGE_METADATA of ImageStruct.h at the beginning of the
 * file, the values behind it. Its size[] counts x first, so the shape in C order is size[] reversed.
 *
 * There is no magic, only a version as text, which may begin any file: so everything that is told must agree,
 * and only a name that says so (*.im.shm) makes what does not agree a damaged one. Between releases of the
 * same version the struct has grown, so that a header may not fit its own numbers.
 */
#include <errno.h>
#include <string.h>

#include "core/layout/recogniser.h"
#include "core/sys/bytes.h"

#define VERSION_SIZE 32
#define AXES_MAX     3
#define PID_LIMIT    (1 << 22) /* PID_MAX_LIMIT of linux/threads.h */

struct version {
    char text[8];
    uint16_t location; /* i8: -1 where the values lie behind the header, else the number of a GPU */
    uint16_t creator;  /* i32, and the owner behind it; 0: none is told */
    uint16_t bytes;    /* u64 of data; 0: not told */
    uint16_t size;     /* of the header: where the values begin */
};

static const struct version versions[] = {
    {"0.0.01", 217, 0, 0, 336},
    {"2.00", 240, 216, 312, 384},
};

/* In both: naxis u8 at 112, size u32[3] at 116, nelement u64 at 128, datatype u8 at 136. */
static const struct {
    enum dtype_kind kind;
    uint8_t size;
} types[] = {
    {0, 0},           {DTYPE_UINT, 1},    {DTYPE_INT, 1},      {DTYPE_UINT, 2},  {DTYPE_INT, 2},
    {DTYPE_UINT, 4},  {DTYPE_INT, 4},     {DTYPE_UINT, 8},     {DTYPE_INT, 8},   {DTYPE_FLOAT, 4},
    {DTYPE_FLOAT, 8}, {DTYPE_COMPLEX, 8}, {DTYPE_COMPLEX, 16}, {DTYPE_FLOAT, 2},
};

static const struct version *find_version(const struct layout_probe *probe)
{
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (probe->head_size >= VERSION_SIZE &&
            memcmp(probe->head, versions[i].text, strlen(versions[i].text) + 1) == 0)
            return &versions[i];
    return NULL;
}

static int read_type(const uint8_t *head, struct dtype *ret_dtype, struct error *error)
{
    uint8_t number = head[136];
    if (number < 1 || number >= sizeof types / sizeof types[0])
        return error_set(error, EBADMSG, "its header tells of type number %d, which is not known", number);
    return dtype_make(types[number].kind, '=', types[number].size, NULL, ret_dtype, error);
}

static int read_shape(const uint8_t *head, struct matrix *matrix, struct error *error)
{
    int axes = head[112];
    uint64_t count;
    if (axes < 1 || axes > AXES_MAX)
        return error_set(error, EBADMSG, "its header tells of %d axes (1 to %d)", axes, AXES_MAX);
    matrix->rank = axes;
    for (int axis = 0; axis < axes; axis++)
        matrix->shape[axes - 1 - axis] = bytes_u32(head + 116 + 4 * axis);
    int r = matrix_count(matrix, &count, error);
    if (r < 0)
        return r;
    if (count != bytes_u64(head + 128))
        return error_set(error, EBADMSG, "its header tells of a shape of %llu elements, but of %llu elements",
                         (unsigned long long)count, (unsigned long long)bytes_u64(head + 128));
    return 0;
}

/* Bytes of data that the file has behind the header. */
static int check_size(const struct layout_probe *probe, const struct version *version,
                      const struct matrix *matrix, struct error *error)
{
    uint64_t bytes, room = probe->size - version->size;
    int r = matrix_bytes(matrix, &bytes, error);
    if (r < 0)
        return r;
    uint64_t told = version->bytes ? bytes_u64(probe->head + version->bytes) : bytes;
    if (bytes > told)
        return error_set(error, EBADMSG,
                         "its header tells of a shape of %llu bytes, but of %llu bytes of data",
                         (unsigned long long)bytes, (unsigned long long)told);
    if (told > room)
        return error_set(error, EBADMSG,
                         "its header tells of %llu bytes of data, but the file has %llu behind the header",
                         (unsigned long long)told, (unsigned long long)room);
    return 0;
}

static pid_t read_creator(const uint8_t *head, const struct version *version)
{
    for (int i = 0; version->creator && i < 2; i++) {
        int32_t pid = bytes_i32(head + version->creator + 4 * i);
        if (pid > 0 && pid <= PID_LIMIT)
            return pid;
    }
    return 0;
}

/* 0, 1 where the values lie in a GPU, or -errno. */
static int read_header(const struct layout_probe *probe, const struct version *version,
                       struct matrix *ret_matrix, struct error *error)
{
    const uint8_t *head = probe->head;
    struct matrix matrix = {.order = 'C', .offset = version->size};
    int r;
    if (probe->head_size < version->size)
        return error_set(error, EBADMSG, "its header is cut short: %d bytes needed, the file has %llu",
                         version->size, (unsigned long long)probe->size);
    if ((r = read_type(head, &matrix.dtype, error)) < 0 || (r = read_shape(head, &matrix, error)) < 0)
        return r;
    if (head[version->location] < 0x80)
        return 1;
    if ((r = check_size(probe, version, &matrix, error)) < 0)
        return r;
    *ret_matrix = matrix;
    return 0;
}

static bool is_named_so(const char *name)
{
    static const char ending[] = ".im.shm";
    size_t length = strlen(name);
    return length >= sizeof ending && strcmp(name + length - (sizeof ending - 1), ending) == 0;
}

enum verdict imagestream_recognise(const struct layout_probe *probe, struct layout_result *ret,
                                   size_t *ret_need, struct error *error)
{
    (void)ret_need;
    const struct version *version = find_version(probe);
    if (!version)
        return VERDICT_NO;
    int r = read_header(probe, version, &ret->matrix, error);
    if (r < 0)
        return is_named_so(probe->name) ? VERDICT_DAMAGED : VERDICT_NO;
    ret->creator = read_creator(probe->head, version);
    return r > 0 ? VERDICT_BARE : VERDICT_YES;
}
