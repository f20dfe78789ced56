package io.rekindle.node.embedding;

import ai.onnxruntime.OrtException;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that runs in this process: HuggingFace's tokenizer, then ONNX Runtime.
 *
 * <p>Calls hold a read lock, so that closing, which frees native memory, waits for them; not for
 * one that hangs.
 */
public final class OnnxEmbeddingModel implements EmbeddingModel {
  /** Windows in a query; a whole document is no query, and each window costs a model call. */
  static final int QUERY_CHUNKS_MAX = 8;

  private static final Logger LOG = LoggerFactory.getLogger(OnnxEmbeddingModel.class);

  /** More than any text takes. */
  private static final int CLOSE_WAIT_SECONDS = 10;

  /** What was read. */
  private record Loaded(
      Tokenizer tokenizer, OnnxEncoder encoder, TextChunker passages, TextChunker queries) {}

  private final ModelSpec spec;
  private final Path nativeFolder;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile @Nullable Loaded loaded;
  private volatile boolean warm;
  private boolean closed;

  /**
   * @param nativeFolder see {@link NativeLibraries}
   */
  OnnxEmbeddingModel(ModelSpec spec, Path nativeFolder) {
    this.spec = spec;
    this.nativeFolder = nativeFolder;
  }

  @Override
  public EmbeddingModelId id() {
    return spec.id();
  }

  @Override
  public int dimensions() {
    return spec.dimensions();
  }

  @Override
  public Distance distance() {
    return spec.distance();
  }

  @Override
  public String sha256() {
    return spec.sha256();
  }

  @Override
  public String fingerprint() {
    return spec.fingerprint();
  }

  @Override
  public List<TextChunk> chunks(String content) {
    return withLoaded(m -> m.passages().chunks(content));
  }

  @Override
  public float[] embedPassage(String chunkText) {
    return withLoaded(m -> embed(m, m.passages().prefix() + chunkText, "content"));
  }

  @Override
  public float[] embedQuery(String text) {
    return withLoaded(
        m -> {
          List<TextChunk> chunks = m.queries().chunks(text);
          if (chunks.size() > QUERY_CHUNKS_MAX) {
            throw RekindleException.overLimit(
                "query",
                m.tokenizer().count(text),
                (long) QUERY_CHUNKS_MAX * m.queries().tokensMax(),
                "tokens");
          }
          List<float[]> vectors = new ArrayList<>();
          for (TextChunk chunk : chunks) {
            vectors.add(embed(m, m.queries().prefix() + chunk.text(), "query"));
          }
          return vectors.size() == 1 ? vectors.getFirst() : Vectors.meanDirection(vectors);
        });
  }

  @Override
  public void warmUp() {
    if (!warm) {
      embedQuery(spec.id().value());
      warm = true;
    }
  }

  @Override
  public boolean isWarm() {
    return warm;
  }

  @Override
  public void close() {
    boolean locked = false;
    try {
      locked = lock.writeLock().tryLock(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
      if (!locked) {
        // What a call still uses can't be freed; it ends with the process.
        LOG.atWarn().addKeyValue("model", spec.id()).log("an embedding model is still in use");
        return;
      }
      closed = true;
      warm = false;
      Loaded m = loaded;
      loaded = null;
      if (m != null) {
        m.tokenizer().close();
        m.encoder().close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (OrtException e) {
      throw failure("an embedding model can't be closed", e);
    } finally {
      if (locked) {
        lock.writeLock().unlock();
      }
    }
  }

  private float[] embed(Loaded m, String text, String field) throws OrtException {
    long[] ids = m.tokenizer().ids(text);
    if (ids.length == 0) {
      throw ModelFault.of("a text has no token of the model", "model", spec.id().value());
    }
    if (ids.length > spec.window()) {
      throw RekindleException.overLimit(field, ids.length, spec.window(), "tokens");
    }
    return m.encoder().encode(ids);
  }

  @FunctionalInterface
  private interface Use<R> {
    R with(Loaded m) throws OrtException;
  }

  private <R> R withLoaded(Use<R> use) {
    if (loaded == null) {
      load();
    }
    lock.readLock().lock();
    try {
      Loaded m = loaded;
      if (m == null) {
        throw new RekindleException(ErrorCode.NOT_READY, "an embedding model is closed");
      }
      return use.with(m);
    } catch (OrtException e) {
      throw failure("an embedding model failed", e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private void load() {
    lock.writeLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      if (loaded != null || closed) {
        return;
      }
      NativeLibraries.load(nativeFolder);
      loaded = load(ModelFiles.read(spec, arena));
    } catch (OrtException e) {
      throw failure("an embedding model can't be loaded", e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Loaded load(ModelFiles files) throws OrtException {
    Tokenizer tokenizer = new Tokenizer(files.tokenizerJson());
    try {
      OnnxEncoder encoder = new OnnxEncoder(files.onnx(), spec.dimensions(), spec.pooling());
      try {
        if (!spec.source().testedByTheBuild()) {
          new ModelProof(spec).check(tokenizer, encoder, Vocabulary.lastId(files.tokenizerJson()));
        }
      } catch (RuntimeException e) {
        encoder.close();
        throw e;
      }
      int tokensMax = spec.window() - tokenizer.specialTokens();
      return new Loaded(
          tokenizer,
          encoder,
          TextChunker.of(tokenizer, spec.passagePrefix(), tokensMax, spec.overlap()),
          TextChunker.of(tokenizer, spec.queryPrefix(), tokensMax, spec.overlap()));
    } catch (OrtException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private RekindleException failure(String text, OrtException cause) {
    return ModelFault.because(
        cause, text, "model", spec.id().value(), "onnx", cause.getCode().toString());
  }
}
