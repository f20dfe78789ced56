package io.rekindle.node.pipeline.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a node found in its chain, as bytes for the node that asked: a format byte, the numbers, the
 * problems.
 */
final class ChainMessages {
  /** Of the chain of a node that was not asked by the client. */
  static final int PROBLEMS_MAX = 100;

  private static final byte FORMAT = 1;

  private ChainMessages() {}

  /** With the first problems alone, so that the answer about many nodes stays small. */
  static Reply.AuditVerified bounded(Reply.AuditVerified chain) {
    List<String> problems = chain.problems();
    if (problems.size() > PROBLEMS_MAX) {
      problems = new ArrayList<>(problems.subList(0, PROBLEMS_MAX));
      problems.add("more problems follow: ask this node itself");
    }
    return new Reply.AuditVerified(
        chain.records(),
        chain.heartbeats(),
        chain.lists(),
        chain.blocks(),
        chain.firstSequence(),
        chain.lastSequence(),
        problems);
  }

  static byte[] write(Reply.AuditVerified chain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(chain.records());
      out.writeLong(chain.heartbeats());
      out.writeLong(chain.lists());
      out.writeLong(chain.blocks());
      out.writeLong(chain.firstSequence());
      out.writeLong(chain.lastSequence());
      out.writeShort(chain.problems().size());
      for (String problem : chain.problems()) {
        out.writeUTF(problem);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads the answer of another node.
   *
   * @throws RekindleException INTERNAL when it is not readable, or over its bound
   */
  static Reply.AuditVerified read(byte[] answer) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer))) {
      if (in.readByte() != FORMAT) {
        throw new IOException("an answer of another release");
      }
      long records = in.readLong();
      long heartbeats = in.readLong();
      long lists = in.readLong();
      long blocks = in.readLong();
      long first = in.readLong();
      long last = in.readLong();
      int count = in.readUnsignedShort();
      if (count > PROBLEMS_MAX + 1) {
        throw new IOException("more problems than a node tells");
      }
      List<String> problems = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        problems.add(in.readUTF());
      }
      return new Reply.AuditVerified(records, heartbeats, lists, blocks, first, last, problems);
    } catch (IOException e) {
      throw new RekindleException(
          ErrorCode.INTERNAL, "a message of another node is not readable", Map.of(), e);
    }
  }
}
