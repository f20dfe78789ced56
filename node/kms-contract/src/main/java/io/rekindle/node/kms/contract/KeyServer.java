package io.rekindle.node.kms.contract;

import java.time.Duration;

/**
 * A server of keys whose faults a test commands. It speaks the vendor's protocol, and its
 * cryptography is real. Safe for use by many threads.
 */
public interface KeyServer extends AutoCloseable {
  /** Requests so far, logins included. */
  int requests();

  /** A further version of the key, which wraps from now on. */
  void rotate();

  /** What the first version wrapped is not unwrapped any more, for good. */
  void destroyFirstVersion();

  /** Whether the key works. */
  void setEnabled(boolean enabled);

  /** Whether whoever is logged in may use it. */
  void setAllowed(boolean allowed);

  /** Whether anybody is let in. */
  void setLoginsAllowed(boolean allowed);

  /** Has all logins so far be over. */
  void expireLogins();

  /** Has each answer come so late. */
  void delay(Duration delay);

  /** Says that it is asked too often, to so many requests. */
  void throttle(int requests);

  /** Says that it has a fault of its own, to so many requests. */
  void fail(int requests);

  /** Answers nonsense to so many requests. */
  void garble(int requests);

  /** Gives back another key than the one that was wrapped. */
  void setConfused(boolean confused);

  /** Has an answer begin in time, and then drip without end. */
  void setDripping(boolean dripping);

  /** Listens no more. */
  @Override
  void close();
}
