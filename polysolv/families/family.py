"""The noun `Family`: a statistical model as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.display.value import Value
from polysolv.errors import InputError, require_integer
from polysolv.families.log_symbol import LogSymbol
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent, show_exponent
from polysolv.families.reference import Reference

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from polysolv.families.density_relations import DensityPremises
    from polysolv.families.interaction import PdeRelation
    from polysolv.families.kept_density import Density
    from polysolv.families.observed import Observed
    from polysolv.families.relations import LinearRelation
    from polysolv.families.second_order.source import DensitySource
    from polysolv.families.second_order.support import Support


@dataclass(eq=False, repr=False)
class Family(RichDisplay, Value):
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
        relations: polynomials in covariates and dual variables that vanish on what is observed, as texts; the
            ideal they generate holds every such relation. None: all monomials are independent.
        density: the density that the family was derived from, if it was; see :meth:`for_cell`.
        source: a density without a log-symbol, of which second-order relations alone are known: then
            ``log_symbol`` merely names the parameters, and exponents follow from these relations.
        given: with a log-symbol, the density as it was given as text.
        response: what is assumed of the response, where that is not what K asks for in general.
        many_points: whether that holds only where the covariates take infinitely many values.

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
    relations: tuple[str, ...] = ()
    density: Density | None = None
    source: DensitySource | None = None
    given: DensitySource | None = None
    response: str = ""
    many_points: bool = False

    @staticmethod
    def from_log_symbol(
        name: str,
        log_symbol: str,
        parameters: Sequence[str],
        covariates: Sequence[str] = (),
        duals: Sequence[str] = ("y",),
        assumptions: Sequence[str] = (),
        title: str = "",
        relations: Sequence[str] = (),
    ) -> Family:
        """Return a family of your own, its log-symbol K given as text.

        Args:
            name: short name of the family.
            log_symbol: K, a polynomial in the perturbations and the variables with K(0) = 0; it need not be
                linear in the perturbations. See :func:`polysolv.families.parser.parse_polynomial`.
            parameters: the perturbation symbols used in K; they are the keys of every result.
            covariates: names of the covariates, possibly none.
            duals: names of the dual variables of the response, at least one.
            assumptions: what holds of the symbolic true values in K: ``"a_star != 0"``, ``"c_star = 0"``, or
                a value such as ``"b_star = 1/2"``. Every such name must be listed here.
            title: the model in one line.
            relations: see :meth:`observed_modulo`.

        Returns:
            the family. A term of K without a variable multiplies an atom's weight, which is free anyway: it
            is left out. Non-trivial solutions are those with a non-zero perturbation in a term of least
            degree.

        Raises:
            InputError: if K(0) ≠ 0, a parameter or no dual variable acts in K, a name is unknown or used
                twice, or assumptions contradict each other; or as :meth:`observed_modulo`.

        >>> family = Family.from_log_symbol("mine", "db*y + ds*y^2/2", ["db", "ds"])
        >>> family.components, str(family.log_symbol)
        (('db', 'ds'), 'db*y + 1/2*ds*y^2')
        """
        from polysolv.families.user_defined import family_fields

        fields = family_fields(name, log_symbol, parameters, covariates, duals, assumptions, title)
        return Family(**fields).observed_modulo(relations)

    @staticmethod
    def from_density(
        expr: Expr,
        parameters: Sequence[str | Symbol],
        covariates: Sequence[str | Symbol],
        response: str | Symbol,
        order: int = 2,
        name: str = "from-density",
        values: Sequence[int | Fraction] = (),
        truths: Sequence[Mapping[str, int | Fraction]] = (),
        support: str | Support = "",
    ) -> Family:
        """Return the family of a SymPy density, with the log-symbol that its PDE relations amount to.

        Without such a log-symbol, or with ``truths``, the family knows the density's second-order relations
        alone (:mod:`polysolv.families.second_order`), which decide whether all exponents are 2.

        Args:
            expr, parameters, covariates, response, order, values: see
                :func:`polysolv.families.density.density_relations`. Without ``values`` the response is
                assumed to take infinitely many.
            name: name of the family.
            truths: the true atoms, if they are known: for each a rational value of every parameter.
            support: where the response takes its values, as ``"0:oo"``, ``"integers"`` or ``"0:1"``, for
                densities without a log-symbol; all reals if left out.

        Returns:
            the family. It keeps the density. Its K comes from ∂u/∂θ_t = c·x^i ∂^j u/∂θ_g^j, verified
            symbolically, where θ_g is a location parameter (dual variable ``y``). Other relations among
            x^i ∂^j u/∂θ_g^j make its ideal: those that a cell of two atoms meets at once, those of larger
            cells when they are asked for, see :meth:`for_cell`. Without any relation K has one dual variable
            for each parameter and a remark says that the family is strongly identifiable to the given order,
            which is what the exponents 2 of such a K rest on.

        Raises:
            InputError: as :func:`~polysolv.families.density.density_relations`; or as
                :meth:`from_source` where no such K explains the relations, for example as their coefficients
                depend on the parameters (``density_relations`` lists them and gives the reduced system).

        >>> from sympy import exp, sqrt, symbols
        >>> Y, x, b, a, s = symbols("Y x b a sigma")
        >>> family = Family.from_density(exp(-(Y - a * x - b) ** 2 / (2 * s)) / sqrt(s), [b, a, s], [x], Y)
        >>> str(family.log_symbol)
        'b*y + a*x*y + 1/2*sigma*y^2'
        """
        from polysolv.families.density import NoLogSymbol, log_symbol_of_density
        from polysolv.families.density_relations import span_remark
        from polysolv.families.second_order.given import given_source

        if truths:
            source = given_source(expr, parameters, covariates, response, values, support, truths)
            return Family.from_source(source, name)
        try:
            found = log_symbol_of_density(expr, parameters, covariates, response, order, values)
        except NoLogSymbol:
            source = given_source(expr, parameters, covariates, response, values, support)
            return Family.from_source(source, name)
        family = Family.from_log_symbol(name, found.text, found.parameters, found.covariates, found.duals)
        few = span_remark(found.density)
        remarks = found.remarks if few is None else (*found.remarks, few)
        family = replace(family, title=found.title, remarks=remarks, density=found.density)
        return family.for_cell(2)

    @staticmethod
    def from_density_text(
        text: str,
        support: str | Support = "",
        truths: Sequence[Mapping[str, int | Fraction]] = (),
        name: str = "from-density",
    ) -> Family:
        """Return the family of a density given as text, which is parsed and never evaluated.

        Args:
            text: see :func:`polysolv.families.second_order.density_text.parse_density`.
            support, truths, name: see :meth:`from_density`.

        Raises:
            InputError: as :meth:`from_density`, or if the text is no such density.

        >>> Family.from_density_text("exp(-(y - m)^2/(2*s))/sqrt(s)").log_symbol.perturbations
        ('m', 's')
        """
        from polysolv.families.second_order.density_text import parse_density, responses_of
        from polysolv.families.second_order.given import text_source

        expression, parameters, covariates = parse_density(text)
        source = text_source(text, support, truths)
        values, responses = source.support.values, responses_of(expression)
        if truths or len(responses) > 1 or source.support.integers:
            return Family.from_source(source, name)
        family = Family.from_density(
            expression, parameters, covariates, responses[0], 2, name, values, (), support
        )
        return family if family.source is not None else replace(family, given=source)

    @staticmethod
    def from_source(source: DensitySource, name: str, title: str = "") -> Family:
        """Return the family of a density of which second-order relations alone are looked at.

        Args:
            source: the density.
            name: short name of the family.
            title: the model in one line.
        """
        listed = [(p, f"y_{p}") for p in source.parameters]
        symbol = " + ".join(f"{p}*{dual}" for p, dual in listed)
        family = Family.from_log_symbol(name, symbol, source.parameters, (), [dual for _, dual in listed])
        return replace(
            family,
            title=title or f"from a density: {source.text}",
            parameters=tuple(replace(p, meaning="parameter of the density") for p in family.parameters),
            source=source,
        )

    @property
    def shown_symbol(self) -> str:
        """The log-symbol for people; ``"-"`` where second-order relations alone are known."""
        return str(self.log_symbol) if self.source is None else "-"

    def with_truths(self, truths: Sequence[Mapping[str, int | Fraction]]) -> Family:
        """Return the family at these true atoms, each a rational value for every parameter.

        Raises:
            InputError: if the family has a log-symbol, whose exponents hold at every truth, or an atom is
                not allowed.
        """
        if self.source is None:
            raise InputError("truths", self.name, "a family without a log-symbol, such as gamma")
        return replace(self, source=self.source.with_truths(truths), remarks=())  # they are of other truths

    @property
    def evidence(self) -> str:
        """How a proof about the family reads: that of a density has premises, which no kernel can check."""
        known = self.density is None and self.source is None
        return "PROVED" if known else "PROVED given the relations"

    def for_cell(self, m: int) -> Family:
        """Return the family with all relations of its density that a cell of m atoms meets.

        Args:
            m: cell size, at least 1.

        Returns:
            the family; this one unless it was derived from a density with a location parameter. Every
            relation is verified symbolically, that there are no others by a rank at rational points.

        Raises:
            InputError: as :func:`polysolv.families.density_relations.density_premises`, or if the relations
                leave nothing to observe.

        >>> from sympy import symbols
        >>> Y, p = symbols("Y p")
        >>> family = Family.from_density(p**Y * (1 - p) ** (3 - Y), ["p"], [], Y, values=[0, 1, 2, 3])
        >>> family.relations, family.for_cell(2).relations
        ((), ())
        """
        premises = self.premises(m)
        if premises is None or not premises.found:
            return self
        try:
            return self.observed_modulo(premises.found)
        except InputError:
            listed = "; ".join(premises.shown)
            allowed = "a density whose relations leave something to observe"
            raise InputError("expr", listed, allowed) from None

    def premises(self, m: int) -> DensityPremises | None:
        """Return what a proof about a cell of m atoms takes from the density; ``None`` without a density.

        Raises:
            InputError: as :func:`polysolv.families.density_relations.density_premises`.
        """
        if self.density is None:
            return None
        from polysolv.families.density_relations import density_premises

        m = require_integer("m", m, 1, 1000)
        return density_premises(self.density, self.log_symbol, self.relations, m)

    @staticmethod
    def from_file(path: str) -> Family:
        """Return the family that a TOML or JSON file defines; see :mod:`polysolv.families.family_file`."""
        from polysolv.families.family_file import read_arguments

        return Family.from_arguments(read_arguments(path))

    @staticmethod
    def from_arguments(arguments: Mapping[str, Any]) -> Family:
        """Return the family of arguments in a file, see :mod:`polysolv.families.family_file`.

        Raises:
            InputError: if they are not allowed.
        """
        if "density" not in arguments:
            return Family.from_log_symbol(**arguments)
        from polysolv.families.family_file import exact_truths

        truths = exact_truths(arguments.get("truths", []))
        text, support, name = arguments["density"], arguments.get("support", ""), arguments["name"]
        return Family.from_density_text(text, support, truths, name)

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

        symbol, assumptions = at_values(self.log_symbol, self.assumptions, values)
        return replace(self, log_symbol=symbol, assumptions=assumptions)

    def observed_modulo(self, relations: Sequence[str]) -> Family:
        """Return the family where these polynomials vanish on what is observed, and the ideal of those only.

        Args:
            relations: texts in the covariates (``x`` for one, else ``x1``, ``x2``, …) and dual variables:
                ``"x^2 - x"`` or ``"x^2 = x"`` for a dummy, ``"x2 = x1^2"`` for a dependent column, ``"y^2"``
                for least squares. They are added to those that hold already.

        Returns:
            the family; what is in print is not claimed for it.

        Raises:
            InputError: if a text is no polynomial in these variables with rational coefficients, the
                relations have no common zero, or they kill every term of the log-symbol.

        Source: observed-algebra page §2.

        >>> from polysolv.families import get
        >>> get("softmax-gaussian").observed_modulo(["x^2 = x"]).relations
        ('x^2 - x',)
        """
        from polysolv.families.observed import checked_relations

        if self.source is not None and relations:
            allowed = "none for a density without a log-symbol: its own relations are looked for"
            raise InputError("relations", "; ".join(relations), allowed)
        added = checked_relations(self.log_symbol, relations)
        if not added:
            return self
        everything = tuple(dict.fromkeys((*self.relations, *added)))
        found = replace(self, relations=everything, published=())
        # Refuses what leaves nothing to observe, too.
        if found.observed.has_few_points and self.many_points:
            allowed = (
                f"covariates of infinitely many values for {self.name}: with finitely many all derivatives "
                "of its two response values are proportional at each, by factors that depend on the truth"
            )
            raise InputError("relations", "; ".join(relations), allowed)
        return found

    @cached_property
    def observed(self) -> Observed:
        """The log-symbol modulo the relations, and the ring that its exponential is observed in."""
        from polysolv.families.observed import observe

        return observe(self.log_symbol, self.relations)

    def require_free_ring(self) -> None:
        """Refuse a family with relations, for orders r(m) and their certificates.

        Raises:
            InputError: if there is a relation.
        """
        self.require_log_symbol()
        if self.relations:
            allowed = "no relations: the order r(m) and its certificates are those of the free ring"
            raise InputError("relations", "; ".join(self.relations), f"{allowed}; see rate and explain")

    def require_log_symbol(self) -> None:
        """Refuse a family of which second-order relations alone are known, for polynomial systems.

        Raises:
            InputError: if it has no log-symbol.
        """
        if self.source is not None:
            allowed = "a family with a log-symbol; of this one rate, table and explain know the exponents"
            raise InputError("family", self.name, allowed)

    @cached_property
    def stated_assumptions(self) -> tuple[str, ...]:
        """What every exponent and rate assumes, in sentences: of covariates, response, weights and truth."""
        from polysolv.families.assumptions import stated_assumptions

        if self.source is not None:
            from polysolv.families.second_order.assumptions import density_assumptions

            return density_assumptions(self.source)
        found = stated_assumptions(self.log_symbol, self.relations, self.assumptions, self.density)
        mine = self.response and f"response: {self.response}"
        return tuple(mine if mine and a.startswith("response: ") else a for a in found)

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

        if self.source is not None:
            return ()  # they belong to a truth: see rates.explain
        if not self.log_symbol.is_linear:
            return second_order_relations(self.log_symbol)
        return interaction(self.log_symbol)

    def _display(self) -> Tables:
        from polysolv.display.formula import Formula
        from polysolv.families.assumptions import TRUE_VALUES

        relations = [[Formula(relation)] for relation in self.interaction()]
        printed = {p.parameter: p for p in self.published}
        rows = []
        for p in self.parameters:
            known = printed.get(p.name)
            exponent = "-" if known is None else show_exponent(known)
            rows.append([Formula(p.name), p.meaning, p.unit, exponent])
        grids = [
            pairs(self.title, name=self.name, d=self.dimension, log_symbol=Formula(self.shown_symbol)),
            Grid("parameters", ["parameter", "meaning", "unit", "published exponent"], rows),
            Grid("interaction: relations among derivatives of an atom's density u", ["relation"], relations),
        ]
        notes = [*self.remarks, *(f"assumed: {a}" for a in self.assumptions)]
        notes += [f"assumed of the {a}" for a in self.stated_assumptions if not a.startswith(TRUE_VALUES)]
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
            "log_symbol": None if self.source else str(self.log_symbol),
            "relations": list(self.relations),
            "assumptions": list(self.stated_assumptions),
            "nontrivial": list(self.nontrivial),
            "interaction": [str(relation) for relation in self.interaction()],
            "published": [
                {"parameter": p.parameter, "exponent": show_exponent(p), "source": p.source}
                for p in self.published
            ],
            "references": [r.citation for r in self.references],
        }
