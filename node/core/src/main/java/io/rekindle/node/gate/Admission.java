package io.rekindle.node.gate;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the requests in flight: all together before anything is known of the caller, and per API
 * key once it is. Nothing queues here; what is over a bound is refused at once. Thread-safe.
 */
final class Admission {
  private final int inFlightMax;
  private final int inFlightPerKeyMax;
  private final InstantSource clock;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<ApiKeyId, Integer> inFlightByKey = new ConcurrentHashMap<>();

  Admission(int inFlightMax, int inFlightPerKeyMax, InstantSource clock) {
    this.inFlightMax = inFlightMax;
    this.inFlightPerKeyMax = inFlightPerKeyMax;
    this.clock = clock;
  }

  int inFlight() {
    return inFlight.get();
  }

  /** A place in flight; closing it gives it back. */
  interface Slot extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a place for a request.
   *
   * @throws RekindleException TOO_MANY_REQUESTS, naming {@code rekindle.requests.in-flight-max}
   */
  Slot admit() {
    if (inFlight.incrementAndGet() > inFlightMax) {
      inFlight.decrementAndGet();
      throw tooMany("rekindle.requests.in-flight-max", inFlightMax);
    }
    return inFlight::decrementAndGet;
  }

  /**
   * Takes a place for a request of an API key.
   *
   * @throws RekindleException TOO_MANY_REQUESTS, naming {@code
   *     rekindle.requests.in-flight-per-key-max}
   */
  Slot admit(ApiKeyId key) {
    int now = inFlightByKey.merge(key, 1, Integer::sum);
    Slot slot = () -> release(key);
    if (now > inFlightPerKeyMax) {
      slot.close();
      throw tooMany("rekindle.requests.in-flight-per-key-max", inFlightPerKeyMax);
    }
    return slot;
  }

  private void release(ApiKeyId key) {
    inFlightByKey.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
  }

  /**
   * Refuses what nobody waits for any more.
   *
   * @throws RekindleException DEADLINE_EXCEEDED
   */
  void checkDeadline(Request request) {
    if (!clock.instant().isBefore(request.deadline())) {
      throw new RekindleException(
          ErrorCode.DEADLINE_EXCEEDED, "the deadline has passed before the work began");
    }
  }

  private static RekindleException tooMany(String limitKey, int limit) {
    return new RekindleException(
        ErrorCode.TOO_MANY_REQUESTS,
        "too many requests in flight",
        Map.of("limit_key", limitKey, "limit", Integer.toString(limit)));
  }
}
