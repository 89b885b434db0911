"""Command line of the kernel: ``python -m polysolv.verify CERT.json`` (``-`` reads standard input)."""

import sys

from .kernel import MALFORMED, verify
from .limits import MAX_BYTES

USAGE = "usage: python -m verify CERT.json  (or - for standard input)"


def main(arguments: list[str]) -> int:
    """Check the certificate in a file and print the answer; return 0 VERIFIED, 1 REJECTED, 2 MALFORMED."""
    if arguments in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] != "-"):
        print(USAGE, file=sys.stderr)
        return MALFORMED
    path = arguments[0]
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(path, "rb") as stream:
                data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        print(f"verify: {path!r}: cannot be read: {reason}", file=sys.stderr)
        return MALFORMED
    result = verify(data)
    if result.exit_code == MALFORMED:
        print(f"verify: {path!r}: {result!r}", file=sys.stderr)
        return MALFORMED
    # A terminal that cannot show a dash must not turn an answer into a traceback.
    encoding = sys.stdout.encoding
    print(result.text().encode(encoding, "replace").decode(encoding))
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
