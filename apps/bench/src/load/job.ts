import type { Measured, Window } from './measure.ts';

/** An order has `lines` different products of the first `products`, with one to three units each. */
export type Shape = { products: number; lines: number };

type Work =
  /**
   * `order.create` at the API, as the typed client sends it. The share `failShare` of them fails in the database. With
   * `shippingOptionId`, each order chooses that option.
   */
  | { kind: 'orders'; url: string; tokenSecret: string; shape: Shape; failShare?: number; shippingOptionId?: string }
  /** Signed webhooks for the payments numbered `from` to `to`. */
  | { kind: 'webhooks'; url: string; secret: string; from: number; to: number }
  /** Whole flows of shoppers at the API: an order, its payment, and the payment's webhook. */
  | { kind: 'flow'; url: string; tokenSecret: string; webhookSecret: string; shape: Shape }
  /** Many shoppers who each try once to order a unit of one product. Has no warm-up and lasts until all have tried. */
  | { kind: 'flash-sale'; url: string; tokenSecret: string; productId: string; shoppers: number }
  /** The core without the API, in the load process. */
  | { kind: 'core'; databaseUrl: string; shape: Shape }
  /** The baseline's statements over a plain pg client, on machines without pgbench. */
  | { kind: 'baseline-orders'; databaseUrl: string; shape: Shape }
  | { kind: 'baseline-webhooks'; databaseUrl: string }
  | { kind: 'baseline-flow'; databaseUrl: string; shape: Shape };

export type Job = Work &
  Window & {
    clients: number;
    /** Calls a second. Without it, each client calls again as soon as its last call returns. */
    rate?: number | undefined;
  };

/**
 * `ids`: the orders or gateway events whose calls were acknowledged. `refused`: of a flash sale, the calls that were
 * refused for lack of stock; their rate is from the first one to the last one.
 */
export type Loaded = Measured & { ids: string[]; refused?: Refused };

export type Refused = Pick<Measured, 'perSecond' | 'p50Ms' | 'p99Ms'> & { count: number };

export type Reply = { loaded: Loaded } | { error: string };

/** The reference of an order that the trigger of the scenario `failing` rejects. */
export const failingReference = 'fails in the database';

export const customers = 1_000;
export const quantityMax = 3;
