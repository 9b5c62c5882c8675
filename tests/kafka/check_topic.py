#!/usr/bin/env python3
"""Compares a topic of blocks with the log it was shipped from.

  check_topic.py HOST:PORT TOPIC LOG-DIRECTORY [--events TOPIC]

It knows audit-log/FORMAT.md and Kafka's protocol and shares no code with what wrote either. Of the topic it wants: every
block of the log once, in the order of their numbers, in one partition, byte for byte as in the segment files, with the
headers that the README names; each block's own hash, its link to the one before, and the Merkle root over its records.
Of the topic of events: one event for each record that is no burst, as CloudEvents has it, each id once; and sums of
packets and bytes that are those of the bursts. Prints one JSON object; ends with 0 if all holds, else with 1 and what does
not on standard error.
"""

import hashlib
import json
import os
import re
import struct
import sys

from fetch import Broker

HEADER = 256
MOST = 1 << 20
FLAG_SPAN, FLAG_TEXT, FLAG_BURST, FLAG_ALIKE = 4, 1, 2, 8

wrong = []


def expect(holds, sentence):
    if not holds and len(wrong) < 20:
        wrong.append(sentence)
    return holds


def sha256(data):
    return hashlib.sha256(data).digest()


def whole_block(data, at):
    """The bytes of the sound block at an offset, or None."""
    head = data[at:at + HEADER]
    if len(head) < HEADER or head[:8] != b"COFBLOCK" or struct.unpack_from("<H", head, 8)[0] != 2:
        return None
    length, = struct.unpack_from("<I", head, 12)
    block = data[at:at + HEADER + length]
    if length > MOST or length % 8 or len(block) < HEADER + length or sha256(head[:224]) != head[224:]:
        return None
    return block if merkle_root(records(block)) == head[96:128] else None


def local_blocks(directory):
    """The sound blocks of all segments, in their order; half a block at a killed run's end is left out."""
    names = sorted(n for n in os.listdir(directory) if re.fullmatch(r"audit-\d{8,10}\.cfl", n))
    for name in names:
        with open(os.path.join(directory, name), "rb") as file:
            data = file.read()
        expect(data[:8] == b"COFSEGMT" and sha256(data[:224]) == data[224:256], name + ": its header")
        at = HEADER
        while True:
            block = whole_block(data, at)
            if block is None:
                break
            yield block
            at += len(block)


def records(block):
    """The records in a block with their padding; whatever is behind a length that cannot be is one more."""
    found = []
    at = HEADER
    while at < len(block):
        length = struct.unpack_from("<I", block, at)[0] if at + 4 <= len(block) else 0
        padded = length + 7 & ~7
        if length < 32 or length > 4096 or at + padded > len(block):
            padded = len(block) - at
        found.append(block[at:at + padded])
        at += padded
    return found


def merkle_root(leaves):
    if not leaves:
        return sha256(b"")
    level = [sha256(b"\0" + leaf) for leaf in leaves]
    while len(level) > 1:
        above = [sha256(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def burst(record):
    """(packets, bytes) of a record that is a burst, or None."""
    flags, count = record[7], record[10]
    if not flags & FLAG_BURST:
        return None
    at = 32 + (8 if flags & FLAG_SPAN else 0) + 8 * count
    packets, size = struct.unpack_from("<IQ", record, at + 4)
    return packets, size


def check_blocks(broker, topic, local):
    identity = local[0][128:144] if local else None
    expected = iter(local)
    previous = b"\0" * 32
    number = size = 0
    homes = set()
    for partition in broker.partitions(topic):
        end = broker.end(topic, partition)
        for offset, key, value, headers in broker.records(topic, partition, end):
            place = "%s/%d offset %d" % (topic, partition, offset)
            if value[128:144] != identity:
                continue  # another log's
            homes.add(partition)
            mine = next(expected, None)
            if mine is None:
                expect(False, place + ": a block more than the log has, number %d" % struct.unpack_from("<Q", value, 16))
                break
            got, run = struct.unpack_from("<QQ", value, 16)
            if not expect(got == number, "%s: block %d where %d should be" % (place, got, number)):
                break
            expect(value == mine, place + ": its bytes are not those of the log")
            expect(whole_block(value, 0) == value, place + ": no sound block")
            expect(value[64:96] == previous, place + ": it does not follow the block before")
            expect(headers.get("log-id") == identity.hex().encode(), place + ": header log-id")
            expect(headers.get("block") == str(got).encode(), place + ": header block")
            expect(headers.get("run") == str(run).encode(), place + ": header run")
            expect(bool(key), place + ": key")
            previous = value[224:256]
            number += 1
            size += len(value)
    expect(number == len(local), "%d blocks are in the topic, %d in the log" % (number, len(local)))
    expect(len(homes) <= 1, "the blocks lie in partitions %s" % sorted(homes))
    return {"blocks": number, "bytes": size, "partitions": sorted(homes)}


def check_events(broker, topic, local):
    identity = local[0][128:144].hex()
    wanted = {}
    packets = size = bursts = 0
    for block in local:
        run, = struct.unpack_from("<Q", block, 24)
        for record in records(block):
            source, = struct.unpack_from("<H", record, 8)
            sequence, = struct.unpack_from("<Q", record, 16)
            counts = burst(record)
            if counts:
                bursts += 1
                packets += counts[0]
                size += counts[1]
            else:
                wanted["%s/%d/%d/%d" % (identity, run, source, sequence)] = struct.unpack_from("<Q", block, 16)[0]
    seen = set()
    sums = [0, 0, 0]
    total = 0
    for partition in broker.partitions(topic):
        for offset, key, value, headers in broker.records(topic, partition, broker.end(topic, partition)):
            place = "%s/%d offset %d" % (topic, partition, offset)
            name = headers.get("ce_id", b"").decode()
            if not name.startswith(identity + "/"):
                continue
            total += 1
            expect(headers.get("ce_specversion") == b"1.0", place + ": ce_specversion")
            for needed in ("ce_source", "ce_type", "ce_time"):
                expect(headers.get(needed), place + ": " + needed)
            expect(headers.get("content-type") == b"application/json", place + ": content-type")
            expect(name not in seen, place + ": its id comes twice, " + name)
            seen.add(name)
            event = json.loads(value)
            expect(event.get("metadata", {}).get("uid", name) == name, place + ": metadata.uid is not its id")
            if "/traffic/" in name:
                sums[0] += event["count"]
                sums[1] += event["traffic"]["packets"]
                sums[2] += event["traffic"]["bytes"]
            else:
                block = wanted.pop(name, None)
                expect(block is not None, place + ": there is no such record, " + name)
                expect(headers.get("ce_block") == str(block).encode(), place + ": ce_block")
    expect(not wanted, "%d records have no event, such as %s" % (len(wanted), next(iter(wanted), "")))
    expect(sums == [bursts, packets, size], "the sums of bursts are %s, not %s" % (sums, [bursts, packets, size]))
    return {"events": total, "bursts": bursts, "packets": packets}


def main(words):
    events = None
    if "--events" in words:
        at = words.index("--events")
        events = words[at + 1]
        del words[at:at + 2]
    if len(words) != 3:
        sys.exit(__doc__)
    host, port = words[0].rsplit(":", 1)
    broker = Broker(host, int(port))
    local = list(local_blocks(words[2]))
    expect(local, "there are no blocks in " + words[2])
    found = check_blocks(broker, words[1], local)
    if events and local:
        found.update(check_events(broker, events, local))
    print(json.dumps(found))
    for sentence in wrong:
        print("check_topic: " + sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
