package io.rekindle.node.storage.row;

/** The columns that have an index, by the names of their fields. */
public final class Columns {
  public static final String SLICE = SliceKey.AFFINITY_FIELD;
  public static final String EMBEDDING_STATUS = "embeddingStatus";
  public static final String EXPIRES_AT = "expiresAtMicros";

  public static final String PATH = "path";
  public static final String AGENT_ID = "agentId";
  public static final String NAME = "name";

  /** The index on an agent state's slice, agent and name. */
  public static final String STATE = "state";

  private Columns() {}
}
