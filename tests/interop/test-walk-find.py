"""A walk to the values that are wrong in a matrix of numpy's: the table of all columns' statistics, sorted by nan, and
from there the search through all of it, forward, back and round the end, and cancelled."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, main, test
from walk import Screen

ENTER, ESCAPE, INTERRUPT = "\r", "\x1b", "\x03"
WRONG = [(0, 5, 7), (0, 150, 211), (1, 199, 299), (2, 0, 0)]


def make(d):
    """Some float32 with nan where it is wrong, and one infinity."""
    array = np.random.default_rng(5).standard_normal((3, 200, 300)).astype("f4")
    for at in WRONG:
        array[at] = np.nan
    array[0, 9, 13] = -np.inf
    np.save(d / "field.npy", array)
    return array


def look(screen, name):
    screen.row_shows(name, "nobody")
    screen.keys(":" + name + ENTER + ENTER)
    screen.shows("] = ")


def found(at, how):
    return f"found at [{', '.join(map(str, at))}] = nan  {how}"


@test
def from_the_table_of_columns_to_what_is_wrong():
    with Directory() as d:
        array = make(d)
        with Screen(d, columns=140) as screen:
            look(screen, "field.npy")
            screen.keys("S")
            screen.shows("column ↑", "exact, ")
            for column in (0, 13, 299):
                finite = array[0, :, column][np.isfinite(array[0, :, column])]
                screen.keys(f":{column}" + ENTER)
                screen.shows(f" column {column}  min {str(finite.min())}  mean ", f"  max {str(finite.max())}  std ")
            screen.keys("sssss")
            screen.shows("nan ↓")
            screen.keys("g")
            screen.shows(" column 7  ")
            screen.keys("j")
            screen.shows(" column 211  ")
            screen.keys("j")
            screen.shows(" column 0  ")
            screen.keys("kk" + ENTER)
            screen.shows(f"[0, 0, 7] = {str(array[0, 0, 7])}")
            screen.keys("/nan" + ENTER)
            screen.shows(found(WRONG[0], "going forward"))
            for at in WRONG[1:]:
                screen.keys("n")
                screen.shows(found(at, "going forward"))
            screen.shows("a[2,:,:]")
            screen.keys("n")
            screen.shows(found(WRONG[0], "went on at the beginning"))
            screen.keys("N")
            screen.shows(found(WRONG[-1], "went on at the end"))
            screen.keys("N")
            screen.shows(found(WRONG[-2], "going back"))
            screen.keys("h")  # its neighbour
            screen.shows(f"[1, 199, 298] = {str(array[1, 199, 298])}")
            screen.keys("/inf" + ENTER)
            screen.shows("found at [0, 9, 13] = -inf  went on at the beginning")
            screen.keys("n")
            screen.shows("the only one")
            screen.keys("/>1e30" + ENTER)
            screen.shows("no element is >1e30: all 180,000 looked at, ")


@test
def what_is_searched_for_may_be_anything():
    with Directory() as d:
        array = make(d)
        array[2, 100, 100] = np.float32(0.1)
        np.save(d / "field.npy", array)
        with Screen(d) as screen:
            look(screen, "field.npy")
            screen.keys("/=0.1" + ENTER)  # as numpy would compare a float32
            screen.shows("found at [2, 100, 100] = 0.1")
            screen.keys("/x" + ENTER)
            screen.shows("expected nan, inf")
            screen.keys("\x15" + "<-4.5" + ENTER)
            flat = array.reshape(-1)
            start = np.ravel_multi_index((2, 100, 100), array.shape)
            order = np.roll(np.arange(flat.size), -start - 1)
            first = np.unravel_index(order[np.nonzero(flat[order] < -4.5)[0][0]], array.shape)
            screen.shows(f"found at [{', '.join(map(str, first))}] = {str(array[first])}")


def make_hole(d):
    """As much as nobody waits for, and none of it in memory."""
    with open(d / "hole.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (1 << 20, 1 << 19)})
        file.truncate(file.tell() + (1 << 41))


def make_islands(d):
    """Texts, which take their time, and in each block one that is none of nothing: what is a hole is not looked at."""
    with open(d / "hole.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|S1", "fortran_order": False, "shape": (1 << 11, 1 << 20)})
        at = file.tell()
        file.truncate(at + (1 << 31))
        for block in range(1 << 11):
            os.pwrite(file.fileno(), b"y", at + (block << 20) + (1 << 19))


@test
def a_long_search_is_cancelled():
    with Directory() as d:
        make_islands(d)
        with Screen(d) as screen:
            look(screen, "hole.npy")
            for stop in (ESCAPE, INTERRUPT):
                screen.keys("/=x" + ENTER)
                screen.shows("looking for x", " of 2,147,483,648", "Esc: cancel")
                screen.keys("jl")
                screen.shows("looking for x")
                screen.keys(stop)
                screen.shows("the search was cancelled: ")
                screen.keys("k")
                screen.shows("] = ")
            screen.keys("/=x" + ENTER)
            screen.shows("looking for x")
            screen.keys("/=y" + ENTER)  # in its place
            screen.shows("found at [0, ", "] = y  going forward")
            screen.keys("q")
            screen.shows("hole.npy", "1 segment")


@test
def what_happens_to_it_meanwhile_ends_it():
    def shrink(d):
        os.truncate(d / "hole.npy", 1 << 20)
        return "it shrank"

    def delete(d):
        os.unlink(d / "hole.npy")
        return "gone: deleted"

    def replace(d):
        np.save(d / "other.npy", np.zeros(3))
        os.rename(d / "other.npy", d / "hole.npy")
        return "another segment has this name now"

    for harm in (shrink, delete, replace):
        for keys, running, make_it in (("/=x" + ENTER, "looking for x", make_islands), ("S", "sampled ", make_hole)):
            with Directory() as d:
                make_it(d)
                with Screen(d) as screen:
                    look(screen, "hole.npy")
                    screen.keys(keys)
                    screen.shows(running)
                    screen.shows(harm(d))
                    screen.lacks("looking for")
                    screen.lacks("%")
                    screen.keys("qq" if keys == "S" else "q")
                    screen.shows("sort size")


main()
