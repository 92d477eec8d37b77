"""Print the medians of a bench's figures beside the targets; optionally record the ratios.

usage: report.py FIGURES HISTORY yes|no      FIGURES: lines "name value", one set a run
"""
import csv
import datetime
import os
import statistics
import sys


def read(path):
    figures = {}
    with open(path) as lines:
        for line in lines:
            name, value = line.split()
            figures.setdefault(name, []).append(float(value))
    return {name: statistics.median(values) for name, values in figures.items()}


def row(what, value, target, ok):
    mark = {True: "met", False: "NOT met", None: ""}[ok]
    print(f"  {what:<58} {value:>14}   {target:<10} {mark}")


def main():
    figures, history, record = read(sys.argv[1]), sys.argv[2], sys.argv[3] == "yes"
    floor = 4 * figures["run_floor_us_p50"]
    p50 = figures["latency_execution_us_p50"] / floor
    p99 = figures["latency_execution_us_p99"] / floor
    archived = figures["throughput_archived_per_s"]
    share = archived / figures["run_xadd_per_s"]
    lost = figures["throughput_lost"]
    memory = {name[len("memory_"):-len("_rss_mb")]: value
              for name, value in figures.items() if name.endswith("_rss_mb")}

    print("latency, webhook POST to `execution`, 100 alerts/s")
    row("flushed XADD round trip p50", f"{figures['run_floor_us_p50']:.0f} us", "", None)
    row("floor: four flushed XADDs", f"{floor:.0f} us", "", None)
    row("POST to 200 p50", f"{figures['latency_answer_us_p50']:.0f} us", "", None)
    row("POST to execution p50", f"{figures['latency_execution_us_p50']:.0f} us", "", None)
    row("POST to execution p99", f"{figures['latency_execution_us_p99']:.0f} us", "", None)
    row("p50 over the floor", f"{p50:.2f} x", "<= 1.3 x", p50 <= 1.3)
    row("p99 over the floor", f"{p99:.2f} x", "<= 3 x", p99 <= 3)
    print("throughput, 32 connections, as fast as answers come")
    row("valkey-benchmark flushed XADD, 32 clients", f"{figures['run_xadd_per_s']:.0f} /s", "", None)
    row("accepted", f"{figures['throughput_accepted_per_s']:.0f} /s", "", None)
    row("executed", f"{figures['throughput_executed_per_s']:.0f} /s", "", None)
    row("archived trades", f"{archived:.0f} /s", ">= 10000", archived >= 10000)
    row("archived trades over valkey-benchmark", f"{share:.2f}", ">= 0.25", share >= 0.25)
    row("lost", f"{lost:.0f}", "0", lost == 0)
    print("memory, resident after the load")
    for name, value in memory.items():
        own = figures[f"memory_{name}_own_mb"]  # the rest is code, shared with others
        row(f"{name} (its own, without shared code: {own:.1f} MB)", f"{value:.1f} MB", "<= 8 MB", value <= 8)
    row("all", f"{sum(memory.values()):.1f} MB", "<= 40 MB", sum(memory.values()) <= 40)

    if record:
        fresh = not os.path.exists(history)
        with open(history, "a", newline="") as out:
            writer = csv.writer(out)
            if fresh:
                writer.writerow(["date", "p50_over_floor", "p99_over_floor",
                                 "archived_over_xadd", "lost", "memory_mb"])
            writer.writerow([datetime.date.today().isoformat(), f"{p50:.3f}", f"{p99:.3f}",
                             f"{share:.3f}", f"{lost:.0f}", f"{sum(memory.values()):.1f}"])


main()
