"""Values are frozen and behave as the frozen dataclasses that Python writes."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from polysolv.display.value import Value
from polysolv.families import Parameter, get


@dataclasses.dataclass(eq=False, repr=False)
class Pair(Value):
    left: object
    right: object = 0


@dataclasses.dataclass(frozen=True)
class Written:
    left: object
    right: object = 0


def test_a_value_is_what_python_would_write():
    ours, theirs = Pair(1, (2,)), Written(1, (2,))
    assert repr(ours) == repr(theirs).replace("Written", "Pair")
    assert (ours == Pair(1, (2,)), ours == Pair(1), ours == theirs) == (True, False, False)
    assert hash(ours) == hash(Pair(1, (2,)))
    assert dataclasses.replace(ours, right=3) == Pair(1, 3)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    for copied in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert copied == ours
        assert copied is not ours


@pytest.mark.parametrize("value", [Pair(1), Written(1)])
def test_no_field_is_set_or_deleted(value):
    changes = [
        lambda: setattr(value, "left", 2),
        lambda: setattr(value, "other", 2),
        lambda: delattr(value, "right"),
    ]
    for change in changes:
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert value.right == 0
    assert not hasattr(value, "other")


def test_a_field_that_is_left_out_cannot_be_set_later():
    with pytest.raises(TypeError):
        Pair()
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        get("softmax-gaussian").parameters[0].name = "c"
    assert isinstance(get("softmax-gaussian").parameters[0], Parameter)
