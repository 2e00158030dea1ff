import { AsyncLocalStorage } from 'node:async_hooks';
import type { Change } from '../bank/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { Book } from '../book.ts';
import type { EmulatedProvider, QueuedWebhook } from '../emulators/emulated-provider.ts';
import type { Webhook } from '../emulators/emulator.ts';
import type { HostileMode } from '../faults/hostile-mode.ts';
import { noFaults, planWebhookFaults, type WebhookFaultPlan } from '../faults/webhook-fault-plan.ts';
import { deliver, isAccepted, type DeliveryPolicy } from './deliver.ts';
import type { Attempt, EventState, GatewayEvent } from './gateway-event.ts';
import type { Pauses } from './pauses.ts';

export type OutboxOptions = {
  providerOf: (provider: string) => EmulatedProvider | undefined;
  book: Book;
  policy: DeliveryPolicy;
  pauses: Pauses;
  hostile: HostileMode;
  journal: Journal;
  /** How many webhooks are kept for `webhooksSince`, and how many that were given up for `retryGivenUp`. */
  logMax: number;
};

type SendOptions = {
  /** How many deliveries of the webhook start at the same time. Defaults to 1. */
  repeat?: number;
  /** The pause before the first delivery. Defaults to 0. */
  delayMs?: number;
  /** Defaults to the hostile mode's plan for this webhook. */
  plan?: WebhookFaultPlan;
};

type LoggedWebhook = { provider: string; webhook: Webhook; at: Date };

/** Turns the bank's changes into webhooks and delivers them to the shop, with the hostile mode's faults. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #log = new Set<LoggedWebhook>();
  readonly #pending = new Set<Promise<void>>();
  readonly #givenUp = new Set<QueuedWebhook>();
  /** For each payment's ordinal: how to resume its webhooks that wait until a later webhook overtakes them. */
  readonly #overtakable = new Map<number, Set<() => void>>();
  readonly #collecting = new AsyncLocalStorage<{ queued: QueuedWebhook[]; ended: boolean }>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Records a change's webhooks. Sends them now, or leaves them to the caller of a `collectDuring` that runs. */
  enqueue(change: Change): void {
    const { providerOf, book, journal } = this.#options;
    const provider = providerOf(change.payment.provider);
    if (!provider) return;
    const webhooks = provider.emulator.webhooksFor(change);
    journal.add({ change, webhooks });
    for (const webhook of webhooks) {
      const queued: QueuedWebhook = { change, webhook, event: book.record(change, webhook), provider };
      this.#log.add({ provider: provider.emulator.provider, webhook, at: change.at });
      const collection = this.#collecting.getStore();
      if (collection && !collection.ended) collection.queued.push(queued);
      else void this.send(queued);
    }
    this.#trimLog();
  }

  /** Lists a change's webhooks of an earlier start, and sends those that are still PENDING. */
  restore(change: Change, webhooks: Webhook[], stateOf: (id: string) => EventState): void {
    const { providerOf, book } = this.#options;
    const provider = providerOf(change.payment.provider);
    if (!provider) return;
    for (const webhook of webhooks) {
      const queued: QueuedWebhook = { change, webhook, event: book.record(change, webhook), provider };
      this.#log.add({ provider: provider.emulator.provider, webhook, at: change.at });
      const state = stateOf(webhook.id);
      if (state !== 'PENDING') book.setState(queued.event, state);
      if (state === 'GIVEN_UP') this.#givenUp.add(queued);
      if (state === 'PENDING') void this.send(queued);
    }
    this.#trimLog();
  }

  #trimLog(): void {
    for (const oldest of this.#log) {
      if (this.#log.size <= this.#options.logMax) break;
      this.#log.delete(oldest);
    }
  }

  /** Runs `work` and returns its result with the webhooks of its changes. The caller sends these webhooks. */
  async collectDuring<T>(work: () => T | Promise<T>): Promise<{ result: T; queued: QueuedWebhook[] }> {
    const collection: { queued: QueuedWebhook[]; ended: boolean } = { queued: [], ended: false };
    try {
      return { result: await this.#collecting.run(collection, work), queued: collection.queued };
    } finally {
      // A change that `work` has scheduled for later sends its own webhooks.
      collection.ended = true;
    }
  }

  /** Delivers a webhook. Resolves when the shop has responded once, or when the webhook was dropped or given up. */
  send(queued: QueuedWebhook, options: SendOptions = {}): Promise<void> {
    const responded = Promise.withResolvers<void>();
    this.#options.journal.flush();
    const plan = options.plan ?? planWebhookFaults(this.#options.hostile, queued);
    const sending = this.#deliverByPlan(queued, { ...options, plan }, responded.resolve).finally(() => {
      this.#pending.delete(sending);
      responded.resolve();
    });
    this.#pending.add(sending);
    return responded.promise;
  }

  /** Sends all webhooks that were given up once more, without faults. */
  retryGivenUp(): void {
    for (const queued of this.#givenUp) {
      this.#options.book.setState(queued.event, 'PENDING');
      void this.send(queued, { plan: noFaults });
    }
    this.#givenUp.clear();
  }

  /** Returns the provider's webhooks since then, the oldest first, whether or not the shop received them. */
  webhooksSince(provider: string, since: Date): LoggedWebhook[] {
    return [...this.#log].filter((logged) => logged.provider === provider && logged.at >= since);
  }

  /** Returns how many webhooks are being delivered. */
  pendingCount(): number {
    return this.#pending.size;
  }

  /** Resolves when no webhook is being delivered any more. */
  async allSent(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #deliverByPlan(
    queued: QueuedWebhook,
    { repeat = 1, delayMs = 0, plan }: SendOptions & { plan: WebhookFaultPlan },
    onResponse: () => void,
  ): Promise<void> {
    const { book, policy, pauses, hostile } = this.#options;
    const { webhook, event, provider, change } = queued;
    if (plan.drop) {
      hostile.count('dropped');
      this.#end(event, 'DROPPED');
      return;
    }
    await pauses.wait(delayMs);
    await this.#applyDelays(plan, change.payment.ordinal);
    if (plan.copies > 1) hostile.count('duplicate_at_once');

    const target = { webhookUrl: provider.webhookUrl, headers: provider.emulator.webhookHeaders };
    const note = (attempt: Attempt) => {
      book.noteAttempt(event, attempt);
      if (isAccepted(attempt) && event.state === 'PENDING') this.#end(event, 'DELIVERED');
      if (attempt.status !== null) onResponse();
    };
    const copies = Array.from({ length: repeat * plan.copies });
    await Promise.all(copies.map(() => deliver(target, webhook, policy, pauses, note)));
    if (event.state === 'PENDING') this.#giveUp(queued);
    onResponse();
    for (const resume of this.#overtakable.get(change.payment.ordinal) ?? []) resume();
    // No gateway contradicts itself before the shop has its first word: the shop could not know which one is true.
    const further = plan.further.filter(({ kind }) => kind !== 'other_amount_same_id' || event.state === 'DELIVERED');
    await Promise.all(
      further.map(async ({ kind, webhook: next, afterMs }) => {
        await hostile.wait(afterMs);
        hostile.count(kind);
        await deliver(target, next, policy, pauses);
      }),
    );
  }

  async #applyDelays(plan: WebhookFaultPlan, ordinal: number): Promise<void> {
    const { hostile } = this.#options;
    if (plan.delayMs > 0) hostile.count('delayed');
    await hostile.wait(plan.delayMs);
    if (plan.reorderMs > 0 && (await this.#isOvertaken(ordinal, plan.reorderMs))) hostile.count('reordered');
  }

  #end(event: GatewayEvent, state: EventState): void {
    const { book, journal } = this.#options;
    book.setState(event, state);
    journal.add({ event: event.id, state });
    journal.flush();
  }

  #giveUp(queued: QueuedWebhook): void {
    // What the simulator's own stop has cut short is sent again at the next start.
    if (this.#options.pauses.isStopped()) this.#options.book.setState(queued.event, 'GIVEN_UP');
    else this.#end(queued.event, 'GIVEN_UP');
    if (this.#givenUp.size < this.#options.logMax) this.#givenUp.add(queued);
  }

  /** Waits up to `ms` for the payment's next webhook. Returns whether that webhook was delivered in time. */
  async #isOvertaken(ordinal: number, ms: number): Promise<boolean> {
    const next = Promise.withResolvers<boolean>();
    const resume = () => next.resolve(true);
    const waiting = this.#overtakable.get(ordinal) ?? new Set();
    this.#overtakable.set(ordinal, waiting.add(resume));
    const isOvertaken = await Promise.race([next.promise, this.#options.hostile.wait(ms).then(() => false)]);
    waiting.delete(resume);
    if (waiting.size === 0) this.#overtakable.delete(ordinal);
    return isOvertaken;
  }
}
