"""The noun `Nodes`: m real nodes with positive weights, exactly, without a root being computed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

# Numbers are Fractions, or integers modulo a prime where a search only asks whether something vanishes.
Number = Fraction | int
Vector = tuple[Number, ...]

PRIME = 2**61 - 1


class Nodes:
    """m distinct real nodes z with positive weights of sum 1, given by a three-term recurrence.

    Args:
        shifts: rationals α_0, …, α_(m−1).
        norms: rationals β_1, …, β_(m−1) > 0.
        modulus: ``None`` for exact rationals, or a prime to compute modulo it.

    The nodes are the zeros of the last of the monic polynomials p_(k+1) = (z − α_k) p_k − β_k p_(k−1), the
    weights those of its Gauss rule: by Favard's theorem nodes are real and distinct and weights positive
    because all β are. So a function of the nodes is a polynomial modulo p_m, and its weighted mean is
    rational. α = 0, β_k = k is the Gauss–Hermite rule.

    Attributes:
        powers: z^0, …, z^(2m−2) in the basis 1, z, …, z^(m−1).
        basis: p_0, …, p_(m−1), orthogonal for the weights, in the basis 1, …, z^(m−1).
        means: weighted means of 1, z, …, z^(m−1).

    >>> str(Nodes((0, 0, 0), (1, 2)))
    '3 nodes with alpha = (0, 0, 0), beta = (1, 2)'
    """

    def __init__(
        self, shifts: Sequence[Fraction | int], norms: Sequence[Fraction | int], modulus: int | None = None
    ) -> None:
        self.shifts = tuple(Fraction(a) for a in shifts)
        self.norms = tuple(Fraction(b) for b in norms)
        self.size = m = len(self.shifts)
        if len(self.norms) != m - 1 or any(b <= 0 for b in self.norms):
            raise ValueError("norms: m - 1 positive rationals")
        zero, one = Fraction(0), Fraction(1)
        polynomials = [[one]]
        for k in range(m):
            up = [zero, *polynomials[k]]
            for i, c in enumerate(polynomials[k]):
                up[i] -= self.shifts[k] * c
            for i, c in enumerate(polynomials[k - 1] if k else []):
                up[i] -= self.norms[k - 1] * c
            polynomials.append(up)
        powers = [tuple(one if i == j else zero for j in range(m)) for i in range(m)]
        while len(powers) < 2 * m - 1:
            last = powers[-1]
            powers.append(
                tuple((last[j - 1] if j else zero) - last[-1] * polynomials[m][j] for j in range(m))
            )
        self.modulus = modulus
        self.powers = tuple(tuple(map(self.number, p)) for p in powers)
        self.basis = tuple(tuple(p) + (zero,) * (m - len(p)) for p in polynomials[:m])
        means = [one]
        for i in range(1, m):
            means.append(-sum((polynomials[i][j] * means[j] for j in range(i)), zero))
        self.means = tuple(map(self.number, means))
        self.one: Vector = (self.number(one),) + (self.number(zero),) * (m - 1)

    def __str__(self) -> str:
        alpha, beta = (
            ", ".join(map(str, v)) + ("," if len(v) == 1 else "") for v in (self.shifts, self.norms)
        )
        return f"{self.size} nodes with alpha = ({alpha}), beta = ({beta})"

    def number(self, value: Number) -> Number:
        """Return a rational in the arithmetic of these nodes."""
        if self.modulus is None:
            return value
        return value.numerator * pow(value.denominator, -1, self.modulus) % self.modulus

    def reduce(self, values: Sequence[Number]) -> Vector:
        """Return sums and products of numbers in normal form."""
        if self.modulus is None:
            return tuple(values)
        modulus = self.modulus
        return tuple([value % modulus for value in values])

    def mean(self, vector: Vector) -> Number:
        """Return the weighted mean of a function of the nodes."""
        total = sum([c * e for c, e in zip(vector, self.means, strict=True) if c], self.one[0] * 0)
        return self.reduce((total,))[0]

    def product(self, left: Vector, right: Vector) -> Vector:
        """Return the product of two functions of the nodes."""
        m = self.size
        result = [self.one[0] * 0] * m
        for i, a in enumerate(left):
            if a:
                for j, b in enumerate(right):
                    if b:
                        c = a * b
                        if i + j < m:
                            result[i + j] += c
                        else:
                            for k, p in enumerate(self.powers[i + j]):
                                if p:
                                    result[k] += c * p
        return self.reduce(result)


@lru_cache(maxsize=64)
def gauss_hermite(m: int) -> Nodes:
    """Return the m-point Gauss–Hermite rule for N(0, 1).

    >>> gauss_hermite(2).product((Fraction(0), Fraction(1)), (Fraction(0), Fraction(1)))
    (Fraction(1, 1), Fraction(0, 1))
    """
    return Nodes((0,) * m, tuple(range(1, m)))
