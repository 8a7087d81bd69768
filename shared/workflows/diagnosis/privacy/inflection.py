"""The stems that an inflected name keeps: Okonjowej of Okonjo, Agnieszce of Agnieszka, Novotného of
Novotný, Kazlausko of Kazlauskas.

After the declensions of the Slavic, Baltic, Greek and Finnic languages and the genitives of the
Germanic ones. Folded words only.
"""

from collections.abc import Iterator, Mapping

_ENDING = 4  # letters that may follow a stem
_SHORTEST = 5
_VOWELS = "aeiouy"
# Endings of a recorded name that is itself inflected, longest first.
_INFLECTED = [
    "owej",
    "ovej",
    "owie",
    "ovou",
    "ovym",
    "iego",
    "iemu",
    "owna",
    "owa",
    "ova",
    "ove",
    "owi",
    "eho",
    "ego",
    "emu",
    "imi",
    "ymi",
    "ami",
    "iej",
    "ska",
    "ej",
    "em",
    "om",
    "ou",
]
# What the last consonant of a stem becomes before some endings.
_SOFTENED = {"k": ("c",), "g": ("dz", "z"), "t": ("c",), "d": ("dz",), "ch": ("sz",), "h": ("s",)}


def stems(name: str) -> Iterator[str]:
    """Of five letters or more. The name's own, those of its softened consonant, and the one it is
    itself inflected from.
    """
    if not name.isalpha() or len(name) < _SHORTEST:
        return
    found = {name, *_own(name)}
    for ending in _INFLECTED:
        if name.endswith(ending):
            found.add(name.removesuffix(ending))
            break
    yield from (stem for stem in sorted(found) if len(stem) >= _SHORTEST)


def found_in(word: str, known: Mapping[str, bool]) -> Iterator[bool]:
    """What is known of every stem that the word may be inflected from."""
    for size in range(min(_ENDING, len(word) - 1) + 1):
        said = known.get(word[: len(word) - size])
        if said is not None:
            yield said


def _own(name: str) -> Iterator[str]:
    if name[-1] == "s" and name[-2] in _VOWELS:
        yield name[:-2]
    if name[-1] in _VOWELS:
        stem = name[:-1]
        yield stem
        for last, softened in _SOFTENED.items():
            if stem.endswith(last):
                yield from (stem.removesuffix(last) + soft for soft in softened)
    elif name[-2] == "e":
        yield name[:-2] + name[-1]
    if name.endswith("nen"):
        yield name[:-3] + "s"
