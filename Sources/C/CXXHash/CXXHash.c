#include "CXXHash.h"

// Debian's library exports the dispatching entry points; its header does not declare them, and other builds lack them.
extern XXH_errorcode XXH3_128bits_update_dispatch(XXH3_state_t *, const void *, size_t) __attribute__((weak));

void cxxhash_update(XXH3_state_t *state, const void *bytes, size_t count) {
    if (XXH3_128bits_update_dispatch) XXH3_128bits_update_dispatch(state, bytes, count);
    else XXH3_128bits_update(state, bytes, count);
}
