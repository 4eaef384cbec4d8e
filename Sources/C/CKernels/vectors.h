// 16 logical lanes, whatever the processor: the compiler splits these into the registers it has.
#ifndef CK_VECTORS_H
#define CK_VECTORS_H

#include "CKernels.h"
#include <string.h>

typedef float v16f __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef double v8d __attribute__((vector_size(64)));
typedef int64_t v8l __attribute__((vector_size(64)));
typedef float v8f __attribute__((vector_size(32)));
typedef uint16_t v32h __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))

// One function body, compiled once for each vector width.
#if defined(__x86_64__)
#define FOR_EACH_LEVEL(X)                                                                                            \
    X(baseline, )                                                                                                    \
    X(avx2, __attribute__((target("avx2,fma,bmi,bmi2"))))                                                    \
    X(avx512, __attribute__((target("avx2,fma,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512cd"))))
#define AT_LEVEL(name) (ck_level_in_use == CK_AVX512 ? name##_avx512 : ck_level_in_use == CK_AVX2 ? name##_avx2 : name##_baseline)
#else
#define FOR_EACH_LEVEL(X) X(baseline, )
#define AT_LEVEL(name) (name##_baseline)
#endif

extern ck_level ck_level_in_use;

/// Bytes of an element.
INLINE size_t width_of(ck_type type) { return type == CK_FLOAT64 ? 8 : type == CK_FLOAT32 ? 4 : 2; }

// float32 sums of a block are safe while the largest magnitude keeps 32 squares finite and their rounding relative.
#define GUARD_LOW 0x1p-50f
#define GUARD_HIGH 0x1p60f

/// Whether a block whose largest magnitude has these bits must be summed in double.
INLINE int needs_double(int32_t bits) {
    float magnitude;
    memcpy(&magnitude, &bits, sizeof magnitude);
    return !(magnitude == 0 || (magnitude >= GUARD_LOW && magnitude <= GUARD_HIGH));
}

/// The only fused operation: x * y + z with one rounding, the same on every processor (libm's where there is no
/// instruction for it).
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)

INLINE int32_t largest(const v16i *lanes) { return __builtin_reduce_max(*lanes); }

INLINE uint16_t largest_half(const v32h *lanes) { return __builtin_reduce_max(*lanes); }

INLINE uint16_t smallest_half(const v32h *lanes) { return __builtin_reduce_min(*lanes); }

INLINE int64_t total(const v16i *lanes) {
    int64_t sum = 0;
    for (int i = 0; i < 16; i++) sum += (*lanes)[i];
    return sum;
}

/// Adds 32 small counters to 16 wider ones.
INLINE void add_counts(v16i *counts, const v32h *few) {
    v16u pairs;
    memcpy(&pairs, few, sizeof pairs);
    *counts += (v16i)(pairs & 0xffffu) + (v16i)(pairs >> 16);
}

/// Adds 16 float32 lanes to 16 double lanes.
INLINE void add_lanes(v8d *low, v8d *high, const v16f *lanes) {
    v8f l, h;
    memcpy(&l, lanes, sizeof l);
    memcpy(&h, (const char *)lanes + sizeof l, sizeof h);
    *low += __builtin_convertvector(l, v8d);
    *high += __builtin_convertvector(h, v8d);
}

/// The eight lanes' sum in fixed order.
INLINE double sum_of_eight(const v8d *v) {
    return (((*v)[0] + (*v)[4]) + ((*v)[2] + (*v)[6])) + (((*v)[1] + (*v)[5]) + ((*v)[3] + (*v)[7]));
}

INLINE void split(v8d *low, v8d *high, const v16f *lanes) {
    v8f l, h;
    memcpy(&l, lanes, sizeof l);
    memcpy(&h, (const char *)lanes + sizeof l, sizeof h);
    *low = __builtin_convertvector(l, v8d);
    *high = __builtin_convertvector(h, v8d);
}

// Loaders: 32 consecutive elements become two vectors of 16. For the 16-bit types these are the even and the odd
// elements, because that is one shift and one mask.

INLINE void load_bf16(const void *x, v16f *even, v16f *odd) {
    v16u raw;
    memcpy(&raw, x, sizeof raw);
    v16u e = raw << 16, o = raw & 0xffff0000u;
    memcpy(even, &e, sizeof e);
    memcpy(odd, &o, sizeof o);
}

/// 16 float16 values in the low halves of 32-bit lanes: the exponent moves by a multiplication, which is exact and
/// normalises denormals; an all-ones exponent is restored.
INLINE void widen_f16(const v16u *half, v16f *wide) {
    v16u magnitude = (*half & 0x7fffu) << 13;
    v16u sign = (*half & 0x8000u) << 16;
    v16u special = (v16u)(magnitude >= 0x0f800000u) & 0x7f800000u;
    v16f scaled = (v16f)magnitude * 0x1p112f;
    *wide = (v16f)((v16u)scaled | special | sign);
}

INLINE void load_f16(const void *x, v16f *even, v16f *odd) {
    v16u raw;
    memcpy(&raw, x, sizeof raw);
    v16u e = raw & 0xffffu, o = raw >> 16;
    widen_f16(&e, even);
    widen_f16(&o, odd);
}

/// The float32 bits of one 16-bit value.
INLINE int32_t single_bits(ck_type type, uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    if (type == CK_FLOAT16) {
        uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13;
        float scaled;
        memcpy(&scaled, &magnitude, 4);
        scaled *= 0x1p112f;
        memcpy(&bits, &scaled, 4);
        bits |= (magnitude >= 0x0f800000u ? 0x7f800000u : 0) | (uint32_t)(half & 0x8000) << 16;
    }
    return (int32_t)bits;
}

INLINE void load_f32(const void *x, v16f *first, v16f *second) {
    memcpy(first, x, 64);
    memcpy(second, (const char *)x + 64, 64);
}

#endif
