import type { Check } from './check.ts';

export const keyChecks: readonly Check[] = [
  {
    name: 'key_has_an_answer',
    sentence:
      'An idempotency key has a result, which is a value or an error code, or a lease of the call that runs with it.',
    query: `
      select scope, key, procedure from "commerce"."idempotency_keys"
      where answer -> 'value' is null and answer -> 'error' ->> 'code' is null
        and (lease_until is null or answer is not null)`,
  },
  {
    name: 'key_not_kept_too_long',
    sentence: 'No idempotency key is kept for more than an hour after it expired.',
    query: `
      select scope, key, expires_at as "expiresAt" from "commerce"."idempotency_keys"
      where expires_at < now() - interval '1 hour'`,
  },
];
