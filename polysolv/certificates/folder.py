"""Saving certificates in a folder, each under the name of its statement."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from polysolv.certificates.certificate import Certificate
from polysolv.errors import InputError


class SavedCertificate(NamedTuple):
    """Where a certificate was written.

    Attributes:
        file: path of the file.
        digest: the certificate's sha256, in hexadecimal.
    """

    file: str
    digest: str


def save(
    certificate: Certificate, folder: str | Path, field: str = "certificates", label: str = ""
) -> SavedCertificate:
    """Write a certificate about a family into a folder, which is made if its parent exists.

    Args:
        certificate: the certificate.
        folder: the folder.
        field: name of the option, for the error message.
        label: what tells this certificate from others with the same statement, for example a method.

    Returns:
        the file, named like ``order-softmax-gaussian-d1-m3-degree6.json`` or
        ``arc-softmax-gaussian-d1-m2-beta1-1a2b3c4d.json`` (the first digits of the statement's digest tell
        apart what is observed), and the digest.

    Raises:
        InputError: if the folder cannot be made or written to.
    """
    path = Path(folder)
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        allowed = f"a folder, or a name for one in a folder that exists ({error.strerror})"
        raise InputError(field, str(folder), allowed) from None
    about = certificate.statement
    if "cells" in about:
        sizes = "-".join(map(str, about["cells"]))
        about |= {"d": len(about["parameters"]), "m": sizes, "component": about["claim"].lower()}
        about["component"] = about.get("parameter", about["component"])
    subject = (
        f"degree{about['degree']}" if "degree" in about else f"{about['component']}-{about['digest'][:8]}"
    )
    name = "{kind}-{family}-d{d}-m{m}-{subject}.json".format(kind=certificate.kind, subject=subject, **about)
    if label:
        name = f"{name.removesuffix('.json')}-{label}.json"
    certificate.write(path / name, field)
    return SavedCertificate(str(path / name), certificate.digest)
