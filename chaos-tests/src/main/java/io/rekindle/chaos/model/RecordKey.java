package io.rekindle.chaos.model;

/** Where a memory or a state is; keys of states begin with {@code state:}. */
public record RecordKey(String namespace, String key) {}
