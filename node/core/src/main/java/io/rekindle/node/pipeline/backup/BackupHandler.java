package io.rekindle.node.pipeline.backup;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.backup.BackupMaker;
import io.rekindle.node.model.BackupCommand;
import io.rekindle.node.model.Reply;

/** Makes, lists, checks and deletes backups. */
public final class BackupHandler {
  private final BackupMaker backups;

  public BackupHandler(BackupMaker backups) {
    this.backups = backups;
  }

  public Reply handle(AccessPass pass, BackupCommand command) {
    return switch (command) {
      case BackupCommand.Create c -> {
        pass.checkRoot(Action.BACKUP_CREATE);
        yield new Reply.BackupMade(backups.make(c.name(), pass.requestId().value()));
      }
      case BackupCommand.ListAll _ -> {
        pass.checkRoot(Action.BACKUP_READ);
        yield new Reply.BackupsListed(backups.list());
      }
      case BackupCommand.Verify c -> {
        pass.checkRoot(Action.BACKUP_READ);
        yield new Reply.BackupVerified(backups.get(c.name()), backups.problems(c.name()));
      }
      case BackupCommand.Delete c -> {
        pass.checkRoot(Action.BACKUP_DELETE);
        backups.delete(c.name(), pass.requestId().value());
        yield new Reply.BackupDeleted();
      }
    };
  }
}
