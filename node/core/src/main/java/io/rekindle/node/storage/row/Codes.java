package io.rekindle.node.storage.row;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.WordLanguage;
import java.util.List;

/** The bytes that stand for enum constants on disk: part of the format, so written out here. */
public final class Codes {
  private static final List<Sensitivity> SENSITIVITIES =
      List.of(
          Sensitivity.PUBLIC,
          Sensitivity.INTERNAL,
          Sensitivity.CONFIDENTIAL,
          Sensitivity.RESTRICTED);
  private static final List<EmbeddingStatus> STATUSES =
      List.of(EmbeddingStatus.PENDING, EmbeddingStatus.EMBEDDED, EmbeddingStatus.FAILED);
  private static final List<Distance> DISTANCES =
      List.of(Distance.COSINE, Distance.DOT, Distance.L2);
  private static final List<KeyScope> SCOPES =
      List.of(KeyScope.READ_ONLY, KeyScope.READ_WRITE, KeyScope.ADMIN);

  /** English first: rows from before there was a choice have a 0. */
  private static final List<WordLanguage> LANGUAGES =
      List.of(
          WordLanguage.ENGLISH,
          WordLanguage.ANY,
          WordLanguage.ARABIC,
          WordLanguage.CJK,
          WordLanguage.DANISH,
          WordLanguage.DUTCH,
          WordLanguage.FINNISH,
          WordLanguage.FRENCH,
          WordLanguage.GERMAN,
          WordLanguage.HINDI,
          WordLanguage.ITALIAN,
          WordLanguage.NORWEGIAN,
          WordLanguage.PORTUGUESE,
          WordLanguage.RUSSIAN,
          WordLanguage.SPANISH,
          WordLanguage.SWEDISH);

  private Codes() {}

  static byte of(Sensitivity sensitivity) {
    return code(SENSITIVITIES, sensitivity);
  }

  static Sensitivity sensitivity(byte code) {
    return constant(SENSITIVITIES, code);
  }

  /** Public for queries over the column. */
  public static byte of(EmbeddingStatus status) {
    return code(STATUSES, status);
  }

  static EmbeddingStatus embeddingStatus(byte code) {
    return constant(STATUSES, code);
  }

  static byte of(Distance distance) {
    return code(DISTANCES, distance);
  }

  static Distance distance(byte code) {
    return constant(DISTANCES, code);
  }

  static byte of(WordLanguage language) {
    return code(LANGUAGES, language);
  }

  static WordLanguage wordLanguage(byte code) {
    return constant(LANGUAGES, code);
  }

  static byte of(KeyScope scope) {
    return code(SCOPES, scope);
  }

  static KeyScope keyScope(byte code) {
    return constant(SCOPES, code);
  }

  private static <T> byte code(List<T> constants, T constant) {
    int code = constants.indexOf(constant);
    if (code < 0) {
      throw new IllegalStateException("a constant has no code on disk yet");
    }
    return (byte) code;
  }

  private static <T> T constant(List<T> constants, byte code) {
    if (code < 0 || code >= constants.size()) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "a row holds a code that this release does not know");
    }
    return constants.get(code);
  }
}
