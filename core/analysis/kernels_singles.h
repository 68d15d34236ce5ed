/*
 * The loops of float32, without a detour over a list of doubles: to be included by each level behind
 * kernels_loops.h. Extremes and zeros are of floats, sums of doubles in the same 16 lanes. A square of a
 * float is exact in a double, so that it does not matter whether a level adds it to the sum in one step.
 */
typedef f4 vf4 __attribute__((vector_size(VECTOR)));
typedef i4 vi4 __attribute__((vector_size(VECTOR)));
typedef f4 half_f4 __attribute__((vector_size(VECTOR / 2)));

#define WIDTH_F4 (VECTOR / 4)

#if !defined(HAS_F4)
INLINE vf4 choose_f4(vi4 mask, vf4 yes, vf4 no)
{
    return (vf4)((mask & (vi4)yes) | (~mask & (vi4)no));
}

INLINE vf4 least_f4(vf4 a, vf4 b)
{
    return choose_f4(a < b, a, b);
}

INLINE vf4 greatest_f4(vf4 a, vf4 b)
{
    return choose_f4(a > b, a, b);
}

INLINE vi4 count_zeros_f4(vi4 count, vf4 x)
{
    return count - (x == 0);
}

INLINE vf8 widen_f4(const f4_at *at)
{
    half_f4 x;
    memcpy(&x, at, sizeof x);
    return __builtin_convertvector(x, vf8);
}
#endif

#if !defined(HAS_ADD_SQUARE)
INLINE vf8 add_square(vf8 sum, vf8 x)
{
    return sum + x * x;
}
#endif

INLINE vf4 load_f4(const f4_at *at)
{
    vf4 x;
    memcpy(&x, at, sizeof x);
    return x;
}

INLINE void sum_rest_f4(const f4_at *x, size_t n, f8 lane[LANES], f8 square[LANES], struct sum_f4 *sum)
{
    for (size_t i = 0; i < n; i++) {
        f4 one = x[i];
        sum->zeros += one == 0;
        sum->min = one < sum->min ? one : sum->min;
        sum->max = one > sum->max ? one : sum->max;
        lane[i] += (f8)one;
        square[i] += (f8)one * (f8)one;
    }
}

static void sum_f4(const f4_at *x, size_t n, struct sum_f4 *ret)
{
    vf8 sum[UNITS] = {0}, squares[UNITS] = {0};
    vf4 low = (vf4){0} + (f4)INFINITY, high = -low;
    vi4 zeros = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES) {
        UNROLL for (unsigned u = 0; u < LANES / WIDTH_F4; u++)
        {
            vf4 one = load_f4(x + i + u * WIDTH_F4);
            low = least_f4(one, low);
            high = greatest_f4(one, high);
            zeros = count_zeros_f4(zeros, one);
        }
        EACH_UNIT
        {
            vf8 one = widen_f4(x + i + u * WIDTH);
            sum[u] += one;
            squares[u] = add_square(squares[u], one);
        }
    }
    *ret = (struct sum_f4){.min = (f4)INFINITY, .max = -(f4)INFINITY};
    for (unsigned l = 0; l < WIDTH_F4; l++) {
        ret->min = low[l] < ret->min ? low[l] : ret->min;
        ret->max = high[l] > ret->max ? high[l] : ret->max;
        ret->zeros += (uint64_t)zeros[l];
    }
    f8 lane[LANES], square[LANES];
    memcpy(lane, sum, sizeof lane);
    memcpy(square, squares, sizeof square);
    sum_rest_f4(x + whole, n - whole, lane, square, ret);
    ret->sum = add_lanes(lane);
    ret->squares = add_lanes(square);
}

static void deviate_f4(const f4_at *x, size_t n, double middle, struct deviation *ret)
{
    vf8 sum[UNITS] = {0}, squares[UNITS] = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 off = widen_f4(x + i + u * WIDTH) - middle;
            sum[u] += off;
            squares[u] += off * off;
        }
    f8 rest[LANES];
    for (size_t i = 0; i < n - whole; i++)
        rest[i] = (f8)x[whole + i] - middle;
    end_deviation(sum, squares, rest, n - whole, ret);
}
