package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Makes a node's first certificates: one CA for doors, whose certificate clients trust, and another
 * for nodes alone, because whoever holds one of its certificates can join the cluster.
 *
 * <p>Files, in the folder given: {@code server-ca.crt}, {@code server-ca.key}, {@code server.crt},
 * {@code server.key}, {@code node-ca.crt}, {@code node-ca.key}, {@code node.crt}, {@code node.key};
 * keys are PKCS#8, mode 0600. All nodes' certificates have one subject, which names the cluster.
 * Move the CA keys off the machine once all nodes have certificates.
 */
public final class NodeCertificates {
  private static final int CA_FILE_BYTES_MAX = 1 << 20;
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");

  private NodeCertificates() {}

  /** How long new certificates are good for. */
  public record Validity(Duration authority, Duration leaf) {
    public static final Validity DEFAULT =
        new Validity(Duration.ofDays(3650), Duration.ofDays(825));
  }

  /**
   * Makes all eight files.
   *
   * @param hosts names and addresses of the door, besides loopback
   * @throws java.nio.file.FileAlreadyExistsException when a key is there: it is never replaced
   */
  public static void create(
      Path folder, UUID clusterId, List<String> hosts, Instant now, Validity validity)
      throws IOException {
    List<String> names = new ArrayList<>(LOOPBACK);
    names.addAll(hosts);
    SecretFiles.createFolder(folder);

    CertificateAuthority doors =
        CertificateAuthority.create("server CA of " + clusterId, now, validity.authority());
    write(folder, "server-ca", doors.certificate(), doors.key());
    var server = doors.issueServer("server of " + clusterId, names, now, validity.leaf());
    write(folder, "server", server.certificate(), server.key());

    CertificateAuthority nodes =
        CertificateAuthority.create("node CA of " + clusterId, now, validity.authority());
    write(folder, "node-ca", nodes.certificate(), nodes.key());
    var node = nodes.issueNode("node of " + clusterId, names, now, validity.leaf());
    write(folder, "node", node.certificate(), node.key());
  }

  /** The CAs of a cluster, with their keys. */
  public record Authorities(CertificateAuthority doors, CertificateAuthority nodes) {}

  /**
   * Reads both CAs.
   *
   * @param folder one that {@link #create} filled
   * @throws StartRefusedException when a file is missing, or is none, or a key is another CA's
   */
  public static Authorities authorities(Path folder) throws IOException {
    return new Authorities(read(folder, "server-ca"), read(folder, "node-ca"));
  }

  /**
   * Makes the four files of one more node, beside both CAs' certificates; the CA keys stay where
   * they are.
   */
  public static void issue(
      Path folder,
      Authorities authorities,
      UUID clusterId,
      List<String> hosts,
      Instant now,
      Validity validity)
      throws IOException {
    List<String> names = new ArrayList<>(LOOPBACK);
    names.addAll(hosts);
    SecretFiles.createFolder(folder);
    CertificateAuthority doors = authorities.doors();
    writeCertificate(folder, "server-ca", doors.certificate());
    var server = doors.issueServer("server of " + clusterId, names, now, validity.leaf());
    write(folder, "server", server.certificate(), server.key());
    CertificateAuthority nodes = authorities.nodes();
    writeCertificate(folder, "node-ca", nodes.certificate());
    var node = nodes.issueNode("node of " + clusterId, names, now, validity.leaf());
    write(folder, "node", node.certificate(), node.key());
  }

  private static CertificateAuthority read(Path folder, String name) throws IOException {
    Path certificate = folder.resolve(name + ".crt");
    Path key = folder.resolve(name + ".key");
    try {
      X509Certificate ca = Pem.readCertificates(Files.readAllBytes(certificate)).getFirst();
      PrivateKey caKey = readKey(key);
      if (!Pem.belongTogether(ca.getPublicKey(), caKey)) {
        throw new StartRefusedException(
            "The CA key file " + key + " does not belong to the certificate " + certificate + ".");
      }
      return CertificateAuthority.of(ca, caKey);
    } catch (NoSuchFileException e) {
      throw new StartRefusedException("The certificate " + certificate + " is missing.", e);
    } catch (GeneralSecurityException e) {
      throw new StartRefusedException(
          "The files " + certificate + " and " + key + " are not PEM.", e);
    }
  }

  private static PrivateKey readKey(Path file) throws GeneralSecurityException {
    byte[] pem = SecretFiles.read(file, "CA key file", CA_FILE_BYTES_MAX);
    try {
      return Pem.readKey(pem);
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  /** Writes {@code name.key} (0600) and {@code name.crt} (0644). */
  static void write(Path folder, String name, X509Certificate certificate, PrivateKey key)
      throws IOException {
    SecretFiles.create(folder.resolve(name + ".key"), Pem.write(key));
    writeCertificate(folder, name, certificate);
  }

  private static void writeCertificate(Path folder, String name, X509Certificate certificate)
      throws IOException {
    Path file = folder.resolve(name + ".crt");
    try {
      SecretFiles.write(file, Pem.write(certificate));
    } catch (GeneralSecurityException e) {
      throw new IOException("a certificate was not written", e);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
