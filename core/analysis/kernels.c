#include "core/analysis/kernels.h"

const struct analysis_kernels *analysis_kernels(enum convert_level wanted)
{
    enum convert_level level;
    if (!convert_find_level(wanted, &level))
        return NULL;
#if defined(__x86_64__)
    if (level == CONVERT_AVX512)
        return &analysis_avx512;
    if (level == CONVERT_AVX2)
        return &analysis_avx2;
#endif
    return &analysis_portable;
}
