"""DynamoDB's condition, key and update expressions, as much of them as our adapters write; anything
else raises Unsupported.

Knows no table and no run.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tests.faults.values import (
    Condition,
    Item,
    Names,
    Operand,
    Path,
    Test,
    Typed,
    Unsupported,
    Update,
    get,
    joined,
    simple,
    size,
    total,
)

_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|<>|[=<>(),.+\-])")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@lru_cache(maxsize=4096)
def condition(text: str, names: Names) -> Condition:
    parser = _Parser(text, dict(names))
    test = parser.either()
    parser.end()
    return Condition(test, frozenset(parser.used))


@lru_cache(maxsize=4096)
def update(text: str, names: Names) -> Update:
    parser = _Parser(text, dict(names))
    sets, removes = parser.clauses()
    parser.end()
    paths = [path for path, _ in sets] + list(removes)
    tops = [path for path in paths if len(path) == 1]
    if len(set(paths)) < len(paths) or any(path[:1] in tops for path in paths if len(path) > 1):
        raise Unsupported(f"two document paths overlap: {text}")
    return Update(tuple(sets), tuple(removes), frozenset(parser.used))


class _Parser:
    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self._text, self._names = text, names
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise Unsupported(f"unreadable: {text}")
        self._at = 0
        self.used: set[str] = set()

    # --- tokens -----------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, wanted: str) -> bool:
        if self._peek() == wanted:
            self._at += 1
            return True
        return False

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise Unsupported(f"expected {wanted!r} before {self._peek()!r} in {self._text}")

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise Unsupported(f"left over from {self._peek()!r} on in {self._text}")

    def _path(self) -> Path:
        parts = [self._name()]
        while self._take("."):
            parts.append(self._name())
        if len(parts) > 2:
            raise Unsupported(f"a path of {len(parts)} parts in {self._text}")
        return tuple(parts)

    def _name(self) -> str:
        token = self._next()
        if not token.startswith("#"):
            if not re.fullmatch(r"[a-z]\w*", token):
                raise Unsupported(f"a name was expected at {token!r} in {self._text}")
            return token
        self.used.add(token)
        if token not in self._names:
            raise Unsupported(f"{token} is not defined in {self._text}")
        return self._names[token]

    # --- conditions -------------------------------------------------------------------------------

    def either(self) -> Test:
        tests = [self._both()]
        while self._take("OR"):
            tests.append(self._both())
        return (
            tests[0]
            if len(tests) == 1
            else lambda item, values: any(test(item, values) for test in tests)
        )

    def _both(self) -> Test:
        tests = [self._single()]
        while self._take("AND"):
            tests.append(self._single())
        return (
            tests[0]
            if len(tests) == 1
            else lambda item, values: all(test(item, values) for test in tests)
        )

    def _single(self) -> Test:
        if self._take("("):
            test = self.either()
            self._expect(")")
            return test
        if self._take("NOT"):
            negated = self._single()
            return lambda item, values: not negated(item, values)
        if self._take("attribute_exists"):
            path = self._argument()
            return lambda item, values: get(item, path) is not None
        if self._take("attribute_not_exists"):
            path = self._argument()
            return lambda item, values: get(item, path) is None
        if self._take("begins_with"):
            path, prefix = self._pair()
            return lambda item, values: simple(get(item, path) or {"S": ""}).startswith(
                simple(prefix(item, values))
            )
        if self._take("contains"):
            path, wanted = self._pair()
            return lambda item, values: wanted(item, values) in (get(item, path) or {"L": ()})["L"]
        return self._comparison()

    def _argument(self) -> Path:
        self._expect("(")
        path = self._path()
        self._expect(")")
        return path

    def _pair(self) -> tuple[Path, Operand]:
        self._expect("(")
        path = self._path()
        self._expect(",")
        operand = self._operand()
        self._expect(")")
        return path, operand

    def _comparison(self) -> Test:
        left, word = self._operand(), self._next()
        if word == "IN":
            return self._in(left)
        if word == "BETWEEN":
            return self._between(left)
        if word != "<>" and word not in _COMPARE:
            raise Unsupported(f"no comparison: {word!r} in {self._text}")
        right = self._operand()
        compare = _COMPARE["=" if word == "<>" else word]

        def test(item: Item, values: Mapping[str, Typed]) -> bool:
            a, b = left(item, values), right(item, values)
            # DynamoDB finds values of different types, or a missing one, neither equal nor ordered.
            return (
                a is not None
                and b is not None
                and a.keys() == b.keys()
                and compare(simple(a), simple(b))
            )

        return (lambda item, values: not test(item, values)) if word == "<>" else test

    def _between(self, left: Operand) -> Test:
        """With both its ends."""
        first = self._operand()
        self._expect("AND")
        last = self._operand()

        def test(item: Item, values: Mapping[str, Typed]) -> bool:
            ends = [operand(item, values) for operand in (first, left, last)]
            kinds = {kind for end in ends for kind in end or {"": None}}
            if len(kinds) > 1 or "" in kinds:
                return False
            low, value, high = map(simple, ends)
            return bool(low <= value <= high)

        return test

    def _in(self, left: Operand) -> Test:
        self._expect("(")
        options = [self._operand()]
        while self._take(","):
            options.append(self._operand())
        self._expect(")")
        return lambda item, values: (
            left(item, values) in [option(item, values) for option in options]
        )

    def _operand(self) -> Operand:
        if self._take("size"):
            path = self._argument()
            return lambda item, values: size(get(item, path))
        if self._peek().startswith(":"):
            name = self._next()
            self.used.add(name)
            return lambda item, values: values[name]
        path = self._path()
        return lambda item, values: get(item, path)

    # --- updates ----------------------------------------------------------------------------------

    def clauses(self) -> tuple[list[tuple[Path, Operand]], list[Path]]:
        """Those of ADD are sums that begin at nothing; in this order, each at most once."""
        sets, removes = [], []
        if self._take("ADD"):
            sets = [self._addition()]
            while self._take(","):
                sets.append(self._addition())
        if not sets or self._peek() == "SET":
            self._expect("SET")
            sets.append(self._assignment())
            while self._take(","):
                sets.append(self._assignment())
        if self._take("REMOVE"):
            removes = [self._path()]
            while self._take(","):
                removes.append(self._path())
        return sets, removes

    def _addition(self) -> tuple[Path, Operand]:
        path, more = self._path(), self._operand()
        return path, lambda item, values: total(get(item, path) or {"N": "0"}, more(item, values))

    def _assignment(self) -> tuple[Path, Operand]:
        path = self._path()
        self._expect("=")
        if self._take("list_append"):
            return path, self._appended()
        left = self._operand()
        if not self._take("+"):
            return path, left
        right = self._operand()
        return path, lambda item, values: total(left(item, values), right(item, values))

    def _appended(self) -> Operand:
        self._expect("(")
        left = self._operand()
        self._expect(",")
        right = self._operand()
        self._expect(")")
        return lambda item, values: joined(left(item, values), right(item, values))
