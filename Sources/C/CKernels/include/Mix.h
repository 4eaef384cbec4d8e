// Linear combinations of tensors, element by element.
#ifndef MIX_H
#define MIX_H

/// sums[i] = coefficient * x[i] where `first`, and sums[i] += coefficient * x[i] otherwise, in double: the product is
/// rounded before it is added. `x` may have any alignment.
void ck_mix_add(ck_type type, const void *x, size_t count, double coefficient, int first, double *sums);

/// Rounds `count` sums to float32 at `destination` (any alignment), to nearest, ties to even. NaN becomes the quiet one
/// without a sign, because which one a sum of two gives differs between processors.
void ck_mix_round(const double *sums, size_t count, void *destination);

#endif
