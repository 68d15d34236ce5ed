"""A walk past raw bytes that numpy left behind: looked at in the console as what they might be, recorded, read back by
numpy and by the commands, and cleared."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, main, test
from walk import Screen, rows

ENTER, ESCAPE, LEFT, RIGHT, UP, DOWN, BACK_TAB = "\r", "\x1b", "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[Z"


def described(d):
    """By the attribute, where there are any, else by nothing that numpy could find."""
    try:
        return eval(os.getxattr(d / "left.shm", "user.npy_header").decode())
    except OSError:
        return None


def make(d):
    array = (np.arange(96 * 768) % 1000).astype("f2").reshape(96, 768)
    with open(d / "left.shm", "wb") as file:
        file.write(array.tobytes())
    return array


@test
def what_they_are_is_found_recorded_and_cleared():
    with Directory() as d:
        array = make(d)
        with Screen(d, columns=80, home=d.files) as screen:
            screen.row_shows("left.shm", "nobody")
            screen.keys("D")
            screen.shows("Look at its bytes as", "as float16 (you said so) 73728", "[0] = 0.0")
            screen.keys("\t" + DOWN)
            screen.shows("as float16 (you said so) 96 × 768", "float16 96 × 768: 144K of 144K, all of it")
            screen.keys(ENTER)
            screen.lacks("Look at its bytes as")
            screen.keys(":1,2" + ENTER)
            screen.shows(f"[1, 2] = {float(array[1, 2])}")
            screen.keys("R")
            screen.shows("left.shm: float16 96 × 768, recorded in", " says so) 96 × 768")
            screen.lacks("its bytes")
            screen.keys("q")
            screen.row_shows("left.shm", "float16", "96 × 768")
            header = described(d)
            assert header in (None, {"descr": "<f2", "fortran_order": False, "shape": (96, 768)}), header
            if header:
                read = np.memmap(d / "left.shm", header["descr"], "r", shape=header["shape"])
                assert np.array_equal(read, array)
                row = rows(d)["left.shm"]
                assert (row["layout"], row["dtype"], row["shape"]) == ("described", "<f2", [96, 768]), row
            screen.keys("D")
            screen.shows("Clear record")
            screen.keys(BACK_TAB + RIGHT + RIGHT)
            screen.shows("[ Clear record ]")
            screen.keys(ENTER)
            screen.shows("what was recorded of it is taken away", "its bytes")
            screen.keys("q")
            screen.lacks("96 × 768")
            assert described(d) is None and rows(d)["left.shm"]["layout"] == "raw"


@test
def nothing_is_taken_for_what_it_is_not():
    with Directory() as d:
        make(d)
        with Screen(d, columns=80, home=d.files) as screen:
            screen.row_shows("left.shm", "nobody")
            screen.keys("D")
            screen.shows("you said so")
            screen.keys("\t\x151000,1000")
            screen.shows("needs 1.9M, the segment has 144K: 1.8M short", "as nothing that fits")
            screen.keys(ENTER)
            screen.shows("Look at its bytes as")
            screen.keys(ESCAPE)
            screen.shows("nothing in it says its type and shape: its bytes", "00000000")
        assert described(d) is None and rows(d)["left.shm"]["layout"] == "raw"


main()
