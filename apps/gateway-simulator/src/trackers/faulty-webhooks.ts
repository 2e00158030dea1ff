import type { HostileMode } from '../faults/hostile-mode.ts';
import type { SendWebhook, WebhookFate } from './tracker-webhooks.ts';

/** The webhooks of trackers with the hostile mode's faults: dropped, repeated, late, and overtaken by later ones. */
export class FaultyWebhooks {
  readonly #send: SendWebhook;
  readonly #hostile: HostileMode;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(send: SendWebhook, hostile: HostileMode) {
    this.#send = send;
    this.#hostile = hostile;
  }

  /** Returns how many webhooks are on their way. */
  pendingCount(): number {
    return this.#pending.size;
  }

  /** Sends a webhook. Resolves without its repetition, which comes later. */
  readonly send: SendWebhook = (target, webhook, fate) => {
    const key = `tracker ${webhook.id} ${this.#hostile.nextOccurrence(webhook.id)}`;
    const sent = this.#track(this.#send(target, webhook, this.#fateOf(key, fate)));
    if (this.#happens('duplicate_later', key) && !fate.lost)
      void this.#track(
        sent.then(async () => {
          const delayMs = this.#hostile.drawDelayMs('duplicate_later', key);
          await this.#send(target, webhook, { copies: 1, delayMs, lost: false });
        }),
      );
    return sent;
  };

  #fateOf(key: string, { copies, delayMs, lost }: WebhookFate): WebhookFate {
    if (this.#happens('dropped', key)) return { copies, delayMs, lost: true };
    const late = this.#happens('delayed', key) ? this.#hostile.drawDelayMs('delayed', key) : 0;
    // The longest delay, so that the parcel's next webhook comes first.
    const overtaken = this.#happens('reordered', key) ? (this.#hostile.settings?.delayMs ?? 0) : 0;
    const times = this.#happens('duplicate_at_once', key) ? 2 : 1;
    return { copies: copies * times, delayMs: delayMs + late + overtaken, lost };
  }

  #happens(kind: 'dropped' | 'delayed' | 'reordered' | 'duplicate_at_once' | 'duplicate_later', key: string): boolean {
    const happens = this.#hostile.happens(kind, key);
    if (happens) this.#hostile.count(kind);
    return happens;
  }

  #track<T>(sending: Promise<T>): Promise<T> {
    this.#pending.add(sending);
    void sending.finally(() => this.#pending.delete(sending));
    return sending;
  }
}
