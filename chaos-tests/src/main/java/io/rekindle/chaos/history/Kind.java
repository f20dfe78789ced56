package io.rekindle.chaos.history;

/** What a client asked for. */
public enum Kind {
  STORE,
  UPDATE,
  DELETE,
  GET,
  LIST,
  SEARCH,
  SET_STATE,
  GET_STATE;

  /** Whether it puts a value there, of which there is a fingerprint. */
  public boolean puts() {
    return this == STORE || this == UPDATE || this == SET_STATE;
  }

  public boolean reads() {
    return this == GET || this == LIST || this == SEARCH || this == GET_STATE;
  }

  /** Whether it reads one record, named by its key. */
  public boolean readsOne() {
    return this == GET || this == GET_STATE;
  }
}
