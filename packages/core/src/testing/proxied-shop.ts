import { connect } from '../database/connect.ts';
import { createCommerce, type Commerce } from '../commerce.ts';
import { openFaultInjectingProxy, type FaultInjectingProxy } from '@commerce-core/pg-pipeline/testing';
import { createTestShop, type TestShop } from './test-shop.ts';

/** A shop, and a second core on the same database whose connections go through a fault-injecting proxy. */
export type ProxiedShop = {
  shop: TestShop;
  proxy: FaultInjectingProxy;
  commerce: Commerce;
  close: () => Promise<void>;
};

/** Creates a proxied shop. `close` checks no invariants, because its tests may write to tables directly. */
export async function createProxiedShop(): Promise<ProxiedShop> {
  const shop = await createTestShop();
  const proxy = await openFaultInjectingProxy(shop.database.url);
  const database = connect({ url: proxy.url, poolMax: 3 });
  return {
    shop,
    proxy,
    commerce: createCommerce({ database }),
    async close() {
      await database.close();
      await proxy.close();
      await shop.database.drop();
    },
  };
}
