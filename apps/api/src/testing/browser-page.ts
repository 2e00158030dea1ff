import { createClient } from '../client.ts';

// The program of a page: a shopper orders, pays, and watches the order until it is PAID. The page's server gives it the
// settings and tokens, and takes what it reports.

type Settings = { apiUrl: string; productId: string };

const report = async (what: object) => fetch('/report', { method: 'POST', body: JSON.stringify(what) });

try {
  // The page's own server sends it.
  const { apiUrl, productId } = (await (await fetch('/settings')).json()) as Settings;
  const shop = createClient({ url: apiUrl, token: async () => (await fetch('/token', { method: 'POST' })).text() });
  const { id: orderId } = await shop.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
  const payment = await shop.payment.create.mutate({ orderId, provider: 'mock' });
  await report({ orderId, payment });
  shop.order.watch.subscribe(
    { orderId },
    {
      onData: ({ data: { order } }) => void report({ version: order.version, status: order.status }),
      onError: (error) => void report({ error: error.message }),
    },
  );
} catch (error) {
  await report({ error: String(error) });
}
