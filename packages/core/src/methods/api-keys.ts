import type { z } from 'zod';
import { apiKeyIdInput, createApiKeyInput, listApiKeysInput } from '../access/api-key-input.ts';
import { findApiKey, insertApiKey, listApiKeys, revokeApiKey, touchApiKey } from '../access/api-key-repository.ts';
import { hashApiKey, newApiKey, type ApiKey, type KeyHolder } from '../access/api-key.ts';
import { read, withTransaction } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import { CommerceError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Context } from '../run/context.ts';
import { listPage } from '../run/list-page.ts';
import { parse } from '../validation.ts';

/** API keys of operators. */
export function apiKeyMethods({ database }: Context) {
  const { db } = database;
  return {
    /**
     * Creates an API key of the client with this name, and the client if there is none. A client's other keys stay
     * valid. An idempotency key belongs to the client, so a call may be retried with any of its API keys. `name` has 1
     * to 100 characters; `scopes` lists at least one permission.
     * @returns the key's record and the key itself (`key`), which can't be read again
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; there may be a key that no caller has
     */
    async createApiKey(input: z.input<typeof createApiKeyInput>): Promise<ApiKey & { key: string }> {
      const key = newApiKey();
      const row = { newClientId: newId(), id: newId(), ...parse(createApiKeyInput, input) };
      const record = await withTransaction(database, async (tx) => insertApiKey(tx.db, row, hashApiKey(key)));
      return { ...record, key };
    },

    /**
     * Finds the client and the scopes of an API key, and stores that the key was used (at most once a minute).
     * @returns undefined when the key is unknown or revoked
     * @throws database_unavailable when the database can't be reached
     */
    async authenticateApiKey(key: string): Promise<KeyHolder | undefined> {
      return read(async () => {
        const found = await findApiKey(db, hashApiKey(key));
        if (found?.isStale) await touchApiKey(db, found.key.id);
        return found?.key;
      });
    },

    /**
     * Lists API keys without the keys themselves, revoked ones included, the newest first, 1 to 100 a page (`limit`, 50
     * by default). `clientId` selects the keys of a client.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listApiKeys: async (input: z.input<typeof listApiKeysInput> = {}): Promise<Page<ApiKey>> =>
      listPage(db, listApiKeysInput, input, listApiKeys),

    /**
     * Revokes an API key. Revoking it again changes nothing.
     * @returns the key's record
     * @throws validation_failed when the id isn't a UUID
     * @throws api_key_not_found when there is no such key
     * @throws database_unavailable when the database can't be reached
     */
    async revokeApiKey(input: z.input<typeof apiKeyIdInput>): Promise<ApiKey> {
      const { apiKeyId } = parse(apiKeyIdInput, input);
      const revoked = await read(async () => revokeApiKey(db, apiKeyId));
      if (revoked) return revoked;
      throw new CommerceError('api_key_not_found', 'there is no such API key');
    },
  };
}
