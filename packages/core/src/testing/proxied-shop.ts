import { connect } from '../database/connect.ts';
import { createCommerce, type Commerce } from '../commerce.ts';
import { openFaultInjectingProxy, type FaultInjectingProxy } from './fault-injecting-proxy.ts';
import { createTestShop, type TestShop } from './test-shop.ts';

/** A shop, and beside it the same core over a wire that can be cut. */
export type ProxiedShop = {
  shop: TestShop;
  proxy: FaultInjectingProxy;
  commerce: Commerce;
  close: () => Promise<void>;
};

/** Tests that use it may write past the flows, so its end asks for no invariants. */
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
