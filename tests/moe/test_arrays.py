"""Arrays of the array API standard are taken for what they hold."""

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.arrays import as_numpy

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


class OnlyDlpack:
    """What is the least that the standard asks of an array in main memory."""

    def __init__(self, array, fails=False):
        self.array, self.fails = array, fails

    def __dlpack__(self, **arguments):
        if self.fails:
            raise BufferError("on another device")
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def strict(array):
    return pytest.importorskip("array_api_strict").asarray(array)


@pytest.mark.parametrize("made", [OnlyDlpack, strict])
def test_a_fit_is_the_same_whatever_library_the_arrays_are_of(made):
    X, y = TRUTH.sample(300, seed=0)
    plain = SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(X, y)
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(made(X), made(y))
    assert fit.mixing_measure_ == plain.mixing_measure_
    for method in ("predict", "predict_gate", "predict_interval"):
        np.testing.assert_array_equal(getattr(fit, method)(made(X)), getattr(plain, method)(X))
    for method in ("cdf", "predict_density", "responsibilities", "score_samples", "bic"):
        np.testing.assert_array_equal(getattr(fit, method)(made(X), made(y)), getattr(plain, method)(X, y))


def test_an_array_on_another_device_is_refused_in_one_line():
    class Unreadable(OnlyDlpack):
        def __array__(self, *_, **__):
            raise TypeError("can't convert device tensor")

    with pytest.raises(InputError, match=r"X: .*main memory"):
        as_numpy(Unreadable(np.ones(3), fails=True))
