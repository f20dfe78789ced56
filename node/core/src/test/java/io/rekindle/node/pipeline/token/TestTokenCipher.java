package io.rekindle.node.pipeline.token;

import com.google.crypto.tink.Aead;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.Xaes;
import java.security.GeneralSecurityException;

/** The cipher of tokens, under a key of its own. */
public record TestTokenCipher(Aead aead) implements TokenCipher {
  public TestTokenCipher() {
    this(Xaes.of(new byte[32]));
  }

  @Override
  public byte[] seal(byte[] plaintext, byte[] associatedData) {
    try {
      return aead.encrypt(plaintext, associatedData);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public byte[] open(byte[] sealed, byte[] associatedData) {
    try {
      return aead.decrypt(sealed, associatedData);
    } catch (GeneralSecurityException e) {
      throw new RekindleException(ErrorCode.PAGE_TOKEN_INVALID, "not one of ours");
    }
  }
}
