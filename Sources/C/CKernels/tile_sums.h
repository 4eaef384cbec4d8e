// Sums of a tile's powers about zero, and of its squares by row and column; part of moments.c.
#ifndef CK_TILE_SUMS_H
#define CK_TILE_SUMS_H

#include "range.h"

typedef uint16_t v16h __attribute__((vector_size(32)));

typedef void (*loader)(const void *, v16f *, v16f *);

/// Elements summed in float32 before they go into double: 32 terms a lane.
#define PIECE 1024
/// Rows whose squares are summed in float32.
#define RECENT_ROWS 32

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

#endif
