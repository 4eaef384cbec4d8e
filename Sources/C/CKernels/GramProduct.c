#include "EveryWidth.h"
#include "GramProduct.h"

#include <string.h>

typedef double lanes __attribute__((vector_size(64)));
typedef float narrow __attribute__((vector_size(32)));

#define WIDTH 8
// Rows taken through registers together; rows and columns whose piece of A and of the vectors stays in the cache.
#define ROWS 4
#define GROUP 16
#define TILE 512

// One rounding, the same on every processor; libm's where there is no instruction for it.
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)

#define LOAD_float(x, into)                                                                                            \
    do {                                                                                                               \
        narrow n;                                                                                                      \
        memcpy(&n, x, sizeof n);                                                                                       \
        into = __builtin_convertvector(n, lanes);                                                                      \
    } while (0)
#define LOAD_double(x, into) memcpy(&into, x, sizeof(lanes))

#define GRAM_PRODUCT(SUFFIX, TYPE)                                                                                     \
    /* y += A v over `width` columns of ROWS rows; `stride` is the length of a row and of a vector. */                 \
    INLINE void dots_##SUFFIX(const TYPE *const *row, ptrdiff_t width, ptrdiff_t stride, int vectors, const double *v, \
                              double (*y)[4]) {                                                                        \
        lanes sum[ROWS][4] = {{{0}}};                                                                                  \
        for (ptrdiff_t c = 0; c < width; c += WIDTH) {                                                                 \
            lanes x, w[4];                                                                                             \
            for (int j = 0; j < vectors; j++) memcpy(&w[j], v + j * stride + c, sizeof(lanes));                        \
            for (int i = 0; i < ROWS; i++) {                                                                           \
                /* The next piece of the row: too short and too far for the processor to foresee. */                   \
                __builtin_prefetch(row[i] + c + TILE);                                                                 \
                LOAD_##TYPE(row[i] + c, x);                                                                            \
                for (int j = 0; j < vectors; j++) sum[i][j] = FUSED(x, w[j], sum[i][j]);                               \
            }                                                                                                          \
        }                                                                                                              \
        for (int i = 0; i < ROWS; i++)                                                                                 \
            for (int j = 0; j < vectors; j++)                                                                          \
                for (int l = 0; l < WIDTH; l++) y[i][j] += sum[i][j][l];                                               \
    }                                                                                                                  \
                                                                                                                       \
    /* z += A' y over the same piece. */                                                                               \
    INLINE void updates_##SUFFIX(const TYPE *const *row, ptrdiff_t width, ptrdiff_t stride, int vectors,               \
                                 double (*y)[4], double *z) {                                                          \
        lanes spread[ROWS][4];                                                                                         \
        for (int i = 0; i < ROWS; i++)                                                                                 \
            for (int j = 0; j < vectors; j++) spread[i][j] = (lanes){0} + y[i][j];                                     \
        for (ptrdiff_t c = 0; c < width; c += WIDTH) {                                                                 \
            lanes x, add[4] = {{0}};                                                                                   \
            for (int i = 0; i < ROWS; i++) {                                                                           \
                LOAD_##TYPE(row[i] + c, x);                                                                            \
                for (int j = 0; j < vectors; j++) add[j] = FUSED(x, spread[i][j], add[j]);                             \
            }                                                                                                          \
            for (int j = 0; j < vectors; j++) {                                                                        \
                lanes w;                                                                                               \
                memcpy(&w, z + j * stride + c, sizeof w);                                                              \
                w += add[j];                                                                                           \
                memcpy(z + j * stride + c, &w, sizeof w);                                                              \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    INLINE void product_##SUFFIX(const TYPE *a, ptrdiff_t rows, ptrdiff_t columns, int vectors, const double *v,       \
                                 double *y, double *z) {                                                               \
        ptrdiff_t whole = columns - columns % WIDTH;                                                                   \
        for (ptrdiff_t first = 0; first < rows; first += GROUP) {                                                      \
            ptrdiff_t count = rows - first < GROUP ? rows - first : GROUP;                                             \
            const TYPE *row[GROUP];                                                                                    \
            double sums[GROUP][4] = {{0}};                                                                             \
            /* Rows past the end repeat the last one, and get weight zero before z. */                                 \
            for (ptrdiff_t i = 0; i < GROUP; i++) row[i] = a + (first + (i < count ? i : count - 1)) * columns;        \
            for (ptrdiff_t c = 0; c < whole; c += TILE) {                                                              \
                const TYPE *piece[GROUP];                                                                              \
                ptrdiff_t width = whole - c < TILE ? whole - c : TILE;                                                 \
                for (int i = 0; i < GROUP; i++) piece[i] = row[i] + c;                                                 \
                for (int i = 0; i < count; i += ROWS)                                                                  \
                    dots_##SUFFIX(piece + i, width, columns, vectors, v + c, sums + i);                                \
            }                                                                                                          \
            for (int i = 0; i < GROUP; i++)                                                                            \
                for (int j = 0; j < vectors; j++) {                                                                    \
                    for (ptrdiff_t c = whole; c < columns; c++) sums[i][j] += (double)row[i][c] * v[j * columns + c];  \
                    if (i >= count) sums[i][j] = 0;                                                                    \
                    else y[(first + i) * vectors + j] = sums[i][j];                                                    \
                }                                                                                                      \
            for (ptrdiff_t c = 0; c < whole; c += TILE) {                                                              \
                const TYPE *piece[GROUP];                                                                              \
                ptrdiff_t width = whole - c < TILE ? whole - c : TILE;                                                 \
                for (int i = 0; i < GROUP; i++) piece[i] = row[i] + c;                                                 \
                for (int i = 0; i < count; i += ROWS)                                                                  \
                    updates_##SUFFIX(piece + i, width, columns, vectors, sums + i, z + c);                             \
            }                                                                                                          \
            for (ptrdiff_t c = whole; c < columns; c++)                                                                \
                for (int i = 0; i < count; i++)                                                                        \
                    for (int j = 0; j < vectors; j++) z[j * columns + c] += (double)row[i][c] * sums[i][j];            \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    EVERY_WIDTH void ck_gram_product_##SUFFIX(const TYPE *a, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t vectors,     \
                                              const double *v, double *y, double *z) {                                 \
        if (vectors == 1) product_##SUFFIX(a, rows, columns, 1, v, y, z);                                              \
        else product_##SUFFIX(a, rows, columns, 4, v, y, z);                                                           \
    }

GRAM_PRODUCT(f32, float)
GRAM_PRODUCT(f64, double)
