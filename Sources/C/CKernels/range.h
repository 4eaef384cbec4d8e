// The range of a tile's elements, found on their bit patterns; part of moments.c.
#ifndef CK_RANGE_H
#define CK_RANGE_H

#include "vectors.h"

typedef int16_t v32s __attribute__((vector_size(64)));
typedef uint64_t v8u __attribute__((vector_size(64)));

/// The value of a bit pattern; -0 counts as 0.
static double value_of(ck_type type, uint64_t bits) {
    double value;
    if (type == CK_FLOAT64) {
        memcpy(&value, &bits, sizeof value);
    } else {
        int32_t narrow = type == CK_FLOAT32 ? (int32_t)(uint32_t)bits : single_bits(type, (uint16_t)bits);
        float single;
        memcpy(&single, &narrow, sizeof single);
        value = (double)single;
    }
    return value + 0.0;
}

static double element_at(ck_type type, const char *x, size_t i) {
    uint64_t bits = 0;
    memcpy(&bits, x + i * width_of(type), width_of(type));
    return value_of(type, bits);
}

// Range: of sign and magnitude patterns, the largest as signed integers is the largest value that is not negative, and
// the largest as unsigned integers is the negative one of largest magnitude, each where there is one.

typedef struct {
    uint64_t smallest;  ///< magnitude
    int64_t top_signed;
    uint64_t top_unsigned;
    uint64_t smallest_nonzero;  ///< magnitude; all ones when there is none
    int64_t zeros, denormals;
} range;

#define DEFINE_RANGE(bits, VU, VS, U, S)                                                                              \
    INLINE void range_##bits(const char *x, size_t count, U normal, range *r) {                                      \
        const size_t lanes = sizeof(VU) / sizeof(U);                                                                  \
        const U magnitude = (U)((U)~(U)0 >> 1);                                                                       \
        VU smallest = (VU){0} + magnitude, top_unsigned = {0};                                                        \
        VS top_signed = (VS){0} + (S)(U)(magnitude + 1);                                                              \
        size_t i = 0;                                                                                                 \
        for (; i + lanes <= count; i += lanes) {                                                                      \
            VU raw;                                                                                                   \
            memcpy(&raw, x + i * sizeof(U), sizeof raw);                                                              \
            smallest = __builtin_elementwise_min(smallest, raw & magnitude);                                          \
            top_unsigned = __builtin_elementwise_max(top_unsigned, raw);                                              \
            top_signed = __builtin_elementwise_max(top_signed, (VS)raw);                                              \
        }                                                                                                             \
        U least = __builtin_reduce_min(smallest), top = __builtin_reduce_max(top_unsigned);                           \
        S high = __builtin_reduce_max(top_signed);                                                                    \
        for (; i < count; i++) {                                                                                      \
            U raw;                                                                                                    \
            memcpy(&raw, x + i * sizeof(U), sizeof raw);                                                              \
            U size = raw & magnitude;                                                                                 \
            if (size < least) least = size;                                                                           \
            if (raw > top) top = raw;                                                                                 \
            if ((S)raw > high) high = (S)raw;                                                                         \
        }                                                                                                             \
        U nonzero = least;                                                                                            \
        uint32_t zeros = 0, denormals = 0;                                                                            \
        if (least < normal) {                                                                                         \
            nonzero = (U)~(U)0;                                                                                       \
            for (i = 0; i < count; i++) {                                                                             \
                U raw;                                                                                                \
                memcpy(&raw, x + i * sizeof(U), sizeof raw);                                                          \
                U size = raw & magnitude;                                                                             \
                zeros += size == 0;                                                                                   \
                denormals += size != 0 && size < normal;                                                              \
                U less = (U)(size - 1);                                                                               \
                nonzero = less < nonzero ? less : nonzero;                                                            \
            }                                                                                                         \
            nonzero = (U)(nonzero + 1);                                                                               \
        }                                                                                                             \
        r->smallest = least;                                                                                          \
        r->smallest_nonzero = nonzero;                                                                                \
        r->top_unsigned = top;                                                                                        \
        r->top_signed = high;                                                                                         \
        r->zeros = zeros;                                                                                             \
        r->denormals = denormals;                                                                                     \
    }
DEFINE_RANGE(16, v32h, v32s, uint16_t, int16_t)
DEFINE_RANGE(32, v16u, v16i, uint32_t, int32_t)
DEFINE_RANGE(64, v8u, v8l, uint64_t, int64_t)

INLINE void range_of(ck_type type, const char *x, size_t count, range *r) {
    switch (type) {
    case CK_BFLOAT16: range_16(x, count, 0x0080, r); break;
    case CK_FLOAT16: range_16(x, count, 0x0400, r); break;
    case CK_FLOAT32: range_32(x, count, 0x00800000, r); break;
    case CK_FLOAT64: range_64(x, count, 0x0010000000000000, r); break;
    }
}

typedef struct {
    double minimum, maximum, largest, smallest_nonzero;  ///< the last two are magnitudes; 0 when there is none
} extremes;

static extremes extremes_of(ck_type type, const range *r) {
    uint64_t sign = (uint64_t)1 << (8 * width_of(type) - 1);
    double smallest = value_of(type, r->smallest);
    extremes e;
    e.maximum = r->top_signed >= 0 ? value_of(type, (uint64_t)r->top_signed) : 0.0 - smallest;
    e.minimum = r->top_unsigned >= sign ? value_of(type, r->top_unsigned) : smallest;
    // A NaN counts as larger than everything.
    e.largest = -e.minimum > e.maximum || e.minimum != e.minimum ? -e.minimum : e.maximum;
    e.smallest_nonzero = value_of(type, r->smallest_nonzero & (sign - 1));
    return e;
}

#endif
