import { hash } from 'node:crypto';

const sizeMin = 1_024;

/**
 * Remembers which texts were there, by 8 bytes of each: two of a million different texts are taken for one with a
 * probability of 1 to 40 million.
 */
export class SeenTexts {
  /** Two numbers for each place; both are 0 where no text is. */
  #table = new Uint32Array(2 * sizeMin);
  #count = 0;

  /** Adds a text. Returns whether it is new. */
  add(text: string): boolean {
    const digest = hash('sha1', text, 'buffer');
    const isNew = this.#insert(digest.readUInt32LE(0), digest.readUInt32LE(4) || 1);
    if (isNew) this.#count += 1;
    if (this.#count * 3 > this.#table.length) this.#grow();
    return isNew;
  }

  #insert(a: number, b: number): boolean {
    const table = this.#table;
    const mask = table.length / 2 - 1;
    for (let place = a & mask; ; place = (place + 1) & mask) {
      const [knownA, knownB] = [table[2 * place], table[2 * place + 1]];
      if (knownB === 0) {
        table[2 * place] = a;
        table[2 * place + 1] = b;
        return true;
      }
      if (knownA === a && knownB === b) return false;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#insert(old[at] ?? 0, old[at + 1] ?? 0);
  }
}
