package io.rekindle.chaos.history;

/** A record as an answer showed it. Of the answer to a write only key and version are known. */
public record Observed(String namespace, String key, long version, Fingerprint fingerprint) {
  /** Nothing of the value was shown. */
  public static final Fingerprint UNSEEN = new Fingerprint("", "", "");
}
