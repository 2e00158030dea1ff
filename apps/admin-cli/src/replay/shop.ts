import type { Invoice } from './plan.ts';

/** Why the shop did not do what the file asks, by its error code. */
export type Refusal = { refused: string };

/** The calls that a replay makes to a shop. An error that is not a refusal is thrown. */
export type Shop = {
  place(invoice: Invoice): Promise<{ orderId: string; amount: number } | Refusal>;
  /** Pays the whole order at the gateway. Returns whether the shop marked the order as paid. */
  pay(orderId: string): Promise<boolean>;
  /** Dispatches and delivers all shipments that are ready. */
  ship(orderId: string): Promise<void>;
  /** Cancels an order. Returns whether the shop canceled it. */
  cancel(orderId: string): Promise<boolean>;
};
