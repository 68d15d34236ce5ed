"""Pictures of screens: well-formed SVG whose shapes and texts stand where the terminal has them."""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import main, test

TOOL = os.path.join(os.environ["BUILDDIR"], "tests", "support", "picture")
SVG = "{http://www.w3.org/2000/svg}"
MARGIN, WIDTH, HEIGHT = 12, 9, 18


def bytes_of(output, rows=4, columns=20, title="a screen"):
    done = subprocess.run([TOOL, str(rows), str(columns), title], input=output.encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def picture_of(output, **more):
    return tree.fromstring(bytes_of(output, **more))


def texts(picture):
    """(row, first column, columns, text) of each."""
    return [((float(t.get("y")) - MARGIN) // HEIGHT, (float(t.get("x")) - MARGIN) / WIDTH, float(t.get("textLength")) / WIDTH, t.text)
            for t in picture.iter(SVG + "text")]


def shapes(picture):
    """Colour: the rectangles as (row, column, rows, columns)."""
    found = {}
    for path in picture.iter(SVG + "path"):
        for x, y, right, bottom in re.findall(r"M(\S+) (\S+?)H(\S+?)V(\S+?)H\S+?z", path.get("d")):
            x, y, right, bottom = (float(n) - MARGIN for n in (x, y, right, bottom))
            found.setdefault(path.get("fill"), []).append((y / HEIGHT, x / WIDTH, (bottom - y) / HEIGHT, (right - x) / WIDTH))
    return found


@test
def text_stands_where_the_terminal_has_it():
    picture = picture_of("one\r\n  two  three\r\n\x1b[4;18Hend")
    assert texts(picture) == [(0, 0, 3, "one"), (1, 2, 3, "two"), (1, 7, 5, "three"), (3, 17, 3, "end")], texts(picture)
    assert picture.get("width") == str(20 * WIDTH + 2 * MARGIN) and picture.get("height") == str(4 * HEIGHT + 2 * MARGIN)
    assert picture.find(SVG + "title").text == "a screen"


@test
def what_is_special_in_xml_is_text():
    picture = picture_of("<a href=\"x\">&amp;", title="1 < 2 & \"3\" > 0")
    assert [t[3] for t in texts(picture)] == ["<a href=\"x\">&amp;"]
    assert picture.find(SVG + "title").text == "1 < 2 & \"3\" > 0"


@test
def every_character_that_a_terminal_shows_is_well_formed():
    characters = [chr(c) for c in range(0x20, 0x30000) if not 0x7f <= c < 0xa0 and not 0xd800 <= c < 0xe000]
    for part in (characters[0::2], characters[1::2]):
        picture = picture_of("".join(part), rows=500, columns=500)
        assert {t[3] for t in texts(picture)} >= {c for c in part if c in "ЖΩ日本😀🂡"}


@test
def colours_and_attributes():
    picture = picture_of("\x1b[1;38;5;167mred\x1b[0m \x1b[4mline\x1b[0m \x1b[7mback\x1b[0m \x1b[48;5;236m  \x1b[0m")
    red, line, back = picture.iter(SVG + "text")
    assert red.get("fill") == "#d75f5f" and red.get("font-weight") == "bold"
    assert line.get("fill") is None and line.get("text-decoration") == "underline"
    assert back.get("fill") == "#101014"
    assert shapes(picture) == {"#d0d0d0": [(0, 9, 1, 4)], "#303030": [(0, 14, 1, 2)]}, shapes(picture)


@test
def neighbours_of_one_colour_are_one_shape():
    row = "\x1b[38;5;25;48;5;255m" + "▀" * 20 + "\x1b[0m"
    assert shapes(picture_of("\r\n".join([row] * 2))) == {
        "#005faf": [(0, 0, 0.5, 20), (1, 0, 0.5, 20)], "#eeeeee": [(0.5, 0, 0.5, 20), (1.5, 0, 0.5, 20)]}
    column = "\x1b[38;5;25;48;5;25m▀\x1b[0m"
    assert shapes(picture_of("\r\n".join([column] * 3))) == {"#005faf": [(0, 0, 3, 1)]}


@test
def bars_and_boxes_are_shapes():
    found = shapes(picture_of("\x1b[38;5;71m█▌\x1b[0m"))["#5faf5f"]
    assert found == [(0, 0, 1, 1.5)], found
    box = picture_of("┌──┐\r\n│ab│\r\n└──┘")
    assert [t[3] for t in texts(box)] == ["ab"]
    assert all(row >= 0.4 and row + rows <= 2.6 for row, _, rows, _ in shapes(box)["#d0d0d0"])


@test
def symbols_and_wide_characters_move_nothing():
    found = texts(picture_of("a ● b 日c"))
    assert found == [(0, 0, 1, "a"), (0, 2, 1, "●"), (0, 4, 1, "b"), (0, 6, 2, "日"), (0, 8, 1, "c")], found


@test
def the_same_screen_is_the_same_bytes():
    assert bytes_of("one \x1b[1mtwo") == bytes_of("\x1b[1;5H\x1b[1mtwo\x1b[0m\x1b[1;1Hone")


main()
