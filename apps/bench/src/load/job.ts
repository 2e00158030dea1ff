import type { Measured, Window } from './measure.ts';

/** What orders are made of: `lines` different products of the first `products`, one to three units of each. */
export type Shape = { products: number; lines: number };

type Work =
  /** `order.create` at the API, as the stock client sends it; a share of them marked to fail in the database. */
  | { kind: 'orders'; url: string; tokenSecret: string; shape: Shape; failShare?: number }
  /** Signed webhooks for the payments numbered `from` to `to`. */
  | { kind: 'webhooks'; url: string; secret: string; from: number; to: number }
  /** The core without the API, in the process that makes the load. */
  | { kind: 'core'; databaseUrl: string; shape: Shape }
  /** The floor's statement over a plain pg client, where there is no pgbench. */
  | { kind: 'floor-orders'; databaseUrl: string; shape: Shape }
  | { kind: 'floor-webhooks'; databaseUrl: string };

export type Job = Work &
  Window & {
    clients: number;
    /** Calls a second; as fast as answers come unless said. */
    rate?: number | undefined;
  };

/** `ids` of the orders or payments whose calls were acknowledged. */
export type Loaded = Measured & { ids: string[] };

export type Reply = { loaded: Loaded } | { error: string };

/** The reference of an order that the trigger of the failing scenario refuses. */
export const failingReference = 'fails in the database';

export const customers = 1_000;
export const quantityMax = 3;
