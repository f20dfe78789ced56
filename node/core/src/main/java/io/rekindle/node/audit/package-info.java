/**
 * Who did what, when, from where and with which result: a hash-chained log that can't be changed
 * without being noticed, and without which nothing is answered.
 *
 * <p>Starting points: {@link io.rekindle.node.audit.AuditLog} is what the gate appends to, and says
 * in its class comment how a record travels; {@link io.rekindle.node.audit.AuditRecord} is what is
 * kept. Records go from a sealed {@code Tail} on disk into numbered, sealed blocks of a {@link
 * io.rekindle.node.audit.BlockSink}; {@code ChainVerifier} walks both.
 *
 * <p>Invariants: a sequence number is given once and never again; {@code append} returns only when
 * the record is in the tail, as durable as configured; a tail file is deleted only when all its
 * records are durable in the sink; damage is reported with its place and never repaired silently.
 *
 * <p>Does not: keep content, metadata, vectors or filters (ids and counts only), know Ignite (see
 * {@link io.rekindle.node.audit.BlockSink}) or ciphers (see {@link
 * io.rekindle.node.audit.BlockCipher}), or decide who may read the log.
 */
@NullMarked
package io.rekindle.node.audit;

import org.jspecify.annotations.NullMarked;
