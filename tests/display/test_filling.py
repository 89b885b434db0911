"""Paragraphs are filled as the standard library fills them."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from polysolv.display.filling import fill

WORDS = st.lists(st.text("ab-.", min_size=1, max_size=12), min_size=1, max_size=30)


@given(WORDS, st.integers(12, 60), st.sampled_from([("", ""), ("- ", "  "), ("  1. ", "     ")]))
def test_a_paragraph_is_broken_as_textwrap_does(words, width, before):
    first, later = before
    assert fill(" ".join(words), width, first, later) == textwrap.fill(
        " ".join(words),
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
        break_long_words=False,
    )
