import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { CommerceError } from '@commerce-core/core/gateway';
import { verifyStripeSignature } from './signature.ts';

const current = 'whsec_current';
const secrets = [current, 'whsec_rotated_out'];
const now = new Date('2026-06-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const payload = '{"id":"evt_1","note":"Ünïcødé"}';
const signed = (given: { secret?: string; timestamp?: number; scheme?: string; payload?: string } = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: current, timestamp: seconds, ...given });

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
    if (error instanceof CommerceError) return error.code;
    throw error;
  }
}

test("a signature of Stripe's library is accepted with each of the secrets", () => {
  expect(secrets.map((secret) => verdict(signed({ secret })))).toEqual(['accepted', 'accepted']);
});

test("a signature made as Stripe documents it is accepted, here and by Stripe's library", () => {
  const digest = createHmac('sha256', current).update(`${seconds}.${payload}`).digest('hex');
  const header = `t=${seconds},v1=${'0'.repeat(64)},v1=${digest},v0=${digest}`;
  expect(verdict(header)).toBe('accepted');
  const event = Stripe.webhooks.constructEvent(payload, header, current, 300, undefined, now.getTime());
  expect(event.id).toBe('evt_1');
});

test('a timestamp is accepted up to 300 seconds before or after the clock', () => {
  const verdicts = [-3_600, -301, -300, 0, 300, 301, 3_600].map((age) => verdict(signed({ timestamp: seconds - age })));
  const [yes, no] = ['accepted', 'invalid_signature'];
  expect(verdicts).toEqual([no, no, yes, yes, yes, no, no]);
});

describe('a message that was changed is rejected', () => {
  const header = signed();
  test.each<[string, string | undefined, (string | Buffer)?]>([
    ['another body', header, payload.replace('evt_1', 'evt_2')],
    ['a space more in the body', header, `${payload} `],
    ['an empty body', header, ''],
    ['another time', header.replace(`t=${seconds}`, `t=${seconds + 1}`)],
    ['a second time after the signed one', `${header},t=${seconds + 1}`],
    ['no time', header.replace(`t=${seconds},`, '')],
    ['a time that is not a number', header.replace(`t=${seconds}`, 't=now')],
    ['another scheme', signed({ scheme: 'v0' })],
    ['a signature cut short', header.slice(0, -1)],
    ['an empty signature', `t=${seconds},v1=`],
    ['an empty header', ''],
    ['no header', undefined],
    ['another secret', signed({ secret: 'whsec_another' })],
  ])('%s', (_, given, body) => {
    expect(verdict(given, body)).toBe('invalid_signature');
  });

  test('and every message is rejected when there is no secret', () => {
    expect(verdict(header, payload, [])).toBe('invalid_signature');
  });
});
