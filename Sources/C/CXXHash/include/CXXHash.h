// The C door to xxHash.
#ifndef CXXHASH_H
#define CXXHASH_H

#include <xxhash.h>

/// XXH3_128bits_update with the widest vectors the processor has, where the library was built with that choice.
void cxxhash_update(XXH3_state_t *state, const void *bytes, size_t count);

#endif
