package io.rekindle.node.cluster;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.apache.ignite.ssl.AbstractSslContextFactory;

/**
 * TLS between nodes: 1.3 and AES-256-GCM only, with keys and trust from memory. Ignite itself asks
 * each peer for a certificate.
 */
final class Tls13ContextFactory extends AbstractSslContextFactory {
  private static final long serialVersionUID = 1L;
  private static final String PROTOCOL = "TLSv1.3";

  private final transient NodeTls tls;

  Tls13ContextFactory(NodeTls tls) {
    this.tls = tls;
    setProtocol(PROTOCOL);
    setProtocols(PROTOCOL);
    setCipherSuites("TLS_AES_256_GCM_SHA384");
  }

  @Override
  protected void checkParameters() {}

  @Override
  protected KeyManager[] createKeyManagers() {
    return tls.nodeKeyManagers();
  }

  @Override
  protected TrustManager[] createTrustManagers() {
    return tls.nodeTrustManagers();
  }
}
