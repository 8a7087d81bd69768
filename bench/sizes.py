"""How large DynamoDB takes an item to be.

Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats": names and strings are
UTF-8 bytes, a number is one byte per two significant digits plus one, binary its bytes, null and
boolean one, a list or map 3 bytes and 1 per element.
"""

from typing import Any

KB = 1024


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item in DynamoDB's typed form; 0 for none."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """Bytes of one typed value."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        digits = content.lstrip("-").replace(".", "").strip("0")
        return (len(digits) + 1) // 2 + 1
    if kind == "B":
        return len(content)
    if kind == "L":
        return 3 + sum(1 + value_size(v) for v in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + value_size(v) for name, v in content.items())
    return 1


def units(size: int) -> int:
    """Write units of a standard write of that many bytes; 0 for nothing."""
    return -(-size // KB)
