"""Solvable at degree 2m - 1: the Gauss-Hermite rule with m nodes is a solution of the location-scale core."""

from .limits import Rejected
from .reading import fields, spell
from .statement import Statement
from .steps import core

_kept: list[tuple[int, list[int], list[int], int]] = [(0, [], [1], 0)]
_checked: dict[int, list[int]] = {}  # the He_m whose rule has been checked
_moments = [1]  # (2i)! [y^2i] exp(y^2/2) = (2i)! / (2^i i!) = E[Z^2i] of a standard Gaussian; odd ones are 0


def hermite(m: int) -> tuple[list[int], int]:
    """Return the coefficients of He_m, lowest first, and a lower bound of the number of its real zeros.

    He_{k+1} = x He_k - k He_{k-1}: neighbours of a zero of He_k have opposite signs there, so He_m .. He_0 is
    a generalised Sturm sequence; the bound is its sign changes at minus infinity less those at infinity.
    """
    k, before, last, count = _kept[0] if _kept[0][0] <= m else (0, [], [1], 0)
    while k < m:
        following = [0, *last]
        for j, coefficient in enumerate(before):
            following[j] -= k * coefficient
        count += 1 if last[-1] * following[-1] > 0 else -1
        k, before, last = k + 1, last, following
    _kept[0] = (k, before, last, count)
    return last, count


def check_quadrature(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that the zeros z_l of He_m and their Gauss weights w_l solve the core with b_l = z_l, s_l = -1.

    sum w_l exp(z_l y - y^2/2) = exp(-y^2/2) sum M_j y^j / j!, M_j = sum w_l z_l^j, so the degrees 1 .. 2m - 1
    vanish if M_j = j! [y^j] exp(y^2/2) for j < 2m. Then weights are positive: w_l is the rule's, hence the
    Gaussian's, mean of the square of the Lagrange polynomial of z_l, whose degree is m - 1.
    """
    location, scale = core(statement, steps)
    m = statement.m
    if statement.claim != "SOLVABLE" or statement.degree > 2 * m - 1:
        raise Rejected("quadrature", f"it proves solvability, and up to degree {2 * m - 1} only")
    if not {scale, location if m > 1 else scale} & set(statement.nontrivial):
        raise Rejected("non-triviality", "what the rule makes non-zero does not count")
    if fields(payload, "nodes", "payload")["nodes"] != [spell(coefficient) for coefficient in hermite(m)[0]]:
        raise Rejected("nodes", f"they are not the coefficients of He_{m}, lowest first")
    check_rule(m)
    return ()


def check_rule(m: int) -> None:
    """Check that He_m has m real zeros and is orthogonal to 1, .., x^(m - 1)."""
    h, real_zeros = hermite(m)
    if real_zeros != m:
        raise Rejected("Sturm", f"He_{m} does not have {m} real zeros")
    if _checked.get(m) == h:
        return
    for i in range(len(_moments), m):
        _moments.append(_moments[-1] * (2 * i - 1))
    # The rule interpolates: it is exact to degree m - 1, and by division to 2m - 1 if He_m is orthogonal to
    # 1, x, .., x^(m-1). To powers of the other parity it is so by symmetry.
    for k in range(m % 2, m, 2):
        if sum(a * b for a, b in zip(h[m % 2 :: 2], _moments[(m % 2 + k) // 2 :], strict=False)):
            raise Rejected("moments", f"He_{m} is not orthogonal to x^{k}")
    _checked[m] = h
