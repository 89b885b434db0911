"""The examples of docs/crosscheck.md run as printed."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "crosscheck.md"


def test_the_examples_of_the_page_run_as_printed():
    failed, attempted = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert attempted >= 6
    assert failed == 0
