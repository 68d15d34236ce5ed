/*
 * A histogram of few bins, included by kernels_avx512.c: the edges lie in registers, for a gather takes three
 * times as long, and the bytes are counted by the bit. Bins come in an order of their own within 64 elements.
 */

/* As many bytes from so many vectors of 32-bit integers; what is too large for a byte is 127 or -128. */
INLINE void store_bins(uint8_t *ret, __m512i a, __m512i b, __m512i c, __m512i d)
{
    _mm512_storeu_si512(ret, _mm512_packs_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d)));
}

/* The lower halves of 64-bit integers. */
INLINE __m512i lower_halves(__m512i a, __m512i b)
{
    return _mm512_castps_si512(_mm512_shuffle_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), 0x88));
}

struct few {
    __m512d scale, offset, edges[3], max;
};

/* A guess below 0, and of no number, becomes -1, which is outside. One above all edges is anything: max
 * tells. */
INLINE __m512i find_8_few(struct few *few, const f8_at *at)
{
    __m512d x = _mm512_loadu_pd(at);
    few->max = _mm512_max_pd(x, few->max);
    __m512i nearest = _mm512_cvtpd_epu64(_mm512_fmsub_pd(x, few->scale, few->offset));
    __m512d edge = _mm512_permutex2var_pd(few->edges[0], nearest, few->edges[1]);
    __mmask8 upper = _mm512_test_epi64_mask(nearest, _mm512_set1_epi64(16));
    edge = _mm512_mask_permutexvar_pd(edge, upper, nearest, few->edges[2]);
    __mmask8 less = _mm512_cmp_pd_mask(x, edge, _CMP_LT_OQ);
    return _mm512_mask_sub_epi64(nearest, less, nearest, _mm512_set1_epi64(1));
}

INLINE __m512i find_16_few(struct few *few, const f8_at *at)
{
    __m512i first = find_8_few(few, at);
    return lower_halves(first, find_8_few(few, at + 8));
}

/* n is a multiple of 64. False: something is above all edges, and nothing of ret is to be used. */
static bool find_bins_few(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret)
{
    double edges[24] = {0};
    memcpy(edges, plan->edges, (plan->bins + 1) * sizeof *edges);
    struct few few = {.scale = _mm512_set1_pd(plan->scale),
                      .offset = _mm512_set1_pd(plan->offset),
                      .max = _mm512_set1_pd(plan->low)};
    for (unsigned i = 0; i < 3; i++)
        few.edges[i] = _mm512_loadu_pd(edges + 8 * i);
    for (size_t i = 0; i < n; i += 64) {
        __m512i a = find_16_few(&few, x + i), b = find_16_few(&few, x + i + 16);
        __m512i c = find_16_few(&few, x + i + 32), d = find_16_few(&few, x + i + 48);
        store_bins(ret + i, a, b, c, d);
    }
    return _mm512_reduce_max_pd(few.max) <= plan->high;
}

struct few_f4 {
    __m512 scale, offset, edges[2], max;
};

INLINE __m512i find_16_few_f4(struct few_f4 *few, const f4_at *at)
{
    __m512 x = _mm512_loadu_ps(at);
    few->max = _mm512_max_ps(x, few->max);
    __m512i nearest = _mm512_cvtps_epu32(_mm512_fmsub_ps(x, few->scale, few->offset));
    __m512 edge = _mm512_permutex2var_ps(few->edges[0], nearest, few->edges[1]);
    __mmask16 less = _mm512_cmp_ps_mask(x, edge, _CMP_LT_OQ);
    return _mm512_mask_sub_epi32(nearest, less, nearest, _mm512_set1_epi32(1));
}

static size_t find_bins_f4(const struct bin_plan *plan, const f4_at *x, size_t n, uint8_t *ret)
{
    struct few_f4 few = {.scale = _mm512_set1_ps(plan->f4.scale),
                         .offset = _mm512_set1_ps(plan->f4.offset),
                         .max = _mm512_set1_ps(plan->f4.edges[0])};
    size_t whole = n & ~(size_t)63;
    for (unsigned i = 0; i < 2; i++)
        few.edges[i] = _mm512_loadu_ps(plan->f4.edges + 16 * i);
    for (size_t i = 0; i < whole; i += 64) {
        __m512i a = find_16_few_f4(&few, x + i), b = find_16_few_f4(&few, x + i + 16);
        __m512i c = find_16_few_f4(&few, x + i + 32), d = find_16_few_f4(&few, x + i + 48);
        store_bins(ret + i, a, b, c, d);
    }
    return (double)_mm512_reduce_max_ps(few.max) <= plan->high ? whole : 0;
}

/* --- counting --- */

/*
 * A byte becomes one bit of 24, in three bytes of eight, and those are added up vertically: each place of a
 * bit has a counter, whose digits lie in so many vectors, ones, twos, fours and eights; what comes out of
 * them is sixteens, of which the bits are counted.
 */
#define DIGITS 4

struct counter {
    __m512i digit[DIGITS];
    uint64_t sixteens[8];
};

/* a + b + *sum: the digit stays, what is carried is returned. */
INLINE __m512i carry(__m512i *sum, __m512i a, __m512i b)
{
    __m512i old = *sum;
    *sum = _mm512_ternarylogic_epi64(old, a, b, 0x96);
    return _mm512_ternarylogic_epi64(old, a, b, 0xe8);
}

INLINE void count_bits(__m512i x, uint64_t counts[8])
{
    UNROLL for (unsigned b = 8; b-- > 0; x = _mm512_add_epi8(x, x)) counts[b] +=
        (uint64_t)__builtin_popcountll(_mm512_movepi8_mask(x));
}

/* Bit i of a byte is set where the value is first + i. The shuffle gives 0 where the highest bit is set. */
INLINE __m512i bits_of(const uint8_t *at, unsigned first)
{
    const __m512i table =
        _mm512_unpacklo_epi64(_mm512_set1_epi64((long long)0x8040201008040201), _mm512_setzero_si512());
    __m512i x = _mm512_sub_epi8(_mm512_loadu_si512(at), _mm512_set1_epi8((char)first));
    return _mm512_shuffle_epi8(table, _mm512_adds_epu8(x, _mm512_set1_epi8(0x70)));
}

INLINE __m512i add_2(struct counter *counter, const uint8_t *at, unsigned first)
{
    return carry(&counter->digit[0], bits_of(at, first), bits_of(at + 64, first));
}

INLINE __m512i add_4(struct counter *counter, const uint8_t *at, unsigned first)
{
    __m512i twos = add_2(counter, at, first);
    return carry(&counter->digit[1], twos, add_2(counter, at + 128, first));
}

INLINE __m512i add_8(struct counter *counter, const uint8_t *at, unsigned first)
{
    __m512i fours = add_4(counter, at, first);
    return carry(&counter->digit[2], fours, add_4(counter, at + 256, first));
}

INLINE void add_16(struct counter *counter, const uint8_t *at, unsigned first)
{
    __m512i eights = add_8(counter, at, first);
    count_bits(carry(&counter->digit[3], eights, add_8(counter, at + 512, first)), counter->sixteens);
}

INLINE void count_eight(const uint8_t *x, size_t n, unsigned first, unsigned values, uint64_t *counts)
{
    struct counter counter = {0};
    for (unsigned i = 0; i < DIGITS; i++)
        counter.digit[i] = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += COUNT_STEP)
        add_16(&counter, x + i, first);
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        uint64_t some[8] = {0};
        count_bits(counter.digit[digit], some);
        for (unsigned b = 0; b < 8 && first + b < values; b++)
            counts[first + b] += some[b] << digit;
    }
    for (unsigned b = 0; b < 8 && first + b < values; b++)
        counts[first + b] += counter.sixteens[b] << DIGITS;
}

/* n is a multiple of COUNT_STEP, values at most COUNTED_MAX. */
static void count_few(const uint8_t *x, size_t n, unsigned values, uint64_t *counts)
{
    count_eight(x, n, 0, values, counts);
    if (values > 8)
        count_eight(x, n, 8, values, counts);
    if (values > 16)
        count_eight(x, n, 16, values, counts);
}
