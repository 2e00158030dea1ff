import { describe, expect, test } from 'vitest';
import { linesMax, parseNumbers } from './parse-numbers.ts';
import { chunksOfNames, planDispatch, type FoundByName } from './plan-dispatch.ts';

const parse = (text: string, carrier = '') => parseNumbers(text, carrier);
const line = (at: number, name: string, carrier: string, trackingNumber: string) => ({
  line: at,
  name,
  carrier,
  trackingNumber,
});
const reasons = (text: string, carrier = '') => parse(text, carrier).bad.map((bad) => [bad.line, bad.reason]);

describe('a text of tracking numbers', () => {
  test.each([
    ['tabs of a spreadsheet', 'A-1\tDHL\t4711\nA-2\tUPS\t1Z 99\n'],
    ['commas', 'A-1,DHL,4711\r\nA-2,UPS,1Z 99\r\n'],
    ['semicolons and quotes', '"A-1";"DHL";"4711"\n\n\nA-2;UPS;1Z 99'.replace('\n\n\n', '\n')],
    ['a head in another order', 'Tracking number,Date,Order no.,Carrier\n4711,x,A-1,DHL\n1Z 99,x,A-2,UPS'],
    ['a Korean head', '주문번호\t택배사\t운송장번호\nA-1\tDHL\t4711\nA-2\tUPS\t1Z 99'],
  ])('is read with %s', (_, text) => {
    const { lines, bad } = parse(text);
    expect(bad).toEqual([]);
    expect(lines.map(({ line: _at, ...rest }) => rest)).toEqual([
      { name: 'A-1', carrier: 'DHL', trackingNumber: '4711' },
      { name: 'A-2', carrier: 'UPS', trackingNumber: '1Z 99' },
    ]);
  });

  test('of two columns takes the carrier that is given for lines without one', () => {
    expect(parse('A-1\t4711', ' DHL ')).toEqual({ lines: [line(1, 'A-1', 'DHL', '4711')], bad: [] });
    expect(reasons('A-1\t4711')).toEqual([[1, 'carrier']]);
  });

  test('keeps quoted line ends, commas and quotes in a field, and counts lines as an editor does', () => {
    const { lines } = parse('A-1,"DHL, ""blue""\nteam",4711\n\nA-2,UPS,4712');
    expect(lines).toEqual([line(1, 'A-1', 'DHL, "blue"\nteam', '4711'), line(4, 'A-2', 'UPS', '4712')]);
  });

  test('has each bad line with its reason', () => {
    const text = [
      'A-1,DHL,4711',
      'A-2',
      ',DHL,4712',
      'A-3,,4713',
      'A-4,DHL,',
      'A-5,DHL,1.23457E+12',
      `A-6,DHL,${'7'.repeat(101)}`,
      'A-1,dhl,47-11',
      'A-7,DHL,4711',
      'a,b,c,d',
    ].join('\n');
    expect(reasons(text)).toEqual([
      [2, 'columns'],
      [3, 'name'],
      [4, 'carrier'],
      [5, 'number'],
      [6, 'cut'],
      [7, 'long'],
      [8, 'again'],
      [9, 'taken'],
      [10, 'columns'],
    ]);
    expect(parse(text).bad.at(-2)).toMatchObject({ of: 1 });
  });

  test('has 1,000 lines at most, and names those beyond', () => {
    const text = Array.from({ length: linesMax + 1 }, (_, n) => `A-${n},DHL,${n}`).join('\n');
    const { lines, bad } = parse(text);
    expect([lines.length, bad]).toEqual([linesMax, [{ line: 1_001, text: 'A-1000 DHL 1000', reason: 'tooMany' }]]);
  });
});

describe('the plan of a text', () => {
  const shipment = (id: string, status = 'READY', parcels: object[] = []) =>
    ({ id, orderId: `order of ${id}`, orderNumber: id, status, parcels }) as never;
  const found: FoundByName = new Map([
    ['one', [shipment('s1')]],
    ['two', [shipment('s2'), shipment('s3')]],
    ['gone', [shipment('s4', 'SHIPPED', [{ carrier: 'D.H.L', trackingNumber: '47 11' }])]],
    ['none', []],
  ]);
  const plan = (...lines: [name: string, trackingNumber: string][]) =>
    planDispatch(
      lines.map(([name, trackingNumber], index) => line(index + 1, name, 'DHL', trackingNumber)),
      found,
    );

  test('has several lines of one shipment as its parcels', () => {
    const { dispatches, idle } = plan(['one', '1'], ['one', '2']);
    expect(idle).toEqual([]);
    expect(dispatches).toMatchObject([
      { shipmentId: 's1', lines: [1, 2], parcels: [{ trackingNumber: '1' }, { trackingNumber: '2' }] },
    ]);
  });

  test('dispatches nothing for names that mean no shipment, several, or one that has left', () => {
    const { dispatches, idle } = plan(['none', '1'], ['other', '2'], ['two', '3'], ['gone', '4'], ['gone', '4711']);
    expect(dispatches).toEqual([]);
    expect(idle.map(({ reason }) => reason)).toEqual(['unknown', 'unknown', 'several', 'left', 'done']);
  });

  test('has 50 parcels of a shipment at most', () => {
    const lines = Array.from({ length: 51 }, (_, n): [string, string] => ['one', String(n)]);
    const { dispatches, idle } = plan(...lines);
    expect([dispatches[0]?.parcels.length, idle.map(({ reason }) => reason)]).toEqual([50, ['parcels']]);
  });

  test('asks for names in requests whose address is short enough', () => {
    const names = Array.from({ length: 300 }, (_, n) => `주문 ${n}`);
    const chunks = chunksOfNames(names);
    expect(chunks.flat()).toEqual(names);
    for (const chunk of chunks) expect(encodeURIComponent(JSON.stringify(chunk)).length).toBeLessThan(3_500);
  });
});
