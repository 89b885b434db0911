"""The trusted kernel: checks certificates with nothing but the standard library.

The folder imports only ``json``, ``fractions``, ``hashlib``, ``sys`` and its own modules. It can be copied to
another place and run there: ``python -m verify CERT.json``.
"""

from .kernel import SCHEMA, Result, verify

__all__ = ["SCHEMA", "Result", "verify"]
