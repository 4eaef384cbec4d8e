// Dot products between the updates of a series, and sums by group (attention heads, embedding rows).
#include "vectors.h"

INLINE void load_block(ck_type type, const char *x, size_t i, v16f v[2]) {
    if (type == CK_BFLOAT16) load_bf16(x + i * 2, &v[0], &v[1]);
    else if (type == CK_FLOAT16) load_f16(x + i * 2, &v[0], &v[1]);
    else load_f32(x + i * 4, &v[0], &v[1]);
}

/// Updates of one block in float32; returns the bits of the largest and of the smallest nonzero edge maximum.
INLINE int updates_in_single(
    ck_type type, const char *const *blocks, const int32_t *edges, size_t edge_count, float *updates) {
    int safe = 1;
    for (size_t e = 0; e < edge_count; e++) {
        const char *a = blocks[edges[2 * e]], *b = blocks[edges[2 * e + 1]];
        v16i maximum = {0};
        for (size_t i = 0; i < CK_BLOCK; i += 32) {
            v16f x[2], y[2];
            load_block(type, a, i, x);
            load_block(type, b, i, y);
            for (int h = 0; h < 2; h++) {
                v16f d = y[h] - x[h];
                maximum = __builtin_elementwise_max(maximum, (v16i)d & 0x7fffffff);
                memcpy(updates + e * CK_BLOCK + i + 16 * h, &d, sizeof d);
            }
        }
        safe &= !needs_double(largest(&maximum));
    }
    return safe;
}

INLINE void updates_in_double(
    ck_type type, const char *const *blocks, const int32_t *edges, size_t edge_count, double *updates) {
    for (size_t e = 0; e < edge_count; e++) {
        const char *a = blocks[edges[2 * e]], *b = blocks[edges[2 * e + 1]];
        double *update = updates + e * CK_BLOCK;
        if (type == CK_FLOAT64) {
            for (size_t i = 0; i < CK_BLOCK; i += 8) {
                v8d x, y;
                memcpy(&x, a + i * 8, sizeof x);
                memcpy(&y, b + i * 8, sizeof y);
                y -= x;
                memcpy(update + i, &y, sizeof y);
            }
            continue;
        }
        for (size_t i = 0; i < CK_BLOCK; i += 32) {
            v16f x[2], y[2];
            load_block(type, a, i, x);
            load_block(type, b, i, y);
            for (int h = 0; h < 2; h++) {
                v8d xs[2], ys[2];
                split(&xs[0], &xs[1], &x[h]);
                split(&ys[0], &ys[1], &y[h]);
                for (int q = 0; q < 2; q++) {
                    ys[q] -= xs[q];
                    memcpy(update + i + 16 * h + 8 * q, &ys[q], sizeof ys[q]);
                }
            }
        }
    }
}

#define TILE 4  // updates held in registers against TILE others

INLINE void dots_in_single(const float *updates, size_t edge_count, double *dots) {
    for (size_t e0 = 0; e0 < edge_count; e0 += TILE) {
        size_t rows = edge_count - e0 < TILE ? edge_count - e0 : TILE;
        for (size_t f0 = 0; f0 <= e0; f0 += TILE) {
            size_t columns = edge_count - f0 < TILE ? edge_count - f0 : TILE;
            v16f sums[TILE][TILE] = {0};
            const float *u = updates + e0 * CK_BLOCK, *w = updates + f0 * CK_BLOCK;
            for (size_t i = 0; i < CK_BLOCK; i += 16) {
                v16f x[TILE], y[TILE];
                for (size_t r = 0; r < TILE; r++) memcpy(&x[r], u + (r < rows ? r : 0) * CK_BLOCK + i, sizeof x[r]);
                for (size_t c = 0; c < TILE; c++) memcpy(&y[c], w + (c < columns ? c : 0) * CK_BLOCK + i, sizeof y[c]);
                for (size_t r = 0; r < TILE; r++)
                    for (size_t c = 0; c < TILE; c++) sums[r][c] = FUSED(x[r], y[c], sums[r][c]);
            }
            for (size_t r = 0; r < rows; r++)
                for (size_t c = 0; c < columns; c++) {
                    size_t e = e0 + r, f = f0 + c;
                    if (f > e) continue;
                    v8d low, high;
                    split(&low, &high, &sums[r][c]);
                    low += high;
                    dots[e * (e + 1) / 2 + f] += sum_of_eight(&low);
                }
        }
    }
}

INLINE void dots_in_double(const double *updates, size_t edge_count, double *dots) {
    for (size_t e = 0; e < edge_count; e++)
        for (size_t f = 0; f <= e; f++) {
            v8d sum[2] = {{0}};
            const double *u = updates + e * CK_BLOCK, *w = updates + f * CK_BLOCK;
            for (size_t i = 0; i < CK_BLOCK; i += 16)
                for (int q = 0; q < 2; q++) {
                    v8d x, y;
                    memcpy(&x, u + i + 8 * q, sizeof x);
                    memcpy(&y, w + i + 8 * q, sizeof y);
                    sum[q] = FUSED(x, y, sum[q]);
                }
            sum[0] += sum[1];
            dots[e * (e + 1) / 2 + f] += sum_of_eight(&sum[0]);
        }
}

INLINE void gram_block(
    ck_type type, const char *const *blocks, const int32_t *edges, size_t edge_count, double *scratch, double *dots) {
    if ((type == CK_BFLOAT16 || type == CK_FLOAT16) &&
        updates_in_single(type, blocks, edges, edge_count, (float *)scratch)) {
        dots_in_single((const float *)scratch, edge_count, dots);
    } else {
        updates_in_double(type, blocks, edges, edge_count, scratch);
        dots_in_double(scratch, edge_count, dots);
    }
}

#define GRAM_BY_TYPE(level, attribute)                                                                               \
    attribute static void gram_##level(                                                                              \
        ck_type type, const char *const *blocks, const int32_t *edges, size_t edge_count, double *scratch,           \
        double *dots) {                                                                                              \
        switch (type) {                                                                                              \
        case CK_BFLOAT16: gram_block(CK_BFLOAT16, blocks, edges, edge_count, scratch, dots); break;                  \
        case CK_FLOAT16: gram_block(CK_FLOAT16, blocks, edges, edge_count, scratch, dots); break;                    \
        case CK_FLOAT32: gram_block(CK_FLOAT32, blocks, edges, edge_count, scratch, dots); break;                    \
        case CK_FLOAT64: gram_block(CK_FLOAT64, blocks, edges, edge_count, scratch, dots); break;                    \
        }                                                                                                            \
    }
FOR_EACH_LEVEL(GRAM_BY_TYPE)

void ck_gram_add(
    ck_type type, const void *const *inputs, size_t input_count, const int32_t *edges, size_t edge_count, size_t count,
    void *scratch, double *dots) {
    size_t width = width_of(type);
    const char **blocks = scratch;
    char *padded = (char *)scratch + input_count * sizeof *blocks;
    double *updates = (double *)(padded + input_count * CK_BLOCK * width);
    for (size_t done = 0; done < count; done += CK_BLOCK) {
        size_t here = count - done < CK_BLOCK ? count - done : CK_BLOCK;
        for (size_t k = 0; k < input_count; k++) {
            blocks[k] = (const char *)inputs[k] + done * width;
            if (here < CK_BLOCK) {  // equal zeros make updates of zero
                char *copy = padded + k * CK_BLOCK * width;
                memset(copy, 0, CK_BLOCK * width);
                blocks[k] = memcpy(copy, blocks[k], here * width);
            }
        }
        AT_LEVEL(gram)(type, blocks, edges, edge_count, updates, dots);
    }
}

size_t ck_gram_scratch_bytes(ck_type type, size_t input_count, size_t edge_count) {
    return input_count * (sizeof(char *) + CK_BLOCK * width_of(type)) + edge_count * CK_BLOCK * sizeof(double);
}

/// One run of a group, in double; eight lanes, then the rest in order.
INLINE void grouped_run(const double *a, const double *b, size_t count, double *sums) {
    v8d lanes[3] = {{0}};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        v8d x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        v8d d = y - x;
        lanes[0] = FUSED(x, x, lanes[0]);
        lanes[1] = FUSED(y, y, lanes[1]);
        lanes[2] = FUSED(d, d, lanes[2]);
    }
    for (int s = 0; s < 3; s++) sums[s] += sum_of_eight(&lanes[s]);
    for (; i < count; i++) {
        double d = b[i] - a[i];
        sums[0] += a[i] * a[i];
        sums[1] += b[i] * b[i];
        sums[2] += d * d;
    }
}

#define GROUPED_RUN(level, attribute)                                                                                \
    attribute static void grouped_##level(const double *a, const double *b, size_t count, double *sums) {            \
        grouped_run(a, b, count, sums);                                                                              \
    }
FOR_EACH_LEVEL(GROUPED_RUN)

void ck_grouped_add(
    ck_type type, const void *a, const void *b, size_t first, size_t count, size_t run, size_t groups, double *sums) {
    size_t width = width_of(type);
    double x[CK_BLOCK], y[CK_BLOCK];
    for (size_t done = 0; done < count;) {
        size_t index = first + done;
        size_t left = run - index % run;  // elements left of this run
        size_t here = count - done < left ? count - done : left;
        if (here > CK_BLOCK) here = CK_BLOCK;
        ck_widen(type, CK_FLOAT64, (const char *)a + done * width, x, here);
        ck_widen(type, CK_FLOAT64, (const char *)b + done * width, y, here);
        AT_LEVEL(grouped)(x, y, here, sums + 3 * (index / run % groups));
        done += here;
    }
}
