"""How one row is made, in scalar code that numba compiles for a CPU and for a GPU alike.

Random words come from Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3"): ten rounds of a bijection of 128-bit counters, chosen by a 64-bit key. The counter is (low and high
half of the row's number i, replicate, block), the key is the seed, so a row depends on nothing else. Block 0
gives two independent normals (Box and Muller 1958), block 1 the uniforms that choose the atom and x_1, block
2 those of x_2 and x_3.

exp, log, sin and cos are series in plain arithmetic: compilers make vectors of loops over them, which they do
not of calls of a library, and a GPU differs from a CPU by fused multiplications alone, in the last bits.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

# Blocks of random words of a row, and laws of the covariates.
NOISE, CHOICE, FURTHER = np.uint64(0), np.uint64(1), np.uint64(2)
UNIFORM, NORMAL, LINSPACE = 0, 1, 2

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_HALF, _FIVE, _SIX = np.uint64(32), np.uint64(5), np.uint64(6)
_SHIFT, _UNIT = 67108864.0, 2.0**-53

# Adding 1.5 2^52 rounds to an integer and leaves it in the low bits.
_ROUNDER = 1.5 * 2.0**52
_LOG2E, _LN2 = 1.4426950408889634, 0.6931471805599453
# ln 2 in two parts, the first with few bits, so that its multiples are exact.
_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_BIAS, _MANTISSA = np.int64(1023), np.int64(52)
_FRACTION, _ONES = np.int64((1 << 52) - 1), np.int64(1023 << 52)
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11, _E12, _E13 = (
    1.0 / math.factorial(i) for i in range(2, 14)
)
_L3, _L5, _L7, _L9, _L11, _L13, _L15, _L17, _L19, _L21 = (2.0 / i for i in range(3, 22, 2))
_S3, _S5, _S7, _S9, _S11, _S13, _S15, _S17 = ((-1.0) ** (i // 2) / math.factorial(i) for i in range(3, 18, 2))
_C2, _C4, _C6, _C8, _C10, _C12, _C14, _C16 = ((-1.0) ** (i // 2) / math.factorial(i) for i in range(2, 17, 2))
_TURN = 2.0 * math.pi


def compiled(function: Any, **options: Any) -> Any:
    """Compile a function, and keep its machine code where some folder can be written."""
    options = {"nogil": True, "error_model": "numpy", **options}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # there is no such folder
        return numba.njit(**options)(function)


def inlined(function: Any) -> Any:
    """Compile a scalar function that becomes part of its callers, so that their loops become vectors."""
    return compiled(function, forceinline=True)


@inlined
def exponential(x):
    """Return exp(x) within two units of the last place; below -708 a number next to 0, NaN for NaN."""
    x = max(x, -708.0) if x < 709.0 else (709.0 if x >= 709.0 else x)
    shifted = x * _LOG2E + _ROUNDER
    whole = shifted - _ROUNDER
    r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    high = _E8 + r * (_E9 + r * (_E10 + r * (_E11 + r * (_E12 + r * _E13))))
    low = _E2 + r * (_E3 + r * (_E4 + r * (_E5 + r * (_E6 + r * (_E7 + r * high)))))
    power = np.int64((np.float64(shifted).view(np.int64) + _BIAS) << _MANTISSA).view(np.float64)
    return power * (1.0 + r * (1.0 + r * low))


@inlined
def logarithm(x):
    """Return log(x) of a positive normal number, within two units of the last place or of 1e-16."""
    bits = np.float64(x).view(np.int64)
    fraction = np.int64((bits & _FRACTION) | _ONES).view(np.float64)
    large = fraction > 1.4142135623730951
    fraction = 0.5 * fraction if large else fraction
    power = np.int64((bits >> _MANTISSA) + np.int64(0x4330000000000000)).view(np.float64) - 4503599627370496.0
    power = power - 1022.0 if large else power - 1023.0
    f = fraction - 1.0
    s = f / (2.0 + f)
    t = s * s
    high = _L11 + t * (_L13 + t * (_L15 + t * (_L17 + t * (_L19 + t * _L21))))
    tail = t * (_L3 + t * (_L5 + t * (_L7 + t * (_L9 + t * high))))
    return power * _LN2_HIGH + (2.0 * s + (s * tail + power * _LN2_LOW))


@inlined
def circle(turn):
    """Return (cos, sin) of a share of a turn from 0 to 1, within 1e-15."""
    shifted = 4.0 * turn + _ROUNDER
    quarter = shifted - _ROUNDER
    r = _TURN * (turn - 0.25 * quarter)
    t = r * r
    sine = r + r * t * (
        _S3 + t * (_S5 + t * (_S7 + t * (_S9 + t * (_S11 + t * (_S13 + t * (_S15 + t * _S17))))))
    )
    cosine = 1.0 + t * (
        _C2 + t * (_C4 + t * (_C6 + t * (_C8 + t * (_C10 + t * (_C12 + t * (_C14 + t * _C16))))))
    )
    odd = quarter == 1.0 or quarter == 3.0
    left = sine if odd else cosine
    right = cosine if odd else sine
    left = -left if quarter == 1.0 or quarter == 2.0 else left
    right = -right if quarter == 2.0 or quarter == 3.0 else right
    return left, right


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Return the four words of a counter (c0, ..., c3) and a key (k0, k1): 32 bits each, held in 64."""
    for _ in range(10):
        # A product of two 32-bit words: what compilers know an instruction for.
        left, right = _M0 * np.uint64(np.uint32(c0)), _M1 * np.uint64(np.uint32(c2))
        c0, c2 = (right >> _HALF) ^ c1 ^ k0, (left >> _HALF) ^ c3 ^ k1
        c1, c3 = np.uint64(np.uint32(right)), np.uint64(np.uint32(left))
        k0, k1 = np.uint64(np.uint32(k0 + _W0)), np.uint64(np.uint32(k1 + _W1))
    return c0, c1, c2, c3


@inlined
def uniform(high, low):
    """Return the multiple of 2^-53 in [0, 1) that two words spell."""
    return (np.int64(high >> _FIVE) * _SHIFT + np.int64(low >> _SIX)) * _UNIT


@inlined
def uniforms(row, block, replicate, key0, key1):
    """Return the two uniforms of one block of a row; all arguments are unsigned and have 64 bits."""
    a0, a1, a2, a3 = philox(np.uint64(np.uint32(row)), row >> _HALF, replicate, block, key0, key1)
    return uniform(a0, a1), uniform(a2, a3)


@inlined
def normals(left, right):
    """Return two independent standard normals of two uniforms in [0, 1)."""
    radius = math.sqrt(-2.0 * logarithm(left + _UNIT))
    cosine, sine = circle(right)
    return radius * cosine, radius * sine


@inlined
def spaced(row, rows, stride):
    """Return the place in [0, 1] of a row among equally spaced ones, in the order of multiples of stride."""
    return (row * stride) % rows / (rows - 1.0)
