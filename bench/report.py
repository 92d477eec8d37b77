"""Figures beside their targets, and the line of ratios for history.csv."""
import csv
import datetime
import os
import subprocess

import rows

# figure of history.csv: how it is made; only ratios and counts, which another machine may be
# compared with.
HISTORY = (
    ("p50_over_floor", lambda f: f"{over(f, 'latency_execution_us_p50'):.3f}"),
    ("p99_over_floor", lambda f: f"{over(f, 'latency_execution_us_p99'):.3f}"),
    ("archived_over_xadd", lambda f: f"{f['throughput_archived_per_s'] / f['run_xadd_per_s']:.3f}"),
    ("journaled_over_xadd", lambda f: f"{f['throughput_journaled_per_s'] / f['run_xadd_per_s']:.3f}"),
    ("lost", lambda f: f"{f['throughput_lost']:.0f}"),
    ("cpu_over_floor", lambda f: f"{f['cpu_us_all'] / f['run_floor_us_p50']:.3f}"),
    ("memory_mb", lambda f: f"{daemons(f):.1f}"),
    ("idle_pct_max", lambda f: f"{max(idle(f).values()):.3f}"),
    ("decide_us", lambda f: f"{f['decide_many_ns'] / 1000:.2f}"),
    ("orders_10000_over_10", lambda f: f"{f['growth_orders']:.2f}"),
    ("accounts_1000_over_1", lambda f: f"{f['growth_accounts']:.2f}"),
    ("start_ms", lambda f: f"{f['start_own_ms']:.0f}"),
)


def over(figures, name):
    return figures[name] / (4 * figures["run_floor_us_p50"])


def daemons(figures):
    return figures["memory_all_rss"]


def idle(figures):
    return {name[5:]: value for name, value in figures.items() if name.startswith("idle_yq")}


def row(what, value, target="", ok=None):
    print(f"  {what:<58} {value:>14}   {target:<10} {({True: 'met', False: 'NOT met', None: ''})[ok]}".rstrip())


def at_most(what, value, limit, unit, form=".2f"):
    row(what, f"{value:{form}} {unit}", f"<= {limit:g} {unit}", value <= limit)


def print_path(f):
    print("latency, webhook POST to `execution`, 100 alerts/s")
    row("flushed XADD round trip p50", f"{f['run_floor_us_p50']:.0f} us")
    row("floor: four flushed XADDs", f"{4 * f['run_floor_us_p50']:.0f} us")
    row("four flushed XADDs of the bytes that the steps write", f"{f['run_sized_floor_us_p50']:.0f} us")
    row("POST to 200 p50", f"{f['latency_answer_us_p50']:.0f} us")
    row("POST to execution p50", f"{f['latency_execution_us_p50']:.0f} us")
    row("POST to execution p99", f"{f['latency_execution_us_p99']:.0f} us")
    at_most("p50 over the floor", over(f, "latency_execution_us_p50"), 1.3, "x")
    at_most("p99 over the floor", over(f, "latency_execution_us_p99"), 3, "x")
    row("p50 over four XADDs of the same bytes",
        f"{f['latency_execution_us_p50'] / f['run_sized_floor_us_p50']:.2f} x")
    print("where the p50 goes (steps of the same rate, with two more listeners)")
    flushed = sum(v for n, v in f.items() if n.startswith("profile_flush_") and n.endswith("_p50"))
    worked = sum(v for n, v in f.items() if n.startswith("profile_work_") and n.endswith("_p50"))
    for name, value in f.items():
        if name.startswith("profile_") and name.endswith("_p50"):
            kind, step = name[8:-4].split("_", 1)
            row(f"{step.replace('_', ' ')}{' (a flush)' if kind == 'flush' else ''}", f"{value:.0f} us")
    row("all steps with a flush", f"{flushed:.0f} us")
    row("all steps without", f"{worked:.0f} us")
    print("throughput, 32 connections, as fast as answers come")
    archived = f["throughput_archived_per_s"]
    share = archived / f["run_xadd_per_s"]
    row("valkey-benchmark flushed XADD, 32 clients", f"{f['run_xadd_per_s']:.0f} /s")
    row("accepted", f"{f['throughput_accepted_per_s']:.0f} /s")
    row("executed", f"{f['throughput_executed_per_s']:.0f} /s")
    row("archived trades", f"{archived:.0f} /s", ">= 10000", archived >= 10000)
    row("archived trades over valkey-benchmark", f"{share:.2f}", ">= 0.25", share >= 0.25)
    row("all journaled: signals, orders, trades", f"{f['throughput_journaled_per_s']:.0f} /s")
    row("lost", f"{f['throughput_lost']:.0f}", "0", f["throughput_lost"] == 0)
    for name, value in f.items():
        if name.startswith("cpu_us_"):
            row(f"processor time an alert, {name[7:]}", f"{value:.0f} us")
    print("memory, resident 12 s after the load (Valkey apart)")
    for name, value in f.items():
        if name.startswith("memory_yq") and name.endswith("_rss"):
            own = f[name[:-4] + "_own"]  # the rest is code, shared with others
            at_most(f"{name[7:-4]} (its own, without code: {own:.1f} MB)", value, 8, "MB", ".1f")
    at_most("all, what they share counted once", daemons(f), 40, "MB", ".1f")


def print_rest(f):
    if idle(f):
        print("idle, of one processor over 20 s")
        for name, value in idle(f).items():
            at_most(name, value, 0.2, "%", ".3f")
        row("valkey", f"{f['idle_valkey']:.3f} %")
    if "start_ms" in f:
        print("start")
        row("`yq up` to the first accepted alert", f"{f['start_ms']:.0f} ms")
        row("Valkey and Firebird by themselves", f"{f['start_servers_ms']:.0f} ms")
        at_most("the difference", f["start_own_ms"], 300, "ms", ".0f")
    if "decide_few_ns" in f:
        print("decide + risk, pure")
        at_most("10 open orders", f["decide_few_ns"] / 1000, 5, "us")
        at_most("10,000 open orders", f["decide_many_ns"] / 1000, 5, "us")
        at_most("10, where the strategy stands is said", f["stance_few_ns"] / 1000, 5, "us")
        at_most("10,000, the same", f["stance_many_ns"] / 1000, 5, "us")
    if "replay_per_s" in f:
        print("replayed signals, from CSV to the last trade")
        for name, key in (("prices of the signals", "replay_per_s"), ("bars", "replay_bars_per_s")):
            row(name, f"{f[key]:.0f} /s", ">= 200000 /s", f[key] >= 200000)
        row("of each, reading the line", f"{f['replay_read_ns']} ns")
    if "paper_few_ns" in f:
        print("an order in the paper broker's book")
        row("10 others rest", f"{f['paper_few_ns'] / 1000:.2f} us")
        at_most("10 -> 10,000", f["paper_many_ns"] / f["paper_few_ns"], 1.5, "x")
    if "calls_per_s" in f:
        print("a broker's calls, 20 accounts at 18 a second of one key, questions without end")
        row("more than 18 in any second", f"{f['calls_exceeded']:.0f}", "0", f["calls_exceeded"] == 0)
        for name, limit in (("cancel", 250), ("order", 500)):
            row(f"{name} waits, p50", f"{f[f'calls_{name}_p50_ms']:.0f} ms")
            at_most(f"{name} waits, p99", f[f"calls_{name}_p99_ms"], limit, "ms", ".0f")
        for name in ("find", "account", "price"):
            row(f"{name} waits, p50 and p99",
                f"{f[f'calls_{name}_p50_ms'] / 1000:.1f}, {f[f'calls_{name}_p99_ms'] / 1000:.1f} s")
        row("used of the 18", f"{f['calls_per_s']:.1f} /s")
        row("a call's work in the queue", f"{f['calls_ns']:.0f} ns")
    if "push_us_p50" in f:
        print("executed at the simulated exchange, to the `execution` on the bus as a reader has it, by push")
        at_most("p50", f["push_us_p50"] / 1000, 2, "ms", ".2f")
        row("p99", f"{f['push_us_p99'] / 1000:.2f} ms")
        row("told of", f"{f['push_told']:.0f}")
    if "catalog_first_ms" in f:
        print("catalog, 50,000 issues from files into Firebird")
        for name, key in (("a first time", "first"), ("the day after, every base price another", "again"),
                          ("nothing has changed", "same")):
            at_most(name, f[f"catalog_{key}_ms"] / 1000, 5, "s")
        row("of the first, reading the files", f"{f['catalog_first_read_ms']:.0f} ms")
        row("search anywhere in a name", f"{f['catalog_search_ms']:.1f} ms")
        row("search by the beginning", f"{f['catalog_begins_ms']:.1f} ms")
        row("find one", f"{f['catalog_find_us']:.0f} us")
    if "growth_orders" in f:
        print("growth, p50 over the floor of the same system")
        at_most("10 -> 10,000 open orders", f["growth_orders"], 1.5, "x")
        at_most("1 -> 1,000 accounts", f["growth_accounts"], 1.5, "x")


def print_all(figures):
    if "run_floor_us_p50" in figures:
        print_path(figures)
    print_rest(figures)


def record(figures, path, root):
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True).stdout.strip()

    fresh = not os.path.exists(path)
    with open(path, "a", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        if fresh:
            writer.writerow(["date", "commit", "cores"] + [name for name, _ in HISTORY])
        writer.writerow([datetime.date.today().isoformat(), git("rev-parse", "--short", "HEAD"),
                         os.cpu_count()] + [make(figures) for _, make in HISTORY])


def print_many(snapshots, trades, orders):
    """Flat: at the end within 5 % of what it was after the first part."""
    first, last = snapshots[0], snapshots[-1]
    good = trades == orders
    print(f"{orders} orders, {trades} trades archived; after the first {orders // len(snapshots)} and at the end")
    for name in last:
        if name in rows.STREAMS:
            ok = last[name] <= rows.STREAMS[name] + rows.NODE
            row(f"entries of {name}", f"{last[name]}", f"~{rows.STREAMS[name]}", ok)
        elif name == "lasting_keys":
            ok = last[name] <= first[name]
            row("keys without a time to live", f"{first[name]} -> {last[name]}", "the same", ok)
        elif name == "valkey":  # what it was given, also for keys that have gone
            row("valkey resident, MB", f"{first[name]:.1f} -> {last[name]:.1f}")
            continue
        else:
            ok = last[name] <= first[name] * 1.05
            row(f"{name}, MB", f"{first[name]:.1f} -> {last[name]:.1f}", "+ 5 %", ok)
        good = good and ok
    return 0 if good else 1
