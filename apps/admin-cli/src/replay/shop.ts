import type { Invoice } from './plan.ts';

/** Why the shop did not do what the file asks, by its error code. */
export type Refusal = { refused: string };

/** What a replay asks of a shop. What is not a refusal is thrown. */
export type Shop = {
  place(invoice: Invoice): Promise<{ orderId: string; amount: number } | Refusal>;
  /** Pays the whole order at the gateway; answers whether the shop took it for paid. */
  pay(orderId: string): Promise<boolean>;
  /** Sends off all that is ready, and delivers it. */
  ship(orderId: string): Promise<void>;
  /** Answers whether it was canceled. */
  cancel(orderId: string): Promise<boolean>;
};
