package io.rekindle.node.cluster;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The key of one cache group, as Ignite hands it around: unwrapped, with its cipher ready and its
 * wrapped form kept, so that Ignite's frequent rewrites of its key list cost no cryptography.
 *
 * <p>{@link Serializable} because Ignite's SPI says so; serialising it is refused.
 */
final class XaesGroupKey implements Serializable {
  private static final long serialVersionUID = 1L;

  private final transient byte[] secret;
  private final transient Aead cipher;
  private transient volatile @Nullable Wrapped wrapped;

  /** By what wrapped it. */
  private record Wrapped(byte[] bytes, Object generation) {}

  /** A new one; owns {@code secret}. */
  XaesGroupKey(byte[] secret) {
    this.secret = secret;
    this.cipher = Xaes.of(secret);
  }

  XaesGroupKey(GroupKeyWrapper.Unwrapped unwrapped, byte[] wrapped) {
    this(unwrapped.secret());
    this.wrapped = new Wrapped(wrapped.clone(), unwrapped.generation());
  }

  Aead cipher() {
    return cipher;
  }

  /** By what wraps now. */
  byte[] wrapped(GroupKeyWrapper wrapper) {
    Wrapped known = wrapped;
    Object generation = wrapper.generation();
    if (known == null || known.generation != generation) {
      known = new Wrapped(wrapper.wrap(secret), generation);
      wrapped = known;
    }
    return known.bytes.clone();
  }

  /** Two are equal when their secrets are, however often they were wrapped. */
  @Override
  public boolean equals(Object other) {
    return other instanceof XaesGroupKey that && MessageDigest.isEqual(secret, that.secret);
  }

  @Override
  public int hashCode() {
    // Nothing derived from a secret ends up in a hash; there are few keys, so this costs nothing.
    return XaesGroupKey.class.hashCode();
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException("a group key leaves this process wrapped only");
  }
}
