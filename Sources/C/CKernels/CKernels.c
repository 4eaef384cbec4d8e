#include "vectors.h"

ck_level ck_best_level(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
        return CK_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return CK_AVX2;
#endif
    return CK_BASELINE;
}

ck_level ck_level_in_use = CK_BASELINE;

__attribute__((constructor)) static void choose_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
#endif
    ck_level_in_use = ck_best_level();
}

void ck_use_level(ck_level level) { ck_level_in_use = level; }

double ck_lane_sum(const double lanes[CK_LANES]) {
    double sum = 0;
    for (int i = 0; i < CK_LANES; i++) sum += lanes[i];
    return sum;
}

static void widen_to_single(ck_type from, const void *source, float *destination, size_t count) {
    if (from == CK_FLOAT32) {
        memcpy(destination, source, count * 4);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, (const char *)source + i * 2, 2);
        int32_t bits = single_bits(from, half);
        memcpy(&destination[i], &bits, 4);
    }
}

void ck_widen(ck_type from, ck_type to, const void *source, void *destination, size_t count) {
    if (from == CK_FLOAT64) {
        memcpy(destination, source, count * 8);
        return;
    }
    if (to == CK_FLOAT32) {
        widen_to_single(from, source, destination, count);
        return;
    }
    float single[CK_BLOCK];
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        size_t width = from == CK_FLOAT32 ? 4 : 2;
        widen_to_single(from, (const char *)source + done * width, single, here);
        for (size_t i = 0; i < here; i++) ((double *)destination)[done + i] = (double)single[i];
    }
}
