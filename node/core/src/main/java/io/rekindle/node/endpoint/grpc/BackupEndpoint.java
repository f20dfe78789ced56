package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.BackupCommand;
import io.rekindle.node.model.BackupInfo;
import io.rekindle.node.model.BackupName;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.Backup;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.CreateBackupResponse;
import io.rekindle.v1.DeleteBackupResponse;
import io.rekindle.v1.ListBackupsResponse;
import io.rekindle.v1.VerifyBackupResponse;
import java.time.Instant;

/** {@code rekindle.v1.BackupService}. */
final class BackupEndpoint implements BindableService {
  private final CallContext context;

  BackupEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(BackupServiceGrpc.getServiceDescriptor(), context)
        .unary(
            BackupServiceGrpc.getCreateBackupMethod(),
            (request, _) -> new BackupCommand.Create(nameOrNow(request.getName())),
            Reply.BackupMade.class,
            reply -> CreateBackupResponse.newBuilder().setBackup(backup(reply.backup())).build())
        .unary(
            BackupServiceGrpc.getListBackupsMethod(),
            (_, _) -> new BackupCommand.ListAll(),
            Reply.BackupsListed.class,
            reply ->
                ListBackupsResponse.newBuilder()
                    .addAllBackups(reply.backups().stream().map(BackupEndpoint::backup).toList())
                    .build())
        .unary(
            BackupServiceGrpc.getVerifyBackupMethod(),
            (request, _) -> new BackupCommand.Verify(BackupName.of(request.getName())),
            Reply.BackupVerified.class,
            reply ->
                VerifyBackupResponse.newBuilder()
                    .setBackup(backup(reply.backup()))
                    .addAllProblems(reply.problems())
                    .build())
        .unary(
            BackupServiceGrpc.getDeleteBackupMethod(),
            (request, _) -> new BackupCommand.Delete(BackupName.of(request.getName())),
            Reply.BackupDeleted.class,
            _ -> DeleteBackupResponse.getDefaultInstance())
        .build();
  }

  private BackupName nameOrNow(String name) {
    return name.isEmpty() ? BackupName.at(context.clock().instant()) : BackupName.of(name);
  }

  private static Backup backup(BackupInfo info) {
    Backup.Builder backup =
        Backup.newBuilder()
            .setName(info.name().toString())
            .addAllNodeIds(info.nodes())
            .setFiles(info.files())
            .setBytes(info.bytes())
            .setProblem(info.problem());
    if (info.id() != null) {
      backup.setBackupId(info.id().toString());
    }
    Instant created = info.createdAt();
    if (created != null) {
      backup.setCreatedAt(Fields.timestamp(created));
    }
    return backup.build();
  }
}
