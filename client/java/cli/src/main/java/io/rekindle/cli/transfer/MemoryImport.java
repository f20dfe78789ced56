package io.rekindle.cli.transfer;

import io.grpc.Status;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.cli.json.JsonMessage;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends JSONL to one namespace: batches of at most 200 lines or 1 MiB, four of them on their way.
 * Each line's idempotency key is a digest of the line. Not thread-safe; use once.
 */
public final class MemoryImport {
  private static final int BATCH_ITEMS = 200;
  private static final int BATCH_BYTES = 1024 * 1024;
  private static final int IN_FLIGHT = 4;
  private static final int IDEMPOTENCY_BYTES = 16;

  /** What a line that was imported long ago, and has not changed, is answered with. */
  private static final Set<String> THERE_ALREADY = Set.of("MEMORY_EXISTS", "UNIQUE_CONFLICT");

  private final RekindleClient client;
  private final String namespace;
  private final boolean skipBad;
  private final Consumer<String> report;
  private final Deque<Sent> sent = new ArrayDeque<>();
  private long stored;
  private long existing;
  private long bad;

  /**
   * Prepares an import.
   *
   * @param report takes a sentence about each bad line
   */
  public MemoryImport(
      RekindleClient client, String namespace, boolean skipBad, Consumer<String> report) {
    this.client = client;
    this.namespace = namespace;
    this.skipBad = skipBad;
    this.report = report;
  }

  /** What an import did. */
  public record Result(long stored, long existing, long bad) {}

  private record Item(long line, StoreMemoryItem item) {}

  private record Sent(List<Item> items, CompletableFuture<BatchStoreMemoriesResponse> answer) {}

  /**
   * Reads to the end, or to the first bad line.
   *
   * @throws CommandFailedException after a bad line, unless they are skipped; what stood before it
   *     is stored
   */
  public Result run(InputStream input, Progress progress) throws IOException {
    LineReader lines = new LineReader(input);
    List<Item> batch = new ArrayList<>();
    int batchBytes = 0;
    for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
      if (line.isBlank()) {
        continue;
      }
      StoreMemoryItem item = parse(line);
      if (item == null) {
        if (!skipBad) {
          send(batch);
          finish(0);
          throw stopped();
        }
        continue;
      }
      if (batch.size() == BATCH_ITEMS || batchBytes + line.text().length() > BATCH_BYTES) {
        send(batch);
        batch = new ArrayList<>();
        batchBytes = 0;
        progress.advanceTo(lines.bytes());
      }
      batch.add(new Item(line.number(), item));
      batchBytes += line.text().length();
    }
    send(batch);
    finish(0);
    return new Result(stored, existing, bad);
  }

  private @Nullable StoreMemoryItem parse(LineReader.Line line) {
    String problem = line.problem();
    if (problem == null) {
      try {
        Memory memory = JsonMessage.read(line.text(), Memory.newBuilder()).build();
        return StoreMemoryItem.newBuilder()
            .setMemory(memory)
            .setIdempotencyKey(idempotencyKey(line.text()))
            .build();
      } catch (IllegalArgumentException e) {
        problem = String.valueOf(e.getMessage());
      }
    }
    reportBad(line.number(), problem);
    return null;
  }

  private void reportBad(long number, String problem) {
    bad++;
    report.accept("line " + number + ": " + problem);
  }

  private CommandFailedException stopped() {
    return new CommandFailedException(
        "stopped at a bad line; %,d were stored (--skip-bad goes on)".formatted(stored));
  }

  private void send(List<Item> batch) {
    if (batch.isEmpty()) {
      return;
    }
    finish(IN_FLIGHT - 1);
    BatchStoreMemoriesRequest request =
        BatchStoreMemoriesRequest.newBuilder()
            .setNamespace(namespace)
            .addAllMemories(batch.stream().map(Item::item).toList())
            .build();
    sent.add(new Sent(batch, client.memories().storeBatch(request).executeAsync()));
  }

  /** Waits until at most this many batches are on their way. */
  private void finish(int left) {
    while (sent.size() > left) {
      Sent next = sent.removeFirst();
      try {
        List<StoreMemoryResult> results = next.answer().join().getResultsList();
        for (int i = 0; i < results.size(); i++) {
          count(next.items().get(i), results.get(i));
        }
      } catch (CompletionException e) {
        if (e.getCause() instanceof RekindleClientException error
            && error.code() == Status.Code.INVALID_ARGUMENT) {
          sendOneByOne(next.items());
        } else {
          throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
      }
    }
  }

  /** A batch with a malformed item is refused whole: this finds which. */
  private void sendOneByOne(List<Item> items) {
    for (Item item : items) {
      StoreMemoryRequest request =
          StoreMemoryRequest.newBuilder()
              .setNamespace(namespace)
              .setMemory(item.item().getMemory())
              .setIdempotencyKey(item.item().getIdempotencyKey())
              .build();
      try {
        countStored(client.memories().store(request).execute().getCreated());
      } catch (RekindleClientException e) {
        failed(item, e);
      }
    }
  }

  private void count(Item item, StoreMemoryResult result) {
    if (result.hasError()) {
      failed(item, RekindleClientException.of(result.getError()));
    } else {
      countStored(result.getCreated());
    }
  }

  private void countStored(boolean created) {
    if (created) {
      stored++;
    } else {
      existing++;
    }
  }

  private void failed(Item item, RekindleClientException error) {
    if (THERE_ALREADY.contains(error.reason())) {
      existing++;
    } else if (error.code() == Status.Code.INVALID_ARGUMENT) {
      reportBad(item.line(), String.valueOf(error.getMessage()));
      if (!skipBad) {
        finish(0);
        throw stopped();
      }
    } else {
      throw error;
    }
  }

  private static String idempotencyKey(String line) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8));
      return "import-" + HexFormat.of().formatHex(digest, 0, IDEMPOTENCY_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
