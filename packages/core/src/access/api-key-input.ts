import { z } from 'zod';
import { id } from '../ids.ts';
import { line } from '../text.ts';
import { scopes } from './api-key.ts';
import { listOf, pageInput } from '../list-input.ts';

export const createApiKeyInput = z.strictObject({
  name: line(100),
  // A scope may be given twice.
  scopes: listOf(z.enum(scopes), 100).transform((all) => [...new Set(all)]),
});
export const apiKeyIdInput = z.strictObject({ apiKeyId: id });
export const listApiKeysInput = z.strictObject({ ...pageInput, clientId: id.optional() });
