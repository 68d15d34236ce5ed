#include <errno.h>
#include <string.h>

#include "core/analysis/statistics_private.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"

#define SAMPLE_RUNS 256 /* of a sample: many, for what is near is alike */

/* Some of the segment is read once more before and after everything else: in so many places, bytes in all,
 * and cost in all as of reading so many bytes. */
#define SEAL_PLACES 16
#define SEAL_BYTES  (UINT64_C(1) << 20)
#define SEAL_COST   4e6

int statistics_check(const struct dtype *dtype, struct error *error)
{
    char name[DTYPE_NAME_MAX];
    if (dtype_is_numeric(dtype) && tally_kernel(dtype, CONVERT_BEST))
        return 0;
    dtype_name(dtype, name);
    if (dtype->kind == DTYPE_STRUCT)
        return error_set(error, ENOTSUP, "a struct has no statistics; the console shows those of its fields");
    return error_set(error, ENOTSUP, "there are no statistics of %s: they are of numbers", name);
}

int survey_plan(int fd, const struct matrix *matrix, const struct view *view,
                const struct statistics_options *options, struct survey *ret, struct error *error)
{
    struct survey survey = {.every = 1};
    int r = statistics_check(&matrix->dtype, error);
    if (r == 0)
        r = pass_plan(fd, matrix, view, &survey.pass, error);
    if (r < 0)
        return r;
    survey.pass.skips_holes = true;
    survey.threads = pass_threads(&survey.pass, options->threads);
    survey.kernel = tally_kernel(&matrix->dtype, CONVERT_BEST);
    *ret = survey;
    return 0;
}

void survey_thin(struct survey *survey, uint64_t sample, uint64_t run)
{
    struct pass thin = survey->pass;
    if (sample == 0 || sample >= thin.elements)
        return;
    thin.block = min_u64(thin.block, max_u64(min_u64(sample / SAMPLE_RUNS, run), 1));
    uint64_t every = pass_blocks(&thin) / max_u64(sample / thin.block, 1);
    if (every < 2)
        return;
    survey->pass = thin;
    survey->every = every;
    if (thin.cost * (double)sample < 2.0 * (double)PASS_BLOCK)
        survey->threads = 1;
}

uint64_t survey_elements(const struct survey *survey)
{
    uint64_t blocks = pass_blocks(&survey->pass);
    uint64_t groups = blocks / survey->every + (blocks % survey->every != 0);
    return groups == blocks ? survey->pass.elements : groups * survey->pass.block;
}

struct tally survey_zeros(uint64_t n)
{
    return (struct tally){.count = n, .zeros = n, .finite = n}; /* of any type the extremes are 0 */
}

/* --- the seal --- */

/* Differs, but once in 2^64, where a bit of the bytes does. */
static uint64_t digest_bytes(const uint8_t *bytes, uint64_t n, uint64_t digest)
{
    for (; n >= 8; n -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        digest ^= digest >> 29;
    }
    for (; n > 0; n--, bytes++)
        digest = (digest ^ *bytes) * UINT64_C(0x100000001b3);
    return digest;
}

struct digest {
    uint64_t itemsize, value;
};

static int digest_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct digest *digest = context;
    (void)thread, (void)error;
    digest->value = digest_bytes(block->elements, block->count * digest->itemsize, digest->value);
    return 0;
}

static int take_seal(const struct survey *survey, struct seal *seal, struct error *error)
{
    struct statx statx;
    int fd = survey->pass.fd;
    if (sys.statx(fd, "", AT_EMPTY_PATH, STATX_SIZE | STATX_MTIME, &statx) < 0)
        return error_set_errno(error, errno, "cannot look at it");
    seal->size = statx.stx_size;
    seal->modified = statx.stx_mtime.tv_sec * INT64_C(1000000000) + statx.stx_mtime.tv_nsec;
    if (survey->every > 1)
        return 0; /* a sample is no more than that */
    struct pass pass = survey->pass;
    pass.skips_holes = false;
    struct digest digest = {.itemsize = pass.dtype.itemsize, .value = 1};
    double most = (double)(SEAL_BYTES / SEAL_PLACES / digest.itemsize);
    if (pass.cost * most > SEAL_COST / SEAL_PLACES)
        most = SEAL_COST / SEAL_PLACES / pass.cost;
    pass.block = min_u64(pass.block, max_u64((uint64_t)most, 1));
    uint64_t blocks = pass_blocks(&pass), every = blocks / SEAL_PLACES + (blocks % SEAL_PLACES != 0);
    int r = pass_run(&pass, max_u64(every, 1), 1, digest_block, &digest, NULL, error);
    seal->digest = digest.value;
    return r;
}

int survey_begin(struct survey *survey, struct error *error)
{
    return take_seal(survey, &survey->before, error);
}

int survey_end(const struct survey *survey, bool *ret_rewritten, struct error *error)
{
    struct seal after = {0};
    int r = take_seal(survey, &after, error);
    if (r == 0)
        *ret_rewritten = after.size != survey->before.size || after.modified != survey->before.modified ||
                         after.digest != survey->before.digest;
    return r;
}
