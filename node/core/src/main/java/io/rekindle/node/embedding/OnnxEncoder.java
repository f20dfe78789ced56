package io.rekindle.node.embedding;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The network of one model under ONNX Runtime, on the calling thread and no other.
 *
 * <p>One text a call: a dynamically quantised network scales its activations by the largest value
 * over the whole batch, so that company changes a vector (cosine to its own: 0.98). Memory for
 * activations is given back after each call; a node at rest keeps the weights alone.
 *
 * <p>Thread-safe except for {@link #close()}, after which no method may be called.
 */
final class OnnxEncoder implements AutoCloseable {
  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";
  private static final Set<String> INPUTS = Set.of(INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS);

  /** What exporters call the states; a model that calls them otherwise has them first. */
  private static final String LAST_HIDDEN_STATE = "last_hidden_state";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Set<String> inputs;
  private final String output;
  private final int dimensions;
  private final Pooling pooling;

  /**
   * @param onnx a direct buffer, not needed after this
   * @throws io.rekindle.node.error.RekindleException INTERNAL when the network has other inputs or
   *     outputs than an encoder of texts
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
    try {
      inputs = inputsOf(session.getInputInfo());
      output = outputOf(session.getOutputInfo());
    } catch (OrtException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static Set<String> inputsOf(Map<String, NodeInfo> infos) {
    if (!infos.containsKey(INPUT_IDS)) {
      throw ModelFault.of("the model lacks an input", "file", ModelFolder.ONNX, "input", INPUT_IDS);
    }
    infos.forEach(
        (name, node) -> {
          if (!INPUTS.contains(name)) {
            throw ModelFault.of(
                "the model has an input that nobody would fill",
                "file",
                ModelFolder.ONNX,
                "input",
                ModelFault.quote(name),
                "known",
                String.join(", ", new TreeSet<>(INPUTS)));
          }
          if (!(node.getInfo() instanceof TensorInfo tensor)
              || tensor.type != OnnxJavaType.INT64
              || tensor.getShape().length != 2) {
            throw ModelFault.of(
                "an input of the model is not int64 of the shape [batch, tokens]",
                "file",
                ModelFolder.ONNX,
                "input",
                name);
          }
        });
    return infos.keySet();
  }

  private String outputOf(Map<String, NodeInfo> infos) {
    String name = null;
    TensorInfo chosen = null;
    for (NodeInfo node : infos.values()) {
      if (node.getInfo() instanceof TensorInfo tensor
          && tensor.getShape().length == 3
          && (chosen == null || node.getName().equals(LAST_HIDDEN_STATE))) {
        name = node.getName();
        chosen = tensor;
      }
    }
    if (name == null || chosen == null) {
      throw ModelFault.of(
          "the model has no output of the shape [batch, tokens, dimensions]",
          "file",
          ModelFolder.ONNX);
    }
    if (chosen.type != OnnxJavaType.FLOAT) {
      throw ModelFault.of(
          "the output of the model is not float32",
          "file",
          ModelFolder.ONNX,
          "output",
          ModelFault.quote(name));
    }
    long declared = chosen.getShape()[2];
    if (declared >= 0) {
      checkDimensions(declared);
    }
    return name;
  }

  private void checkDimensions(long actual) {
    if (actual != dimensions) {
      throw ModelFault.of(
          "the model has other dimensions",
          "file",
          ModelFolder.ONNX,
          "dimensions",
          Integer.toString(dimensions),
          "actual",
          Long.toString(actual));
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
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try {
      give(given, INPUT_IDS, ids);
      give(given, ATTENTION_MASK, ones);
      give(given, TOKEN_TYPE_IDS, new long[ids.length]);
      try (OrtSession.Result result = session.run(given, Set.of(output))) {
        OnnxTensor states = (OnnxTensor) result.get(0);
        checkShape(states.getInfo().getShape(), ids.length);
        return states.getFloatBuffer();
      }
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  private void checkShape(long[] shape, int tokens) {
    if (shape.length != 3 || shape[0] != 1 || shape[1] != tokens) {
      throw ModelFault.of(
          "the output of the model is not of the shape [1, tokens, dimensions]",
          "file",
          ModelFolder.ONNX,
          "tokens",
          Integer.toString(tokens),
          "actual",
          Arrays.toString(shape));
    }
    checkDimensions(shape[2]);
  }

  private void give(Map<String, OnnxTensor> given, String input, long[] row) throws OrtException {
    if (inputs.contains(input)) {
      given.put(
          input,
          OnnxTensor.createTensor(environment, LongBuffer.wrap(row), new long[] {1, row.length}));
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
