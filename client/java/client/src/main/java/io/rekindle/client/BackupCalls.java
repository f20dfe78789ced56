package io.rekindle.client;

import io.grpc.Channel;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.CreateBackupRequest;
import io.rekindle.v1.CreateBackupResponse;
import io.rekindle.v1.DeleteBackupRequest;
import io.rekindle.v1.DeleteBackupResponse;
import io.rekindle.v1.ListBackupsRequest;
import io.rekindle.v1.ListBackupsResponse;
import io.rekindle.v1.VerifyBackupRequest;
import io.rekindle.v1.VerifyBackupResponse;
import java.time.Duration;

/** Calls about backups of the cluster; large ones want a longer deadline. Thread-safe. */
public final class BackupCalls {
  private final Channel channel;
  private final Duration deadline;

  BackupCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /**
   * Makes one; not repeated by itself.
   *
   * @param name empty for the time
   */
  public Call<CreateBackupResponse> create(String name) {
    return Call.ofWrite(
        channel,
        BackupServiceGrpc.getCreateBackupMethod(),
        CreateBackupRequest.newBuilder().setName(name).build(),
        deadline);
  }

  /** Those in the folder of the node that is asked. */
  public Call<ListBackupsResponse> list() {
    return Call.of(
        channel,
        BackupServiceGrpc.getListBackupsMethod(),
        ListBackupsRequest.getDefaultInstance(),
        deadline);
  }

  /** Reads every byte of one again. */
  public Call<VerifyBackupResponse> verify(String name) {
    return Call.of(
        channel,
        BackupServiceGrpc.getVerifyBackupMethod(),
        VerifyBackupRequest.newBuilder().setName(name).build(),
        deadline);
  }

  /** Deletes one. */
  public Call<DeleteBackupResponse> delete(String name) {
    return Call.ofWrite(
        channel,
        BackupServiceGrpc.getDeleteBackupMethod(),
        DeleteBackupRequest.newBuilder().setName(name).build(),
        deadline);
  }
}
