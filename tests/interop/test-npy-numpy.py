#!/usr/bin/python3
"""Real numpy against core: headers, values and slices, numbers as text."""
import io
import os
import random
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
    from numpy.lib import format as npy
except ImportError:
    print("1..0 # SKIP no numpy")
    sys.exit(0)

warnings.simplefilter("ignore")
rng = random.Random(20261125)
directory = tempfile.TemporaryDirectory()
path = os.path.join(directory.name, "x.npy")
tool = subprocess.Popen([os.path.join(os.environ.get("BUILDDIR", "."), "tests/interop/npy-tool")],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(*words):
    tool.stdin.write("\t".join(words).encode() + b"\n")
    tool.stdin.flush()
    return tool.stdout.readline().decode().rstrip("\n").split("\t")


def save(array, version=None):
    with open(path, "wb") as file:
        npy.write_array(file, array, version)
    with open(path, "rb") as file:
        return file.read()


def same_bytes(index, view):
    """Whether core reads a[index] of the saved array as numpy has it."""
    out = os.path.join(directory.name, "out")
    native = np.ascontiguousarray(view).astype(view.dtype.newbyteorder("="), copy=False)
    if ask("read", path, index, out) != [""]:
        return False
    with open(out, "rb") as file:
        return file.read() == native.tobytes()


SIMPLE = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f2",
          ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c8", "<c16", ">c16", "S3", "S1", "<U5", ">U2", "V4", "<M8[ns]",
          ">M8[D]", "<M8", "<m8[25s]", "<U0", "S0"]
STRUCTS = [
    [("x", "<i4", (2,)), ("y", "<f8", (2, 2)), ("z", "u1")],
    [("x", ">i4"), ("info", [("value", ">c16"), ("y2", "<f8"), ("name", "S2"), ("Value", "<U8", (3,))], (2,))],
    [("c", ("<f8", (5,)), (2,))],
    [("c", (("<f8", (5,)), (3, 4)), (2,))],
    [(("title", "name"), "<i4"), ("it's", "<f8"), ("a'\"", "i1"), ("}, (", "i1"), ("shape", "i1")],
    [("tab\tline\nbell\x07nbsp\xa0soft\xad", "<f4"), ("\\", "i1")],
    [("\xe9\xfc", "<f4")],
    [("\u6574\u5f62", "<f4"), ("\u200b\u202e\u3000\ue000\U0001f600", "<i2")],
    np.dtype("i1,i4,i1", align=True),
    np.dtype({"names": ["a", "b"], "formats": ["i1", "i4"], "offsets": [1, 6], "itemsize": 12}),
    np.dtype({"names": [], "formats": [], "itemsize": 8}),
    [("f%d" % i, "<f4") for i in range(200)],
]
SHAPES = [(), (0,), (1,), (5,), (2, 3), (1, 7), (7, 1), (0, 3), (3, 0, 2), (2, 3, 4), (1, 1, 1), (2,) * 6, (1,) * 32]


def arrays():
    for descr in SIMPLE + STRUCTS:
        dtype = np.dtype(descr)
        for shape in SHAPES:
            for order in "CF":
                yield np.zeros(shape, dtype, order)


def same_header(array, data, version):
    descr, order, shape, offset, name = ask("header", path)
    expected = npy.dtype_to_descr(array.dtype)
    expected = expected if isinstance(expected, str) else repr(expected)
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    problems = []
    if descr != expected.replace("\t", "\\t"):
        problems.append("descr %s, not %s" % (descr, expected))
    if order != ("F" if fortran else "C"):
        problems.append("order " + order)
    if shape != ",".join(map(str, array.shape)):
        problems.append("shape " + shape)
    if int(offset) != len(data) - array.nbytes:
        problems.append("offset " + offset)
    if array.dtype.names is None and not array.dtype.hasobject and name != array.dtype.name:
        problems.append("name %s, not %s" % (name, array.dtype.name))
    if version is None and ask("rewrite", path)[0] != data[:len(data) - array.nbytes].hex():
        problems.append("written: %s" % bytes.fromhex(ask("rewrite", path)[0]))
    return ["%r %r v%s: %s" % (array.dtype, array.shape, version, text) for text in problems]


def headers_are_read_as_numpy_writes_them():
    problems = []
    for array in arrays():
        versions = [None, (3, 0)]
        try:
            repr(array.dtype.descr).encode("latin1")
            versions.append((2, 0))
        except UnicodeEncodeError:
            pass
        for version in versions if array.ndim in (0, 2) else [None]:
            problems += same_header(array, save(array, version), version)
    return problems


def what_numpy_refuses_is_refused():
    """Random damage to headers: what we take, numpy takes, and understands the same."""
    problems = []
    seeds = [save(np.zeros((2, 3), d)) for d in ("<f8", ">u2", "<M8[ns]", [("x", "<i4", (2,)), ("y", "S3")])]
    alphabet = b" ,:'\"()[]{}TrueFalse0123456789Lfiu<>|=\\\n\t-+#x"
    for _ in range(4000):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(10, 10 + data[8])
            how = rng.randrange(3)
            if how == 0:
                data[at] = rng.choice(alphabet)
            elif how == 1:
                data[at:at + 1] = b""
                data.insert(10 + data[8] - 1, 0x20)
            else:
                data.insert(at, rng.choice(alphabet))
                del data[10 + data[8]]
        with open(path, "wb") as file:
            file.write(data)
        answer = ask("header", path)
        if answer[0] == "error":
            continue
        try:
            file = io.BytesIO(data)
            npy.read_magic(file)
            shape, fortran, dtype = npy.read_array_header_1_0(file)
        except Exception as error:
            problems.append("numpy: %s, we take %r as %s" % (error, bytes(data[10:80]), answer))
            continue
        shape = shape + dtype.shape
        if answer[2] != ",".join(map(str, shape)) or (answer[1] == "F") != (fortran and len(shape) > 1):
            problems.append("%r: %s" % (bytes(data[10:80]), answer))
        if dtype.subdtype is None and answer[0] != str(npy.dtype_to_descr(dtype)):
            problems.append("%r: %s" % (bytes(data[10:80]), answer))
    return problems


def random_array(dtype, shape, order):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape))
    data = np.frombuffer(rng.randbytes(count * dtype.itemsize), dtype)
    return np.array(data.reshape(shape), order=order)


def random_index(shape):
    terms = []
    for dim in shape[:rng.randint(0, len(shape))]:
        if rng.random() < 0.3:
            terms.append(str(rng.randrange(-dim, dim)))
        else:
            part = lambda: "" if rng.random() < 0.4 else str(rng.randint(-dim - 3, dim + 3))
            step = rng.choice(["", ":", ":2", ":-1", ":-3", ":1", ":%d" % (dim + 5)])
            terms.append(part() + ":" + part() + step)
    if rng.random() < 0.3:
        terms.append("...")
        rng.shuffle(terms)
    return ", ".join(terms)


def slices_are_numpys():
    problems = []
    for _ in range(1500):
        shape = tuple(rng.randint(1, 9) for _ in range(rng.randint(1, 5)))
        array = random_array(rng.choice([d for d in SIMPLE if not d.endswith("0")]), shape, rng.choice("CF"))
        save(array)
        index = random_index(shape)
        try:
            view = eval("array[%s]" % (index or "..."))
        except IndexError:
            if ask("read", path, index, "/dev/null")[0] != "error":
                problems.append("a%s[%s] is an error" % (shape, index))
            continue
        if not same_bytes(index, view):
            problems.append("%s a%s[%s]" % (array.dtype, shape, index))
    return problems


def big_slices_are_numpys():
    """Larger than a block, both orders, with gaps below and above a page."""
    problems = []
    for dtype in ("<f2", ">f4", "<c16"):
        for order in "CF":
            for shape in ((1500, 1100), (300, 40, 90), (3, 300000)):
                array = random_array(dtype, shape, order)
                save(array)
                for index in ("", "::-1", "..., ::3", "::7, 5:9", "1:3, ::-2", "..., 0", ":2, ..., 5:2000:400"):
                    view = eval("array[%s]" % (index or "..."))
                    if not same_bytes(index, view):
                        problems.append("%s %s a%s[%s]" % (dtype, order, shape, index))
    return problems


def text_of(value):
    text = str(value)
    return text[1:-1] if isinstance(value, (np.complexfloating,)) and text.startswith("(") else text


def compare_values(array):
    save(array)
    ours = ask("values", path, "")
    # numpy compares a float32 with the double 1e-4, of which it is a little short.
    return ["%s: %s, not %s" % (array.dtype, a, text_of(b)) for a, b in zip(ours, array.ravel())
            if a != text_of(b).replace("1e-04", "0.0001")]


def numbers_are_numpys():
    problems = compare_values(np.arange(65536, dtype="u2").view("f2"))
    for dtype in ("<f4", "<f8"):
        bits = np.dtype(dtype).itemsize * 8
        integers = [rng.getrandbits(bits) for _ in range(60000)]
        problems += compare_values(np.array(integers, "u%d" % (bits // 8)).view(dtype))
        problems += compare_values(np.array([rng.uniform(-1, 1) * 10 ** rng.randint(-6, 20) for _ in range(20000)], dtype))
        problems += compare_values(np.array([round(rng.uniform(0, 1000), rng.randint(0, 6)) for _ in range(20000)], dtype))
        powers = [2.0 ** e for e in range(-1074, 1024)] + [float("1e%d" % e) for e in range(-323, 309)]
        with np.errstate(all="ignore"):
            near = np.array(powers).astype(dtype)
        near = np.concatenate([near, np.nextafter(near, near.dtype.type(0)), np.nextafter(near, near.dtype.type(np.inf))])
        problems += compare_values(near)
        problems += compare_values(-near)
    for dtype in ("<c8", "<c16"):
        parts = [0.0, -0.0, 1.0, -2.5, np.nan, np.inf, -np.inf, 1e20, 1e-7, 0.1]
        problems += compare_values(np.array([complex(a, b) for a in parts for b in parts], dtype))
    for dtype in ("i1", "u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "?"):
        problems += compare_values(random_array(dtype, (500,), "C") if dtype != "?" else np.array([True, False]))
    return problems


def short_numbers_are_c_percent_g():
    problems = []
    for dtype in ("<f2", "<f4", "<f8"):
        size = np.dtype(dtype).itemsize
        array = np.array([rng.getrandbits(8 * size) for _ in range(20000)], "u%d" % size).view(dtype)
        middles = np.array([(10 * rng.randint(10000, 99999) + 5) / 2 ** rng.randint(0, 8) for _ in range(5000)])
        with np.errstate(all="ignore"):
            array = np.concatenate([array, middles.astype(dtype), np.array([0, 1, 12345, 99999.5, 1e5, 1e-4, 1e-5], dtype)])
        save(array)
        for ours, value in zip(ask("short", path, ""), array):
            # A half has fewer digits of its own.
            expected = "nan" if np.isnan(value) else "%.5g" % (float(str(value)) if dtype == "<f2" else value)
            if ours != expected:
                problems.append("%s: %s, not %s" % (dtype, ours, expected))
    return problems


def dates_are_numpys():
    problems = []
    for unit in ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s", "7D"):
        limit = 9000 * {"Y": 1, "M": 12, "W": 52, "D": 365, "h": 8760, "m": 525600, "7D": 52}.get(unit, 31536000)
        values = [rng.randint(-limit // 9, limit // 2) for _ in range(300)] + [0, -1, 1, np.iinfo("i8").min]
        problems += compare_values(np.array(values, "i8").view("M8[%s]" % unit))
    return problems


def texts_are_numpys():
    problems = compare_values(np.array(["", "abc", "\xe9\u6574", "a\0b"[:1], "x" * 30]))
    save(np.array([b"abc", b"a\xff\x1b", b""]))
    if ask("values", path, "") != ["abc", "a\\xff\\x1b", ""]:
        problems.append("bytes: %s" % ask("values", path, ""))
    save(np.array(["a\u202e\x1b", "\\"], dtype=">U4"))
    if ask("values", path, "") != ["a\\u202e\\x1b", "\\\\"]:
        problems.append("str: %s" % ask("values", path, ""))
    array = np.zeros(2, [("a", ">i4"), ("b", "<f8", (2,)), ("s", ">U3")])
    array[1] = (-5, [0.1, np.nan], "xy")
    save(array)
    if ask("values", path, "") != ["(0, [0.0, 0.0], '')", "(-5, [0.1, nan], 'xy')"]:
        problems.append("struct: %s" % ask("values", path, ""))
    return problems


def random_value(dtype, form):
    if dtype[0] in "Mm":
        return rng.choice([rng.randint(-10 ** 5, 10 ** 5), 3, np.iinfo("i8").min])
    if dtype[0] in "iu?":
        return rng.randint(0, 200) if form else rng.randint(0, 1)
    forms = [lambda: rng.uniform(-1, 1) * 10 ** rng.randint(-6, 9), lambda: round(rng.uniform(-5, 5), 2),
             lambda: float(rng.randint(-9, 9)), lambda: rng.choice([np.nan, np.inf, -np.inf, 1.5, -0.0]),
             lambda: rng.choice([np.nan, np.inf])]
    return complex(forms[form](), forms[form]()) if dtype[0] == "c" else forms[form]()


def whole_matrices_are_printed_as_by_numpy():
    problems = []
    np.set_printoptions(threshold=10 ** 9, linewidth=10 ** 9)
    for dtype in ("f2", "f4", "f8", "c8", "c16", "i4", "u1", "?", "M8[ns]", "m8[s]", "M8[D]"):
        for shape in ((3,), (2, 3), (2, 2, 2), (1, 2, 1, 2), (0,), (3, 0)):
            for form in list(range(5)) * 4:
                values = [random_value(dtype, form) for _ in range(int(np.prod(shape)))]
                array = np.array(values, "i8" if dtype[0] in "Mm" else None)
                array = (array.view(dtype) if dtype[0] in "Mm" else array.astype(dtype)).reshape(shape)
                save(array)
                ours = "\n".join(ask("print", path, "", "0", "0"))
                if ours != str(array):
                    problems.append("%s %s: %s, not %s" % (dtype, shape, ours, array))
    return problems


tests = [headers_are_read_as_numpy_writes_them, what_numpy_refuses_is_refused, slices_are_numpys, big_slices_are_numpys,
         numbers_are_numpys, short_numbers_are_c_percent_g, dates_are_numpys, texts_are_numpys,
         whole_matrices_are_printed_as_by_numpy]
print("1..%d" % len(tests))
for number, test in enumerate(tests, 1):
    problems = test()
    print("%s %d - %s" % ("not ok" if problems else "ok", number, test.__name__.replace("_", " ")))
    for problem in problems[:10]:
        print("# " + problem.replace("\n", "\\n"))
tool.stdin.close()
sys.exit(tool.wait())
