// Sums over the differences of two tensors; see ck_pair.
#include "vectors.h"

typedef void (*loader)(const void *, v16f *, v16f *);

typedef struct {
    v8d square[2], sum[2], absolute[2];
    v16i changed_bits, changed, moved, flips;
    int64_t zero_signs;  // counted in `changed` although their values are equal
    double maximum;
} sums;

/// A NaN enters and stays.
INLINE void note_maximum(double *maximum, double magnitude) {
    if (*maximum == *maximum && !(magnitude <= *maximum)) *maximum = magnitude;
}

/// Bit patterns that differ among 32 elements of `width` bytes.
INLINE void count_bits(const char *a, const char *b, size_t width, v16i *count) {
    for (size_t i = 0; i < width * 32; i += 64) {
        v16u x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (width == 2) {
            v16u difference = x ^ y;
            *count -= (v16i)((difference & 0xffff0000u) != 0);
            *count -= (v16i)((difference & 0x0000ffffu) != 0);
        } else {
            *count -= (v16i)(x != y);
        }
    }
}

/// Pairs of zeros of opposite sign: their bits differ and their values do not.
static int32_t count_zero_signs(const char *a, const char *b) {
    int32_t count = 0;
    for (size_t i = 0; i < CK_BLOCK; i++) {
        uint16_t x, y;
        memcpy(&x, a + i * 2, 2);
        memcpy(&y, b + i * 2, 2);
        count += x != y && ((x | y) & 0x7fff) == 0;
    }
    return count;
}

INLINE void count_values(const v16f *a, const v16f *b, v16i *changed, v16i *flips) {
    *changed -= (v16i)(*a != *b);
    // Opposite signs, neither zero: the smaller is below zero and the larger above it.
    *flips -= (v16i)((*a < 0) & (*b > 0)) + (v16i)((*a > 0) & (*b < 0));
}

INLINE void block_in_double(loader load, const char *a, const char *b, size_t width, double threshold, sums *s) {
    v8l moved = {0};
    v8l maximum = {0};
    for (size_t i = 0; i < CK_BLOCK; i += 32) {
        v16f x[2], y[2];
        load(a + i * width, &x[0], &x[1]);
        load(b + i * width, &y[0], &y[1]);
        count_bits(a + i * width, b + i * width, width, &s->changed_bits);
        for (int h = 0; h < 2; h++) {
            v8d xs[2], ys[2];
            split(&xs[0], &xs[1], &x[h]);
            split(&ys[0], &ys[1], &y[h]);
            count_values(&x[h], &y[h], &s->changed, &s->flips);
            for (int q = 0; q < 2; q++) {
                v8d d = ys[q] - xs[q];
                v8d magnitude = (v8d)((v8l)d & 0x7fffffffffffffff);
                s->square[q] = FUSED(d, d, s->square[q]);
                s->sum[q] += d;
                s->absolute[q] += magnitude;
                moved -= (v8l)(magnitude > threshold);
                maximum = __builtin_elementwise_max(maximum, (v8l)magnitude);
            }
        }
    }
    int64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        bits = maximum[i] > bits ? maximum[i] : bits;
        s->moved[i] += (int32_t)moved[i];
    }
    double largest_here;
    memcpy(&largest_here, &bits, sizeof bits);
    note_maximum(&s->maximum, largest_here);
}

/// Sums a block of a 16-bit type in float32, unless its largest difference needs double: then `s` is left alone.
/// Returns the float32 bits of that difference. The counters work on the 16-bit patterns, 32 elements at a time, and
/// with arithmetic instead of comparisons, because processors move masks more slowly than they subtract.
INLINE int32_t block_in_single(loader load, const char *a, const char *b, int32_t threshold_bits, sums *s) {
    v16f square[2] = {{0}}, sum[2] = {{0}}, absolute[2] = {{0}};  // even and odd elements
    v16i maximum = {0};
    v16u moved = {0};
    v32h changed_bits = {0}, flips = {0};
    v32h opposite_zeros = (v32h){0} - 1;  // 0 in a lane that met a pair of them
    for (size_t i = 0; i < CK_BLOCK; i += 32) {
        v32h p, q;
        memcpy(&p, a + i * 2, sizeof p);
        memcpy(&q, b + i * 2, sizeof q);
        v32h difference = p ^ q;
        changed_bits += __builtin_elementwise_min(difference, (v32h){0} + 1);
        v32h size = p & 0x7fff;
        opposite_zeros = __builtin_elementwise_min(opposite_zeros, (difference ^ 0x8000) | size);
        flips += __builtin_elementwise_min(difference >> 15, __builtin_elementwise_min(size, q & 0x7fff));
        v16f x[2], y[2];
        load(a + i * 2, &x[0], &x[1]);
        load(b + i * 2, &y[0], &y[1]);
        for (int h = 0; h < 2; h++) {
            v16f d = y[h] - x[h];
            v16i magnitude = (v16i)d & 0x7fffffff;
            square[h] = FUSED(d, d, square[h]);
            sum[h] += d;
            absolute[h] += (v16f)magnitude;
            moved += (v16u)(threshold_bits - magnitude) >> 31;
            maximum = __builtin_elementwise_max(maximum, magnitude);
        }
    }
    int32_t bits = largest(&maximum);
    if (!needs_double(bits)) {
        square[0] += square[1];
        sum[0] += sum[1];
        absolute[0] += absolute[1];
        add_lanes(&s->square[0], &s->square[1], &square[0]);
        add_lanes(&s->sum[0], &s->sum[1], &sum[0]);
        add_lanes(&s->absolute[0], &s->absolute[1], &absolute[0]);
        s->moved += (v16i)moved;
        add_counts(&s->changed_bits, &changed_bits);
        add_counts(&s->changed, &changed_bits);
        add_counts(&s->flips, &flips);
        if (smallest_half(&opposite_zeros) == 0) s->zero_signs += count_zero_signs(a, b);
        float magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        note_maximum(&s->maximum, (double)magnitude);
    }
    return bits;
}

/// The bits of the largest float32 not above `threshold` (which is not negative): for every float32 d ≥ 0,
/// d > threshold exactly when d's bits are above the result.
static int32_t round_down(double threshold) {
    float rounded = (float)threshold;
    int32_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    return (double)rounded > threshold ? bits - 1 : bits;
}

INLINE void pair_float(
    ck_type type, loader load, size_t width, const void *a, const void *b, size_t count, double threshold, ck_pair *state) {
    sums s = {0};
    memcpy(s.square, state->square, sizeof s.square);
    memcpy(s.sum, state->sum, sizeof s.sum);
    memcpy(s.absolute, state->absolute, sizeof s.absolute);
    s.maximum = state->maximum;
    int32_t threshold_bits = round_down(threshold);
    char padded[2][CK_BLOCK * 4];
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        const char *x = (const char *)a + done * width, *y = (const char *)b + done * width;
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        if (here < CK_BLOCK) {  // equal zeros add nothing to any sum
            memset(padded, 0, sizeof padded);
            x = memcpy(padded[0], x, here * width);
            y = memcpy(padded[1], y, here * width);
        }
        if (type == CK_FLOAT32 || needs_double(block_in_single(load, x, y, threshold_bits, &s)))
            block_in_double(load, x, y, width, threshold, &s);
    }
    memcpy(state->square, s.square, sizeof s.square);
    memcpy(state->sum, s.sum, sizeof s.sum);
    memcpy(state->absolute, s.absolute, sizeof s.absolute);
    state->maximum = s.maximum;
    state->changed_bits += total(&s.changed_bits);
    state->changed += total(&s.changed) - s.zero_signs;
    state->moved += total(&s.moved);
    state->sign_flips += total(&s.flips);
    state->count += (int64_t)count;
}

INLINE void pair_double(const void *a, const void *b, size_t count, double threshold, ck_pair *state) {
    v8d square[2], sum[2], absolute[2];
    v8l maximum = {0}, changed_bits = {0}, changed = {0}, moved = {0}, flips = {0};
    memcpy(square, state->square, sizeof square);
    memcpy(sum, state->sum, sizeof sum);
    memcpy(absolute, state->absolute, sizeof absolute);
    char padded[2][128];
    for (size_t done = 0; done < count; done += 16) {
        const char *xs = (const char *)a + done * 8, *ys = (const char *)b + done * 8;
        size_t here = count - done < 16 ? count - done : 16;
        if (here < 16) {
            memset(padded, 0, sizeof padded);
            xs = memcpy(padded[0], xs, here * 8);
            ys = memcpy(padded[1], ys, here * 8);
        }
        for (int q = 0; q < 2; q++) {
            v8d x, y;
            memcpy(&x, xs + q * 64, sizeof x);
            memcpy(&y, ys + q * 64, sizeof y);
            v8d d = y - x;
            v8d magnitude = (v8d)((v8l)d & 0x7fffffffffffffff);
            square[q] = FUSED(d, d, square[q]);
            sum[q] += d;
            absolute[q] += magnitude;
            maximum = __builtin_elementwise_max(maximum, (v8l)magnitude);
            changed_bits -= (v8l)((v8l)x != (v8l)y);
            changed -= (v8l)(x != y);
            moved -= (v8l)(magnitude > threshold);
            flips -= (v8l)((x < 0) & (y > 0)) + (v8l)((x > 0) & (y < 0));
        }
    }
    memcpy(state->square, square, sizeof square);
    memcpy(state->sum, sum, sizeof sum);
    memcpy(state->absolute, absolute, sizeof absolute);
    int64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        bits = maximum[i] > bits ? maximum[i] : bits;
        state->changed_bits += changed_bits[i];
        state->changed += changed[i];
        state->moved += moved[i];
        state->sign_flips += flips[i];
    }
    double largest_here;
    memcpy(&largest_here, &bits, sizeof bits);
    note_maximum(&state->maximum, largest_here);
    state->count += (int64_t)count;
}

#define VARIANT(level, attribute)                                                                                    \
    attribute static void pair_##level(                                                                              \
        ck_type type, const void *a, const void *b, size_t count, double threshold, ck_pair *state) {                \
        switch (type) {                                                                                              \
        case CK_BFLOAT16: pair_float(CK_BFLOAT16, load_bf16, 2, a, b, count, threshold, state); break;               \
        case CK_FLOAT16: pair_float(CK_FLOAT16, load_f16, 2, a, b, count, threshold, state); break;                  \
        case CK_FLOAT32: pair_float(CK_FLOAT32, load_f32, 4, a, b, count, threshold, state); break;                  \
        case CK_FLOAT64: pair_double(a, b, count, threshold, state); break;                                          \
        }                                                                                                            \
    }
FOR_EACH_LEVEL(VARIANT)

// A counter lane takes at most one in 16 elements of a call, in 32 bits.
#define CALL_LIMIT ((size_t)1 << 30)

void ck_pair_add(ck_type type, const void *a, const void *b, size_t count, double threshold, ck_pair *state) {
    size_t width = type == CK_FLOAT64 ? 8 : type == CK_FLOAT32 ? 4 : 2;
    for (size_t done = 0; done < count; done += CALL_LIMIT) {
        size_t here = count - done < CALL_LIMIT ? count - done : CALL_LIMIT;
        AT_LEVEL(pair)(type, (const char *)a + done * width, (const char *)b + done * width, here, threshold, state);
    }
}
