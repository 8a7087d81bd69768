"""DynamoDB's condition, key and update expressions, as much of them as our adapters write; anything else raises Unsupported.

Values stay in their typed form ({"N": "5"}), items are never changed in place. Knows no table and no run.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

Typed = Mapping[str, Any]
Item = dict[str, Any]
Operand = Callable[[Item, Mapping[str, Typed]], Any]
Test = Callable[[Item, Mapping[str, Typed]], bool]
Path = tuple[str, ...]
Names = tuple[tuple[str, str], ...]

_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|<>|[=<>(),.+\-])")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class Unsupported(BaseException):
    """An expression that the fake does not know, or that DynamoDB would refuse. No handler of ours may swallow it."""


class Refused(Exception):
    """What DynamoDB answers with a ValidationException, such as a sum with an attribute that is not there."""


@dataclass(frozen=True, slots=True)
class Update:
    """A parsed update: what each path is set to, and the paths that go."""

    sets: tuple[tuple[Path, Operand], ...]
    removes: tuple[Path, ...]
    used: frozenset[str]

    def apply(self, item: Item, values: Mapping[str, Typed]) -> Item:
        """The item after it; every operand sees the item before."""
        after = dict(item)
        for path, operand in self.sets:
            value = operand(item, values)
            if value is None:
                raise Refused(f"an operand of {'.'.join(path)} does not exist")
            _put(after, path, value)
        for path in self.removes:
            _remove(after, path)
        return after


@dataclass(frozen=True, slots=True)
class Condition:
    test: Test
    used: frozenset[str]


def _put(item: Item, path: Path, value: Any) -> None:
    if len(path) == 1:
        item[path[0]] = value
        return
    top, inner = path
    held = item.get(top)
    if held is None or "M" not in held:
        raise Refused(f"{top} is no map")
    item[top] = {"M": {**held["M"], inner: value}}


def _remove(item: Item, path: Path) -> None:
    if len(path) == 1:
        item.pop(path[0], None)
    elif path[0] in item:
        item[path[0]] = {"M": {name: value for name, value in item[path[0]]["M"].items() if name != path[1]}}
    else:
        raise Refused(f"{path[0]} is no map")


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


def simple(value: Typed) -> Any:
    """A typed scalar as something that compares as DynamoDB compares it."""
    kind, held = next(iter(value.items()))
    if kind == "N":
        return int(held) if held.lstrip("-").isdigit() else Decimal(held)
    if kind in ("S", "B", "BOOL"):
        return held
    raise Unsupported(f"comparing a {kind}")


class _Parser:
    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self._text, self._names = text, names
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise Unsupported(f"unreadable: {text}")
        self._at = 0
        self.used: set[str] = set()

    # --- tokens -------------------------------------------------------------------------------------------------------

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

    # --- conditions ---------------------------------------------------------------------------------------------------

    def either(self) -> Test:
        tests = [self._both()]
        while self._take("OR"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda item, values: any(test(item, values) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._take("AND"):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda item, values: all(test(item, values) for test in tests)

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
            return lambda item, values: _get(item, path) is not None
        if self._take("attribute_not_exists"):
            path = self._argument()
            return lambda item, values: _get(item, path) is None
        if self._take("begins_with"):
            path, prefix = self._pair()
            return lambda item, values: simple(_get(item, path) or {"S": ""}).startswith(simple(prefix(item, values)))
        if self._take("contains"):
            path, wanted = self._pair()
            return lambda item, values: wanted(item, values) in (_get(item, path) or {"L": ()})["L"]
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
        if word not in _COMPARE:
            raise Unsupported(f"no comparison: {word!r} in {self._text}")
        compare, right = _COMPARE[word], self._operand()

        def test(item: Item, values: Mapping[str, Typed]) -> bool:
            a, b = left(item, values), right(item, values)
            # DynamoDB finds values of different types, or a missing one, neither equal nor ordered.
            return a is not None and b is not None and a.keys() == b.keys() and compare(simple(a), simple(b))

        return test

    def _in(self, left: Operand) -> Test:
        self._expect("(")
        options = [self._operand()]
        while self._take(","):
            options.append(self._operand())
        self._expect(")")
        return lambda item, values: left(item, values) in [option(item, values) for option in options]

    def _operand(self) -> Operand:
        if self._take("size"):
            path = self._argument()
            return lambda item, values: _size(_get(item, path))
        if self._peek().startswith(":"):
            name = self._next()
            self.used.add(name)
            return lambda item, values: values[name]
        path = self._path()
        return lambda item, values: _get(item, path)

    # --- updates ------------------------------------------------------------------------------------------------------

    def clauses(self) -> tuple[list[tuple[Path, Operand]], list[Path]]:
        self._expect("SET")
        sets, removes = [self._assignment()], []
        while self._take(","):
            sets.append(self._assignment())
        if self._take("REMOVE"):
            removes = [self._path()]
            while self._take(","):
                removes.append(self._path())
        return sets, removes

    def _assignment(self) -> tuple[Path, Operand]:
        path = self._path()
        self._expect("=")
        if self._take("list_append"):
            return path, self._appended()
        left = self._operand()
        if not self._take("+"):
            return path, left
        right = self._operand()
        return path, lambda item, values: _sum(left(item, values), right(item, values))

    def _appended(self) -> Operand:
        self._expect("(")
        left = self._operand()
        self._expect(",")
        right = self._operand()
        self._expect(")")
        return lambda item, values: _joined(left(item, values), right(item, values))


def _get(item: Item, path: Path) -> Any:
    held = item.get(path[0])
    return held if len(path) == 1 or held is None else held["M"].get(path[1])


def _size(value: Typed | None) -> Typed | None:
    return None if value is None else {"N": str(len(next(iter(value.values()))))}


def _sum(a: Typed | None, b: Typed | None) -> Typed | None:
    return None if a is None or b is None else {"N": str(simple(a) + simple(b))}


def _joined(a: Typed | None, b: Typed | None) -> Typed | None:
    return None if a is None or b is None else {"L": [*a["L"], *b["L"]]}
