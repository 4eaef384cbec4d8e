// The C door to xxHash. The `_dispatch` entry points pick the widest vectors the processor has.
#ifndef CXXHASH_H
#define CXXHASH_H
#include <xxhash.h>
#endif
