package io.rekindle.node.contract;

import java.util.Iterator;
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

    Page list(
        List<String> namespaces, @Nullable String filter, int pageSize, @Nullable String page);

    default Page list(List<String> namespaces, int pageSize, @Nullable String page) {
      return list(namespaces, null, pageSize, page);
    }

    /** Best first; a page when the answer was too large for one. */
    Page search(
        List<String> namespaces,
        float[] vector,
        @Nullable String filter,
        int topK,
        @Nullable String page);

    default List<Seen> search(List<String> namespaces, float[] vector, @Nullable String filter) {
      return search(namespaces, vector, filter, 10, null).memories();
    }

    default List<Seen> search(List<String> namespaces, float[] vector) {
      return search(namespaces, vector, null);
    }

    /** A page a message; reading on throws {@link Refused} when the door cuts the stream. */
    Iterator<List<Seen>> export(List<String> namespaces, int pageSize, @Nullable String page);

    default Seen update(String namespace, String memoryId, Map<String, String> fields) {
      return update(namespace, memoryId, fields, null, null);
    }

    Seen update(
        String namespace,
        String memoryId,
        Map<String, String> fields,
        @Nullable Long expectedVersion,
        @Nullable String idempotencyKey);

    void delete(String namespace, String memoryId);

    /** What became of each: the memory's id, or the refusal. */
    List<Object> storeAll(String namespace, List<Seed> seeds);

    /** What became of each: its id, or the refusal. */
    List<Object> deleteAll(String namespace, List<String> memoryIds);

    /** Agent state; {@code agent} null is the key's own. */
    State getState(String namespace, @Nullable String agent, String key);

    State setState(String namespace, StateSeed seed);

    void deleteState(
        String namespace, @Nullable String agent, String key, @Nullable Long expectedVersion);

    StatePage listStates(
        String namespace, @Nullable String agent, int pageSize, @Nullable String page);
  }

  /** A value to set. */
  record StateSeed(
      @Nullable String agent,
      String key,
      String value,
      @Nullable Long expectedVersion,
      @Nullable String idempotencyKey) {
    public static StateSeed of(@Nullable String agent, String key, String value) {
      return new StateSeed(agent, key, value, null, null);
    }

    public StateSeed expecting(long version) {
      return new StateSeed(agent, key, value, version, idempotencyKey);
    }

    public StateSeed idempotencyKey(String text) {
      return new StateSeed(agent, key, value, expectedVersion, text);
    }
  }

  /** A value that came back. */
  record State(String agent, String key, String value, long version) {}

  /** Values, and the token for more. */
  record StatePage(List<State> states, @Nullable String next) {}

  /**
   * A memory to store; its vector is of four dimensions.
   *
   * @param sensitivity in lower case
   */
  record Seed(
      String content,
      @Nullable String memoryId,
      @Nullable String sensitivity,
      @Nullable String externalKey,
      @Nullable String idempotencyKey,
      float[] vector) {
    public static Seed of(String content) {
      return new Seed(content, null, null, null, null, new float[] {1, 0, 0, 0});
    }

    public Seed memoryId(String value) {
      return new Seed(content, value, sensitivity, externalKey, idempotencyKey, vector);
    }

    public Seed sensitivity(String value) {
      return new Seed(content, memoryId, value, externalKey, idempotencyKey, vector);
    }

    public Seed externalKey(String value) {
      return new Seed(content, memoryId, sensitivity, value, idempotencyKey, vector);
    }

    public Seed idempotencyKey(String value) {
      return new Seed(content, memoryId, sensitivity, externalKey, value, vector);
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

    /** Code, message and details, without the ids that differ with each request. */
    public String withoutIds() {
      return toString().replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "an id");
    }
  }
}
