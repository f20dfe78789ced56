package io.rekindle.node.access;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Map;

/** The answers that say no. They depend on the key alone, so they tell nothing of what exists. */
final class Denial {
  private Denial() {}

  static RekindleException ofScope(Action action) {
    return of("the key's scope does not include this action", action);
  }

  static RekindleException ofGrant(Action action) {
    return of("no grant of the key allows this action here", action);
  }

  static RekindleException ofPass(Action action) {
    return of("the request was not authorised for this action", action);
  }

  static RekindleException ofExpiry() {
    return new RekindleException(
        ErrorCode.PERMISSION_DENIED, "the request outlived its authorisation");
  }

  private static RekindleException of(String text, Action action) {
    return new RekindleException(ErrorCode.PERMISSION_DENIED, text, Map.of("action", action.id()));
  }
}
