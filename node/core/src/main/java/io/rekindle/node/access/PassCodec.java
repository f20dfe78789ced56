package io.rekindle.node.access;

import io.rekindle.node.authn.KeyedHash;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Carries a pass from the node that authorised a request to the one that owns the data.
 *
 * <p>A sealed pass is {@code format byte, HMAC-SHA-256 of the rest under the cluster's session key,
 * audience, epochs, expiry, pass}. Nothing is read before the HMAC is right. It is good on one node
 * (the audience), until the pass expires, and only while that node knows of no newer grants or
 * policies. It is authenticated, not hidden: node to node is TLS. Safe for use by many threads.
 */
public final class PassCodec {
  /** The least length of the session key. */
  public static final int SESSION_KEY_BYTES_MIN = KeyedHash.BYTES;

  private static final byte FORMAT = 1;
  private static final String REASON = "reason";
  private static final String EPOCH = "epoch";
  private static final String EXPIRED = "expired";
  private static final byte[] LABEL = "rekindle pass".getBytes(StandardCharsets.US_ASCII);
  private static final int BODY_AT = 1 + KeyedHash.BYTES;

  /**
   * How far a node has seen access change: counters that only grow.
   *
   * @param grants of API keys and grants
   * @param policies of policies
   */
  public record Epochs(long grants, long policies) {
    public static final Epochs NONE = new Epochs(0, 0);

    boolean olderThan(Epochs other) {
      return grants < other.grants || policies < other.policies;
    }
  }

  private final Supplier<List<byte[]>> sessionKeys;
  private final InstantSource clock;

  /**
   * A codec for the nodes that share a session key.
   *
   * @param sessionKeys the first one seals, all open; asked for each pass, because the cluster key
   *     they come from can be replaced
   */
  public PassCodec(Supplier<List<byte[]>> sessionKeys, InstantSource clock) {
    if (sessionKeys.get().stream().anyMatch(key -> key.length < SESSION_KEY_BYTES_MIN)) {
      throw new IllegalArgumentException("a session key has at least 32 bytes");
    }
    this.sessionKeys = sessionKeys;
    this.clock = clock;
  }

  /**
   * Seals a pass for one node.
   *
   * @param audience the id of the node that will open it
   */
  public byte[] seal(AccessPass pass, UUID audience) {
    return seal(pass, audience, pass.epochs());
  }

  byte[] seal(AccessPass pass, UUID audience, Epochs epochs) {
    byte[] body = PassBody.write(pass);
    ByteBuffer sealed = ByteBuffer.allocate(BODY_AT + PassBody.HEAD_BYTES + body.length);
    sealed.put(FORMAT).position(BODY_AT);
    sealed.putLong(audience.getMostSignificantBits()).putLong(audience.getLeastSignificantBits());
    sealed.putLong(epochs.grants()).putLong(epochs.policies());
    Instant expiresAt = pass.expiresAt();
    sealed.putLong(expiresAt.getEpochSecond()).putInt(expiresAt.getNano());
    sealed.put(body);
    return sealed.put(1, mac(sessionKeys.get().getFirst(), sealed.array())).array();
  }

  /**
   * The pass that another node of the cluster sealed for this one.
   *
   * @param self the id of this node
   * @param current the epochs that this node has seen
   * @throws RekindleException PERMISSION_DENIED for anything else than such a pass; NOT_READY when
   *     this node knows of newer epochs: the request has to come again, to be authorised anew
   */
  public AccessPass open(byte[] sealed, UUID self, Epochs current) {
    if (sealed.length < BODY_AT + PassBody.HEAD_BYTES
        || sealed[0] != FORMAT
        || !isAuthentic(sealed)) {
      throw refusal("forged");
    }
    ByteBuffer head = ByteBuffer.wrap(sealed).position(BODY_AT);
    if (!new UUID(head.getLong(), head.getLong()).equals(self)) {
      throw refusal("audience");
    }
    Epochs epochs = new Epochs(head.getLong(), head.getLong());
    if (epochs.olderThan(current)) {
      throw new RekindleException(
          ErrorCode.NOT_READY,
          "access was changed while the request was under way, try again",
          Map.of(REASON, EPOCH));
    }
    Instant expiresAt = Instant.ofEpochSecond(head.getLong(), head.getInt());
    if (!clock.instant().isBefore(expiresAt)) {
      throw refusal(EXPIRED);
    }
    byte[] body = new byte[head.remaining()];
    head.get(body);
    try {
      return PassBody.read(body, epochs, expiresAt, clock);
    } catch (IOException | IllegalArgumentException e) {
      // Another release may know actions that this one does not.
      throw new RekindleException(
          ErrorCode.INTERNAL, "an authentic pass cannot be read", Map.of(), e);
    }
  }

  /** Whether a pass was refused because access was changed since it was made. */
  public static boolean isOutdated(RekindleException error) {
    return error.code() == ErrorCode.NOT_READY && EPOCH.equals(error.details().get(REASON));
  }

  /** Whether a pass was refused because it came too late. */
  public static boolean isExpired(RekindleException error) {
    return error.code() == ErrorCode.PERMISSION_DENIED
        && EXPIRED.equals(error.details().get(REASON));
  }

  private boolean isAuthentic(byte[] sealed) {
    byte[] claimed = Arrays.copyOfRange(sealed, 1, BODY_AT);
    return sessionKeys.get().stream()
        .anyMatch(key -> MessageDigest.isEqual(mac(key, sealed), claimed));
  }

  /** Over the format byte and everything behind the HMAC, apart from other uses of the key. */
  private static byte[] mac(byte[] sessionKey, byte[] sealed) {
    ByteBuffer message = ByteBuffer.allocate(LABEL.length + 1 + sealed.length - BODY_AT);
    message.put(LABEL).put(sealed[0]).put(sealed, BODY_AT, sealed.length - BODY_AT);
    return KeyedHash.of(sessionKey, message.array());
  }

  private static RekindleException refusal(String reason) {
    return new RekindleException(
        ErrorCode.PERMISSION_DENIED,
        "a pass from another node was refused",
        Map.of(REASON, reason));
  }
}
