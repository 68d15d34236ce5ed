/*
 * A conversion is a chain of kernels: swap, convert, swap, spread a real number into a complex one. Where no
 * kernel has a pair it is converted in two steps, bools by way of uint8, halves by way of float32: exact, or
 * inf in both. A single kernel runs from source to target; a longer chain in blocks through two buffers on
 * the stack, small enough to stay in the first cache.
 */
#include "core/matrix/convert.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "core/matrix/convert_private.h"
#include "core/sys/checked.h"

#define BLOCK 8192 /* bytes; of the widest step's units */

/* --- levels --- */

#if defined(__x86_64__)
/* clang 14's __builtin_cpu_supports does not know the name. AVX2 tells that the system saves the registers.
 */
static bool has_f16c(void)
{
    unsigned a, b, c = 0, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && has_f16c();
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

/* What a level has goes before what those below it have. */
static void add_level(struct convert_kernels *kernels, const struct convert_kernels *level)
{
    convert_kernel *all = (convert_kernel *)kernels;
    const convert_kernel *has = (const convert_kernel *)level;
    for (size_t i = 0; i < sizeof *kernels / sizeof *all; i++)
        all[i] = has[i] ? has[i] : all[i];
}

#if defined(__x86_64__)
/* Asked once: a virtual machine's processor takes some 20 µs to tell. */
static bool knows_avx2, knows_avx512;
static pthread_once_t levels_once = PTHREAD_ONCE_INIT;

static void ask_levels(void)
{
    knows_avx2 = has_avx2();
    knows_avx512 = has_avx512();
}
#endif

bool convert_find_level(enum convert_level wanted, enum convert_level *ret_level)
{
    enum convert_level reached = CONVERT_PORTABLE;
#if defined(__x86_64__)
    pthread_once(&levels_once, ask_levels);
    if (wanted != CONVERT_PORTABLE && wanted != CONVERT_NEON && knows_avx2)
        reached = wanted != CONVERT_AVX2 && knows_avx512 ? CONVERT_AVX512 : CONVERT_AVX2;
#elif defined(__aarch64__)
    if (wanted == CONVERT_NEON || wanted == CONVERT_BEST)
        reached = CONVERT_NEON;
#endif
    if (wanted != CONVERT_BEST && wanted != reached)
        return false;
    *ret_level = reached;
    return true;
}

/* The kernels of a level and of those below it. False where this machine has not got it. */
static bool choose_kernels(enum convert_level wanted, struct convert_kernels *ret_kernels)
{
    enum convert_level level;
    if (!convert_find_level(wanted, &level))
        return false;
    *ret_kernels = convert_portable;
#if defined(__x86_64__)
    if (level == CONVERT_AVX2 || level == CONVERT_AVX512)
        add_level(ret_kernels, &convert_avx2);
    if (level == CONVERT_AVX512)
        add_level(ret_kernels, &convert_avx512);
#elif defined(__aarch64__)
    if (level == CONVERT_NEON)
        add_level(ret_kernels, &convert_neon);
#endif
    return true;
}

/* --- making --- */

struct chain {
    struct convert_kernels kernels;
    struct converter converter;
};

static void add_step(struct chain *chain, convert_kernel kernel, unsigned size)
{
    struct converter *converter = &chain->converter;
    converter->step[converter->steps].kernel = kernel;
    converter->step[converter->steps++].size = size;
}

static void add_swap(struct chain *chain, uint64_t size)
{
    const struct convert_kernels *kernels = &chain->kernels;
    if (size > 1)
        add_step(chain,
                 size == 2   ? kernels->swap_2
                 : size == 4 ? kernels->swap_4
                             : kernels->swap_8,
                 (unsigned)size);
}

static void add_spread(struct chain *chain, unsigned size)
{
    add_step(chain, size == 4 ? chain->kernels.spread_4 : chain->kernels.spread_8, 2 * size);
}

static unsigned unit_size(enum convert_unit unit)
{
    static const unsigned sizes[UNIT_COUNT] = {
        [UNIT_b1] = 1, [UNIT_i1] = 1, [UNIT_u1] = 1, [UNIT_i2] = 2, [UNIT_u2] = 2, [UNIT_f2] = 2,
        [UNIT_i4] = 4, [UNIT_u4] = 4, [UNIT_f4] = 4, [UNIT_i8] = 8, [UNIT_u8] = 8, [UNIT_f8] = 8};
    return sizes[unit];
}

static void add_pair(struct chain *chain, enum convert_unit from, enum convert_unit to)
{
    if (from == to)
        return;
    convert_kernel kernel = chain->kernels.pair[from][to];
    if (kernel) {
        add_step(chain, kernel, unit_size(to));
        return;
    }
    enum convert_unit way = from == UNIT_b1 ? UNIT_u1 : UNIT_f4;
    add_pair(chain, from, way);
    add_pair(chain, way, to);
}

/* Of a number; of a complex one that of its parts. */
static enum convert_unit unit_of(const struct dtype *dtype)
{
    uint64_t size = dtype->itemsize;
    switch (dtype->kind) {
    case DTYPE_BOOL:
        return UNIT_b1;
    case DTYPE_INT:
        return size == 1 ? UNIT_i1 : size == 2 ? UNIT_i2 : size == 4 ? UNIT_i4 : UNIT_i8;
    case DTYPE_UINT:
        return size == 1 ? UNIT_u1 : size == 2 ? UNIT_u2 : size == 4 ? UNIT_u4 : UNIT_u8;
    case DTYPE_FLOAT:
        return size == 2 ? UNIT_f2 : size == 4 ? UNIT_f4 : UNIT_f8;
    default:
        return size == 8 ? UNIT_f4 : UNIT_f8;
    }
}

static void make_chain(struct chain *chain, const struct dtype *from, const struct dtype *to)
{
    if (from->kind == to->kind && from->itemsize == to->itemsize) {
        add_swap(chain, dtype_swap_unit(from));
        chain->converter.parts = from->itemsize / dtype_swap_unit(from);
        return;
    }
    enum convert_unit to_unit = unit_of(to);
    if (dtype_is_swapped(from))
        add_swap(chain, dtype_swap_unit(from));
    add_pair(chain, unit_of(from), to_unit);
    if (dtype_is_swapped(to))
        add_swap(chain, dtype_swap_unit(to));
    if (from->kind == DTYPE_COMPLEX)
        chain->converter.parts = 2;
    else if (to->kind == DTYPE_COMPLEX)
        add_spread(chain, unit_size(to_unit));
}

int converter_make(const struct dtype *from, const struct dtype *to, enum convert_level level,
                   struct converter *ret_converter, struct error *error)
{
    struct chain chain = {.converter = {.from_size = from->itemsize, .to_size = to->itemsize, .parts = 1}};
    int r = convert_check(from, to, error);
    if (r < 0)
        return r;
    if (!choose_kernels(level, &chain.kernels))
        return error_set(error, EOPNOTSUPP, "this machine has not got these kernels");
    bool is_same = from->kind == to->kind && from->itemsize == to->itemsize;
    bool has_order = from->itemsize > 0 && dtype_swap_unit(from) > 1;
    chain.converter.is_copy = is_same && !(has_order && dtype_is_swapped(from) != dtype_is_swapped(to));
    if (!chain.converter.is_copy)
        make_chain(&chain, from, to);
    *ret_converter = chain.converter;
    return 0;
}

/* --- running --- */

/* Units of which neither the source nor any step but the last, which writes to the target, needs more than
 * BLOCK bytes. */
static size_t block_units(const struct converter *converter)
{
    uint64_t widest = converter->from_size / converter->parts;
    for (unsigned i = 0; i + 1 < converter->steps; i++)
        widest = max_u64(widest, converter->step[i].size);
    return (size_t)(BLOCK / widest);
}

static void run_block(const struct converter *converter, const void *from, void *to, size_t n,
                      struct convert_counts *counts)
{
    _Alignas(64) uint8_t stage[2][BLOCK];
    for (unsigned i = 0; i < converter->steps; i++) {
        void *into = i + 1 == converter->steps ? to : stage[i % 2];
        converter->step[i].kernel(from, into, n, counts);
        from = into;
    }
}

/* One kernel whose target lies over the source, which is moved out of the way first. */
static void run_over_source(const struct converter *converter, const void *from, void *to, size_t n,
                            struct convert_counts *counts)
{
    _Alignas(64) uint8_t stage[BLOCK];
    memcpy(stage, from, n * (size_t)(converter->from_size / converter->parts));
    converter->step[0].kernel(stage, to, n, counts);
}

void converter_run(const struct converter *converter, const void *from, void *to, uint64_t n,
                   struct convert_counts *counts)
{
    if (converter->is_copy) {
        if (to != from)
            memcpy(to, from, n * converter->from_size);
        return;
    }
    uint64_t left = n * converter->parts;
    if (converter->steps == 1 && to != from) {
        converter->step[0].kernel(from, to, left, counts);
        return;
    }
    const uint8_t *source = from;
    uint8_t *target = to;
    size_t from_size = (size_t)(converter->from_size / converter->parts);
    size_t to_size = (size_t)(converter->to_size / converter->parts);
    size_t block = block_units(converter);
    for (size_t m; left > 0; left -= m, source += m * from_size, target += m * to_size) {
        m = (size_t)min_u64(left, block);
        if (converter->steps == 1)
            run_over_source(converter, source, target, m, counts);
        else
            run_block(converter, source, target, m, counts);
    }
}
