package io.rekindle.node.model;

/** What can be asked about backups of the cluster; each needs an administrator of the root. */
public sealed interface BackupCommand extends Command {
  /** A new one. */
  record Create(BackupName name) implements BackupCommand {
    @Override
    public boolean mutates() {
      return true;
    }
  }

  /** Which there are. */
  record ListAll() implements BackupCommand {
    @Override
    public boolean mutates() {
      return false;
    }
  }

  /** Whether one is whole. */
  record Verify(BackupName name) implements BackupCommand {
    @Override
    public boolean mutates() {
      return false;
    }
  }

  /** One that is not wanted any more. */
  record Delete(BackupName name) implements BackupCommand {
    @Override
    public boolean mutates() {
      return true;
    }
  }
}
