import type { Database } from '@commerce-core/pg-pipeline';
import { createCommerce } from '../commerce.ts';
import { connect } from '../database/connect.ts';
import { mockGateway } from '../gateways/mock.ts';
import { mockTracking } from '../shipping/mock-tracking.ts';
import { createScriptedShop, type ScriptedShop } from './scripted-gateway.ts';
import { testShopOf, webhookSecret, type TestShop } from './test-shop.ts';

export type TwoProcesses = {
  shop: ScriptedShop;
  /** A second `commerce` on the same database, with its own connections. */
  otherProcess: Omit<TestShop, 'database' | 'close'>;
  /** The faults that `shop` has reported. */
  faults: unknown[];
  close: () => Promise<void>;
};

/** Opens a shop that runs as two processes would: two `commerce` objects with separate connections. */
export async function openTwoProcesses(): Promise<TwoProcesses> {
  const faults: unknown[] = [];
  const shop = await createScriptedShop({ onFault: (fault) => faults.push(fault) });
  const database: Database = connect({ url: shop.database.url });
  const otherProcess = testShopOf(
    createCommerce({
      database,
      gateways: [mockGateway([webhookSecret])],
      trackingProviders: [mockTracking([webhookSecret])],
    }),
    database,
  );
  return {
    shop,
    otherProcess,
    faults,
    async close() {
      await database.close();
      await shop.close();
    },
  };
}

/** Returns a test function that runs `run` several times, because concurrent calls end in varying order. */
export const repeat = (count: number, run: () => Promise<void>) => async () => {
  for (let round = 0; round < count; round += 1) await run();
};
