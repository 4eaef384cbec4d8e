#include "GramProduct.h"

#include <string.h>

typedef double lanes __attribute__((vector_size(64)));
typedef float narrow __attribute__((vector_size(32)));

#define WIDTH 8
// Rows taken together, so that v and z are read once for all of them.
#define ROWS 4

#if defined(__x86_64__) && defined(__linux__)
#define EVERY_WIDTH __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EVERY_WIDTH
#endif

#define LOAD_f32(x, into)                                                                                              \
    do {                                                                                                               \
        narrow n;                                                                                                      \
        memcpy(&n, x, sizeof n);                                                                                       \
        into = __builtin_convertvector(n, lanes);                                                                      \
    } while (0)
#define LOAD_f64(x, into) memcpy(&into, x, sizeof(lanes))

#define GRAM_PRODUCT(SUFFIX, TYPE)                                                                                     \
    EVERY_WIDTH void ck_gram_product_##SUFFIX(const TYPE *a, ptrdiff_t rows, ptrdiff_t columns, const double *v,       \
                                              double *y, double *z) {                                                  \
        ptrdiff_t whole = columns - columns % WIDTH;                                                                   \
        for (ptrdiff_t r = 0; r < rows; r += ROWS) {                                                                   \
            const TYPE *row[ROWS];                                                                                     \
            lanes sum[ROWS] = {0};                                                                                     \
            double dot[ROWS];                                                                                          \
            /* Rows past the end repeat the last one, with weight zero. */                                             \
            for (int i = 0; i < ROWS; i++) row[i] = a + (r + i < rows ? r + i : rows - 1) * columns;                   \
            for (ptrdiff_t c = 0; c < whole; c += WIDTH) {                                                             \
                lanes x, w;                                                                                            \
                memcpy(&w, v + c, sizeof w);                                                                           \
                for (int i = 0; i < ROWS; i++) {                                                                       \
                    LOAD_##SUFFIX(row[i] + c, x);                                                                      \
                    sum[i] += x * w;                                                                                   \
                }                                                                                                      \
            }                                                                                                          \
            for (int i = 0; i < ROWS; i++) {                                                                           \
                double total = 0;                                                                                      \
                for (int l = 0; l < WIDTH; l++) total += sum[i][l];                                                    \
                for (ptrdiff_t c = whole; c < columns; c++) total += (double)row[i][c] * v[c];                         \
                if (r + i < rows) y[r + i] = total;                                                                    \
                dot[i] = r + i < rows ? total : 0;                                                                     \
            }                                                                                                          \
            for (ptrdiff_t c = 0; c < whole; c += WIDTH) {                                                             \
                lanes x, w, add = {0};                                                                                 \
                for (int i = 0; i < ROWS; i++) {                                                                       \
                    LOAD_##SUFFIX(row[i] + c, x);                                                                      \
                    add += x * dot[i];                                                                                 \
                }                                                                                                      \
                memcpy(&w, z + c, sizeof w);                                                                           \
                w += add;                                                                                              \
                memcpy(z + c, &w, sizeof w);                                                                           \
            }                                                                                                          \
            for (ptrdiff_t c = whole; c < columns; c++)                                                                \
                for (int i = 0; i < ROWS; i++) z[c] += (double)row[i][c] * dot[i];                                     \
        }                                                                                                              \
    }

GRAM_PRODUCT(f32, float)
GRAM_PRODUCT(f64, double)
