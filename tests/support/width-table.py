#!/usr/bin/python3
"""Prints the ranges of tui/term/width.c from the Unicode Character Database (Debian: unicode-data).

usage: width-table.py /usr/share/unicode

WIDE: EastAsianWidth W and F. ZERO: general category Mn and Me, the Hangul vowels and finals that join the
syllable before them, the joiners and the variation selectors. UNPRINTABLE: Cc, Cf (but the joiners), Cs, Zl, Zp
and the noncharacters.
"""
import re
import sys

LAST = 0x10FFFF


def read(path):
    for line in open(path, encoding="utf-8"):
        match = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
        if match:
            first = int(match[1], 16)
            yield first, int(match[2] or match[1], 16), match[3]


def ranges(codes):
    result = []
    for code in sorted(codes):
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return result


def show(name, codes):
    text = ", ".join("{0x%x, 0x%x}" % tuple(r) for r in ranges(codes))
    print("static const struct range %s[] = {%s};\n" % (name, text))


def main(root):
    category = {}
    for first, last, value in read(root + "/extracted/DerivedGeneralCategory.txt"):
        for code in range(first, last + 1):
            category[code] = value
    joiners = {0x200C, 0x200D}
    zero = {c for c, v in category.items() if v in ("Mn", "Me")}
    zero |= set(range(0x1160, 0x1200)) | set(range(0xD7B0, 0xD7FC)) | joiners
    unprintable = {c for c, v in category.items() if v in ("Cc", "Cf", "Cs", "Zl", "Zp")} - joiners
    unprintable |= {c for c in range(LAST + 1) if c & 0xFFFE == 0xFFFE} | set(range(0xFDD0, 0xFDF0))
    wide = set()
    for first, last, value in read(root + "/EastAsianWidth.txt"):
        if value in ("W", "F"):
            wide |= set(range(first, last + 1))
    wide -= zero | unprintable
    show("wide", wide)
    show("zero", zero)
    show("unprintable", unprintable)


main(sys.argv[1])
