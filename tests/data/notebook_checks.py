"""What holds after cells of the notebooks: notebook, number of its code cell, statements.

tests/test_notebooks.py runs them in the notebook's own kernel, and again with numbers and texts on the right of each
``==`` changed: then they must fail.
"""

CHECKS = {
    "01_rates": {
        2: """
intercept, gate = cell.parameters["b"], cell.parameters["beta1"]
assert intercept.published.rate == intercept.refined.rate == Fraction(1, 12)
assert gate.published.rate == Fraction(1, 12)
assert gate.refined.rate == Fraction(1, 4)
assert intercept.halving_factor == 4096
""",
        3: """
assert {r.bounds.name: int(r.bounds.lower) for r in reasons} == {"beta1": 2, "a": 2, "b": 6, "sigma": 3}
assert all(r.bounds.proved for r in reasons)
""",
        4: """
assert [int(r) for r in orders.values()] == [1, 4, 6, 8, 10, 12]
assert {r.evidence for r in orders.values()} == {"PROVED"}
""",
        5: """
assert [a.cells for a in allocated.allocations] == [(3, 1), (2, 2)]
assert [a.exactly_fitted for a in allocated.allocations] == [1, 0]
""",
        6: """
assert len(table.rows) == 5
assert [row.parameters["b"].refined.rate for row in table.rows[1:]] == [
    Fraction(1, 4 * m) for m in (2, 3, 4, 5)
]
""",
        7: "assert len(picture.axes) == 4",
        9: "assert frame.published_rate.max() == Fraction(1, 2)",
        10: """
assert {name: int(p.refined.exponent) for name, p in free.parameters.items()} == {"b": 8, "a": 2, "sigma": 4}
""",
    },
    "02_system_and_witness": {
        1: """
assert [str(r) for r in family.interaction()] == ["∂²u/∂b² = 2 ∂u/∂sigma", "∂²u/∂beta1∂b = ∂u/∂a"]
""",
        2: "assert (len(system), len(system.unknowns)) == (9, 10)",
        3: "assert all(count == (r * r + 3 * r) // 2 for r, count in counts.items())",
        4: """
assert not any(system.evaluate((half, half), atoms).values())
assert left == {(0, 4): Fraction(-1, 12)}
""",
        5: """
assert witness.check()
assert witness.residual() == Fraction(-1, 120)
""",
        7: "assert abs(slope - 6) < 0.05",
        8: """
assert (low.status, high.status) == ("SOLVABLE", "UNSOLVABLE")
assert high.evidence == "PROVED"
assert high.statistics["complex_solutions"] == 2
""",
        9: "assert eliminant == (w + 1) * (w**2 + w + 1)",
        10: "assert (solutions.nsolutions, solutions.nreal, solutions.nfailed) == (2, 0, 0)",
        11: 'assert (proved.counts["certified"], proved.nreal, proved.nnonreal) == (2, 0, 2)',
        12: 'assert all(v.status == "UNSOLVABLE" and v.evidence == "PROVED" for v in verdicts.values())',
        13: """
assert int(found) == 6
assert (found.solvable.status, found.unsolvable.status) == ("SOLVABLE", "UNSOLVABLE")
""",
    },
    "03_certificates": {
        1: """
assert certificate.kind == "order"
assert certificate.statement["degree"] == 6
""",
        2: """
assert answer.accepted
assert len(answer.relies_on) == 1
""",
        3: "assert not refused.accepted",
        4: """
assert not refused.accepted
assert refused.step != "digest"
""",
        5: """
assert point.kind == "point"
assert point.verify().accepted
""",
        6: """
assert identity.verify().accepted
assert identity.verify().relies_on == ()
""",
        7: """
assert both.verify().accepted
assert both.verify().relies_on == ()
""",
        8: """
assert all(certify("softmax-gaussian", m).verify().accepted for m in sizes)
assert max(sizes.values()) < 10_000
""",
        9: """
assert done.returncode == 0
assert done.stdout.splitlines()[0] == "VERIFIED"
assert lines <= 2000
""",
    },
    "04_fit_and_crosscheck": {
        2: """
assert fit.converged_
assert fit.gradient_norm_ < 1e-8
""",
        3: """
assert sorted(len(cell) for cell in cells) == [1, 2]
assert sorted(map(len, fit.inferred_cells_)) == [1, 2]
single, double = sorted(errors, key=lambda error: error.size)
assert single.largest["b"] < 0.2 < double.largest["b"]
""",
        4: "assert len(picture.axes) == 1",
        5: "assert min(bic, key=bic.get) == 2",
        6: """
assert (result.published, result.refined) == (4, 2)
assert abs(result.slope - 2) < 0.1
""",
        8: """
assert exact.complete
measured = slopes(exact)
assert all(measured.row("error", name, 1).inside == "both" for name in ("beta1", "a", "b", "sigma"))
""",
        10: """
gate = over.row("error", "beta1", 2, "mean")
assert str(gate.prediction.published) == "-1/8"
assert str(gate.prediction.refined) == "-1/4"
""",
    },
    "05_your_own_family": {
        1: 'assert str(family.interaction()[0]) == "∂²u/∂db² = 2 ∂u/∂ds0"',
        2: """
assert {name: str(bounds) for name, bounds in found.items()} == {"db": "6", "da": "2", "ds0": "3", "ds1": "2"}
assert all(bounds.proved for bounds in found.values())
""",
        3: "assert len(reason) == 1",
        4: 'assert str(table.rows[2].parameters["db"].refined.rate) == "1/12"',
        5: """
assert str(three) == "8/3"
assert str(four) == "[3, 16/5]"
assert three.proved
assert not four.proved
""",
        6: """
assert str(gaussian.log_symbol) == "mu*y + 1/2*v*y^2"
assert [str(r) for r in gaussian.interaction()] == ["∂²u/∂mu² = 2 ∂u/∂v"]
""",
        7: 'assert rates == {2: "1/4", 3: "1/4", 4: "1/4"}',
        8: """
assert done.returncode == 0
assert "PROVED: exponent 4, rate n^(-1/8)" in done.stdout
""",
    },
    "06_choose_the_number_of_experts": {
        2: """
assert comparison.k == 2
assert len(comparison.fits) == 4
""",
        3: "assert len(picture.axes) == 2",
        4: """
assert fit.converged_
assert [len(cell) for cell in fit.inferred_cells_] == [1, 1]
""",
        6: """
assert line.a[0, 0] < 0
assert (slopes > 0).sum() == 2
""",
        7: 'assert list(interval.columns) == ["lower", "upper"]',
        8: """
assert counts.loc["setosa"].max() >= 48
assert counts.loc[["versicolor", "virginica"]].to_numpy().argmax(axis=1).tolist() == [1, 1]
""",
    },
}
