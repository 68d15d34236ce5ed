"""A walk through the values of real arrays: their statistics are numpy's, what is copied reads back as the same numbers,
and what changes is seen."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, main, test
from walk import Screen

ENTER, ESCAPE = "\r", "\x1b"
TYPES = ["f8", ">f8", "f4", "f2", "i8", "u8", "i2", ">u4", "u1", "c16"]


def save(path, array):
    with open(path, "wb") as file:
        np.save(file, array)


def look(screen, name, holder="nobody"):
    screen.row_shows(name, holder)
    screen.keys(":" + name + ENTER)
    screen.waits(lambda: "go to" not in screen.text(), "the line is open")
    screen.keys(ENTER)
    screen.shows(f" {name}  ", "● live", " [0")


def figures(screen, label):
    """The numbers of a row below the grid, as far as they are whole."""
    line = next((line for line in screen.text().splitlines() if line.strip().startswith(label + " ")), "")
    return line.split()[1:]


def random(dtype, shape):
    generator = np.random.default_rng(7)
    kind = np.dtype(dtype).kind
    if kind == "c":
        return (generator.normal(size=shape) + 1j * generator.normal(size=shape)).astype(dtype)
    if kind == "f":
        return (generator.normal(size=shape) * 100).astype(dtype)
    limits = np.iinfo(dtype)
    return generator.integers(limits.min, limits.max, size=shape, dtype=np.dtype(dtype).newbyteorder("="),
                              endpoint=True).astype(dtype)


def is_near(text, value):
    """As good as its digits: what is computed is rounded until it fits."""
    digits = len(text.split("e")[0].replace("-", "").replace(".", "").strip("0")) or 1
    return abs(float(text) - value) <= 0.6 * 10.0 ** (np.floor(np.log10(abs(value) or 1)) - digits + 1) + 1e-9


@test
def statistics_are_those_of_numpy():
    with Directory() as d:
        for dtype in TYPES:
            save(d / f"a_{dtype.replace('>', 'big_')}", random(dtype, (300, 50)))
        with Screen(d, columns=140) as screen:
            for dtype in TYPES:
                look(screen, f"a_{dtype.replace('>', 'big_')}")
                screen.shows("each column, all 300 rows")
                array = random(dtype, (300, 50))
                values = np.abs(array) if np.dtype(dtype).kind == "c" else array
                for label, of in ("min", np.min), ("max", np.max):
                    shown = figures(screen, label)
                    assert len(shown) >= 3, (dtype, label, shown, screen.text())
                    for text, column in zip(shown, values.T):
                        exact = float(of(column))
                        assert is_near(text, exact), (dtype, label, text, exact)
                for text, column in zip(figures(screen, "mean"), values.T):
                    assert is_near(text, float(np.mean(column, dtype="f8"))), (dtype, text, screen.text())
                screen.keys("q")
                screen.shows("HELD BY")


@test
def extremes_are_exact_in_full():
    with Directory() as d:
        array = random("f8", (200, 6))
        array[3, 1], array[9, 1], array[0, 0] = np.nan, np.nan, np.inf
        save(d / "a", array)
        with Screen(d, columns=140) as screen:
            look(screen, "a")
            screen.keys("=")
            screen.shows("in full", "all 200 rows")
            for label, of in ("min", np.nanmin), ("max", np.nanmax):
                for text, column in zip(figures(screen, label), array.T):
                    assert float(text) == of(column[np.isfinite(column)]), (label, text)
            assert figures(screen, "nan/inf")[:3] == ["0/1", "2/0", "0/0"], screen.text()


@test
def a_vector_has_a_line_of_them():
    with Directory() as d:
        vector = random("f4", 10_000_000)
        vector[777] = np.nan
        save(d / "v", vector)
        with Screen(d, columns=140) as screen:
            look(screen, "v")
            screen.shows(" all 10,000,000 elements ", "nan 1  inf 0")
            line = next(line for line in screen.text().splitlines() if line.strip().startswith("min "))
            words = line.split()
            shown = dict(zip(words[::2], words[1::2]))
            finite = vector[np.isfinite(vector)]
            assert is_near(shown["min"], finite.min()) and is_near(shown["max"], finite.max()), line
            assert is_near(shown["std"], finite.std(dtype="f8")), line


@test
def what_is_copied_reads_back_as_the_same_numbers():
    with Directory() as d:
        for dtype in TYPES[:-1]:
            save(d / f"a_{dtype.replace('>', 'big_')}", random(dtype, (300, 50)))
        with Screen(d) as screen:
            for dtype in TYPES[:-1]:
                array = random(dtype, (300, 50))
                look(screen, f"a_{dtype.replace('>', 'big_')}")
                screen.keys(":2,1" + ENTER)
                screen.shows("[2, 1] = ")
                screen.keys("Y")
                screen.shows("copied: ")
                assert np.dtype(dtype).type(screen.console.screen.clipboard) == array[2, 1]
                screen.keys(" ")
                screen.keys(":60,7" + ENTER)
                screen.shows("block of 59 × 7")
                screen.keys("Y")
                screen.shows("59 × 7 values copied, tab-separated")
                lines = screen.console.screen.clipboard.split("\n")
                copied = np.array([[np.dtype(dtype).type(text) for text in line.split("\t")] for line in lines])
                assert np.array_equal(copied, array[2:61, 1:8]), dtype
                screen.keys("q")
                screen.shows("HELD BY")


@test
def structs_and_dates_are_copied_as_text():
    with Directory() as d:
        table = np.zeros(5, dtype=[("id", "i4"), ("when", "M8[s]"), ("name", "U4"), ("pair", "f4", (2,))])
        table["id"], table["name"] = np.arange(5), ["a", "b\t", "ü", "", "x"]
        table["when"] = np.datetime64("2026-01-01T00:00:00", "s") + np.arange(5)
        save(d / "table", table)
        with Screen(d) as screen:
            look(screen, "table")
            screen.keys("j $j")
            screen.shows("block of 2 × 4")
            screen.keys("Y")
            screen.copies("1\t2026-01-01T00:00:01\tb\\x09\t[0.0, 0.0]\n2\t2026-01-01T00:00:02\tü\t[0.0, 0.0]")


@test
def what_changes_is_gone_through_again():
    with Directory() as d:
        array = np.lib.format.open_memmap(d / "live", mode="w+", dtype="f8", shape=(50, 4))
        array[:] = 1
        with Screen(d) as screen:
            look(screen, "live", "python3")
            screen.shows("each column, all 50 rows")
            assert figures(screen, "max") == ["1"] * 4, screen.text()
            array[3, 2] = 4321
            screen.shows(" 4321 ")
            screen.waits(lambda: figures(screen, "max") == ["1", "1", "4321", "1"], "the new maximum")
        del array


main()
