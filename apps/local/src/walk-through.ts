import { setTimeout as delay } from 'node:timers/promises';
import { decimalsOf, type Client } from '@commerce-core/client';
import { demoProduct } from './demo-catalogue.ts';

/** The clients of the demo, and the simulator's URL. */
export type Shop = { customer: Client; operator: Client; simulatorUrl: string };
export type Payment = { id: string; orderId: string; amount: number; currency: string };

const inUnits = (amount: number, currency: string): string => {
  const decimals = decimalsOf(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
};

type Cell = number | string;
const row = (step: string, order: string, [available, reserved, shelf, money]: [Cell, Cell, Cell, Cell]): string =>
  `  ${step.padEnd(23)}${order.padEnd(19)}${String(available).padStart(9)}${String(reserved).padStart(10)}` +
  `${String(shelf).padStart(6)}${String(money).padStart(11)}`;

/** Pays at the gateway as the shopper. Resolves when the shop has responded to the gateway's webhook. */
const pay = async (simulatorUrl: string, payment: Payment): Promise<void> => {
  const response = await fetch(`${simulatorUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      paymentId: payment.id,
      amount: payment.amount,
      currency: payment.currency,
      outcome: 'AUTHORIZED',
    }),
  });
  if (!response.ok) throw new Error(`The gateway simulator returned ${response.status}: ${await response.text()}`);
};

const changedWithinMs = 60_000;

/** Resolves when something has the status: the shop calls the gateway after the request has returned. */
const reached = async (name: string, wanted: string, read: () => Promise<string | undefined>): Promise<void> => {
  for (const deadline = Date.now() + changedWithinMs; ; await delay(50)) {
    const status = await read();
    if (status === wanted) return;
    if (Date.now() > deadline) throw new Error(`The ${name} should be ${wanted}, but is ${status}.`);
  }
};

/** The simulator's carrier scans a parcel. Resolves when the shop has the carrier's message. */
const scan = async (simulatorUrl: string, parcel: Parcel, status: string): Promise<void> => {
  const response = await fetch(`${simulatorUrl}/mock-carrier/scans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...parcel, status, wait: true }),
  });
  if (!response.ok) throw new Error(`The carrier's simulator returned ${response.status}: ${await response.text()}`);
};

type Parcel = { carrier: string; trackingNumber: string };

const shipTo = {
  name: 'Kim Minji',
  line1: '1 Harbour Street',
  city: 'Busan',
  postalCode: '48058',
  country: 'KR',
};

/**
 * Takes one order from placement to delivery and the return of one unit, over HTTP, and prints stock and money after
 * each step. Returns the order.
 */
export const walkThrough = async (
  shop: Shop,
  print: (line: string) => void,
): Promise<{ id: string; number: string }> => {
  const { customer, operator, simulatorUrl } = shop;
  const quantity = 2;
  const product = await demoProduct(operator, 0, quantity);
  const { currency, priceAmount } = product;
  const step = async (name: string, expected: string, orderId?: string): Promise<void> => {
    const { availableQty, reservedQty, shelfQty } = await operator.stock.get.query({ productId: product.id });
    const { status, money } = orderId ? await stateOf(shop, orderId) : { status: '', money: 0 };
    print(row(name, status, [availableQty, reservedQty, shelfQty, inUnits(money, currency)]));
    if (status !== expected) throw new Error(`After "${name}" the order should be ${expected}, but is ${status}.`);
  };

  print(`One order: ${quantity} × ${product.name}, ${currency} ${inUnits(priceAmount, currency)} each`);
  print(row('step', 'order', ['available', 'reserved', 'shelf', `money, ${currency}`]));
  await step('before', '');
  const { id: orderId, number } = await customer.order.create.mutate({
    lines: [{ productId: product.id, quantity }],
    shippingAddress: shipTo,
  });
  await step('order placed', 'CREATED', orderId);
  const payment = await customer.payment.create.mutate({ orderId, provider: 'mock', capture: 'MANUAL' });
  await step('payment attempted', 'PAYMENT_PENDING', orderId);
  await pay(simulatorUrl, payment);
  await step('webhook: approved', 'PAID', orderId);
  const [untracked, tracked] = await dispatchInTwoParcels(operator, orderId);
  await step('sent in two parcels', 'SHIPPED', orderId);
  await operator.payment.capture.mutate({ paymentId: payment.id });
  await reached(
    'payment',
    'CAPTURED',
    async () => (await operator.payment.get.query({ paymentId: payment.id })).status,
  );
  await step('money captured', 'SHIPPED', orderId);
  await operator.parcel.deliver.mutate({ parcelId: untracked.id });
  await step('one parcel delivered', 'SHIPPED', orderId);
  for (const status of ['PICKED_UP', 'DELIVERED']) await scan(simulatorUrl, tracked, status);
  await step('webhook: other one too', 'DELIVERED', orderId);
  await returnOne(shop, orderId, step);
  return { id: orderId, number };
};

/** The order's status, or how far it is fulfilled once it is, and what the shop has of its money, in minor units. */
const stateOf = async ({ customer, operator }: Shop, orderId: string): Promise<{ status: string; money: number }> => {
  const { status, fulfillmentStatus } = await customer.order.get.query({ orderId });
  const { items } = await operator.payment.list.query({ orderId });
  const money = items.reduce((sum, { capturedAmount, refundedAmount }) => sum + capturedAmount - refundedAmount, 0);
  return { status: fulfillmentStatus === 'UNFULFILLED' ? status : fulfillmentStatus, money };
};

/**
 * Dispatches the order's shipment in two parcels: an operator reports about the first, its carrier about the second.
 */
const dispatchInTwoParcels = async (operator: Client, orderId: string) => {
  const [shipment] = (await operator.shipment.list.query({ orderId })).items;
  if (!shipment) throw new Error('The paid order has no shipment.');
  // A number of its own for each order: the carrier's simulator remembers what it has scanned.
  const number = orderId.slice(-8).toUpperCase();
  const { parcels } = await operator.shipment.dispatch.mutate({
    shipmentId: shipment.id,
    parcels: [
      { carrier: 'Demo Post', trackingNumber: `DP-${number}` },
      { carrier: 'Mock Express', trackingNumber: `ME-${number}` },
    ],
  });
  const [first, second] = parcels;
  if (!first || !second) throw new Error('The shipment has not left in two parcels.');
  return [first, { carrier: second.carrier, trackingNumber: second.trackingNumber }] as const;
};

/** One unit comes back, is for sale again, and is refunded. */
const returnOne = async (
  { customer, operator }: Shop,
  orderId: string,
  step: (name: string, expected: string, orderId: string) => Promise<void>,
): Promise<void> => {
  const lines = [{ lineNo: 1, quantity: 1 }];
  const { id: returnId } = await customer.return.request.mutate({ orderId, lines, reason: 'one too many' });
  await operator.return.approve.mutate({ returnId });
  const { orderVersion } = await operator.return.receive.mutate({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
  await step('one unit came back', 'PARTIALLY_RETURNED', orderId);
  const { refundId } = await operator.return.refund.mutate({ returnId, expectedVersion: orderVersion });
  await reached('refund', 'SUCCEEDED', async () => {
    const { items } = await operator.refund.list.query({ orderId });
    return items.find(({ id }) => id === refundId)?.status;
  });
  await step('and was refunded', 'PARTIALLY_RETURNED', orderId);
  await operator.return.close.mutate({ returnId });
};

/** Creates an order with a live payment, so that a developer can pay it by hand. */
export const leaveOneUnpaid = async ({ customer, operator }: Shop): Promise<{ number: string; payment: Payment }> => {
  const product = await demoProduct(operator, 1, 1);
  const { id: orderId, number } = await customer.order.create.mutate({
    lines: [{ productId: product.id, quantity: 1 }],
  });
  return { number, payment: await customer.payment.create.mutate({ orderId, provider: 'mock' }) };
};
