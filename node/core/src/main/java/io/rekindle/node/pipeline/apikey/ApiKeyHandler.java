package io.rekindle.node.pipeline.apikey;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Authorizer;
import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.Reply;
import io.rekindle.node.pipeline.token.PageTokens;
import io.rekindle.node.storage.ApiKeyStore;
import io.rekindle.node.storage.GrantStore;
import io.rekindle.node.storage.Page;
import java.time.InstantSource;
import java.util.List;

/**
 * Makes, lists and revokes API keys, and changes their grants.
 *
 * <p>Administration is bounded: a caller gives no scope and no grant beyond their own, and sees and
 * touches only keys that lie within their own bounds; any other key does not exist for them.
 */
public final class ApiKeyHandler {
  private final ApiKeyStore keys;
  private final GrantStore grants;
  private final Authorizer authorizer;
  private final ApiKeyMint mint;
  private final PageTokens tokens;
  private final InstantSource clock;

  public ApiKeyHandler(
      ApiKeyStore keys,
      GrantStore grants,
      Authorizer authorizer,
      ApiKeyMint mint,
      PageTokens tokens,
      InstantSource clock) {
    this.keys = keys;
    this.grants = grants;
    this.authorizer = authorizer;
    this.mint = mint;
    this.tokens = tokens;
    this.clock = clock;
  }

  public Reply handle(AccessPass pass, AccessCommand command) {
    return switch (command) {
      case AccessCommand.CreateKey c -> create(pass, c);
      case AccessCommand.ListKeys c -> list(pass, c);
      case AccessCommand.RevokeKey c -> {
        requireWithinBounds(pass, c.keyId());
        yield new Reply.KeyReply(keys.revoke(pass, c.keyId(), clock.instant()));
      }
      case AccessCommand.AddGrant c -> addGrant(pass, c.keyId(), c.grant());
      case AccessCommand.RemoveGrant c -> {
        requireWithinBounds(pass, c.keyId());
        yield new Reply.KeyReply(removeGrant(pass, c.keyId(), c.grant()));
      }
    };
  }

  private Reply create(AccessPass pass, AccessCommand.CreateKey command) {
    authorizer.checkMayCreate(pass, command);
    IssuedApiKey issued = mint.issue(command, keys.peppers().getFirst(), clock.instant());
    ApiKeyInfo created = keys.create(pass, issued.stored(), command.grants());
    return new Reply.KeyCreated(created, issued.text());
  }

  private Reply addGrant(AccessPass pass, ApiKeyId id, GrantSpec grant) {
    ApiKeyInfo key = requireWithinBounds(pass, id);
    authorizer.checkMayGive(pass, key.scope(), List.of(grant));
    grants.add(pass, id, grant);
    return new Reply.KeyReply(keys.get(pass, id));
  }

  private ApiKeyInfo removeGrant(AccessPass pass, ApiKeyId id, GrantSpec grant) {
    grants.remove(pass, id, grant);
    return keys.get(pass, id);
  }

  private Reply list(AccessPass pass, AccessCommand.ListKeys command) {
    ApiKeyId after =
        command.page() == null
            ? null
            : new ApiKeyId(tokens.open(pass, List.of(), command.page()).getFirst());
    Page<ApiKeyInfo> page =
        keys.list(pass, command.pageSize(), after, key -> isWithinBounds(pass, key));
    String next =
        page.more()
            ? tokens.seal(pass, List.of(), List.of(page.items().getLast().id().value()))
            : null;
    return new Reply.KeysListed(page.items(), next);
  }

  private ApiKeyInfo requireWithinBounds(AccessPass pass, ApiKeyId id) {
    ApiKeyInfo key = keys.get(pass, id);
    if (!isWithinBounds(pass, key)) {
      throw new RekindleException(
          ErrorCode.API_KEY_NOT_FOUND, "there is no such API key within the caller's bounds");
    }
    return key;
  }

  private boolean isWithinBounds(AccessPass pass, ApiKeyInfo key) {
    return authorizer.mayManage(pass, key.scope(), key.grants());
  }
}
