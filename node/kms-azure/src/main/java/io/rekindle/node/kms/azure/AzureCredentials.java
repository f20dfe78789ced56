package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;

/** How a node proves to Azure who it is. Safe for use by many threads. */
interface AzureCredentials {
  /**
   * Asks for a token; files are read anew each time, and may be replaced.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when the credentials are refused for
   *     good, with {@link Probe#UNREACHABLE} when nothing is known
   */
  AzureToken logIn();
}
