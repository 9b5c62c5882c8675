#!/usr/bin/env python3
"""Takes one file out of an initramfs (cpio, newc), or tells the build ID of a kernel module. For linux.sh in the lab.

  cpio.py ARCHIVE NAME          writes NAME below the current folder
  cpio.py --build-id MODULE     prints it in hexadecimal
"""
import os
import struct
import sys


def files(data):
    """Names and contents: a header of 110 ASCII characters, name and content each padded to four bytes."""
    at = 0
    while data[at : at + 6] == b"070701":
        field = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        size, name_size = field[6], field[11]
        name = data[at + 110 : at + 109 + name_size].decode()
        start = (at + 110 + name_size + 3) & ~3
        yield name, data[start : start + size]
        at = (start + size + 3) & ~3


def build_id(data):
    """Of an ELF file of 64 bits: the section .note.gnu.build-id, behind its name "GNU"."""
    table, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    section = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
    strings = section[names][4]
    for name, _, _, _, offset, _ in section:
        if data[strings + name :].startswith(b".note.gnu.build-id\0"):
            name_size, value_size, _ = struct.unpack_from("<III", data, offset)
            start = offset + 12 + (name_size + 3 & ~3)
            return data[start : start + value_size].hex()
    sys.exit("cpio.py: no build ID")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--build-id":
        with open(sys.argv[2], "rb") as module:
            print(build_id(module.read()))
        return
    with open(sys.argv[1], "rb") as archive:
        for name, content in files(archive.read()):
            if name == sys.argv[2]:
                os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
                with open(name, "wb") as out:
                    out.write(content)
                return
    sys.exit(f"cpio.py: there is no {sys.argv[2]} in {sys.argv[1]}")


main()
