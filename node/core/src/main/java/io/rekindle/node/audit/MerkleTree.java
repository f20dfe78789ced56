package io.rekindle.node.audit;

import io.rekindle.node.model.MemoryId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * A Merkle tree over memory ids, as RFC 6962 section 2.1 draws it (the prefixes 0 and 1 keep a leaf
 * from passing for a node): one hash stands for any number of ids, and an auditor can be shown that
 * one id is among them by a path of log2(n) hashes.
 */
public final class MerkleTree {
  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private MerkleTree() {}

  /** The root over the ids in this order; each leaf is the 16 bytes of an id. */
  public static Hash rootOf(List<MemoryId> ids) {
    MessageDigest sha = Sha256.digest();
    if (ids.isEmpty()) {
      return Hash.of(sha.digest());
    }
    List<byte[]> level = new ArrayList<>(ids.size());
    for (MemoryId id : ids) {
      level.add(leaf(sha, id));
    }
    while (level.size() > 1) {
      level = above(sha, level);
    }
    return Hash.of(level.getFirst());
  }

  /** The hashes beside the way from leaf {@code index} up to the root, lowest first. */
  public static List<Hash> path(List<MemoryId> ids, int index) {
    MessageDigest sha = Sha256.digest();
    List<byte[]> level = new ArrayList<>(ids.size());
    for (MemoryId id : ids) {
      level.add(leaf(sha, id));
    }
    List<Hash> path = new ArrayList<>();
    for (int at = index; level.size() > 1; at /= 2) {
      int sibling = at ^ 1;
      if (sibling < level.size()) {
        path.add(Hash.of(level.get(sibling)));
      }
      level = above(sha, level);
    }
    return path;
  }

  /**
   * Whether {@code path} leads from {@code id}, leaf {@code index} of {@code size}, to the root.
   */
  public static boolean leadsTo(Hash root, MemoryId id, int index, int size, List<Hash> path) {
    if (index < 0 || index >= size) {
      return false;
    }
    MessageDigest sha = Sha256.digest();
    byte[] hash = leaf(sha, id);
    int used = 0;
    int at = index;
    for (int width = size; width > 1; width = (width + 1) / 2, at /= 2) {
      if ((at ^ 1) < width) {
        if (used == path.size()) {
          return false;
        }
        byte[] sibling = path.get(used++).toBytes();
        hash = (at & 1) == 0 ? node(sha, hash, sibling) : node(sha, sibling, hash);
      }
    }
    return used == path.size() && Hash.of(hash).equals(root);
  }

  /** Pairs from the left; an odd last one rises as it is, which is RFC 6962's split at 2^k. */
  private static List<byte[]> above(MessageDigest sha, List<byte[]> level) {
    List<byte[]> above = new ArrayList<>((level.size() + 1) / 2);
    for (int i = 0; i < level.size(); i += 2) {
      above.add(i + 1 < level.size() ? node(sha, level.get(i), level.get(i + 1)) : level.get(i));
    }
    return above;
  }

  private static byte[] leaf(MessageDigest sha, MemoryId id) {
    sha.update(LEAF);
    return sha.digest(
        ByteBuffer.allocate(16)
            .putLong(id.value().getMostSignificantBits())
            .putLong(id.value().getLeastSignificantBits())
            .array());
  }

  private static byte[] node(MessageDigest sha, byte[] left, byte[] right) {
    sha.update(NODE);
    sha.update(left);
    return sha.digest(right);
  }
}
