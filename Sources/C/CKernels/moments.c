// Moments, extremes and counts of one tensor, and the sums of squares of a matrix's rows and columns; see ck_moments.
//
// Of a tile, the integers come first: they tell its range, and with that whether float32 may be used for it.
#include "tile_sums.h"

typedef _Bool v16b __attribute__((ext_vector_type(16)));

/// Fourth powers of a tile stay in float32's range when its largest magnitude lies between these; the squares of a
/// row or a column, which may hold its smallest elements only, when all do.
#define FOURTH_LOW 0x1p-25
#define FOURTH_HIGH 0x1p25
#define SQUARE_LOW 0x1p-60

// Moments.

/// From sums of d, d^2, d^3, d^4 with d = x - shift.
static ck_central central_from(double count, double shift, const double d[4]) {
    if (count == 0) return (ck_central){0};
    double m = d[0] / count;
    ck_central c;
    c.count = count;
    c.mean = shift + m;
    c.m2 = d[1] - m * d[0];
    c.m3 = d[2] - 3 * m * d[1] + 2 * m * m * d[0];
    c.m4 = d[3] - 4 * m * d[2] + 6 * m * m * d[1] - 3 * m * m * m * d[0];
    return c;
}

INLINE ck_central central_of_tile(ck_type type, loader load, const char *x, size_t count, double shift) {
    v8d d1[2] = {{0}}, d2[2] = {{0}}, d3[2] = {{0}}, d4[2] = {{0}};
    size_t strips = count / 32;
    for (size_t i = 0; i < strips; i++) {
        v8d v[4];
        fetch(type, load, 1, x + i * 32 * width_of(type), v);
        for (int q = 0; q < 4; q++) {
            int h = q % 2;
            v8d d = v[q] - shift, square = d * d;
            d1[h] += d;
            d2[h] += square;
            d3[h] = FUSED(square, d, d3[h]);
            d4[h] = FUSED(square, square, d4[h]);
        }
    }
    for (size_t i = strips * 32; i < count; i++) {
        double d = element_at(type, x, i) - shift, square = d * d;
        d1[0][0] += d;
        d2[0][0] += square;
        d3[0][0] = FUSED(square, d, d3[0][0]);
        d4[0][0] = FUSED(square, square, d4[0][0]);
    }
    d1[0] += d1[1];
    d2[0] += d2[1];
    d3[0] += d3[1];
    d4[0] += d4[1];
    const double d[4] = {sum_of_eight(&d1[0]), sum_of_eight(&d2[0]), sum_of_eight(&d3[0]), sum_of_eight(&d4[0])};
    return central_from((double)count, shift, d);
}

void ck_central_merge(ck_central *a, const ck_central *b) {
    if (b->count == 0) return;
    if (a->count == 0) {
        *a = *b;
        return;
    }
    double n = a->count + b->count, na = a->count, nb = b->count;
    double delta = b->mean - a->mean, step = delta / n;
    double between = delta * step * na * nb;
    ck_central c;
    c.count = n;
    c.mean = a->mean + step * nb;
    c.m2 = a->m2 + b->m2 + between;
    c.m3 = a->m3 + b->m3 + between * step * (na - nb) + 3 * step * (na * b->m2 - nb * a->m2);
    c.m4 = a->m4 + b->m4 + between * step * step * (na * na - na * nb + nb * nb) +
           6 * step * step * (na * na * b->m2 + nb * nb * a->m2) + 4 * step * (na * b->m3 - nb * a->m3);
    *a = c;
}

ck_central ck_moments_central(const ck_moments *state) {
    ck_central all = state->central;
    ck_central about_zero = central_from(state->raw[0], 0, &state->raw[1]);
    ck_central_merge(&all, &about_zero);
    return all;
}

// The tail.

INLINE void keep(const char *x, size_t i, double value, ck_tail *tail) {
    if (tail->counts) {
        uint16_t bits;
        memcpy(&bits, x + i * 2, sizeof bits);
        tail->counts[bits]++;
        bits &= 0x7fff;
        if (bits < tail->least) tail->least = bits;
        if (bits > tail->most) tail->most = bits;
    } else if (tail->found < tail->capacity) {
        tail->values[tail->found] = value;
    }
    tail->found++;
}

INLINE uint32_t mask_of(const v16i *lanes) {
    v16b bits = __builtin_convertvector(*lanes, v16b);
    uint16_t mask;
    memcpy(&mask, &bits, sizeof mask);
    return mask;
}

INLINE void keep_outside(ck_type type, loader load, const char *x, size_t count, double low, double high, ck_tail *tail) {
    size_t width = width_of(type), i = 0;
    if (type != CK_FLOAT64) {
        float below = (float)low, above = (float)high;  // exact: see renew_bounds
        for (; i + 32 <= count; i += 32) {
            v16f v[2];
            load(x + i * width, &v[0], &v[1]);
            v16i outside[2] = {(v16i)(v[0] < below) | (v16i)(v[0] > above), (v16i)(v[1] < below) | (v16i)(v[1] > above)};
            v16i any = outside[0] | outside[1];
            if (!__builtin_reduce_or(any)) continue;
            for (uint32_t mask = mask_of(&outside[0]) | mask_of(&outside[1]) << 16; mask; mask &= mask - 1) {
                size_t lane = (size_t)__builtin_ctz(mask);
                size_t j = i + (width == 2 ? lane % 16 * 2 + lane / 16 : lane);
                keep(x, j, element_at(type, x, j), tail);
            }
        }
    }
    for (; i < count; i++) {
        double value = element_at(type, x, i);
        if (value < low || value > high) keep(x, i, value, tail);
    }
}

/// Where the tail begins, as far as the tensor is known: rounded to float32, so that narrow types compare exactly.
static void renew_bounds(ck_moments *state) {
    ck_central c = ck_moments_central(state);
    double deviation = c.m2 > 0 ? __builtin_sqrt(c.m2 / c.count) : 0;
    state->low = (double)(float)(c.mean - state->reach * deviation);
    state->high = (double)(float)(c.mean + state->reach * deviation);
}

INLINE void add_tile(
    ck_type type, loader load, const char *x, size_t count, ck_moments *state, ck_tail *tail, ck_axes *axes) {
    range r;
    range_of(type, x, count, &r);
    extremes e = extremes_of(type, &r);
    int single = width_of(type) == 2 && (!axes || axes->recent) &&
                 (e.largest == 0 || (e.largest >= FOURTH_LOW && e.largest <= FOURTH_HIGH)) &&
                 (!axes || e.smallest_nonzero == 0 || e.smallest_nonzero >= SQUARE_LOW);
    sums s = {0};
    sum_tile(type, load, x, count, single, axes, &s);
    v8d all[5] = {
        s.sum[0] + s.sum[1], s.square[0] + s.square[1], s.cube[0] + s.cube[1], s.fourth[0] + s.fourth[1],
        s.absolute[0] + s.absolute[1]};
    double n = (double)count, total[5];
    for (int k = 0; k < 5; k++) total[k] = sum_of_eight(&all[k]);
    // A mean of at most half the deviation costs the moments about zero less than one digit.
    if (5 * total[0] * total[0] <= n * total[1]) {
        state->raw[0] += n;
        for (int k = 0; k < 4; k++) state->raw[k + 1] += total[k];
    } else {
        ck_central tile = central_of_tile(type, load, x, count, total[0] / n);
        ck_central_merge(&state->central, &tile);
    }
    state->absolute += total[4];
    state->zeros += r.zeros;
    state->denormals += r.denormals;
    state->count += (int64_t)count;
    if (!(e.minimum >= state->minimum)) state->minimum = e.minimum;
    if (!(e.maximum <= state->maximum)) state->maximum = e.maximum;

    state->tiles++;
    // Any bounds serve, tight ones best: they are renewed now and then, and when they turn out much too narrow.
    double slack = (state->high - state->low) / 2;
    if ((state->tiles & (state->tiles - 1)) == 0 || e.minimum < state->low - slack || e.maximum > state->high + slack)
        renew_bounds(state);
    if (e.minimum < state->low || e.maximum > state->high) {
        keep_outside(type, load, x, count, state->low, state->high, tail);
        if (e.minimum < state->low) e.minimum = state->low;
        if (e.maximum > state->high) e.maximum = state->high;
    }
    if (e.minimum < state->inner_low) state->inner_low = e.minimum;
    if (e.maximum > state->inner_high) state->inner_high = e.maximum;
}

INLINE int64_t count_outside(ck_type type, loader load, const char *x, size_t count, double low, double high) {
    int64_t outside = 0;
    size_t i = 0;
    v8l lanes = {0};
    for (; i + 32 <= count; i += 32) {
        v8d v[4];
        fetch(type, load, 1, x + i * width_of(type), v);
        for (int q = 0; q < 4; q++) lanes -= (v8l)(v[q] < low) + (v8l)(v[q] > high);
    }
    for (; i < count; i++) {
        double value = element_at(type, x, i);
        outside += value < low || value > high;
    }
    for (int k = 0; k < 8; k++) outside += lanes[k];
    return outside;
}

static void load_nothing(const void *x, v16f *a, v16f *b) { (void)x, (void)a, (void)b; }

#define BY_TYPE(CALL)                                                                                                 \
    switch (type) {                                                                                                   \
    case CK_BFLOAT16: CALL(CK_BFLOAT16, load_bf16); break;                                                            \
    case CK_FLOAT16: CALL(CK_FLOAT16, load_f16); break;                                                               \
    case CK_FLOAT32: CALL(CK_FLOAT32, load_f32); break;                                                               \
    case CK_FLOAT64: CALL(CK_FLOAT64, load_nothing); break;                                                           \
    }
#define ADD_TILE(TYPE, LOAD) add_tile(TYPE, LOAD, x, count, state, tail, axes)
#define COUNT_OUTSIDE(TYPE, LOAD) outside = count_outside(TYPE, LOAD, x, count, low, high)
#define VARIANT(level, attribute)                                                                                     \
    attribute static void add_##level(                                                                                \
        ck_type type, const char *x, size_t count, ck_moments *state, ck_tail *tail, ck_axes *axes) {                 \
        BY_TYPE(ADD_TILE)                                                                                             \
    }                                                                                                                 \
    attribute static int64_t outside_##level(ck_type type, const char *x, size_t count, double low, double high) {    \
        int64_t outside = 0;                                                                                          \
        BY_TYPE(COUNT_OUTSIDE)                                                                                        \
        return outside;                                                                                               \
    }
FOR_EACH_LEVEL(VARIANT)

void ck_moments_init(ck_moments *state, double reach) {
    memset(state, 0, sizeof *state);
    state->reach = reach;
    state->minimum = state->inner_low = __builtin_inf();
    state->maximum = state->inner_high = -__builtin_inf();
}

void ck_moments_add(ck_type type, const void *x, size_t count, ck_moments *state, ck_tail *tail, ck_axes *axes) {
    for (size_t done = 0; done < count; done += CK_TILE) {
        size_t here = count - done < CK_TILE ? count - done : CK_TILE;
        AT_LEVEL(add)(type, (const char *)x + done * width_of(type), here, state, tail, axes);
    }
}

void ck_axes_finish(ck_axes *axes) {
    if (axes->recent) flush_recent(axes);
}

int64_t ck_count_outside(ck_type type, const void *x, size_t count, double low, double high) {
    return AT_LEVEL(outside)(type, x, count, low, high);
}
