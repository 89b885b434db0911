"""The source of the kernels for a GPU: one straight line of scalar code a row, nothing in memory.

One thread adds the rows thread, thread + threads, ... to scalars of its own, which the compiler keeps in
registers; a block adds its threads in pairs. k, d and the law of the covariates are constants of the text,
parameters are arguments (the constant bank of a GPU). A text has at most `MOST_SUMS` sums: more would not fit
into registers, so second derivatives of k >= 4 come in several passes, each of which makes the rows anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

from polysolv.moe.engines.sums import Term, terms
from polysolv.moe.rows.scalars import LINSPACE, NORMAL

THREADS, MOST_SUMS = 128, 100


def passes(k: int, p: int, second: bool) -> list[list[tuple[int, Term]]]:
    """Return the terms of each pass, each with the number of its first sum."""
    found: list[list[tuple[int, Term]]] = [[]]
    filled = at = 0
    for term in terms(k, second):
        width = term.width(p)
        if filled + width > MOST_SUMS:
            found.append([])
            filled = 0
        found[-1].append((at, term))
        filled, at = filled + width, at + width
    return found


def arguments(k: int, d: int, k_true: int | None) -> list[str]:
    """Return the names of a kernel's arguments; ``k_true``: atoms of the stream, None for stored rows."""
    p = d + 1
    if k_true is None:
        names = ["n", "x", "response"]
    else:
        names = ["n", "rows", "stride", "replicate", "key0", "key1", "low", "width"]
        names += [f"{name}{c}" for c in range(1, p) for name in ("centre", "unit")] + ["centre0", "unit0"]
        names += [f"{name}{i}_{c}" for name in ("tg", "te") for i in range(k_true) for c in range(p)]
        names += [f"ts{i}" for i in range(k_true)]
    names += [f"{name}{i}_{c}" for name in ("g", "m") for i in range(k) for c in range(p)]
    return [*names, *(f"{name}{i}" for name in ("prec", "half") for i in range(k)), "out"]


def source(chosen: Sequence[Term], k: int, d: int, k_true: int | None, law: int) -> str:
    """Return the text of the function ``kernel`` that makes the sums of some terms.

    Args:
        chosen: terms of one pass.
        k, d: number of experts and of covariates.
        k_true: atoms of the stream, None for stored rows.
        law: of the covariates of the stream.
    """
    p = d + 1
    count = sum(term.width(p) for term in chosen)
    lines = [f"def kernel({', '.join(arguments(k, d, k_true))}):"]
    lines += [f"    s{m} = 0.0" for m in range(count)]
    lines.append("    for i in range(cuda.grid(1), n, cuda.gridsize(1)):")
    row = _stored(d) if k_true is None else _made(k_true, d, law)
    row += _factors(k, p)
    pairs = list(combinations_with_replacement(range(p), 2))
    row += [f"z{a}_{b} = z{a} * z{b}" for a, b in pairs if a > 0]
    monomials = ["", *(f" * z{c}" for c in range(1, p)), *(f" * z{a}_{b}" for a, b in pairs if a > 0)]
    at = 0
    for term in chosen:
        row.append(f"c = {_coefficient(term)}")
        for m in range(term.width(p)):
            row.append(f"s{at} += c{monomials[m]}")
            at += 1
    lines += [f"        {line}" for line in row]
    lines.append(f"    mine = cuda.local.array({count}, np.float64)")
    lines += [f"    mine[{m}] = s{m}" for m in range(count)]
    lines.append(_REDUCTION.format(count=count, threads=THREADS, half=THREADS // 2))
    return "\n".join(lines)


_REDUCTION = """\
    shared = cuda.shared.array({threads}, np.float64)
    lane = cuda.threadIdx.x
    for m in range({count}):
        shared[lane] = mine[m]
        cuda.syncthreads()
        half = {half}
        while half > 0:
            if lane < half:
                shared[lane] += shared[lane + half]
            cuda.syncthreads()
            half //= 2
        if lane == 0:
            out[m, cuda.blockIdx.x] = shared[0]
        cuda.syncthreads()
"""


def _stored(d: int) -> list[str]:
    return [*(f"z{c} = x[{c - 1}, i]" for c in range(1, d + 1)), "y = response[i]"]


def _made(k: int, d: int, law: int) -> list[str]:
    """Return the lines that make a row, as :mod:`polysolv.moe.rows.filling` does."""
    counter = "replicate, key0, key1"
    lines = ["number = np.uint64(i)", f"left, right = uniforms(number, NOISE, {counter})"]
    lines += ["noise, other = normals(left, right)", f"choice, x1 = uniforms(number, CHOICE, {counter})"]
    if law == NORMAL:
        lines.append("x1 = other")
    elif law == LINSPACE:
        lines.append("x1 = spaced(i, rows, stride)")
    if d > 1:
        lines.append(f"x2, x3 = uniforms(number, FURTHER, {counter})")
        if law == NORMAL:
            lines.append("x2, x3 = normals(x2, x3)")
    lines += [f"x{c} = low + width * x{c}" for c in range(1, d + 1)]
    lines += [f"w{j} = {_linear('tg', j, 'x', d)}" for j in range(k)]
    lines.append("top = " + _largest([f"w{j}" for j in range(k)]))
    lines.append("w0 = exponential(w0 - top)")
    lines += [f"w{j} = w{j - 1} + exponential(w{j} - top)" for j in range(1, k)]
    lines += [f"choice *= w{k - 1}", f"y = {_linear('te', k - 1, 'x', d)}", f"spread = ts{k - 1}"]
    for j in range(k - 2, -1, -1):
        lines += [f"if choice < w{j}:", f"    y = {_linear('te', j, 'x', d)}", f"    spread = ts{j}"]
    lines.append("y = (y + spread * noise - centre0) * unit0")
    return lines + [f"z{c} = (x{c} - centre{c}) * unit{c}" for c in range(1, d + 1)]


def _linear(name: str, j: int, x: str, d: int) -> str:
    return " + ".join([f"{name}{j}_0", *(f"{name}{j}_{c} * {x}{c}" for c in range(1, d + 1))])


def _largest(names: Sequence[str]) -> str:
    text = names[0]
    for name in names[1:]:
        text = f"max({text}, {name})"
    return text


def _factors(k: int, p: int) -> list[str]:
    """Return the lines that make tau, pi, e, q, h, tau e and tau h of a row, and its log density."""
    d, atoms = p - 1, range(k)
    lines = []
    for i in atoms:
        lines += [f"pi{i} = {_linear('g', i, 'z', d)}", f"e{i} = y - ({_linear('m', i, 'z', d)})"]
        lines += [f"q{i} = e{i} * (e{i} * prec{i})", f"e{i} *= prec{i}"]
        lines.append(f"tau{i} = pi{i} - half{i} - 0.5 * q{i}")
    for name, top, total in (("pi", "gate_top", "gates"), ("tau", "joint_top", "joints")):
        lines.append(f"{top} = " + _largest([f"{name}{i}" for i in atoms]))
        lines += [f"{name}{i} = exponential({name}{i} - {top})" for i in atoms]
        lines.append(f"{total} = " + " + ".join(f"{name}{i}" for i in atoms))
    lines.append("share = joints / gates")
    # The last term is 0, or NaN.
    lines.append("density = logarithm(share) + (joint_top - gate_top) + 0.0 * share")
    for name, total in (("pi", "gates"), ("tau", "joints")):
        lines.append(f"{total} = 1.0 / {total}")
        lines += [f"{name}{i} *= {total}" for i in atoms]
    for i in atoms:
        lines += [f"te{i}_ = tau{i} * e{i}", f"h{i} = 0.5 * (q{i} - 1.0)", f"th{i} = tau{i} * h{i}"]
    return lines


def _coefficient(term: Term) -> str:
    i, j = term.i, term.j
    single = {
        ("value",): "density",
        ("mass",): f"tau{i}",
        ("gate",): f"tau{i} - pi{i}",
        ("expert",): f"te{i}_",
        ("scale",): f"th{i}",
    }
    if term.kind in single:
        return single[term.kind]
    if i == j:
        paired: dict[tuple[str, ...], str] = {
            ("gate", "gate"): f"tau{i} * (1.0 - tau{i}) - pi{i} * (1.0 - pi{i})",
            ("gate", "expert"): f"te{i}_ * (1.0 - tau{i})",
            ("expert", "expert"): f"te{i}_ * (e{i} - te{i}_) - tau{i} * prec{i}",
            ("gate", "scale"): f"th{i} * (1.0 - tau{i})",
            ("expert", "scale"): f"te{i}_ * (h{i} - 1.0 - th{i})",
            ("scale", "scale"): f"th{i} * (h{i} - th{i}) - 0.5 * tau{i} * q{i}",
        }
        return paired[term.kind]
    if term.kind == ("gate", "gate"):
        return f"pi{i} * pi{j} - tau{i} * tau{j}"
    first = {"gate": f"tau{i}", "expert": f"te{i}_", "scale": f"th{i}"}[term.kind[0]]
    return f"-{first} * " + {"expert": f"te{j}_", "scale": f"th{j}"}[term.kind[1]]
