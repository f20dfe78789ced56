package io.rekindle.node.model;

/**
 * Whose endings and commonest words a search by words leaves out. {@code ANY} leaves out none, and
 * is for texts of several languages; {@code CJK} finds Chinese, Japanese and Korean by pairs of
 * characters.
 */
public enum WordLanguage {
  ENGLISH,
  ANY,
  ARABIC,
  CJK,
  DANISH,
  DUTCH,
  FINNISH,
  FRENCH,
  GERMAN,
  HINDI,
  ITALIAN,
  NORWEGIAN,
  PORTUGUESE,
  RUSSIAN,
  SPANISH,
  SWEDISH
}
