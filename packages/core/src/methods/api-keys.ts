import { read } from '../database/transaction.ts';
import type { z } from 'zod';
import { apiKeyIdInput, createApiKeyInput, listApiKeysInput } from '../access/api-key-input.ts';
import { findApiKey, insertApiKey, listApiKeys, revokeApiKey, touchApiKey } from '../access/api-key-repository.ts';
import { hashApiKey, newApiKey, type ApiKey } from '../access/api-key.ts';
import { pageOf } from '../database/page.ts';
import { CommerceError } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../validation.ts';
import type { Context } from '../run/context.ts';

/** Operators' keys. */
export function accessUseCases({ database: { db } }: Context) {
  return {
    /** A new operator's key. `key` is in this answer and nowhere else. */
    async createApiKey(input: z.input<typeof createApiKeyInput>): Promise<ApiKey & { key: string }> {
      const key = newApiKey();
      const row = { id: newId(), ...parse(createApiKeyInput, input) };
      return { ...(await read(async () => insertApiKey(db, row, hashApiKey(key)))), key };
    },
    /** The operator behind a key, or undefined when it is unknown or revoked. */
    async authenticateApiKey(key: string): Promise<ApiKey | undefined> {
      return read(async () => {
        const found = await findApiKey(db, hashApiKey(key));
        if (found) await touchApiKey(db, found.id);
        return found;
      });
    },
    async listApiKeys(input: z.input<typeof listApiKeysInput> = {}) {
      const { cursor, limit } = parse(listApiKeysInput, input);
      return read(async () => pageOf(await listApiKeys(db, cursor, limit + 1), limit, ({ id }) => id));
    },
    /** Revoking a key again changes nothing. @throws api_key_not_found */
    async revokeApiKey(input: z.input<typeof apiKeyIdInput>): Promise<ApiKey> {
      const { apiKeyId } = parse(apiKeyIdInput, input);
      const revoked = await read(async () => revokeApiKey(db, apiKeyId));
      if (revoked) return revoked;
      throw new CommerceError('api_key_not_found', 'no such API key');
    },
  };
}
