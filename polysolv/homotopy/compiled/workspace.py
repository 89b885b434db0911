"""Scratch arrays of the compiled tracker, and the names of their rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from polysolv.homotopy.compiled.codes import FACTS
from polysolv.homotopy.compiled.straightline import Program

ORDER = 4  # Taylor coefficients 1..ORDER of the path are computed
DELTA = ORDER + 1  # row of Work.nodes: the share of the newest Taylor coefficient of the path
MAX_WINDING = 24
LOOP = 12  # samples in one turn of Cauchy's loop

# Rows of Work.z (complex, one entry an unknown); the matrix is last.
B, TRIAL, LOW, PATCH, PATH = 0, 1, 2, 3, 4
SAMPLES = PATH + ORDER + 1
SAVED = SAMPLES + MAX_WINDING * LOOP + 1
BEFORE = SAVED + 1
CANDIDATE = BEFORE + 1
MEAN = CANDIDATE + 1
MATRIX = MEAN + 1
# Rows of Work.r (real).
WEIGHT, ROW_SCALE, SIZES, SUMS = 0, 1, 2, 3
# Entries of Work.state.
LIPSCHITZ = 0  # estimate ω of Newton's basin
TRIED = 1  # steps
DISTANCE = 2  # to the nearest singularity
REGULARITY = 3  # condition number
LAST = 4  # size of the last correction
EXTENDED = 5  # how many more steps use residuals in double-double
END_FLOOR = 6  # smallest unit of error at s = 0
FLOOR = 7  # elsewhere
STOP_AT = 8  # number of steps at which to stop
AT_RE, AT_IM = 9, 10  # s of the coefficients in Work.c
DERIVED = 11  # whether their derivatives are there, too
WIDE_RE, WIDE_IM = 12, 13  # s of the coefficients in Work.wide_c
STATE = 14
MEMORY = 6


class Work(NamedTuple):
    """Scratch arrays of one call."""

    c: np.ndarray  # Taylor coefficients in s of the homotopy's coefficients
    nodes: np.ndarray  # Taylor coefficients of the program's nodes
    z: np.ndarray
    r: np.ndarray
    pivot: np.ndarray
    wide: np.ndarray  # nodes in complex double-doubles, a row (re, re', im, im') each
    wide_c: np.ndarray  # the homotopy's coefficients likewise
    state: np.ndarray
    memory: np.ndarray  # of the endgame
    facts: np.ndarray  # a copy of a path's facts


def workspace(program: Program, terms: int) -> Work:
    """Return scratch arrays for one thread.

    >>> from polysolv.homotopy.compiled.straightline import Support, compile_program
    >>> workspace(compile_program(Support(1, ((((0, 2),), ()),))), 2).nodes.shape
    (6, 3)
    """
    n, count = program.unknowns, program.link.shape[1]
    return Work(
        np.zeros((ORDER + 1, terms), np.complex128),
        np.zeros((DELTA + 1, count), np.complex128),
        np.zeros((MATRIX + n, n), np.complex128),
        np.ones((4, n)),
        np.zeros(n, np.int64),
        np.zeros((count, 4)),
        np.zeros((terms, 4)),
        np.zeros(STATE),
        np.zeros(MEMORY),
        np.zeros(FACTS),
    )
