import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Bank } from './bank/bank.ts';
import { Book, type BookEntry } from './book.ts';
import type { DeliveryPolicy } from './delivery/deliver.ts';
import { Outbox } from './delivery/outbox.ts';
import { createPauses } from './delivery/pauses.ts';
import type { EmulatedProvider } from './emulators/emulated-provider.ts';
import { createEmulatorApi } from './emulators/emulator-api.ts';
import { mockEmulator } from './emulators/mock/mock.ts';
import { BankFaults } from './faults/bank-faults.ts';
import { HostileMode } from './faults/hostile-mode.ts';
import { bookRoutes } from './http/book-routes.ts';
import { dashboardRoutes } from './http/dashboard-routes.ts';
import { hostileRoutes } from './http/hostile-routes.ts';
import { payRoutes } from './http/pay-routes.ts';
import { errorBody, respondToError } from './http/request-errors.ts';
import { noJournal, openJournal, type Journal, type JournalEntry, type StoredResponse } from './journal/journal.ts';
import { restore } from './journal/restore.ts';
import { FaultyWebhooks } from './trackers/faulty-webhooks.ts';
import type { TrackerEmulator } from './trackers/tracker-emulator.ts';
import { TrackerWebhooks } from './trackers/tracker-webhooks.ts';

export type { BookEntry };

export type SimulatorOptions = {
  /** Where the shop receives the webhooks of the provider `mock`. */
  webhookUrl: string;
  /** The mock's webhook secret, `whsec_<base64>`, the same as the shop's. */
  secret: string;
  /** The providers that are emulated in addition to the mock. */
  providers?: EmulatedProvider[];
  /** The services that are emulated which track parcels. */
  trackers?: TrackerEmulator[];
  /** Defaults: a timeout of 10 s and 8 attempts, with pauses from 0.2 s up to 30 s. */
  delivery?: Partial<DeliveryPolicy>;
  /** How many payments, idempotency keys and webhooks are kept. The oldest are forgotten first. Defaults to 50,000. */
  paymentsMax?: number;
  /**
   * The file that keeps payments, webhooks and idempotency keys between starts. Without it, all data is in memory.
   */
  bookFile?: string | undefined;
  /** `POST /pay` returns 503 while this many events are being delivered. Defaults to 10,000. */
  pendingMax?: number;
};

export type Simulator = {
  app: Hono;
  /** Rejects new payments, finishes the delivery attempts that have begun, and gives up delayed events and retries. */
  stop: () => Promise<void>;
};

const defaultDelivery: DeliveryPolicy = { timeoutMs: 10_000, attemptsMax: 8, backoffMs: 200, backoffMaxMs: 30_000 };

/**
 * Creates pretend payment gateways. At `POST /pay` a shopper pays, and the shop receives a webhook. `GET /book` and
 * `GET /book/:paymentId` show charges and events, `/dashboard` is an operator at the gateway, and `POST /hostile`
 * turns on faults. Below each emulator's path is its vendor's API. All data is bounded.
 *
 * @throws Error when the secret is not a `whsec_` secret, or when `bookFile` is damaged
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { paymentsMax = 50_000, pendingMax = 10_000 } = options;
  const mock: EmulatedProvider = { emulator: mockEmulator(options.secret), webhookUrl: options.webhookUrl };
  const providers = [mock, ...(options.providers ?? [])];
  const byName = new Map(providers.map((provider) => [provider.emulator.provider, provider]));
  const providerOf = (name: string) => byName.get(name);
  const { entries, journal } =
    options.bookFile === undefined ? { entries: [], journal: noJournal } : openJournal(options.bookFile, paymentsMax);

  const pauses = createPauses();
  const hostile = new HostileMode(pauses);
  const book = new Book(() => bank);
  const policy = { ...defaultDelivery, ...options.delivery };
  const outbox = new Outbox({ providerOf, book, policy, pauses, hostile, journal, logMax: paymentsMax });
  const bankFaults = new BankFaults(hostile, pauses, () => bank);
  const bank: Bank = new Bank({
    onChange: (change) => {
      outbox.enqueue(change);
      bankFaults.afterChange(change);
    },
    onEdit: (payment) => journal.add({ payment: structuredClone(payment) }),
    onForget: (payment) => book.forget(payment),
    charge: (payment) => bankFaults.charge(payment),
    refundStatus: (payment) => bankFaults.refundStatus(payment),
    paymentsMax,
    prefixOf: (provider, kind) => providerOf(provider)?.emulator.idPrefixes[kind] ?? '',
  });

  const app = createApp(journal);
  app.route('/', payRoutes({ bank, bankFaults, outbox, pauses, providerOf, pendingMax }));
  app.route('/', bookRoutes(book));
  app.route('/dashboard', dashboardRoutes(bank, book));
  const trackerWebhooks = new TrackerWebhooks(policy, pauses);
  const carriers = new FaultyWebhooks(trackerWebhooks.send, hostile);
  app.route('/', hostileRoutes({ hostile, outbox, bankFaults, carriers, pauses }));
  for (const { path, routes } of options.trackers ?? []) app.mount(path, routes(carriers.send).fetch);
  const idempotency = { keysMax: paymentsMax, ...storedResponses(entries, journal) };
  mountEmulators(app, providers, createEmulatorApi({ bank, outbox, hostile, pauses, idempotency }));
  restore(entries, bank, outbox);
  return {
    app,
    async stop() {
      pauses.stop();
      await bankFaults.allDone();
      await outbox.allSent();
      await trackerWebhooks.allSent();
      journal.close();
    },
  };
}

/** The responses to repeated calls that the journal has, and where the next ones go. */
const storedResponses = (entries: readonly JournalEntry[], journal: Journal) => ({
  known: entries.flatMap((entry) => ('response' in entry ? [entry.response] : [])),
  onStore: (response: StoredResponse) => journal.add({ response }),
});

/** Mounts the shortest path after all others: an empty path takes all requests that are left. */
function mountEmulators(app: Hono, providers: EmulatedProvider[], api: ReturnType<typeof createEmulatorApi>): void {
  for (const provider of providers.toSorted((a, b) => b.emulator.path.length - a.emulator.path.length)) {
    app.mount(provider.emulator.path || '/', api(provider));
  }
}

function createApp(journal: Journal): Hono {
  const app = new Hono();
  app.use(async (_, next) => {
    await next();
    journal.flush();
  });
  const tooLarge = errorBody('too_large', 'The body is larger than 64 KB.');
  app.use(bodyLimit({ maxSize: 65_536, onError: (c) => c.json(tooLarge, 413) }));
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.notFound((c) => c.json(errorBody('not_found', 'There is nothing at this address.'), 404));
  app.onError(respondToError);
  return app;
}
