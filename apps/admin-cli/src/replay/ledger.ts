import type { Invoice } from './plan.ts';

/** An order that the shop accepted. `ordinal` counts the file's orders, refused ones included. */
export type PlacedOrder = {
  ordinal: number;
  orderId: string;
  amount: number;
  units: number;
  lines: number;
  state: 'UNPAID' | 'PAID' | 'SHIPPED' | 'CANCELED';
  /** Units of each sku that no return has taken. */
  leftQty: Map<string, number>;
};

/** Units of one order by sku. */
export type UnitsOfOrder = { order: PlacedOrder; units: Map<string, number> };

/** The orders that a cancellation can cancel, and the units of shipped orders that it returns. */
export type Targets = { open: PlacedOrder[]; shipped: UnitsOfOrder[] };

/** Keeps the orders of each customer by product, so that a cancellation finds the latest order. */
export type Ledger = {
  note: (invoice: Invoice, order: PlacedOrder) => void;
  /**
   * Finds each line's latest order that has units left. The units of shipped orders are taken out of what is left.
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
      const shipped = new Map<PlacedOrder, Map<string, number>>();
      // All products are looked up first: one order may be the latest for several lines.
      for (const { sku, quantity } of lines) {
        const orders = bySku?.get(sku) ?? [];
        // A canceled order never opens again, so it is dropped.
        while (orders.at(-1)?.state === 'CANCELED') orders.pop();
        const canTake = (order: PlacedOrder) =>
          order.ordinal < ordersBefore && order.state !== 'CANCELED' && (order.leftQty.get(sku) ?? 0) > 0;
        const latest = orders.findLast(canTake);
        if (!latest) continue;
        if (isOpen(latest)) open.add(latest);
        else if (latest.state !== 'UNPAID') take(latest, sku, quantity, shipped);
      }
      return { open: [...open], shipped: Array.from(shipped, ([order, units]) => ({ order, units })) };
    },
  };
}

/** Takes units of an order for a return, as many as are left. */
function take(order: PlacedOrder, sku: string, askedQty: number, taken: Map<PlacedOrder, Map<string, number>>): void {
  const leftQty = order.leftQty.get(sku) ?? 0;
  const quantity = Math.min(askedQty, leftQty);
  order.leftQty.set(sku, leftQty - quantity);
  const units = taken.get(order) ?? new Map<string, number>();
  taken.set(order, units.set(sku, (units.get(sku) ?? 0) + quantity));
}
