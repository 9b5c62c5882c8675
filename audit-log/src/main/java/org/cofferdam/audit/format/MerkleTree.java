package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tree over the records of a block, RFC 6962, 2.1: a leaf is SHA-256 of 0x00 and the record with its padding, a node
 * SHA-256 of 0x01 and its two children, an odd one at the end goes up as it is, and no record at all gives the SHA-256
 * of nothing. One thread; it keeps its memory from block to block.
 */
public final class MerkleTree {
    /** A payload of {@link BlockLayout#READABLE_PAYLOAD} holds no more records of 32 bytes. */
    public static final int MAX_LEAVES = BlockLayout.READABLE_PAYLOAD / RecordLayout.HEADER_BYTES;

    private static final int HASH = BlockLayout.HASH_BYTES;
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256 = BlockHash.sha256();

    /** What is hashed next, with its first byte: one call for both is cheaper than two. */
    private final byte[] input = new byte[1 + RecordLayout.MAX_BYTES];

    private byte[] hashes = new byte[64 * HASH];
    private int leaves;

    /** Forgets all leaves. */
    public void clear() {
        leaves = 0;
    }

    /** Leaves that were added. */
    public int leaves() {
        return leaves;
    }

    /** Adds a record: {@code length} bytes, padding included, at most {@link RecordLayout#MAX_BYTES}. */
    public void add(byte[] bytes, int offset, int length) {
        if (leaves == MAX_LEAVES) {
            throw new IllegalStateException("more records than a block can hold");
        }
        if ((leaves + 1) * HASH > hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * hashes.length);
        }
        digest(LEAF, bytes, offset, length, leaves);
        leaves++;
    }

    /** The root; the leaves are used up by it. */
    public BlockHash root() {
        if (leaves == 0) {
            return BlockHash.at(MemorySegment.ofArray(sha256.digest()), 0);
        }
        for (int n = leaves; n > 1; n = (n + 1) / 2) {
            level(n);
        }
        leaves = 0;
        return BlockHash.at(MemorySegment.ofArray(hashes), 0);
    }

    private void level(int n) {
        for (int i = 0; i + 1 < n; i += 2) {
            digest(NODE, hashes, i * HASH, 2 * HASH, i / 2);
        }
        if (n % 2 == 1) {
            System.arraycopy(hashes, (n - 1) * HASH, hashes, n / 2 * HASH, HASH);
        }
    }

    private void digest(byte first, byte[] bytes, int offset, int length, int hash) {
        input[0] = first;
        System.arraycopy(bytes, offset, input, 1, length);
        sha256.update(input, 0, 1 + length);
        try {
            sha256.digest(hashes, hash * HASH, HASH);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-256 has 32 bytes", e);
        }
    }

    /**
     * What leads from leaf {@code index} to the root, nearest first: the audit path of RFC 6962, 2.1.1. The leaves are
     * used up by it.
     */
    public List<BlockHash> path(int index) {
        List<BlockHash> path = new ArrayList<>();
        MemorySegment m = MemorySegment.ofArray(hashes);
        int at = index;
        for (int n = leaves; n > 1; n = (n + 1) / 2, at /= 2) {
            int sibling = at ^ 1;
            if (sibling < n) {
                path.add(BlockHash.at(m, (long) sibling * HASH));
            }
            level(n);
        }
        leaves = 0;
        return path;
    }

    /**
     * The root that a record and its path lead to, whoever made them.
     *
     * @param record the record with its padding
     * @param index its place in the block, from 0
     * @param count the block's records
     * @param path from {@link #path}
     * @return the root, or {@link BlockHash#NONE} if the path has not the length that index and count ask for
     */
    public static BlockHash rootOf(byte[] record, long index, long count, List<BlockHash> path) {
        if (index < 0 || index >= count || count > MAX_LEAVES) {
            return BlockHash.NONE;
        }
        MessageDigest sha = BlockHash.sha256();
        sha.update(LEAF);
        byte[] hash = sha.digest(record);
        byte[] other = new byte[HASH];
        int used = 0;
        long at = index;
        for (long n = count; n > 1; n = (n + 1) / 2, at /= 2) {
            long sibling = at ^ 1;
            if (sibling >= n) {
                continue;
            }
            if (used == path.size()) {
                return BlockHash.NONE;
            }
            path.get(used++).put(MemorySegment.ofArray(other), 0);
            sha.update(NODE);
            sha.update(sibling < at ? other : hash);
            sha.update(sibling < at ? hash : other);
            hash = sha.digest();
        }
        return used == path.size() ? BlockHash.at(MemorySegment.ofArray(hash), 0) : BlockHash.NONE;
    }
}
