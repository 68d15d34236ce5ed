"""load: numpy's files into segments that numpy maps, all or nothing."""
import fcntl
import gzip
import io
import lzma
import os
import pickle
import pty
import select
import signal
import stat
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import HOSTILE, Directory, main, need_root, test


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


@test
def a_file_becomes_a_segment_byte_for_byte():
    with Directory() as d:
        for array in [np.arange(12.0).reshape(3, 4), np.asfortranarray(np.ones((5, 6), "f2")), np.array(3), np.zeros((0, 3))]:
            path = write(d.file("prices.npy"), npy(array))
            done = d.expect(0, "load", path, "--replace")
            assert done.out == "" and done.err == "", done.err  # quiet off a terminal, as cp
            assert d.names() == ["prices.shm"]
            assert open(d / "prices.shm", "rb").read() == npy(array)
            mapped = np.load(d / "prices.shm", mmap_mode="r" if array.size and array.ndim else None)
            assert (mapped == array).all() and mapped.flags.f_contiguous == array.flags.f_contiguous
            del mapped  # held, it would not be replaced


@test
def standard_input_is_a_file_too():
    with Directory() as d:
        array = np.arange(300000, dtype="f4")
        d.expect(0, "load", "-", "a.shm", input=npy(array))
        assert (np.load(d / "a.shm") == array).all()
        with open(write(d.file("b.npy"), npy(array)), "rb") as f:
            d.expect(0, "load", "-", "b.shm", stdin=f)
        assert (np.load(d / "b.shm") == array).all()
        d.expect(2, "load", "-", input=npy(array))
        d.expect(2, "load", "-", "", input=npy(array), says="shmtop: '': the name is empty")
        d.expect(1, "load", "-", "c.shm", input=npy(array)[:-1])
        d.expect(1, "load", "-", "c.shm", input=b"")
        assert d.names() == ["a.shm", "b.shm"]


@test
def order_and_layout_are_as_asked():
    with Directory() as d:
        array = np.arange(12, dtype=">i4").reshape(3, 4)
        path = write(d.file("a.npy"), npy(array))
        d.expect(0, "load", "--order", "F", path, "f.shm")
        back = np.load(d / "f.shm")
        assert back.flags.f_contiguous and (back == array).all() and back.dtype == array.dtype
        d.expect(0, "load", "--order=C", d / "f.shm", "c.shm")
        assert open(d / "c.shm", "rb").read() == npy(array)
        d.expect(0, "load", "--layout", "raw", path, "raw.shm")
        assert open(d / "raw.shm", "rb").read() == array.tobytes()


def loads(d, array, *args, says=None, code=0):
    """Loads the array as a.shm with these options; what lies there then, and what was said."""
    done = d.expect(code, "load", "--replace", *args, write(d.file("in.npy"), npy(array)), "a.shm", says=says)
    return np.load(d / "a.shm") if code == 0 else None, done.err


@test
def what_is_loaded_as_another_type_is_as_numpy_has_it():
    with Directory() as d:
        array = (np.random.default_rng(1).standard_normal((300, 500)) * 1e3).astype("f8")
        for dtype in ("f2", "<f4", ">f8", "float16", "c8", "i8", "i2", "bool"):
            for order in ("C", "F"):
                found, said = loads(d, np.asarray(array, order=order), "--as", dtype)
                want = array.astype(dtype)
                assert found.dtype == want.dtype and found.tobytes() == want.tobytes(), dtype
                assert found.flags.f_contiguous == (order == "F") and not said, said
                found, _ = loads(d, np.asarray(array, order=order), "--as", dtype, "--order", "C")
                assert found.flags.c_contiguous and found.tobytes() == want.tobytes()
        swapped = array.astype(">f8")
        assert loads(d, swapped)[0].dtype == swapped.dtype  # kept without --as
        assert loads(d, swapped, "--as", "f8")[0].dtype == array.dtype
        d.expect(0, "load", "-", "b.shm", "--as", "f2", input=npy(array))
        assert (np.load(d / "b.shm") == array.astype("f2")).all()


@test
def what_a_conversion_loses_is_told_and_refused_where_strict():
    with Directory() as d:
        array = np.array([1, 1e6, -1e6, np.nan, np.inf])
        found, said = loads(d, array, "--as", "f2")
        assert found.tolist()[:3] == [1, np.inf, -np.inf] and np.isnan(found[3])
        assert said == "shmtop: a.shm: 2 values overflowed to inf\n", said
        found, said = loads(d, array, "--as", "i2")
        assert found.tolist() == [1, 32767, -32768, 0, 32767]
        assert said == "shmtop: a.shm: 3 values were out of range and saturated, 1 nan became 0\n", said
        before = open(d / "a.shm", "rb").read()
        for order in ("keep", "F"):
            _, said = loads(d, array.reshape(1, 5), "--as", "f2", "--strict", "--order", order, code=1)
            assert "in.npy: 2 values overflowed to inf" in said, said
        _, said = loads(d, array, "--strict", "--as", "u1", code=1)
        assert "1 nan became 0" in said and "3 values" in said, said
        assert open(d / "a.shm", "rb").read() == before and d.names() == ["a.shm"]
        assert loads(d, array[:1], "--as", "u1", "--strict")[1] == ""
        assert loads(d, array, "--strict")[1] == ""


@test
def types_that_are_no_numbers_stay_what_they_are():
    with Directory() as d:
        for array, words in [(np.zeros(3, "c16"), "imaginary"), (np.zeros(3, "S4"), "bytes"), (np.zeros(3, "M8[s]"), "")]:
            _, said = loads(d, array, "--as", "f8", code=1)
            assert "in.npy: " in said and words in said, said
        assert loads(d, np.array(["ab", "c"]), "--as", ">U2")[0].tolist() == ["ab", "c"]


@test
def raw_bytes_are_what_one_says():
    with Directory() as d:
        array = np.arange(12, dtype="f4").reshape(3, 4)
        path = write(d.file("raw"), array.tobytes())
        d.expect(0, "load", "--as", "f4", "--shape", "3,4", path, "a.shm")
        assert open(d / "a.shm", "rb").read() == npy(array)
        d.expect(0, "load", "--as", "f4", "--shape", "3,4", "--order", "F", path, "f.shm")
        assert np.load(d / "f.shm").flags.f_contiguous and (np.load(d / "f.shm") == array).all()
        d.expect(0, "load", "--as", ">i2", "--shape=24", "-", "b.shm", input=array.tobytes())
        assert np.load(d / "b.shm").tobytes() == array.tobytes()
        done = d.expect(1, "load", "--as", "f4", "--shape", "3,3", path, "c.shm", says="raw")
        assert "48 bytes" in done.err, done.err
        assert "c.shm" not in d.names()


@test
def options_that_make_no_sense_are_errors_of_usage():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        for options, words in [
            (["--as", "f3"], "option --as: 'f3' is no element type; expected one like f2"),
            (["--as", "object"], "option --as: "),
            (["--as", "\x1b[31m"], r"\x1b[31m"),
            (["--order", "F", "--as"], "option --as: "),
            (["--shape", "3"], "--shape needs --as"),
            (["--as", "f8", "--shape", "3,x"], "option --shape: a shape is lengths separated by commas"),
            (["--as", "f8", "--shape", ""], "option --shape: "),
            (["--as", "f8", "--shape", "3", "--member", "a"], "no --member"),
            (["--as", "f8", "--shape", "3", "--delimiter", ","], "--delimiter"),
            (["--delimiter", ""], "one character, or tab, or space"),
            (["--delimiter", "ab"], "one character, or tab, or space"),
            (["--delimiter", "\udcff"], "one character, or tab, or space"),
            (["--header-lines", "-1"], "a number of lines"),
            (["--header-lines", "x"], "a number of lines"),
            (["--header-lines", "9" * 30], "a number of lines"),
            (["--strict=yes"], "--strict"),
            (["--allow", "held"], "option --allow goes with --replace"),
            (["--allow", "protected"], "option --allow goes with --replace"),
            (["--member", "a"], "a.npy: not an .npz file: it has no members"),
            (["--delimiter", "tab"], "a.npy: not a text file: it has no delimiter"),
            (["--header-lines", "0"], "a.npy: not a text file: it has no header lines"),
        ]:
            done = d.expect(2, "load", *options, path)
            assert words in done.err, (options, done.err)
        assert d.names() == []


@test
def what_wraps_a_file_that_could_be_loaded_is_named():
    with Directory() as d:
        for name, content, says in [
            ("a.npy.gz", gzip.compress(npy(np.zeros(3))), "compressed with gzip: zcat FILE | shmtop load - NAME"),
            ("a.csv.xz", lzma.compress(b"1,2\n"), "compressed with xz: xzcat FILE | shmtop load - NAME"),
            ("a.zst", b"\x28\xb5\x2f\xfd" + bytes(20), "compressed with zstd: zstdcat FILE"),
            ("0.pkl", pickle.dumps(np.zeros(3), 0), "a pickle of protocol 0 or 1: 2 to 5 are read"),
            ("1.pkl", pickle.dumps(np.zeros(3), 1), "a pickle of protocol 0 or 1: 2 to 5 are read"),
            ("list.pkl", pickle.dumps([np.zeros(3)], 2), "np.save writes one"),
            ("dict.pkl", pickle.dumps({"a": np.zeros(3)}, 2), "np.save writes one"),
        ]:
            d.expect(1, "load", write(d.file(name), content), says=says)
        assert d.names() == []


@test
def strict_needs_no_conversion():
    with Directory() as d:
        write(d.file("large.csv"), b"1,1e999\n")
        d.expect(1, "load", "--strict", d.file("large.csv"), says="overflow")
        assert d.names() == []
        path = write(d.file("a.npy"), npy(np.array([1.0, np.inf, np.nan])))
        d.expect(0, "load", "--strict", path)


@test
def a_dimension_of_raw_bytes_is_found_from_the_length_of_a_file():
    with Directory() as d:
        path = write(d.file("x.bin"), np.arange(12, dtype="f4").tobytes())
        d.expect(0, "load", path, "--as", "f4", "--shape", "-1,4")
        assert np.load(d / "x.shm").tolist() == np.arange(12).reshape(3, 4).tolist()
        d.expect(1, "load", path, "y", "--as", "f4", "--shape", "-1,5", says="no dimension in place of -1 fits")
        d.expect(2, "load", "-", "y", "--as", "f4", "--shape", "-1,4", says="a pipe has not", input=b"x" * 48)
        assert d.names() == ["x.shm"]


@test
def of_an_archive_one_member_is_loaded():
    with Directory() as d:
        a, b = np.arange(1000.0), np.arange(12, dtype="i4").reshape(3, 4)
        np.savez(d.file("one.npz"), a=a)
        np.savez_compressed(d.file("two.npz"), a=a, b=b)
        d.expect(0, "load", d.file("one.npz"), "a.shm")
        assert open(d / "a.shm", "rb").read() == npy(a)
        for member in ("b", "b.npy"):
            d.expect(0, "load", "--replace", "--member", member, d.file("two.npz"), "b.shm")
            assert open(d / "b.shm", "rb").read() == npy(b)
        d.expect(0, "load", "--member", "b", "--as", "f2", "--order", "F", d.file("two.npz"), "f.shm")
        found = np.load(d / "f.shm")
        assert (found == b).all() and found.dtype == "f2" and found.flags.f_contiguous
        with open(d.file("two.npz"), "rb") as f:
            d.expect(0, "load", "--member", "a", "-", "p.shm", input=f.read())
        assert open(d / "p.shm", "rb").read() == npy(a)
        d.expect(3, "load", "--member", "c", d.file("two.npz"), "c.shm", says="c")
        done = d.expect(2, "load", d.file("two.npz"), "c.shm", says="two.npz")
        assert "--member" in done.err or "member" in done.err, done.err
        assert "c.shm" not in d.names()


@test
def text_is_loaded_from_a_file_or_a_pipe_alike():
    with Directory() as d:
        array = np.random.default_rng(2).standard_normal((2000, 7)) * 1e4
        text = ("a;b;c;d;e;f;g\n" + "\n".join(";".join(repr(float(v)) for v in row) for row in array) + "\n").encode()
        path = write(d.file("in.csv"), text)
        for options, want in [
            ([], array),
            (["--as", "f2"], array.astype("f2")),
            (["--order", "F"], np.asfortranarray(array)),
            (["--order", "F", "--as", ">f4"], np.asfortranarray(array.astype(">f4"))),
            (["--delimiter", ";", "--header-lines", "1"], array),
        ]:
            for source in ("file", "pipe"):
                if source == "file":
                    d.expect(0, "load", "--replace", *options, path, "a.shm")
                else:
                    d.expect(0, "load", "--replace", *options, "-", "a.shm", input=text)
                assert open(d / "a.shm", "rb").read() == npy(want), (options, source)
        d.expect(0, "load", "--layout", "raw", "-", "raw.shm", input=text)
        assert open(d / "raw.shm", "rb").read() == array.tobytes()
        bad = text + b"1;2;3;4;5;6;x\n"
        d.expect(1, "load", write(d.file("bad.csv"), bad), "b.shm", says="bad.csv: line 2002")
        d.expect(1, "load", "-", "b.shm", input=bad, says="line 2002")
        done = d.expect(0, "load", "-", "n.shm", input=b"1,2\n,4\n")
        assert np.isnan(np.load(d / "n.shm")[1, 0]) and "n.shm: " in done.err, done.err
        done = d.expect(1, "load", "--as", "i2", "--strict", "-", "s.shm", input=b"1,70000\n")
        assert "1 value was out of range" in done.err, done.err
        assert sorted(d.names()) == ["a.shm", "n.shm", "raw.shm"]


@test
def mode_is_0666_less_the_umask_or_as_asked():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        mode = lambda name: stat.S_IMODE(os.stat(d / name).st_mode)
        d.expect(0, "load", path, "plain", umask=0o027)
        assert mode("plain") == 0o640
        d.expect(0, "load", "--mode", "0604", path, "asked", umask=0o077)
        assert mode("asked") == 0o604
        os.chmod(d / "asked", 0o600)
        d.expect(0, "load", "--replace", path, "asked")
        assert mode("asked") == 0o600  # that of the old one
        d.expect(0, "load", "--group", str(os.getegid()), path, "group")
        assert os.stat(d / "group").st_gid == os.getegid()


@test
def owner_and_group_are_set_as_root():
    need_root()
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        d.expect(0, "load", "--owner", "4711", "--group", "4712", path, "a")
        found = os.stat(d / "a")
        assert (found.st_uid, found.st_gid) == (4711, 4712)
        d.expect(0, "load", "--replace", path, "a")
        found = os.stat(d / "a")
        assert (found.st_uid, found.st_gid) == (4711, 4712)
        d.expect(5, "load", "--owner", "0", path, "b", uid=12345, says="only root may")
        os.chown(d / "a", 12345, 4712)
        d.expect(5, "load", "--replace", path, "a", uid=12345, says="of which you are no member (--group G gives")
        d.expect(0, "load", "--replace", "--group", "12345", path, "a", uid=12345)
        assert d.names() == ["a"]


@test
def a_name_that_exists_is_refused_and_left_alone():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        write(d / "a.shm", b"old")
        done = d.expect(4, "load", path, says="a.shm")
        assert "--replace" in done.err and "or give a NAME" in done.err, done.err
        assert "give a NAME" not in d.expect(4, "load", path, "a.shm").err
        assert open(d / "a.shm", "rb").read() == b"old" and d.names() == ["a.shm"]
        os.mkdir(d / "dir")
        os.symlink("/etc/passwd", d / "link")
        for name in ("dir", "link"):
            assert d.run("load", "--replace", path, name).code in (1, 4)
        assert d.names() == ["a.shm", "dir", "link"] and os.path.islink(d / "link")


@test
def names_that_are_none_are_refused():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        for name in ("", ".", "..", "/", "/a", "a/", "a/b/c", "../x", "x" * 256):
            d.expect(2, "load", path, name)
        d.expect(3, "load", path, "nodir/a.shm")
        assert d.names() == []
        os.mkdir(d / "dir")
        d.expect(0, "load", path, "dir/a.shm")
        assert os.listdir(d / "dir") == ["a.shm"]
        d.expect(2, "load", write(d.file(".npy"), npy(np.zeros(3))))


@test
def hostile_names_are_taken_literally():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        for raw in HOSTILE:
            d.expect(0, "load", "--", path, raw)
            d.expect(4, "load", "--", path, raw)
        assert sorted(os.listdir(os.fsencode(d.path))) == sorted(HOSTILE)
        d.expect(0, "load", path, r"\x41")
        assert r"\x41" in d.names()


@test
def files_that_hold_no_matrix_are_refused_and_leave_nothing():
    good = npy(np.arange(1000.0))
    header = lambda text: b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text
    bad = {
        "empty": b"",
        "text": b"hello\n",
        "magic": good[:6],
        "version": b"\x93NUMPY\x09\0" + good[8:],
        "cut-header": good[:50],
        "cut-data": good[:-1],
        "object": header(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n") + bytes(8),
        "negative": header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n") + bytes(8),
        "overflow": header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }\n") + bytes(8),
        "absurd": header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846975,), }\n") + bytes(8),
        "code": header(b"__import__('os').abort()\n") + bytes(8),
        "twice": header(b"{'descr': '<f8', 'descr': '<f8', 'shape': (1,), }\n") + bytes(8),
        "long-header": header(b"{" + b" " * 60000 + b"}\n") + bytes(8),
    }
    with Directory() as d:
        for name, data in bad.items():
            d.expect(1, "load", write(d.file(name), data), "a.shm", says=name)
            d.expect(1, "load", "-", "a.shm", input=data)
        assert d.names() == []


@test
def files_that_are_none_are_refused_without_waiting():
    with Directory() as d:
        os.mkfifo(d.file("fifo"))
        os.mkdir(d.file("dir"))
        d.expect(1, "load", d.file("fifo"), "a.shm", says="fifo")
        d.expect(1, "load", d.file("dir"), "a.shm", says="dir")
        d.expect(1, "load", "/dev/zero", "a.shm")
        d.expect(3, "load", d.file("nothing\x1b[31m.npy"), "a.shm", says=r"nothing\x1b[31m.npy")
        d.expect(3, "load", d.file("nothing/at.npy"), "a.shm")
        assert d.names() == []


@test
def files_that_may_not_be_read_are_a_matter_of_permission():
    need_root()
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        os.chmod(path, 0)
        d.expect(5, "load", path, uid=12345, says="no permission")
        os.chmod(path, 0o644)
        d.expect(0, "load", path, "mine.shm", uid=12345)
        os.chmod(d.path, 0o755)
        d.expect(5, "load", path, "b.shm", uid=12345)
        os.chmod(d.path, 0o1777)
        d.expect(0, "load", path, "roots.shm")
        d.expect(5, "load", "--replace", path, "roots.shm", uid=12345)
        assert d.names() == ["mine.shm", "roots.shm"]


@test
def read_only_loads_nothing():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        d.expect(4, "load", path, options=["-r"])
        d.expect(4, "load", "--replace", path, options=["--read-only"])
        assert d.names() == []


@test
def no_room_is_a_refusal_that_names_what_is_short():
    with Directory() as d:
        with open(d.file("huge.npy"), "wb") as f:
            np.lib.format.write_array_header_1_0(f, {"descr": "<f8", "fortran_order": False, "shape": (1 << 37,)})
            f.truncate(f.tell() + (8 << 37))
        done = d.expect(4, "load", d.file("huge.npy"))
        assert "huge.shm" in done.err and "not enough room: 1.1T needed" in done.err, done.err
        assert "--as a smaller type" in done.err and "list --sort allocated:desc" in done.err, done.err
        assert d.names() == []


HOLD = "import mmap, sys; f = open(sys.argv[1], 'rb'); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); print('up', flush=True); sys.stdin.read(); print(len(bytes(m)))"


@test
def a_replacement_leaves_the_readers_their_matrix():
    with Directory() as d:
        old, new = np.zeros(100000), np.ones(7)
        write(d / "a.shm", npy(old))
        path = write(d.file("new.npy"), npy(new))
        reader = subprocess.Popen([sys.executable, "-c", HOLD, d / "a.shm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert reader.stdout.readline() == b"up\n"
        done = d.expect(4, "load", "--replace", path, "a.shm")
        assert "--allow held" in done.err and "held by python3" in done.err, done.err
        assert (np.load(d / "a.shm") == old).all()
        done = d.expect(0, "load", "--replace", "--allow", "held", path, "a.shm")
        assert f"the old one is in use: 784K is freed when python3 ({reader.pid}, " in done.err, done.err
        assert done.err.splitlines()[0].endswith(") ends"), done.err
        assert (np.load(d / "a.shm") == new).all()
        out, _ = reader.communicate()
        assert reader.returncode == 0 and int(out) == len(npy(old))
        assert d.names() == ["a.shm"]


@test
def a_segment_may_be_loaded_from_itself():
    with Directory() as d:
        array = np.arange(12.0).reshape(3, 4)
        write(d / "a.shm", npy(array))
        done = d.expect(0, "load", "--replace", "--order", "F", d / "a.shm", "a.shm")
        back = np.load(d / "a.shm")
        assert (back == array).all() and back.flags.f_contiguous and not done.err, done.err
        with open(d / "a.shm", "rb") as f:
            d.expect(4, "load", "--replace", "-", "a.shm", stdin=f, says="give its path")
        assert d.names() == ["a.shm"]


@test
def a_protected_name_is_not_replaced():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        write(d / "PostgreSQL.1234", b"database")
        d.expect(4, "load", "--replace", path, "PostgreSQL.1234")
        assert open(d / "PostgreSQL.1234", "rb").read() == b"database"
        d.expect(0, "load", "--replace", "--allow", "protected", path, "PostgreSQL.1234")


def start_load_that_waits(d, name, **more):
    """A load of standard input whose data never end; it has reserved its memory when this returns."""
    process = subprocess.Popen(d.command("load", "-", name), stdin=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    process.stdin.write(npy(np.zeros(1 << 20))[: 1 << 20])
    process.stdin.flush()
    return process


@test
def signals_cancel_it_leave_nothing_and_are_raised_again():
    with Directory() as d:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGQUIT):
            process = start_load_that_waits(d, "a.shm")
            process.send_signal(number)
            assert process.wait(30) == -number, (number, process.returncode)
            assert process.stderr.read() == b""
            process.stdin.close()
            assert d.names() == []


@test
def a_signal_that_is_ignored_stays_so():
    with Directory() as d:
        process = start_load_that_waits(d, "a.shm", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        process.stdin.write(npy(np.zeros(1 << 20))[1 << 20 :])
        process.stdin.close()
        assert process.wait(30) == 0
        assert (np.load(d / "a.shm") == 0).all()


def read_terminal(fd, until, seconds=30):
    text, deadline = b"", time.monotonic() + seconds
    while until not in text and time.monotonic() < deadline:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                text += os.read(fd, 65536)
            except OSError:
                break
    return text


@test
def a_terminal_sees_progress_and_then_one_line():
    with Directory() as d:
        master, slave = pty.openpty()
        data = npy(np.zeros((1 << 12, 1 << 8)))
        process = subprocess.Popen(
            d.command("load", "-", "a.shm"), stdin=subprocess.PIPE, stderr=slave, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        os.close(slave)
        process.stdin.write(data[: 1 << 20])
        process.stdin.flush()
        seen = read_terminal(master, b"%")
        assert b"%" in seen and b"8.0M" in seen, seen
        process.stdin.write(data[1 << 20 :])
        process.stdin.close()
        seen += read_terminal(master, b" s\r\n")
        assert process.wait(30) == 0
        last = seen.decode().replace("\r\n", "").split("\r")[-1]
        assert last.startswith("a.shm: float64 4096 × 256, 8.0M in "), seen
        os.close(master)


main()
