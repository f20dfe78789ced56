package io.rekindle.chaos.checker;

import java.util.List;

/** One promise, held against what happened. Stateless. */
public interface Checker {
  /** Where the promise was broken; empty when it was kept. */
  List<Violation> check(Evidence evidence);

  default String name() {
    return getClass().getSimpleName();
  }
}
