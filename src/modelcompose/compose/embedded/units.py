"""Sizes, durations and numbers, in Compose's spelling."""

from __future__ import annotations

import math
import re
import struct

_SIZE = re.compile(r"^(?P<number>[^ ]*?[0-9.]) ?(?P<suffix>[^0-9. ]*)$")
_SIZE_UNIT = {"": 1, "b": 1} | {unit: 1024**power for power, unit in enumerate("kmgtp", start=1)}
_TERM = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w)")
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,  # the other of the two letters that look alike
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 24 * 3600 * 10**9,
    "w": 7 * 24 * 3600 * 10**9,
}
_SECOND = 10**9
_EXPONENT_FROM = 6
_EXPONENT_BELOW = -4
_SINGLE_DIGITS = 9  # always enough


def size_bytes(text: str) -> int:
    """Give the bytes of a size such as `512m`, `1.5g`, `64KiB`; units are powers of 1024.

    Raises:
        ValueError: the text is no size.

    Source: github.com/docker/go-units, RAMInBytes.
    """
    found = _SIZE.match(text)
    suffix = found["suffix"].lower() if found else ""
    unit = suffix[:1]
    allowed = {"", "b"} if unit in {"", "b"} else {unit, f"{unit}b", f"{unit}ib"}
    if found is None or unit not in _SIZE_UNIT or suffix not in allowed:
        raise ValueError(f"invalid size: '{text}'")
    number = float(found["number"])
    if number < 0:
        raise ValueError(f"invalid size: '{text}'")
    return int(number * _SIZE_UNIT[unit])


def duration_ns(text: str) -> int:
    """Give the nanoseconds of a duration such as `1m30s`, `1.5h`, `2d`.

    Raises:
        ValueError: the text is no duration.

    Source: github.com/xhit/go-str2duration.
    """
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in {"-", "+"} else text
    if rest == "0":
        return 0
    if not rest or not re.fullmatch(f"(?:{_TERM.pattern})+", rest):
        raise ValueError(f"invalid duration {text!r}")
    return sign * sum(_term_ns(number, unit) for number, unit in _TERM.findall(rest))


def _term_ns(number: str, unit: str) -> int:
    whole, _, fraction = number.partition(".")
    scale = _NANOSECONDS[unit]
    parts: int = 10 ** len(fraction)
    return int(whole or 0) * scale + int(fraction or 0) * scale // parts


def duration_text(nanoseconds: int) -> str:
    """Write a duration as Compose prints it: `1m30s`, `1h0m0s`, `1.5s`, `200ms`, `0s`."""
    if nanoseconds < 0:
        return f"-{duration_text(-nanoseconds)}"
    if nanoseconds < _SECOND:
        return _subsecond_text(nanoseconds)
    minutes, rest = divmod(nanoseconds, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_fraction(rest, 9)}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _subsecond_text(nanoseconds: int) -> str:
    if nanoseconds == 0:
        return "0s"
    for digits, unit in ((6, "ms"), (3, "µs")):
        if nanoseconds >= 10**digits:
            return _fraction(nanoseconds, digits) + unit
    return f"{nanoseconds}ns"


def _fraction(value: int, digits: int) -> str:
    whole, rest = divmod(value, 10**digits)
    decimals = f"{rest:0{digits}d}".rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)


def number_text(value: float) -> str:
    """Write a number as Go does: `1000`, `1e+06`, `0.5`, `+Inf`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, power = _scientific(repr(value))
    if _EXPONENT_BELOW <= power < _EXPONENT_FROM:
        return f"{value:.{max(len(digits) - 1 - power, 0)}f}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{power:+03d}"


def _scientific(written: str) -> tuple[str, str, int]:
    """Split a number into its sign, its digits, and the power of ten of the first one."""
    sign = "-" if written.startswith("-") else ""
    mantissa, _, power = written.removeprefix("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    return (
        sign,
        digits.rstrip("0") or "0",
        int(power or 0) + len(whole) - 1 - leading * bool(digits),
    )


def printed_number(value: float) -> float | int:
    """Give what is read back after Compose has printed a number."""
    if not math.isfinite(value):
        return value
    text = number_text(value)
    return float(text) if "." in text or "e" in text else int(text)


def single_precision(value: float) -> float:
    """Round to 32 bits, then to the shortest decimal number that still means the same."""
    from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context

    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    if not math.isfinite(rounded):
        return rounded
    for digits in range(1, _SINGLE_DIGITS):
        for rounding in (ROUND_HALF_EVEN, ROUND_HALF_UP):
            short = float(
                Context(prec=digits, rounding=rounding).create_decimal_from_float(rounded)
            )
            if struct.unpack("f", struct.pack("f", short))[0] == rounded:
                return short
    return float(f"{rounded:.{_SINGLE_DIGITS}g}")
