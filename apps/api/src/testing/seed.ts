import { randomUUID } from 'node:crypto';
import { scopes, type Commerce, type Scope } from '@commerce-core/core';
import { SignJWT } from 'jose';
import { customerTokenSecret } from './serve-test-api.ts';

export type Seed = {
  /** Creates an API key of a new client with these scopes; defaults to all scopes. */
  createApiKey: (...scopes: Scope[]) => Promise<string>;
  /** A customer's token, valid for a minute; `claims` replace the usual ones. Defaults to a new customer. */
  customerToken: (customerId?: string, claims?: Record<string, unknown>) => Promise<string>;
  /** Creates a product with stock and returns its id. */
  createProduct: (options?: { quantity?: number; priceAmount?: number; currency?: string }) => Promise<string>;
  /** Returns [availableQty, reservedQty]. */
  readStock: (productId: string) => Promise<[number, number]>;
};

/** Creates what tests need before they call the API, without the API. */
export function createSeed(commerce: Commerce): Seed {
  return {
    async createApiKey(...asked) {
      const { key } = await commerce.createApiKey({
        name: `test ${randomUUID()}`,
        scopes: asked.length > 0 ? asked : [...scopes],
      });
      return key;
    },
    async customerToken(customerId = randomUUID(), claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ sub: customerId, iat: now, exp: now + 60, ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(customerTokenSecret));
    },
    async createProduct({ quantity = 10, priceAmount = 1_000, currency = 'KRW' } = {}) {
      const { id } = await commerce.createProduct({ sku: randomUUID(), name: 'A thing', priceAmount, currency });
      if (quantity > 0) await commerce.receiveStock({ productId: id, quantity });
      return id;
    },
    async readStock(productId) {
      const { availableQty, reservedQty } = await commerce.getStock({ productId });
      return [availableQty, reservedQty];
    },
  };
}
