"""What the benchmarks of loading and saving have in common: private memory, the floor, and how figures are printed."""
import os
import statistics
import subprocess
import sys
import time

import numpy as np

PRIVATE_WANTED = 16e6  # bytes


def private_bytes(pid):
    """Anonymous and private memory of a running process, in bytes; 0 once it has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            fields = dict(line.split(":", 1) for line in rollup if ":" in line)
        return sum(int(fields[key].split()[0]) for key in ("Private_Clean", "Private_Dirty")) * 1024
    except (OSError, KeyError):
        return 0


def private_peak(command, target, stdin=None):
    """Runs it, removes what it made, and returns its private memory at its most; looking slows it down."""
    peak = 0
    process = subprocess.Popen(command, stdin=stdin, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, private_bytes(process.pid))
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    os.unlink(target)
    return peak


def private_text(peak, what=""):
    return (f"{peak / 1e6:.1f} MB{what}, wanted <= {PRIVATE_WANTED / 1e6:.0f} MB: "
            f"{verdict(0 < peak <= PRIVATE_WANTED)}")


def floor(size):
    """Seconds that one copy of so many bytes takes in memory, at its best."""
    source = np.ones(size, dtype="u1")
    target = np.ones(size, dtype="u1")
    times = []
    for _ in range(3):
        began = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - began)
    return min(times)


def spread(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f} .. {max(values):.3f})"


def verdict(good):
    return "met" if good else "SHORT"
