package io.rekindle.node.authn;

/**
 * A fresh API key.
 *
 * @param text the whole key, shown this once
 * @param stored what is kept of it
 */
public record IssuedApiKey(String text, StoredApiKey stored) {
  @Override
  public String toString() {
    return "IssuedApiKey[" + stored.id() + "]";
  }
}
