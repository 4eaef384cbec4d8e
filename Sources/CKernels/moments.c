// Moments, extremes and counts of one tensor, and the sums of squares of a matrix's rows and columns; see ck_moments.
//
// Of a tile, the integers come first: they tell its range, and with that whether float32 may be used for it.
#include "vectors.h"

typedef uint16_t v16h __attribute__((vector_size(32)));
typedef int16_t v32s __attribute__((vector_size(64)));
typedef uint64_t v8u __attribute__((vector_size(64)));

typedef _Bool v16b __attribute__((ext_vector_type(16)));

typedef void (*loader)(const void *, v16f *, v16f *);

/// Elements summed in float32 before they go into double: 32 terms a lane.
#define PIECE 1024
/// Rows whose squares are summed in float32.
#define RECENT_ROWS 32

/// Fourth powers of a tile stay in float32's range when its largest magnitude lies between these; the squares of a
/// row or a column, which may hold its smallest elements only, when all do.
#define FOURTH_LOW 0x1p-25
#define FOURTH_HIGH 0x1p25
#define SQUARE_LOW 0x1p-60

INLINE double sum_of_eight(const v8d *v) {
    return (((*v)[0] + (*v)[4]) + ((*v)[2] + (*v)[6])) + (((*v)[1] + (*v)[5]) + ((*v)[3] + (*v)[7]));
}

static size_t width_of(ck_type type) { return type == CK_FLOAT64 ? 8 : type == CK_FLOAT32 ? 4 : 2; }

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

// Sums.

typedef struct {
    v8d sum[2], absolute[2], square[2], cube[2], fourth[2];
} sums;

/// `strips` of 32 elements of a 16-bit type about zero; their squares go to `columns` as well. Returns the squares' sum.
INLINE double piece_in_single(loader load, const char *x, size_t strips, float *columns, sums *s) {
    v16f sum[2] = {{0}}, absolute[2] = {{0}}, square[2] = {{0}}, cube[2] = {{0}}, fourth[2] = {{0}};
    for (size_t i = 0; i < strips; i++) {
        v16f v[2];
        load(x + i * 64, &v[0], &v[1]);
        for (int h = 0; h < 2; h++) {
            v16f q = v[h] * v[h];
            sum[h] += v[h];
            absolute[h] += (v16f)((v16i)v[h] & 0x7fffffff);
            square[h] += q;
            cube[h] = FUSED(q, v[h], cube[h]);
            fourth[h] = FUSED(q, q, fourth[h]);
            if (columns) {
                v16f c;
                memcpy(&c, columns + i * 32 + h * 16, sizeof c);
                c += q;
                memcpy(columns + i * 32 + h * 16, &c, sizeof c);
            }
        }
    }
    v16f both[5] = {
        sum[0] + sum[1], absolute[0] + absolute[1], square[0] + square[1], cube[0] + cube[1], fourth[0] + fourth[1]};
    v8d low, high;
    add_lanes(&s->sum[0], &s->sum[1], &both[0]);
    add_lanes(&s->absolute[0], &s->absolute[1], &both[1]);
    add_lanes(&s->cube[0], &s->cube[1], &both[3]);
    add_lanes(&s->fourth[0], &s->fourth[1], &both[4]);
    split(&low, &high, &both[2]);
    s->square[0] += low;
    s->square[1] += high;
    if (!columns) return 0;
    low += high;
    return sum_of_eight(&low);
}

/// 32 elements in double: in their order, or, of 16-bit types and with `paired`, the even ones first.
INLINE void fetch(ck_type type, loader load, int paired, const char *x, v8d out[4]) {
    if (type == CK_FLOAT64) {
        memcpy(out, x, 256);
        return;
    }
    v16f v[2];
    if (type == CK_FLOAT32 || paired) {
        load(x, &v[0], &v[1]);
    } else {
        for (int h = 0; h < 2; h++) {
            v16h halves;
            memcpy(&halves, x + h * 32, sizeof halves);
            v16u raw = __builtin_convertvector(halves, v16u);
            if (type == CK_FLOAT16) {
                widen_f16(&raw, &v[h]);
            } else {
                raw <<= 16;
                memcpy(&v[h], &raw, sizeof raw);
            }
        }
    }
    split(&out[0], &out[1], &v[0]);
    split(&out[2], &out[3], &v[1]);
}

INLINE double piece_in_double(
    ck_type type, loader load, int paired, const char *x, size_t strips, double *columns, sums *s) {
    v8d row[2] = {{0}};
    for (size_t i = 0; i < strips; i++) {
        v8d v[4];
        fetch(type, load, paired, x + i * 32 * width_of(type), v);
        for (int q = 0; q < 4; q++) {
            int h = q % 2;
            v8d square = v[q] * v[q];
            s->sum[h] += v[q];
            s->absolute[h] += (v8d)((v8l)v[q] & 0x7fffffffffffffff);
            s->square[h] += square;
            s->cube[h] = FUSED(square, v[q], s->cube[h]);
            s->fourth[h] = FUSED(square, square, s->fourth[h]);
            if (columns) {
                v8d c;
                memcpy(&c, columns + i * 32 + q * 8, sizeof c);
                c += square;
                memcpy(columns + i * 32 + q * 8, &c, sizeof c);
                row[h] += square;
            }
        }
    }
    row[0] += row[1];
    return sum_of_eight(&row[0]);
}

/// The elements that fill no strip, one by one.
INLINE double rest_in_double(ck_type type, const char *x, size_t count, double *columns, sums *s) {
    double row = 0;
    for (size_t i = 0; i < count; i++) {
        double v = element_at(type, x, i), square = v * v;
        s->sum[0][0] += v;
        s->absolute[0][0] += __builtin_fabs(v);
        s->square[0][0] += square;
        s->cube[0][0] = FUSED(square, v, s->cube[0][0]);
        s->fourth[0][0] = FUSED(square, square, s->fourth[0][0]);
        if (columns) columns[i] += square;
        row += square;
    }
    return row;
}

static void flush_recent(ck_axes *axes) {
    for (size_t i = 0; i < axes->width; i++) {
        axes->sums[i] += (double)axes->recent[i];
        axes->recent[i] = 0;
    }
    axes->recent_rows = 0;
}

INLINE void sum_tile(ck_type type, loader load, const char *x, size_t count, int single, ck_axes *axes, sums *s) {
    size_t width = width_of(type);
    int paired = !axes || axes->recent;
    for (size_t done = 0; done < count;) {
        size_t here = count - done < PIECE ? count - done : PIECE;
        if (axes && here > axes->width - axes->column) here = axes->width - axes->column;
        const char *piece = x + done * width;
        double *columns = axes ? axes->sums + axes->column : NULL;
        size_t strips = here / 32;
        double row;
        if (single) row = piece_in_single(load, piece, strips, axes ? axes->recent + axes->column : NULL, s);
        else row = piece_in_double(type, load, paired, piece, strips, columns, s);
        if (here % 32)
            row += rest_in_double(
                type, piece + strips * 32 * width, here % 32, columns ? columns + strips * 32 : NULL, s);
        done += here;
        if (!axes) continue;
        *axes->row += row;
        axes->column += here;
        if (axes->column < axes->width) continue;
        axes->column = 0;
        axes->row++;
        if (axes->recent && ++axes->recent_rows == RECENT_ROWS) flush_recent(axes);
    }
}

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
