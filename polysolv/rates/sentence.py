"""One plain sentence for people who do not read exponents: what half the error costs in the worst cell."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf, log10

from polysolv.families import Family, Parameter
from polysolv.rates.exponent import halving_factor
from polysolv.rates.statements import ParameterRates


def slowest_sentence(family: Family, size: int, parameters: Mapping[str, ParameterRates]) -> str:
    """Return what halving the error of the slowest parameter takes in an atom fitted by ``size`` experts.

    Args:
        family: the family.
        size: cell size m, the largest that is possible.
        parameters: parameter name -> its statements in that cell.

    Returns:
        a sentence without capital and full stop. What is not identifiable comes first. Refined exponents
        count where there are any; where only bounds are proved, the sentence gives both.
    """
    place = atom_fitted_by(family, size)
    ranges = {name: bounds for name, rates in parameters.items() if (bounds := _range(rates)) is not None}
    lost = [
        plain_noun(family.parameter(name)) for name, rates in parameters.items() if not rates.identifiable
    ]
    start = f"no number of observations determines {' or '.join(lost)} in {place} (not identifiable)"
    if not ranges:
        reason = next(iter(parameters.values())).reason
        return start if lost else f"no rate can be stated for {place}: {reason}"
    slowest = max(ranges, key=lambda name: inf if ranges[name][1] is None else ranges[name][1] or 0)
    low, high = ranges[slowest]
    all_alike = len(parameters) > 1 and len(ranges) == len(parameters) and len(set(ranges.values())) == 1
    noun = "any parameter" if all_alike else plain_noun(family.parameter(slowest))
    if high is None:
        need = f"at least {_times(low)}"
    else:
        need = _times(low) if low == high else f"from {_times(low)} to {_times(high)}"
    halved = f"to halve the error of {noun} in {place} you need {need} times the data"
    return f"{start}; {halved}" if lost else halved


def atom_fitted_by(family: Family, size: int) -> str:
    """Return a cell of that size in plain words; a mixture without experts has components.

    >>> from polysolv.families import get
    >>> atom_fitted_by(get("softmax-gaussian"), 3)
    'an atom fitted by 3 experts'
    """
    word = "component" if "mixture" in family.title and "expert" not in family.title else "expert"
    return f"an atom fitted by {size} {word}{'s' if size > 1 else ''}"


def plain_noun(parameter: Parameter) -> str:
    """Return what a parameter is called in a sentence, with its article; a user's by its name.

    >>> from polysolv.families import get
    >>> [plain_noun(p) for p in get("softmax-gaussian").parameters]
    ['a gate slope', 'a slope', 'an intercept', 'a variance']
    """
    if parameter.unit == "user-defined":
        return parameter.name
    for ending, prefix in ((" of an expert", ""), (" of an atom", ""), (" of the gate", "gate ")):
        if parameter.meaning.endswith(ending):
            noun = prefix + parameter.meaning.removesuffix(ending)
            return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    return f"the {parameter.meaning}"


def _range(rates: ParameterRates) -> tuple[Fraction, Fraction | None] | None:
    """Return proved bounds on the exponent, equal where it is known; ``None`` if nothing is stated."""
    if rates.bounds is not None:
        return rates.bounds
    if rates.halving_factor is None:
        return None
    best = rates.refined or rates.published
    return None if best is None else (best.exponent, best.exponent)


def _times(exponent: Fraction) -> str:
    """Return the factor of n for half the error in words: exact, rounded, or by its number of digits.

    >>> [_times(Fraction(k)) for k in (6, 12, 20, 200)]
    ['4096', 'about 17 million', 'about 1100 billion', 'a number of 121 digits']
    """
    digits = int(2 * exponent * Fraction(log10(2))) + 1
    if digits > 13:
        return f"a number of {digits} digits"
    factor = halving_factor(exponent)
    if factor < 10**7:
        return (
            str(factor) if isinstance(factor, int) else f"about {round(factor, 1 if factor < 1000 else None)}"
        )
    scale, word = (10**6, "million") if factor < 10**9 else (10**9, "billion")
    return f"about {round(factor / scale)} {word}"
