import type { Invoice } from './plan.ts';

/** An order that the shop took. `ordinal` counts the file's orders, refused ones too. */
export type PlacedOrder = {
  ordinal: number;
  orderId: string;
  amount: number;
  units: number;
  lines: number;
  state: 'UNPAID' | 'PAID' | 'SHIPPED' | 'CANCELED';
};

/** What a cancellation finds: orders that can still be canceled, and whether some of it has shipped. */
export type Targets = { open: PlacedOrder[]; shipped: boolean };

/** Who ordered what, so that a cancellation finds the latest order of its customer with its product. */
export type Ledger = {
  note: (invoice: Invoice, order: PlacedOrder) => void;
  /**
   * @param ordersBefore how many orders of the file stand before the cancellation; later ones are none of its business
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
        // By their place in the file: guests' orders are placed side by side and may come in out of it.
        let at = orders.length;
        while (at > 0 && (orders[at - 1]?.ordinal ?? 0) > order.ordinal) at -= 1;
        if (orders[at - 1] !== order) orders.splice(at, 0, order);
      }
    },
    find({ customerId, lines }, ordersBefore, isOpen) {
      const bySku = byCustomer.get(customerId);
      const open = new Set<PlacedOrder>();
      let shipped = false;
      // All products first: the order that one line cancels is the latest with the next line's product, too.
      for (const { sku } of lines) {
        const orders = bySku?.get(sku) ?? [];
        // Canceled ones never come back, so nobody looks at them again.
        while (orders.at(-1)?.state === 'CANCELED') orders.pop();
        const latest = orders.findLast(({ ordinal, state }) => ordinal < ordersBefore && state !== 'CANCELED');
        if (latest && isOpen(latest)) open.add(latest);
        else if (latest) shipped = true;
      }
      return { open: [...open], shipped };
    },
  };
}
