import { createHash } from 'node:crypto';

type Entry = { version: number; digest: string };

/** What a reader has seen of each order and product: the last version, and a digest of all ids so far, in order. */
export class EventBook {
  readonly #entries = new Map<string, Entry>();
  /** Versions that came again, too early or not at all, as sentences; at most 20. */
  readonly faults: string[] = [];
  events = 0;

  add(aggregateId: string, version: number, eventId: string): void {
    this.events += 1;
    const { version: last, digest } = this.#entries.get(aggregateId) ?? { version: 0, digest: '' };
    if (version !== last + 1 && this.faults.length < 20)
      this.faults.push(`version ${version} of ${aggregateId} came after version ${last}`);
    this.#entries.set(aggregateId, {
      version,
      digest: createHash('md5').update(digest).update(eventId).digest('base64'),
    });
  }

  /** The orders and products about which two books differ, at most 20. */
  differences(other: EventBook): string[] {
    const ids = new Set([...this.#entries.keys(), ...other.#entries.keys()]);
    const differs = [...ids].filter((id) => {
      const [own, others] = [this.#entries.get(id), other.#entries.get(id)];
      return own?.version !== others?.version || own?.digest !== others?.digest;
    });
    return differs
      .slice(0, 20)
      .map((id) => `${id}: ${this.#entries.get(id)?.version ?? 0} and ${other.#entries.get(id)?.version ?? 0} events`);
  }
}
