// The API with a payment gateway of your own. Acme sends its webhooks to POST /api/v1/payments/webhooks/acme, signed
// with ACME_WEBHOOK_SECRET (`whsec_…`).
import {
  createLogger,
  createMetrics,
  customerTokens,
  logFaults,
  onStopSignal,
  startApi,
  startDatabase,
} from '@commerce-core/api';
import { createCommerce } from '@commerce-core/core';
import { acmeGateway } from './acme.ts';

const { DATABASE_URL = 'postgres://localhost/shop', PORT = '3000', CUSTOMER_JWT_SECRET } = process.env;
const { ACME_URL = 'https://api.acme.example', ACME_API_KEY = '', ACME_WEBHOOK_SECRET = '' } = process.env;

const log = createLogger('info');
const metrics = createMetrics();
const database = await startDatabase({ url: DATABASE_URL, waitMaxMs: 20_000 });
const commerce = createCommerce({
  database,
  gateways: [acmeGateway({ url: ACME_URL, apiKey: ACME_API_KEY, webhookSecret: ACME_WEBHOOK_SECRET })],
  onFault: logFaults(log),
  onGatewayCall: metrics.observeGatewayCall,
  batching: { onBatch: metrics.observeBatch },
});
metrics.watch(commerce);

const api = await startApi({
  commerce,
  database,
  log,
  metrics,
  verifyCustomer: customerTokens({ secret: CUSTOMER_JWT_SECRET }),
  host: '127.0.0.1',
  port: Number(PORT),
});
log.info({ url: api.url, providers: commerce.providers() }, 'listening');

onStopSignal(async () => {
  await api.stop(9_000);
  await database.close();
  process.exit(0);
});
