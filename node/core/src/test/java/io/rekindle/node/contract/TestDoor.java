package io.rekindle.node.contract;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A door as a client sees it, reduced to what every protocol has. A contract talks to this; a
 * door's test implements it by real requests.
 */
public interface TestDoor {
  /** A client with a credential. */
  Caller caller(String apiKey);

  /** What one client can do. Every method throws {@link Refused} when the door refuses. */
  interface Caller {
    /** Stores a memory and returns it as the door tells it. */
    Seen store(String namespace, Seed seed);

    Seen get(String namespace, String memoryId);

    Seen getByExternalKey(String namespace, String externalKey);

    Page list(List<String> namespaces, int pageSize, @Nullable String page);

    List<Seen> search(List<String> namespaces, float[] vector);

    Seen update(String namespace, String memoryId, Map<String, String> fields);

    void delete(String namespace, String memoryId);
  }

  /**
   * A memory to store; its vector is of four dimensions.
   *
   * @param sensitivity in lower case
   */
  record Seed(
      String content,
      @Nullable String sensitivity,
      @Nullable String externalKey,
      @Nullable String idempotencyKey,
      float[] vector) {
    public static Seed of(String content) {
      return new Seed(content, null, null, null, new float[] {1, 0, 0, 0});
    }

    public Seed sensitivity(String value) {
      return new Seed(content, value, externalKey, idempotencyKey, vector);
    }

    public Seed externalKey(String value) {
      return new Seed(content, sensitivity, value, idempotencyKey, vector);
    }

    public Seed idempotencyKey(String value) {
      return new Seed(content, sensitivity, externalKey, value, vector);
    }
  }

  /** A memory that came back. */
  record Seen(String memoryId, String namespace, String content) {}

  /** Memories, and the token for more. */
  record Page(List<Seen> memories, @Nullable String next) {}

  /** A refusal, with everything that the client got to see of it. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    public Refused(String reason, String everything) {
      super(everything);
      this.reason = reason;
    }

    /** The name of the {@code ErrorCode}. */
    public String reason() {
      return reason;
    }
  }
}
