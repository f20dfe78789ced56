package io.rekindle.chaos.traffic;

import com.google.protobuf.FieldMask;
import io.rekindle.v1.Memory;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;

/** Requests that more than one place makes. */
final class Messages {
  /** All the parts of a value: one write changes them together. */
  static final FieldMask EVERYTHING =
      FieldMask.newBuilder().addPaths("content").addPaths("metadata").addPaths("vector").build();

  private Messages() {}

  static Memory.Builder memory(Value value) {
    return Memory.newBuilder()
        .setContent(value.content())
        .setMetadata(value.metadata())
        .addAllVector(value.vector());
  }

  static SearchMemoriesRequest byVector(String namespace, Value value, int topK, boolean exact) {
    SearchMemoriesRequest.Builder request =
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(namespace)
            .setVector(QueryVector.newBuilder().addAllValues(value.vector()))
            .setTopK(topK);
    return (exact ? request.setRecallTarget(1) : request).build();
  }
}
