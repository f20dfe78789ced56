package io.rekindle.cli;

import picocli.CommandLine.Option;

/** {@code -o text|json}. */
public final class OutputOption {
  /** The forms of an answer. */
  public enum Form {
    text,
    json
  }

  @Option(
      names = {"-o", "--output"},
      description = "${COMPLETION-CANDIDATES}",
      defaultValue = "text")
  private Form form = Form.text;

  public boolean json() {
    return form == Form.json;
  }
}
