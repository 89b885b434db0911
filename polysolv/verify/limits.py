"""What the kernel accepts at most, and the two ways in which it says no."""

MAX_BYTES = 1 << 24  # of a certificate's text
MAX_NODES = 1_000_000  # values in a certificate
MAX_DEPTH = 24  # nesting of lists and objects
MAX_INTEGER = (1 << 53) - 1  # of a bare JSON integer; other numbers are strings
MAX_DIGITS = 1 << 14  # of a number in a certificate
MAX_RESULT_BITS = 1 << 17  # of a number that is computed
MAX_NAME = 64  # characters of a name
MAX_ATOMS = 1_000
MAX_DIMENSION = 128
MAX_DEGREE = 10_000  # of a statement
MAX_EQUATIONS = 20_000
MAX_SYMBOL = (512, 16)  # terms of a log-symbol, degree of a term in perturbations and in variables
MAX_EXPONENT = 2_000  # of one variable in a certificate
MAX_EXPANDED_DEGREE = (1 << 16) - 1  # of a polynomial that is expanded
MAX_UNKNOWNS = 200  # of a box
MAX_WORK = 50_000_000  # products of two terms; long coefficients count more

work = [0]  # spent so far on this certificate


class Refusal(Exception):
    """``step`` of a certificate does not hold, for ``reason``."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step, self.reason = step, reason


class Rejected(Refusal):
    """The certificate can be read, but does not prove its statement."""


class Malformed(Refusal):
    """The certificate cannot be read, or is over a limit."""


def spend(amount: int) -> None:
    """Charge ``amount`` products of terms, so that no certificate keeps the kernel busy for long."""
    work[0] += amount
    if work[0] > MAX_WORK:
        raise Malformed("limits", f"more than {MAX_WORK} products of terms")
