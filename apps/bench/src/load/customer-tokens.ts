import { SignJWT } from 'jose';
import { customers } from './job.ts';

const made = new Map<string, Promise<string[]>>();

/** Returns one token for each customer. They are signed once for a secret, because shoppers reuse their token. */
export function customerTokens(secret: string): Promise<string[]> {
  const tokens = made.get(secret) ?? signTokens(secret, customers);
  made.set(secret, tokens);
  return tokens;
}

/** Signs new tokens of the customers numbered from 0 to `count` - 1. */
export async function signTokens(secret: string, count: number): Promise<string[]> {
  const key = new TextEncoder().encode(secret);
  return Promise.all(
    Array.from({ length: count }, async (_, n) =>
      new SignJWT({ sub: `customer-${n}` })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('3h')
        .sign(key),
    ),
  );
}
