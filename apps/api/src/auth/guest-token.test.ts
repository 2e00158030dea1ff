import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { guestTokens, looksLikeGuestToken } from './guest-token.ts';

const secret = 'a secret of thirty-two bytes or more';
const newSecret = 'the secret after the rotation of the old one';
const accessMs = 60_000;
const tokens = guestTokens({ secrets: [secret], accessMs });
const orderId = randomUUID();

afterEach(() => void vi.useRealTimers());

test('a token opens its order until it expires', () => {
  vi.useFakeTimers({ now: 1_900_000_000_500 });
  const { accessToken, accessExpiresAt } = tokens.issue(orderId);
  expect(looksLikeGuestToken(accessToken)).toBe(true);
  expect(accessExpiresAt).toEqual(new Date(1_900_000_061_000));
  expect(tokens.verify(accessToken)).toBe(orderId);
  vi.setSystemTime(1_900_000_060_999);
  expect(tokens.verify(accessToken)).toBe(orderId);
  vi.setSystemTime(1_900_000_061_000);
  expect(tokens.verify(accessToken)).toBeUndefined();
});

test('a token with any other character, one more or one less is invalid', () => {
  const { accessToken } = tokens.issue(orderId);
  const changed = Array.from(accessToken).flatMap((character, at) =>
    ['A', 'B', '-', '.', '='].flatMap((other) =>
      other === character ? [] : [accessToken.slice(0, at) + other + accessToken.slice(at + 1)],
    ),
  );
  const wrong = [
    ...changed,
    `${accessToken}A`,
    accessToken.slice(0, -1),
    `${accessToken}=`,
    'cg_',
    '',
    `x${accessToken}`,
  ];
  expect(wrong.filter((token) => tokens.verify(token) !== undefined)).toEqual([]);
});

test('a token whose last character stands for the same bytes is invalid', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const { accessToken } = tokens.issue(orderId);
  const [bytes, last] = [accessToken.slice(0, -1), accessToken.slice(-1)];
  const other = `${bytes}${alphabet[alphabet.indexOf(last) ^ 1]}`;
  expect(Buffer.from(other.slice(3), 'base64url')).toEqual(Buffer.from(accessToken.slice(3), 'base64url'));
  expect(tokens.verify(other)).toBeUndefined();
});

test('the signature of one order does not fit another one', () => {
  const [own, other] = [tokens.issue(orderId), tokens.issue(randomUUID())].map(({ accessToken }) => accessToken);
  expect(tokens.verify(`${own?.slice(0, 35)}${other?.slice(35)}`)).toBeUndefined();
});

describe('when the secret is rotated', () => {
  const before = tokens.issue(orderId).accessToken;

  test('tokens of the old secret are valid as long as it is in the list, and new ones are signed by the first', () => {
    const rotating = guestTokens({ secrets: [newSecret, secret], accessMs });
    expect(rotating.verify(before)).toBe(orderId);
    const { accessToken } = rotating.issue(orderId);
    expect(tokens.verify(accessToken)).toBeUndefined();
    const rotated = guestTokens({ secrets: [newSecret], accessMs });
    expect(rotated.verify(accessToken)).toBe(orderId);
    expect(rotated.verify(before)).toBeUndefined();
  });
});

test('a hash of a network is the same in each process, and another one with another secret', () => {
  const again = guestTokens({ secrets: [secret], accessMs });
  expect(tokens.originOf('192.0.2.1')).toMatch(/^[\da-f]{32}$/);
  expect(again.originOf('192.0.2.1')).toBe(tokens.originOf('192.0.2.1'));
  expect(tokens.originOf('192.0.2.2')).not.toBe(tokens.originOf('192.0.2.1'));
  expect(guestTokens({ secrets: [newSecret], accessMs }).originOf('192.0.2.1')).not.toBe(tokens.originOf('192.0.2.1'));
});

test('without a secret there are no tokens', () => {
  expect(() => guestTokens({ secrets: [], accessMs })).toThrow('secret');
});
