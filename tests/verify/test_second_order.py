"""Certificates from second-order relations: changed in turn they are rejected, or true by another opinion."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from polysolv.certificates.second_order import (
    SecondOrderCells,
    all_two_certificate,
    at_least_three_certificate,
    elliptic_certificate,
)
from polysolv.decisions.semidefinite import combination, cyclotomic, semidefinite_in, simplex
from polysolv.verify import verify
from polysolv.verify.reading import digest


def _random_space(chooser, size, count):
    """Independent symmetric matrices of small integers."""
    found = []
    while len(found) < count:
        rows = [[Fraction(chooser.randint(-2, 2)) for _ in range(size)] for _ in range(size)]
        matrix = tuple(tuple(rows[min(i, j)][max(i, j)] for j in range(size)) for i in range(size))
        flat = np.array([[float(x) for row in m[0] for x in row] for m in [*found, (matrix,)]])
        if np.linalg.matrix_rank(flat) == len(found) + 1:
            found.append((matrix,))
    return tuple(found)


def _resealed(data):
    data = copy.deepcopy(data)
    statement = {k: v for k, v in data["statement"].items() if k != "digest"}
    data["statement"]["digest"] = digest(statement)
    data["digest"] = digest({k: v for k, v in data.items() if k != "digest"})
    return data


@pytest.mark.parametrize("seed", range(12))
def test_random_spaces_of_matrices_are_decided_as_a_search_finds(seed):
    """Either Q proves that no relation is semidefinite, or one is found; eigenvalues of random ones agree."""
    chooser = random.Random(seed)
    size, count = chooser.choice([(2, 1), (2, 2), (3, 1), (3, 2), (3, 3)])
    basis = _random_space(chooser, size, count)
    found = semidefinite_in(basis, (size,))
    cells = SecondOrderCells("random", (size + 1,), tuple("abc"[:size]), basis, ("a premise",))
    if found.none:
        assert all_two_certificate(cells, found.orthogonal).verify().accepted
        for _ in range(300):
            scales = [Fraction(chooser.randint(-9, 9)) for _ in basis]
            eigenvalues = np.linalg.eigvalsh(np.array(combination(basis, scales)[0], dtype=float))
            assert not any(scales) or (eigenvalues[0] < 0 < eigenvalues[-1])
    elif found.found is not None:
        assert np.linalg.eigvalsh(np.array(found.found[0], dtype=float)).min() > -1e-12
        weights, points = simplex(found.found[0])
        t = next(i for i in range(size) if found.found[0][i][i])
        certificate = at_least_three_certificate(cells, "abc"[t], found.coefficients, [(weights, points)])
        assert certificate.verify().accepted


def _all_kinds():
    one, zero = Fraction(1), Fraction(0)
    definite = (((one, zero), (zero, Fraction(2))),)
    cells = SecondOrderCells("mine", (3,), ("a", "b"), (definite,), ("a premise",))
    mixed = SecondOrderCells("mine", (3,), ("a", "b"), ((((zero, one), (one, one)),),), ("a premise",))
    return [
        elliptic_certificate(cells, cyclotomic(3)),
        at_least_three_certificate(cells, "b", (one,), [simplex(definite[0])]),
        all_two_certificate(cells._replace(sizes=(2,)), semidefinite_in((definite,), (2,)).orthogonal),
        all_two_certificate(mixed, semidefinite_in(mixed.relations, (2,)).orthogonal),
    ]


def test_every_kind_is_accepted_and_survives_json():
    for certificate in _all_kinds():
        assert certificate.verify().accepted
        assert verify(certificate.to_json().encode()).accepted


@pytest.mark.parametrize("number", range(4))
def test_changed_numbers_are_rejected(number):
    """Every number of the payload changed: what is accepted must still prove the claim."""
    data = _all_kinds()[number].to_data()
    assert verify(_resealed(data)).accepted

    def places(value, path=()):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list)):
                yield from places(item, (*path, key))
            else:
                yield (*path, key)

    rejected = accepted = 0
    for path in places(data["payload"]):
        for change in (1, Fraction(1, 7), -3):
            mutant = copy.deepcopy(data)
            inner = mutant["payload"]
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = str(Fraction(inner[path[-1]]) + change)
            result = verify(_resealed(mutant))
            rejected += not result.accepted
            accepted += result.accepted
    assert rejected > 2 * accepted


@pytest.mark.parametrize("junk", [None, 0, "x", [], {}, [[]], [["1"]], "-1", {"a": []}])
def test_junk_gets_an_answer(junk):
    for certificate in _all_kinds():
        data = certificate.to_data()
        for part in ("statement", "payload"):
            for key in data[part]:
                changed = copy.deepcopy(data)
                changed[part][key] = junk
                result = (
                    verify(_resealed(changed)) if part == "payload" or key != "digest" else verify(changed)
                )
                assert result.exit_code in (0, 1, 2)
                assert json.dumps(result.text())


def _refused(data, part, words):
    """Check that the kernel rejects the data, and names the part and the reason."""
    result = verify(data)
    assert (result.exit_code, result.accepted) == (1, False)
    assert part in result.text()
    assert words in result.text()


def _changed(certificate, **parts):
    data = copy.deepcopy(certificate.to_data())
    for name, value in parts.items():
        data[name] = value
    return data


@pytest.mark.parametrize("number", range(4))
def test_a_statement_that_was_changed_after_its_digest_is_rejected(number):
    data = _all_kinds()[number].to_data()
    data["statement"]["family"] = "another"
    data["digest"] = digest({k: v for k, v in data.items() if k != "digest"})
    _refused(data, "statement", "its digest is not that of the cells, relations and claim")
    assert verify(_resealed(data)).accepted


@pytest.mark.parametrize("number", range(4))
def test_steps_are_rejected(number):
    certificate = _all_kinds()[number]
    _refused(_resealed(_changed(certificate, steps=[{}])), "second-order", "takes no steps")


def _matrix(*rows):
    return tuple(tuple(map(Fraction, row)) for row in rows)


def test_a_face_of_two_relations_is_rejected():
    """Q leaves two relations, and their sum is semidefinite of rank 2."""
    first, second = _matrix([1, 0, 0], [0, 0, 0], [0, 0, 0]), _matrix([0, 0, 0], [0, 1, 0], [0, 0, 0])
    orthogonal = _matrix([0, 0, 0], [0, 0, 0], [0, 0, 1])
    cells = SecondOrderCells("mine", (2,), ("a", "b", "c"), ((first,), (second,)), ("a premise",))
    _refused(all_two_certificate(cells, (orthogonal,)).to_data(), "face", "more than one relation")
    one = all_two_certificate(cells._replace(relations=((first,),), sizes=(1,)), (orthogonal,))
    assert one.verify().accepted


def test_the_one_relation_that_is_annihilated_is_a_combination():
    """Of the two relations Q annihilates only the difference, which has rank 1."""
    relations = ((_matrix([0, 1], [1, 0]),), (_matrix([1, 1], [1, 0]),))
    orthogonal = (_matrix([0, 0], [0, 1]),)
    cells = SecondOrderCells("mine", (2,), ("a", "b"), relations, ("a premise",))
    _refused(all_two_certificate(cells, orthogonal).to_data(), "rank", "below the sizes of the cells")
    assert all_two_certificate(cells._replace(sizes=(1,)), orthogonal).verify().accepted


def test_a_parameter_that_stands_still_is_rejected():
    relation = _matrix([1, 0], [0, 0])
    cells = SecondOrderCells("mine", (2,), ("a", "b"), ((relation,),), ("a premise",))
    points = simplex(relation)
    for parameter, accepted in {"a": True, "b": False}.items():
        certificate = at_least_three_certificate(cells, parameter, (Fraction(1),), [points])
        assert certificate.verify().accepted == accepted
    _refused(certificate.to_data(), "parameter", "b does not move")


@pytest.mark.parametrize("m", range(2, 13))
def test_roots_of_a_lower_order_are_rejected(m):
    """Every product of cyclotomic polynomials that divides z^m - 1: only the m-th alone proves the claim."""
    identity = _matrix([1, 0], [0, 1])
    cells = SecondOrderCells("mine", (m,), ("a", "b"), ((identity,),), ("a premise",))
    divisors = [d for d in range(1, m + 1) if m % d == 0]
    for count in range(1, 3):
        for chosen in combinations(divisors, count):
            product = [1]
            for d in chosen:
                product = [int(c) for c in np.round(np.convolve(product, cyclotomic(d)))]
            certificate = elliptic_certificate(cells, product)
            if chosen == (m,):
                assert certificate.verify().accepted
            else:
                lowest = min(chosen)
                _refused(certificate.to_data(), "mean", f"the mean of the powers {lowest} is not 0")


def test_claims_that_do_not_hold_are_rejected():
    one, zero = Fraction(1), Fraction(0)
    identity = ((one, zero), (zero, one))
    cells = SecondOrderCells("mine", (3,), ("a", "b"), ((identity,),), ("a premise",))
    null = (((zero, zero), (zero, zero)),)
    assert not all_two_certificate(cells, null).verify().accepted  # rank 2 fits into a cell of 3
    assert not all_two_certificate(cells, (identity,)).verify().accepted  # not orthogonal
    assert not elliptic_certificate(cells, cyclotomic(6)).verify().accepted
    assert not elliptic_certificate(cells, [-1, 1]).verify().accepted
    hyperbolic = cells._replace(relations=((((one, zero), (zero, -one)),),))
    assert not elliptic_certificate(hyperbolic, cyclotomic(3)).verify().accepted
    weights, points = simplex(identity)
    assert (
        not at_least_three_certificate(cells._replace(sizes=(2,)), "a", (one,), [(weights, points)])
        .verify()
        .accepted
    )


def test_premises_belong_to_the_statement():
    """Without them a statement about any family could be written beside relations that it has not."""
    zero, one = Fraction(0), Fraction(1)
    cells = SecondOrderCells("mine", (2,), ("a", "b"), ((((zero, one), (one, zero)),),), ("a premise",))
    certificate = all_two_certificate(cells, [((one, zero), (zero, one))])
    assert certificate.verify().accepted
    for given in ([], None):
        data = certificate.to_data()
        statement = data["statement"]
        del statement["given"]
        if given is not None:
            statement["given"] = given
        statement["digest"] = digest({k: v for k, v in statement.items() if k != "digest"})
        data["digest"] = digest({k: v for k, v in data.items() if k != "digest"})
        result = verify(data)
        assert not result.accepted
        assert "given" in result.text()
