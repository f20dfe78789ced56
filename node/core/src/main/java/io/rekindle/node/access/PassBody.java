package io.rekindle.node.access;

import io.rekindle.node.authn.Principal;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A pass as bytes; {@link PassCodec} makes them trustworthy. Absent texts are empty ones. */
final class PassBody {
  /** Audience (16), epochs (8 + 8), expiry (8 + 4). */
  static final int HEAD_BYTES = 44;

  private PassBody() {}

  static byte[] write(AccessPass pass) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(pass.requestId().value().getMostSignificantBits());
      out.writeLong(pass.requestId().value().getLeastSignificantBits());
      writePrincipal(out, pass.principal());
      writeTexts(out, pass.actions().stream().map(Action::name).toList());
      writeSelector(out, pass.selector());
      out.writeShort(pass.held().size());
      for (HeldGrant grant : pass.held()) {
        writePath(out, grant.spec().namespace());
        writeText(out, grant.spec().condition());
        writeTexts(out, List.copyOf(grant.spec().extraActions()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array takes every byte", e);
    }
    return bytes.toByteArray();
  }

  static AccessPass read(
      byte[] body, PassCodec.Epochs epochs, Instant expiresAt, InstantSource clock)
      throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
      RequestId requestId = new RequestId(new UUID(in.readLong(), in.readLong()));
      Principal principal = readPrincipal(in);
      Set<Action> actions = EnumSet.noneOf(Action.class);
      for (String name : readTexts(in)) {
        actions.add(Action.valueOf(name));
      }
      NamespaceSelector selector = readSelector(in);
      List<HeldGrant> held = new ArrayList<>();
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        held.add(
            HeldGrant.of(new GrantSpec(readPath(in), readText(in), Set.copyOf(readTexts(in)))));
      }
      return new AccessPass(
          requestId, principal, actions, selector, held, epochs, expiresAt, clock);
    }
  }

  private static void writePrincipal(DataOutputStream out, Principal principal) throws IOException {
    out.writeUTF(principal.keyId().value());
    out.writeUTF(principal.displayName());
    out.writeUTF(principal.scope().name());
    writeText(out, principal.agentId());
    writePath(out, principal.defaultNamespace());
    Instant expiresAt = principal.expiresAt();
    out.writeBoolean(expiresAt != null);
    if (expiresAt != null) {
      out.writeLong(expiresAt.getEpochSecond());
      out.writeInt(expiresAt.getNano());
    }
  }

  private static Principal readPrincipal(DataInputStream in) throws IOException {
    return new Principal(
        new ApiKeyId(in.readUTF()),
        in.readUTF(),
        KeyScope.valueOf(in.readUTF()),
        readText(in),
        readPath(in),
        in.readBoolean() ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null);
  }

  private static void writeSelector(DataOutputStream out, @Nullable NamespaceSelector selector)
      throws IOException {
    List<NamespacePath> named = selector == null ? List.of() : selector.named();
    writeTexts(out, named.stream().map(NamespacePath::toString).toList());
    writePath(out, selector == null ? null : selector.prefix());
  }

  private static @Nullable NamespaceSelector readSelector(DataInputStream in) throws IOException {
    List<NamespacePath> named = readTexts(in).stream().map(NamespacePath::parse).toList();
    NamespacePath prefix = readPath(in);
    return named.isEmpty() && prefix == null ? null : new NamespaceSelector(named, prefix);
  }

  private static void writePath(DataOutputStream out, @Nullable NamespacePath path)
      throws IOException {
    writeText(out, path == null ? null : path.toString());
  }

  private static @Nullable NamespacePath readPath(DataInputStream in) throws IOException {
    String text = readText(in);
    return text == null ? null : NamespacePath.parse(text);
  }

  private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
    out.writeShort(texts.size());
    for (String text : texts) {
      out.writeUTF(text);
    }
  }

  private static List<String> readTexts(DataInputStream in) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      texts.add(in.readUTF());
    }
    return texts;
  }

  private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
    out.writeUTF(text == null ? "" : text);
  }

  private static @Nullable String readText(DataInputStream in) throws IOException {
    String text = in.readUTF();
    return text.isEmpty() ? null : text;
  }
}
