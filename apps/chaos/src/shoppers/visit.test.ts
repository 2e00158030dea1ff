import { createClient } from '@commerce-core/client';
import { expect, test } from 'vitest';
import { chanceOf } from '../chance.ts';
import type { World } from '../shop/world.ts';
import { beginAttempt, type Visit } from './visit.ts';

/** Begins an attempt at a shop that answers with this next step of the shopper. */
async function beginWith(next: object | null) {
  const respond = async () => Response.json({ result: { data: { id: 'payment-1', next } } });
  const customer = createClient({ url: 'http://shop.test', fetch: respond });
  const providers: World['providers'] = [{ name: 'stripe', captures: ['MANUAL'], confirms: false, accounts: true }];
  const world = { chance: chanceOf(1), ledger: new Map(), providers };
  // The parts of a visit that beginAttempt reads.
  const visit = { world, name: 'shopper 1', customer, order: { id: 'order-1' }, attempts: 0 } as unknown as Visit;
  return beginAttempt(visit);
}

test('a shopper cannot pay by an attempt without a next step, whose client secret no shopper has', async () => {
  expect(await beginWith({ provider: 'stripe', clientSecret: 'secret' })).toMatchObject({ number: 1 });
  expect(await beginWith(null)).toBeUndefined();
});
