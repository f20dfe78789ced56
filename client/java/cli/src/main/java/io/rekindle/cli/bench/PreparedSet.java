package io.rekindle.cli.bench;

import io.grpc.Status;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.UnitVectors;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Stores a data set, unless its namespace is there from before.
 *
 * <p>How far the storing came is an agent state beside the memories, written after they were
 * acknowledged: what was cut short is gone on with, and what is complete is looked at in two
 * places, not counted.
 */
final class PreparedSet {
  /** Batches on their way together. */
  private static final int BATCHES = 4;

  private static final int BATCH_ITEMS_MAX = 200;
  private static final int BATCH_FLOATS_MAX = 1 << 19;
  private static final int MARK_EVERY = 20_000;

  /** How far a vector may be from what it was sent as, squared: rounding, no more. */
  private static final float ROUNDING = 1e-6f;

  private final RekindleClient client;
  private final DataSet data;
  private final SetMark mark;

  private PreparedSet(RekindleClient client, DataSet data) {
    this.client = client;
    this.data = data;
    this.mark = new SetMark(client, data);
  }

  /** Makes or completes the set, or finds it whole. */
  static void prepare(RekindleClient client, DataSet data) {
    new PreparedSet(client, data).run();
  }

  private void run() {
    BenchNamespaces.create(client, DataSet.ROOT);
    BenchNamespaces.createExternal(client, data.name(), data.source().dimensions());
    SetMark.Progress before = mark.read();
    if (before.extras()) {
      ExtraMemories.deleteAll(client, data.namespace(0));
      mark.write(before.stored(), false);
    }
    if (before.stored() > 0) {
      requireSame(0);
      requireSame(before.stored() - 1);
    }
    if (before.stored() < data.memories()) {
      store(before.stored());
    }
  }

  /** A folder whose memories are not those that the name says would be measured wrongly. */
  private void requireSame(int number) {
    String namespace = data.namespace(data.ordinal(number));
    List<Float> stored;
    try {
      stored =
          client
              .memories()
              .get(namespace, DataSet.id(number))
              .execute()
              .getMemory()
              .getVectorList();
    } catch (RekindleClientException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
      throw new CommandFailedException(
          "%s lacks memory %,d, which was stored once: take another --data-folder"
              .formatted(namespace, number),
          e);
    }
    float[] wanted = data.source().memory(number);
    float[] found = new float[stored.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = stored.get(i);
    }
    if (found.length != wanted.length || UnitVectors.squaredDistance(found, wanted) > ROUNDING) {
      throw new CommandFailedException(
          "%s holds another vector for memory %,d than this command makes: take another"
                  .formatted(namespace, number)
              + " --data-folder");
    }
  }

  private void store(int from) {
    int items = Math.clamp(BATCH_FLOATS_MAX / data.source().dimensions(), 1, BATCH_ITEMS_MAX);
    int ordinalMade = -1;
    int marked = from;
    try (Progress progress = new Progress("storing " + data.name(), data.memories(), true)) {
      int next = from;
      while (next < data.memories()) {
        List<CompletableFuture<BatchStoreMemoriesResponse>> sent = new ArrayList<>();
        while (sent.size() < BATCHES && next < data.memories()) {
          int ordinal = data.ordinal(next);
          if (ordinal > ordinalMade) {
            BenchNamespaces.createExternal(
                client, data.namespace(ordinal), data.source().dimensions());
            ordinalMade = ordinal;
          }
          int end = Math.min(next + items, data.first(ordinal + 1));
          sent.add(client.memories().storeBatch(batch(ordinal, next, end)).executeAsync());
          next = end;
        }
        sent.forEach(PreparedSet::requireStored);
        if (next - marked >= MARK_EVERY) {
          mark.write(next, false);
          marked = next;
        }
        progress.advanceTo(next);
      }
    }
    mark.write(data.memories(), false);
  }

  private BatchStoreMemoriesRequest batch(int ordinal, int from, int end) {
    BatchStoreMemoriesRequest.Builder batch =
        BatchStoreMemoriesRequest.newBuilder().setNamespace(data.namespace(ordinal));
    for (int number = from; number < end; number++) {
      batch.addMemories(StoreMemoryItem.newBuilder().setMemory(data.memory(number)));
    }
    return batch.build();
  }

  /** What a preparation that was cut short stored behind its mark is there already. */
  private static void requireStored(CompletableFuture<BatchStoreMemoriesResponse> sent) {
    try {
      for (StoreMemoryResult result : sent.join().getResultsList()) {
        if (result.hasError()) {
          RekindleClientException error = RekindleClientException.of(result.getError());
          if (!error.reason().equals("MEMORY_EXISTS")) {
            throw error;
          }
        }
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof RekindleClientException cause ? cause : e;
    }
  }
}
