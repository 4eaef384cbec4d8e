// The C door to NLopt.
#ifndef CNLOPT_H
#define CNLOPT_H

#include <nlopt.h>

#endif
