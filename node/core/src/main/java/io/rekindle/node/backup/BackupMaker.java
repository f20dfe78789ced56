package io.rekindle.node.backup;

import static java.util.Objects.requireNonNull;

import io.rekindle.node.audit.AuditPosition;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.Snapshots;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.BackupInfo;
import io.rekindle.node.model.BackupName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, lists, checks and deletes backups of the cluster, from whichever node is asked.
 * Thread-safe.
 *
 * <p>The steps of one: all nodes put what their audits have into blocks; Ignite writes a snapshot
 * of all pages, at a moment without transactions; each node moves its part to its place and lists
 * it; the manifest is written everywhere. Whatever was acknowledged before the first step is in it.
 * When a step fails, what was written is deleted.
 */
public final class BackupMaker {
  private static final Logger LOG = LoggerFactory.getLogger(BackupMaker.class);

  private final AllNodes nodes;
  private final Snapshots snapshots;
  private final BackupParts parts;
  private final Facts facts;
  private final ManifestCipher cipher;
  private final Duration timeout;
  private final InstantSource clock;

  /**
   * What every backup of this cluster says of it.
   *
   * @param clusterKeyFile reads the wrapped cluster key, as it is in its file: it may be wrapped
   *     anew
   */
  public record Facts(
      UUID clusterId, int partitions, List<String> caches, Supplier<byte[]> clusterKeyFile) {
    public Facts {
      caches = List.copyOf(caches);
    }
  }

  /**
   * Of this node.
   *
   * @param timeout how long a node may take for its part
   */
  public BackupMaker(
      AllNodes nodes,
      Snapshots snapshots,
      BackupParts parts,
      Facts facts,
      ManifestCipher cipher,
      Duration timeout,
      InstantSource clock) {
    this.nodes = nodes;
    this.snapshots = snapshots;
    this.parts = parts;
    this.facts = facts;
    this.cipher = cipher;
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * Makes a backup; returns when it is whole, on all nodes.
   *
   * @param id what it is known by besides its name
   * @throws RekindleException BACKUP_EXISTS; PARTITION_LOST when not all data is in reach;
   *     DISK_RESERVE_REACHED; BACKUP_FAILED, and nothing of it is left
   */
  public BackupInfo make(BackupName name, UUID id) {
    nodes.requireAllData();
    var createdAt = clock.instant();
    byte[] request = BackupParts.request(name, id);
    try {
      Map<String, AuditPosition> audits = ask(BackupParts.BEGIN, request, AuditAnswer::of);
      snapshots.create(name.toString());
      Map<String, BackupParts.Written> written =
          ask(BackupParts.WRITE, request, BackupParts.Written::of);
      if (!written.keySet().equals(audits.keySet())) {
        throw new RekindleException(
            ErrorCode.BACKUP_FAILED, "a node came or went while the backup was made", Map.of());
      }
      List<BackupManifest.Node> all = new ArrayList<>();
      audits.forEach(
          (node, audit) -> {
            BackupParts.Written part = requireNonNull(written.get(node));
            all.add(new BackupManifest.Node(node, part.files(), part.bytes(), part.part(), audit));
          });
      BackupManifest manifest =
          new BackupManifest(
              name, id, facts.clusterId(), createdAt, facts.partitions(), facts.caches(), all);
      byte[] sealed = ManifestFile.seal(manifest, facts.clusterKeyFile().get(), cipher);
      ask(BackupParts.FINISH, BackupParts.finishRequest(name, id, sealed), answer -> answer);
      return info(manifest);
    } catch (RuntimeException e) {
      discard(name, request);
      throw e;
    }
  }

  private void discard(BackupName name, byte[] request) {
    try {
      ask(BackupParts.DISCARD, request, answer -> answer);
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("backup", name)
          .setCause(e)
          .log("what was written of a backup that failed could not be deleted everywhere");
    }
  }

  /** All in this node's folder, by name; unfinished and damaged ones among them. */
  public List<BackupInfo> list() {
    return parts.names().stream().map(this::info).toList();
  }

  private BackupInfo info(BackupName name) {
    try {
      return info(parts.folder(name).readManifest().open(cipher));
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      return BackupInfo.incomplete(name, String.valueOf(e.getMessage()));
    }
  }

  private static BackupInfo info(BackupManifest manifest) {
    return new BackupInfo(
        manifest.name(),
        manifest.id(),
        manifest.createdAt(),
        manifest.nodes().stream().map(BackupManifest.Node::nodeId).toList(),
        manifest.files(),
        manifest.bytes(),
        "");
  }

  /**
   * Lets each node read its part again.
   *
   * @return what is wrong, each with its node; empty when the backup is whole
   * @throws RekindleException BACKUP_NOT_FOUND
   */
  public List<String> problems(BackupName name) {
    requireThere(name);
    List<String> problems = new ArrayList<>();
    List<String> writers = info(name).nodes();
    Map<String, List<String>> answers =
        ask(BackupParts.CHECK, BackupParts.nameRequest(name), BackupParts::texts);
    // A node that came later has no part in it; of a damaged manifest nobody knows.
    answers.forEach(
        (node, found) -> {
          if (writers.isEmpty() || writers.contains(node)) {
            found.forEach(text -> problems.add(node + ": " + text));
          }
        });
    writers.stream()
        .filter(node -> !answers.containsKey(node))
        .forEach(node -> problems.add(node + ": the node is away, its part was not read"));
    return problems;
  }

  /**
   * Deletes it on all nodes that are there.
   *
   * @param id of the request, for the audits of the nodes
   * @throws RekindleException BACKUP_NOT_FOUND
   */
  public void delete(BackupName name, UUID id) {
    requireThere(name);
    ask(BackupParts.DELETE, BackupParts.request(name, id), answer -> answer);
  }

  /** Of one that is there. */
  public BackupInfo get(BackupName name) {
    requireThere(name);
    return info(name);
  }

  private void requireThere(BackupName name) {
    if (!parts.names().contains(name)) {
      throw new RekindleException(
          ErrorCode.BACKUP_NOT_FOUND,
          "there is no backup of this name in this node's folder",
          Map.of("field", "name"));
    }
  }

  private <T> Map<String, T> ask(String operation, byte[] body, Function<byte[], T> decode) {
    Map<String, T> answers = new TreeMap<>();
    nodes
        .ask(operation, body, timeout)
        .forEach((node, answer) -> answers.put(node, decode.apply(answer)));
    return answers;
  }

  /** What BEGIN answers. */
  private static final class AuditAnswer {
    private AuditAnswer() {}

    static AuditPosition of(byte[] answer) {
      return BackupCodec.read(answer, BackupCodec::position);
    }
  }
}
