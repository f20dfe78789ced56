package io.rekindle.node.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.luben.zstd.Zstd;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NamespaceId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final String GOLDEN =
      "01000000000000002a85b8cb66545a9dfaca980eb30931267fc64dfd0411815fa31c9ee8aa3e9030"
          + "fb79e4349338a7fdc6db6202df8cd97f238bd3966977a2d7d3f6c7336b0f3c3a66ed26e83a709b5d"
          + "94fc697d13aca9554ab99b8de5e52f1eaed7a0adf6b04ec70cb4c23e64";
  private static final NamespaceId NAMESPACE = NamespaceId.of(new UUID(7, 64));
  private static final UUID MEMORY = new UUID(3, 4);
  private static final EnvelopeContext PLACE = EnvelopeContext.vector(MEMORY, 5);

  private final DataKey key = key(1);

  private static DataKey key(int seed) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) seed);
    return new DataKey(42, secret);
  }

  @Property(tries = 200)
  void whatIsSealedOpensAgain(@ForAll @Size(max = 5000) byte[] plaintext) {
    for (EnvelopeContext place :
        new EnvelopeContext[] {
          PLACE, EnvelopeContext.payload(MEMORY), EnvelopeContext.state(MEMORY)
        }) {
      byte[] envelope = Envelope.seal(key, CLUSTER, NAMESPACE, place, plaintext);
      assertThat(envelope.length).isLessThanOrEqualTo(plaintext.length + Envelope.OVERHEAD_BYTES);
      assertThat(Envelope.open(key, CLUSTER, NAMESPACE, place, envelope)).isEqualTo(plaintext);
    }
  }

  @Property(tries = 30)
  void noFlippedBitOpens(
      @ForAll @Size(max = 40) byte[] plaintext, @ForAll @IntRange(max = 7) int bit) {
    byte[] envelope = Envelope.seal(key, CLUSTER, NAMESPACE, PLACE, plaintext);
    for (int i = 0; i < envelope.length; i++) {
      byte[] changed = envelope.clone();
      changed[i] ^= (byte) (1 << bit);
      assertCorrupted(() -> Envelope.open(key, CLUSTER, NAMESPACE, PLACE, changed));
    }
  }

  @Property(tries = 30)
  void nothingTruncatedOrExtendedOpens(@ForAll @Size(max = 40) byte[] plaintext) {
    byte[] envelope = Envelope.seal(key, CLUSTER, NAMESPACE, PLACE, plaintext);
    for (int length = 0; length <= envelope.length + 2; length++) {
      if (length != envelope.length) {
        byte[] changed = Arrays.copyOf(envelope, length);
        assertCorrupted(() -> Envelope.open(key, CLUSTER, NAMESPACE, PLACE, changed));
      }
    }
  }

  @Test
  void nothingOpensInAnotherPlace() {
    byte[] envelope = Envelope.seal(key, CLUSTER, NAMESPACE, PLACE, new byte[40]);
    NamespaceId other = NamespaceId.of(new UUID(7, 128));
    assertCorrupted(() -> Envelope.open(key, new UUID(1, 3), NAMESPACE, PLACE, envelope));
    assertCorrupted(() -> Envelope.open(key, CLUSTER, other, PLACE, envelope));
    assertNotOpenIn(EnvelopeContext.vector(new UUID(3, 5), 5), envelope);
    assertNotOpenIn(EnvelopeContext.vector(MEMORY, 6), envelope);
    assertNotOpenIn(new EnvelopeContext(EnvelopeContext.Kind.PAYLOAD, MEMORY, 5), envelope);
    assertNotOpenIn(new EnvelopeContext(EnvelopeContext.Kind.STATE, MEMORY, 5), envelope);
  }

  @Test
  void anotherKeyDoesNotOpenEvenUnderTheSameId() {
    byte[] envelope = Envelope.seal(key, CLUSTER, NAMESPACE, PLACE, new byte[40]);
    assertCorrupted(() -> Envelope.open(key(2), CLUSTER, NAMESPACE, PLACE, envelope));
  }

  @Test
  void textIsCompressedAndVectorsAreNot() {
    byte[] text = "a sentence that repeats itself. ".repeat(100).getBytes(UTF_8);
    byte[] payload = Envelope.seal(key, CLUSTER, NAMESPACE, EnvelopeContext.payload(MEMORY), text);
    assertThat(payload.length).isLessThan(300);
    assertThat(payload[0]).isEqualTo(Envelope.COMPRESSED);
    byte[] vector = Envelope.seal(key, CLUSTER, NAMESPACE, PLACE, text);
    assertThat(vector).hasSize(text.length + Envelope.OVERHEAD_BYTES);
    assertThat(vector[0]).isEqualTo(Envelope.PLAIN);
  }

  @Test
  void aFrameThatClaimsTooMuchIsRefusedBeforeItIsDecompressed() {
    byte[] bomb = Zstd.compress(new byte[Compression.PLAINTEXT_BYTES_MAX + 1]);
    assertThat(bomb.length).isLessThan(1000);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Compression.decompress(bomb));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Compression.decompress(new byte[] {1, 2, 3}));
    byte[] damaged = Zstd.compress(new byte[1000]);
    damaged[damaged.length - 2] ^= 0x55;
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Compression.decompress(Arrays.copyOf(damaged, damaged.length - 3)));
  }

  /** Bytes on disk for years: this must open in every later release. */
  @Test
  void anEnvelopeOfTheFirstFormatOpens() {
    byte[] envelope = HexFormat.of().parseHex(GOLDEN);
    assertThat(Envelope.open(key, CLUSTER, NAMESPACE, EnvelopeContext.payload(MEMORY), envelope))
        .asString(UTF_8)
        .isEqualTo("written by the first release");
  }

  private void assertNotOpenIn(EnvelopeContext place, byte[] envelope) {
    assertCorrupted(() -> Envelope.open(key, CLUSTER, NAMESPACE, place, envelope));
  }

  private static void assertCorrupted(ThrowingCallable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }
}
