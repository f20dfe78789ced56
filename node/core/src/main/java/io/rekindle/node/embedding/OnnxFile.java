package io.rekindle.node.embedding;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks through an ONNX file before ONNX Runtime does: it must be whole, keep its weights itself,
 * and have operators of the runtime alone. A weight that refers to another file would have that one
 * read, whichever it is.
 *
 * <p>Reads protobuf's wire format by the field numbers of {@code onnx.proto}, of the parts that
 * lead to weights and operators; everything else is skipped, not kept.
 */
final class OnnxFile {
  /** Graphs in attributes of nodes in graphs, three parts a level; loops seldom nest twice. */
  private static final int DEPTH_MAX = 64;

  private static final int DOMAIN_BYTES_MAX = 256;
  private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

  private static final int NODE_DOMAIN = 7;
  private static final int TENSOR_EXTERNAL_DATA = 13;
  private static final int TENSOR_DATA_LOCATION = 14;

  /** The messages that lead to weights and operators. */
  private enum Part {
    MODEL,
    OPERATOR_SET,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    TENSOR,
    SPARSE_TENSOR;

    /** What a field of this message is, by its number. */
    private @Nullable Part at(int field) {
      return switch (this) {
        case MODEL ->
            switch (field) {
              case 7 -> GRAPH;
              case 8 -> OPERATOR_SET;
              case 20 -> TRAINING;
              case 25 -> FUNCTION;
              default -> null;
            };
        case TRAINING -> field == 1 || field == 2 ? GRAPH : null;
        case FUNCTION -> field == 7 ? NODE : field == 11 ? ATTRIBUTE : null;
        case GRAPH ->
            switch (field) {
              case 1 -> NODE;
              case 5 -> TENSOR;
              case 15 -> SPARSE_TENSOR;
              default -> null;
            };
        case NODE -> field == 5 ? ATTRIBUTE : null;
        case ATTRIBUTE ->
            switch (field) {
              case 5, 10 -> TENSOR;
              case 6, 11 -> GRAPH;
              case 22, 23 -> SPARSE_TENSOR;
              default -> null;
            };
        case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : null;
        case OPERATOR_SET, TENSOR -> null;
      };
    }
  }

  private final CodedInputStream in;
  private final Set<Part> found = EnumSet.noneOf(Part.class);

  private OnnxFile(CodedInputStream in) {
    this.in = in;
  }

  /**
   * @throws RekindleException INTERNAL when the file is none of ONNX's, ends early, nests deeper
   *     than {@value #DEPTH_MAX}, refers to another file, or has operators of another domain
   */
  static void check(ByteBuffer onnx) {
    int bytes = onnx.remaining();
    OnnxFile file = new OnnxFile(CodedInputStream.newInstance(onnx));
    try {
      var _ = file.in.pushLimit(bytes);
      file.check(Part.MODEL, 0);
    } catch (IOException e) {
      throw ModelFault.because(e, "the file is damaged, or is not ONNX", "file", ModelFolder.ONNX);
    }
    if (!file.found.containsAll(Set.of(Part.GRAPH, Part.OPERATOR_SET))) {
      throw ModelFault.of(
          "the file lacks an ONNX graph, or the sets of its operators", "file", ModelFolder.ONNX);
    }
  }

  private void check(Part part, int depth) throws IOException {
    if (depth > DEPTH_MAX) {
      throw ModelFault.of(
          "the graphs of the file nest too deep",
          "file",
          ModelFolder.ONNX,
          "limit",
          Integer.toString(DEPTH_MAX));
    }
    while (!in.isAtEnd()) {
      int tag = in.readTag();
      int field = WireFormat.getTagFieldNumber(tag);
      Part inner = part.at(field);
      if (inner != null) {
        requireType(tag, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        found.add(inner);
        int limit = in.pushLimit(in.readRawVarint32());
        check(inner, depth + 1);
        in.popLimit(limit);
      } else if (part == Part.TENSOR && field == TENSOR_EXTERNAL_DATA) {
        throw external();
      } else if (part == Part.TENSOR && field == TENSOR_DATA_LOCATION) {
        requireType(tag, WireFormat.WIRETYPE_VARINT);
        if (in.readRawVarint64() != 0) {
          throw external();
        }
      } else if (part == Part.NODE && field == NODE_DOMAIN) {
        requireType(tag, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        checkDomain();
      } else if (!in.skipField(tag)) {
        throw new IOException("a group ends that did not begin");
      }
    }
  }

  private static void requireType(int tag, int type) throws IOException {
    if (WireFormat.getTagWireType(tag) != type) {
      throw new IOException("a field has another type than in onnx.proto");
    }
  }

  private void checkDomain() throws IOException {
    int bytes = in.readRawVarint32();
    if (bytes > DOMAIN_BYTES_MAX) {
      throw new IOException("the name of a domain is too long");
    }
    String domain = new String(in.readRawBytes(bytes), StandardCharsets.UTF_8);
    if (!DOMAINS.contains(domain)) {
      throw ModelFault.of(
          "the model has operators that the runtime does not have",
          "file",
          ModelFolder.ONNX,
          "domain",
          ModelFault.quote(domain));
    }
  }

  private static RekindleException external() {
    return ModelFault.of(
        "the model keeps weights in another file, and they must be in this one",
        "file",
        ModelFolder.ONNX);
  }
}
