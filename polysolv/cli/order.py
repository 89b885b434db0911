"""``polysolv order``."""

from __future__ import annotations

import json
from typing import Any

import click

from polysolv.cli.deciding import (
    CONTRADICTION_CODE,
    UNDECIDED_CODE,
    MethodName,
    deciding_options,
    terminated_cleanly,
)
from polysolv.cli.options import (
    IntegerRange,
    certificates_option,
    command,
    contact_options,
    emit,
    family_options,
    format_option,
    output_option,
    refuse_given,
)
from polysolv.cli.progress import status_line


@command("order")
@click.option("--m", type=IntegerRange(1, 400), default=2, show_default=True, help="Cell size.")
@family_options
@contact_options
@click.option(
    "--method",
    type=MethodName(),
    default="theorem",
    show_default=True,
    help="theorem; or a method, auto or all: then degree after degree is decided.",
)
@deciding_options
@certificates_option
@format_option("text", "json", default="text")
@output_option
def order_command(
    m: int,
    family: str,
    dim: int | None,
    m_true: int | None,
    weights: str | None,
    method: str,
    limits: dict[str, Any],
    no_progress: bool,
    certificates: str | None,
    style: str,
    output: str | None,
) -> int:
    """Order of a cell of M atoms: the least degree without a non-trivial real solution with positive weights.

    With --m-true: the least degree to which no two different mixtures agree, of M and of M_TRUE atoms.

    Each method has --timeout seconds at each degree. Exit code 0: found, 3: UNDECIDED, 4: two methods
    contradict each other.
    """
    if method == "theorem" and (m_true is not None or weights is not None):
        _of_contact(m, m_true or 1, weights or "free", family, dim, certificates, style, output)
        return 0
    if method == "theorem":
        _by_theorem(m, family, dim, certificates, style, output)
        return 0
    refuse_given("with --method", {"--m-true": m_true, "--weights": weights})
    from polysolv.cli.tables import print_on_page
    from polysolv.decisions.ladder import climb

    with terminated_cleanly(), status_line(no_progress, tracks_paths=True) as report:
        ladder = climb(family, m, method, dim, progress=report, **limits)
    saved = [] if certificates is None else ladder.save_certificates(certificates)
    lines = ladder.summary() + [
        f"certificate: degree {s['degree']} by {s['method']}: {s['file']}, sha256 {s['digest']}"
        for s in saved
    ]
    if style == "json":
        data = ladder.to_data() | ({} if certificates is None else {"certificates": saved})
        emit(json.dumps(data, indent=2, ensure_ascii=False), output)
    elif not print_on_page([ladder.grid()], lines, output):
        emit("\n".join([ladder.grid().to_text(), "", *lines]), output)
    if ladder.contradiction:
        return CONTRADICTION_CODE
    return 0 if ladder.order is not None else UNDECIDED_CODE


def _by_theorem(
    m: int, family: str, dim: int | None, certificates: str | None, style: str, output: str | None
) -> None:
    from polysolv.certificates import save
    from polysolv.cli.tables import emit_text
    from polysolv.decisions import order
    from polysolv.decisions.ladder import SCHEMA, theorem_data
    from polysolv.families import resolve

    resolved = resolve(family, dim)
    found = order(resolved, m)
    wanted = certificates is not None and found.evidence is not None
    saved = save(found.certificate, str(certificates)) if wanted else None
    if style == "json":
        data = {
            "schema": SCHEMA,
            "family": resolved.name,
            "dimension": resolved.dimension,
            "m": m,
            "method": "theorem",
            "order": int(found),
            "evidence": found.evidence,
            "contradiction": False,
            "theorem": theorem_data(found),
            "ladder": [],
        }
        if saved is not None:
            data["certificate"] = saved._asdict()
        emit(json.dumps(data, indent=2, ensure_ascii=False), output)
        return
    lines = [
        f"order({m}) = {int(found)} for {resolved.name}" + (f" ({found.evidence})" if found.evidence else "")
    ]
    if found.solvable is not None:
        lines.append(f"degree {int(found) - 1}: SOLVABLE: {found.solvable.reason}")
    lines.append(f"degree {int(found)}: UNSOLVABLE: {found.unsolvable.reason}")
    if saved is not None:
        lines.append(f"certificate: {saved.file}, sha256 {saved.digest}")
    emit_text("\n".join(lines), output)


def _of_contact(
    m: int,
    m_true: int,
    weights: str,
    family: str,
    dim: int | None,
    certificates: str | None,
    style: str,
    output: str | None,
) -> None:
    from polysolv.certificates import save
    from polysolv.cli.tables import emit_text
    from polysolv.decisions import contact_order
    from polysolv.decisions.ladder import SCHEMA
    from polysolv.families import resolve

    resolved = resolve(family, dim)
    found = contact_order(m, m_true, resolved, weights=weights)
    proof = found.certificate
    saved = save(proof, certificates) if certificates is not None and proof is not None else None
    if style == "json":
        data = {"schema": SCHEMA, "dimension": resolved.dimension, "method": "theorem", **found.to_data()}
        if saved is not None:
            data["certificate"] = saved._asdict()
        emit(json.dumps(data, indent=2, ensure_ascii=False), output)
        return
    kept = ", equal weights" if weights == "equal" else ""
    evidence = f" ({found.evidence})" if found.evidence else ""
    lines = [
        f"contact_order({m}, {m_true}) = {int(found)} for {resolved.name}{kept}{evidence}",
        f"degree {int(found) - 1}: SOLVABLE: {found.below}",
        f"degree {int(found)}: UNSOLVABLE: {found.above}",
    ]
    if saved is not None:
        lines.append(f"certificate: {saved.file}, sha256 {saved.digest}")
    emit_text("\n".join(lines), output)
