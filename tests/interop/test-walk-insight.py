"""A walk along the table past matrices of every kind: what the details say of their values, against numpy."""
import os
import re
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, main, test
from walk import Screen

ENTER = "\r"
LINE = re.compile(r"min (\S+) +mean (\S+) +max (\S+) +std (\S+) +nan (\d+) +inf (\d+) +\((exact|sampled)")


def write(d, name, array):
    """In place of what bears the name, at once."""
    with open(d / ".new", "wb") as file:
        np.save(file, array)
    os.replace(d / ".new", d / name)


def number(text):
    return {"True": 1.0, "False": 0.0}.get(text) if text in ("True", "False") else float(text)


def close(text, value):
    return abs(number(text) - value) <= 3e-4 * abs(value) + 1e-12  # a float16 is shown by its shortest name


def fits(text, array):
    """Whether the line of statistics is that of the array."""
    found = LINE.search(text)
    if not found:
        return False
    with np.errstate(all="ignore"):
        wide = np.abs(array) if array.dtype.kind == "c" else array
        wide = wide.astype("f8") if wide.dtype.kind in "fb" else wide
        finite = wide[np.isfinite(wide)]
        mean = sum(finite.ravel().tolist()) / finite.size  # of integers exactly
        values = finite.min(), mean, finite.max(), finite.astype("f8").std()
        odd = int(np.isnan(wide).sum()), int(np.isinf(wide).sum())
    return (all(close(*pair) for pair in zip(found.groups()[:4], map(float, values)))
            and tuple(map(int, found.groups()[4:6])) == odd)


def arrays():
    random = np.random.default_rng(5)
    holes = random.standard_normal((300, 70)).astype(">f2")
    holes[3, 5:9], holes[8, 8], holes[9, 9] = np.nan, np.inf, -np.inf
    return {
        "holes.npy": holes,
        "whole.npy": np.array([[np.iinfo("i8").min, np.iinfo("i8").max, 0]]),
        "bytes.npy": np.arange(1000, dtype="u1").reshape(10, 100),
        "turned.npy": np.asfortranarray(random.standard_normal((200, 31)) * 1e6),
        "cube.npy": random.integers(-9, 9, (7, 20, 30)).astype("<i2"),
        "flags.npy": random.random(999) > 0.25,
        "complex.npy": (random.standard_normal((40, 50)) + 1j * random.standard_normal((40, 50))).astype("c8"),
        "single.npy": np.full((30, 30), 7.25),
        "scalar.npy": np.array(3.5),
    }


@test
def every_kind_has_its_statistics():
    with Directory() as d:
        all_of_them = arrays()
        for name, array in all_of_them.items():
            write(d, name, array)
        with Screen(d) as screen:
            for name in all_of_them:
                screen.row_shows(name, name)
            for name, array in list(all_of_them.items()) * 2:
                screen.keys(":" + name + ENTER)
                screen.shows(f"── {name} ")
                screen.waits(lambda: fits(screen.text(), array), f"{name}: not as numpy says")


@test
def what_is_written_is_followed():
    with Directory() as d:
        array = np.ones((200, 300), "f4")
        write(d, "m.npy", array)
        with Screen(d) as screen:
            screen.waits(lambda: fits(screen.text(), array), "not as numpy says")
            with open(d / "m.npy", "r+b") as file:  # the bytes of the same segment
                array[:] = 2
                array[7, 9] = np.nan
                file.seek(128)
                file.write(array.tobytes())
            screen.waits(lambda: fits(screen.text(), array), "not as it was written")
            array = np.arange(12.0).reshape(3, 4)
            write(d, "m.npy", array)  # another segment, of another shape
            screen.waits(lambda: fits(screen.text(), array), "not as it was replaced")
            os.rename(d / "m.npy", d / "n.npy")
            screen.shows("── n.npy ")
            screen.waits(lambda: fits(screen.text(), array), "not after it was renamed")
            os.truncate(d / "n.npy", 130)
            screen.shows("damaged")
            screen.lacks("std")


@test
def what_has_no_numbers_has_no_statistics():
    with Directory() as d:
        write(d, "a.npy", np.full((40, 40), np.nan))
        write(d, "records.npy", np.zeros(9, [("x", "f8"), ("y", "i4")]))
        write(d, "words.npy", np.array(["one", "two"]))
        write(d, "nothing.npy", np.zeros((0, 5)))
        with Screen(d) as screen:
            for name in "a.npy", "records.npy", "words.npy", "nothing.npy":
                screen.row_shows(name, name)
            screen.keys(":a.npy" + ENTER)
            screen.shows("min -", "nan 1,600", "(exact")
            for name in "records.npy", "words.npy", "nothing.npy":
                screen.keys(":" + name + ENTER)
                screen.shows(f"── {name} ", "created")
                screen.lacks("min ")


@test
def a_pane_has_histogram_and_map():
    with Directory() as d:
        y, x = np.mgrid[0:600, 0:800]
        array = (np.sin(y / 90) * np.cos(x / 70)).astype("f4")
        array[100:110, 200:220] = np.nan
        write(d, "waves.npy", array)
        with Screen(d, columns=140, rows=40) as screen:
            screen.shows("statistics  exact", "histogram ─", "map  mean", "nan    200", "max    1", "▀#▀")


main()
