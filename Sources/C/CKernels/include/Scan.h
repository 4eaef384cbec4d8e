// What an audit asks of each tensor: its range, a random projection, and how an average of tensors was rounded.
#ifndef SCAN_H
#define SCAN_H

/// Extremes and special values of one tensor. Start with ck_range_init.
typedef struct {
    double minimum, maximum;  ///< of all elements; mean nothing when there is a NaN; +infinity and -infinity for none
    int64_t zeros, denormals, nans, infinities;
} ck_range;

void ck_range_init(ck_range *state);

/// Adds `count` elements.
void ck_range_add(ck_type type, const void *x, size_t count, ck_range *state);

/// Sums of a projection.
#define CK_BUCKETS 128

/// Adds `count` elements, the first of which has index `first` in its tensor, a multiple of CK_BLOCK, to the sums
/// buckets[b] = sum of s_i x_i over the elements i of bucket b. The signs s_i and the buckets are pseudo-random,
/// decided by `seed` and i alone, whatever the type: two tensors of one shape are projected alike.
void ck_project_add(ck_type type, const void *x, size_t first, size_t count, uint64_t seed, double buckets[CK_BUCKETS]);

/// How far a tensor m lies from the mean of tensors a_1...a_n of the same type. Zero it before the first call.
typedef struct {
    double square[CK_LANES];   ///< sum of (m - mean)^2
    double ulps[CK_LANES];     ///< max |m - mean| / ulp, ulp being that of the largest of |m|, |a_1|...|a_n| in m's type
    int64_t beyond;            ///< |m - mean| exceeds what rounding of m and of every a_j explains
    int64_t beyond_once;       ///< |m - mean| exceeds what rounding of m alone explains
    int64_t count;
} ck_average;

/// Formats of stored numbers: fraction bits, and the exponent of the smallest spacing.
typedef struct {
    int fraction_bits, least_exponent;
} ck_format;

/// Adds `count` elements; inputs[0] is m, the other `input_count` - 1 are the a_j. formats[k] is how inputs[k] was
/// stored before it was widened to `type`. `scratch` has (input_count + 3) * CK_BLOCK doubles.
void ck_average_add(
    ck_type type, const void *const *inputs, const ck_format *formats, size_t input_count, size_t count, double *scratch,
    ck_average *state);

#endif
