package io.rekindle.node.cluster;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;

/**
 * Whom a node lets in, beyond a chain that leads to the node CA: a certificate of a node, which may
 * be client and server, of this very cluster. A door's certificate, one for clients alone, or one
 * of another cluster under the same CA is refused in the handshake. Immutable.
 */
final class NodeTrust extends X509ExtendedTrustManager {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private final X509ExtendedTrustManager chains;
  private final X500Principal subject;

  /**
   * Trusts what {@code chains} trusts and names the same cluster.
   *
   * @param own this node's certificate: all nodes of a cluster have one subject, the cluster's
   */
  NodeTrust(X509ExtendedTrustManager chains, X509Certificate own) {
    this.chains = chains;
    this.subject = own.getSubjectX500Principal();
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    X509Certificate node = chain[0];
    List<String> purposes = node.getExtendedKeyUsage();
    if (purposes == null || !purposes.containsAll(List.of(CLIENT_AUTH, SERVER_AUTH))) {
      throw new CertificateException("the certificate is not one of a node");
    }
    if (!subject.equals(node.getSubjectX500Principal())) {
      throw new CertificateException("the certificate is one of another cluster");
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    chains.checkClientTrusted(chain, type);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    chains.checkServerTrusted(chain, type);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    chains.checkClientTrusted(chain, type, socket);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    chains.checkServerTrusted(chain, type, socket);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    chains.checkClientTrusted(chain, type, engine);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    chains.checkServerTrusted(chain, type, engine);
    check(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains.getAcceptedIssuers();
  }
}
