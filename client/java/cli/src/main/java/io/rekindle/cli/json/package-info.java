/**
 * Messages as the command line writes and reads them: one JSON object with the API's field names.
 *
 * <p>Starting points: {@link io.rekindle.cli.json.MessageJson} writes, {@link
 * io.rekindle.cli.json.JsonMessage} reads what it wrote.
 *
 * <p>Invariants: what is written can be read back; times are ISO 8601, 64-bit numbers are numbers,
 * enums are lower case without their type's name, JSON texts (metadata, state values) are nested as
 * JSON. An unknown or repeated field is an error, never ignored.
 */
@NullMarked
package io.rekindle.cli.json;

import org.jspecify.annotations.NullMarked;
