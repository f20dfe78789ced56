package io.rekindle.node.gate;

/**
 * Why a door refuses something by itself, before the gate: before there is a request, or a caller.
 */
public enum Refusal {
  /** Over the door's limit of bytes, counted after decompression. */
  REQUEST_TOO_LARGE,
  /** Not what the protocol asks for: frames, compression, headers, the number of messages. */
  REQUEST_MALFORMED,
  /** It did not arrive as a whole in time. */
  REQUEST_TOO_SLOW,
  /** There is no such method, page or media type. */
  METHOD_UNKNOWN,
  /** The queue of handlers is full. */
  QUEUE_FULL,
  /** All requests together have taken the room that there is for them. */
  ROOM_FULL,
  /** As many connections are open as may be. */
  TOO_MANY_CONNECTIONS,
  /** A connection asked for more and more, and did not take its answers. */
  TOO_MANY_UNANSWERED,
  /** The door could not make sense of its own state; the diagnostics know more. */
  DOOR_FAILED
}
