"""The log-symbol K: how one atom's perturbation acts on the dual side, as an exact polynomial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.display.value import Value
from polysolv.errors import InputError

Exponents = tuple[int, ...]


@dataclass(eq=False, repr=False)
class LogSymbolTerm(Value):
    """One term of K: ``coefficient · Π constant^c · Π perturbation^e · Π variable^f``.

    Args:
        coefficient: non-zero rational.
        perturbations: exponents, one for each perturbation of the log-symbol.
        variables: exponents, one for each covariate and then each dual variable; not all zero.
        constants: exponents, one for each constant of the log-symbol.
    """

    coefficient: Fraction
    perturbations: Exponents
    variables: Exponents
    constants: Exponents = ()


@dataclass(eq=False, repr=False)
class LogSymbol(RichDisplay, Value):
    """The polynomial K(δ; x, y) with exp(K) the action of a perturbation δ on one atom.

    Args:
        perturbations: names of the components of δ, for example ``("beta1", "a", "b", "sigma")``.
        covariates: names of the covariates x, possibly none.
        duals: names of the dual variables y of the response.
        terms: the terms of K; every one contains a perturbation and a variable.
        constants: names of symbolic true values, such as ``a_star``; real and assumed non-zero.

    Source: theory page §2. Multiplication by y is ∂/∂μ on the density.

    >>> from polysolv.families import get
    >>> print(get("location-scale-gaussian").log_symbol)
    mu*y + 1/2*sigma*y^2
    """

    perturbations: tuple[str, ...]
    covariates: tuple[str, ...]
    duals: tuple[str, ...]
    terms: tuple[LogSymbolTerm, ...]
    constants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [*self.perturbations, *self.variables, *self.constants]
        if len(set(names)) != len(names):
            raise InputError("log_symbol", names, "names that are all different")
        for term in self.terms:
            if not any(term.perturbations) or not any(term.variables):
                raise InputError("log_symbol", str(term), "terms that contain a perturbation and a variable")
        object.__setattr__(self, "terms", tuple(sorted(self.terms, key=self._sort_key)))

    def __hash__(self) -> int:
        # The terms are left to the comparison: results are kept by log-symbol, and rationals hash slowly.
        return hash((self.perturbations, self.covariates, self.duals))

    def _sort_key(self, term: LogSymbolTerm) -> tuple[object, ...]:
        return (
            sorted((n, e) for n, e in zip(self.perturbations, term.perturbations, strict=True) if e),
            sorted((n, e) for n, e in zip(self.variables, term.variables, strict=True) if e),
            term.constants,
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the covariates, then of the dual variables: the order of an index ℓ."""
        return self.covariates + self.duals

    @cached_property
    def is_linear(self) -> bool:
        """Whether each term contains one perturbation, to the first power, each stands once, no constant."""
        if self.constants:
            return False
        counts = [sum(t.perturbations[i] for t in self.terms) for i in range(len(self.perturbations))]
        return all(sum(t.perturbations) == 1 for t in self.terms) and all(c == 1 for c in counts)

    @cached_property
    def is_linear_in_perturbations(self) -> bool:
        """Whether each term contains one perturbation, to the first power."""
        return all(sum(t.perturbations) == 1 for t in self.terms)

    @cached_property
    def symbols(self) -> Mapping[str, tuple[Fraction, Exponents]]:
        """For a linear K: component -> (coefficient, monomial) of its symbol.

        Raises:
            InputError: if K is not linear with one monomial for each perturbation.
        """
        if not self.is_linear:
            raise InputError(
                "log_symbol", str(self), "a K that is linear, one monomial for each perturbation"
            )
        found = {
            self.perturbations[t.perturbations.index(1)]: (t.coefficient, t.variables) for t in self.terms
        }
        return {name: found[name] for name in self.perturbations}

    def without(self, dropped: frozenset[str]) -> LogSymbol:
        """Return K with the perturbations named in ``dropped`` set to zero and removed."""
        kept = [i for i, name in enumerate(self.perturbations) if name not in dropped]
        terms = tuple(
            LogSymbolTerm(t.coefficient, tuple(t.perturbations[i] for i in kept), t.variables, t.constants)
            for t in self.terms
            if sum(t.perturbations[i] for i in kept) == sum(t.perturbations)
        )
        names = tuple(self.perturbations[i] for i in kept)
        return LogSymbol(names, self.covariates, self.duals, terms, self.constants)

    def at(self, values: Mapping[str, Fraction]) -> LogSymbol:
        """Return K with the constants named in ``values`` set to these rationals."""
        kept = [i for i, name in enumerate(self.constants) if name not in values]
        collected: dict[tuple[Exponents, Exponents, Exponents], Fraction] = {}
        for t in self.terms:
            coefficient = t.coefficient
            for name, power in zip(self.constants, t.constants, strict=True):
                coefficient *= values[name] ** power if name in values else 1
            key = (t.perturbations, t.variables, tuple(t.constants[i] for i in kept))
            collected[key] = collected.get(key, Fraction(0)) + coefficient
        terms = tuple(LogSymbolTerm(c, *key) for key, c in collected.items() if c)
        constants = tuple(self.constants[i] for i in kept)
        return LogSymbol(self.perturbations, self.covariates, self.duals, terms, constants)

    def require_values(self) -> None:
        """Refuse a K with symbolic constants where numbers are needed.

        Raises:
            InputError: if there is a constant.
        """
        if self.constants:
            raise InputError(
                "log_symbol", str(self), f"a K without constants; set {', '.join(self.constants)} to values"
            )

    def __str__(self) -> str:
        return " + ".join(
            self._show(term) for term in sorted(self.terms, key=lambda t: t.perturbations, reverse=True)
        )

    def _display(self) -> Tables:
        from polysolv.display.formula import Formula

        return [pairs("log-symbol", K=Formula(self))], ()

    def _show(self, term: LogSymbolTerm) -> str:
        factors = [] if term.coefficient == 1 else [str(term.coefficient)]
        names = [*zip(self.constants, term.constants, strict=True)]
        names += zip(self.perturbations, term.perturbations, strict=True)
        names += zip(self.variables, term.variables, strict=True)
        return "*".join(factors + [n if e == 1 else f"{n}^{e}" for n, e in names if e])

    def to_data(self) -> dict[str, Any]:
        """Return K as JSON data: the form whose digest names a statement in certificates."""
        constants = {"constants": list(self.constants)} if self.constants else {}
        return {
            **constants,
            "perturbations": list(self.perturbations),
            "covariates": list(self.covariates),
            "duals": list(self.duals),
            "terms": [
                {
                    "coefficient": str(t.coefficient),
                    "perturbations": {
                        n: e for n, e in zip(self.perturbations, t.perturbations, strict=True) if e
                    },
                    "variables": {n: e for n, e in zip(self.variables, t.variables, strict=True) if e},
                    **(
                        {"constants": {n: e for n, e in zip(self.constants, t.constants, strict=True) if e}}
                        if self.constants
                        else {}
                    ),
                }
                for t in self.terms
            ],
        }


def linear_log_symbol(
    covariates: tuple[str, ...],
    duals: tuple[str, ...],
    symbols: Mapping[str, tuple[Fraction | int, Mapping[str, int]]],
) -> LogSymbol:
    """Return the K that is a sum of ``coefficient · perturbation · monomial``, one term a perturbation.

    Args:
        covariates, duals: names of the variables.
        symbols: component name -> (coefficient, {variable: exponent}).

    >>> print(linear_log_symbol((), ("y",), {"mu": (1, {"y": 1})}))
    mu*y
    """
    names = tuple(symbols)
    variables = covariates + duals
    terms = tuple(
        LogSymbolTerm(
            Fraction(coefficient),
            tuple(int(other == name) for other in names),
            tuple(monomial.get(v, 0) for v in variables),
        )
        for name, (coefficient, monomial) in symbols.items()
    )
    return LogSymbol(names, covariates, duals, terms)
