package io.rekindle.node.cluster;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import org.apache.ignite.spi.IgniteSpiAdapter;
import org.apache.ignite.spi.IgniteSpiException;
import org.apache.ignite.spi.IgniteSpiMultipleInstancesSupport;
import org.apache.ignite.spi.encryption.EncryptionSpi;
import org.jspecify.annotations.Nullable;

/**
 * Ignite's encryption at rest with XAES-256-GCM: every page, WAL record and dump entry is
 * authenticated, and a tampered one is refused (the stock SPI is CBC with a checksum).
 *
 * <p>Each cache group has its own random key, wrapped by what was given to the constructor. What
 * wraps may change while Ignite runs, and Ignite is not told: a key is wrapped anew whenever Ignite
 * writes it down. So Ignite's own change of its master key, which loses acknowledged writes, is not
 * needed. The SPI never calls a key management service: Ignite asks it from discovery and exchange
 * threads.
 *
 * <p>Sizes: a page of 4,096 bytes carries 4,040 of data, {@value Xaes#OVERHEAD_BYTES} of nonce and
 * tag, and {@value #BLOCK_BYTES} that Ignite keeps for its checksum and key id. The SPI sees
 * neither group nor page id, so a page moved within its group is not noticed here; what tells rows
 * apart is authenticated by their envelopes.
 *
 * <p>Safe for use by many threads.
 */
@IgniteSpiMultipleInstancesSupport(true)
public final class XaesEncryptionSpi extends IgniteSpiAdapter implements EncryptionSpi {
  private static final int BLOCK_BYTES = 16;
  private static final int PAGE_BYTES = 4096;

  /** Pages after which {@link #warmUp} makes no difference any more. */
  public static final int WARM_PAGES = 10_000;

  /** How much less of data an encrypted page carries than one that is not. */
  static final int LOST_BYTES = Xaes.OVERHEAD_BYTES + BLOCK_BYTES;

  /** Of whatever wraps: Ignite is not told of a change. */
  private static final String MASTER_KEY_NAME = "rekindle-page-key";

  private static final byte[] NO_CONTEXT = {};

  /** A group's key was wrapped by another cluster key, or a newer one, or is damaged. */
  static final class OtherClusterKeyException extends IgniteSpiException {
    private static final long serialVersionUID = 1L;

    OtherClusterKeyException(GeneralSecurityException cause) {
      super("a group key does not unwrap under this cluster key", cause);
    }
  }

  private final GroupKeyWrapper wrapper;
  private final SecureRandom random = new SecureRandom();
  private volatile int warmedPages;

  public XaesEncryptionSpi(GroupKeyWrapper wrapper) {
    this.wrapper = wrapper;
  }

  /**
   * Seals and opens pages until the JIT has compiled the cipher: the first calls are up to a
   * hundred times slower, and the first checkpoint must not be the one to make them. It takes a
   * second in a new process; what is sealed is worthless, under a key that is thrown away.
   *
   * @param rounds pages to seal and open
   */
  public void warmUp(int rounds) {
    XaesGroupKey key = createKey();
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES - Xaes.OVERHEAD_BYTES - BLOCK_BYTES);
    ByteBuffer sealed = ByteBuffer.allocate(PAGE_BYTES - BLOCK_BYTES);
    for (int round = 0; round < rounds; round++) {
      page.clear();
      sealed.clear();
      encryptNoPadding(page, key, sealed);
      sealed.flip();
      page.clear();
      decryptNoPadding(sealed, key, page);
      warmedPages = round + 1;
    }
  }

  /** How many pages {@link #warmUp} has sealed and opened, so far or the last time. */
  public int warmedPages() {
    return warmedPages;
  }

  @Override
  public void spiStart(@Nullable String igniteInstanceName) {}

  @Override
  public void spiStop() {}

  /** Compared between nodes; says nothing of the key. */
  @Override
  public byte[] masterKeyDigest() {
    return wrapper.digest();
  }

  @Override
  public byte[] masterKeyDigest(String masterKeyName) {
    checkName(masterKeyName);
    return masterKeyDigest();
  }

  @Override
  public Serializable create() {
    return createKey();
  }

  @Override
  public void encrypt(ByteBuffer data, Serializable key, ByteBuffer res) {
    byte[] plaintext = new byte[data.remaining()];
    data.get(plaintext);
    try {
      res.put(cipher(key).encrypt(plaintext, NO_CONTEXT));
    } catch (GeneralSecurityException e) {
      throw new IgniteSpiException("a page or record was not sealed", e);
    }
  }

  @Override
  public void encryptNoPadding(ByteBuffer data, Serializable key, ByteBuffer res) {
    encrypt(data, key, res);
  }

  @Override
  public byte[] decrypt(byte[] data, Serializable key) {
    try {
      return cipher(key).decrypt(data, NO_CONTEXT);
    } catch (GeneralSecurityException e) {
      throw new IgniteSpiException("a page or record does not open: damaged, or tampered with", e);
    }
  }

  @Override
  public void decryptNoPadding(ByteBuffer data, Serializable key, ByteBuffer res) {
    byte[] sealed = new byte[data.remaining()];
    data.get(sealed);
    res.put(decrypt(sealed, key));
  }

  @Override
  public byte[] encryptKey(Serializable key) {
    return groupKey(key).wrapped(wrapper);
  }

  @Override
  public byte[] encryptKey(Serializable key, String masterKeyName) {
    checkName(masterKeyName);
    return encryptKey(key);
  }

  @Override
  public Serializable decryptKey(byte[] key) {
    try {
      return new XaesGroupKey(wrapper.unwrap(key), key);
    } catch (GeneralSecurityException e) {
      throw new OtherClusterKeyException(e);
    }
  }

  @Override
  public Serializable decryptKey(byte[] key, String masterKeyName) {
    checkName(masterKeyName);
    return decryptKey(key);
  }

  @Override
  public int encryptedSize(int dataSize) {
    return dataSize + Xaes.OVERHEAD_BYTES;
  }

  @Override
  public int encryptedSizeNoPadding(int dataSize) {
    return encryptedSize(dataSize);
  }

  @Override
  public int blockSize() {
    return BLOCK_BYTES;
  }

  @Override
  public String getMasterKeyName() {
    return MASTER_KEY_NAME;
  }

  /** Ignite's own master-key change loses acknowledged writes; rotation happens above it. */
  @Override
  public void setMasterKeyName(String masterKeyName) {
    checkName(masterKeyName);
  }

  private XaesGroupKey createKey() {
    byte[] secret = new byte[Xaes.KEY_BYTES];
    random.nextBytes(secret);
    return new XaesGroupKey(secret);
  }

  private static Aead cipher(Serializable key) {
    return groupKey(key).cipher();
  }

  private static XaesGroupKey groupKey(Serializable key) {
    if (key instanceof XaesGroupKey groupKey) {
      return groupKey;
    }
    throw new IgniteSpiException("not a key of this SPI");
  }

  private static void checkName(String masterKeyName) {
    if (!MASTER_KEY_NAME.equals(masterKeyName)) {
      throw new IgniteSpiException("Ignite's master key is never changed here");
    }
  }
}
