import { stripeGateway } from '@commerce-core/gateway-stripe';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import Stripe from 'stripe';

const { STRIPE_SECRET_KEY: secretKey = '', STRIPE_API_URL: url = 'https://api.stripe.com' } = process.env;
const { values } = parseArgs({ options: { currency: { type: 'string', default: 'USD' } } });
const currency = values.currency.toUpperCase();

if (!/^[sr]k_test_\w+$/.test(secretKey)) {
  process.stderr.write(
    'This program pays with test cards at Stripe, through the shop’s adapter. ' +
      'It prints for each step whether Stripe does\n' +
      'what the adapter expects. It needs a test key: https://dashboard.stripe.com/test/apikeys\n\n' +
      '  STRIPE_SECRET_KEY=sk_test_… npm run sandbox:stripe [-- --currency EUR]\n\n' +
      (secretKey === '' ? 'STRIPE_SECRET_KEY is not set.\n' : 'STRIPE_SECRET_KEY is no test key.\n'),
  );
  process.exit(2);
}

const gateway = stripeGateway({ secretKey, webhookSecrets: [], url });
const { hostname: host, port, protocol } = new URL(url);
// The shopper's browser calls Stripe without the adapter.
const browser = new Stripe(secretKey, {
  host,
  ...(port && { port }),
  protocol: protocol === 'http:' ? 'http' : 'https',
});

type Payment = Parameters<typeof gateway.retrieve>[0];
type Initiated = Payment & { gatewayPaymentId: string };
type Facts = Awaited<ReturnType<typeof gateway.retrieve>>;
const typesOf = (facts: Facts) => facts.map(({ type, amount }) => `${type} ${amount}`).join(', ') || 'nothing';

let differences = 0;
async function step(what: string, does: () => Promise<string>, expected: string): Promise<void> {
  const got = await does().catch((error: unknown) =>
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  );
  if (got !== expected) differences += 1;
  process.stdout.write(
    `${got === expected ? 'ok     ' : 'DIFFERS'} ${what}: ${got}${got === expected ? '' : `, not ${expected}`}\n`,
  );
}

async function initiate(capture: Payment['capture']): Promise<Initiated> {
  const payment: Payment = {
    id: randomUUID(),
    orderId: randomUUID(),
    currency,
    amount: 5000,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture,
    method: null,
    gatewayPaymentId: null,
  };
  const { gatewayPaymentId } = await gateway.initiation.initiate(payment);
  const again = await gateway.initiation.initiate(payment);
  await step(
    `a payment of ${payment.amount} ${currency} is one intent, also when it is initiated twice`,
    async () => again.gatewayPaymentId,
    gatewayPaymentId,
  );
  return { ...payment, gatewayPaymentId };
}

async function pay({ gatewayPaymentId }: Initiated, card: string): Promise<string> {
  const confirmation = { payment_method: card, return_url: 'https://shop.example/paid' };
  try {
    return (await browser.paymentIntents.confirm(gatewayPaymentId, confirmation)).status;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error.decline_code ?? error.message;
    throw error;
  }
}

const refundOf = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND') =>
  ({ id: randomUUID(), kind, amount, currency, reason: 'requested', gatewayRefundId: null }) as const;

const since = new Date(Date.now() - 60_000);

const first = await initiate('AUTOMATIC');
await step('before the shopper pays', async () => typesOf(await gateway.retrieve(first)), 'PENDING 0');
await step('a card that is declined', () => pay(first, 'pm_card_chargeDeclined'), 'generic_decline');
await step('the shopper may try again', async () => typesOf(await gateway.retrieve(first)), 'ATTEMPT_FAILED 0');
await step('a card that pays', () => pay(first, 'pm_card_visa'), 'succeeded');
await step('its money is captured', async () => typesOf(await gateway.retrieve(first)), 'CAPTURED 5000');
await step('a cancel comes too late', async () => typesOf(await gateway.cancel(first)), 'CAPTURED 5000');
const part = refundOf(2000);
await step('a part is refunded', async () => typesOf(await gateway.refund(part, first)), 'REFUNDED 2000');
await step(
  'the same refund again does nothing',
  async () => typesOf(await gateway.refund(part, first)),
  'REFUNDED 2000',
);
await step('more than is left is refused', () => refusalOf(gateway.refund(refundOf(3001), first)), 'GatewayRefusal');
await step('the rest goes back', async () => typesOf(await gateway.refund(refundOf(3000), first)), 'REFUNDED 3000');
await step(
  'all facts are returned',
  async () => typesOf(await gateway.retrieve(first)),
  'CAPTURED 5000, REFUNDED 2000, REFUNDED 3000',
);

const second = await initiate('MANUAL');
await step('a card is authorized', () => pay(second, 'pm_card_visa'), 'requires_capture');
await step(
  'it is captured in part',
  async () => typesOf(await gateway.capture(second, 3000)),
  'AUTHORIZED 5000, CAPTURED 3000',
);
await step(
  'the released rest is not a refund',
  async () => typesOf(await gateway.retrieve(second)),
  'AUTHORIZED 5000, CAPTURED 3000',
);

const third = await initiate('MANUAL');
await step('a card is authorized', () => pay(third, 'pm_card_visa'), 'requires_capture');
await step(
  'a cancel does not release an authorization',
  async () => typesOf(await gateway.cancel(third)),
  'AUTHORIZED 5000',
);
await step(
  'a void releases it',
  async () => typesOf(await gateway.refund(refundOf(5000, 'VOID'), third)),
  'REFUNDED 5000',
);
await step('the payment is canceled', async () => typesOf(await gateway.retrieve(third)), 'CANCELED 0');

const fourth = await initiate('AUTOMATIC');
await step(
  'a payment that the order does not need is canceled',
  async () => typesOf(await gateway.cancel(fourth)),
  'CANCELED 0',
);
await step('a second cancel changes nothing', async () => typesOf(await gateway.cancel(fourth)), 'CANCELED 0');

await step(
  'its events are listed',
  () => listed([first, second, third, fourth]),
  'AUTHORIZED, CANCELED, CAPTURED, REFUNDED',
);

process.stdout.write(differences === 0 ? 'Stripe does what the adapter expects.\n' : `${differences} steps differ.\n`);
process.exit(differences === 0 ? 0 : 1);

async function refusalOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

/** The types of Stripe's events of these payments. Stripe lists an event a little later than it happens. */
async function listed(payments: Payment[]): Promise<string> {
  const ids: (string | null)[] = payments.map(({ gatewayPaymentId }) => gatewayPaymentId);
  const deadline = Date.now() + 30_000;
  const wanted: string[] = ['AUTHORIZED', 'CANCELED', 'CAPTURED', 'REFUNDED'];
  for (;;) {
    const types = new Set<string>(
      (await gateway.listEvents(since)).filter((event) => ids.includes(event.gatewayPaymentId)).map(({ type }) => type),
    );
    const found = wanted.filter((type) => types.has(type));
    if (found.length === wanted.length || Date.now() > deadline) return found.join(', ');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
