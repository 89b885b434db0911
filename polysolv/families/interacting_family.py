"""Families of one's own for the commands, which need a family with interaction."""

from __future__ import annotations

from polysolv.errors import InputError
from polysolv.families.family import Family
from polysolv.families.family_file import read_arguments


def read_interacting_family(path: str, field: str) -> Family:
    """Return the family that a file defines, if it has interaction.

    Args:
        path: see :func:`polysolv.families.family_file.read_arguments`.
        field: name of the option, for error messages.

    Raises:
        InputError: if the file cannot be read, defines no family, or one without interaction.
    """
    family = Family.from_log_symbol(**read_arguments(path, field))
    require_interaction(family, field)
    return family


def require_interaction(family: Family, field: str) -> None:
    """Refuse a family without interaction: no derivatives of its density depend linearly on others.

    Args:
        family: a family of one's own.
        field: what it was read from, for the error message.

    Raises:
        InputError: if there is no relation in which one side has order 1 or 2.

    >>> require_interaction(Family.from_log_symbol("mine", "b*y + s*y^2/2", ["b", "s"]), "file")
    """
    if not family.interaction():
        found = f"the family {family.name}, which has no interaction"
        strongly = "without any the family is strongly identifiable and every exponent is 2 if m >= 2"
        raise InputError(
            field, found, f"a log_symbol whose derivatives are related, like b*y + s*y^2/2 ({strongly})"
        )
