"""load of text: the program beside numpy's own reader, and what it refuses."""
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import SHMTOP, Directory, main, test


def write(path, text):
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def bits(array):
    return np.ascontiguousarray(array).view("u8")


def load(d, path, **more):
    d.expect(0, "load", "--replace", path, "a.shm", **more)
    return np.load(d / "a.shm")


def doubles(shape, seed):
    """Of every magnitude, subnormals, infinities and nan among them."""
    array = np.random.default_rng(seed).integers(0, 1 << 64, shape, dtype="u8").view("f8")
    array[np.isnan(array)] = np.nan
    array.flat[:4] = [np.nan, np.inf, -np.inf, -0.0]
    return array


@test
def what_savetxt_writes_comes_back_to_the_last_bit():
    with Directory() as d:
        for number, form in enumerate(["%.18e", "%.17g", "%.16e", "%r"]):
            for delimiter in [" ", ",", ";", "\t", "|"]:
                array = doubles((2000, 7), number)
                path = d.file("a.txt")
                np.savetxt(path, array, fmt=form, delimiter=delimiter)
                back = load(d, path)
                assert back.dtype == "f8" and back.flags.c_contiguous
                assert (bits(back) == bits(array)).all(), (form, delimiter)


@test
def fewer_digits_are_read_as_numpy_reads_them():
    with Directory() as d:
        array = np.random.default_rng(5).standard_normal((5000, 3)) * 10.0 ** np.arange(-20, 22, 14)
        for form in ["%.3f", "%.10g", "%.25e", "%g", "%.40f"]:
            path = d.file("a.csv")
            np.savetxt(path, array, fmt=form, delimiter=",", newline="\r\n", header="x,y,z", comments="")
            want = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
            assert (bits(load(d, path)) == bits(want)).all(), form


@test
def shapes_have_two_dimensions():
    with Directory() as d:
        for text in ["1\n2\n3\n", "1,2,3\n", "7", "# a\n1 2\n\n3 4 # b\n", "\ufeff1;2\r\n3;4"]:
            back = load(d, write(d.file("a.txt"), text))
            delimiter = next((c for c in ",;" if c in text), None)
            want = np.loadtxt(d.file("a.txt"), delimiter=delimiter, ndmin=2, encoding="utf-8-sig")
            if text[0] == "\n" or "," not in text and ";" not in text and " " not in text:
                want = want.reshape(-1, 1)
            assert back.shape == want.shape and (back == want).all(), (text, back)


@test
def standard_input_is_read_as_it_comes():
    with Directory() as d:
        array = doubles((30000, 5), 9)
        path = d.file("a.csv")
        np.savetxt(path, array, fmt="%.17g", delimiter=",")
        with open(path, "rb") as f:
            d.expect(0, "load", "-", "file.shm", stdin=f)
        cat = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
        d.expect(0, "load", "-", "pipe.shm", stdin=cat.stdout)
        cat.wait()
        d.expect(0, "load", path, "path.shm")
        want = open(d / "path.shm", "rb").read()
        assert (bits(np.load(d / "path.shm")) == bits(array)).all()
        assert open(d / "pipe.shm", "rb").read() == want and open(d / "file.shm", "rb").read() == want
        d.expect(0, "load", "--order", "F", "-", "f.shm", input=open(path, "rb").read())
        back = np.load(d / "f.shm")
        assert back.flags.f_contiguous and (bits(back) == bits(array)).all()


@test
def a_refused_text_leaves_nothing():
    with Directory() as d:
        rows = "1,2\n" * 200000
        for text, says in [
            (rows + "3,x\n", "line 200001, column 2: 'x' is no number"),
            (rows + "3\n", "line 200001 has 1 column, the first has 2"),
            (rows + '"3\n",4\n', "line 200001, column 1: a quote that does not end on its line"),
            (rows + "1,\0\n", "line 200001, column 2: a NUL byte"),
            ("1,5;2,5\n", "line 1, column 1: '1,5' is no number: decimals need a point"),
            ("nothing but words\n", "a text without numbers"),
            (b"\xff\xfe1\0\n\0", "UTF-16"),
            (b"\1\0\0\0\2\0\0\0", "neither .npy, .npz, pickle nor text; raw bytes need --as and --shape (line 1 has a byte 0x01)"),
            (b"1,2\n3,4\0\n", "raw bytes need --as and --shape (line 2 has a byte 0x00)"),
        ]:
            path = write(d.file("a.csv"), text)
            d.expect(1, "load", path, "a.shm", says=says)
            d.expect(1, "load", "-", "a.shm", input=open(path, "rb").read(), says=says)
        assert d.names() == []


@test
def no_locale_changes_the_point():
    with Directory() as d:
        path = write(d.file("a.csv"), "1.5,2.25\n5e-324,9007199254740993.0000000000000000000001\n")
        for locale in ["C", "de_DE.UTF-8", "fr_FR.UTF-8"]:
            back = load(d, path, env={"LC_ALL": locale})
            assert back.tolist() == [[1.5, 2.25], [5e-324, 9007199254740994.0]]


main()
