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
  note(invoice: Invoice, order: PlacedOrder): void;
  /** @param isOpen whether an order can still be canceled */
  find(cancellation: Invoice, isOpen: (order: PlacedOrder) => boolean): Targets;
};

export function createLedger(): Ledger {
  const byCustomer = new Map<string, Map<string, PlacedOrder[]>>();

  return {
    note({ customerId, lines }, order) {
      let bySku = byCustomer.get(customerId);
      if (!bySku) byCustomer.set(customerId, (bySku = new Map()));
      for (const { sku } of lines) {
        const orders = bySku.get(sku);
        if (!orders) bySku.set(sku, [order]);
        else if (orders.at(-1) !== order) orders.push(order);
      }
    },
    find({ customerId, lines }, isOpen) {
      const bySku = byCustomer.get(customerId);
      const open = new Set<PlacedOrder>();
      let shipped = false;
      // All products first: the order that one line cancels is the latest with the next line's product, too.
      for (const { sku } of lines) {
        const orders = bySku?.get(sku) ?? [];
        // Canceled ones never come back, so nobody looks at them again.
        while (orders.at(-1)?.state === 'CANCELED') orders.pop();
        const latest = orders.at(-1);
        if (latest && isOpen(latest)) open.add(latest);
        else if (latest) shipped = true;
      }
      return { open: [...open], shipped };
    },
  };
}
