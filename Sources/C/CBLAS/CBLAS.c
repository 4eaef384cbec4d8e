#include "CBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

extern void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *,
                   const int *, const double *, const int *, const double *, double *, const int *, size_t, size_t);
extern void sgemm_(const char *, const char *, const int *, const int *, const int *, const float *, const float *,
                   const int *, const float *, const int *, const float *, float *, const int *, size_t, size_t);
extern void dsyrk_(const char *, const char *, const int *, const int *, const double *, const double *, const int *,
                   const double *, double *, const int *, size_t, size_t);
extern void dgemv_(const char *, const int *, const int *, const double *, const double *, const int *, const double *,
                   const int *, const double *, double *, const int *, size_t);
extern void dgeqrf_(const int *, const int *, double *, const int *, double *, double *, const int *, int *);
extern void dlarft_(const char *, const char *, const int *, const int *, const double *, const int *, const double *,
                    double *, const int *, size_t, size_t);
extern void dsbtrd_(const char *, const char *, const int *, const int *, double *, const int *, double *, double *,
                    double *, const int *, double *, int *, size_t, size_t);
extern void dsterf_(const int *, double *, double *, int *);
extern void dsyevd_(const char *, const char *, const int *, double *, const int *, double *, double *, const int *,
                    int *, const int *, int *, size_t, size_t);
extern void dsyevr_(const char *, const char *, const char *, const int *, double *, const int *, const double *,
                    const double *, const int *, const int *, const double *, int *, double *, double *, const int *,
                    int *, double *, const int *, int *, const int *, int *, size_t, size_t, size_t);
extern void dgesdd_(const char *, const int *, const int *, double *, const int *, double *, double *, const int *,
                    double *, const int *, double *, const int *, int *, int *, size_t);

#if defined(__APPLE__)
// Accelerate offers no count, only single or multiple (macOS 15).
extern int BLASSetThreading(unsigned int);
static void become_single(void) { BLASSetThreading(1); }
const char *cb_core_name(void) { return ""; }
#define CALL(function) function

void cb_use_one_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, become_single);
}
#else
// OpenBLAS is loaded when it is first called, with its threads switched off: linked, it would start them in every
// process, also in those that never multiply a matrix, and they spin for a while on the cores that others need.
static void *library;

static void load(void) {
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "error: cannot load OpenBLAS (%s); install the package libopenblas0\n", dlerror());
        exit(1);
    }
}

static void *symbol(const char *name) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "error: this OpenBLAS has no %s\n", name);
        exit(1);
    }
    return found;
}
#define CALL(function) ((__typeof__(&function))symbol(#function))

extern char *openblas_get_corename(void);
const char *cb_core_name(void) { return CALL(openblas_get_corename)(); }
void cb_use_one_thread(void) { symbol("dgemm_"); }
#endif

void cb_dgemm(char transA, char transB, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
              int ldb, double beta, double *c, int ldc) {
    CALL(dgemm_)(&transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc, 1, 1);
}

void cb_sgemm(char transA, char transB, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
              int ldb, float beta, float *c, int ldc) {
    CALL(sgemm_)(&transA, &transB, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc, 1, 1);
}

void cb_dsyrk_lower(char trans, int n, int k, double alpha, const double *a, int lda, double beta, double *c, int ldc) {
    CALL(dsyrk_)("L", &trans, &n, &k, &alpha, a, &lda, &beta, c, &ldc, 1, 1);
}

void cb_dgemv(char trans, int m, int n, double alpha, const double *a, int lda, const double *x, double beta,
              double *y) {
    int one = 1;
    CALL(dgemv_)(&trans, &m, &n, &alpha, a, &lda, x, &one, &beta, y, &one, 1);
}

int cb_dgeqrf(int m, int n, double *a, int lda, double *tau, double *work, int lwork) {
    int info = 0;
    CALL(dgeqrf_)(&m, &n, a, &lda, tau, work, &lwork, &info);
    return info;
}

void cb_dlarft(int m, int k, const double *v, int ldv, const double *tau, double *t, int ldt) {
    CALL(dlarft_)("F", "C", &m, &k, v, &ldv, tau, t, &ldt, 1, 1);
}

int cb_dsbtrd(int n, int kd, double *ab, int ldab, double *d, double *e, double *work) {
    int info = 0, one = 1;
    double none = 0;
    CALL(dsbtrd_)("N", "L", &n, &kd, ab, &ldab, d, e, &none, &one, work, &info, 1, 1);
    return info;
}

int cb_dsterf(int n, double *d, double *e) {
    int info = 0;
    CALL(dsterf_)(&n, d, e, &info);
    return info;
}

int cb_dsyevd_values(int n, double *a, int lda, double *w, double *work, int lwork, int *iwork, int liwork) {
    int info = 0;
    CALL(dsyevd_)("N", "L", &n, a, &lda, w, work, &lwork, iwork, &liwork, &info, 1, 1);
    return info;
}

int cb_dsyevr_range(int n, double *a, int lda, int il, int iu, double *w, double *z, int ldz, int *isuppz,
                    double *work, int lwork, int *iwork, int liwork) {
    int info = 0, found = 0;
    double unused = 0, best = 0;
    CALL(dsyevr_)("V", "I", "L", &n, a, &lda, &unused, &unused, &il, &iu, &best, &found, w, z, &ldz, isuppz, work, &lwork,
            iwork, &liwork, &info, 1, 1, 1);
    return info == 0 && found != iu - il + 1 ? 1 : info;
}

int cb_dgesdd_values(int m, int n, double *a, int lda, double *s, double *work, int lwork, int *iwork) {
    int info = 0, one = 1;
    double none = 0;
    CALL(dgesdd_)("N", &m, &n, a, &lda, s, &none, &one, &none, &one, work, &lwork, iwork, &info, 1);
    return info;
}
