"""Command line of the kernel: ``python -m polysolv.verify CERT.json`` (``-`` reads standard input)."""

import sys

from .kernel import MALFORMED, verify
from .limits import MAX_BYTES


def main(arguments: list[str]) -> int:
    """Check the certificate in a file and print the answer; return 0 VERIFIED, 1 REJECTED, 2 MALFORMED."""
    path = arguments[0] if len(arguments) == 1 else "--"
    try:
        if path == "-":
            result = verify(sys.stdin.buffer.read(MAX_BYTES + 1))
        else:
            with open(path, "rb") as stream:
                result = verify(stream.read(MAX_BYTES + 1))
    except (OSError, ValueError):
        print(f"verify: {path!r}: not a file that can be read; give one, or - for stdin", file=sys.stderr)
        return MALFORMED
    if result.exit_code == MALFORMED:
        print(f"verify: {path!r}: {result.step}: {result.reason}", file=sys.stderr)
        return MALFORMED
    encoding = sys.stdout.encoding  # perhaps ASCII, which has no dash
    try:
        print(result.text().encode(encoding, "replace").decode(encoding), flush=True)
    except OSError as error:  # the reader has gone, as in `| head -1`, which the exit code says; or no room
        sys.stdout = sys.__stdout__ = None  # type: ignore[misc]
        if not isinstance(error, BrokenPipeError):
            print(f"verify: standard output: {error.strerror}", file=sys.stderr)
            return MALFORMED
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
