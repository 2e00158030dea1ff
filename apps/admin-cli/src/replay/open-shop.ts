import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@commerce-core/api/client';
import { commerceCode, isRefusal } from '../refusal.ts';
import type { Shop } from './shop.ts';
import { payAtSimulator } from './simulator.ts';

// The gateway retries its webhook for about half a minute.
const PAID_WITHIN_MS = 40_000;
const POLL_MS = 200;

/** Opens a shop over its API, with the gateway simulator that sends it webhooks. */
export function openShop(client: Client, simulatorUrl: string, productIds: ReadonlyMap<string, string>): Shop {
  async function isPaidSoon(orderId: string): Promise<boolean> {
    for (const deadline = Date.now() + PAID_WITHIN_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      const { status } = await client.order.get.query({ orderId });
      if (status !== 'PAYMENT_PENDING') return status === 'PAID';
    }
    return false;
  }

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
      return applied || isPaidSoon(orderId);
    },
    async ship(orderId) {
      const { items } = await client.shipment.list.query({ orderId });
      for (const { id: shipmentId, status } of items) {
        if (status !== 'READY') continue;
        const trackingNumber = shipmentId.slice(-12).toUpperCase();
        await client.shipment.dispatch.mutate({ shipmentId, carrier: 'Replay', trackingNumber });
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
  };
}
