#!/usr/bin/env python3
"""Write performance_vectors.inc: random equity curves and what fifty-digit arithmetic makes of them.

    ./make_performance_vectors.py > performance_vectors.inc
"""
import datetime
import decimal
import random
from decimal import Decimal

random.seed(20261123)
decimal.getcontext().prec = 50
CENT = Decimal("0.01")


def curve(length, swing, flows):
    """(date, equity, flow) a weekday: a walk, into and out of which money is paid now and then."""
    day = datetime.date(2026, 1, 2)
    equity = Decimal(random.randrange(10**5, 10**9)) / 100
    rows = [(day, equity, Decimal(0))]
    while len(rows) < length:
        day += datetime.timedelta(days=3 if day.weekday() == 4 else 1)
        flow = Decimal(0)
        if random.random() < flows:
            flow = (equity * Decimal(random.uniform(-0.4, 0.6))).quantize(CENT)
        invested = equity + max(flow, 0)
        equity = invested * Decimal(1 + random.gauss(0.0007, swing)) + min(flow, 0)
        equity = max(equity, CENT).quantize(Decimal("0.0001"))
        rows.append((day, equity, flow))
    return rows


def returns_of(rows):
    result = []
    for (_, before, _), (_, after, flow) in zip(rows, rows[1:]):
        result.append((after + max(-flow, 0)) / (before + max(flow, 0)) - 1)
    return result


def drawdown(rows, returns):
    values = [Decimal(1)]
    for r in returns:
        values.append(values[-1] * (1 + r))
    depth, peak, trough = min((values[i] / max(values[:i + 1]) - 1, 0, i) for i in range(len(values)))
    if depth == 0:
        return depth, 0, 0, 0
    top = max(values[:trough + 1])
    peak = max(i for i in range(trough + 1) if values[i] == top)
    back = [i for i in range(trough, len(values)) if values[i] >= top]
    return depth, rows[peak][0], rows[trough][0], rows[back[0]][0] if back else 0


def figures(rows, periods, risk_free):
    returns = returns_of(rows)
    n = len(returns)
    free = (1 + risk_free) ** (1 / periods) - 1
    mean = sum(returns) / n
    growth = Decimal(1)
    for r in returns:
        growth *= 1 + r
    spread = (sum((r - mean) ** 2 for r in returns) / (n - 1)).sqrt()
    below = (sum((min(r - free, Decimal(0)) ** 2 for r in returns), Decimal(0)) / n).sqrt()
    depth, peak, trough, recovery = drawdown(rows, returns)
    cagr = growth ** (periods / n) - 1
    moved = [r for r in returns if r != 0]
    return {
        "total_return": growth - 1,
        "cagr": cagr,
        "volatility": spread * periods.sqrt(),
        "sharpe": (mean - free) / spread * periods.sqrt(),
        "sortino": (mean - free) * periods / (below * periods.sqrt()) if below else None,
        "calmar": cagr / -depth if depth else None,
        "best_day": max(returns),
        "worst_day": min(returns),
        "days_won": Decimal(sum(r > 0 for r in moved)) / len(moved),
        "depth": depth,
    }, (peak, trough, recovery)


def number(date):
    return date if date == 0 else f"{date:%Y%m%d}"


def emit(rows, periods, risk_free):
    values, dates = figures(rows, Decimal(periods), Decimal(risk_free))
    print(f"{{ {periods}, {risk_free}, {len(rows)}, {{")
    for i in range(0, len(rows), 3):
        print("\t" + " ".join(f'{{ {number(d)}, "{e}", "{f}" }},' for d, e, f in rows[i:i + 3]))
    print("}, {")
    for name, value in values.items():
        print(f"\t.{name} = {{ {'false, 0' if value is None else f'true, {value:.20e}'} }},")
    print(f"}}, {', '.join(str(number(d)) for d in dates)} }},")


print("/* Written by make_performance_vectors.py: periods, risk-free rate, days, figures, and the dates")
print(" * of the drawdown. */")
for length, swing, flows in ((3, 0.02, 0), (3, 0.3, 0.9), (8, 0.01, 0.3), (22, 0.05, 0.1), (22, 0.0001, 0),
                             (64, 0.02, 0.05), (127, 0.012, 0.02), (253, 0.015, 0.03)):
    emit(curve(length, swing, flows), 252, 0)
emit(curve(40, 0.01, 0.1), 365, 0.035)
emit(curve(40, 0.01, 0.1), 12, 0.02)
