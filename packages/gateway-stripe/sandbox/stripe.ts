import { stripeGateway } from '@commerce-core/gateway-stripe';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import Stripe from 'stripe';

const { STRIPE_SECRET_KEY: secretKey = '', STRIPE_API_URL: url = 'https://api.stripe.com' } = process.env;
const { values } = parseArgs({ options: { currency: { type: 'string', default: 'USD' } } });
const currency = values.currency.toUpperCase();

if (!/^[sr]k_test_\w+$/.test(secretKey)) {
  process.stderr.write(
    'This pays with test cards at Stripe, by the shop’s own adapter, and says of each step whether Stripe does as the\n' +
      'shop thinks. It needs a test key: https://dashboard.stripe.com/test/apikeys\n\n' +
      '  STRIPE_SECRET_KEY=sk_test_… npm run sandbox:stripe [-- --currency EUR]\n\n' +
      (secretKey === '' ? 'STRIPE_SECRET_KEY is not set.\n' : 'STRIPE_SECRET_KEY is no test key.\n'),
  );
  process.exit(2);
}

const gateway = stripeGateway({ secretKey, webhookSecrets: [], url });
const { hostname: host, port, protocol } = new URL(url);
// What the shopper's browser does goes past the adapter.
const browser = new Stripe(secretKey, {
  host,
  ...(port && { port }),
  protocol: protocol === 'http:' ? 'http' : 'https',
});

type Payment = Parameters<typeof gateway.retrieve>[0];
type Facts = Awaited<ReturnType<typeof gateway.retrieve>>;
const said = (facts: Facts) => facts.map(({ type, amount }) => `${type} ${amount}`).join(', ') || 'nothing';

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

async function open(capture: Payment['capture']): Promise<Payment> {
  const attempt: Payment = {
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
  const { gatewayPaymentId } = (await gateway.initiation.initiate(attempt)) as { gatewayPaymentId: string };
  const again = (await gateway.initiation.initiate(attempt)) as { gatewayPaymentId: string };
  await step(
    `an attempt to pay ${attempt.amount} ${currency} is one intent, asked twice`,
    async () => again.gatewayPaymentId,
    gatewayPaymentId,
  );
  return { ...attempt, gatewayPaymentId };
}

async function pay({ gatewayPaymentId }: Payment, card: string): Promise<string> {
  const confirmation = { payment_method: card, return_url: 'https://shop.example/paid' };
  const outcome = await browser.paymentIntents
    .confirm(gatewayPaymentId!, confirmation)
    .catch((error: unknown) => error);
  return outcome instanceof Stripe.errors.StripeError
    ? (outcome.decline_code ?? outcome.message)
    : (outcome as Stripe.PaymentIntent).status;
}

const refundOf = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND') =>
  ({ id: randomUUID(), kind, amount, currency, reason: 'requested', gatewayRefundId: null }) as const;

const since = new Date(Date.now() - 60_000);

const first = await open('AUTOMATIC');
await step('before anybody pays', async () => said(await gateway.retrieve(first)), 'PENDING 0');
await step('a card that is declined', () => pay(first, 'pm_card_chargeDeclined'), 'generic_decline');
await step('the attempt may go on', async () => said(await gateway.retrieve(first)), 'ATTEMPT_FAILED 0');
await step('a card that pays', () => pay(first, 'pm_card_visa'), 'succeeded');
await step('its money has come', async () => said(await gateway.retrieve(first)), 'CAPTURED 5000');
await step('a cancel comes too late', async () => said(await gateway.cancel(first)), 'CAPTURED 5000');
const part = refundOf(2000);
await step('a part goes back', async () => said(await gateway.refund(part, first)), 'REFUNDED 2000');
await step('the same refund again does nothing', async () => said(await gateway.refund(part, first)), 'REFUNDED 2000');
await step('more than is left is refused', () => refusalOf(gateway.refund(refundOf(3001), first)), 'GatewayRefusal');
await step('the rest goes back', async () => said(await gateway.refund(refundOf(3000), first)), 'REFUNDED 3000');
await step(
  'all of it is known',
  async () => said(await gateway.retrieve(first)),
  'CAPTURED 5000, REFUNDED 2000, REFUNDED 3000',
);

const second = await open('MANUAL');
await step('a card is authorized', () => pay(second, 'pm_card_visa'), 'requires_capture');
await step(
  'it is captured in part',
  async () => said(await gateway.capture(second, 3000)),
  'AUTHORIZED 5000, CAPTURED 3000',
);
await step(
  'what was let go of is no refund',
  async () => said(await gateway.retrieve(second)),
  'AUTHORIZED 5000, CAPTURED 3000',
);

const third = await open('MANUAL');
await step('a card is authorized', () => pay(third, 'pm_card_visa'), 'requires_capture');
await step('a cancel undoes no authorization', async () => said(await gateway.cancel(third)), 'AUTHORIZED 5000');
await step('a void does', async () => said(await gateway.refund(refundOf(5000, 'VOID'), third)), 'REFUNDED 5000');
await step('and leaves no money', async () => said(await gateway.retrieve(third)), 'CANCELED 0');

const fourth = await open('AUTOMATIC');
await step('an attempt that nobody waits for ends', async () => said(await gateway.cancel(fourth)), 'CANCELED 0');
await step('and stays so', async () => said(await gateway.cancel(fourth)), 'CANCELED 0');

await step(
  'its events are listed',
  () => listed([first, second, third, fourth]),
  'AUTHORIZED, CANCELED, CAPTURED, REFUNDED',
);

process.stdout.write(differences === 0 ? 'Stripe does as the shop thinks.\n' : `${differences} steps differ.\n`);
process.exit(differences === 0 ? 0 : 1);

async function refusalOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'no refusal',
    (error: unknown) => (error as Error).name,
  );
}

/** What Stripe's events said of these payments; they come into the list a little later than they happen. */
async function listed(payments: Payment[]): Promise<string> {
  const ids = new Set(payments.map(({ gatewayPaymentId }) => gatewayPaymentId));
  const deadline = Date.now() + 30_000;
  const wanted = ['AUTHORIZED', 'CANCELED', 'CAPTURED', 'REFUNDED'];
  for (;;) {
    const types = new Set(
      (await gateway.listEvents!(since)).filter((event) => ids.has(event.gatewayPaymentId)).map(({ type }) => type),
    );
    const found = wanted.filter((type) => types.has(type as never));
    if (found.length === wanted.length || Date.now() > deadline) return found.join(', ');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
