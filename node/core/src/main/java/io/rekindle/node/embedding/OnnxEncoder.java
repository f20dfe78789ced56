package io.rekindle.node.embedding;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Token ids to a vector: one session of ONNX Runtime that computes on the caller's thread.
 *
 * <p>One text per call, always: the activations of a dynamically quantised model are scaled over
 * the whole batch, so that company changes a vector (cosine to its own: 0.98). Memory for
 * activations is given back after each call; a node at rest keeps the weights alone.
 *
 * <p>Thread-safe except for {@link #close()}, after which no method may be called.
 */
final class OnnxEncoder implements AutoCloseable {
  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int dimensions;
  private final Pooling pooling;

  /**
   * @param onnx a direct buffer, not needed after this
   */
  OnnxEncoder(ByteBuffer onnx, int dimensions, Pooling pooling) throws OrtException {
    this.dimensions = dimensions;
    this.pooling = pooling;
    environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "rekindle");
    environment.setTelemetry(false);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      session = environment.createSession(onnx, options);
    }
  }

  /** The unit vector of a text given as token ids, special ones included. */
  float[] encode(long[] ids) throws OrtException {
    return Vectors.toUnitLength(pooling.pool(states(ids), ids.length, dimensions));
  }

  /** The last hidden states, on the heap: {@code dimensions} floats for each token. */
  FloatBuffer states(long[] ids) throws OrtException {
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try {
      inputs.put(INPUT_IDS, tensor(ids));
      inputs.put(ATTENTION_MASK, tensor(ones));
      inputs.put(TOKEN_TYPE_IDS, tensor(new long[ids.length]));
      try (OrtSession.Result result = session.run(inputs)) {
        // [1, tokens, dimensions]
        return ((OnnxTensor) result.get(0)).getFloatBuffer();
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(long[] row) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(row), new long[] {1, row.length});
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
