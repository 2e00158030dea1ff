import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { BankPayment } from '../bank/bank-payment.ts';
import type { Change } from '../bank/change.ts';
import type { EventState } from '../delivery/gateway-event.ts';
import type { Webhook } from '../emulators/emulator.ts';

/** The response to a call with an `Idempotency-Key`. */
export type StoredResponse = { key: string; content: string; status: number; contentType: string; body: string };

/** What the simulator must know again after a restart. */
export type JournalEntry =
  | { change: Change; webhooks: Webhook[] }
  /** A payment that changed without a change that the shop hears of. */
  | { payment: BankPayment }
  /** How a webhook's delivery ended. */
  | { event: string; state: EventState }
  | { response: StoredResponse };

export type Journal = {
  /** Adds an entry, which `flush` writes. */
  add: (entry: JournalEntry) => void;
  /**
   * Writes the added entries. Called before anything that another process can see: a response, a webhook. The written
   * data survives the end of this process, but not a power cut.
   */
  flush: () => void;
  /** Flushes, and drops what is added later. */
  close: () => void;
};

/** A journal that keeps nothing. */
export const noJournal: Journal = { add: () => {}, flush: () => {}, close: () => {} };

const serialize = (entries: readonly JournalEntry[]): string =>
  `${JSON.stringify(entries, function (this: Record<string, unknown>, name, value: unknown) {
    const raw = this[name];
    return raw instanceof Date ? { $date: raw.toISOString() } : value;
  })}\n`;

const parse = (line: string): JournalEntry[] =>
  // Only `serialize` writes the file.
  JSON.parse(line, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '$date' in value ? new Date(String(value.$date)) : value,
  ) as JournalEntry[];

/**
 * Opens a journal and returns its entries, the oldest first. Each line is what one `flush` wrote. A last line without
 * an end is what a killed process left: it was never acknowledged, and is cut off.
 *
 * @param paymentsMax how many payments and responses are kept; the file forgets older ones
 * @throws Error when another line is damaged
 */
export function openJournal(file: string, paymentsMax: number): { entries: JournalEntry[]; journal: Journal } {
  mkdirSync(dirname(file), { recursive: true });
  const all = readEntries(file);
  const entries = withoutForgotten(all, paymentsMax);
  if (entries.length < all.length) {
    writeFileSync(`${file}.new`, entries.map((entry) => serialize([entry])).join(''), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  const descriptor = openSync(file, 'a', 0o600);
  let added: JournalEntry[] = [];
  const flush = (): void => {
    if (added.length === 0) return;
    const { size } = fstatSync(descriptor);
    try {
      appendFileSync(descriptor, serialize(added));
    } catch (error) {
      // A full disk may take half a line, to which the next one must not be added.
      ftruncateSync(descriptor, size);
      throw error;
    }
    added = [];
  };
  let isOpen = true;
  const add = (entry: JournalEntry): void => {
    if (isOpen) added.push(entry);
  };
  const close = (): void => {
    flush();
    isOpen = false;
    closeSync(descriptor);
  };
  return { entries, journal: { add, flush, close } };
}

function readEntries(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const end = text.lastIndexOf('\n') + 1;
  if (end < text.length) {
    const descriptor = openSync(file, 'r+');
    ftruncateSync(descriptor, Buffer.byteLength(text.slice(0, end)));
    closeSync(descriptor);
  }
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  return lines.flatMap((line, index) => {
    try {
      return parse(line);
    } catch {
      throw new Error(`${file} is damaged in line ${index + 1}. Move it away to start with an empty book.`);
    }
  });
}

/** Drops the entries of the oldest payments and responses when there are more than `most`. */
function withoutForgotten(entries: JournalEntry[], most: number): JournalEntry[] {
  const ordinals = new Set(entries.flatMap((entry) => paymentIn(entry)?.ordinal ?? []));
  const oldest = [...ordinals].toSorted((a, b) => a - b).at(-most) ?? 0;
  const isKept = (entry: JournalEntry): boolean => (paymentIn(entry)?.ordinal ?? oldest) >= oldest;
  const kept = entries.filter(isKept);
  const webhooks = new Set(kept.flatMap((entry) => ('change' in entry ? entry.webhooks.map(({ id }) => id) : [])));
  const responses = kept.filter((entry) => 'response' in entry);
  const forgotten = new Set<JournalEntry>(responses.slice(0, Math.max(0, responses.length - most)));
  return kept.filter((entry) => !forgotten.has(entry) && (!('event' in entry) || webhooks.has(entry.event)));
}

/** Returns the payment that an entry is about, as it was then. */
export const paymentIn = (entry: JournalEntry): BankPayment | undefined =>
  'change' in entry ? entry.change.payment : 'payment' in entry ? entry.payment : undefined;
