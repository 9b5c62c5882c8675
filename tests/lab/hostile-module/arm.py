#!/usr/bin/env python3
"""Makes a hostile image of a Linux domain's: the same kernel and modules, and hostile.ko loaded before the card's driver.

  arm.py IMAGE MODULE OUT ATTACK [NUMBER]     OUT is a folder that is made
"""
import hashlib
import os
import sys

PLACE = b"COFFERDAM-ATTACK none 0x0000000000000000"


def entry(name, content, mode=0o100644):
    """One file in the format newc: numbers in hexadecimal, name and content padded to four bytes."""
    field = [1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in field) + name.encode() + b"\0"
    return head + b"\0" * (-len(head) % 4) + content + b"\0" * (-len(content) % 4)


def content_of(archive, wanted):
    at = 0
    while archive[at : at + 6] == b"070701":
        size, length = (int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in (6, 11))
        start = (at + 110 + length + 3) & ~3
        if archive[at + 110 : at + 109 + length].decode() == wanted:
            return archive[start : start + size]
        at = (start + size + 3) & ~3
    sys.exit(f"arm.py: the archive has no {wanted}")


def main():
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    image, module, out, attack = sys.argv[1:5]
    number = int(sys.argv[5], 16) if len(sys.argv) == 6 else 0
    with open(module, "rb") as file:
        hostile = file.read()
    armed = b"COFFERDAM-ATTACK %s 0x%x" % (attack.encode(), number)
    if hostile.count(PLACE) != 1 or len(armed) >= 64:
        sys.exit("arm.py: the module has no place for the attack's name")
    at = hostile.index(PLACE)
    hostile = hostile[:at] + armed.ljust(64, b"\0") + hostile[at + 64 :]
    os.makedirs(out)
    for name in ("vmlinux", "vmlinuz"):
        os.link(os.path.join(image, name), os.path.join(out, name))
    with open(os.path.join(image, "initramfs.cpio"), "rb") as file:
        archive = file.read()
    # A second archive behind the first one: its files take the place of those with the same name.
    order = content_of(archive, "modules/order").rstrip() + b"\nbase hostile.ko\n"
    archive += b"\0" * (-len(archive) % 4)
    archive += entry("modules/order", order) + entry("modules/hostile.ko", hostile) + entry("TRAILER!!!", b"", 0)
    with open(os.path.join(out, "initramfs.cpio"), "wb") as file:
        file.write(archive)
    with open(os.path.join(image, "image.list")) as file:
        lines = file.read().splitlines()
    digest = hashlib.sha256(archive).hexdigest()
    with open(os.path.join(out, "image.list"), "w") as file:
        for line in lines:
            file.write((f"file {digest} initramfs.cpio" if line.endswith(" initramfs.cpio") else line) + "\n")


main()
