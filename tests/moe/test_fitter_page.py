import doctest
import warnings
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "fitter.md"


def test_the_examples_of_the_page_run_as_printed():
    with warnings.catch_warnings():
        failed, attempted = doctest.testfile(
            str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
        )
    assert attempted >= 5
    assert failed == 0
