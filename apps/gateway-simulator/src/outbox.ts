import { AsyncLocalStorage } from 'node:async_hooks';
import type { Change } from './bank.ts';
import type { Book } from './book.ts';
import { deliver, taken, type DeliveryPolicy } from './deliver.ts';
import type { Message } from './dialect.ts';
import type { Attempt } from './event.ts';
import type { Hostile } from './hostile.ts';
import type { Pauses } from './pauses.ts';
import { calm, webhookFate, type Fate } from './webhook-fate.ts';
import type { Line, Told } from './told.ts';

export type OutboxOptions = {
  lineOf: (provider: string) => Line | undefined;
  book: Book;
  policy: DeliveryPolicy;
  pauses: Pauses;
  hostile: Hostile;
  /** How many messages are kept for those who ask for them. */
  logMax: number;
};

type Sending = { repeat?: number; delayMs?: number; fate: Fate };

export type Outbox = ReturnType<typeof createOutbox>;

/** Makes webhooks of what happens at the bank, and brings them to the shop. */
export function createOutbox({ lineOf, book, policy, pauses, hostile, logMax }: OutboxOptions) {
  const log = new Set<{ provider: string; message: Message; at: Date }>();
  const pending = new Set<Promise<void>>();
  const givenUp = new Set<Told>();
  const overtaken = new Map<number, Set<() => void>>();
  const holding = new AsyncLocalStorage<{ told: Told[]; ended: boolean }>();

  async function tell(told: Told, { repeat = 1, delayMs = 0, fate }: Sending, answered: () => void): Promise<void> {
    const { message, event, line, change } = told;
    if (fate.drop) {
      hostile.count('dropped');
      book.settle(event, 'DROPPED');
      return;
    }
    await pauses.wait(delayMs);
    if (fate.delayMs > 0) hostile.count('delayed');
    await hostile.wait(fate.delayMs);
    if (fate.reorderMs > 0 && (await isOvertaken(change.payment.ordinal, fate.reorderMs))) hostile.count('reordered');
    if (fate.copies > 1) hostile.count('duplicate_at_once');

    const to = { webhookUrl: line.webhookUrl, headers: line.dialect.headers };
    const note = (attempt: Attempt) => {
      book.noteAttempt(event, attempt);
      if (taken(attempt) && event.state === 'PENDING') book.settle(event, 'DELIVERED');
      if (attempt.status !== null) answered();
    };
    await Promise.all(Array.from({ length: repeat * fate.copies }, () => deliver(to, message, policy, pauses, note)));
    if (event.state === 'PENDING') {
      book.settle(event, 'GIVEN_UP');
      if (givenUp.size < logMax) givenUp.add(told);
    }
    answered();
    for (const letPass of overtaken.get(change.payment.ordinal) ?? []) letPass();
    await Promise.all(
      fate.further.map(async ({ kind, message: further, afterMs }) => {
        await hostile.wait(afterMs);
        hostile.count(kind);
        await deliver(to, further, policy, pauses);
      }),
    );
  }

  /** Waits for the payment's next message to be told. @returns whether it was, within `ms` */
  async function isOvertaken(ordinal: number, ms: number): Promise<boolean> {
    const passing = Promise.withResolvers<boolean>();
    const letPass = () => passing.resolve(true);
    const waiting = overtaken.get(ordinal) ?? new Set();
    overtaken.set(ordinal, waiting.add(letPass));
    const passed = await Promise.race([passing.promise, hostile.wait(ms).then(() => false)]);
    waiting.delete(letPass);
    if (waiting.size === 0) overtaken.delete(ordinal);
    return passed;
  }

  /** Resolves when the shop has answered one delivery, or all of them were given up. */
  function send(told: Told, how: Partial<Sending> = {}): Promise<void> {
    const answered = Promise.withResolvers<void>();
    const fate = how.fate ?? webhookFate(hostile, told);
    const telling = tell(told, { ...how, fate }, answered.resolve).finally(() => {
      pending.delete(telling);
      answered.resolve();
    });
    pending.add(telling);
    return answered.promise;
  }

  return {
    send,

    /** What happened at the bank becomes messages; they are sent at once, or by whoever holds them. */
    take(change: Change): void {
      const line = lineOf(change.payment.provider);
      if (!line) return;
      for (const message of line.dialect.messages(change)) {
        const told: Told = { change, message, event: book.record(change, message), line };
        log.add({ provider: line.dialect.provider, message, at: change.at });
        const held = holding.getStore();
        if (held && !held.ended) held.told.push(told);
        else void send(told);
      }
      for (const oldest of log) {
        if (log.size <= logMax) break;
        log.delete(oldest);
      }
    },

    /** Runs `work` and holds back what it would tell: the caller sends it. */
    async hold<T>(work: () => T | Promise<T>): Promise<{ result: T; held: Told[] }> {
      const held = { told: [] as Told[], ended: false };
      try {
        return { result: await holding.run(held, work), held: held.told };
      } finally {
        // What it has left behind for later tells for itself.
        held.ended = true;
      }
    },

    messagesSince: (provider: string, since: Date) =>
      [...log].filter((one) => one.provider === provider && one.at >= since),

    /** Begins anew with what was given up: without a fault now. */
    tryAgain(): void {
      for (const told of givenUp) {
        book.settle(told.event, 'PENDING');
        void send(told, { fate: calm });
      }
      givenUp.clear();
    },

    /** How many events are on their way. */
    pendingCount: (): number => pending.size,
    allSent: async (): Promise<void> => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
