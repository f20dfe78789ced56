package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.MemoryId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  @Test
  void theEmptyTreeHasTheHashOfNothing() {
    assertThat(MerkleTree.rootOf(List.of()).toString())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @Property(tries = 100)
  void theRootIsTheOneOfTheRecursiveDefinition(@ForAll @IntRange(min = 1, max = 300) int size) {
    List<MemoryId> ids = ids(size);
    assertThat(MerkleTree.rootOf(ids)).isEqualTo(Hash.of(reference(ids)));
  }

  @Property(tries = 100)
  void aPathProvesItsIdAndNoOther(
      @ForAll @IntRange(min = 1, max = 130) int size, @ForAll @IntRange(max = 129) int pick) {
    List<MemoryId> ids = ids(size);
    int index = pick % size;
    Hash root = MerkleTree.rootOf(ids);
    List<Hash> path = MerkleTree.path(ids, index);
    assertThat(MerkleTree.leadsTo(root, ids.get(index), index, size, path)).isTrue();
    MemoryId absent = new MemoryId(new UUID(-1, pick));
    assertThat(MerkleTree.leadsTo(root, absent, index, size, path)).isFalse();
    assertThat(MerkleTree.leadsTo(root, ids.get(index), index + size, size, path)).isFalse();
    if (size > 1) {
      int other = (index + 1) % size;
      assertThat(MerkleTree.leadsTo(root, ids.get(index), other, size, path)).isFalse();
    }
  }

  @Test
  void orderMatters() {
    assertThat(MerkleTree.rootOf(ids(3).reversed())).isNotEqualTo(MerkleTree.rootOf(ids(3)));
  }

  private static List<MemoryId> ids(int size) {
    return IntStream.range(0, size).mapToObj(i -> new MemoryId(new UUID(i, 31L * i))).toList();
  }

  /** RFC 6962, section 2.1, word for word. */
  private static byte[] reference(List<MemoryId> ids) {
    MessageDigest sha = Sha256.digest();
    if (ids.size() == 1) {
      UUID id = ids.getFirst().value();
      return sha.digest(
          ByteBuffer.allocate(17)
              .put((byte) 0)
              .putLong(id.getMostSignificantBits())
              .putLong(id.getLeastSignificantBits())
              .array());
    }
    int k = Integer.highestOneBit(ids.size() - 1);
    byte[] left = reference(ids.subList(0, k));
    byte[] right = reference(ids.subList(k, ids.size()));
    sha.update((byte) 1);
    sha.update(left);
    return sha.digest(right);
  }
}
