// The limit that a reader of files can reach: map two files afresh, touch every byte, print the sum of their words.
//
//     cc -O3 -march=native -pthread bench/fresh_map_sum.c -o fresh_map_sum
//     ./fresh_map_sum A B [THREADS]
//
// Page faults are part of the price, as they are for any reader that maps its input, so nothing is populated ahead.

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { blockBytes = 1 << 20, maxThreads = 256 };

typedef uint64_t Vector __attribute__((vector_size(64)));

typedef struct {
    const uint8_t *bytes;
    size_t count;
} Mapping;

static Mapping mappings[2];
static atomic_size_t nextBlock;
static size_t blockCount;

static Mapping mapFile(const char *path) {
    int file = open(path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        perror(path);
        exit(1);
    }
    size_t count = (size_t)status.st_size;
    void *bytes = count ? mmap(NULL, count, PROT_READ, MAP_PRIVATE, file, 0) : NULL;
    if (bytes == MAP_FAILED) {
        perror(path);
        exit(1);
    }
    close(file);
    return (Mapping){bytes, count};
}

/// Sum of 64-bit words; the last few bytes count as one word. `bytes` is page-aligned.
static uint64_t sumOf(const uint8_t *bytes, size_t count) {
    Vector sums[4] = {{0}};
    size_t stride = sizeof sums;
    const Vector *vectors = (const Vector *)bytes;
    for (size_t i = 0; i < count / stride; i++) {
        for (int j = 0; j < 4; j++) sums[j] += vectors[4 * i + j];
    }
    Vector all = sums[0] + sums[1] + sums[2] + sums[3];
    uint64_t sum = 0;
    for (int lane = 0; lane < 8; lane++) sum += all[lane];
    for (size_t i = count - count % stride; i < count; i += sizeof sum) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, count - i < sizeof word ? count - i : sizeof word);
        sum += word;
    }
    return sum;
}

/// Takes block after block of both files, as a comparison of the two would.
static void *work(void *result) {
    uint64_t sum = 0;
    for (size_t block; (block = atomic_fetch_add(&nextBlock, 1)) < blockCount;) {
        for (int i = 0; i < 2; i++) {
            size_t start = block * blockBytes;
            if (start >= mappings[i].count) continue;
            size_t left = mappings[i].count - start;
            sum += sumOf(mappings[i].bytes + start, left < blockBytes ? left : blockBytes);
        }
    }
    *(uint64_t *)result = sum;
    return NULL;
}

int main(int argc, char **argv) {
    int threads = argc > 3 ? atoi(argv[3]) : 1;
    if (argc < 3 || argc > 4 || threads < 1 || threads > maxThreads) {
        fprintf(stderr, "usage: %s A B [THREADS]\n", argv[0]);
        return 2;
    }
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < 2; i++) mappings[i] = mapFile(argv[1 + i]);
    size_t bytes = mappings[0].count + mappings[1].count;
    size_t larger = mappings[0].count > mappings[1].count ? mappings[0].count : mappings[1].count;
    blockCount = (larger + blockBytes - 1) / blockBytes;

    pthread_t workers[maxThreads];
    uint64_t sums[maxThreads] = {0}, sum = 0;
    for (int t = 0; t < threads; t++) {
        if (pthread_create(&workers[t], NULL, work, &sums[t]) != 0) {
            fprintf(stderr, "cannot start thread %d\n", t);
            return 1;
        }
    }
    for (int t = 0; t < threads; t++) {
        pthread_join(workers[t], NULL);
        sum += sums[t];
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
    printf("{\"peer\": \"fresh map\", \"threads\": %d, \"seconds\": %.6f, \"bytes\": %zu, \"sum\": %llu}\n", threads,
           seconds, bytes, (unsigned long long)sum);
    return 0;
}
