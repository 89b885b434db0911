import doctest
import warnings
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "examples"), [("fitter.md", 5), ("inference.md", 10)])
def test_the_examples_of_the_page_run_as_printed(page, examples):
    with warnings.catch_warnings():
        failed, attempted = doctest.testfile(
            str(DOCS / page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
        )
    assert attempted >= examples
    assert failed == 0
