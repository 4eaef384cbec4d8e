// The C door to BLAS and LAPACK: OpenBLAS on Linux, Accelerate on macOS.
//
// Only the Fortran entry points are used, so no header of either library is needed. Arguments come by value here,
// matrices are column-major, and LAPACK's `info` is the result. Fortran's hidden string lengths are passed, because
// compilers of LAPACK rely on them.
#ifndef CBLAS_DOOR_H
#define CBLAS_DOOR_H

#include <stddef.h>

/// Makes every call below run on the thread that calls it. Sharing out the work is ours, so that results do not
/// depend on the number of threads. Call it before the others.
void cb_use_one_thread(void);

/// The processor core that the library chose its kernels for; empty where it does not say.
const char *cb_core_name(void);

/// C = alpha op(A) op(B) + beta C; C is m x n, the inner dimension is k; `transA` and `transB` are 'N' or 'T'.
void cb_dgemm(char transA, char transB, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
              int ldb, double beta, double *c, int ldc);
/// The same in float32.
void cb_sgemm(char transA, char transB, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
              int ldb, float beta, float *c, int ldc);
/// Lower triangle of C = alpha op(A) op(A)' + beta C; C is n x n; `trans` 'N': A is n x k, 'T': A is k x n.
void cb_dsyrk_lower(char trans, int n, int k, double alpha, const double *a, int lda, double beta, double *c, int ldc);
/// y = alpha op(A) x + beta y with unit strides; A is m x n.
void cb_dgemv(char trans, int m, int n, double alpha, const double *a, int lda, const double *x, double beta,
              double *y);

/// Householder QR of the m x n matrix in place.
int cb_dgeqrf(int m, int n, double *a, int lda, double *tau, double *work, int lwork);
/// The triangular factor T of the block reflector I - V T V' of k columnwise reflectors of length m.
void cb_dlarft(int m, int k, const double *v, int ldv, const double *tau, double *t, int ldt);
/// Tridiagonal form of a symmetric band matrix (lower storage, kd subdiagonals), without vectors. `work` holds n.
int cb_dsbtrd(int n, int kd, double *ab, int ldab, double *d, double *e, double *work);
/// All eigenvalues of a symmetric tridiagonal matrix, ascending in d.
int cb_dsterf(int n, double *d, double *e);
/// All eigenvalues, ascending, of a symmetric matrix (lower triangle, destroyed), without vectors.
int cb_dsyevd_values(int n, double *a, int lda, double *w, double *work, int lwork, int *iwork, int liwork);
/// The eigenvalues number il...iu (from 1, ascending) of a symmetric matrix (lower triangle, destroyed) and their
/// vectors in z (n x (iu - il + 1)). `isuppz` holds 2 (iu - il + 1).
int cb_dsyevr_range(int n, double *a, int lda, int il, int iu, double *w, double *z, int ldz, int *isuppz,
                    double *work, int lwork, int *iwork, int liwork);
/// All singular values, descending, of an m x n matrix (destroyed), without vectors. `iwork` holds 8 min(m, n).
int cb_dgesdd_values(int m, int n, double *a, int lda, double *s, double *work, int lwork, int *iwork);

#endif
