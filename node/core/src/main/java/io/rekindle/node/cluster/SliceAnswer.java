package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of an answer between nodes: format byte 1, then 0 and the operation's answer, or 1 and
 * an error as its code, text and details. Exceptions themselves never travel.
 */
final class SliceAnswer {
  private static final Logger log = LoggerFactory.getLogger(SliceAnswer.class);
  private static final byte FORMAT = 1;
  private static final byte DONE = 0;
  private static final byte FAILED = 1;

  private SliceAnswer() {}

  /** Runs the operation; what it throws becomes part of the answer. */
  static byte[] encode(UnaryOperator<byte[]> operation, String name, byte[] body) {
    try {
      byte[] result = operation.apply(body);
      byte[] answer = new byte[2 + result.length];
      answer[0] = FORMAT;
      answer[1] = DONE;
      System.arraycopy(result, 0, answer, 2, result.length);
      return answer;
    } catch (RekindleException e) {
      return encode(e);
    } catch (RuntimeException e) {
      log.atError().addKeyValue("operation", name).setCause(e).log("a slice call failed");
      return encode(new RekindleException(ErrorCode.INTERNAL, "another node failed to answer"));
    }
  }

  /**
   * @throws RekindleException the error that the answer carries
   */
  static byte[] decode(byte[] answer) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer))) {
      if (in.readByte() != FORMAT) {
        throw new IOException("an answer of a newer release");
      }
      if (in.readByte() == DONE) {
        return in.readAllBytes();
      }
      ErrorCode code = ErrorCode.valueOf(in.readUTF());
      String text = in.readUTF();
      Map<String, String> details = new LinkedHashMap<>();
      for (int left = in.readUnsignedByte(); left > 0; left--) {
        details.put(in.readUTF(), in.readUTF());
      }
      throw new RekindleException(code, text, details);
    } catch (IOException | IllegalArgumentException e) {
      throw new RekindleException(
          ErrorCode.INTERNAL, "another node's answer is not readable", Map.of(), e);
    }
  }

  private static byte[] encode(RekindleException error) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeByte(FAILED);
      out.writeUTF(error.code().name());
      out.writeUTF(error.text());
      out.writeByte(error.details().size());
      for (Map.Entry<String, String> detail : error.details().entrySet()) {
        out.writeUTF(detail.getKey());
        out.writeUTF(detail.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }
}
