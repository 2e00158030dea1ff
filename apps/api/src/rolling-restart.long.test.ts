import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { freePort } from './testing/free-port.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { hasNginx, startNginx } from './testing/programs/nginx.ts';
import { present } from './testing/present.ts';
import { runProgram, type Program } from './testing/program.ts';
import { until } from './testing/until.ts';

let api: TestApi;
let productId: string;
beforeAll(async () => {
  api = await startTestApi();
  productId = await api.createProduct({ quantity: 1_000_000 });
});
afterAll(() => api?.close());

const startProcess = async (port: number): Promise<Program> => {
  const program = runProgram('main.js', {
    DATABASE_URL: api.databaseUrl,
    PORT: String(port),
    MOCK_WEBHOOK_SECRETS: api.webhookSecret,
  });
  await program.said('listening');
  return program;
};

test.skipIf(!hasNginx)(
  'no call fails while two processes behind nginx are restarted one after the other, under load',
  async () => {
    const ports = [await freePort(), await freePort()] as const;
    const programs = await Promise.all(ports.map(startProcess));
    const proxy = await startNginx(ports, { plain: true });
    const stop = new AbortController();
    const failures: unknown[] = [];
    const orders: string[] = [];
    const shop = createClient({ url: `http://127.0.0.1:${proxy.port}`, token: await api.createApiKey('orders') });
    const shopper = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const created = shop.order.create.mutate({ customerId: 'kim', lines: [{ productId, quantity: 1 }] });
        await created.then(({ id }) => orders.push(id)).catch((error: unknown) => failures.push(error));
      }
    };
    const watched: string[] = [];
    try {
      const shoppers = Array.from({ length: 8 }, shopper);
      const orderId = await until(() => orders[0]);
      const watch = shop.order.watch.subscribe(
        { orderId },
        { onData: ({ data }) => watched.push(data.order.status), onError: (error) => failures.push(error) },
      );
      for (const index of [0, 1, 0, 1]) {
        const port = present(ports[index]);
        programs[index]?.child.kill('SIGTERM');
        expect(await programs[index]?.exit).toBe(0);
        programs[index] = await startProcess(port);
        const before = orders.length;
        await until(() => orders.length > before + 50);
      }
      stop.abort();
      await Promise.all(shoppers);
      await shop.order.cancel.mutate({ orderId });
      await until(() => watched.includes('CANCELED'));
      watch.unsubscribe();
    } finally {
      stop.abort();
      for (const { child } of programs) child.kill('SIGKILL');
      await proxy.stop();
    }
    expect(failures).toEqual([]);
    const { rows } = await api.database.pool.query('select count(*)::int as orders from commerce.orders');
    expect(rows).toEqual([{ orders: orders.length }]);
  },
);
