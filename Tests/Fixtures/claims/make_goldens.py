"""What the claims of experiments/claims.yaml compute to, with 40 digits, independently of the harness.

    python3 Tests/Fixtures/claims/make_goldens.py

Run with Python 3.11 (standard library only). Writes verdicts.csv beside itself: for each claim as printed, and for the
readings named here, the value and its range over all inputs that are printed so (corners of the box), and the verdict.
"""
import csv
import itertools
from decimal import Decimal as D, getcontext
from pathlib import Path

getcontext().prec = 40
HALF = D("0.5")


class Printed:
    """A printed decimal: the value, and the unit of its last digit (0 for an exact one)."""

    def __init__(self, text, unit=None, scale=1):
        self.value = D(text) * scale
        self.unit = (D(unit) if unit is not None else D(1).scaleb(D(text).as_tuple().exponent)) * scale

    def ends(self):
        return (self.value - self.unit * HALF, self.value + self.unit * HALF)


def p(text, scale=1):
    return Printed(text, scale=D(scale))


def exact(text):
    return Printed(text, unit="0")


def power(a, b):
    return (b * a.ln()).exp()


def power_law(a, c, e):
    return a * power(c, e)


def optimal_compute(n, k, e):
    return power(n / k, 1 / e)


def optimal_tokens(n, k, e):
    return optimal_compute(n, k, e) / (6 * n)


def transferred(k, d, a, n, b):
    return k * power(d, a) * power(n, b)


def olmo2(layers, d, k, f, v):
    return layers * (2 * d * d + 2 * d * k + 3 * d * f + 3 * d + k) + d + 2 * v * d


BILLION, MILLION, GI, MI = D(10) ** 9, D(10) ** 6, D(2) ** 30, D(2) ** 20
ratio = lambda a, b: a / b
product = lambda a, b: a * b
share = lambda a, b: a / (a + b)
olmo = {
    "1b": ("16", "2048", "2048", "8192", "100352"), "7b": ("32", "4096", "4096", "11008", "100352"),
    "13b": ("40", "5120", "5120", "13824", "100352"),
}
CLM, MLM = (p("1.26e-3"), p("0.578")), (p("6.19e-8"), p("0.776"))


def shape(size):
    return [exact(x) for x in olmo[size]]


# claim, reading, claimed, function, inputs
CLAIMS = [
    ("olmo-1b-perplexity", "as_printed", p("10.815"), lambda x: x.exp(), [p("2.376")]),
    ("olmo-1b-loss", "as_printed", p("2.376"), lambda x: x.ln(), [p("10.815")]),
    ("clm-loss-1e21", "as_printed", p("2.2362"), power_law, [p("8.251"), exact("1e21"), p("-0.027")]),
    ("mlm-to-clm-loss-1e21", "as_printed", p("2.2531"), power_law, [p("7.191"), exact("1e21"), p("-0.024")]),
    ("mlm-loss-1e21", "as_printed", p("1.9561"), power_law, [p("10.125"), exact("1e21"), p("-0.034")]),
    ("clm-to-mlm-loss-1e21", "as_printed", p("1.7726"), power_law, [p("11.133"), exact("1e21"), p("-0.038")]),
    ("clm-loss-3e19", "as_printed", p("2.4582"), power_law, [p("8.251"), exact("3e19"), p("-0.027")]),
    ("mlm-to-clm-loss-3e19", "as_printed", p("2.4507"), power_law, [p("7.191"), exact("3e19"), p("-0.024")]),
    ("compute-exponent", "as_printed", p("0.894"), ratio, [p("-0.034"), p("-0.038")]),
    ("clm-compute-85m", "as_printed", p("0.59e19"), optimal_compute, [p("85", MILLION), *CLM]),
    ("clm-compute-85m", "inputs_in_powers_of_1024", p("0.59e19"), optimal_compute, [p("85", MI), *CLM]),
    ("mlm-compute-85m", "as_printed", p("3.4e19"), optimal_compute, [p("85", MILLION), *MLM]),
    ("mlm-compute-85m", "inputs_in_powers_of_1024", p("3.4e19"), optimal_compute, [p("85", MI), *MLM]),
    ("mlm-tokens-85m", "as_printed", p("60", BILLION), optimal_tokens, [p("85", MILLION), *MLM]),
    ("mlm-tokens-85m", "all_in_powers_of_1024", p("60", GI), optimal_tokens, [p("85", MI), *MLM]),
    ("mlm-tokens-85m", "from_printed_compute_in_powers_of_1024", p("60", GI), lambda c, n: c / (6 * n),
     [p("3.4e19"), p("85", MI)]),
    ("transferred-tokens", "as_printed", p("8.57", BILLION), transferred,
     [p("3.65e5"), p("48", BILLION), p("0.137"), p("85", MILLION), p("0.369")]),
    ("transferred-tokens", "inputs_in_powers_of_1024", p("8.57", BILLION), transferred,
     [p("3.65e5"), p("48", GI), p("0.137"), p("85", MI), p("0.369")]),
    ("transferred-tokens", "all_in_powers_of_1024", p("8.57", GI), transferred,
     [p("3.65e5"), p("48", GI), p("0.137"), p("85", MI), p("0.369")]),
    ("transferred-share", "as_printed", p("14.28", D("0.01")), share, [p("8.57", BILLION), p("48", BILLION)]),
    ("transferred-share", "share_of_all_tokens", p("14.28", D("0.01")), ratio, [p("8.57", BILLION), p("60", BILLION)]),
    ("olmo2-7b-parameters", "as_printed", p("7298617344"), olmo2, shape("7b")),
    ("olmo2-1b-name", "as_printed", p("1", BILLION), olmo2, shape("1b")),
    ("olmo2-7b-name", "as_printed", p("7", BILLION), olmo2, shape("7b")),
    ("olmo2-13b-name", "as_printed", p("13", BILLION), olmo2, shape("13b")),
    ("olmo2-1b-stage1-tokens", "as_printed", p("4001", BILLION), product, [exact("1907359"), exact("2097152")]),
    ("olmo2-7b-stage1-tokens", "as_printed", p("3896", BILLION), product, [exact("928646"), exact("4194304")]),
    ("olmo2-7b-stage1-tokens-computed", "as_printed", p("3.895e12"), product, [exact("928646"), exact("4194304")]),
    ("olmo2-13b-stage1-tokens", "as_printed", p("5001", BILLION), product, [exact("596057"), exact("8388608")]),
    ("olmo2-32b-stage1-tokens", "as_printed", p("6056", BILLION), product, [exact("721901"), exact("8388608")]),
    ("olmo2-7b-stage2-tokens", "as_printed", p("50", BILLION), product, [exact("11931"), exact("4194304")]),
    ("olmo2-1b-stage2-tokens", "as_printed", p("50", BILLION), product, [exact("23852"), exact("2097152")]),
    ("olmo2-13b-stage2-tokens-300b", "as_printed", p("300", BILLION), product, [exact("35773"), exact("8388608")]),
    ("olmo2-1b-stage1-steps", "as_printed", p("1907359"), ratio, [exact("4e12"), exact("2097152")]),
    ("llama-7b-energy", "as_printed", p("36"), lambda h, w, q: h * w * q / 10**6,
     [exact("82432"), exact("400"), exact("1.1")]),
    ("llama-65b-emissions", "as_printed", p("173"), product, [p("449"), p("0.385")]),
    ("llama-33b-emissions", "as_printed", p("90"), product, [p("233"), p("0.385")]),
    ("bloom-energy", "as_printed", p("433.196"), lambda h, w, q: h * w * q / 10**6,
     [exact("1082990"), exact("400"), exact("1")]),
    ("openba-utilisation", "as_printed", p("79.7", D("0.01")), lambda n, d, h, peak: 6 * n * d / (h * 3600 * peak),
     [exact("15e9"), exact("380e9"), exact("38214"), exact("312e12")]),
]

with open(Path(__file__).parent / "verdicts.csv", "w") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["claim", "reading", "claimed", "computed", "computed_low", "computed_high", "verdict"])
    for claim, reading, claimed, function, inputs in CLAIMS:
        computed = function(*(x.value for x in inputs))
        corners = [function(*corner) for corner in itertools.product(*(x.ends() for x in inputs))]
        low, high = claimed.ends()
        if low <= computed <= high:
            verdict = "holds"
        else:
            verdict = "holds_within_rounding" if min(corners) <= high and low <= max(corners) else "does_not_hold"
        numbers = [f"{x:.25g}" for x in (claimed.value, computed, min(corners), max(corners))]
        writer.writerow([claim, reading, *numbers, verdict])
