"""docs/families.md is what its command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from polysolv import families
from polysolv.rates.families_page import families_page

PAGE = Path(__file__).parents[2] / "docs" / "families.md"


def test_every_family_has_a_section():
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"### {name}\n" in page for name in families.names())
    assert "polysolv families --format page" in page


@pytest.mark.slow
def test_the_page_is_what_the_command_prints():
    assert families_page() == PAGE.read_text(encoding="utf-8")
