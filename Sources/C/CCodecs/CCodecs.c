#include "CCodecs.h"

#include <stdlib.h>
#include <string.h>

// A constant element size lets the compiler turn the loop into byte interleaves of whole vectors.
#define UNSHUFFLE(SIZE)                                                                                            \
    static void unshuffle_##SIZE(uint8_t *restrict target, const uint8_t *restrict source, size_t count) {         \
        for (size_t i = 0; i < count; i++)                                                                         \
            for (size_t k = 0; k < SIZE; k++) target[i * SIZE + k] = source[k * count + i];                        \
    }
UNSHUFFLE(2)
UNSHUFFLE(4)
UNSHUFFLE(8)

void ccodecs_unshuffle(uint8_t *restrict target, const uint8_t *restrict source, size_t byte_count,
                       size_t element_size) {
    if (element_size < 2 || byte_count < 2 * element_size) {
        memcpy(target, source, byte_count);
        return;
    }
    size_t count = byte_count / element_size;
    switch (element_size) {
    case 2: unshuffle_2(target, source, count); break;
    case 4: unshuffle_4(target, source, count); break;
    case 8: unshuffle_8(target, source, count); break;
    default:
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < element_size; k++) target[i * element_size + k] = source[k * count + i];
    }
    size_t done = count * element_size;
    memcpy(target + done, source + done, byte_count - done);
}

uint32_t ccodecs_fletcher32(const uint8_t *bytes, size_t byte_count) {
    // 360 words is the longest run for which neither sum can overflow 32 bits.
    uint32_t low = 0, high = 0;
    size_t words = byte_count / 2;
    while (words) {
        size_t run = words < 360 ? words : 360;
        words -= run;
        for (; run; run--, bytes += 2) {
            low += (uint32_t)bytes[0] << 8 | bytes[1];
            high += low;
        }
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    if (byte_count % 2) {
        low += (uint32_t)bytes[0] << 8;
        high += low;
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
    return high << 16 | low;
}

#define SWAP(BITS)                                                                                                 \
    static void swap_##BITS(uint8_t *bytes, size_t count) {                                                        \
        for (size_t i = 0; i < count; i++) {                                                                       \
            uint##BITS##_t value;                                                                                  \
            memcpy(&value, bytes + i * sizeof value, sizeof value);                                                \
            value = __builtin_bswap##BITS(value);                                                                  \
            memcpy(bytes + i * sizeof value, &value, sizeof value);                                                \
        }                                                                                                          \
    }
SWAP(16)
SWAP(32)
SWAP(64)

void ccodecs_swap(uint8_t *bytes, size_t byte_count, size_t component_size) {
    switch (component_size) {
    case 2: swap_16(bytes, byte_count / 2); break;
    case 4: swap_32(bytes, byte_count / 4); break;
    case 8: swap_64(bytes, byte_count / 8); break;
    default: break;
    }
}

size_t ccodecs_lzf_filter(unsigned flags, size_t parameter_count, const unsigned *parameters, size_t byte_count,
                          size_t *capacity, void **buffer) {
    const unsigned reverse = 0x0100; // H5Z_FLAG_REVERSE: reading
    if (!(flags & reverse) || parameter_count < 3 || parameters[2] == 0 || byte_count > UINT32_MAX) return 0;
    void *decoded = malloc(parameters[2]);
    if (!decoded) return 0;
    size_t count = lzf_decompress(*buffer, (unsigned)byte_count, decoded, parameters[2]);
    if (count == 0) {
        free(decoded);
        return 0;
    }
    free(*buffer);
    *buffer = decoded;
    *capacity = parameters[2];
    return count;
}
