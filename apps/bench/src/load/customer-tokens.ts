import { SignJWT } from 'jose';
import { customers } from './job.ts';

const made = new Map<string, Promise<string[]>>();

/** A token of each customer, signed once for a secret: shoppers call many times with the one that they got. */
export function customerTokens(secret: string): Promise<string[]> {
  const tokens = made.get(secret) ?? signAll(secret);
  made.set(secret, tokens);
  return tokens;
}

async function signAll(secret: string): Promise<string[]> {
  const key = new TextEncoder().encode(secret);
  return Promise.all(
    Array.from({ length: customers }, async (_, n) =>
      new SignJWT({ sub: `customer-${n}` })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('3h')
        .sign(key),
    ),
  );
}
