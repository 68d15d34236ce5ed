#!/usr/bin/python3
"""Real numpy against core's conversions: every pair of the 14 numeric types in both byte orders, bit for bit where numpy
defines the result; where it does not (out of an integer's range, nan into one) saturated, or 0, and counted."""
import os
import random
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
except ImportError:
    print("1..0 # SKIP no numpy")
    sys.exit(0)

warnings.simplefilter("ignore")
np.seterr(all="ignore")
rng = random.Random(20261126)
directory = tempfile.TemporaryDirectory()
source, target = (os.path.join(directory.name, name) for name in ("in", "out"))
tool = subprocess.Popen([os.path.join(os.environ.get("BUILDDIR", "."), "tests/interop/convert-tool")],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

REAL = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]
NAMES = ["|b1", "|i1", "|u1"] + [order + name for name in REAL[3:] + ["c8", "c16"] for order in "<>"]


def edges():
    """Numbers at the edges of integer types, at ties of halves, at the ends of float types."""
    values = [0.0, -0.0, 0.1, 1 / 3, 2049.0, 2051.0, 65504.0, 65519.99, 65520.0, np.inf, np.nan, 1e300, 5e-324,
              2.0 ** 128 - 2.0 ** 103, 2.0 ** 128 - 2.0 ** 104, 3.4028234e38]
    for power in list(range(-152, -120)) + list(range(-30, 66)) + [127, 128]:
        for step in (-1, -0.5, 0, 0.5, 1):
            values.append(2.0 ** power + step * (1 if power > 6 else 2.0 ** (power - 11)))
    values = np.array(values)
    values = np.concatenate([values, np.nextafter(values, np.inf), np.nextafter(values, -np.inf)])
    halves = np.arange(0, 0x7c00, 37, dtype="u2").view("f2").astype("f8")
    following = np.arange(1, 0x7c01, 37, dtype="u2")[:len(halves)].view("f2").astype("f8")
    middles = (halves + following)[:-1] / 2
    values = np.concatenate([values, middles, np.nextafter(middles, np.inf), np.nextafter(middles, -np.inf)])
    return np.concatenate([values, -values])


EDGES = edges()
INTEGERS = [sign * (2 ** power + step) for power in range(65) for step in (-2, -1, 0, 1, 2) for sign in (1, -1)]


def odd_array(name):
    """Of native order: edges and random bits."""
    dtype = np.dtype(name).newbyteorder("=")
    if dtype.kind == "b":
        return np.array([0, 1, 2, 127, 128, 255] * 20, "u1").view("?")
    bits = np.frombuffer(rng.randbytes(dtype.itemsize * 1000), dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return np.concatenate([np.array([i for i in INTEGERS if limits.min <= i <= limits.max], dtype), bits])
    part = np.dtype("f%d" % (dtype.itemsize // (2 if dtype.kind == "c" else 1)))
    parts = np.concatenate([EDGES.astype(part), bits.view(part)])
    return parts[:len(parts) // 2 * 2].view(dtype) if dtype.kind == "c" else parts


def expected(array, dtype):
    """numpy's result, ours where it has none, and the counts."""
    result = array.astype(dtype)
    saturated = overflowed = lost = 0
    if dtype.kind in "iu" and array.dtype.kind != "b":
        limits = np.iinfo(dtype)
        whole = np.trunc(array.astype(np.longdouble))
        above, below, nan = whole > limits.max, whole < limits.min, np.isnan(whole)
        result[above], result[below], result[nan] = limits.max, limits.min, 0
        saturated, lost = int(above.sum() + below.sum()), int(nan.sum())
    if dtype.kind in "fc":
        parts = array.view("f%d" % (array.itemsize // 2)) if array.dtype.kind == "c" else array
        became = parts.astype("f%d" % (dtype.itemsize // (2 if dtype.kind == "c" else 1)))
        overflowed = int((np.isinf(became) & ~np.isinf(parts)).sum())
    return result, [str(count) for count in (saturated, overflowed, lost)]


def compare(array, expected_result, name):
    got = np.fromfile(target, name)
    if len(got) != len(expected_result):
        return "%d elements" % len(got)
    got = got.astype(got.dtype.newbyteorder("="), copy=False)
    if got.dtype.kind == "c":
        got, expected_result = (x.view("f%d" % (got.itemsize // 2)) for x in (got, expected_result))
    integers = "u%d" % got.itemsize
    differ = got.view(integers) != expected_result.view(integers)
    if got.dtype.kind == "f":
        differ &= ~(np.isnan(got) & np.isnan(expected_result))
    if not differ.any():
        return None
    at = int(differ.argmax())
    return "at %d: %r, not %r" % (at, got[at], expected_result[at])


def ask(*words):
    tool.stdin.write("\t".join(words).encode() + b"\n")
    tool.stdin.flush()
    return tool.stdout.readline().decode().rstrip("\n").split("\t")


ARRAYS = {}


def check(from_name, to_name):
    from_type, to_type = np.dtype(from_name), np.dtype(to_name)
    array = ARRAYS.setdefault(from_name.strip("<>|"), odd_array(from_name))
    array.astype(from_type).tofile(source)
    answer = ask(from_name, to_name, source, target)
    if from_type.kind == "c" and to_type.kind != "c":
        return None if answer[0] == "error" else "%s to %s is not refused" % (from_name, to_name)
    result, counts = expected(array, to_type.newbyteorder("="))
    if from_type.kind == to_type.kind and from_type.itemsize == to_type.itemsize:
        result = array # the bits, a bool's too
    problem = compare(array, result, to_name)
    if not problem and answer != counts:
        problem = "counts %s, not %s" % (answer, counts)
    return problem and "%s to %s: %s" % (from_name, to_name, problem)


def pairs_convert_as_by_numpy():
    return [problem for a in NAMES for b in NAMES for problem in [check(a, b)] if problem]


def other_types_only_change_their_order():
    problems = []
    for name in ("U3", "M8[ns]", "m8[s]"):
        size = np.dtype(name).itemsize
        array = np.frombuffer(rng.randbytes(size * 500), "<u4").astype("<u4") % 0x10ffff
        array = array.view("<" + name)
        array.tofile(source)
        answer = ask("<" + name, ">" + name, source, target)
        if answer != ["0", "0", "0"] or np.fromfile(target, ">" + name).tobytes() != array.astype(">" + name).tobytes():
            problems.append("%s: %s" % (name, answer))
    for a, b in (("S3", "S4"), ("U3", "f8"), ("M8[s]", "M8[ms]"), ("i8", "M8[s]"), ("V8", "f8")):
        if ask(a, b, source, target)[0] != "error":
            problems.append("%s to %s is not refused" % (a, b))
    return problems


tests = [pairs_convert_as_by_numpy, other_types_only_change_their_order]
print("1..%d" % len(tests))
for number, test in enumerate(tests, 1):
    problems = test()
    print("%s %d - %s" % ("not ok" if problems else "ok", number, test.__name__.replace("_", " ")))
    for problem in problems[:10]:
        print("# " + problem)
tool.stdin.close()
sys.exit(tool.wait())
