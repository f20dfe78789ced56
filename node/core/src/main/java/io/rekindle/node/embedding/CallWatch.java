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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Gives calls of models an end, so that a text on which one hangs costs its own time and not the
 * worker. A call runs on a thread beside its caller's, who waits so long and no longer; who asks
 * the same meanwhile waits for that call, and starts none.
 *
 * <p>Native code can't be stopped from outside. A call that goes on after its time keeps its
 * thread; the same text is then refused at once instead of costing another one, and after so many
 * of them all texts are: only a restart frees them. Thread-safe.
 */
public final class CallWatch implements AutoCloseable {
  private final String timeoutKey;
  private final Duration callMax;
  private final int hungMax;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().name("embedding-call-", 0).daemon().factory());

  /** Under way, in time or after it. */
  private final Map<Call, Run<?>> runs = new ConcurrentHashMap<>();

  private enum Operation {
    CHUNKS,
    PASSAGE,
    QUERY
  }

  private record Call(EmbeddingModelId model, String scope, Operation operation, String text) {
    /** Says nothing of the text. */
    @Override
    public String toString() {
      return "Call[" + model + ", " + operation + "]";
    }
  }

  /** A call under way, and everybody who waits for it, until the same moment. */
  private static final class Run<T> {
    final CompletableFuture<T> answer = new CompletableFuture<>();
    final long start = System.nanoTime();
    volatile boolean overdue;
  }

  private CallWatch(String timeoutKey, Duration callMax, int hungMax) {
    this.timeoutKey = timeoutKey;
    this.callMax = callMax;
    this.hungMax = hungMax;
  }

  /** For what is stored, which nobody waits for. */
  public static CallWatch ofPassages(NodeConfig.Embedding config) {
    return new CallWatch(
        "rekindle.embedding.call-timeout", config.callTimeout(), config.hungCallsMax());
  }

  /**
   * For what is searched by, while its caller waits. It has a watch of its own, so that queries on
   * which a model hangs don't end the embedding of what is stored, nor the reverse.
   */
  public static CallWatch ofQueries(NodeConfig.Embedding config) {
    return new CallWatch(
        "rekindle.embedding.query-timeout", config.queryTimeout(), config.hungCallsMax());
  }

  /**
   * A model whose calls are watched.
   *
   * @param scope calls of one share a run, and no others: else one customer would see by the time
   *     that a call takes, or by its being refused, what another one asks
   * @return whose calls may throw DEADLINE_EXCEEDED, and NOT_READY when too many others hang
   */
  public EmbeddingModel over(EmbeddingModel model, String scope) {
    return new Watched(model, scope);
  }

  /** As {@link #over(EmbeddingModel, String)}, of one scope. */
  public EmbeddingModel over(EmbeddingModel model) {
    return over(model, "");
  }

  private <T> T call(Call call, Supplier<T> work) {
    Run<T> mine = new Run<>();
    // The key says which operation it is, and so of what type the answer.
    @SuppressWarnings("unchecked")
    Run<T> run = (Run<T>) runs.computeIfAbsent(call, _ -> mine);
    if (run == mine) {
      start(call, run, work);
    } else if (run.overdue) {
      throw overdue("an embedding model still hangs on a text", call);
    }
    return answer(call, run);
  }

  private <T> void start(Call call, Run<T> run, Supplier<T> work) {
    // Also of a run that is refused below: whoever waits for it is refused with it.
    var _ = run.answer.whenComplete((_, _) -> runs.remove(call, run));
    try {
      if (hungCalls() >= hungMax) {
        throw new RekindleException(
            ErrorCode.NOT_READY,
            "too many calls of embedding models hang; restart the node",
            Map.of("limit", Integer.toString(hungMax)));
      }
      threads.execute(() -> complete(run.answer, work));
    } catch (RejectedExecutionException e) {
      run.answer.completeExceptionally(stops());
    } catch (RekindleException e) {
      run.answer.completeExceptionally(e);
    }
  }

  private static <T> void complete(CompletableFuture<T> answer, Supplier<T> work) {
    try {
      answer.complete(work.get());
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private <T> T answer(Call call, Run<T> run) {
    try {
      long left = callMax.toNanos() - (System.nanoTime() - run.start);
      return run.answer.get(left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      run.overdue = true;
      throw overdue("an embedding model did not end with a text in time", call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stops();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new CancellationException("a call ended without an answer");
      }
    }
  }

  private static RekindleException stops() {
    return new RekindleException(ErrorCode.NOT_READY, "the node stops");
  }

  private RekindleException overdue(String text, Call call) {
    return new RekindleException(
        ErrorCode.DEADLINE_EXCEEDED,
        text,
        Map.of("model", call.model().value(), "key", timeoutKey));
  }

  /** Calls that went on after their time, and do so still. */
  public int hungCalls() {
    return (int) runs.values().stream().filter(run -> run.overdue).count();
  }

  /** Ends the threads that are idle; those that hang end with the process. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private final class Watched implements EmbeddingModel {
    private final EmbeddingModel model;
    private final String scope;

    Watched(EmbeddingModel model, String scope) {
      this.model = model;
      this.scope = scope;
    }

    @Override
    public List<TextChunk> chunks(String content) {
      return call(new Call(id(), scope, Operation.CHUNKS, content), () -> model.chunks(content));
    }

    @Override
    public float[] embedPassage(String chunkText) {
      return call(
              new Call(id(), scope, Operation.PASSAGE, chunkText),
              () -> model.embedPassage(chunkText))
          .clone();
    }

    @Override
    public float[] embedQuery(String text) {
      return call(new Call(id(), scope, Operation.QUERY, text), () -> model.embedQuery(text))
          .clone();
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
