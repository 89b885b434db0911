"""The entry of the kernel: `verify`."""

from .limits import Malformed, Rejected, work
from .reading import check_plain, digest, fields, items, parse
from .statement import Statement

SCHEMA = "polysolv/certificate/1"
VERIFIED, REJECTED, MALFORMED = 0, 1, 2
KINDS = (
    *("order", "point", "box", "quadrature", "identity", "zero-crossing", "arc", "region", "coefficient"),
    *("second-order", "contact", "minimax"),
)


class Result:
    """The answer of the kernel; it is true if the certificate was accepted.

    ``step`` and ``reason`` say where and why one was not; ``kind`` and ``statement`` (in words) are filled as
    far as they were read; ``relies_on`` names the published theorems that the proof relies on, ``given`` the
    premises that the statement lists and the kernel cannot check.
    """

    exit_code = VERIFIED  # or REJECTED, or MALFORMED, which includes: over a limit
    step = reason = kind = statement = ""
    relies_on: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the certificate proves its statement."""
        return self.exit_code == VERIFIED

    def __bool__(self) -> bool:
        return self.accepted

    def text(self) -> str:
        """Return a line each for the verdict, the statement, and the theorems that the proof relies on."""
        verdict = ("VERIFIED", "REJECTED", "MALFORMED")[self.exit_code]
        accepted = f"accepted, given {'; '.join(self.given)}" if self.given else verdict
        lines = [accepted if self.accepted else f"{verdict}: {self.step}: {self.reason}"]
        lines += [f"{'proved' if self.accepted else 'claimed'}: {self.statement}"] if self.statement else []
        return "\n".join([*lines, *(f"relies on: {theorem}" for theorem in self.relies_on)])


def verify(obj: object) -> Result:
    """Check a certificate, given as parsed JSON or as the bytes of a JSON text; never raises."""
    result = Result()
    work[0] = 0
    try:
        value = parse(obj) if type(obj) is bytes else obj
        check_plain(value)
        data, statement = _open(value)
        result.kind, result.statement = str(data["kind"]), statement.words()
        result.given = statement.given
        result.relies_on = _check(result.kind, statement, data["steps"], data["payload"])
    except (Rejected, RecursionError, MemoryError) as error:
        result.exit_code = REJECTED if type(error) is Rejected else MALFORMED
        why = error.args if isinstance(error, Rejected) else ("limits", "too deeply nested, or too large")
        result.step, result.reason = why
    return result


def _open(value: object) -> tuple[dict[str, object], Statement]:
    data = fields(value, "schema kind statement steps payload digest", "certificate")
    if data["schema"] != SCHEMA or data["kind"] not in KINDS:
        raise Malformed("certificate", f"schema must be {SCHEMA} and kind one of {', '.join(KINDS)}")
    if data["digest"] != digest({key: item for key, item in data.items() if key != "digest"}):
        raise Rejected("digest", "it is not the sha256 of the rest of the certificate")
    statement = _statement_of(str(data["kind"]))(data["statement"])
    if (data["kind"] == "order") != (statement.claim == "ORDER"):
        raise Rejected("kind", f"a certificate of this kind does not prove {statement.claim}")
    return data, statement


def _check_order(order: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check that the order is r: certificates that r is unsolvable, and unless r = 1 that r - 1 is solvable.

    The system of a lower degree is a part of that of a higher one. If a side has several certificates, each
    must hold, and what the best one relies on is enough.
    """
    sides = fields(payload, "solvable unsolvable", "payload")
    parts = {side: items(sides[side], side) for side in sides}
    present = (bool(parts["solvable"]), bool(parts["unsolvable"]), items(steps, "steps"), order.field)
    if present != (order.degree > 1, True, [], "REAL_POSITIVE"):
        raise Rejected("order", "needs both sides (the unsolvable one if it is 1), REAL_POSITIVE, no steps")
    relies_on: tuple[str, ...] = ()
    for side, degree in (("solvable", order.degree - 1), ("unsolvable", order.degree)):
        proofs = []
        for part in parts[side]:
            try:
                data, inner = _open(part)
                same = inner.symbol is not None and (inner.family, inner.field) == (order.family, order.field)
                same = same and inner.defining == {**order.defining, "degree": degree}
                if not same or inner.claim != side.upper():
                    raise Rejected("statement", f"not {side.upper()} at degree {degree} of the same cell")
                proofs.append(_check(str(data["kind"]), inner, data["steps"], data["payload"]))
            except Rejected as error:
                raise type(error)(f"{side} side: {error.args[0]}", error.args[1]) from None
        relies_on += min(proofs, key=len, default=())
    return relies_on


def _statement_of(kind: str) -> type[Statement]:
    """Return how the statement of a kind is read; parts that are not asked for are not loaded."""
    if kind == "arc":
        from .arc import ArcStatement

        return ArcStatement
    if kind == "minimax":
        from .minimax import MinimaxStatement

        return MinimaxStatement
    if kind == "contact":
        from .contact import ContactStatement

        return ContactStatement
    if kind == "second-order":
        from .second_order import RelationStatement

        return RelationStatement
    if kind in ("region", "coefficient"):
        from .cell import CellStatement

        return CellStatement
    return Statement


def _check(kind: str, statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check what a certificate of a kind holds, and return what the proof relies on."""
    if kind == "order":
        return _check_order(statement, steps, payload)
    if kind == "quadrature":
        from .quadrature import check_quadrature as check
    elif kind == "zero-crossing":
        from .zero_crossing import check_zero_crossing as check
    elif kind == "minimax":
        from .minimax import check_minimax as check
    elif kind == "point":
        from .point import check_point as check
    elif kind == "box":
        from .box import check_box as check
    elif kind == "identity":
        from .identity import check_identity as check
    elif kind == "arc":
        from .arc import check_arc as check
    elif kind == "contact":
        from .contact import check_contact as check
    elif kind == "second-order":
        from .second_order import check_relations as check
    elif kind == "region":
        from .region import check_region as check
    else:
        from .region import check_theorem as check
    return check(statement, steps, payload)
