package io.rekindle.node.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Gives calls of models an end, so that a text on which one hangs costs its own time and not the
 * worker. A call runs on a thread beside its caller's, who waits so long and no longer.
 *
 * <p>Native code can't be stopped from outside. A call that goes on after its time keeps its
 * thread; the same text is then refused at once instead of costing another one, and after so many
 * of them all texts are: only a restart frees them. Thread-safe.
 */
public final class CallWatch implements AutoCloseable {
  private final Duration callMax;
  private final int hungMax;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().name("embedding-call-", 0).daemon().factory());
  private final Map<Call, Future<?>> hung = new ConcurrentHashMap<>();

  private record Call(EmbeddingModelId model, String text) {
    /** Says nothing of the text. */
    @Override
    public String toString() {
      return "Call[" + model + "]";
    }
  }

  public CallWatch(NodeConfig.Embedding config) {
    this.callMax = config.callTimeout();
    this.hungMax = config.hungCallsMax();
  }

  /**
   * A model whose passages are watched.
   *
   * @return whose calls may throw DEADLINE_EXCEEDED, and NOT_READY when too many others hang
   */
  public EmbeddingModel over(EmbeddingModel model) {
    return new Watched(model);
  }

  private <T> T call(EmbeddingModelId model, String text, Supplier<T> work) {
    Call call = new Call(model, text);
    hung.values().removeIf(Future::isDone);
    if (hung.containsKey(call)) {
      throw overdue("an embedding model still hangs on a text", model);
    }
    if (hung.size() >= hungMax) {
      throw new RekindleException(
          ErrorCode.NOT_READY,
          "too many calls of embedding models hang; restart the node",
          Map.of("limit", Integer.toString(hungMax)));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Future<?> running =
        threads.submit(
            () -> {
              try {
                answer.complete(work.get());
              } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
              }
            });
    try {
      return answer.get(callMax.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      hung.put(call, answer);
      running.cancel(true);
      throw overdue("an embedding model did not end with a text in time", model);
    } catch (InterruptedException e) {
      running.cancel(true);
      Thread.currentThread().interrupt();
      throw new RekindleException(ErrorCode.NOT_READY, "the node stops");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new CancellationException("a call ended without an answer");
      }
    }
  }

  private RekindleException overdue(String text, EmbeddingModelId model) {
    return new RekindleException(
        ErrorCode.DEADLINE_EXCEEDED,
        text,
        Map.of("model", model.value(), "key", "rekindle.embedding.call-timeout"));
  }

  /** Calls that went on after their time, and do so still. */
  public int hungCalls() {
    hung.values().removeIf(Future::isDone);
    return hung.size();
  }

  /** Ends the threads that are idle; those that hang end with the process. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private final class Watched implements EmbeddingModel {
    private final EmbeddingModel model;

    Watched(EmbeddingModel model) {
      this.model = model;
    }

    @Override
    public List<TextChunk> chunks(String content) {
      return call(id(), content, () -> model.chunks(content));
    }

    @Override
    public float[] embedPassage(String chunkText) {
      return call(id(), chunkText, () -> model.embedPassage(chunkText));
    }

    @Override
    public float[] embedQuery(String text) {
      return call(id(), text, () -> model.embedQuery(text));
    }

    @Override
    public EmbeddingModelId id() {
      return model.id();
    }

    @Override
    public int dimensions() {
      return model.dimensions();
    }

    @Override
    public Distance distance() {
      return model.distance();
    }

    @Override
    public String sha256() {
      return model.sha256();
    }

    @Override
    public String fingerprint() {
      return model.fingerprint();
    }

    @Override
    public void warmUp() {
      model.warmUp();
    }

    @Override
    public boolean isWarm() {
      return model.isWarm();
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
