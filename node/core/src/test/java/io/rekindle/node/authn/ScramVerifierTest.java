package io.rekindle.node.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ScramVerifierTest {
  /** The exchange that RFC 7677 prints in its section 3. */
  private static final String AUTH_MESSAGE =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,"
          + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
          + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
          + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

  private static final byte[] SALT = base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  private static final byte[] CLIENT_PROOF = base64("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  private static final byte[] SERVER_SIGNATURE =
      base64("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");

  @Test
  void theClientOfTheRfcProvesItself() throws Exception {
    ScramVerifier verifier = ScramVerifier.of("pencil", SALT, 4_096);

    byte[] clientKey = CLIENT_PROOF.clone();
    byte[] signature = KeyedHash.of(verifier.storedKey(), ascii(AUTH_MESSAGE));
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= signature[i];
    }
    assertThat(MessageDigest.getInstance("SHA-256").digest(clientKey))
        .isEqualTo(verifier.storedKey());
  }

  @Test
  void theServerProvesItselfAsInTheRfc() {
    ScramVerifier verifier = ScramVerifier.of("pencil", SALT, 4_096);

    assertThat(KeyedHash.of(verifier.serverKey(), ascii(AUTH_MESSAGE))).isEqualTo(SERVER_SIGNATURE);
  }

  @Test
  void fewerIterationsThanTheRfcAsksForAreRefused() {
    assertThatThrownBy(() -> ScramVerifier.of("pencil", SALT, 4_095))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] base64(String text) {
    return Base64.getDecoder().decode(text);
  }
}
