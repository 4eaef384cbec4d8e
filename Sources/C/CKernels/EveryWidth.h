#ifndef EVERY_WIDTH_H
#define EVERY_WIDTH_H

// A function that is compiled for each width of vectors, and chosen among them when the program runs.
#if defined(__x86_64__) && defined(__linux__)
#define EVERY_WIDTH __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define EVERY_WIDTH
#endif
#define INLINE static inline __attribute__((always_inline))

#endif
