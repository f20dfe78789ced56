package io.rekindle.cli.command;

import com.google.protobuf.Timestamp;
import io.rekindle.v1.ApiKey;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.Grant;
import io.rekindle.v1.HitExplanation;
import io.rekindle.v1.MatchedChunk;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.WaitOutcome;
import io.rekindle.v1.WordLanguage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers as people read them. */
public final class Texts {
  private static final int PREVIEW = 100;

  private Texts() {}

  /** One line an element, or a word when there is none. */
  public static <T> String lines(List<T> elements, Function<T, String> line) {
    return elements.isEmpty()
        ? "(none)"
        : elements.stream().map(line).collect(Collectors.joining(System.lineSeparator()));
  }

  /** One page of a list, with how to go on when there are more. */
  static <T> String page(List<T> elements, Function<T, String> line, String nextPageToken) {
    String lines = lines(elements, line);
    return nextPageToken.isEmpty()
        ? lines
        : lines + System.lineSeparator() + "next: --page-token " + nextPageToken;
  }

  public static String line(Memory memory) {
    return "%s  %s  %s"
        .formatted(memory.getMemoryId(), time(memory.getCreatedAt()), preview(memory.getContent()));
  }

  static String full(Memory memory) {
    StringBuilder text = new StringBuilder(memory.getContent()).append(System.lineSeparator());
    append(text, "memory_id", memory.getMemoryId());
    append(text, "namespace", memory.getNamespace());
    append(text, "external_key", memory.getExternalKey());
    append(text, "agent_id", memory.getAgentId());
    append(text, "session_id", memory.getSessionId());
    append(text, "type", memory.getMemoryType());
    append(text, "tags", String.join(", ", memory.getTagsList()));
    append(text, "metadata", memory.getMetadata());
    append(text, "source", memory.getSource());
    append(text, "created", time(memory.getCreatedAt()));
    append(text, "version", Long.toString(memory.getVersion()));
    append(text, "read", memory.getAccessCount() + " times");
    return text.toString().stripTrailing();
  }

  public static String hits(SearchMemoriesResponse response) {
    List<String> said = new ArrayList<>();
    said.add(lines(response.getHitsList(), Texts::hit));
    if (response.getPartial()) {
      said.add("(partial)");
    }
    WaitOutcome wait = response.getWaitOutcome();
    if (wait.getNotReadyCount() > 0) {
      said.add("(%d not embedded yet)".formatted(wait.getNotReadyCount()));
    }
    if (wait.getFailedCount() > 0) {
      said.add("(%d could not be embedded)".formatted(wait.getFailedCount()));
    }
    return String.join(System.lineSeparator(), said);
  }

  private static String hit(SearchHit hit) {
    String line =
        "%.3f  %s  %s"
            .formatted(
                hit.getScore(),
                hit.getMemory().getMemoryId(),
                preview(hit.getMemory().getContent()));
    return hit.hasExplanation()
        ? line + System.lineSeparator() + "       " + explanation(hit)
        : line;
  }

  private static String explanation(SearchHit hit) {
    HitExplanation parts = hit.getExplanation();
    List<String> said = new ArrayList<>();
    if (parts.getMeaningRank() > 0) {
      String path = parts.getPath().name().substring("SEARCH_PATH_".length());
      said.add(
          "meaning %.3f #%d (%s%s)"
              .formatted(
                  parts.getMeaningScore(),
                  parts.getMeaningRank(),
                  path.toLowerCase(Locale.ROOT),
                  hit.hasChunk() ? ", " + chunk(hit.getChunk()) : ""));
    }
    if (parts.getWordsRank() > 0) {
      said.add("words %.3f #%d".formatted(parts.getWordsScore(), parts.getWordsRank()));
    }
    if (parts.getRecency() > 0) {
      said.add("recency %.3f".formatted(parts.getRecency()));
    }
    if (parts.getImportance() > 0) {
      said.add("importance %.3f".formatted(parts.getImportance()));
    }
    return String.join(", ", said);
  }

  private static String chunk(MatchedChunk chunk) {
    return "chunk %d, characters %d to %d"
        .formatted(chunk.getChunk(), chunk.getStart(), chunk.getEnd());
  }

  public static String line(Namespace namespace) {
    WordLanguage words = namespace.getWordLanguage();
    return "%s  model %s, %d dimensions%s%s%s"
        .formatted(
            namespace.getNamespace(),
            namespace.getEmbeddingModel(),
            namespace.getDimensions(),
            namespace.getDedupeContent() ? ", dedupes" : "",
            namespace.getCustomerKey().isEmpty()
                ? ""
                : ", under the customer's key " + namespace.getCustomerKey(),
            words == WordLanguage.WORD_LANGUAGE_ENGLISH
                ? ""
                : ", words of language "
                    + words.name().substring("WORD_LANGUAGE_".length()).toLowerCase(Locale.ROOT));
  }

  static String line(ApiKey key) {
    return "%s  %s  %s  %s%s"
        .formatted(
            key.getApiKeyId(),
            key.getScope().name().substring("KEY_SCOPE_".length()).toLowerCase(Locale.ROOT),
            key.getDisplayName(),
            key.getGrantsList().stream().map(Texts::grant).collect(Collectors.joining(", ")),
            key.hasRevokedAt() ? "  revoked " + time(key.getRevokedAt()) : "");
  }

  private static String grant(Grant grant) {
    String namespace = grant.getNamespace().isEmpty() ? "everything" : grant.getNamespace();
    String condition = grant.getCondition().isEmpty() ? "" : " where " + grant.getCondition();
    String actions =
        grant.getActionsCount() == 0 ? "" : " +" + String.join("+", grant.getActionsList());
    return namespace + condition + actions;
  }

  public static String line(AuditRecord record) {
    return "#%d  %s  %s  %s  %s  %s%s  %s  request %s"
        .formatted(
            record.getSequence(),
            time(record.getTime()),
            record.getKind(),
            record.getAction(),
            record.getDecision(),
            record.getNamespacesCount() == 0 ? "-" : String.join(",", record.getNamespacesList()),
            record.getCustomerKey().isEmpty() ? "" : "  customer's key " + record.getCustomerKey(),
            origin(record),
            record.getRequestId());
  }

  /** Who asked, and from where; of what the node did by itself, what that was about. */
  private static String origin(AuditRecord record) {
    if (record.getKind().equals("system")) {
      return "about " + (record.getPeer().isEmpty() ? "the node" : record.getPeer());
    }
    return "by %s from %s"
        .formatted(
            record.getApiKeyId().isEmpty() ? "nobody" : record.getApiKeyId(),
            record.getPeer().isEmpty() ? "no address" : record.getPeer());
  }

  public static String time(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
        .truncatedTo(ChronoUnit.MILLIS)
        .toString();
  }

  /** Configuration keys as the node takes them: {@code --set KEY=VALUE} for each. */
  public static List<String> settings(Map<String, String> values) {
    return values.entrySet().stream()
        .flatMap(each -> Stream.of("--set", each.getKey() + "=" + each.getValue()))
        .toList();
  }

  /** One line of a text, whatever is in it. */
  public static String preview(String content) {
    String line = content.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "");
    return line.length() <= PREVIEW ? line : line.substring(0, PREVIEW - 1) + "…";
  }

  private static void append(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append("  %-13s %s%n".formatted(name, value));
    }
  }
}
