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
 * on comes from it. The others only open: what was sealed before, and what other nodes seal that
 * use another one already. None is ever dropped: the audit and backups of its time are kept, and
 * whoever has told another node that it holds one has to hold it. Their order is that in which this
 * node came to have them; the first is the same on all, and Ignite's digest is made of it.
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
    /** Of the last generation: seals the others in the file. */
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
  synchronized @Nullable List<SubKey> deriveAll(Use use) {
    if (closed) {
      return null;
    }
    List<SubKey> derived = new ArrayList<>();
    derived.add(subKey(secrets.get(used), use));
    for (int generation = secrets.size() - 1; generation >= 0; generation--) {
      if (generation != used) {
        derived.add(subKey(secrets.get(generation), use));
      }
    }
    return derived;
  }

  /**
   * A sub-key.
   *
   * @param generation its name
   * @param key 32 bytes, owned by who has it
   */
  record SubKey(String generation, byte[] key) {}

  private SubKey subKey(byte[] secret, Use use) {
    return new SubKey(name(secret), derive(secret, use));
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

  /** The place of the generation in use among {@link #generations}, from 0. */
  synchronized int inUse() {
    return used;
  }

  private String name(byte[] secret) {
    return HexFormat.of().formatHex(derive(secret, Use.IDENTITY), 0, ID_BYTES);
  }

  /**
   * Holds another generation besides, without using it yet.
   *
   * @param other with all that this one has, and more
   */
  public synchronized void hold(ClusterKey other) {
    requireOpen();
    List<byte[]> after = other.copies();
    if (!isBeginningOf(after)) {
      wipe(after);
      throw new IllegalArgumentException("a key of another cluster, or one with less");
    }
    wipe(secrets);
    secrets.clear();
    secrets.addAll(after);
    changes++;
  }

  private boolean isBeginningOf(List<byte[]> others) {
    boolean same = others.size() >= secrets.size();
    for (int generation = 0; same && generation < secrets.size(); generation++) {
      same = MessageDigest.isEqual(secrets.get(generation), others.get(generation));
    }
    return same;
  }

  /**
   * Uses a generation from now on.
   *
   * @throws IllegalArgumentException when it has none of this name
   */
  public synchronized void use(String generation) {
    used = placeOf(generation);
    changes++;
  }

  private int placeOf(String generation) {
    int place = generations().indexOf(generation);
    if (place < 0) {
      throw new IllegalArgumentException("a generation that is not held");
    }
    return place;
  }

  /** The same with another generation as well, which is not in use; owned by the caller. */
  synchronized ClusterKey with(byte[] secret) {
    List<byte[]> next = copies();
    if (next.stream().noneMatch(known -> MessageDigest.isEqual(known, secret))) {
      next.add(secret.clone());
    }
    return new ClusterKey(clusterId, next, used);
  }

  /** The same with a certain generation in use; owned by the caller. */
  synchronized ClusterKey using(String generation) {
    return new ClusterKey(clusterId, copies(), placeOf(generation));
  }

  /** A copy of the last generation, for {@link KeyHandover}. */
  synchronized byte[] last() {
    requireOpen();
    return secrets.getLast().clone();
  }

  private static void wipe(List<byte[]> secrets) {
    secrets.forEach(secret -> Arrays.fill(secret, (byte) 0));
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
    wipe(ours);
    wipe(theirs);
    return same && inUse() == other.inUse();
  }

  /** Wraps its last generation by the customer's key. */
  synchronized byte[] wrap(KeyManagementService kms, byte[] associatedData) {
    requireOpen();
    return kms.wrap(secrets.getLast(), associatedData);
  }

  /**
   * The generations before the last, one behind the other, sealed under the last: of none, too,
   * since what is sealed tells whether the last is right.
   */
  synchronized byte[] sealAllButLast(byte[] associatedData) {
    requireOpen();
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
   * The whole key of its last generation and what {@link #sealAllButLast} gave.
   *
   * @param last owned by the key, and wiped when there is none
   * @throws GeneralSecurityException when the others were not sealed under it so
   */
  static ClusterKey of(
      UUID clusterId, byte[] last, byte[] sealedOthers, int used, byte[] associatedData)
      throws GeneralSecurityException {
    byte[] key = derive(last, Parts.of(clusterId), "rekindle/1/cluster/" + Use.EARLIER.label);
    List<byte[]> secrets = new ArrayList<>();
    try {
      byte[] others = Xaes.of(key).decrypt(sealedOthers, associatedData);
      for (int at = 0; at + BYTES <= others.length; at += BYTES) {
        secrets.add(Arrays.copyOfRange(others, at, at + BYTES));
      }
      Arrays.fill(others, (byte) 0);
      secrets.add(last);
      return new ClusterKey(clusterId, secrets, used);
    } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
      wipe(secrets);
      Arrays.fill(last, (byte) 0);
      throw new GeneralSecurityException("other generations do not open", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    wipe(secrets);
  }

  @Override
  public String toString() {
    return "ClusterKey[" + clusterId + "]";
  }
}
