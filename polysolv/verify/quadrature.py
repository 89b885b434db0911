"""Solvable at degree 2m - 1: the Gauss-Hermite rule with m nodes is a solution of the location-scale core."""

from .limits import Rejected
from .reading import fields, items, spell
from .statement import Statement
from .steps import core

_KEPT = 256  # polynomials that are kept between calls

_hermite = [[1], [0, 1]]  # coefficients of He_0, He_1, .., lowest first
_leading = [1, 1]
_moments = [1]  # (2i)! [y^2i] exp(y^2/2) = (2i)! / (2^i i!) = E[Z^2i] of a standard Gaussian; odd ones are 0


def hermite(m: int) -> list[int]:
    """Return the coefficients of He_m, lowest first, by He_{k+1} = x He_k - k He_{k-1}.

    >>> hermite(3)
    [0, -3, 0, 1]
    """
    if m < len(_hermite):
        return _hermite[m]
    before, last = _hermite[-2:]
    for k in range(len(_hermite) - 1, m):
        following = [0, *last]
        for j in range(k % 2 ^ 1, k, 2):
            following[j] -= k * before[j]
        before, last = last, following
        if k + 1 < _KEPT:
            _hermite.append(last)
        if k + 1 == len(_leading):
            _leading.append(last[-1])
    return last


def check_quadrature(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that the zeros z_l of He_m and their Gauss weights w_l solve the core with b_l = z_l, s_l = -1.

    sum w_l exp(z_l y - y^2/2) = exp(-y^2/2) sum M_j y^j / j! with the moments M_j = sum w_l z_l^j of the rule. So
    degrees 1 .. 2m - 1 vanish if M_j = j! [y^j] exp(y^2/2) for j < 2m. Then the weights are positive: w_l is the
    mean of the square of the Lagrange polynomial of z_l, of degree m - 1, hence its mean under the Gaussian.
    """
    location, scale = core(statement, steps)
    m = statement.m
    if statement.claim != "SOLVABLE" or statement.degree > 2 * m - 1:
        raise Rejected("quadrature", f"it proves solvability, and up to degree {2 * m - 1} only")
    if not {scale, location if m > 1 else scale} & set(statement.nontrivial):
        raise Rejected("non-triviality", "what the rule makes non-zero does not count")
    h = hermite(m)
    given = items(fields(payload, "nodes", "payload")["nodes"], "nodes")
    if given != [spell(coefficient) for coefficient in h]:
        raise Rejected("nodes", f"they are not the coefficients of He_{m}, lowest first")
    # Neighbours of a zero of He_k (0 < k < m) have opposite signs there, as He_{k+1} + k He_{k-1} = x He_k. So
    # He_m, .., He_0 is a generalised Sturm sequence: its sign changes at minus infinity less those at infinity
    # are at most the number of distinct real zeros of He_m.
    pairs = list(zip(_leading[:m], _leading[1 : m + 1], strict=True))
    if sum(a * b > 0 for a, b in pairs) - sum(a * b < 0 for a, b in pairs) != m:
        raise Rejected("Sturm", f"He_{m} does not have {m} real zeros")
    for i in range(len(_moments), m):
        _moments.append(_moments[-1] * (2 * i - 1))
    # The rule interpolates, so it is exact to degree m - 1; dividing by He_m, it is exact to degree 2m - 1 if
    # He_m is orthogonal to 1, x, .., x^(m-1). To powers of the other parity it is so by symmetry.
    for k in range(m % 2, m, 2):
        if sum(h[j] * _moments[(j + k) // 2] for j in range(m % 2, m + 1, 2)):
            raise Rejected("moments", f"He_{m} is not orthogonal to x^{k}")
    return ()
