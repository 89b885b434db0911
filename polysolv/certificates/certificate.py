"""The noun `Certificate`: checkable data that prove one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError
from polysolv.verify.limits import MAX_BYTES
from polysolv.verify.reading import digest

if TYPE_CHECKING:
    from pathlib import Path

    from polysolv.verify import Result

SCHEMA = "polysolv/certificate/1"


class Certificate(RichDisplay):
    """An immutable certificate in the schema ``polysolv/certificate/1``.

    Args:
        data: the certificate as JSON data, its ``digest`` included. Nothing is checked here: that is the
            business of the trusted kernel, see :meth:`verify`.

    Two certificates are equal if their digests are.

    >>> from polysolv.certificates import order_certificate
    >>> certificate = order_certificate("softmax-gaussian", 3)
    >>> certificate.kind, certificate.verify().accepted
    ('order', True)
    """

    __slots__ = ("_data",)

    _data: dict[str, Any]

    def __init__(self, data: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_data", dict(data))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a certificate is immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Certificate, (self._data,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Certificate {self.kind}, digest {self.digest[:12]}>"

    @property
    def kind(self) -> str:
        """The kind: point, quadrature, box, identity, order, contact, … (docs/certificates.md)."""
        return str(self._data["kind"])

    @property
    def digest(self) -> str:
        """The sha256 of the canonical JSON of all else, in hexadecimal."""
        return str(self._data["digest"])

    @property
    def statement(self) -> dict[str, Any]:
        """A copy of the statement."""
        return _copy(self._data["statement"])

    def to_data(self) -> dict[str, Any]:
        """Return a copy of the certificate as JSON data."""
        return _copy(self._data)

    def to_json(self) -> str:
        """Return the certificate as JSON text, one line, keys sorted."""
        return json.dumps(self._data, sort_keys=True)

    def write(self, path: str | Path, field: str = "path") -> None:
        """Write the certificate to a file that is either whole or absent.

        Args:
            path: the file.
            field: name of the option, for the error message.

        Raises:
            InputError: if it cannot be written.
        """
        from polysolv.files import write_atomically

        write_atomically(path, self.to_json() + "\n", field=field)

    def _display(self) -> Tables:
        statement = self._data["statement"]
        named = ("claim", "family", "d", "m", "m_true", "degree", "field")
        sides = [entries for entries in self._data["payload"].values() if self.kind == "order"]
        table = pairs(
            "Certificate",
            kind=self.kind,
            **{name: statement[name] for name in named if name in statement},
            made_of=", ".join(str(part["kind"]) for side in sides for part in side) or None,
            bytes=f"{len(self.to_json()):,}",
            sha256=self.digest,
        )
        return [table], ("what it proves is for the trusted kernel to say: ask verify()",)

    def verify(self) -> Result:
        """Return the answer of the trusted kernel."""
        from polysolv.verify import verify

        return verify(self._data)


def _copy(data: dict[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(data))
    return copied


def seal(
    kind: str,
    statement: Mapping[str, Any],
    payload: Mapping[str, Any],
    steps: list[dict[str, Any]] | None = None,
) -> Certificate:
    """Return the certificate of these parts, with its digest.

    Args:
        kind: kind of the certificate.
        statement: see :mod:`polysolv.certificates.statements`.
        payload: what the kind asks for, see docs/certificates.md.
        steps: normalisations and reductions, in order.
    """
    data = {
        "schema": SCHEMA,
        "kind": kind,
        "statement": statement,
        "steps": steps or [],
        "payload": payload,
    }
    return Certificate({**data, "digest": digest(data)})


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of certificates, the file ``certificate-1.schema.json`` of this package.

    >>> json_schema()["$id"]
    'polysolv/certificate/1'
    """
    from pathlib import Path

    text = Path(__file__).with_name("certificate-1.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def read_certificate(path: str | Path) -> Certificate:
    """Read a certificate from a file.

    Args:
        path: the file; its text must be strict JSON with the keys of a certificate.

    Raises:
        InputError: if the file cannot be read or does not hold a certificate. Whether it proves anything is
            not checked; ask :meth:`Certificate.verify`.
    """
    from polysolv.verify.limits import Rejected
    from polysolv.verify.reading import check_plain, fields, parse

    try:
        with open(path, "rb") as stream:
            data = parse(stream.read(MAX_BYTES + 1))
        check_plain(data)
        return Certificate(fields(data, "schema kind statement steps payload digest", "certificate"))
    except OSError as error:
        raise InputError("certificate", str(path), f"a file that can be read ({error.strerror})") from None
    except RecursionError:
        raise InputError("certificate", str(path), "a certificate, which is nested less deeply") from None
    except Rejected as error:
        raise InputError("certificate", str(path), f"a certificate ({': '.join(error.args)})") from None
