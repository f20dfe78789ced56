package io.rekindle.node.index.words;

import io.rekindle.node.index.RowContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.BytesRef;

/** Which content of which memory a document is: 32 bytes beside it, and a term of the first 16. */
final class StoredContent {
  static final String FIELD = "content";
  static final String ID = "id";
  private static final int ID_BYTES = 2 * Long.BYTES;

  private final BinaryDocValues values;

  private StoredContent(BinaryDocValues values) {
    this.values = values;
  }

  /** Of the documents of a segment, to be asked for with growing numbers. */
  static StoredContent of(LeafReader segment) throws IOException {
    return new StoredContent(DocValues.getBinary(segment, FIELD));
  }

  RowContent get(int document) throws IOException {
    if (!values.advanceExact(document)) {
      throw new IllegalStateException("a document without the memory that it is of");
    }
    BytesRef bytes = values.binaryValue();
    ByteBuffer buffer = ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length);
    return new RowContent(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  static BytesRef encode(RowContent content) {
    return new BytesRef(
        ByteBuffer.allocate(2 * ID_BYTES)
            .putLong(content.high())
            .putLong(content.low())
            .putLong(content.contentVersion())
            .putLong(content.createdAtMicros())
            .array());
  }

  static BytesRef encodeId(long high, long low) {
    return new BytesRef(ByteBuffer.allocate(ID_BYTES).putLong(high).putLong(low).array());
  }
}
