"""Whether a written unit and a UCUM code are two units.

Only what both sides surely name is compared: a unit that is not known here conflicts with
nothing. The spellings are those of UCUM 2.1 (codes and print symbols) and of everyday laboratory
reports. Converts nothing.
"""

import re
from functools import lru_cache

_MASS = {"g": 0, "kg": 3, "mg": -3, "ug": -6, "ng": -9, "pg": -12, "fg": -15}
_AMOUNT = {"mol": 0, "mmol": -3, "umol": -6, "nmol": -9, "pmol": -12, "fmol": -15}
_VOLUME = {"l": 0, "dl": -1, "cl": -2, "ml": -3, "ul": -6, "fl": -15, "nl": -9}
_OTHER = {
    **{
        one: one
        for one in (
            "%",
            "s",
            "min",
            "h",
            "d",
            "wk",
            "mo",
            "a",
            "kpa",
            "mmhg",
            "cel",
            "degf",
            "iu",
            "meq",
            "eq",
        )
    },
    **{
        one: one
        for one in (
            "cm",
            "m",
            "mm",
            "um",
            "in",
            "ft",
            "lb",
            "oz",
            "kcal",
            "kj",
            "m2",
            "kg/m2",
            "mosm",
            "miu",
            "kiu",
            "uiu",
        )
    },
}
_SPELLINGS = {
    "mcg": "ug",
    "µg": "ug",
    "μg": "ug",
    "mcmol": "umol",
    "µmol": "umol",
    "μmol": "umol",
    "µl": "ul",
    "μl": "ul",
    "µm": "um",
    "μm": "um",
    "gram": "g",
    "grams": "g",
    "milligram": "mg",
    "milligrams": "mg",
    "microgram": "ug",
    "micrograms": "ug",
    "nanogram": "ng",
    "kilogram": "kg",
    "kilograms": "kg",
    "kgs": "kg",
    "kilo": "kg",
    "millimole": "mmol",
    "millimoles": "mmol",
    "micromole": "umol",
    "micromoles": "umol",
    "nanomole": "nmol",
    "litre": "l",
    "liter": "l",
    "litres": "l",
    "liters": "l",
    "deciliter": "dl",
    "decilitre": "dl",
    "milliliter": "ml",
    "millilitre": "ml",
    "milliliters": "ml",
    "millilitres": "ml",
    "cc": "ml",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "month": "mo",
    "months": "mo",
    "year": "a",
    "years": "a",
    "yr": "a",
    "mm[hg]": "mmhg",
    "mmhg": "mmhg",
    "°c": "cel",
    "degc": "cel",
    "c": "cel",
    "celsius": "cel",
    "°f": "degf",
    "[degf]": "degf",
    "f": "degf",
    "fahrenheit": "degf",
    "[iu]": "iu",
    "i.u.": "iu",
    "u": "iu",
    "unit": "iu",
    "units": "iu",
    "ku": "kiu",
    "mu": "miu",
    "[in_i]": "in",
    "[in_us]": "in",
    "inch": "in",
    "inches": "in",
    "[ft_i]": "ft",
    "[lb_av]": "lb",
    "lbs": "lb",
    "pound": "lb",
    "pounds": "lb",
    "[oz_av]": "oz",
    "percent": "%",
    "m[iu]": "miu",
    "k[iu]": "kiu",
    "u[iu]": "uiu",
    "centimeter": "cm",
    "centimetre": "cm",
    "meter": "m",
    "metre": "m",
    "millimeter": "mm",
    "millimetre": "mm",
}
_PER = re.compile(r"(?i)\s+per\s+")


def are_different(written: str, code: str) -> bool:
    """Whether both are known units, and not the same one."""
    one, other = _read(written), _read(code)
    return one is not None and other is not None and one != other


@lru_cache(maxsize=1024)
def _read(unit: str) -> tuple[object, ...] | None:
    """Kind and size of numerator and denominator; None for a unit that is not known."""
    plain = _PER.sub("/", re.sub(r"\{[^}]*\}", "", unit)).replace(" ", "").lower()
    parts = plain.split("/")
    if len(parts) > 2 or not all(parts):
        return None
    read = [_atom(part) for part in parts]
    if None in read:
        return None
    (kind, size), *below = [one for one in read if one is not None]
    if below and isinstance(size, int) and isinstance(below[0][1], int):
        # g/L and mg/mL are one unit, written differently.
        return (kind, below[0][0], size - below[0][1])
    return (kind, size, *(below[0] if below else ()))


def _atom(part: str) -> tuple[str, int | str] | None:
    spelt = _SPELLINGS.get(part, part)
    for kind, sizes in (("mass", _MASS), ("amount", _AMOUNT), ("volume", _VOLUME)):
        if spelt in sizes:
            return kind, sizes[spelt]
    return ("other", _OTHER[spelt]) if spelt in _OTHER else None
