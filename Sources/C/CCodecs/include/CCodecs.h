// Chunk filters of HDF5, and members of zip archives, that the harness undoes itself, on all cores and outside HDF5's lock.
#ifndef CCODECS_H
#define CCODECS_H

#include <stddef.h>
#include <stdint.h>

#include <libdeflate.h>
#include <zlib.h>
#if __has_include(<liblzf/lzf.h>)
#include <liblzf/lzf.h>
#else
#include <lzf.h>
#endif

// Undoes HDF5's shuffle filter: `source` holds all first bytes of the elements, then all second bytes, ...;
// `target` gets whole elements again. Bytes after the last whole element are copied as they are, as HDF5 does.
void ccodecs_unshuffle(uint8_t *restrict target, const uint8_t *restrict source, size_t byte_count,
                       size_t element_size);

// The Fletcher-32 checksum as HDF5 computes it (16-bit big-endian words, an odd last byte counted as a high byte).
uint32_t ccodecs_fletcher32(const uint8_t *bytes, size_t byte_count);

// h5py's lzf as libhdf5 calls a filter, for chunks that libhdf5 must read: undoes it, never applies it. The buffer is
// exchanged for a larger one; the third parameter of the filter is the size of a chunk.
size_t ccodecs_lzf_filter(unsigned flags, size_t parameter_count, const unsigned *parameters, size_t byte_count,
                          size_t *capacity, void **buffer);

// Reverses the bytes of each component of 2, 4 or 8 bytes, in place; `byte_count` is a multiple of it.
void ccodecs_swap(uint8_t *bytes, size_t byte_count, size_t component_size);

#endif
