import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@commerce-core/api/client';
import { code as find } from 'currency-codes';
import { demoProduct } from './demo-catalogue.ts';

/** The clients of the demo, and the simulator's URL. */
export type Shop = { customer: Client; operator: Client; simulatorUrl: string };
export type Payment = { id: string; orderId: string; amount: number; currency: string };

const price = (amount: number, currency: string): string => {
  const digits = find(currency)?.digits ?? 2;
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    minimumFractionDigits: digits,
  });
  // A plain space instead of the no-break one, so that the text can be searched for.
  return format.format(amount / 10 ** digits).replace('\u00a0', ' ');
};

type Cell = number | string;
const row = (step: string, order: string, available: Cell, reserved: Cell, shelf: Cell): string =>
  `  ${step.padEnd(30)}${order.padEnd(18)}${[available, reserved, shelf].map((cell) => String(cell).padStart(10)).join('')}`;

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

const capturedWithinMs = 60_000;

/** Resolves when the gateway has captured the payment: the shop calls it after the request has returned. */
const captured = async (operator: Client, paymentId: string): Promise<void> => {
  for (const deadline = Date.now() + capturedWithinMs; ; await delay(50)) {
    const { status } = await operator.payment.get.query({ paymentId });
    if (status === 'CAPTURED') return;
    if (Date.now() > deadline) throw new Error(`The payment should be CAPTURED, but is ${status}.`);
  }
};

const shipTo = {
  name: 'Kim Minji',
  line1: '1 Harbour Street',
  city: 'Busan',
  postalCode: '48058',
  country: 'KR',
};

/**
 * Takes one order from placement to delivery over HTTP and prints the stock after each step. Returns the order's id.
 */
export const walkThrough = async (shop: Shop, print: (line: string) => void): Promise<string> => {
  const { customer, operator, simulatorUrl } = shop;
  const quantity = 2;
  const product = await demoProduct(operator, 0, quantity);
  const step = async (name: string, expected: string, orderId?: string): Promise<void> => {
    const { availableQty, reservedQty, shelfQty } = await operator.stock.get.query({ productId: product.id });
    let status = '';
    if (orderId) {
      const order = await customer.order.get.query({ orderId });
      status = order.status === 'PAID' ? `PAID, ${order.fulfillmentStatus}` : order.status;
    }
    print(row(name, status, availableQty, reservedQty, shelfQty));
    if (status !== expected) throw new Error(`After "${name}" the order should be ${expected}, but is ${status}.`);
  };

  print(`One order: ${quantity} × ${product.name}, ${price(product.priceAmount, product.currency)} each`);
  print(row('step', 'order', 'available', 'reserved', 'on shelf'));
  await step('before', '');
  const { id: orderId } = await customer.order.create.mutate({
    lines: [{ productId: product.id, quantity }],
    shippingAddress: shipTo,
  });
  await step('created: stock reserved', 'CREATED', orderId);
  const payment = await customer.payment.create.mutate({ orderId, provider: 'mock', capture: 'MANUAL' });
  await step('payment attempted', 'PAYMENT_PENDING', orderId);
  await pay(simulatorUrl, payment);
  await step('webhook approved: stock sold', 'PAID, UNFULFILLED', orderId);
  const [shipment] = (await operator.shipment.list.query({ orderId })).items;
  if (!shipment) throw new Error('The paid order has no shipment.');
  await operator.shipment.dispatch.mutate({ shipmentId: shipment.id, carrier: 'Demo Post', trackingNumber: 'DP-1' });
  await step('shipped', 'PAID, SHIPPED', orderId);
  await operator.payment.capture.mutate({ paymentId: payment.id });
  await captured(operator, payment.id);
  await step('captured: the money is taken', 'PAID, SHIPPED', orderId);
  await operator.shipment.deliver.mutate({ shipmentId: shipment.id });
  await step('delivered', 'PAID, DELIVERED', orderId);
  return orderId;
};

/** Creates an order with a live payment, so that a developer can pay it by hand. */
export const leaveOneUnpaid = async ({ customer, operator }: Shop): Promise<Payment> => {
  const product = await demoProduct(operator, 1, 1);
  const { id: orderId } = await customer.order.create.mutate({ lines: [{ productId: product.id, quantity: 1 }] });
  return customer.payment.create.mutate({ orderId, provider: 'mock' });
};
