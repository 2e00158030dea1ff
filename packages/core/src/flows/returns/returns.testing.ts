import { randomUUID } from 'node:crypto';
import { present } from '../../testing/only.ts';
import type { TestShop } from '../../testing/test-shop.ts';
import { createQuotedShop, type QuotedShop } from '../refund/quoted-shop.testing.ts';

/** Units of the first lines of an order, by line: `[2, 0, 1]` are 2 units of line 1 and 1 of line 3. */
type Units = readonly number[];

const linesOf = (units: Units) =>
  units.flatMap((quantity, index) => (quantity > 0 ? [{ lineNo: index + 1, quantity }] : []));

/** A shop whose orders a test sends and takes back. */
export type ReturnShop = QuotedShop & ReturnFunctions;

export type ReturnFunctions = {
  /** Dispatches every READY shipment of an order, and delivers it unless `isDelivered` is false. */
  send: (orderId: string, isDelivered?: boolean) => Promise<void>;
  /** Requests and approves a return. Returns its id. */
  approveUnits: (orderId: string, units: Units, fault?: 'SHOP' | 'CUSTOMER' | 'CARRIER') => Promise<string>;
  /** Receives and restocks units of a return. */
  receiveUnits: (returnId: string, units: Units) => Promise<void>;
  /** Requests, approves and receives a return. Returns its id. */
  takeBack: (orderId: string, units: Units, fault?: 'SHOP' | 'CUSTOMER' | 'CARRIER') => Promise<string>;
  /** Refunds a return as it is now. Returns the amount. */
  refund: (returnId: string, fees?: { name: string; amount: number }[]) => Promise<number>;
  /** Returns an order's fulfillment status. */
  fulfillmentOf: (orderId: string) => Promise<string>;
};

export function returnFunctionsOf({ commerce }: Pick<TestShop, 'commerce'>): ReturnFunctions {
  const approveUnits: ReturnFunctions['approveUnits'] = async (orderId, units, fault = 'CUSTOMER') => {
    const { id: returnId } = await commerce.requestReturn({ orderId, lines: linesOf(units), fault });
    await commerce.approveReturn({ returnId });
    return returnId;
  };
  const receiveUnits: ReturnFunctions['receiveUnits'] = async (returnId, units) => {
    const lines = linesOf(units).map(({ lineNo, quantity }) => ({ lineNo, restockQty: quantity }));
    await commerce.receiveReturn({ returnId, lines });
  };
  return {
    approveUnits,
    receiveUnits,
    async send(orderId, isDelivered = true) {
      for (const { id: shipmentId, status } of await commerce.listShipments({ orderId })) {
        if (status !== 'READY') continue;
        await commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: randomUUID() });
        if (isDelivered) await commerce.deliverShipment({ shipmentId });
      }
    },
    async takeBack(orderId, units, fault) {
      const returnId = await approveUnits(orderId, units, fault);
      await receiveUnits(returnId, units);
      return returnId;
    },
    async refund(returnId, fees = []) {
      const { orderVersion: expectedVersion } = await commerce.getReturn({ returnId });
      return (await commerce.refundReturn({ returnId, fees, expectedVersion })).amount;
    },
    fulfillmentOf: async (orderId) => (await commerce.getOrder({ orderId })).fulfillmentStatus,
  };
}

export async function createReturnShop(options: Parameters<typeof createQuotedShop>[0] = {}): Promise<ReturnShop> {
  const shop = await createQuotedShop(options);
  return { ...shop, ...returnFunctionsOf(shop) };
}

/** The line of a return with this number. */
export const lineOf = <L extends { lineNo: number }>({ lines }: { lines: readonly L[] }, lineNo = 1): L =>
  present(
    lines.find((line) => line.lineNo === lineNo),
    'the line',
  );
