/**
 * Bounds the requests of a process over all endpoints. While half of the slots are in use, an endpoint gets no second
 * one: endpoints that hang can't take the slots of the others.
 */
export class RequestSlots {
  readonly #max: number;
  readonly #used = new Map<string, number>();
  #total = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a slot for an endpoint, if it may have one. */
  take(endpointId: string): boolean {
    const own = this.#used.get(endpointId) ?? 0;
    if (this.#total >= this.#max || (own > 0 && this.#total >= this.#max / 2)) return false;
    this.#used.set(endpointId, own + 1);
    this.#total += 1;
    return true;
  }

  giveBack(endpointId: string): void {
    const own = this.#used.get(endpointId) ?? 0;
    if (own > 1) this.#used.set(endpointId, own - 1);
    else this.#used.delete(endpointId);
    this.#total -= 1;
  }
}
