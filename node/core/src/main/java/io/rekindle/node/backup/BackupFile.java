package io.rekindle.node.backup;

import io.rekindle.node.audit.Hash;

/**
 * A file of a backup.
 *
 * @param path below the backup's folder, with slashes
 * @param bytes its size
 * @param sha256 over all of it
 */
public record BackupFile(String path, long bytes, Hash sha256) {}
