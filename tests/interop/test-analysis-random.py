"""stats and find against numpy: random types, values, shapes, orders, slices and conditions; the same ones in every run."""
import math
import operator
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, main, test

TYPES = ["?", "i1", "u1", "<i2", ">u2", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8"]
TYPES += ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c16"]
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne}
BINS = [1, 2, 3, 20, 48, 253, 254, 65536]


def save(d, array):
    with open(d / "a.shm", "wb") as f:
        np.save(f, array)


def odd_values(dtype):
    """What breaks sums and comparisons: ends of the range, neighbours, subnormals, both zeros, every sort of nan."""
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return np.array([info.min, info.min + 1, 0, 1, 2, 3, info.max // 2, info.max - 1, info.max], dtype)
    info, bits = np.finfo(dtype), f"u{dtype.itemsize}"
    pool = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1, -1, 3, 0.1, info.max, -info.max, info.tiny, -info.tiny]
    pool += [info.smallest_subnormal, -5 * info.smallest_subnormal, np.nextafter(dtype.type(1), dtype.type(2)), 1 + 3 * info.eps]
    exponent = np.array([np.inf], dtype).view(bits)[0]
    signalling = np.array([exponent + 1, np.iinfo(bits).max], bits).view(dtype)
    return np.concatenate([np.array(pool, dtype), signalling])


def random_values(rng, dtype, n):
    """n values of a native type: odd ones, a single one, any bits, normal ones, or neighbours."""
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        values = np.empty(n, dtype)
        values.real, values.imag = random_values(rng, part, n), random_values(rng, part, n)
        return values
    pool = odd_values(dtype)
    way = rng.integers(5)
    if way == 0:
        return pool[rng.integers(len(pool), size=n)]
    if way == 1:
        return np.full(n, pool[rng.integers(len(pool))])
    if way == 2 and dtype.kind != "b":
        return np.frombuffer(rng.bytes(n * dtype.itemsize), dtype).copy()
    if way == 3 and dtype.kind == "f":
        return (rng.standard_normal(n) * 10.0 ** rng.integers(-30, 30)).astype(dtype)
    if dtype.kind == "f":
        bits = np.full(n, pool[rng.integers(len(pool))]).view(f"u{dtype.itemsize}")
        return (bits + rng.integers(0, 4, n).astype(bits.dtype)).view(dtype)
    return pool[rng.integers(min(len(pool), 4), size=n)]


def random_array(rng, dtype):
    shape = [int(rng.choice([0, 1, 1, 2, 3, 5, 8, 17, 33], p=[0.02] + [0.1225] * 8)) for _ in range(rng.integers(5))]
    native = dtype.newbyteorder("=")
    array = random_values(rng, native, math.prod(shape)).reshape(shape)
    swapped = array.byteswap().view(dtype) if dtype.byteorder == ">" else array  # a conversion would quiet a nan
    return np.array(swapped, order="CF"[rng.integers(2)])


def random_index(rng, shape):
    terms = []
    for n in shape:
        way = rng.random()
        ends = ["" if rng.random() < 0.4 else str(rng.integers(-n - 2, n + 3)) for _ in range(2)]
        terms.append(
            ":" if way < 0.25 else str(rng.integers(-n, n)) if way < 0.35 and n > 0 else
            "::-1" if way < 0.5 else f"{ends[0]}:{ends[1]}:{rng.choice([-3, -2, -1, 1, 2, 3, 7])}"
        )
    return ",".join([*terms[: rng.integers(len(terms) + 1)], "..."])


def doubles(array):
    """As doubles; complex numbers by magnitude, nan where a part is."""
    if array.dtype.kind != "c":
        return array.astype("f8")
    re, im = array.real.astype("f8"), array.imag.astype("f8")
    size = np.hypot(re, im)
    size[np.isinf(size) & np.isfinite(re) & np.isfinite(im)] = np.finfo("f8").max
    size[np.isnan(re) | np.isnan(im)] = np.nan
    return size


def check_stats(answer, part, bins, what):
    values = doubles(part)
    finite = values[np.isfinite(values)]
    counts = [values.size, np.isnan(values).sum(), np.isposinf(values).sum(), np.isneginf(values).sum(), (values == 0).sum()]
    assert [answer[k] for k in "count nan posinf neginf zeros".split()] == counts, (what, answer, counts)
    if finite.size == 0:
        assert all(answer[k] is None for k in "min max mean std histogram".split()), (what, answer)
        return
    if part.dtype.kind == "c":
        assert np.allclose([answer["min"], answer["max"]], [finite.min(), finite.max()], rtol=3e-16, atol=0), (what, answer)
    elif part.dtype.kind == "f":
        assert [answer["min"], answer["max"]] == [finite.min(), finite.max()], (what, answer)
    else:
        assert [answer["min"], answer["max"]] == [int(part.min()), int(part.max())], (what, answer)
    wide = finite.astype("g") if part.dtype.kind in "fc" else part.ravel().astype("g")
    mean, largest, last = wide.mean(), float(np.abs(finite).max()), 1e-322
    std = np.sqrt(((wide - mean) ** 2).mean())
    assert abs(answer["mean"] - mean) <= 1e-12 * largest + last, (what, answer["mean"], mean)
    assert abs(answer["std"] - std) <= 1e-12 * std + 1e-15 * largest + last, (what, answer["std"], std)
    if bins is None:
        assert answer["histogram"] is None, what
        return
    edges = np.array(answer["histogram"]["edges"])
    low, high = float(answer["min"]), float(answer["max"])
    low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
    if np.isfinite(high - low):  # np.linspace knows no wider one
        assert edges.tolist() == np.linspace(low, high, bins + 1).tolist(), what
    assert len(edges) == bins + 1 and (np.diff(edges) >= 0).all() and edges[0] == low and edges[-1] == high, what
    assert sum(answer["histogram"]["counts"]) == finite.size, what
    if part.dtype.kind != "c":  # the last place of a magnitude is a matter of hypot
        wanted = np.bincount(np.clip(np.searchsorted(edges, finite, "right") - 1, 0, bins - 1), minlength=bins)
        assert answer["histogram"]["counts"] == wanted.tolist(), what


@test
def statistics_are_as_numpy_has_them():
    rng = np.random.default_rng(12)
    with Directory() as d, np.errstate(all="ignore"):
        for case in range(160):
            array = random_array(rng, np.dtype(TYPES[case % len(TYPES)]))
            index = random_index(rng, array.shape)
            bins = int(rng.choice(BINS)) if rng.random() < 0.7 else None
            save(d, array)
            result = d.expect(0, "stats", "--json", "-i", index, "a.shm", *([f"--histogram={bins}"] if bins else []))
            what = (case, array.dtype, array.shape, index, bins)
            assert result.err == "", (what, result.err)
            check_stats(result.json(), eval(f"array[{index}]").astype(array.dtype.newbyteorder("=")).ravel(), bins, what)


def random_condition(rng, array):
    """A condition, and the mask that it stands for."""
    if rng.random() < 0.2:
        word, mask = [("nan", np.isnan), ("inf", np.isinf)][rng.integers(2)]
        return word, lambda a: mask(a) if a.dtype.kind in "fc" else np.zeros(a.shape, bool)
    sign = list(COMPARE)[rng.integers(6)]
    compare = COMPARE[sign]
    native = array.dtype.newbyteorder("=")
    value = array.astype(native).ravel()[rng.integers(array.size)] if array.size else native.type(1)
    if native.kind in "biu":
        return f"{sign}{value}", lambda a: compare(a, value)
    if np.isnan(value):
        value = native.type(1)
    if native.kind == "f":
        return f"{sign}{float(value)!r}", lambda a: compare(a, value)
    if sign in ("=", "!="):
        part = f"{float(value.imag)!r}j"
        return f"{sign}{float(value.real)!r}{'' if part[0] == '-' else '+'}{part}", lambda a: compare(a, value)
    size = float(np.hypot(float(value.real), float(value.imag)))
    return f"{sign}{size!r}", lambda a: compare(np.hypot(a.real.astype("f8"), a.imag.astype("f8")), size)


@test
def what_is_found_is_what_numpy_finds_and_in_its_order():
    rng = np.random.default_rng(13)
    with Directory() as d, np.errstate(all="ignore"):
        for case in range(160):
            array = random_array(rng, np.dtype(TYPES[case % len(TYPES)]))
            index = random_index(rng, array.shape)
            condition, mask_of = random_condition(rng, array)
            numbers = eval(f"np.arange(array.size).reshape(array.shape)[{index}]")
            mask = mask_of(eval(f"array[{index}]").astype(array.dtype.newbyteorder("=")))
            wanted = [[int(x) for x in np.unravel_index(n, array.shape)] for n in np.atleast_1d(numbers)[np.atleast_1d(mask)]]
            limit = int(rng.integers(1, 20)) if rng.random() < 0.3 else array.size + 1
            save(d, array)
            result = d.run("find", "--json", "-i", index, "--limit", str(limit), "a.shm", condition)
            what = (case, array.dtype, array.shape, index, condition, limit)
            assert result.code == (0 if wanted else 1), (what, result.err)
            assert [x["index"] for x in result.json()] == wanted[:limit], what


main()
