package io.rekindle.client;

import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.NamespaceServiceGrpc;
import java.util.List;
import java.util.Map;

/**
 * What is tried again when the node cannot be reached: reads, and writes that are the same write
 * when repeated (they carry an idempotency key, or set a state). Making an API key, making or
 * deleting a namespace, and rotating keys are not.
 */
final class Retries {
  private static final double ATTEMPTS_MAX = 4;

  private Retries() {}

  static Map<String, ?> serviceConfig() {
    List<Map<String, ?>> names =
        List.of(
            Map.of("service", MemoryServiceGrpc.SERVICE_NAME),
            Map.of("service", AgentStateServiceGrpc.SERVICE_NAME),
            Map.of("service", AuditServiceGrpc.SERVICE_NAME),
            Map.of("service", ClusterServiceGrpc.SERVICE_NAME),
            Map.of("service", BackupServiceGrpc.SERVICE_NAME, "method", "ListBackups"),
            Map.of("service", BackupServiceGrpc.SERVICE_NAME, "method", "VerifyBackup"),
            Map.of("service", KeyServiceGrpc.SERVICE_NAME, "method", "ListKeys"),
            Map.of("service", NamespaceServiceGrpc.SERVICE_NAME, "method", "GetNamespace"),
            Map.of("service", NamespaceServiceGrpc.SERVICE_NAME, "method", "ListNamespaces"),
            Map.of("service", AccessServiceGrpc.SERVICE_NAME, "method", "ListApiKeys"),
            Map.of("service", AccessServiceGrpc.SERVICE_NAME, "method", "RevokeApiKey"));
    Map<String, ?> policy =
        Map.of(
            "maxAttempts",
            ATTEMPTS_MAX,
            "initialBackoff",
            "0.1s",
            "maxBackoff",
            "2s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE"));
    List<Map<String, ?>> once =
        List.of(Map.of("service", ClusterServiceGrpc.SERVICE_NAME, "method", "RotateGroupKeys"));
    return Map.of(
        "methodConfig",
        List.of(Map.of("name", names, "retryPolicy", policy), Map.of("name", once)));
  }
}
