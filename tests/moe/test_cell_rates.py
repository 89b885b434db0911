from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from polysolv.display.rich_display import to_text
from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.cell_rates import cell_rates, rates_of_fit
from polysolv.moe.covariate_relations import CovariateRelation, CovariateRelations
from polysolv.moe.estimator import record_of
from polysolv.moe.outside_theory import outside_theory
from polysolv.moe.presentation import fit_csv, fit_grids, fit_notes, range_grid

TRUTH = MixingMeasure([0.3, 0], [[0.5], [0]], [[1.5], [-1.5]], [2, -2], [0.4, 0.3])


def exponents(cells, d, relations):
    cell = next(cell for cell in cell_rates(cells, d, relations) if len(cell.atoms) > 1)
    return {
        name: str(rates.refined.exponent) if rates.refined else rates.status
        for name, rates in cell.parameters.items()
    }


@pytest.mark.parametrize(
    ("d", "relations", "expected"),
    [
        (1, [], ["2", "2", "4", "2"]),
        (1, ["x^2 - x"], ["not identifiable", "4", "4", "2"]),
        (1, ["x^2 - 2/5*x + 3/100"], ["not identifiable", "4", "4", "2"]),
        (1, ["x^3 - 3*x^2 + 2*x"], ["2", "2", "4", "2"]),
        (2, ["x1^2 - x2"], ["4", "2", "4", "2"]),
        (2, ["x1^2 - x1"], ["not identifiable", "4", "4", "2"]),
    ],
)
def test_rates_modulo_relations(d, relations, expected):
    assert list(exponents([(0,), (1, 2)], d, relations).values()) == expected


@pytest.fixture(scope="module")
def overfitted():
    x = np.random.default_rng(0).integers(0, 2, 1200)[:, None].astype(float)
    X, y = TRUTH.sample(1200, x=x, seed=2)
    record = record_of(SoftmaxGaussianMoE(3, n_init=1, random_state=1).fit(X, y))
    # Whatever the end: three regular atoms.
    G = record.mixing_measure
    return replace(
        record, mixing_measure=MixingMeasure(G.beta0, G.beta1, G.a, G.b, [0.4, 0.3, 0.3]), at_bound=[]
    )


def with_cells(record, cells, **changes):
    return replace(record, inferred_cells=cells, **changes)


def test_a_fit_to_a_dummy_says_what_its_rates_rest_on(overfitted):
    record = with_cells(overfitted, [(0,), (1, 2)])
    assert record.covariate_relations.texts(["smoker"]) == ["smoker^2 - smoker"]
    text = to_text(fit_grids(record), fit_notes(record))
    assert "modulo the relations among the covariates" in text
    assert "the covariates satisfy x^2 - x = 0" in text
    assert "beta1 of 1, 2 is not identifiable" in text.replace("\n  ", " ")
    rows = [line.split(",") for line in fit_csv(record).splitlines()]
    found = {(row[0], row[2]): row[-1] for row in rows[1:]}
    assert found["1", "beta1"] == "not identifiable"
    assert found["1", "a"] == "1/8"
    assert found["0", "beta1"] == "1/2"
    assert all(row[-2] == "" for row in rows[1:]), "what is in print assumes a density"
    grid = range_grid([record])
    assert grid.rows[0][grid.headers.index("refined")] == "not identifiable"


def test_a_spike_has_no_rate_and_is_named(overfitted):
    G = overfitted.mixing_measure
    sigma = G.sigma.copy()
    sigma[2] = 1e-5 * sigma[1]
    spiky = replace(
        overfitted,
        mixing_measure=MixingMeasure(G.beta0, G.beta1, G.a, G.b, sigma),
        **(
            {"effective_rows": np.array([600.0, 595.0, 5.0])} if hasattr(overfitted, "effective_rows") else {}
        ),
    )
    together = with_cells(spiky, [(0,), (1, 2)])
    assert list(outside_theory(together)) == [2]
    rates = rates_of_fit(together)
    # Its cell is still one of two atoms: the other's rates are those of the worst case.
    assert [(cell.atoms, cell.size) for cell in rates.cells] == [((0,), 1), ((1,), 2)]
    assert rates.cells[1].parameters["b"].refined.exponent == 4
    assert any("no rate for atom 2: a spike" in note for note in fit_notes(together))
    rows = [line.split(",") for line in fit_csv(together).splitlines()[1:]]
    assert all(row[-1] == "" for row in rows if row[0] == "2")
    # Alone it is no exactly fitted cell.
    alone = rates_of_fit(with_cells(spiky, [(0, 1), (2,)]))
    assert [cell.atoms for cell in alone.cells] == [(0, 1)]
    assert "no cell of this allocation is exactly fitted" in alone.cells[0].parameters["beta1"].reason


def test_regular_atoms_are_inside_the_theory(overfitted):
    record = with_cells(overfitted, [(0,), (1,), (2,)])
    G = record.mixing_measure
    even = replace(
        record, mixing_measure=MixingMeasure(G.beta0, G.beta1, G.a, G.b, [0.02, 0.4, 2.0]), at_bound=[]
    )
    assert not any("spike" in why for why in outside_theory(even).values())


def test_rates_are_withheld_where_relations_are_not_known(overfitted):
    record = with_cells(
        overfitted,
        [(0,), (1, 2)],
        covariate_relations=CovariateRelations((), 4, 4, "3 more relations hold", complete=False),
    )
    rates = rates_of_fit(record)
    assert all(
        r.refined is None and r.published is None and r.reason == "3 more relations hold"
        for cell in rates.cells
        for r in cell.parameters.values()
    )
    assert any("3 more relations hold" in note for note in fit_notes(record))


def test_what_was_not_examined_is_said(overfitted):
    few = CovariateRelations((), 0, 6, "not examined: there are 30 rows")
    notes = fit_notes(with_cells(overfitted, [(0,), (1, 2)], covariate_relations=few))
    assert any("not examined: there are 30 rows" in note for note in notes)
    low = CovariateRelations((), 2, 6, "not examined: relations of degree above 2")
    notes = fit_notes(with_cells(overfitted, [(0,), (1, 2)], covariate_relations=low))
    assert any("of degree up to 4 (not examined" in note for note in notes)


def test_relations_that_nearly_hold_give_way_where_they_do_not_fit_together(overfitted):
    def relation(constant, approximate):
        return CovariateRelation({((0, 1),): Fraction(1), (): Fraction(constant)}, approximate)

    dummy = CovariateRelation({((0, 2),): Fraction(1), ((0, 1),): Fraction(-1)})
    contradiction = CovariateRelations((dummy, relation(-1, True), relation(-2, True)), 6, 6)
    record = with_cells(overfitted, [(0,), (1, 2)], covariate_relations=contradiction)
    assert rates_of_fit(record).relations == ("x^2 - x",)


def test_a_column_left_out_takes_its_relation_along(overfitted):
    class WithCollinear:
        """A record whose last column is determined by the others."""

        def __init__(self, record, d, collinear, relations):
            G = record.mixing_measure
            zeros = np.zeros((G.k, d))
            self.mixing_measure = MixingMeasure(G.beta0, zeros, zeros, G.b, G.sigma)
            self.collinear = collinear
            self.covariate_relations = CovariateRelations(relations, 6, 6)
            self.inferred_cells = [(0,), (1, 2)]
            self.at_bound: list[str] = []
            self.n_samples, self.min_variance = record.n_samples, record.min_variance
            self.gate_separated = False

    one = Fraction(1)
    total = CovariateRelation({((2, 1),): one, ((1, 1),): one, ((0, 1),): one, (): -one})
    dummies = [CovariateRelation({((j, 2),): one, ((j, 1),): -one}) for j in (0, 1)]
    both = CovariateRelation({((0, 1), (1, 1)): one})
    found = rates_of_fit(WithCollinear(overfitted, 3, (2,), (total, *dummies, both)))
    assert found.relations == ("x1^2 - x1", "x2^2 - x2", "x1*x2")
    assert found.cells[1].parameters["a"].refined.exponent == 4
    mixed = CovariateRelation({((1, 1), (2, 1)): one})
    withheld = rates_of_fit(WithCollinear(overfitted, 3, (2,), (mixed,)))
    assert all(r.refined is None for cell in withheld.cells for r in cell.parameters.values())


def test_a_gate_without_maximum_loses_its_own_rows_alone(overfitted):
    class Separated:
        gate_separated = True

        def __getattr__(self, name):
            return getattr(overfitted, name)

    parameters = rates_of_fit(Separated()).cells[0].parameters
    assert parameters["beta1"].refined is None
    assert "no maximum" in parameters["beta1"].reason
    assert parameters["b"].refined is not None
