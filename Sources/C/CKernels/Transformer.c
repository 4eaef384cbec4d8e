#include "EveryWidth.h"
#include "Transformer.h"

#include <math.h>
#include <string.h>

// Loops over LANES independent sums, which compilers turn into vectors of whatever width the processor has.
#define LANES 16

// e^x to about one unit in the last place. x = n ln 2 + r with |r| <= ln 2 / 2; the series of e^r stops where it falls below
// float32. Below -87.3 the result is 0, above 88 it is e^88; NaN stays NaN.
INLINE float exponential(float x) {
    float bounded = x < -87.3f ? -87.3f : x > 88.0f ? 88.0f : x;
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
    float n = bounded * 1.44269504f + 12582912.0f - 12582912.0f;
    float r = bounded - n * 0.693359375f;  // ln 2 in two parts, the first of few bits
    r = r + n * 2.12194440e-4f;
    float series = 1.0f / 5040.0f;
    series = series * r + 1.0f / 720.0f;
    series = series * r + 1.0f / 120.0f;
    series = series * r + 1.0f / 24.0f;
    series = series * r + 1.0f / 6.0f;
    series = series * r + 0.5f;
    series = series * r * r + r + 1.0f;
    // Of a NaN the conversion is any number; the product stays NaN.
    int32_t exponent = (int32_t)(n < -126.0f ? -126.0f : n > 127.0f ? 127.0f : n == n ? n : 0.0f);
    uint32_t bits = (uint32_t)(exponent + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return x < -87.3f ? 0.0f : series * power;
}

INLINE double lane_total(const float *lanes) {
    double total = 0;
    for (int l = 0; l < LANES; l++) total += lanes[l];
    return total;
}

// Sums within blocks are float32, between blocks double.
#define BLOCK 512

EVERY_WIDTH void ck_rms_norm(const float *x, const float *gain, size_t rows, size_t width, float epsilon, float *y) {
    for (size_t row = 0; row < rows; row++, x += width, y += width) {
        double sum = 0;
        size_t whole = width - width % LANES, i = 0;
        while (i < whole) {
            size_t end = i + BLOCK < whole ? i + BLOCK : whole;
            float lanes[LANES] = {0};
            for (; i < end; i += LANES)
                for (int l = 0; l < LANES; l++) lanes[l] += x[i + l] * x[i + l];
            sum += lane_total(lanes);
        }
        for (; i < width; i++) sum += (double)x[i] * x[i];
        float factor = (float)(1 / sqrt(sum / (double)width + (double)epsilon));
        for (i = 0; i < width; i++) y[i] = gain[i] * (x[i] * factor);
    }
}

EVERY_WIDTH void ck_layer_norm(const float *x, const float *gain, const float *bias, size_t rows, size_t width,
                               float epsilon, float *y) {
    for (size_t row = 0; row < rows; row++, x += width, y += width) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < width; i++) sum += x[i];
        float mean = (float)(sum / (double)width);
        for (size_t i = 0; i < width; i++) squares += ((double)x[i] - mean) * ((double)x[i] - mean);
        float factor = (float)(1 / sqrt(squares / (double)width + (double)epsilon));
        for (size_t i = 0; i < width; i++) {
            float value = (x[i] - mean) * factor;
            y[i] = (gain ? value * gain[i] : value) + (bias ? bias[i] : 0.0f);
        }
    }
}

EVERY_WIDTH void ck_rotate(float *x, size_t heads, size_t head_width, size_t half, const float *cosines,
                           const float *sines) {
    for (size_t head = 0; head < heads; head++, x += head_width)
        for (size_t i = 0; i < half; i++) {
            float a = x[i], b = x[i + half];
            x[i] = a * cosines[i] - b * sines[i];
            x[i + half] = b * cosines[i] + a * sines[i];
        }
}

EVERY_WIDTH void ck_swiglu(float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) gate[i] = gate[i] / (1.0f + exponential(-gate[i])) * up[i];
}

void ck_gelu(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = 0.5f * x[i] * (1.0f + erff(x[i] * 0.70710678f));
}

EVERY_WIDTH void ck_clamp(float *x, size_t count, float limit) {
    for (size_t i = 0; i < count; i++) x[i] = x[i] > limit ? limit : x[i] < -limit ? -limit : x[i];
}

EVERY_WIDTH void ck_add(float *x, const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

// The largest of finite numbers. Of NaN nothing is promised here: their exponentials find them.
INLINE float largest(const float *x, size_t count) {
    float lanes[LANES];
    for (int l = 0; l < LANES; l++) lanes[l] = -INFINITY;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int l = 0; l < LANES; l++) lanes[l] = lanes[l] < x[i + l] ? x[i + l] : lanes[l];
    float found = -INFINITY;
    for (int l = 0; l < LANES; l++) found = found < lanes[l] ? lanes[l] : found;
    for (; i < count; i++) found = found < x[i] ? x[i] : found;
    return found;
}

EVERY_WIDTH void ck_softmax(float *row, size_t first, size_t end, size_t count, float scale) {
    float *x = row + first;
    size_t length = end - first, i = 0;
    float most = largest(x, length);
    float lanes[LANES] = {0};
    for (; i + LANES <= length; i += LANES)
        for (int l = 0; l < LANES; l++) {
            float e = exponential((x[i + l] - most) * scale);
            x[i + l] = e;
            lanes[l] += e;
        }
    double sum = lane_total(lanes);
    for (; i < length; i++) {
        x[i] = exponential((x[i] - most) * scale);
        sum += x[i];
    }
    float factor = (float)(1 / sum);
    for (i = 0; i < length; i++) x[i] *= factor;
    memset(row, 0, first * sizeof(float));
    memset(row + end, 0, (count - end) * sizeof(float));
}

void ck_token_begin(ck_token *token) {
    memset(token, 0, sizeof *token);
    for (int i = 0; i < CK_LEADING; i++) token->largest[i] = -INFINITY;
    token->target = -INFINITY;
    token->first = -1;
}

static void insert(ck_token *token, float logit, int32_t id) {
    if (logit > token->largest[0]) token->first = id;
    int place = CK_LEADING - 1;
    for (; place > 0 && token->largest[place - 1] < logit; place--) token->largest[place] = token->largest[place - 1];
    token->largest[place] = logit;
}

EVERY_WIDTH void ck_token_add(ck_token *token, const float *logits, size_t count, int32_t id, int32_t target) {
    float before = token->largest[0];
    if (target >= id && (size_t)(target - id) < count) token->target = logits[target - id];
    for (size_t start = 0; start < count; start += 64) {
        size_t length = count - start < 64 ? count - start : 64;
        if (largest(logits + start, length) <= token->largest[CK_LEADING - 1]) continue;
        for (size_t i = start; i < start + length; i++)
            if (logits[i] > token->largest[CK_LEADING - 1]) insert(token, logits[i], id + (int32_t)i);
    }
    float most = token->largest[0];
    if (token->sum > 0) {
        double change = (double)before - most, factor = exp(change);
        token->moment = (token->moment + change * token->sum) * factor;
        token->sum *= factor;
    }
    for (size_t start = 0; start < count; start += BLOCK) {
        size_t end = start + BLOCK < count ? start + BLOCK : count, i = start;
        float sums[LANES] = {0}, moments[LANES] = {0};
        for (; i + LANES <= end; i += LANES)
            for (int l = 0; l < LANES; l++) {
                float difference = logits[i + l] - most, e = exponential(difference);
                sums[l] += e;
                moments[l] += difference * e;
            }
        double sum = lane_total(sums), moment = lane_total(moments);
        for (; i < end; i++) {
            float difference = logits[i] - most, e = exponential(difference);
            sum += e;
            moment += (double)difference * e;
        }
        token->sum += sum;
        token->moment += moment;
    }
}

void ck_pair_token_begin(ck_pair_token *token) {
    memset(token, 0, sizeof *token);
    token->largest = token->other_largest = -INFINITY;
    token->first = token->other_first = -1;
}

static int32_t place(const float *x, size_t count, float value, int32_t id) {
    for (size_t i = 0; i < count; i++)
        if (x[i] == value) return id + (int32_t)i;
    return -1;
}

EVERY_WIDTH void ck_pair_token_add(ck_pair_token *token, const float *logits, const float *other, size_t count,
                                   int32_t id) {
    float most = largest(logits, count), other_most = largest(other, count);
    if (most > token->largest) {
        double factor = exp((double)token->largest - most);
        token->sum *= factor;
        token->moment *= factor;
        token->largest = most;
        token->first = place(logits, count, most, id);
    }
    if (other_most > token->other_largest) {
        token->other_sum *= exp((double)token->other_largest - other_most);
        token->other_largest = other_most;
        token->other_first = place(other, count, other_most, id);
    }
    most = token->largest;
    other_most = token->other_largest;
    for (size_t start = 0; start < count; start += BLOCK) {
        size_t end = start + BLOCK < count ? start + BLOCK : count, i = start;
        float sums[LANES] = {0}, others[LANES] = {0}, moments[LANES] = {0};
        for (; i + LANES <= end; i += LANES)
            for (int l = 0; l < LANES; l++) {
                float e = exponential(logits[i + l] - most);
                sums[l] += e;
                moments[l] += (logits[i + l] - other[i + l]) * e;
                others[l] += exponential(other[i + l] - other_most);
            }
        double sum = lane_total(sums), other_sum = lane_total(others), moment = lane_total(moments);
        for (; i < end; i++) {
            float e = exponential(logits[i] - most);
            sum += e;
            moment += (double)(logits[i] - other[i]) * e;
            other_sum += exponential(other[i] - other_most);
        }
        token->sum += sum;
        token->other_sum += other_sum;
        token->moment += moment;
    }
}
