// A payment gateway of your own, Acme, in a program that embeds the core.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { connect, createCommerce, migrate } from '@commerce-core/core';
import { CommerceError, gatewayFact, id, parseBody, type Gateway } from '@commerce-core/core/gateway';
import { z } from 'zod';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /** The page at which the shopper pays. */
    acme: { checkoutUrl: string };
  }
}

const { DATABASE_URL = 'postgres://localhost/shop', ACME_SECRET = 'a secret that Acme knows' } = process.env;
const signatureOf = (body: Buffer): Buffer => createHmac('sha256', ACME_SECRET).update(body).digest();

const message = z.object({ id: z.string().max(300), paid: id, amount: z.int().min(0), currency: z.string().length(3) });

const acme: Gateway = {
  provider: 'acme',
  captures: ['MANUAL'],
  // Acme takes euros, from 50 cents to 10,000 euros.
  amountRule: (currency) => (currency === 'EUR' ? { step: 1, min: 50, max: 1_000_000 } : undefined),
  signs: true,
  initiation: {
    by: 'client',
    initiate: ({ id }) => ({ provider: 'acme', checkoutUrl: `https://pay.acme.example/${id}` }),
  },
  receive({ rawBody, header }) {
    const signature = Buffer.from(header('acme-signature') ?? '', 'hex');
    const expected = signatureOf(rawBody);
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
      throw new CommerceError('invalid_signature', 'the signature does not fit the message');
    const { data } = message.safeParse(parseBody(rawBody));
    if (!data) throw new CommerceError('malformed_event', 'the message is none of Acme');
    const { id: providerEventId, paid: paymentId, amount, currency } = data;
    return [{ providerEventId, ...gatewayFact({ type: 'AUTHORIZED', paymentId, amount, currency }) }];
  },
  // A real gateway's API is called here: apps/api/examples/own-gateway/acme.ts does so.
  capture: async ({ currency }, amount) => [gatewayFact({ type: 'CAPTURED', amount, currency })],
  cancel: async () => [gatewayFact({ type: 'CANCELED' })],
  refund: async ({ id: refundId, amount, currency }) => [gatewayFact({ type: 'REFUNDED', amount, currency, refundId })],
};

const database = connect({ url: DATABASE_URL });
await migrate(database);
const commerce = createCommerce({ database, gateways: [acme] });
const { id: productId } = await commerce.createProduct({ sku: 'MUG', name: 'Mug', priceAmount: 900, currency: 'EUR' });
await commerce.receiveStock({ productId, quantity: 5 });
const { id: orderId } = await commerce.placeOrder({ customerId: 'kim', lines: [{ productId, quantity: 2 }] });

const { id: paymentId, next, amount, currency } = await commerce.createPayment({ orderId, provider: 'acme' });
if (next?.provider === 'acme') console.log(`pay at ${next.checkoutUrl}`);

// The shopper has paid, and Acme sends its webhook.
const rawBody = Buffer.from(JSON.stringify({ id: 'event-1', paid: paymentId, amount, currency }));
const headers: Record<string, string> = { 'acme-signature': signatureOf(rawBody).toString('hex') };
const [received] = await commerce.receiveWebhook('acme', { rawBody, header: (name) => headers[name] });
console.log(`webhook: ${received?.effect}`);

// What the shop asks of Acme is stored first. The jobs make the calls; `commerce.runJobs` runs them all the time.
await commerce.capturePayment({ paymentId });
await commerce.callGateways();
await commerce.createRefund({ orderId, amount: 900 });
await commerce.callGateways();
const { items: refunds } = await commerce.listRefunds({ orderId });
console.log(`payment ${(await commerce.getPayment({ paymentId })).status}, refund ${refunds[0]?.status}`);
await database.close();
