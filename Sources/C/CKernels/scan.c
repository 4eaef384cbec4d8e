// See Scan.h.
#include "range.h"

#include <math.h>

// Range.

INLINE void count_special(ck_type type, const char *x, size_t count, ck_range *state) {
    for (size_t i = 0; i < count; i++) {
        double value = element_at(type, x, i);
        state->nans += value != value;
        state->infinities += __builtin_fabs(value) == (double)INFINITY;
    }
}

INLINE void range_add(ck_type type, const void *x, size_t count, ck_range *state) {
    for (size_t done = 0; done < count; done += CK_TILE) {
        const char *tile = (const char *)x + done * width_of(type);
        size_t here = count - done < CK_TILE ? count - done : CK_TILE;
        range r;
        range_of(type, tile, here, &r);
        extremes e = extremes_of(type, &r);
        state->zeros += r.zeros;
        state->denormals += r.denormals;
        if (!(e.largest <= 0x1.fffffffffffffp1023)) count_special(type, tile, here, state);
        if (e.minimum < state->minimum) state->minimum = e.minimum;
        if (e.maximum > state->maximum) state->maximum = e.maximum;
    }
}

// Projection. Element i of each 32 belongs to lane i / 2, so that the even and the odd elements that the loaders of the
// 16-bit types give need no shuffle; a block of 512 goes to one of eight groups of 16 buckets.

INLINE uint64_t mixed(uint64_t seed, uint64_t counter) {  // SplitMix64 (Steele, Lea, Flood 2014)
    uint64_t z = seed + (counter + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// The group of a block; its signs come from the same stream of numbers, at other counters.
INLINE size_t group_of(uint64_t seed, uint64_t block) { return mixed(~seed, block) >> 61; }

INLINE void load_pairs_f32(const void *x, v16f *even, v16f *odd) {
    v16f a, b;
    load_f32(x, &a, &b);
    *even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    *odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

/// Turns the signs of 32 elements by the bits of `random`: bit 31 - j for the even element of lane j, then bit 15 - j.
INLINE void turn(uint32_t random, v16f *even, v16f *odd) {
    const v16u place = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    v16u bits = (v16u){0} + random;
    *even = (v16f)((v16u)*even ^ ((bits << place) & 0x80000000u));
    *odd = (v16f)((v16u)*odd ^ ((bits << (place + 16)) & 0x80000000u));
}

INLINE void project_block(ck_type type, const char *x, uint64_t block, uint64_t seed, double *buckets) {
    uint64_t counter = block * (CK_BLOCK / 32);
    v8d sum[2];
    memcpy(sum, buckets, sizeof sum);
    if (type == CK_FLOAT64) {
        for (size_t i = 0; i < CK_BLOCK; i += 32) {
            uint32_t random = (uint32_t)(mixed(seed, counter++) >> 32);
            for (size_t j = 0; j < 16; j++) {
                double pair[2];
                memcpy(pair, x + (i + 2 * j) * 8, sizeof pair);
                sum[j / 8][j % 8] += random << j & 0x80000000u ? -pair[0] : pair[0];
                sum[j / 8][j % 8] += random << (j + 16) & 0x80000000u ? -pair[1] : pair[1];
            }
        }
    } else if (type == CK_FLOAT32) {
        for (size_t i = 0; i < CK_BLOCK; i += 32) {
            v16f even, odd;
            load_pairs_f32(x + i * 4, &even, &odd);
            turn((uint32_t)(mixed(seed, counter++) >> 32), &even, &odd);
            add_lanes(&sum[0], &sum[1], &even);
            add_lanes(&sum[0], &sum[1], &odd);
        }
    } else {
        v16f evens = {0}, odds = {0};
        for (size_t i = 0; i < CK_BLOCK; i += 32) {
            v16f even, odd;
            if (type == CK_BFLOAT16) load_bf16(x + i * 2, &even, &odd);
            else load_f16(x + i * 2, &even, &odd);
            turn((uint32_t)(mixed(seed, counter++) >> 32), &even, &odd);
            evens += even;
            odds += odd;
        }
        add_lanes(&sum[0], &sum[1], &evens);
        add_lanes(&sum[0], &sum[1], &odds);
    }
    memcpy(buckets, sum, sizeof sum);
}

INLINE void project(ck_type type, const void *x, size_t first, size_t count, uint64_t seed, double *buckets) {
    char padded[CK_BLOCK * 8];
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        const char *block = (const char *)x + done * width_of(type);
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        if (here < CK_BLOCK) {  // zeros add nothing to any sum
            memset(padded, 0, sizeof padded);
            memcpy(padded, block, here * width_of(type));
            block = padded;
        }
        uint64_t number = (first + done) / CK_BLOCK;
        project_block(type, block, number, seed, buckets + 16 * group_of(seed, number));
    }
}

// Average.

/// Spacing of a format's numbers at |x|, 2^(floor(log2|x|) - fraction bits), and its smallest one below.
INLINE double spacing_at(double x, double scale, double least) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= 0x7ff0000000000000u;
    double power;
    memcpy(&power, &bits, sizeof power);
    double spacing = power * scale;
    return spacing > least ? spacing : least;
}

INLINE void average_block(
    const double *values, double *work, const ck_format *formats, size_t inputs, size_t count, ck_average *state) {
    double *mean = work, *rounding = work + CK_BLOCK, *magnitude = work + 2 * CK_BLOCK;
    double share = 1 / (double)(inputs - 1);
    memset(work, 0, 3 * CK_BLOCK * sizeof *work);
    for (size_t k = 1; k < inputs; k++) {
        double scale = ldexp(1, -formats[k].fraction_bits), least = ldexp(1, formats[k].least_exponent);
        const double *a = values + k * CK_BLOCK;
        for (size_t i = 0; i < count; i++) {
            double size = __builtin_fabs(a[i]);
            mean[i] += a[i];
            rounding[i] += spacing_at(a[i], scale, least);
            magnitude[i] = size > magnitude[i] ? size : magnitude[i];
        }
    }
    double scale = ldexp(1, -formats[0].fraction_bits), least = ldexp(1, formats[0].least_exponent);
    // Averaging in float32 errs by a rounding for each term.
    double arithmetic = (double)inputs * 0x1p-24;
    for (size_t i = 0; i < count; i++) {
        double m = values[i], average = mean[i] * share;
        double residual = __builtin_fabs(m - average);
        double size = __builtin_fabs(m) > __builtin_fabs(average) ? m : average;
        double once = 0.5 * spacing_at(size, scale, least) + arithmetic * magnitude[i];
        double largest = __builtin_fabs(m) > magnitude[i] ? m : magnitude[i];
        double ulps = residual / spacing_at(largest, scale, least);
        size_t lane = i % CK_LANES;
        state->square[lane] += residual * residual;
        state->ulps[lane] = ulps > state->ulps[lane] ? ulps : state->ulps[lane];
        state->beyond_once += !(residual <= once);
        state->beyond += !(residual <= once + 0.5 * share * rounding[i]);
    }
    state->count += (int64_t)count;
}

#define VARIANT(level, attribute)                                                                                    \
    attribute static void range_add_##level(ck_type type, const void *x, size_t count, ck_range *state) {            \
        switch (type) {                                                                                              \
        case CK_BFLOAT16: range_add(CK_BFLOAT16, x, count, state); break;                                            \
        case CK_FLOAT16: range_add(CK_FLOAT16, x, count, state); break;                                              \
        case CK_FLOAT32: range_add(CK_FLOAT32, x, count, state); break;                                              \
        case CK_FLOAT64: range_add(CK_FLOAT64, x, count, state); break;                                              \
        }                                                                                                            \
    }                                                                                                                \
    attribute static void project_##level(                                                                           \
        ck_type type, const void *x, size_t first, size_t count, uint64_t seed, double *buckets) {                   \
        switch (type) {                                                                                              \
        case CK_BFLOAT16: project(CK_BFLOAT16, x, first, count, seed, buckets); break;                               \
        case CK_FLOAT16: project(CK_FLOAT16, x, first, count, seed, buckets); break;                                 \
        case CK_FLOAT32: project(CK_FLOAT32, x, first, count, seed, buckets); break;                                 \
        case CK_FLOAT64: project(CK_FLOAT64, x, first, count, seed, buckets); break;                                 \
        }                                                                                                            \
    }                                                                                                                \
    attribute static void average_##level(                                                                           \
        const double *values, double *work, const ck_format *formats, size_t inputs, size_t count,                   \
        ck_average *state) {                                                                                         \
        average_block(values, work, formats, inputs, count, state);                                                  \
    }
FOR_EACH_LEVEL(VARIANT)

void ck_range_init(ck_range *state) {
    memset(state, 0, sizeof *state);
    state->minimum = (double)INFINITY;
    state->maximum = -(double)INFINITY;
}

void ck_range_add(ck_type type, const void *x, size_t count, ck_range *state) {
    AT_LEVEL(range_add)(type, x, count, state);
}

void ck_project_add(ck_type type, const void *x, size_t first, size_t count, uint64_t seed, double buckets[CK_BUCKETS]) {
    AT_LEVEL(project)(type, x, first, count, seed, buckets);
}

void ck_average_add(
    ck_type type, const void *const *inputs, const ck_format *formats, size_t input_count, size_t count, double *scratch,
    ck_average *state) {
    double *work = scratch + input_count * CK_BLOCK;
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        for (size_t k = 0; k < input_count; k++) {
            ck_widen(type, CK_FLOAT64, (const char *)inputs[k] + done * width_of(type), scratch + k * CK_BLOCK, here);
        }
        AT_LEVEL(average)(scratch, work, formats, input_count, here, state);
    }
}
