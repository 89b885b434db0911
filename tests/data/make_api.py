"""Write tests/data/api.json: names and signatures of every public object of polysolv.

Run it after a deliberate change of the API: python tests/data/make_api.py
"""

from __future__ import annotations

import inspect
import json
import types
from pathlib import Path
from typing import Any

import polysolv

TARGET = Path(__file__).with_name("api.json")


class Plain:
    """An annotation that is written as it stands in the source."""

    def __init__(self, text: object) -> None:
        self.text = str(text)

    def __repr__(self) -> str:
        return self.text


def signature(value: Any) -> str:
    """Return a signature with annotations as in the source, whatever the version of Python."""
    found, empty = inspect.signature(value), inspect.Parameter.empty
    parameters = [
        parameter
        if parameter.annotation is empty
        else parameter.replace(annotation=Plain(parameter.annotation))
        for parameter in found.parameters.values()
    ]
    result = found.return_annotation
    return str(inspect.Signature(parameters, return_annotation=result if result is empty else Plain(result)))


def members(owner: type) -> dict[str, Any]:
    """Return the public members that polysolv's own classes define, bases of other packages left out."""
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.startswith("polysolv"):
            names = {*vars(base), *getattr(base, "__annotations__", {})}
            found.update({name: inspect.getattr_static(base, name, None) for name in names if name[0] != "_"})
    return dict(sorted(found.items()))


def describe(value: Any) -> Any:
    """Return what is promised about one object."""
    if isinstance(value, type):
        described = {}
        for name, member in members(value).items():
            if isinstance(member, (staticmethod, classmethod)):
                described[name] = f"{type(member).__name__} {signature(getattr(value, name))}"
            elif inspect.isfunction(member):
                described[name] = signature(member)
            else:
                described[name] = "attribute"
        return {"class": signature(value), "members": described}
    if isinstance(value, types.ModuleType):
        return {name: describe(getattr(value, name)) for name in sorted(value.__all__)}
    return signature(value) if callable(value) else type(value).__name__


def api() -> dict[str, Any]:
    """Return the public API, by name."""
    return {name: describe(getattr(polysolv, name)) for name in polysolv.__all__}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(api(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(api())} names")
