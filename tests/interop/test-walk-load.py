"""Files of every kind through the console's load dialog, beside real numpy: what is typed, what is said, what lies there then."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, main, test
from walk import Process, Screen

HOLD = """
import signal, sys
import numpy as np
a = np.load(sys.argv[1], mmap_mode=sys.argv[2])
print("up", 0, flush=True)
signal.pause()
"""
DOWN, UP, RIGHT = "\x1b[B", "\x1b[A", "\x1b[C"
LOAD = "\x1b[Z\x1b[Z"  # from the first field round to Cancel, and to Load


def begin(screen, file, *says):
    screen.keys("L")
    screen.shows("Load a file into")
    screen.keys(f"~/{file}")
    screen.shows(f"~/{file}", *says)


def back_to_file(screen, fields):
    screen.keys(UP * fields)
    screen.shows("Tab completes")


@test
def doubles_become_halves_and_what_is_lost_is_said():
    with Directory() as d, Screen(d, columns=100, home=d.files) as screen:
        values = np.array([[1, 0.1, 1e6], [-7e4, np.nan, np.inf]])
        np.save(os.path.join(d.files, "a.npy"), values)
        begin(screen, "a.npy", "float64  2 × 3", "may read it")
        screen.keys(DOWN * 3 + RIGHT)
        screen.shows("[f2]", "float64 → float16: 2 overflow; max rel. error 0.0002 (all 6)")
        screen.keys(DOWN + RIGHT)
        screen.shows("[refuse]")
        back_to_file(screen, 4)
        screen.keys(LOAD + "\r")
        screen.shows("2 values overflowed to inf", "[refuse]")
        assert d.names() == []
        screen.keys(RIGHT)
        screen.shows("[load and count]")
        back_to_file(screen, 4)
        screen.keys(LOAD + "\r")
        screen.shows("a.shm loaded, 2 values overflowed to inf: float64 → float16 2 × 3")
        with np.errstate(over="ignore"):
            np.testing.assert_array_equal(np.load(d / "a.shm"), values.astype("f2"))


@test
def a_member_of_an_archive_is_chosen():
    with Directory() as d, Screen(d, columns=100, home=d.files) as screen:
        np.savez(os.path.join(d.files, "model.npz"), weights=np.ones((4, 3)), bias=np.arange(5, dtype="i2"))
        begin(screen, "model.npz", "npz member weights")
        screen.keys(DOWN)
        screen.shows("float64 4 × 3", "int16 5")
        screen.keys(DOWN)
        screen.shows("npz member bias")
        screen.keys("\r")
        screen.lacks("float64 4 × 3")
        back_to_file(screen, 2)
        screen.keys(LOAD + "\r")
        screen.shows("model.shm loaded: int16 5")
        np.testing.assert_array_equal(np.load(d / "model.shm"), np.arange(5, dtype="i2"))


@test
def a_text_is_loaded_as_it_was_corrected():
    with Directory() as d, Screen(d, columns=100, home=d.files) as screen:
        with open(os.path.join(d.files, "t.csv"), "w", encoding="ascii") as file:
            file.write("1;2\n3;\n5;6\n")
        begin(screen, "t.csv", "csv, semicolons", "3 × 2", "well formed (all 6)")
        screen.keys(DOWN * 2 + RIGHT * 2)
        screen.shows("[1]", "2 × 2")
        back_to_file(screen, 2)
        screen.keys(LOAD + "\r")
        screen.shows("t.shm loaded: float64 2 × 2", "1 empty cell read as nan")
        np.testing.assert_array_equal(np.load(d / "t.shm"), [[3, np.nan], [5, 6]])


@test
def raw_bytes_are_given_a_shape():
    with Directory() as d, Screen(d, columns=100, home=d.files) as screen:
        values = np.arange(300, dtype="<i4")
        values.tofile(os.path.join(d.files, "dump.bin"))
        begin(screen, "dump.bin", "neither .npy, .npz, pickle nor text", "[not raw]")
        screen.keys(DOWN * 3 + "i4")
        screen.shows("[not raw]  300")
        screen.keys(DOWN + "100,4")
        screen.shows("1200 bytes, where int32 of shape 100,4 takes")
        screen.keys("\x7f3")
        screen.shows("raw bytes  int32  100 × 3")
        back_to_file(screen, 4)
        screen.keys(LOAD + "\r")
        screen.shows("dump.shm loaded: int32 100 × 3")
        np.testing.assert_array_equal(np.load(d / "dump.shm"), values.reshape(100, 3))


@test
def who_keeps_what_was_replaced_is_named():
    with Directory() as d, Screen(d, columns=180, home=d.files) as screen:
        np.save(os.path.join(d.files, "a.npy"), np.ones((64, 1024)))
        d.expect(0, "load", os.path.join(d.files, "a.npy"))
        with Process(HOLD, d / "a.shm", "r") as process:
            screen.row_shows("a.shm", f"{process.pid} python3")
            begin(screen, "a.npy", "exists, 512K")
            screen.keys("\x1b[Z\x1b[Z\x1b[Z" + RIGHT * 2)
            screen.shows("[replace even if in use]")
            screen.keys(DOWN + "\r")
            screen.shows("a.shm loaded: float64 64 × 1024", f"the old one is still held by {process.pid} python3",
                         "its 516K come back when it ends")


main()
