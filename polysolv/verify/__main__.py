"""Command line of the kernel: ``python -m polysolv.verify CERT.json`` (``-`` reads standard input)."""

import sys

from .kernel import MALFORMED, verify
from .limits import MAX_BYTES


def main(arguments: list[str]) -> int:
    """Check the certificate in a file and print the answer; return 0 VERIFIED, 1 REJECTED, 2 MALFORMED."""
    if len(arguments) != 1 or arguments[0].startswith("--"):
        print("usage: python -m verify CERT.json  (or - for standard input)", file=sys.stderr)
        return MALFORMED
    (path,) = arguments
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
            result = verify(stream.read(MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        print(f"verify: {path!r}: cannot be read ({type(error).__name__})", file=sys.stderr)
        return MALFORMED
    if result.exit_code == MALFORMED:
        print(f"verify: {path!r}: {result.step}: {result.reason}", file=sys.stderr)
        return MALFORMED
    # A terminal that cannot show a dash must not turn an answer into a traceback.
    encoding = sys.stdout.encoding
    print(result.text().encode(encoding, "replace").decode(encoding))
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
