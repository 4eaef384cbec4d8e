// Loops over raw tensor bytes whose speed depends on the processor's vectors.
//
// Every sum has the same 16 logical lanes on every processor: element i of a block belongs to lane i % 16 (the 16-bit
// types have several sets of 16 lanes, added lane by lane at the end of a block), and nothing is fused but the
// multiply-adds that say so (FUSED), which have one rounding everywhere. So all variants give identical bytes.
//
// bfloat16 and float16 are summed in float32 within a block of CK_BLOCK elements and in double across blocks.
// A block whose largest magnitude could overflow or underflow a float32 square is summed in double.
// float32 and float64 are summed in double throughout.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#define CK_BLOCK 512
#define CK_LANES 16

typedef enum { CK_BFLOAT16, CK_FLOAT16, CK_FLOAT32, CK_FLOAT64 } ck_type;

/// Vector widths a variant is compiled for. All give the same bytes; tests compare them.
typedef enum { CK_BASELINE, CK_AVX2, CK_AVX512 } ck_level;

/// The widest level this processor runs.
ck_level ck_best_level(void);
/// Makes every later call use `level`, which must not exceed ck_best_level(). For tests; not thread-safe.
void ck_use_level(ck_level level);

/// Sums over one tensor. Zero it before the first call; merge lanes with ck_lane_sum.
typedef struct {
    double square[CK_LANES];   ///< sum of x^2
    double spacing[CK_LANES];  ///< sum of p^2, p = 2^floor(log2|x|) for normal x (float16: at least 2^-14), 0 for zero
    double maximum;            ///< max |x| over finite elements
    int64_t nonfinite;         ///< elements that are NaN or infinite
    int64_t first_nonfinite;   ///< index of the first of them, -1 when there is none
    int64_t count;             ///< elements seen
} ck_unary;

/// Sums over b - a of one pair of tensors of the same type. Zero it before the first call.
typedef struct {
    double square[CK_LANES];    ///< sum of (b-a)^2
    double sum[CK_LANES];       ///< sum of b-a
    double absolute[CK_LANES];  ///< sum of |b-a|
    double maximum;             ///< max |b-a|; NaN when a difference is not finite
    int64_t changed_bits;       ///< bit patterns differ
    int64_t changed;            ///< a != b
    int64_t moved;              ///< |b-a| > threshold
    int64_t sign_flips;         ///< a < 0 < b or b < 0 < a
    int64_t count;
} ck_pair;

void ck_unary_init(ck_unary *state);

/// Adds `count` elements at `x` (any alignment) to `state`.
void ck_unary_add(ck_type type, const void *x, size_t count, ck_unary *state);

/// Adds `count` float32 elements that are widened 8-bit floats, whose spacing is that of 2^least_exponent for smaller
/// ones. Returns how many are zero: those are left out of the spacing.
int64_t ck_unary_add_float8(const void *x, size_t count, int least_exponent, ck_unary *state);

/// Adds the differences of `count` elements at `a` and `b` to `state`.
void ck_pair_add(ck_type type, const void *a, const void *b, size_t count, double threshold, ck_pair *state);

/// Elements of a tile of ck_moments: every call but the last adds a multiple of it.
#define CK_TILE 4096

/// A sample's moments about its own mean.
typedef struct {
    double count, mean;
    double m2, m3, m4;  ///< sums of (x-mean)^2, ^3, ^4
} ck_central;

/// Adds a disjoint sample (Pebay 2008, SAND2008-6212, equations 2.1 and 3.1; for m2 Chan, Golub and LeVeque 1979).
void ck_central_merge(ck_central *state, const ck_central *next);

/// Moments, extremes and counts of one tensor.
///
/// Tiles whose mean is small beside their deviation are summed about zero, all others about their own mean, so that a
/// large mean does not cancel what is left of the moments.
typedef struct {
    int64_t count, zeros, denormals;
    double absolute;             ///< sum of |x|
    double minimum, maximum;     ///< +infinity and -infinity when there is no element
    double raw[5];               ///< of tiles summed about zero: their elements, sums of x, x^2, x^3, x^4
    ck_central central;          ///< of the other tiles
    double reach;                ///< elements further than this many deviations from the mean so far go into the tail
    double low, high;            ///< where that is
    double inner_low, inner_high;  ///< extremes of the elements that did not go into the tail
    int64_t tiles;
} ck_moments;

/// Elements far from the mean. 16-bit types count bit patterns, the others keep values.
typedef struct {
    uint32_t *counts;  ///< 65536, zeroed by the caller; NULL for 32 and 64 bits
    uint16_t least, most;  ///< magnitudes between which there are counts; start with 0x7fff and 0
    double *values;    ///< `capacity` of them; NULL for 16 bits
    size_t capacity;
    size_t found;  ///< elements met; more than `capacity` values are not kept
} ck_tail;

/// Sums of squares by row and by column of a matrix that arrives in row-major order.
typedef struct {
    size_t width;   ///< elements of a row, above 0
    size_t column;  ///< of the next element
    double *row;    ///< sum of the row that the next element belongs to; the sums of later rows follow
    double *sums;   ///< of the columns: `width`; where `recent` is given, in some order within every 32 columns
    float *recent;  ///< of the columns, not yet in `sums`: `width` for 16-bit types with rows of 32 m elements, or NULL
    size_t recent_rows;
} ck_axes;

/// Starts with no elements.
void ck_moments_init(ck_moments *state, double reach);

/// Adds `count` elements to `state`, those far from the mean to `tail`, and of a matrix squares to `axes` (or NULL).
void ck_moments_add(ck_type type, const void *x, size_t count, ck_moments *state, ck_tail *tail, ck_axes *axes);

/// The moments of all elements added so far.
ck_central ck_moments_central(const ck_moments *state);

/// Moves what is in `recent` to `sums`.
void ck_axes_finish(ck_axes *axes);

/// How many of `count` elements lie below `low` or above `high`.
int64_t ck_count_outside(ck_type type, const void *x, size_t count, double low, double high);

/// Adds to `dots` the dot products of updates u_e = inputs[edges[2e+1]] - inputs[edges[2e]] over `count` elements:
/// dots[e*(e+1)/2 + f] += <u_e, u_f> for f <= e. `scratch` has ck_gram_scratch_bytes bytes, aligned to 8.
void ck_gram_add(
    ck_type type, const void *const *inputs, size_t input_count, const int32_t *edges, size_t edge_count, size_t count,
    void *scratch, double *dots);
size_t ck_gram_scratch_bytes(ck_type type, size_t input_count, size_t edge_count);

/// Adds sums of a^2, b^2 and (b-a)^2 by group: flat element `first + i` belongs to group ((first+i) / run) % groups.
/// `sums` holds 3 doubles a group. All sums in double.
void ck_grouped_add(
    ck_type type, const void *a, const void *b, size_t first, size_t count, size_t run, size_t groups, double *sums);

/// Widens exactly: any type to a type at least as wide.
void ck_widen(ck_type from, ck_type to, const void *source, void *destination, size_t count);

/// The lanes' sum in fixed order.
double ck_lane_sum(const double lanes[CK_LANES]);

#include "GramProduct.h"
#include "Transformer.h"
#include "Scan.h"
#include "Mix.h"
#endif
