package io.rekindle.cli.bench.data;

/** A file of vectors that can't be used; the text goes on after the file's name. */
final class DamagedVectorsException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedVectorsException(String text) {
    super(text);
  }
}
