package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.regex.Pattern;

/** The public half of an API key: 16 characters of lower-case base 32. */
public record ApiKeyId(String value) {
  private static final Pattern FORM = Pattern.compile("[a-z2-7]{16}");

  public ApiKeyId {
    if (!FORM.matcher(value).matches()) {
      throw RekindleException.invalid("api_key_id", "an API key id is 16 characters of a-z2-7");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
