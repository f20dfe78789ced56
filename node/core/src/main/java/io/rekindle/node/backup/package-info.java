/**
 * Backups: folders that hold what all nodes had at one moment, with a sealed manifest that says
 * what belongs to it.
 *
 * <p>Starting points: {@link io.rekindle.node.backup.BackupMaker} makes one, {@link
 * io.rekindle.node.backup.BackupParts} is what each node does for it, {@link
 * io.rekindle.node.backup.BackupCheck} finds every file that is not as it was.
 *
 * <p>Invariants: a folder without a manifest is no backup, and the manifest is written last; each
 * file is of the manifest by name, size and SHA-256; nothing derived is in a backup; what is in it
 * lies sealed, as it does in the nodes' folders.
 *
 * <p>Does not: know Ignite, caches or rows, or bring a backup into a cluster ({@code bootstrap} and
 * {@link io.rekindle.node.cluster.SnapshotRestore} do).
 */
@NullMarked
package io.rekindle.node.backup;

import org.jspecify.annotations.NullMarked;
