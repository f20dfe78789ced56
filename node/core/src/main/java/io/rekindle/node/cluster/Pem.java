package io.rekindle.node.cluster;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates and unencrypted PKCS#8 keys in PEM (RFC 7468). */
final class Pem {
  private static final String KEY = "PRIVATE KEY";
  private static final byte[] PROBE = new byte[32];
  private static final String CERTIFICATE = "CERTIFICATE";

  private Pem() {}

  static byte[] write(PrivateKey key) {
    return write(KEY, key.getEncoded());
  }

  static byte[] write(X509Certificate certificate) throws CertificateException {
    return write(CERTIFICATE, certificate.getEncoded());
  }

  /** All certificates, in their order. */
  static List<X509Certificate> readCertificates(byte[] pem) throws CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (var certificate : factory.generateCertificates(new ByteArrayInputStream(pem))) {
      certificates.add((X509Certificate) certificate);
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate");
    }
    return certificates;
  }

  /**
   * The first key; EC, RSA or Ed25519.
   *
   * @throws GeneralSecurityException when there is none in PKCS#8
   */
  static PrivateKey readKey(byte[] pem) throws GeneralSecurityException {
    String text = new String(pem, StandardCharsets.US_ASCII);
    String begin = "-----BEGIN " + KEY + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + KEY + "-----");
    if (from < 0 || to < from) {
      throw new InvalidKeySpecException("no PKCS#8 private key");
    }
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(decode(text, from + begin.length(), to));
    // A key says its algorithm inside, so every factory but the right one refuses it.
    InvalidKeySpecException refusal = new InvalidKeySpecException("neither EC, RSA nor Ed25519");
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        refusal.addSuppressed(e);
      }
    }
    throw refusal;
  }

  /** Whether {@code publicKey} verifies what {@code key} signs. */
  static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
    if (!publicKey.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // A key of another curve or size does not fit, which is the answer.
      return false;
    }
  }

  private static byte[] decode(String text, int from, int to) throws InvalidKeySpecException {
    try {
      return Base64.getMimeDecoder().decode(text.substring(from, to));
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("damaged PEM", e);
    }
  }

  private static byte[] write(String type, byte[] encoded) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    String pem = "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    return pem.getBytes(StandardCharsets.US_ASCII);
  }
}
