import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';

type Sent = { type?: string; encoding?: string; token?: string };

/** An API for the tests of a file, and calls that import files of CSV into it. */
export function useImports() {
  let api: TestApi;
  let key: string;
  beforeAll(async () => {
    api = await startTestApi();
    key = await api.createApiKey();
  });
  afterAll(() => api?.close());

  async function send(path: string, body: string | Buffer, { type = 'text/csv', encoding, token = key }: Sent = {}) {
    const response = await api.fetch(`/api/v1/import/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': type,
        ...(encoding !== undefined && { 'content-encoding': encoding }),
      },
      body: new Uint8Array(Buffer.from(body)),
    });
    return { status: response.status, body: (await response.json()) as any };
  }
  return {
    api: () => api,
    key: () => key,
    /** Sends a body to a path below the imports. */
    send,
    sendProducts: async (body: string | Buffer, query = '', sent?: Sent) => send(`products.csv${query}`, body, sent),
    sendStock: async (body: string | Buffer, query = '', sent?: Sent) => send(`stock.csv${query}`, body, sent),
    /** A prefix of the SKUs of one test. */
    prefix: () => `S${randomUUID().slice(0, 8)}`,
    productOf: async (sku: string) => (await api.commerce.listProducts({ sku })).items[0],
    countProducts: async () =>
      Number((await api.database.pool.query('select count(*) from commerce.products')).rows[0].count),
  };
}
