package io.rekindle.node.cluster;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import org.apache.ignite.Ignite;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/** The one compute job: an operation's name and its bytes, run by {@link SliceCalls} over there. */
final class SliceCall implements IgniteCallable<byte[]>, Externalizable {
  private static final long serialVersionUID = 1L;
  private static final byte FORMAT = 1;

  @IgniteInstanceResource private transient @Nullable Ignite ignite;

  private String operation;
  private byte[] body;

  /** For deserialisation only. */
  public SliceCall() {
    this("", new byte[0]);
  }

  SliceCall(String operation, byte[] body) {
    this.operation = operation;
    this.body = body;
  }

  @Override
  public byte[] call() {
    if (ignite == null) {
      throw new IllegalStateException("a slice call runs inside Ignite");
    }
    SliceCalls calls = SliceCalls.of(ignite);
    return SliceAnswer.encode(input -> calls.run(operation, input), operation, body);
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeByte(FORMAT);
    out.writeUTF(operation);
    out.writeInt(body.length);
    out.write(body);
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    if (in.readByte() != FORMAT) {
      throw new IOException("a slice call of a newer release");
    }
    operation = in.readUTF();
    int bytes = in.readInt();
    if (bytes < 0 || bytes > SliceCalls.BODY_BYTES_MAX) {
      throw new IOException("a slice call is over its limit");
    }
    body = new byte[bytes];
    in.readFully(body);
  }
}
