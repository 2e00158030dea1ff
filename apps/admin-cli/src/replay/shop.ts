import type { Invoice } from './plan.ts';

/** Why the shop did not do what the file asks, by its error code. */
export type Refusal = { refused: string };

/** The calls that a replay makes to a shop. An error that is not a refusal is thrown. */
export type Shop = {
  place(invoice: Invoice): Promise<{ orderId: string; amount: number } | Refusal>;
  /** Pays the whole order at the gateway. Returns whether the shop marked the order as paid. */
  pay(orderId: string): Promise<boolean>;
  /** Dispatches all shipments that are ready in one or several parcels, and delivers them. */
  ship(orderId: string): Promise<void>;
  /** Cancels an order. Returns whether the shop canceled it. */
  cancel(orderId: string): Promise<boolean>;
  /** Takes units of a delivered order back, by sku, and refunds them. Returns the amount of the refund, in pence. */
  takeBack(orderId: string, units: ReadonlyMap<string, number>): Promise<number>;
};
