import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, RouterOutputs } from '@commerce-core/client';
import type { LineUnits } from '../command.ts';
import { Failure } from '../failure.ts';
import { commerceCode, isRefusal } from '../refusal.ts';
import type { Shop } from './shop.ts';
import { payAtSimulator } from './simulator.ts';

// The gateway retries its webhook for about half a minute.
const PAID_WITHIN_MS = 40_000;
const POLL_MS = 200;

// A parcel has at most this many units, and a shipment as many parcels as a dispatch can name.
const UNITS_PER_PARCEL = 100;
const PARCELS_MAX = 50;
// How often a refund is tried with the order's newest version.
const VERSIONS_MAX = 20;

const unitsIn = (lines: readonly { quantity: number }[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** The parcels of a shipment, each with a number of its own. */
function parcelsFor(shipmentId: string, units: number): { carrier: string; trackingNumber: string }[] {
  const count = Math.min(Math.ceil(units / UNITS_PER_PARCEL), PARCELS_MAX);
  const number = shipmentId.slice(-12).toUpperCase();
  return Array.from({ length: count }, (_, index) => ({ carrier: 'Replay', trackingNumber: `${number}-${index + 1}` }));
}

type OrderLines = RouterOutputs['order']['get']['lines'];

/** @throws Failure when the order has no such product */
function lineNoOf(lines: OrderLines, productId: string | undefined): number {
  const line = lines.find((one) => one.productId === productId);
  if (!line) throw new Failure('The order has no line with a product that comes back.');
  return line.lineNo;
}

/** Refunds a return. Meanwhile another return of the order, or its refund, can change the order. */
async function refundReturn(client: Client, returnId: string, orderVersion: number): Promise<number> {
  for (let expectedVersion = orderVersion, attempt = 1; ; attempt += 1) {
    try {
      const { amount } = await client.return.refund.mutate({ returnId, expectedVersion });
      return amount;
    } catch (error) {
      if (commerceCode(error) !== 'order_changed' || attempt === VERSIONS_MAX) throw error;
      expectedVersion = (await client.return.get.query({ returnId })).orderVersion;
    }
  }
}

async function isPaidSoon(client: Client, orderId: string): Promise<boolean> {
  for (const deadline = Date.now() + PAID_WITHIN_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const { status } = await client.order.get.query({ orderId });
    if (status !== 'PAYMENT_PENDING') return status === 'PAID';
  }
  return false;
}

/** Takes a return from its request to its end, with all its units for sale again. Returns what was refunded. */
async function returnUnits(client: Client, orderId: string, lines: LineUnits[]): Promise<number> {
  const { id: returnId } = await client.return.request.mutate({ orderId, lines, fault: 'CUSTOMER' });
  await client.return.approve.mutate({ returnId });
  const received = lines.map(({ lineNo, quantity }) => ({ lineNo, restockQty: quantity }));
  const { orderVersion } = await client.return.receive.mutate({ returnId, lines: received });
  const amount = await refundReturn(client, returnId, orderVersion);
  await client.return.close.mutate({ returnId });
  return amount;
}

/** Opens a shop over its API, with the gateway simulator that sends it webhooks. */
export function openShop(client: Client, simulatorUrl: string, productIds: ReadonlyMap<string, string>): Shop {
  return {
    async place({ customerId, invoiceNo, lines }) {
      const asked = lines.map(({ sku, quantity }) => ({ productId: productIds.get(sku) ?? '', quantity }));
      try {
        const order = await client.order.create.mutate({ customerId, lines: asked, reference: invoiceNo });
        return { orderId: order.id, amount: order.totalAmount };
      } catch (error) {
        const refused = isRefusal(error) ? commerceCode(error) : undefined;
        if (refused === undefined) throw error;
        return { refused };
      }
    },
    async pay(orderId) {
      const { id: paymentId, amount, currency } = await client.payment.create.mutate({ orderId, provider: 'mock' });
      const applied = await payAtSimulator(simulatorUrl, { paymentId, amount, currency });
      return applied || isPaidSoon(client, orderId);
    },
    async ship(orderId) {
      const { items } = await client.shipment.list.query({ orderId });
      for (const { id: shipmentId, status, lines } of items) {
        if (status !== 'READY') continue;
        await client.shipment.dispatch.mutate({ shipmentId, parcels: parcelsFor(shipmentId, unitsIn(lines)) });
        await client.shipment.deliver.mutate({ shipmentId });
      }
    },
    async cancel(orderId) {
      try {
        await client.order.cancel.mutate({ orderId });
        return true;
      } catch (error) {
        if (commerceCode(error) === 'invalid_transition') return false;
        throw error;
      }
    },
    async takeBack(orderId, units) {
      const { lines } = await client.order.get.query({ orderId });
      const asked = Array.from(units, ([sku, quantity]) => ({
        lineNo: lineNoOf(lines, productIds.get(sku)),
        quantity,
      }));
      return returnUnits(client, orderId, asked);
    },
  };
}
