"""Conversion kernels beside numpy's astype (into an array that is there already), one thread, bytes read and written a
second: of 16,384 elements, which lie in the second cache, at each level that the machine has; and of 64 MiB in memory,
where a copy of as many bytes is the floor. There is no bar here, for the bars are of whole loads (bench-load.py).
"""
import os
import subprocess
import time

import numpy as np

PAIRS = [("<f8", "<f2"), ("<f8", "<f4"), ("<i8", "<f4"), (">f8", "<f8"), (">f8", "<f2"), ("<f4", "<f2"), ("<f2", "<f4"),
         ("<f2", "<f8"), ("<f4", "<f8"), ("<u8", "<f4"), ("<f8", "<i8"), ("<f8", "<i4"), ("<f8", "|u1"), ("<f4", "|u1"),
         ("<i8", "<i4"), ("<i4", "<i2"), ("<c16", "<c8"), ("<f8", "<c16")]
LEVELS = ["portable", "avx2", "avx512", "neon"]
IN_CACHE = 16384
IN_MEMORY = 1 << 26

tool = subprocess.Popen([os.path.join(os.environ.get("BUILDDIR", "."), "tests/bench/convert")],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ours(from_name, to_name, n, level):
    """Nanoseconds of a run, or None."""
    tool.stdin.write(f"{from_name} {to_name} {n} {level}\n")
    tool.stdin.flush()
    answer = tool.stdout.readline().strip()
    return None if answer == "-" else float(answer)


def least(run):
    run()
    best, began = float("inf"), time.perf_counter_ns()
    while time.perf_counter_ns() - began < 30e6:
        start = time.perf_counter_ns()
        run()
        best = min(best, time.perf_counter_ns() - start)
    return best


def numpys(from_name, to_name, n):
    source = (np.arange(n) % 100).astype(from_name)
    target = np.empty(n, to_name)
    return least(lambda: np.copyto(target, source, casting="unsafe"))


def copys(size):
    source, target = np.ones(size, "u1"), np.empty(size, "u1")
    return least(lambda: np.copyto(target, source))


levels = [level for level in LEVELS if ours("f8", "f4", 16, level) is not None]
print("GB/s            " + "".join(f"{level:>10}" for level in levels) + "     numpy  ratio | in memory: best  numpy  ratio   copy")
for from_name, to_name in PAIRS:
    width = np.dtype(from_name).itemsize + np.dtype(to_name).itemsize
    cells = [IN_CACHE * width / ours(from_name, to_name, IN_CACHE, level) for level in levels]
    rival = IN_CACHE * width / numpys(from_name, to_name, IN_CACHE)
    n = IN_MEMORY // width
    far, far_rival = (n * width / run for run in (ours(from_name, to_name, n, "best"), numpys(from_name, to_name, n)))
    floor = IN_MEMORY / copys(IN_MEMORY // 2)
    print(f"{from_name:>4} to {to_name:<4}    " + "".join(f"{cell:10.1f}" for cell in cells) +
          f"{rival:10.1f} {cells[-1] / rival:6.1f} | {far:15.1f} {far_rival:6.1f} {far / far_rival:6.1f} {floor:6.1f}")
tool.stdin.close()
tool.wait()
