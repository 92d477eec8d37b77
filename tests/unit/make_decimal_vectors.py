#!/usr/bin/env python3
"""Write decimal_vectors.inc: what Python's own exact arithmetic says about mul, div and round_to.

    ./make_decimal_vectors.py > decimal_vectors.inc
"""
import decimal
import random
from fractions import Fraction

ROUNDINGS = {
    "EXACT": None,
    "DOWN": decimal.ROUND_DOWN,
    "UP": decimal.ROUND_UP,
    "FLOOR": decimal.ROUND_FLOOR,
    "CEILING": decimal.ROUND_CEILING,
    "HALF_EVEN": decimal.ROUND_HALF_EVEN,
}
LIMIT = 10**32
random.seed(20260101)
decimal.getcontext().prec = 200


def rounded(value, name):
    """A fraction of units as an integer, or None if digits would be lost."""
    if value.denominator == 1:
        return value.numerator
    if name == "EXACT":
        return None
    floor = value.numerator // value.denominator
    rest = value - floor
    if name == "FLOOR":
        return floor
    if name == "CEILING":
        return floor + 1
    if name == "DOWN":
        return floor if value > 0 else floor + 1
    if name == "UP":
        return floor + 1 if value > 0 else floor
    half = Fraction(1, 2)
    if rest != half:
        return floor if rest < half else floor + 1
    return floor if floor % 2 == 0 else floor + 1


def text(units):
    return str(decimal.Decimal(units).scaleb(-8).quantize(decimal.Decimal(1).scaleb(-8)))


def units(digits):
    value = random.randrange(10 ** (digits - 1), 10**digits)
    if random.random() < 0.3:
        value = value // 10 ** (digits // 2) * 10 ** (digits // 2)
    return value if random.random() < 0.5 else -value


def emit(op, a, b, name):
    fraction = {
        "mul": lambda: Fraction(a * b, 10**8),
        "div": lambda: Fraction(a * 10**8, b),
        "round_to": lambda: Fraction(a, b),
    }[op]()
    result = rounded(fraction, name)
    if result is not None and op == "round_to":
        result *= b
    if result is None or abs(result) >= LIMIT:
        shown = "NULL"
    else:
        shown = f'"{text(result)}"'
    print(f'{{ yq_decimal_{op}, "{text(a)}", "{text(b)}", YQ_ROUND_{name}, {shown} }},')


print("/* Written by make_decimal_vectors.py: operation, operands, rounding, result (NULL = range). */")
for op in ("mul", "div", "round_to"):
    for name in ROUNDINGS:
        for digits_a, digits_b in ((3, 9), (12, 10), (18, 17), (20, 20), (32, 9), (28, 12), (32, 32), (9, 32)):
            for _ in range(2):
                a, b = units(digits_a), units(digits_b)
                emit(op, a, abs(b) if op == "round_to" else b, name)
    # Ties, both signs, next to an even and to an odd digit.
    for name in ROUNDINGS:
        for a in (1, 3, -1, -3):
            if op == "mul":
                emit(op, a, 5 * 10**7, name)
            elif op == "div":
                emit(op, a, 2 * 10**8, name)
            else:
                emit(op, a, 2, name)
    # The edge of the range.
    for name in ROUNDINGS:
        emit(op, LIMIT - 1, 10**8, name)
        emit(op, 1 - LIMIT, 10**8, name)
        emit(op, LIMIT - 1, 10**8 + 1, name)
        emit(op, LIMIT - 1, LIMIT - 1, name)
        emit(op, LIMIT - 1, 1, name)
