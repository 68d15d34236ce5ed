#!/usr/bin/python3
"""The map of a float16 matrix of 5 GB, from the key to the screen: a sample, all of it, and what keys take meanwhile. Each line:
what, measured, bar. An argument makes it of another size, in GB."""
import os, statistics, sys, tempfile, time

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from measure import floor, verdict  # noqa: E402
from vt import Console  # noqa: E402

SHMTOP = os.environ["SHMTOP"]
GIGABYTES = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
COLUMNS = 60000
ROWS = int(GIGABYTES * 1e9 / COLUMNS / 2)


def report(what, measured, bar="", good=True):
    print(f"{what:58} {measured:34} {bar:24} {verdict(good) if bar else ''}", flush=True)


def fill(path):
    """Of numbers that no two rows near each other have the same."""
    import numpy as np
    header = f"{{'descr': '<f2', 'fortran_order': False, 'shape': ({ROWS}, {COLUMNS}), }}".encode().ljust(117) + b"\n"
    tile = np.random.default_rng(1).normal(size=(1000, COLUMNS)).astype("<f2")
    with open(path, "wb", buffering=0) as file:
        file.write(b"\x93NUMPY\x01\x00v\x00" + header)
        for first in range(0, ROWS, 1000):
            file.write(memoryview(tile[:min(1000, ROWS - first)]).cast("B"))


def open_grid(console):
    console.keys("\r")
    return console.wait(lambda screen: "[0, 0] = " in screen)


def show(console):
    """From the key to the whole map."""
    open_grid(console)
    console.idle(0.3)
    console.keys("o")
    seconds = console.wait(lambda screen: "▀" in screen and ("sampled 1 in" in screen or "exact" in screen))
    console.idle(0.3)
    console.keys("qq")
    console.wait(lambda screen: "[0, 0] = " not in screen)
    return seconds * 1e3


def answer(console, key, text):
    pressed = time.monotonic()
    console.keys(key)
    seconds = console.wait(lambda screen: text in screen, 5)
    return 5e3 if seconds is None else (time.monotonic() - pressed) * 1e3


def keys_meanwhile(console):
    """Help is opened while the sample is taken."""
    open_grid(console)
    console.keys("o")
    taken = answer(console, "?", "Move")
    console.keys("\x1b")
    console.wait(lambda screen: "sampled 1 in" in screen or "exact" in screen)
    console.keys("qq")
    console.wait(lambda screen: "[0, 0] = " not in screen)
    return taken


def exactly(console):
    open_grid(console)
    console.keys("o")
    console.wait(lambda screen: "exact: X" in screen)
    start, answers = time.monotonic(), []
    console.keys("X")
    console.wait(lambda screen: "going through all" in screen, 1)
    while "exact: X" in console.screen.text() or "going through all" in console.screen.text():
        answers.append(answer(console, "?", "Move"))
        console.keys("\x1b")
        console.wait(lambda screen: "Move" not in screen)
    return time.monotonic() - start, answers


def main():
    shm = os.statvfs("/dev/shm")
    directory = "/dev/shm" if shm.f_bavail * shm.f_frsize > GIGABYTES * 1.05e9 else None
    with tempfile.TemporaryDirectory(prefix="shmtop-bench-", dir=directory) as place:
        fill(os.path.join(place, "large.npy"))
        console = Console([SHMTOP, "-d", place], rows=40, columns=140)
        console.wait(lambda screen: "large.npy" in screen)
        console.idle(1)
        times = [show(console) for _ in range(7)]
        report(f"map of {GIGABYTES:g} GB float16, sampled, from the key to the screen",
               f"{statistics.median(times):.0f} ms ({min(times):.0f} .. {max(times):.0f})", "at most 300 ms",
               statistics.median(times) <= 300)
        answers = [keys_meanwhile(console) for _ in range(5)]
        report("  a key pressed meanwhile is answered after",
               f"{statistics.median(answers):.0f} ms, most {max(answers):.0f} ms", "within 50 ms", max(answers) <= 50)
        seconds, answers = exactly(console)
        size = GIGABYTES * 1e9
        report("  all of it (X)", f"{seconds:.2f} s, {size / seconds / 1e9:.1f} GB/s, "
               f"a copy {size / 1e9 * floor(10**8) * 10:.2f} s")
        if answers:
            report("  keys answered meanwhile", f"median {statistics.median(answers):.0f} ms, most {max(answers):.0f} ms",
                   "within 50 ms", max(answers) <= 50)
        console.close()


main()
