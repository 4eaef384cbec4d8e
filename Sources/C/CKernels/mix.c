#include "vectors.h"

INLINE double wide_element(ck_type type, const char *x, size_t i) {
    if (type == CK_FLOAT64) {
        double value;
        memcpy(&value, x + i * 8, sizeof value);
        return value;
    }
    float value;
    if (type == CK_FLOAT32) {
        memcpy(&value, x + i * 4, sizeof value);
    } else {
        uint16_t half;
        memcpy(&half, x + i * 2, sizeof half);
        int32_t bits = single_bits(type, half);
        memcpy(&value, &bits, sizeof value);
    }
    return (double)value;
}

INLINE void add_products(ck_type type, const char *x, size_t count, double coefficient, int first, double *sums) {
    if (first) {
        for (size_t i = 0; i < count; i++) sums[i] = coefficient * wide_element(type, x, i);
    } else {
        for (size_t i = 0; i < count; i++) sums[i] += coefficient * wide_element(type, x, i);
    }
}

INLINE void round_sums(const double *sums, size_t count, char *destination) {
    for (size_t i = 0; i < count; i++) {
        float value = (float)sums[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (value != value) bits = 0x7fc00000u;
        memcpy(destination + i * 4, &bits, sizeof bits);
    }
}

#define VARIANT(level, attribute)                                                                                    \
    attribute static void mix_add_##level(                                                                           \
        ck_type type, const char *x, size_t count, double coefficient, int first, double *sums) {                    \
        switch (type) {                                                                                              \
        case CK_BFLOAT16: add_products(CK_BFLOAT16, x, count, coefficient, first, sums); break;                      \
        case CK_FLOAT16: add_products(CK_FLOAT16, x, count, coefficient, first, sums); break;                        \
        case CK_FLOAT32: add_products(CK_FLOAT32, x, count, coefficient, first, sums); break;                        \
        case CK_FLOAT64: add_products(CK_FLOAT64, x, count, coefficient, first, sums); break;                        \
        }                                                                                                            \
    }                                                                                                                \
    attribute static void mix_round_##level(const double *sums, size_t count, char *destination) {                   \
        round_sums(sums, count, destination);                                                                        \
    }
FOR_EACH_LEVEL(VARIANT)

void ck_mix_add(ck_type type, const void *x, size_t count, double coefficient, int first, double *sums) {
    AT_LEVEL(mix_add)(type, x, count, coefficient, first, sums);
}

void ck_mix_round(const double *sums, size_t count, void *destination) {
    AT_LEVEL(mix_round)(sums, count, destination);
}
