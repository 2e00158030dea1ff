import { createLogger, createMetrics, customerTokens, onStopSignal, startApi, startDatabase } from '@commerce-core/api';
import { createCommerce, type QuoteLine } from '@commerce-core/core';

/** The API with a quote of its own, as an embedder starts it: each order gets the lines of BENCH_QUOTE. */
async function main({ DATABASE_URL: url = '', CUSTOMER_JWT_SECRET: secret, BENCH_QUOTE = '[]' }: NodeJS.ProcessEnv) {
  // The bench wrote it.
  const lines = JSON.parse(BENCH_QUOTE) as QuoteLine[];
  const database = await startDatabase({ url, applicationName: 'commerce-bench', waitMaxMs: 20_000, onWait() {} });
  const api = await startApi({
    commerce: createCommerce({ database, quote: () => lines }),
    database,
    log: createLogger('info'),
    metrics: createMetrics(),
    verifyCustomer: customerTokens({ secret }),
    host: '127.0.0.1',
    port: 0,
  });
  onStopSignal(() => {
    void api
      .stop(9_000)
      .then(async () => database.close())
      .then(() => process.exit(0));
  });
  process.send?.({ listening: api.url });
}

await main(process.env);
