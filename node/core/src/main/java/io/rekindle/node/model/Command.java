package io.rekindle.node.model;

/** Everything that can be asked of Rekindle, in any protocol. */
public sealed interface Command
    permits MemoryCommand,
        StateCommand,
        NamespaceCommand,
        AccessCommand,
        AuditCommand,
        ClusterCommand,
        BackupCommand,
        KeyCommand {
  /** Whether carrying it out changes something; such commands leave an intent in the audit. */
  boolean mutates();
}
