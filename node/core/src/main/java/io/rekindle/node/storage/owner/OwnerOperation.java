package io.rekindle.node.storage.owner;

import java.util.Locale;

/** What an owner is asked to do. */
enum OwnerOperation {
  STORE,
  GET,
  GET_BY_EXTERNAL_KEY,
  UPDATE,
  DELETE,
  LIST,
  SEARCH,
  /** The candidates of a search over several owners. */
  SEARCH_CANDIDATES,
  /** The rows of candidates, once they are in one order. */
  SEARCH_ROWS,
  STATE_GET,
  STATE_SET,
  STATE_DELETE,
  STATE_LIST;

  private final String tag = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** In meters. */
  String tag() {
    return tag;
  }

  /** As the nodes know it: part of the format. */
  String call() {
    return "owner." + tag;
  }
}
