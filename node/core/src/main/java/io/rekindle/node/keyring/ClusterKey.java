package io.rekindle.node.keyring;

import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.Xaes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The 256-bit key of a cluster, unwrapped: never used itself, only the source of one sub-key for
 * each use (HKDF-SHA-256, RFC 5869; salt: cluster id, info: label).
 *
 * <p>It has generations, because somebody may have seen it. One is in use: what is sealed from now
 * on comes from it. The others only open: earlier ones what was sealed before, and a newer one, as
 * long as it is only held, what other nodes seal that use it already. All are kept for good, since
 * the audit and backups of their time are; so is the first, of which Ignite's digest is made.
 *
 * <p>Safe for use by many threads. {@link #close()} wipes it; sub-keys handed out live on.
 */
public final class ClusterKey implements AutoCloseable {
  static final int BYTES = 32;

  /** Each is 32 bytes of a small file; nobody replaces a key for sport. */
  static final int GENERATIONS_MAX = 64;

  private static final int ID_BYTES = 8;

  /** What a sub-key is for; the label is part of the derivation and never changes. */
  public enum Use {
    /** Wraps Ignite's group keys. */
    PAGE("page"),
    /** Wraps data keys of namespaces and keys of root namespaces. */
    NAMESPACE("namespace"),
    /** Seals, around the namespace's key, the keys of files of slices. */
    FILE("file"),
    /** Wraps the keys of tail files and blocks of the audit. */
    AUDIT("audit"),
    /** Of the HMAC over API key secrets. */
    PEPPER("pepper"),
    /** Seals page tokens. */
    TOKEN("token"),
    /** Authenticates passes between nodes. */
    SESSION("session"),
    /** Wraps the keys of manifests and lists of backups. */
    BACKUP("backup"),
    /** Marks a data folder as this cluster's. */
    FOLDER("folder"),
    /** Names a generation; no secret. */
    IDENTITY("identity"),
    /** Of the newest generation: seals the earlier ones in the file. */
    EARLIER("earlier"),
    /** Seals a new generation on its way to other nodes, within TLS. */
    HANDOVER("handover");

    private final String label;

    Use(String label) {
      this.label = label;
    }
  }

  private final UUID clusterId;

  /** Oldest first. */
  private final List<byte[]> secrets = new ArrayList<>();

  private int used;
  private boolean closed;
  private volatile int changes;

  /** Of one generation; takes ownership of {@code secret}. */
  ClusterKey(UUID clusterId, byte[] secret) {
    this(clusterId, List.of(secret), 0);
  }

  /**
   * Takes ownership of the secrets.
   *
   * @param secrets oldest first
   * @param used the index of the one in use
   */
  ClusterKey(UUID clusterId, List<byte[]> secrets, int used) {
    if (secrets.stream().anyMatch(secret -> secret.length != BYTES)) {
      throw new IllegalArgumentException("a cluster key has 32 bytes");
    }
    if (secrets.size() > GENERATIONS_MAX) {
      throw new IllegalArgumentException("a cluster key has 64 generations at most");
    }
    this.clusterId = clusterId;
    this.secrets.addAll(secrets);
    this.used = Objects.checkIndex(used, secrets.size());
  }

  public UUID clusterId() {
    return clusterId;
  }

  /**
   * The sub-key for {@code use} of the generation in use, 32 bytes; the caller owns the array and
   * wipes it.
   *
   * @throws IllegalStateException when this key was closed: what is derived from zeros is no secret
   */
  public synchronized byte[] derive(Use use) {
    return derive(secrets.get(used), use);
  }

  /**
   * As {@link #derive(Use)}, of all generations: the one in use first, then the newest first; null
   * when this key was closed.
   */
  synchronized @Nullable List<byte[]> deriveAll(Use use) {
    if (closed) {
      return null;
    }
    List<byte[]> derived = new ArrayList<>();
    derived.add(derive(secrets.get(used), use));
    for (int generation = secrets.size() - 1; generation >= 0; generation--) {
      if (generation != used) {
        derived.add(derive(secrets.get(generation), use));
      }
    }
    return derived;
  }

  /** As {@link #derive(Use)}, of the first generation, which stays the same. */
  synchronized byte[] deriveFirst(Use use) {
    return derive(secrets.getFirst(), use);
  }

  private byte[] derive(byte[] secret, Use use) {
    requireOpen();
    return derive(secret, Parts.of(clusterId), "rekindle/1/cluster/" + use.label);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the cluster key was closed");
    }
  }

  /** How often it was changed since it was unwrapped: what is kept of it is to be derived anew. */
  int changes() {
    return changes;
  }

  /** Names of the generations, oldest first: 16 hexadecimal digits each, which are no secret. */
  public synchronized List<String> generations() {
    return secrets.stream().map(this::name).toList();
  }

  /** The name of the generation in use. */
  public synchronized String generation() {
    return name(secrets.get(used));
  }

  /** How many generations were in use before. */
  public synchronized int earlier() {
    return used;
  }

  /** Whether there is a newer generation than the one in use. */
  public synchronized boolean holdsNewer() {
    return used < secrets.size() - 1;
  }

  private String name(byte[] secret) {
    return HexFormat.of().formatHex(derive(secret, Use.IDENTITY), 0, ID_BYTES);
  }

  /**
   * Holds another generation, without using it yet, in the place of one that was only held.
   *
   * @param other with the same generations up to the one in use
   */
  public synchronized void hold(ClusterKey other) {
    requireOpen();
    List<byte[]> after = other.copies();
    if (!isBeginningOf(after)) {
      after.forEach(secret -> Arrays.fill(secret, (byte) 0));
      throw new IllegalArgumentException("a key of another cluster, or an earlier one");
    }
    secrets.forEach(secret -> Arrays.fill(secret, (byte) 0));
    secrets.clear();
    secrets.addAll(after);
    changes++;
  }

  private boolean isBeginningOf(List<byte[]> others) {
    boolean same = others.size() > used;
    for (int generation = 0; same && generation <= used; generation++) {
      same = MessageDigest.isEqual(secrets.get(generation), others.get(generation));
    }
    return same;
  }

  /** Uses the newest generation from now on. */
  public synchronized void useNewest() {
    requireOpen();
    used = secrets.size() - 1;
    changes++;
  }

  /** The same with a newer generation, which is not in use; owned by the caller. */
  synchronized ClusterKey withNewer(byte[] secret) {
    List<byte[]> next = new ArrayList<>(copies().subList(0, used + 1));
    next.add(secret.clone());
    return new ClusterKey(clusterId, next, used);
  }

  /** The same with the newest generation in use; owned by the caller. */
  synchronized ClusterKey withNewestInUse() {
    return new ClusterKey(clusterId, copies(), secrets.size() - 1);
  }

  /** A copy of the newest generation, for {@link KeyHandover}. */
  synchronized byte[] newest() {
    requireOpen();
    return secrets.getLast().clone();
  }

  private synchronized List<byte[]> copies() {
    requireOpen();
    List<byte[]> copies = new ArrayList<>();
    secrets.forEach(secret -> copies.add(secret.clone()));
    return copies;
  }

  /** HKDF-SHA-256 to 32 bytes. */
  static byte[] derive(byte[] secret, byte[] salt, String info) {
    try {
      HKDFParameterSpec parameters =
          HKDFParameterSpec.ofExtract()
              .addIKM(secret)
              .addSalt(salt)
              .thenExpand(info.getBytes(StandardCharsets.UTF_8), BYTES);
      return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HKDF-SHA256", e);
    }
  }

  /** Whether it is the same key with the same generations; in a time that tells nothing. */
  public boolean isSame(ClusterKey other) {
    List<byte[]> theirs = other.copies();
    List<byte[]> ours = copies();
    boolean same = clusterId.equals(other.clusterId) && ours.size() == theirs.size();
    for (int generation = 0; same && generation < ours.size(); generation++) {
      same = MessageDigest.isEqual(ours.get(generation), theirs.get(generation));
    }
    ours.forEach(secret -> Arrays.fill(secret, (byte) 0));
    theirs.forEach(secret -> Arrays.fill(secret, (byte) 0));
    return same && earlier() == other.earlier();
  }

  /** Wraps its newest generation by the customer's key. */
  synchronized byte[] wrap(KeyManagementService kms, byte[] associatedData) {
    requireOpen();
    return kms.wrap(secrets.getLast(), associatedData);
  }

  /**
   * The generations before the newest, one behind the other, sealed under the newest.
   *
   * @return nothing when there is one alone
   */
  synchronized byte[] sealEarlier(byte[] associatedData) {
    if (secrets.size() == 1) {
      return new byte[0];
    }
    ByteBuffer earlier = ByteBuffer.allocate((secrets.size() - 1) * BYTES);
    secrets.subList(0, secrets.size() - 1).forEach(earlier::put);
    byte[] key = derive(secrets.getLast(), Use.EARLIER);
    try {
      return Xaes.of(key).encrypt(earlier.array(), associatedData);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    } finally {
      Arrays.fill(earlier.array(), (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * The whole key of its newest generation and what {@link #sealEarlier} gave.
   *
   * @param newest owned by the key, and wiped when there is none
   * @throws GeneralSecurityException when the earlier ones were not sealed under it so
   */
  static ClusterKey of(
      UUID clusterId, byte[] newest, byte[] sealedEarlier, int used, byte[] associatedData)
      throws GeneralSecurityException {
    byte[] key = derive(newest, Parts.of(clusterId), "rekindle/1/cluster/" + Use.EARLIER.label);
    try {
      byte[] earlier = Xaes.of(key).decrypt(sealedEarlier, associatedData);
      List<byte[]> secrets = new ArrayList<>();
      for (int at = 0; at + BYTES <= earlier.length; at += BYTES) {
        secrets.add(Arrays.copyOfRange(earlier, at, at + BYTES));
      }
      Arrays.fill(earlier, (byte) 0);
      secrets.add(newest);
      return new ClusterKey(clusterId, secrets, used);
    } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
      Arrays.fill(newest, (byte) 0);
      throw new GeneralSecurityException("earlier generations do not open", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    secrets.forEach(secret -> Arrays.fill(secret, (byte) 0));
  }

  @Override
  public String toString() {
    return "ClusterKey[" + clusterId + "]";
  }
}
