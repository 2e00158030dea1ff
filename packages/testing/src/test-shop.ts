import { randomBytes, randomUUID } from 'node:crypto';
import {
  connect,
  createCommerce,
  migrate,
  mockGateway,
  type Commerce,
  type CommerceOptions,
  type Database,
} from '@commerce-core/core';
import { parseSecret, signStandardWebhook } from '@commerce-core/core/gateway';
import { createTestDatabase, startTestServer } from '@commerce-core/postgres';

/** What `createCommerce` takes, apart from the database. */
export type TestShopOptions = Omit<CommerceOptions, 'database'>;

export type TestShop = {
  commerce: Commerce;
  database: Database;
  /** The database's URL, for programs that connect by themselves. */
  url: string;
  /**
   * Sends the webhook of the mock gateway that says what became of a payment, signed as the gateway signs it. `outcome`
   * defaults to CAPTURED, the shopper has paid; FAILED means that the payment was refused for good.
   * @throws Error when the shop didn't apply the webhook; the message has the outcome of the event
   */
  settle: (
    payment: { id: string; amount: number; currency: string },
    outcome?: 'AUTHORIZED' | 'CAPTURED' | 'FAILED',
  ) => Promise<void>;
  /** Closes the shop, and removes its database. */
  stop: () => Promise<void>;
};

/**
 * Starts a shop on a migrated database of its own that `stop` removes: on the server of TEST_DATABASE_URL, else in a
 * container where Testcontainers is installed and Docker runs, else on an embedded PostgreSQL. The shop has the mock
 * gateway, whose captures, cancels and refunds succeed at once, and the gateways of `options` besides. No job runs
 * unless the test runs it.
 */
export async function startTestShop(options: TestShopOptions = {}): Promise<TestShop> {
  const { url, remove } = await openDatabase();
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const database = connect({ url });
  const gateways = [mockGateway([secret]), ...(options.gateways ?? [])];
  const commerce = createCommerce({ ...options, database, gateways });
  const stop = async () => {
    await database.close();
    await remove();
  };
  try {
    await migrate(database);
  } catch (error) {
    await stop();
    throw error;
  }
  return { commerce, database, url, settle: settler(commerce, secret), stop };
}

async function openDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  if (process.env['TEST_DATABASE_URL']) {
    const { url, drop } = await createTestDatabase();
    return { url, remove: drop };
  }
  const { url, stop } = await startTestServer();
  return { url, remove: stop };
}

function settler(commerce: Commerce, secret: string): TestShop['settle'] {
  const key = parseSecret(secret);
  return async ({ id: paymentId, amount, currency }, outcome = 'CAPTURED') => {
    const body = JSON.stringify({ type: outcome, paymentId, amount, currency });
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = new Headers(signStandardWebhook(key, { id: randomUUID(), timestamp, body }));
    const header = (name: string) => headers.get(name) ?? undefined;
    const [received] = await commerce.receiveWebhook('mock', { rawBody: Buffer.from(body), header });
    if (received?.outcome !== 'APPLIED') throw new Error(`the webhook was not applied: ${received?.outcome}`);
  };
}
