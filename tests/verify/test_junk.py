"""Junk in the place of any value, all digests made right again: an answer, never an exception."""

from __future__ import annotations

import copy
import json
import random

from polysolv.families import get
from polysolv.verify import verify

JUNK = [
    None,
    0,
    1,
    -1,
    2,
    7,
    10**15,
    True,
    1.5,
    "",
    "0",
    "1",
    "-1/2",
    "x",
    "w_1",
    "b",
    "mu",
    "sigma",
    "core",
    "drop",
]
JUNK += [
    [],
    {},
    [0],
    [0, 1],
    ["1"],
    [[]],
    [{}],
    {"a": 1},
    {"x": 2},
    {"w_1": 1},
    {"step": "drop"},
    "set-zero",
    "box",
]
JUNK += [
    "SOLVABLE",
    "UNSOLVABLE",
    "ORDER",
    "COMPLEX",
    "softmax-gaussian",
    "location-gaussian",
    "identity",
    "point",
]
ROUNDS = 3000


def places(value):
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def statements(value):
    for container, key in places({"": value}):
        if key == "statement" and isinstance(container[key], dict):
            yield container[key]


def give_statements_their_digest(data, plain_digest):
    for statement in statements(data):
        if "system" in statement:
            statement["digest"] = plain_digest({"system": statement["system"]})
            continue
        symbol, nontrivial = statement.get("log_symbol"), statement.get("nontrivial")
        if (
            symbol is None
            and statement.get("family") == "softmax-gaussian"
            and str(statement.get("d")) in ("1", "2")
        ):
            symbol, nontrivial = get("softmax-gaussian", int(statement["d"])).log_symbol.to_data(), ["b"]
        defining = {key: statement.get(key) for key in ("d", "m", "degree")}
        statement["digest"] = plain_digest({**defining, "log_symbol": symbol, "nontrivial": nontrivial})


def test_junk(corpus, reseal, plain_digest):
    generator = random.Random(3)
    texts = [json.dumps(data) for name, data in corpus.items() if name != "order all kinds"]
    codes = {0: 0, 1: 0, 2: 0}
    for _ in range(ROUNDS):
        data = json.loads(generator.choice(texts))
        for _ in range(generator.randint(1, 2)):
            container, key = generator.choice(list(places(data)))
            container[key] = copy.deepcopy(generator.choice(JUNK))
        give_statements_their_digest(data, plain_digest)
        codes[verify(reseal(data)).exit_code] += 1
    assert codes[1] > ROUNDS / 10
    assert codes[2] > ROUNDS / 10
