import type { Hono } from 'hono';
import type { Bank } from '../bank/bank.ts';
import type { Change } from '../bank/change.ts';

/** A webhook to the shop. */
export type Webhook = {
  /** The event's id, the same for all deliveries. Any unique text for a vendor whose events have no ids. */
  id: string;
  /** The exact text that is signed and sent. */
  body: string;
};

/** What an emulator's routes can use. */
export type EmulatorContext = {
  bank: Bank;
  /**
   * Returns this provider's webhooks since then, the oldest first, whether or not the shop received them. Only the
   * newest ones are kept.
   */
  webhooksSince: (since: Date) => { webhook: Webhook; at: Date }[];
};

/** The errors that the simulator itself returns, before or instead of a route. */
export type ErrorKind = 'internal_error' | 'rate_limited' | 'idempotency_key_reused';

export type ErrorResponse = { status: 400 | 409 | 422 | 429 | 500; body: object };

/**
 * One vendor's gateway: the calls that our adapter makes, and the webhooks about the bank's changes. The bank has the
 * true state of each payment. An emulator only translates and keeps no state of its own; it stores what it must
 * remember about a payment in the payment's `details`.
 *
 * To add one:
 * 1. `emulators/NAME/NAME.ts` exports `nameEmulator(settings): Emulator`. `emulators/mock/mock.ts` is an example.
 * 2. `routes`: find the payment by `bank.find(id, provider)`, with the shop's id or the gateway's own. Call the bank's
 *    operation and respond as the vendor does. In the routes' `onError`, map the `reason` of a BankRefusal to the
 *    vendor's status and code. The simulator adds idempotency keys, the hostile mode's faults, and the webhooks after
 *    the response. Read bodies by `c.req.text()` or `c.req.json()`, and forms by `new URLSearchParams(await
 *    c.req.text())`: Hono's `parseBody` fails because the simulator has read the body before.
 * 3. `webhooksFor`: switch over `change.type`; return [] for a change without a webhook. `payment.authorizedAmount` and
 *    `capturedAmount` were really charged, in `payment.currency`; `requestedAmount` is what the shop requested. The
 *    hostile mode passes modified changes, so use nothing but `change`, and derive ids from `change.id`.
 * 4. Pass it to `createSimulator({ providers: [{ emulator, webhookUrl }] })`, and add it to emulators-from-env.ts.
 */
export type Emulator = {
  /** The name in the shop's `payments.provider`. */
  provider: string;
  /**
   * The path before the API's routes: `/toss`. For a vendor whose library accepts no path: the first part of all its
   * addresses (`/v1`).
   */
  path: string;
  /** Who creates a payment: the shop by a call, or the shopper by `POST /pay`. */
  createdBy: 'shop' | 'shopper';
  /** True when the shopper only agrees at `POST /pay`, and the shop's call approves (`bank.approve` in a route). */
  confirmedByShop?: boolean;
  /** The prefixes of the gateway's own ids: `pi_`, `re_`, `dp_`. */
  idPrefixes: Record<'payment' | 'refund' | 'dispute', string>;
  /** Returns the webhooks about a change, in the order of sending. */
  webhooksFor: (change: Change) => Webhook[];
  /** Returns a webhook of a type that our adapter doesn't know. */
  unknownTypeWebhook: (change: Change) => Webhook;
  /** Returns one delivery's headers, signed as the vendor signs. They may replace the JSON `content-type`. */
  webhookHeaders: (webhook: Webhook, at: Date) => Record<string, string>;
  routes: (context: EmulatorContext) => Hono;
  errorResponse: (kind: ErrorKind) => ErrorResponse;
  /**
   * The response to a call whose `Idempotency-Key` belongs to a call that is still running. When it is missing, the
   * second call waits for the first one's response.
   */
  keyInUseResponse?: ErrorResponse;
};
