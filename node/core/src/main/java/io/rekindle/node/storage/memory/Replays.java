package io.rekindle.node.storage.memory;

import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.Micros;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Makes {@link Replay}s: the digests of an idempotency key and of its request. */
public final class Replays {
  private final Keyring keyring;
  private final Duration lifetime;
  private final InstantSource clock;

  public Replays(Keyring keyring, Duration lifetime, InstantSource clock) {
    this.keyring = keyring;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * One use of an idempotency key.
   *
   * @param operation the action's name; the same key may be used once for each
   * @param request what was asked, in a form that differs when the request does
   * @return null without an idempotency key
   */
  public @Nullable Replay of(
      Namespace namespace,
      String operation,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage,
      RequestParts request) {
    if (idempotencyKey == null) {
      return null;
    }
    byte[] scope =
        keyring.digest(
            namespace.id(),
            "idempotency",
            utf8(lineage),
            utf8(operation),
            utf8(idempotencyKey.value()));
    byte[] digest = keyring.digest(namespace.id(), "request", request.bytes());
    Instant now = clock.instant();
    return new Replay(
        new DigestKey(namespace.sliceOf(scope), scope),
        digest,
        Micros.of(now),
        Micros.of(now.plus(lifetime)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
