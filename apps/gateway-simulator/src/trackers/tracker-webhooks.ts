import { deliver, type DeliveryPolicy, type DeliveryTarget } from '../delivery/deliver.ts';
import type { Attempt } from '../delivery/gateway-event.ts';
import type { Pauses } from '../delivery/pauses.ts';
import type { Webhook } from '../emulators/emulator.ts';

/** What may happen to a webhook on its way. */
export type WebhookFate = {
  /** How many deliveries start at the same time. */
  copies: number;
  /** The pause before the first delivery: a webhook with a long one is overtaken by later ones. */
  delayMs: number;
  /** Whether the webhook gets lost. */
  lost: boolean;
};

/** Sends a webhook. Resolves with the attempts when the shop has accepted each copy, or all of its attempts failed. */
export type SendWebhook = (target: DeliveryTarget, webhook: Webhook, fate: WebhookFate) => Promise<Attempt[]>;

/** Sends the webhooks of trackers, with the simulator's retries. */
export class TrackerWebhooks {
  readonly #pending = new Set<Promise<Attempt[]>>();
  readonly #policy: DeliveryPolicy;
  readonly #pauses: Pauses;

  constructor(policy: DeliveryPolicy, pauses: Pauses) {
    this.#policy = policy;
    this.#pauses = pauses;
  }

  readonly send: SendWebhook = (target, webhook, fate) => {
    const sending = this.#deliver(target, webhook, fate).finally(() => this.#pending.delete(sending));
    this.#pending.add(sending);
    return sending;
  };

  /** Resolves when no webhook is on its way any more. */
  async allSent(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #deliver(target: DeliveryTarget, webhook: Webhook, { copies, delayMs, lost }: WebhookFate): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    if (lost) return attempts;
    await this.#pauses.wait(delayMs);
    const note = (attempt: Attempt) => void attempts.push(attempt);
    const copy = () => deliver(target, webhook, this.#policy, this.#pauses, note);
    await Promise.all(Array.from({ length: copies }, copy));
    return attempts;
  }
}
