"""How high a cell of atoms can touch the truth along a line: what the direction rule rests on."""

from __future__ import annotations


def wronskian_order(highest: int, m: int) -> int:
    """Return the order to which n = m + 1 exponentials of polynomials can vanish at 0 in a sum that is not 0.

    Args:
        highest: largest degree k of the polynomials, at least 1; they may be complex.
        m: cell size.

    Their Wronskian is a polynomial of degree (k − 1)n(n − 1)/2 times an exponential, so the order is at most
    n − 1 + (k − 1)n(n − 1)/2.

    >>> wronskian_order(1, 4), wronskian_order(3, 2)
    (4, 8)
    """
    n = m + 1
    return n - 1 + (highest - 1) * n * (n - 1) // 2


def contact_order(highest: int, m: int) -> int:
    """Return the order to which Σ w_l exp(Σ_j η_jl τ^j) − Σ w_l can vanish without η = 0, all real, w > 0.

    Args:
        highest: largest degree k in τ, at least 1; for k = 2 both degrees may occur.
        m: cell size, at least 2.

    It is 2 for k = 1 (a sum of squares), 2m for k = 2 (theory page §3), and at most the Wronskian's else.

    >>> [contact_order(k, 3) for k in (1, 2, 3)]
    [2, 6, 15]
    """
    if highest <= 2:
        return 2 if highest == 1 else 2 * m
    return wronskian_order(highest, m)
