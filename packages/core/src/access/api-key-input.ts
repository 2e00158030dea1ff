import { z } from 'zod';
import { id } from '../ids.ts';
import { line } from '../text.ts';
import { scopes } from './api-key.ts';
import { pageInput } from '../list-input.ts';

export const createApiKeyInput = z.strictObject({
  name: line(100),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .transform((all) => [...new Set(all)]),
});
export const apiKeyIdInput = z.strictObject({ apiKeyId: id });
export const listApiKeysInput = z.strictObject(pageInput);
