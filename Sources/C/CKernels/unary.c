// Sums over one tensor; see ck_unary.
#include "vectors.h"

typedef void (*loader)(const void *, v16f *, v16f *);

typedef struct {
    v8d square[2], spacing[2];
    double maximum;
} sums;

/// p of the header for 16 lanes; at least the float whose bits are `floor_bits` where x is not zero.
INLINE void spacing_base(const v16f *x, int32_t floor_bits, v16f *out) {
    v16i exponent = (v16i)*x & 0x7f800000;
    if (floor_bits) {
        v16i nonzero = (v16i)(((v16i)*x & 0x7fffffff) != 0);
        exponent = __builtin_elementwise_max(exponent, (v16i){0} + floor_bits) & nonzero;
    }
    *out = (v16f)exponent;
}

INLINE void block_in_double(loader load, const char *x, size_t width, int32_t floor_bits, sums *s) {
    for (size_t i = 0; i < CK_BLOCK; i += 32) {
        v16f v[2];
        load(x + i * width, &v[0], &v[1]);
        for (int h = 0; h < 2; h++) {
            v8d low, high;
            split(&low, &high, &v[h]);
            s->square[0] = FUSED(low, low, s->square[0]);
            s->square[1] = FUSED(high, high, s->square[1]);
            v16f p;
            spacing_base(&v[h], floor_bits, &p);
            split(&low, &high, &p);
            s->spacing[0] = FUSED(low, low, s->spacing[0]);
            s->spacing[1] = FUSED(high, high, s->spacing[1]);
        }
    }
}

INLINE int32_t block_maximum(loader load, const char *x, size_t width) {
    v16i maximum = {0};
    for (size_t i = 0; i < CK_BLOCK; i += 32) {
        v16f v[2];
        load(x + i * width, &v[0], &v[1]);
        maximum = __builtin_elementwise_max(maximum, (v16i)v[0] & 0x7fffffff);
        maximum = __builtin_elementwise_max(maximum, (v16i)v[1] & 0x7fffffff);
    }
    return largest(&maximum);
}

/// Sums a block of a 16-bit type in float32, unless its largest magnitude needs double: then `s` is left alone.
/// Returns the float32 bits of that magnitude.
INLINE int32_t block_in_single(ck_type type, loader load, const char *x, int32_t floor_bits, sums *s) {
    v16f square[4] = {{0}}, spacing[4] = {{0}};  // four chains of additions hide each other's latency
    v32h maximum = {0};
    for (size_t i = 0; i < CK_BLOCK; i += 64) {
        for (int j = 0; j < 2; j++) {
            const char *here = x + (i + 32 * (size_t)j) * 2;
            v32h raw;
            memcpy(&raw, here, sizeof raw);
            maximum = __builtin_elementwise_max(maximum, raw & 0x7fff);
            v16f v[2];
            load(here, &v[0], &v[1]);
            for (int h = 0; h < 2; h++) {
                v16f p;
                spacing_base(&v[h], floor_bits, &p);
                square[2 * j + h] = FUSED(v[h], v[h], square[2 * j + h]);
                spacing[2 * j + h] = FUSED(p, p, spacing[2 * j + h]);
            }
        }
    }
    int32_t bits = single_bits(type, largest_half(&maximum));
    if (!needs_double(bits)) {
        v16f squares = (square[0] + square[1]) + (square[2] + square[3]);
        v16f spacings = (spacing[0] + spacing[1]) + (spacing[2] + spacing[3]);
        add_lanes(&s->square[0], &s->square[1], &squares);
        add_lanes(&s->spacing[0], &s->spacing[1], &spacings);
    }
    return bits;
}

static double element_at(ck_type type, const char *x, size_t i) {
    double value;
    size_t width = type == CK_FLOAT64 ? 8 : type == CK_FLOAT32 ? 4 : 2;
    if (type == CK_FLOAT64) memcpy(&value, x + i * 8, 8);
    else ck_widen(type, CK_FLOAT64, x + i * width, &value, 1);
    return value;
}

/// Counts what is not finite and finds the largest finite magnitude of a block that has NaN or infinity in it.
static __attribute__((noinline)) void note_nonfinite(ck_type type, const char *x, size_t count, ck_unary *state, double *maximum) {
    for (size_t i = 0; i < count; i++) {
        double magnitude = __builtin_fabs(element_at(type, x, i));
        if (!(magnitude <= 0x1.fffffffffffffp1023)) {
            if (state->first_nonfinite < 0) state->first_nonfinite = state->count + (int64_t)i;
            state->nonfinite++;
        } else if (magnitude > *maximum) {
            *maximum = magnitude;
        }
    }
}

INLINE void unary_float(ck_type type, loader load, size_t width, int32_t floor_bits, const void *x, size_t count, ck_unary *state) {
    sums s;
    memcpy(s.square, state->square, sizeof s.square);
    memcpy(s.spacing, state->spacing, sizeof s.spacing);
    s.maximum = state->maximum;
    char padded[CK_BLOCK * 4];
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        const char *block = (const char *)x + done * width;
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        if (here < CK_BLOCK) {  // zeros add nothing to any sum
            memset(padded, 0, sizeof padded);
            memcpy(padded, block, here * width);
            block = padded;
        }
        int32_t bits;
        if (type == CK_FLOAT32) {
            bits = block_maximum(load, block, width);
            block_in_double(load, block, width, floor_bits, &s);
        } else {
            bits = block_in_single(type, load, block, floor_bits, &s);
            if (needs_double(bits)) block_in_double(load, block, width, floor_bits, &s);
        }
        if (bits >= 0x7f800000) {
            note_nonfinite(type, block, here, state, &s.maximum);
        } else {
            float magnitude;
            memcpy(&magnitude, &bits, sizeof magnitude);
            if ((double)magnitude > s.maximum) s.maximum = (double)magnitude;
        }
        state->count += (int64_t)here;
    }
    memcpy(state->square, s.square, sizeof s.square);
    memcpy(state->spacing, s.spacing, sizeof s.spacing);
    state->maximum = s.maximum;
}

INLINE void unary_double(const void *x, size_t count, ck_unary *state) {
    v8d square[2], spacing[2];
    memcpy(square, state->square, sizeof square);
    memcpy(spacing, state->spacing, sizeof spacing);
    double best = state->maximum;
    char padded[CK_BLOCK * 8];
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        const char *block = (const char *)x + done * 8;
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        if (here < CK_BLOCK) {
            memset(padded, 0, sizeof padded);
            memcpy(padded, block, here * 8);
            block = padded;
        }
        v8l maximum = {0};
        for (size_t i = 0; i < CK_BLOCK; i += 8) {
            v8d v;
            memcpy(&v, block + i * 8, sizeof v);
            v8d p = (v8d)((v8l)v & 0x7ff0000000000000);
            square[i / 8 % 2] = FUSED(v, v, square[i / 8 % 2]);
            spacing[i / 8 % 2] = FUSED(p, p, spacing[i / 8 % 2]);
            maximum = __builtin_elementwise_max(maximum, (v8l)v & 0x7fffffffffffffff);
        }
        int64_t bits = 0;
        for (int i = 0; i < 8; i++) bits = maximum[i] > bits ? maximum[i] : bits;
        if (bits >= 0x7ff0000000000000) {
            note_nonfinite(CK_FLOAT64, block, here, state, &best);
        } else {
            double magnitude;
            memcpy(&magnitude, &bits, sizeof magnitude);
            if (magnitude > best) best = magnitude;
        }
        state->count += (int64_t)here;
    }
    memcpy(state->square, square, sizeof square);
    memcpy(state->spacing, spacing, sizeof spacing);
    state->maximum = best;
}

INLINE int64_t unary_float8(const void *x, size_t count, int32_t floor_bits, ck_unary *state) {
    unary_float(CK_FLOAT32, load_f32, 4, floor_bits, x, count, state);
    int64_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        float value;
        memcpy(&value, (const char *)x + i * 4, 4);
        zeros += value == 0;
    }
    return zeros;
}

#define F16_SMALLEST_NORMAL 0x38800000  // 2^-14

#define VARIANT(level, attribute)                                                                                    \
    attribute static void unary_##level(ck_type type, const void *x, size_t count, ck_unary *state) {                \
        switch (type) {                                                                                              \
        case CK_BFLOAT16: unary_float(CK_BFLOAT16, load_bf16, 2, 0, x, count, state); break;                         \
        case CK_FLOAT16: unary_float(CK_FLOAT16, load_f16, 2, F16_SMALLEST_NORMAL, x, count, state); break;          \
        case CK_FLOAT32: unary_float(CK_FLOAT32, load_f32, 4, 0, x, count, state); break;                            \
        case CK_FLOAT64: unary_double(x, count, state); break;                                                       \
        }                                                                                                            \
    }                                                                                                                \
    attribute static int64_t float8_##level(const void *x, size_t count, int32_t floor_bits, ck_unary *state) {      \
        return unary_float8(x, count, floor_bits, state);                                                            \
    }
FOR_EACH_LEVEL(VARIANT)

void ck_unary_init(ck_unary *state) {
    memset(state, 0, sizeof *state);
    state->first_nonfinite = -1;
}

void ck_unary_add(ck_type type, const void *x, size_t count, ck_unary *state) {
    AT_LEVEL(unary)(type, x, count, state);
}

int64_t ck_unary_add_float8(const void *x, size_t count, int least_exponent, ck_unary *state) {
    return AT_LEVEL(float8)(x, count, (int32_t)(least_exponent + 127) << 23, state);
}
