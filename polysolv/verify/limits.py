"""What the kernel accepts at most, and the two ways in which it says no."""

MAX_BYTES = 1 << 24  # of a certificate's text
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
MAX_WORK = 10_000_000  # values read, and products of two terms; long coefficients count more

work = [0]  # spent so far on this certificate


class Rejected(Exception):
    """The certificate can be read, but a step of its proof does not hold. Arguments: the step, the reason."""


class Malformed(Rejected):
    """The certificate cannot be read, or is over a limit. Arguments: the place, the reason."""


def spend(amount: int) -> None:
    """Charge an amount of work, so that no certificate keeps the kernel busy for long."""
    work[0] += amount
    if work[0] > MAX_WORK:
        raise Malformed("limits", f"more than {MAX_WORK} values and products of terms")
