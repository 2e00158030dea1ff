import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createSimulator, type BookEntry, type SimulatorOptions } from '@commerce-core/gateway-simulator';

/** A payment in the gateway's book, with amounts in minor units of `currency`. */
export type { BookEntry };

export type Faults = { counts: Record<string, number>; underway: number };

type Pay = {
  provider: string;
  paymentId: string;
  amount: number;
  currency: string;
  luck: string;
  outcome: 'AUTHORIZED' | 'CAPTURED' | 'PENDING' | 'ATTEMPT_FAILED' | 'FAILED';
  payableMs?: number;
};

/** The simulator, with what shoppers, the merchant and its own faults do there. */
export type Gateway = {
  url: string;
  /** Acts on a payment as the shopper. Returns undefined when the gateway refuses because that payment has ended. */
  pay: (input: Pay) => Promise<{ gatewayPaymentId: string; state: string } | undefined>;
  /** Refunds a payment in the gateway's dashboard; does nothing when there is no money to refund. */
  refund: (paymentId: string) => Promise<void>;
  /** Starts injecting faults. */
  startFaults: (seed: number) => Promise<void>;
  stopFaults: () => Promise<void>;
  /** Sends delayed messages now. */
  flush: () => Promise<Faults>;
  faults: () => Promise<Faults>;
  find: (paymentId: string) => Promise<BookEntry | undefined>;
  book: () => Promise<BookEntry[]>;
  close: () => Promise<void>;
};

// High enough for each fault to occur in a few hundred orders, and low enough for most orders to succeed.
const hostile = {
  rates: {
    duplicate_at_once: 0.12,
    duplicate_later: 0.12,
    reordered: 0.15,
    delayed: 0.25,
    dropped: 0.06,
    two_ids: 0.06,
    other_amount_same_id: 0.04,
    unknown_payment: 0.04,
    unknown_type: 0.04,
    wrong_amount: 0.04,
    wrong_currency: 0.025,
    attempt_failed_first: 0.1,
    late_approval: 0.08,
    dashboard_refund: 0.06,
    dispute: 0.05,
    slow_refund: 0.3,
    failed_refund: 0.25,
    latency: 0.2,
    rate_limited: 0.06,
    error_before: 0.08,
    error_after: 0.08,
    dropped_after: 0.06,
    silence_before: 0.03,
    silence_after: 0.03,
    event_before_answer: 0.25,
  },
  delayMs: 3_000,
  latencyMs: 200,
  silenceMs: 500,
};

/** Starts the simulator on a free port. */
export async function startGateway(options: SimulatorOptions): Promise<Gateway> {
  const simulator = createSimulator(options);
  const server = createAdaptorServer({ fetch: simulator.app.fetch }) as Server;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function callSimulator<T>(path: string, body?: object): Promise<T | undefined> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(
      url + path,
      body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    const answer: unknown = await response.json();
    if (response.ok) return answer as T;
    if (response.status === 409 || response.status === 404) return undefined;
    throw new Error(`the simulator returned ${response.status} for ${path}: ${JSON.stringify(answer)}`);
  }
  async function requireResult<T>(path: string, body?: object): Promise<T> {
    const answer = await callSimulator<T>(path, body);
    if (answer !== undefined) return answer;
    throw new Error(`the simulator refused ${path}`);
  }

  return {
    url,
    pay: (input) => callSimulator('/pay', { ...input, wait: false }),
    refund: async (paymentId) => void (await callSimulator('/dashboard/refunds', { paymentId })),
    startFaults: async (seed) => void (await requireResult('/hostile', { seed, ...hostile })),
    stopFaults: async () => void (await requireResult('/hostile', { off: true })),
    /** Sends delayed messages now. */
    flush: () => requireResult('/flush', {}),
    faults: () => requireResult('/hostile'),
    find: (paymentId) => callSimulator(`/book/${paymentId}`),
    async book() {
      const entries: BookEntry[] = [];
      for (let cursor: string | null = '0'; cursor !== null;) {
        const page: { items: BookEntry[]; nextCursor: string | null } = await requireResult(
          `/book?limit=1000&cursor=${cursor}`,
        );
        entries.push(...page.items);
        cursor = page.nextCursor;
      }
      return entries;
    },
    async close() {
      await simulator.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}
