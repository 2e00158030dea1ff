import { expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { signWebhook, webhookKey } from './sign-webhook.ts';

const secret = `whsec_${Buffer.from('an even longer secret than needed').toString('base64')}`;

test('the reference library verifies the signature', () => {
  const body = '{"type":"AUTHORIZED","note":"naïve café ✓"}';
  const headers = signWebhook(webhookKey(secret), 'evt_1', body, new Date());
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
});

test('the signature covers the id, the time and every byte of the body', () => {
  const headers = signWebhook(webhookKey(secret), 'evt_1', '{"amount":1}', new Date());
  const verify = (body: string, changed: Record<string, string>) => () =>
    new Webhook(secret).verify(body, { ...headers, ...changed });
  expect(verify('{"amount":1}', {})).not.toThrow();
  expect(verify('{"amount":2}', {})).toThrow('No matching signature');
  expect(verify('{"amount":1}', { 'webhook-id': 'evt_2' })).toThrow('No matching signature');
  const later = String(Number(headers['webhook-timestamp']) + 1);
  expect(verify('{"amount":1}', { 'webhook-timestamp': later })).toThrow('No matching signature');
});

test.each(['', 'whsec_', 'whsec_c2hvcnQ=', secret.slice(6), `${secret}!`, `whsec_${'é'.repeat(40)}`])(
  'an invalid secret is rejected: %j',
  (invalid) => {
    expect(() => webhookKey(invalid)).toThrow('whsec_');
  },
);
