package io.rekindle.node.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.nio.file.Path;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyProofTest {
  /** Wraps nothing, and gives back what it is told to. */
  private record Fake(BinaryOperator<byte[]> unwrapping, @Nullable Probe refusal)
      implements KeyManagementService {
    @Override
    public byte[] wrap(byte[] key, byte[] associatedData) {
      if (refusal != null) {
        throw new KeyManagementException(refusal, "refused", "said the\nfake", null);
      }
      return key.clone();
    }

    @Override
    public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
      return unwrapping.apply(wrapped, associatedData);
    }

    @Override
    public String describe() {
      return "the fake";
    }

    @Override
    public void close() {}
  }

  @TempDir private Path folder;

  @Test
  void aKeyThatWorksIsProved() throws Exception {
    LocalKeyManagementService.create(folder.resolve("key"));
    try (KeyManagementService kms = new LocalKeyManagementService(folder.resolve("key"))) {
      assertThatNoException().isThrownBy(() -> KeyProof.require(kms));
      assertThat(KeyProof.probe(kms)).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aServiceThatGivesAnotherKeyIsNotTaken() {
    Fake fake = new Fake((_, _) -> new byte[32], null);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyProof.require(fake))
        .withMessage("The customer's key gives back another key than it was given: the fake.");
    assertThat(fake.probe()).isEqualTo(Probe.UNREACHABLE);
  }

  @Test
  void aServiceThatBindsNoAssociatedDataIsNotTaken() {
    Fake fake = new Fake((wrapped, _) -> wrapped, null);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyProof.require(fake))
        .withMessage(
            "The customer's key does not hold what it wraps to its associated data: the fake.");
    assertThat(fake.probe()).as("it works all the same").isEqualTo(Probe.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "OK, UNREACHABLE, does not wrap",
    "REVOKED, REVOKED, 'is revoked, or refuses this node'",
    "UNREACHABLE, UNREACHABLE, cannot be reached"
  })
  void aRefusalIsSaidWithItsReason(Probe refusal, Probe probe, String what) {
    Fake fake = new Fake((wrapped, _) -> wrapped, refusal);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyProof.require(fake))
        .withMessage("The customer's key " + what + ": the fake (said the fake).");
    assertThat(fake.probe()).isEqualTo(probe);
  }
}
