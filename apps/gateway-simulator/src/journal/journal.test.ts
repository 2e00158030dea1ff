import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bank } from '../bank/bank.ts';
import { openJournal, type JournalEntry } from './journal.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(folder, 'data', 'book.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (paymentsMax = 100) => openJournal(file, paymentsMax);

/** Writes a journal of payments that are created and approved; each change is one line. */
function writePayments(count: number): JournalEntry[] {
  const { journal } = open();
  const written: JournalEntry[] = [];
  const bank = new Bank({
    paymentsMax: 100,
    onChange: (change) => {
      const entry = { change, webhooks: [{ id: `${change.id}-1`, body: '{ "é": "—" }' }] };
      written.push(entry);
      journal.add(entry);
      journal.flush();
    },
  });
  for (let number = 1; number <= count; number += 1) {
    const shopPaymentId = `p-${number}`;
    bank.approve(bank.create({ provider: 'mock', shopPaymentId, amount: 1, currency: 'KRW', capture: 'MANUAL' }));
  }
  journal.close();
  return written;
}

test('entries are read as they were added, dates included, and only their owner can read the file', () => {
  const written = writePayments(2);
  expect(open().entries).toEqual(written);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file cut at any byte keeps all complete lines, and takes new ones', () => {
  const written = writePayments(1);
  const whole = readFileSync(file);
  for (let bytes = 0; bytes <= whole.length; bytes += 1) {
    writeFileSync(file, whole.subarray(0, bytes));
    const lines = whole.subarray(0, bytes).toString('latin1').split('\n').length - 1;
    const { entries, journal } = open();
    expect(entries).toEqual(written.slice(0, lines));
    journal.add({ event: 'evt', state: 'DELIVERED' });
    journal.close();
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(lines + 1);
  }
});

test('a line that is damaged before the end is named, and nothing is changed', () => {
  writePayments(1);
  const damaged = `x${readFileSync(file, 'utf8')}`;
  writeFileSync(file, damaged);
  expect(open).toThrow(`${file} is damaged in line 1`);
  expect(readFileSync(file, 'utf8')).toBe(damaged);
});

test('the file forgets the oldest payments when there are too many', () => {
  const written = writePayments(5);
  expect(open(2).entries).toEqual(written.slice(-4));
  expect(open().entries).toEqual(written.slice(-4));
});

test('what is added after the close is dropped', () => {
  const { journal } = open();
  journal.close();
  journal.add({ event: 'evt', state: 'DELIVERED' });
  journal.flush();
  expect(open().entries).toEqual([]);
});
