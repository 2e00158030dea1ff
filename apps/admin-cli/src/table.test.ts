import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Column, Screen } from './table.ts';
import { renderRecord, renderTable } from './table.ts';

type Product = { id: string; sku: string; name: string; price: string };
const columns: Column<Product>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'SKU', value: ({ sku }) => sku, wraps: true },
  { head: 'NAME', value: ({ name }) => name, wraps: true },
  { head: 'PRICE', value: ({ price }) => price, align: 'right' },
];
const id = '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90';
const holder = { id, sku: '85123A', name: 'WHITE HANGING HEART T-LIGHT HOLDER', price: '2.55 GBP' };

const linesOf = (text: string) => stripVTControlCharacters(text).split('\n');
/** A screen without colours. */
const screen = (width: number): Screen => ({ width, stream: new PassThrough() });
const widest = (text: string) => Math.max(...linesOf(text).map((line) => line.length));

test('on a screen of 80 columns ids and amounts stay whole and names wrap at words', () => {
  const text = renderTable([holder], columns, screen(80));
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text).toContain(id);
  expect(text).toContain('2.55 GBP');
  expect(linesOf(text).length).toBeGreaterThan(2);
  for (const word of holder.name.split(' ')) expect(text).toContain(word);
});

test('without a screen every row is one line', () => {
  expect(linesOf(renderTable([holder, holder], columns, screen(Number.POSITIVE_INFINITY)))).toHaveLength(3);
});

test.each([20, 60, 76, 80, 81, 100, 200])('no text is lost at %d columns', (width) => {
  const long = { ...holder, sku: 'x'.repeat(100), name: `${'y'.repeat(90)} z` };
  const text = linesOf(renderTable([long], columns, screen(width))).join('');
  expect(text).toContain(id);
  expect(text.match(/x/g)).toHaveLength(100);
  expect(text.match(/y/g)).toHaveLength(90);
  expect(text).not.toContain('…');
});

test('a column without room is named below the table, and shown on a wider screen', () => {
  const more = [...columns, { head: 'CREATED', value: () => '2026-11-23T01:40:12Z', ifRoom: true }];
  const narrow = renderTable([holder], more, screen(80));
  expect(linesOf(narrow)[0]).not.toContain('CREATED');
  expect(linesOf(narrow).at(-1)).toBe('(No room for CREATED: use a wider screen, or --json.)');
  expect(renderTable([holder], more, screen(150))).toContain('2026-11-23T01:40:12Z');
});

test('wide characters keep the columns aligned', () => {
  const text = renderTable([{ ...holder, name: '하얀 하트 등불' }, holder], columns, screen(Number.POSITIVE_INFINITY));
  const [, korean = '', english = ''] = linesOf(text);
  expect(korean.length + 6).toBe(english.length);
});

test('a name cannot control the terminal', () => {
  expect(renderTable([{ ...holder, name: 'a\u001b[2Jb\u0007\nc\u009bd' }], columns, screen(120))).toContain(
    'a [2Jb c d',
  );
});

test('a record leaves out empty values', () => {
  expect(
    linesOf(
      renderRecord(
        [
          ['id', id],
          ['reference', null],
          ['status', 'PAID'],
        ],
        screen(80),
      ),
    ),
  ).toEqual([`id      ${id}`, 'status  PAID']);
});

test('a long list is rendered in parts with equal columns', () => {
  const rows = Array.from({ length: 1234 }, (_, index) => ({
    ...holder,
    sku: `${index}`,
    name: 'x'.repeat(index % 30),
  }));
  const [head = '', ...body] = linesOf(renderTable(rows, columns, screen(90)));
  expect(body).toHaveLength(1234);
  expect(body.map((line) => line.slice(0, 36))).toEqual(rows.map((row) => row.id));
  for (const line of body) expect(line.indexOf('2.55 GBP') + 8).toBe(head.indexOf('PRICE') + 5);
});

test('a table without rows shows its head', () => {
  expect(linesOf(renderTable([], columns, screen(80)))).toEqual(['ID  SKU  NAME  PRICE']);
});
