package io.rekindle.node.storage.row;

import static org.apache.ignite.transactions.TransactionConcurrency.PESSIMISTIC;
import static org.apache.ignite.transactions.TransactionIsolation.REPEATABLE_READ;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.function.Supplier;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterTopologyException;
import org.apache.ignite.internal.util.typedef.X;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionRollbackException;
import org.apache.ignite.transactions.TransactionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Pessimistic transactions, repeatable read.
 *
 * <p>Locks are taken in one order, so that no two transactions wait for each other: digests ({@code
 * idempotency} and {@code unique_key} together, by their bytes), then rows by key, then vectors by
 * chunk, then access counts. What must be known to name the locks is read without one, before the
 * transaction, and verified inside; when it has changed meanwhile, the transaction runs again.
 *
 * <p>Ignite writes a PREPARED record before a transaction's changes and a COMMITTED one behind
 * them, and recovery skips the changes of a transaction that lacks the second: a kill leaves all of
 * it or nothing.
 */
public final class Transactions {
  private static final int ATTEMPTS_MAX = 16;
  private static final int TIMEOUTS_MAX = 2;
  private static final long TIMEOUT_MILLIS = 5_000;

  private final Ignite ignite;

  public Transactions(Ignite ignite) {
    this.ignite = ignite;
  }

  /** The inside of a transaction; null rolls back and says "changed meanwhile, plan again". */
  @FunctionalInterface
  public interface Attempt<T> extends Supplier<@Nullable T> {}

  /** Runs before each try, without a transaction, and returns its inside. */
  @FunctionalInterface
  public interface Plan<T> extends Supplier<Attempt<T>> {}

  /**
   * Plans and runs until there is an answer, and commits. An exception rolls back.
   *
   * @throws RekindleException NOT_READY after 16 tries, or two lock timeouts of 5 s
   */
  public <T> T run(Plan<T> plan) {
    int timeouts = 0;
    for (int i = 0; i < ATTEMPTS_MAX && timeouts < TIMEOUTS_MAX; i++) {
      Attempt<T> attempt = plan.get();
      boolean committing = false;
      try (Transaction tx =
          ignite.transactions().txStart(PESSIMISTIC, REPEATABLE_READ, TIMEOUT_MILLIS, 0)) {
        T answer = attempt.get();
        if (answer != null) {
          committing = true;
          tx.commit();
          return answer;
        }
      } catch (CacheException | TransactionRollbackException | TransactionTimeoutException e) {
        // A node that had a lock can be lost; before the commit that is no more than a rollback.
        boolean lostLock = !committing && X.hasCause(e, ClusterTopologyException.class);
        if (!isRolledBack(e) && !lostLock) {
          throw e;
        }
        timeouts += lostLock ? 0 : 1;
      }
    }
    throw new RekindleException(
        ErrorCode.NOT_READY, "the row changes too often right now, try again");
  }

  /** Whether nothing was written: a lock was not to be had in time, or the topology changed. */
  private static boolean isRolledBack(RuntimeException e) {
    return X.hasCause(e, TransactionTimeoutException.class, TransactionRollbackException.class);
  }
}
