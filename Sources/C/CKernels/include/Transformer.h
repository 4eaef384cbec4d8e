// The elementwise and row-wise steps of a language model's forward pass, in float32. Matrix products are BLAS's.
#ifndef TRANSFORMER_H
#define TRANSFORMER_H

#include <stddef.h>
#include <stdint.h>

/// y = gain * x / sqrt(mean(x^2) + epsilon) for each of `rows` rows of `width` (Zhang and Sennrich, 2019).
void ck_rms_norm(const float *x, const float *gain, size_t rows, size_t width, float epsilon, float *y);
/// y = gain * (x - mean) / sqrt(variance + epsilon) + bias for each row; `gain` and `bias` may be NULL (1 and 0).
void ck_layer_norm(const float *x, const float *gain, const float *bias, size_t rows, size_t width, float epsilon,
                   float *y);
/// Rotates pairs (i, i + half) of each head's first 2 half elements by the angles of one position: `cosines` and `sines`
/// hold `half` each.
void ck_rotate(float *x, size_t heads, size_t head_width, size_t half, const float *cosines, const float *sines);
/// gate = gate / (1 + exp(-gate)) * up
void ck_swiglu(float *gate, const float *up, size_t count);
/// x = x / 2 * (1 + erf(x / sqrt(2)))
void ck_gelu(float *x, size_t count);
/// x = min(max(x, -limit), limit); NaN stays.
void ck_clamp(float *x, size_t count, float limit);
/// x += y
void ck_add(float *x, const float *y, size_t count);
/// Softmax of scale * row[first..<end]; the rest of the row's `count` elements becomes 0.
void ck_softmax(float *row, size_t first, size_t end, size_t count, float scale);

#define CK_LEADING 5

/// What is kept of one token's logits z while they pass by, piece after piece of the vocabulary. Start with
/// ck_token_begin.
typedef struct {
    double sum;     ///< of e^(z - largest[0])
    double moment;  ///< of (z - largest[0]) e^(z - largest[0])
    float largest[CK_LEADING];  ///< descending
    float target;               ///< logit of the token that follows
    int32_t first;              ///< the first place of the largest logit
} ck_token;

void ck_token_begin(ck_token *token);
/// Adds the logits of `count` ids from `id` on; `target` is the id of the token that follows.
void ck_token_add(ck_token *token, const float *logits, size_t count, int32_t id, int32_t target);

/// What is kept of the logits p and q of two models for one token. Start with ck_pair_token_begin.
typedef struct {
    double sum, other_sum;  ///< of e^(p - largest), of e^(q - other_largest)
    double moment;          ///< of (p - q) e^(p - largest)
    float largest, other_largest;
    int32_t first, other_first;  ///< first places of the largest logits
} ck_pair_token;

void ck_pair_token_begin(ck_pair_token *token);
/// Adds the logits of `count` ids from `id` on.
void ck_pair_token_add(ck_pair_token *token, const float *logits, const float *other, size_t count, int32_t id);

#endif
