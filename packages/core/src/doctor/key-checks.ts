import type { Check } from './check.ts';

export const keyChecks: readonly Check[] = [
  {
    name: 'key_has_an_answer',
    sentence:
      'An idempotency key is kept with what it answered, a value or a refusal with its code, or belongs to a call under way.',
    query: `
      select scope, key, procedure from "commerce"."idempotency_keys"
      where answer -> 'value' is null and answer -> 'error' ->> 'code' is null and (lease_until is null or answer is not null)`,
  },
  {
    name: 'key_not_kept_too_long',
    sentence: 'An idempotency key goes when its time is over: none is kept an hour longer.',
    query: `
      select scope, key, expires_at as "expiresAt" from "commerce"."idempotency_keys"
      where expires_at < now() - interval '1 hour'`,
  },
];
