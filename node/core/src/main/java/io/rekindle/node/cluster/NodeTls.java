package io.rekindle.node.cluster;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificates that a node serves and joins with, read and checked at start with the JDK alone.
 *
 * @param serverCertificate PEM of the door's certificate and what leads to its CA
 * @param serverKey PEM of the door's key, PKCS#8
 * @param nodeChain the node's certificate first
 * @param nodeKey the node's key
 * @param nodeCas whoever holds a certificate of one of these may join
 */
public record NodeTls(
    Path serverCertificate,
    Path serverKey,
    List<X509Certificate> nodeChain,
    PrivateKey nodeKey,
    List<X509Certificate> nodeCas) {
  private static final int FILE_BYTES_MAX = 1 << 20;

  /** Never guarded by a password on disk: the file's mode guards it. This is only in memory. */
  private static final char[] IN_MEMORY = new char[0];

  public NodeTls {
    nodeChain = List.copyOf(nodeChain);
    nodeCas = List.copyOf(nodeCas);
  }

  /**
   * Reads the files of {@code config}; relative paths are below {@code dataFolder}.
   *
   * @throws StartRefusedException when a file is missing, not PEM, a key is open to others, a
   *     certificate is not valid at {@code now}, or that of the node does not lead to a node CA
   */
  public static NodeTls load(NodeConfig.Tls config, Path dataFolder, Instant now) {
    Path serverCertificate = dataFolder.resolve(config.serverCertificate());
    Path serverKey = dataFolder.resolve(config.serverKey());
    readPair(serverCertificate, serverKey, now);
    Path nodeCertificate = dataFolder.resolve(config.nodeCertificate());
    PrivateKey nodeKey = readPair(nodeCertificate, dataFolder.resolve(config.nodeKey()), now);
    List<X509Certificate> nodeChain = readCertificates(nodeCertificate, now);
    Path nodeCa = dataFolder.resolve(config.nodeCa());
    List<X509Certificate> nodeCas = readCertificates(nodeCa, now);
    requireWhole(nodeChain, nodeCas, nodeCertificate, nodeCa, now);
    return new NodeTls(serverCertificate, serverKey, nodeChain, nodeKey, nodeCas);
  }

  /** What other nodes would refuse in the handshake, without a word about the reason. */
  private static void requireWhole(
      List<X509Certificate> chain, List<X509Certificate> cas, Path file, Path caFile, Instant now) {
    // A trusted certificate that stands in the chain, too, is no link of it.
    List<X509Certificate> links = chain.stream().filter(it -> !cas.contains(it)).toList();
    try {
      PKIXParameters trust =
          new PKIXParameters(
              cas.stream().map(ca -> new TrustAnchor(ca, null)).collect(Collectors.toSet()));
      trust.setRevocationEnabled(false);
      trust.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(links), trust);
    } catch (GeneralSecurityException e) {
      throw new StartRefusedException(
          ("The certificate %s does not lead to one of %s: the file has %,d, and the last one is"
                  + " issued by \"%s\".")
              .formatted(
                  file, caFile, chain.size(), chain.getLast().getIssuerX500Principal().getName()),
          e);
    }
  }

  KeyManager[] nodeKeyManagers() {
    try {
      KeyStore store = emptyStore();
      store.setKeyEntry("node", nodeKey, IN_MEMORY, nodeChain.toArray(Certificate[]::new));
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, IN_MEMORY);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the node's certificate is not usable", e);
    }
  }

  TrustManager[] nodeTrustManagers() {
    try {
      KeyStore store = emptyStore();
      for (int i = 0; i < nodeCas.size(); i++) {
        store.setCertificateEntry("ca" + i, nodeCas.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager chains) {
          return new TrustManager[] {new NodeTrust(chains, nodeChain.getFirst())};
        }
      }
      throw new GeneralSecurityException("the JDK does not verify chains");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the node CA is not usable", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static PrivateKey readPair(Path certificate, Path keyFile, Instant now) {
    X509Certificate first = readCertificates(certificate, now).getFirst();
    PrivateKey key = readKey(keyFile);
    if (!Pem.belongTogether(first.getPublicKey(), key)) {
      throw new StartRefusedException(
          "The TLS key file "
              + keyFile
              + " does not belong to the certificate "
              + certificate
              + ".");
    }
    return key;
  }

  private static List<X509Certificate> readCertificates(Path file, Instant now) {
    try {
      List<X509Certificate> certificates = Pem.readCertificates(Files.readAllBytes(file));
      for (X509Certificate certificate : certificates) {
        certificate.checkValidity(Date.from(now));
      }
      return certificates;
    } catch (NoSuchFileException e) {
      throw new StartRefusedException("The certificate " + file + " is missing.", e);
    } catch (CertificateExpiredException e) {
      throw new StartRefusedException("The certificate " + file + " has expired.", e);
    } catch (CertificateNotYetValidException e) {
      throw new StartRefusedException("The certificate " + file + " is not valid yet.", e);
    } catch (GeneralSecurityException | IOException e) {
      throw new StartRefusedException("The certificate " + file + " is not readable PEM.", e);
    }
  }

  private static PrivateKey readKey(Path file) {
    byte[] pem = SecretFiles.read(file, "TLS key file", FILE_BYTES_MAX);
    try {
      return Pem.readKey(pem);
    } catch (GeneralSecurityException e) {
      throw new StartRefusedException("The TLS key file " + file + " is not PKCS#8 in PEM.", e);
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }
}
