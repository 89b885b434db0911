"""The noun `Family`: a statistical model as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from polysolv.display import RichDisplay, Tables, pairs
from polysolv.families.log_symbol import LogSymbol
from polysolv.grid import Grid

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from polysolv.families.interaction import PdeRelation
    from polysolv.families.relations import LinearRelation


@dataclass(frozen=True)
class Reference:
    """A publication that a statement rests on.

    Args:
        key: its BibTeX key.
        citation: one line for people.
        bibtex: its BibTeX entry, or "".
    """

    key: str
    citation: str
    bibtex: str = ""


@dataclass(frozen=True)
class Parameter:
    """One parameter of an atom.

    Args:
        name: the key used in every result, for example ``"beta1"``.
        meaning: what it is, in plain words.
        unit: its unit in terms of those of covariate and response.
        components: names of its perturbation components in K: one, or one for each covariate.
    """

    name: str
    meaning: str
    unit: str
    components: tuple[str, ...]


@dataclass(frozen=True)
class PublishedExponent:
    """An exponent in print for cells of m ≥ 2 atoms: κ = ``of_order`` · r̄(m) + ``constant``.

    Args:
        parameter: name of the parameter.
        of_order, constant: the affine function of the order.
        source: where it is printed.
        order_of: name of the family whose order r̄(m) is meant; "" for the family itself.
    """

    parameter: str
    of_order: Fraction
    constant: Fraction
    source: str
    order_of: str = ""

    def exponent(self, order: int) -> Fraction:
        """Return κ for a cell whose system has the given order."""
        return self.of_order * order + self.constant


@dataclass(frozen=True)
class Family(RichDisplay):
    """A mixture family: its parameters, log-symbol, published exponents and references.

    Args:
        name: short name, for example ``"softmax-gaussian"``.
        title: the model in one line.
        parameters: the parameters of an atom.
        dimension: number d of covariates (of responses for multivariate-gaussian); 0 where there is none.
        log_symbol: the polynomial K of theory page §2.
        nontrivial: components of which some must be non-zero in a non-trivial solution.
        published: exponents in print, one for each parameter.
        references: what the statements rest on.
        assumptions: what is assumed of symbolic true values, such as ``"a_star != 0"``.
        remarks: what a reader of its exponents must know, in sentences.

    >>> from polysolv.families import get
    >>> family = get("softmax-gaussian", d=2)
    >>> family.dimension, family.components
    (2, ('beta1_1', 'beta1_2', 'a_1', 'a_2', 'b', 'sigma'))
    """

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    dimension: int
    log_symbol: LogSymbol
    nontrivial: tuple[str, ...]
    published: tuple[PublishedExponent, ...]
    references: tuple[Reference, ...]
    assumptions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @staticmethod
    def from_log_symbol(
        name: str,
        log_symbol: str,
        parameters: Sequence[str],
        covariates: Sequence[str] = (),
        duals: Sequence[str] = ("y",),
        assumptions: Sequence[str] = (),
        title: str = "",
    ) -> Family:
        """Return a family of your own; see :func:`polysolv.families.user_defined.from_log_symbol`."""
        from polysolv.families.user_defined import from_log_symbol

        return from_log_symbol(name, log_symbol, parameters, covariates, duals, assumptions, title)

    @staticmethod
    def from_density(
        expr: Expr,
        parameters: Sequence[str | Symbol],
        covariates: Sequence[str | Symbol],
        response: str | Symbol,
        order: int = 2,
        name: str = "from-density",
    ) -> Family:
        """Return the family of a SymPy density; see :func:`polysolv.families.density.from_density`."""
        from polysolv.families.density import from_density

        return from_density(expr, parameters, covariates, response, order, name)

    @staticmethod
    def from_file(path: str) -> Family:
        """Return the family that a TOML or JSON file defines; see :mod:`polysolv.families.family_file`."""
        from polysolv.families.family_file import read_family

        return read_family(path)

    @cached_property
    def gate_components(self) -> tuple[str, ...]:
        """Components that stand in no term with a dual variable: they act on the gate alone."""
        covariates = len(self.log_symbol.covariates)
        active = {
            name
            for term in self.log_symbol.terms
            if any(term.variables[covariates:])
            for name, e in zip(self.components, term.perturbations, strict=True)
            if e
        }
        return tuple(name for name in self.components if name not in active)

    @cached_property
    def has_gate(self) -> bool:
        """Whether some term of K holds no dual variable: it acts on a gate, perhaps among other things."""
        covariates = len(self.log_symbol.covariates)
        return any(not any(term.variables[covariates:]) for term in self.log_symbol.terms)

    def at(self, **values: int | Fraction) -> Family:
        """Return the family with symbolic true values, such as ``a_star``, set to rationals.

        Raises:
            InputError: if a name is unknown or a value contradicts the assumptions.
        """
        from polysolv.families.user_defined import at_values

        return at_values(self, values)

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the perturbation components of one atom, in the order of K."""
        return self.log_symbol.perturbations

    def parameter(self, name: str) -> Parameter:
        """Return the parameter called ``name``.

        Raises:
            InputError: if there is none of that name.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        from polysolv.errors import unknown_name

        raise unknown_name("parameter", name, [p.name for p in self.parameters])

    def interaction(self) -> tuple[PdeRelation | LinearRelation, ...]:
        """Return the PDE relations that the log-symbol induces.

        See :mod:`polysolv.families.interaction`; for a K that is not linear, those of order two at δ = 0
        (:mod:`polysolv.families.relations`).
        """
        from polysolv.families.interaction import interaction
        from polysolv.families.relations import second_order_relations

        if not self.log_symbol.is_linear:
            return second_order_relations(self.log_symbol)
        return interaction(self.log_symbol)

    def _display(self) -> Tables:
        from polysolv.formula import Formula

        relations = [[Formula(relation)] for relation in self.interaction()]
        printed = {p.parameter: p for p in self.published}
        rows = []
        for p in self.parameters:
            known = printed.get(p.name)
            exponent = "-" if known is None else _affine(known)
            rows.append([Formula(p.name), p.meaning, p.unit, exponent])
        grids = [
            pairs(self.title, name=self.name, d=self.dimension, log_symbol=Formula(self.log_symbol)),
            Grid("parameters", ["parameter", "meaning", "unit", "published exponent"], rows),
            Grid("interaction: relations among derivatives of an atom's density u", ["relation"], relations),
        ]
        notes = [*self.remarks, *(f"assumed: {a}" for a in self.assumptions)]
        return grids if relations else grids[:2], [*notes, *(r.citation for r in self.references)]

    def to_data(self) -> dict[str, Any]:
        """Return the family as JSON data."""
        return {
            "name": self.name,
            "title": self.title,
            "dimension": self.dimension,
            "parameters": [
                {"name": p.name, "meaning": p.meaning, "unit": p.unit, "components": list(p.components)}
                for p in self.parameters
            ],
            "log_symbol": str(self.log_symbol),
            "assumptions": list(self.assumptions),
            "nontrivial": list(self.nontrivial),
            "interaction": [str(relation) for relation in self.interaction()],
            "published": [
                {"parameter": p.parameter, "exponent": _affine(p), "source": p.source} for p in self.published
            ],
            "references": [r.citation for r in self.references],
        }


def _affine(statement: PublishedExponent) -> str:
    of_order, parts = statement.of_order, []
    if of_order:
        order = f"order({statement.order_of})" if statement.order_of else "order"
        top = order if of_order.numerator == 1 else f"{of_order.numerator}*{order}"
        parts.append(top if of_order.denominator == 1 else f"{top}/{of_order.denominator}")
    if statement.constant or not parts:
        parts.append(str(statement.constant))
    return " + ".join(parts)


def covariate_names(d: int) -> tuple[str, ...]:
    """Return the names of d covariates: ``x``, or ``x1`` … ``xd``.

    >>> covariate_names(2)
    ('x1', 'x2')
    """
    return ("x",) if d == 1 else tuple(f"x{i}" for i in range(1, d + 1))


def component_names(parameter: str, d: int) -> tuple[str, ...]:
    """Return the component names of a d-vector parameter: its own name, or ``name_1`` … ``name_d``.

    >>> component_names("a", 1), component_names("a", 2)
    (('a',), ('a_1', 'a_2'))
    """
    return (parameter,) if d == 1 else tuple(f"{parameter}_{i}" for i in range(1, d + 1))
