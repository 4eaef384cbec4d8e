// One step of a Krylov method on A'A: both products with A while its rows are still in the cache.
#ifndef GRAM_PRODUCT_H
#define GRAM_PRODUCT_H

#include <stddef.h>

/// y = A v and z += A' y for a rows x columns block of row-major float32 and `vectors` vectors (1 or 4) of `columns`
/// doubles, one after another in v and z; y holds `vectors` values a row. All sums are in double.
///
/// Every sum has 8 logical lanes and the same fused steps on every processor, so all variants give identical bytes.
void ck_gram_product_f32(const float *a, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t vectors, const double *v,
                         double *y, double *z);
/// The same for float64.
void ck_gram_product_f64(const double *a, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t vectors, const double *v,
                         double *y, double *z);

#endif
