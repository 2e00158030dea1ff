import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { verifyStripeSignature } from './signature.ts';

const secrets = ['whsec_current', 'whsec_rotated_out'];
const now = new Date('2026-06-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const payload = '{"id":"evt_1","note":"Ünïcødé"}';
const signed = (given: { secret?: string; timestamp?: number; scheme?: string; payload?: string } = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: secrets[0]!, timestamp: seconds, ...given });

function verdict(
  header: string | undefined,
  rawBody: string | Buffer = payload,
  among: readonly string[] = secrets,
): string {
  try {
    verifyStripeSignature(
      { rawBody: Buffer.from(rawBody), header: (name) => (name === 'stripe-signature' ? header : undefined) },
      among,
      now,
    );
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test("what Stripe's library signs is accepted, with any of the secrets", () => {
  expect(secrets.map((secret) => verdict(signed({ secret })))).toEqual(['accepted', 'accepted']);
});

test("what is signed by the book, without Stripe's library, is accepted by it and by us", () => {
  const digest = createHmac('sha256', secrets[0]!).update(`${seconds}.${payload}`).digest('hex');
  const header = `t=${seconds},v1=${'0'.repeat(64)},v1=${digest},v0=${digest}`;
  expect(verdict(header)).toBe('accepted');
  const event = Stripe.webhooks.constructEvent(payload, header, secrets[0]!, 300, undefined, now.getTime());
  expect(event.id).toBe('evt_1');
});

test('up to 300 seconds old or ahead of our clock, and not a second more', () => {
  const verdicts = [-3_600, -301, -300, 0, 300, 301, 3_600].map((age) => verdict(signed({ timestamp: seconds - age })));
  const [yes, no] = ['accepted', 'invalid_signature'];
  expect(verdicts).toEqual([no, no, yes, yes, yes, no, no]);
});

describe('what was tampered with is refused', () => {
  const header = signed();
  test.each<[string, string | undefined, (string | Buffer)?]>([
    ['another body', header, payload.replace('evt_1', 'evt_2')],
    ['a space more in the body', header, `${payload} `],
    ['an empty body', header, ''],
    ['another time', header.replace(`t=${seconds}`, `t=${seconds + 1}`)],
    ['a second time after the signed one', `${header},t=${seconds + 1}`],
    ['no time', header.replace(`t=${seconds},`, '')],
    ['a time that is no number', header.replace(`t=${seconds}`, 't=now')],
    ['another scheme', signed({ scheme: 'v0' })],
    ['a signature cut short', header.slice(0, -1)],
    ['an empty signature', `t=${seconds},v1=`],
    ['an empty header', ''],
    ['no header', undefined],
    ['a secret of somebody else', signed({ secret: 'whsec_of_somebody_else' })],
  ])('%s', (_, given, body) => {
    expect(verdict(given, body)).toBe('invalid_signature');
  });

  test('and without any secret nothing is accepted', () => {
    expect(verdict(header, payload, [])).toBe('invalid_signature');
  });
});
