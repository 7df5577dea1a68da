"""JSON texts of files that may be damaged or forged: read within limits, and checked for their types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ITEMS = 1_000_000
"""The largest number of values in a text: a run keeps 10,000 windows of five numbers, and its latest failed games."""

MAX_DIGITS = 40
"""The largest number of digits of a whole number: sums of squares over a billion games have 20."""

T = TypeVar("T")


def read_object(text: str | None, name: str) -> dict[str, Any]:
    """Parses the JSON object in the text of a file.

    Raises:
        ValueError: the text is missing, is not a JSON object, nests too deeply, or has too many values or digits.
    """
    text = text or ""
    # Brackets and commas bound the number of values before any of them takes memory.
    if sum(map(text.count, "[{,")) > MAX_ITEMS:
        raise ValueError(f"{name}: more than {MAX_ITEMS:,} values")
    try:
        values = json.loads(text, parse_int=_whole_number)
    except RecursionError:
        raise ValueError(f"{name}: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{name}: not a JSON object")  # noqa: TRY004 (of the text, not of an argument)
    return values


def build(kind: type[T], values: Mapping[str, Any]) -> T:
    """Creates a dataclass of plain fields from values that were read.

    Raises:
        TypeError: a value has the wrong type, is missing or unknown.
    """
    hints = get_type_hints(kind)
    for name, value in values.items():
        if name in hints:
            typed(value, hints[name])
    return kind(**values)


def typed(value: Any, hint: Any) -> Any:  # noqa: ANN401 (the value of this type, or union of types)
    """Returns a value that was read. A whole number is accepted as a `float`, a bool as nothing but a `bool`.

    Raises:
        TypeError: it has another type.
    """
    kinds = get_args(hint) or (hint,)
    plain = isinstance(value, kinds) or (float in kinds and isinstance(value, int))
    if not plain or (isinstance(value, bool) and bool not in kinds):
        raise TypeError(f"{value!r:.40}: must be of type {getattr(hint, '__name__', hint)}")
    return value


def _whole_number(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)
