import type { Invoice } from './plan.ts';

/** An order that the shop accepted. `ordinal` counts the file's orders, refused ones included. */
export type PlacedOrder = {
  ordinal: number;
  orderId: string;
  amount: number;
  units: number;
  lines: number;
  state: 'UNPAID' | 'PAID' | 'SHIPPED' | 'CANCELED';
};

/** The orders that a cancellation can cancel, and whether some of its units have shipped. */
export type Targets = { open: PlacedOrder[]; shipped: boolean };

/** Keeps the orders of each customer by product, so that a cancellation finds the latest order. */
export type Ledger = {
  note: (invoice: Invoice, order: PlacedOrder) => void;
  /**
   * @param ordersBefore how many orders of the file stand before the cancellation; later orders are ignored
   * @param isOpen whether an order can still be canceled
   */
  find: (cancellation: Invoice, ordersBefore: number, isOpen: (order: PlacedOrder) => boolean) => Targets;
};

export function createLedger(): Ledger {
  const byCustomer = new Map<string, Map<string, PlacedOrder[]>>();

  return {
    note({ customerId, lines }, order) {
      let bySku = byCustomer.get(customerId);
      if (!bySku) byCustomer.set(customerId, (bySku = new Map()));
      for (const { sku } of lines) {
        const orders = bySku.get(sku) ?? [];
        bySku.set(sku, orders);
        // Sorted by their place in the file: guests' orders run concurrently and may arrive in another order.
        let at = orders.length;
        while (at > 0 && (orders[at - 1]?.ordinal ?? 0) > order.ordinal) at -= 1;
        if (orders[at - 1] !== order) orders.splice(at, 0, order);
      }
    },
    find({ customerId, lines }, ordersBefore, isOpen) {
      const bySku = byCustomer.get(customerId);
      const open = new Set<PlacedOrder>();
      let shipped = false;
      // All products are looked up first: one order may be the latest for several lines.
      for (const { sku } of lines) {
        const orders = bySku?.get(sku) ?? [];
        // A canceled order never opens again, so it is dropped.
        while (orders.at(-1)?.state === 'CANCELED') orders.pop();
        const latest = orders.findLast(({ ordinal, state }) => ordinal < ordersBefore && state !== 'CANCELED');
        if (latest && isOpen(latest)) open.add(latest);
        else if (latest) shipped = true;
      }
      return { open: [...open], shipped };
    },
  };
}
