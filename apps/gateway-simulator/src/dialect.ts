import type { Hono } from 'hono';
import type { Bank, Change } from './bank.ts';

/** What is posted to the shop of one event. */
export type Message = {
  /** The event's id, the same over all its deliveries; of a vendor without such ids, any unique text. */
  id: string;
  /** The very text that is signed and sent. */
  body: string;
};

/** What a dialect's API works on. */
export type Desk = {
  bank: Bank;
  /** Messages of this provider since then, the oldest first, whether or not the shop got them: bounded, newest kept. */
  messagesSince: (since: Date) => { message: Message; at: Date }[];
};

/** What befalls a call before or instead of its route; each vendor has its own words for it. */
export type Fault = 'internal_error' | 'rate_limited' | 'idempotency_key_reused';

export type FaultAnswer = { status: 400 | 409 | 422 | 429 | 500; body: object };

/**
 * How one vendor's gateway talks: the calls that our adapter makes, and the webhooks that its changes become. All that
 * is true about a payment is in the bank; a dialect only translates, and keeps no state of its own (what it must
 * remember of a payment goes to its `details`).
 *
 * To add one:
 * 1. `dialects/NAME.ts` exports `nameDialect(settings): Dialect`. Look at `dialects/mock.ts`.
 * 2. `routes`: find the payment by `bank.find(id, provider)` (the shop's id or the gateway's own), do it by the bank's
 *    operations, answer as the vendor does. The bank throws BankRefusal: map its `reason` to the vendor's status and
 *    code in the routes' own `onError`. Everything else is done for you, for every route: POSTs with an
 *    `Idempotency-Key` are answered a second time as the first, faults of the hostile mode befall them, and changes
 *    become webhooks after the answer. Read bodies by `c.req.text()` or `c.req.json()` (forms: `new URLSearchParams(
 *    await c.req.text())`; Hono's `parseBody` can't read what was read already).
 * 3. `messages`: switch over `change.type`; whoever wants none answers []. Amounts: `payment.authorizedAmount` and
 *    `capturedAmount` are what was really charged, in `payment.currency`; `askedAmount` what the shop had asked for.
 *    The hostile mode calls it with ids or amounts changed, so everything must come from `change`, and ids from
 *    `change.id`.
 * 4. Hand it to `createSimulator({ others: [{ dialect, webhookUrl }] })`, and to main.ts in lines-from-env.ts.
 */
export type Dialect = {
  /** As in the shop's `payments.provider`. */
  provider: string;
  /** Where its API begins: `/toss`. What all its addresses begin with (`/v1`) where the vendor's library takes no path. */
  path: string;
  /** Who makes a payment known here first: the shop by a call, or the shopper by paying (`POST /pay` creates it then). */
  opens: 'shop' | 'shopper';
  /** True where the shopper only agrees, and the shop's own call (`bank.approve` in a route) takes the money. */
  confirms?: boolean;
  /** What the gateway's own ids begin with: `pi_`, `re_`, `dp_`. */
  ids: Record<'payment' | 'refund' | 'dispute', string>;
  messages: (change: Change) => Message[];
  /** An event of a type that our adapter has never heard of, about this payment or about nothing. */
  stray: (change: Change) => Message;
  /** The headers of one delivery, signed at the moment of sending as the vendor signs; `content-type` is JSON unless given. */
  headers: (message: Message, at: Date) => Record<string, string>;
  routes: (desk: Desk) => Hono;
  fault: (fault: Fault) => FaultAnswer;
  /** What a call gets whose `Idempotency-Key` is under way already. Without it, it waits for the first one's answer. */
  inFlight?: FaultAnswer;
};
