import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@commerce-core/api/client';
import { commerceCode, isRefusal } from '../refusal.ts';
import { withRetries } from './retry.ts';
import type { Shop } from './shop.ts';
import { payAtSimulator } from './simulator.ts';

// The gateway retries its webhook for about half a minute.
const PAID_WITHIN_MS = 40_000;
const POLL_MS = 200;

/**
 * A shop over its API and the gateway simulator that tells it of payments.
 *
 * Everything is tried again when the connection breaks. An order whose answer was lost is placed a second time then;
 * the first one is never paid and expires by itself.
 */
export function openShop(client: Client, simulatorUrl: string, productIds: ReadonlyMap<string, string>): Shop {
  async function payable(orderId: string): Promise<{ id: string; amount: number; currency: string }> {
    try {
      return await withRetries(() => client.payment.create.mutate({ orderId, provider: 'mock' }));
    } catch (error) {
      // The answer to an earlier try was lost; the attempt that it made is the one to pay.
      if (commerceCode(error) !== 'payment_in_progress') throw error;
    }
    const { items: payments } = await withRetries(() => client.payment.list.query({ orderId }));
    const live = payments.find(({ status }) => status === 'CREATED');
    if (!live) throw new Error(`order ${orderId} has a payment under way that is not to be found`);
    return live;
  }

  async function isPaidSoon(orderId: string): Promise<boolean> {
    for (const deadline = Date.now() + PAID_WITHIN_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      const { status } = await withRetries(() => client.order.get.query({ orderId }));
      if (status !== 'PAYMENT_PENDING') return status === 'PAID';
    }
    return false;
  }

  /** Moves a parcel; one that is there already was moved by a try whose answer was lost. */
  async function move(step: () => Promise<unknown>): Promise<void> {
    try {
      await withRetries(step);
    } catch (error) {
      if (commerceCode(error) !== 'invalid_transition') throw error;
    }
  }

  return {
    async place({ customerId, invoiceNo, lines }) {
      const asked = lines.map(({ sku, quantity }) => ({ productId: productIds.get(sku) ?? '', quantity }));
      try {
        const input = { customerId, lines: asked, reference: invoiceNo };
        const { id: orderId, totalAmount: amount } = await withRetries(() => client.order.create.mutate(input));
        return { orderId, amount };
      } catch (error) {
        const refused = isRefusal(error) ? commerceCode(error) : undefined;
        if (refused === undefined) throw error;
        return { refused };
      }
    },
    async pay(orderId) {
      const { id: paymentId, amount, currency } = await payable(orderId);
      const applied = await withRetries(() => payAtSimulator(simulatorUrl, { paymentId, amount, currency }));
      return applied || isPaidSoon(orderId);
    },
    async ship(orderId) {
      const { items: shipments } = await withRetries(() => client.shipment.list.query({ orderId }));
      for (const { id: shipmentId, status } of shipments) {
        const parcel = { shipmentId, carrier: 'Replay', trackingNumber: shipmentId.slice(-12).toUpperCase() };
        if (status === 'READY') await move(() => client.shipment.dispatch.mutate(parcel));
        if (status !== 'CANCELED') await move(() => client.shipment.deliver.mutate({ shipmentId }));
      }
    },
    async cancel(orderId) {
      try {
        await withRetries(() => client.order.cancel.mutate({ orderId }));
        return true;
      } catch (error) {
        if (commerceCode(error) !== 'invalid_transition') throw error;
      }
      const { status } = await withRetries(() => client.order.get.query({ orderId }));
      return status === 'CANCELED';
    },
  };
}
