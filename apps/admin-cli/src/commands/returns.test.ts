import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { until } from '@commerce-core/api/testing';
import { paidOrder } from '../testing/paid-order.ts';
import { returnColumns, type Return } from '../show/return.ts';
import { useShop } from '../testing/shop.ts';
import { renderTable } from '../table.ts';

const shop = useShop();

/** Creates an order of 2 units at 12.50 GBP that has left. */
async function sentOrder(): Promise<string> {
  const { orderId } = await paidOrder(shop);
  const [{ id: shipmentId }] = (await shop.json('shipments', 'list', orderId)).items;
  await shop.json('shipments', 'dispatch', shipmentId, 'DHL', shipmentId);
  return orderId;
}

const requestOf = async (orderId: string, ...args: string[]): Promise<string> =>
  (await shop.json('returns', 'request', orderId, '--line', '1:2', ...args)).id;

test('a return is requested, approved, received and refunded, and the order shows each step', async () => {
  const orderId = await sentOrder();
  const returnId = await requestOf(orderId, '--reason', 'too small');
  expect((await shop.run('returns', 'approve', returnId, 'DHL', 'R-1', '--fault', 'SHOP')).out).toMatch(
    /^status +APPROVED\nfault +SHOP\ngoods +EXPECTED\nreason +too small\nlabel +DHL R-1$/m,
  );
  const received = await shop.run('returns', 'receive', returnId, '--restock', '1:1');
  expect(received.out).toMatch(/^ +1 +2 +1 +1 +0 +0 +0 +0$/m);
  expect((await shop.run('returns', 'preview', returnId, '--fee', 'Return label:2.50')).out).toMatch(
    new RegExp(
      [
        '^goes back +10\\.00 GBP\n',
        'LINE +WHAT +NAME +UNITS +AMOUNT',
        ' +1 +PRODUCT +Blue mug +1 +12\\.50 GBP',
        ' +FEE +Return label +1 +-2\\.50 GBP$',
      ].join('\n'),
      'm',
    ),
  );
  const refunded = await shop.run('returns', 'refund', '--yes', returnId, '--fee', 'Return label:2.50');
  expect(refunded.out).toMatch(/^refund +[\da-f-]{36}\ngoes back +10\.00 GBP$/m);
  await until(async () => (await shop.json('refunds', 'list', '--order', orderId)).items[0].status === 'SUCCEEDED');
  expect(await shop.json('returns', 'close', '--yes', returnId)).toMatchObject({
    status: 'CLOSED',
    lines: [{ missingQty: 1 }],
  });
  const shown = (await shop.run('orders', 'show', orderId)).out;
  expect(shown).toMatch(/^fulfillment +PARTIALLY_RETURNED$/m);
  expect(shown).toMatch(new RegExp(`^Returns\nID .*\n${returnId} +CLOSED +SHOP +2 +1( |$)`, 'm'));
});

test('the list of returns fits into 80 columns', async () => {
  const orderId = await sentOrder();
  const returnId = await requestOf(orderId, '--fault', 'CARRIER', '--kept');
  const { out } = await shop.run('returns', 'list', '--order', orderId);
  expect(out).toMatch(new RegExp(`^[\\w-]{9}  ${returnId}  REQUESTED  CARRIER +2  kept`, 'm'));
  const { items } = await shop.json('returns', 'list', '--order', orderId);
  const table = renderTable<Return>(items, returnColumns, { width: 80, stream: process.stdout });
  for (const line of table.split('\n')) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(80);
  expect(table).toContain(`${returnId}  REQUESTED  CARRIER`);
});

test('kept goods are replaced in a shipment of their own', async () => {
  const orderId = await sentOrder();
  const returnId = await requestOf(orderId, '--fault', 'CARRIER', '--kept');
  await shop.json('returns', 'approve', returnId);
  expect(await shop.json('returns', 'replace', returnId, '--line', '1:1')).toMatchObject({
    lines: [{ lineNo: 1, replacedQty: 1 }],
  });
  const { items } = await shop.json('shipments', 'list', orderId);
  expect(items.find((shipment: { returnId: string | null }) => shipment.returnId === returnId)).toMatchObject({
    status: 'READY',
    lines: [{ lineNo: 1, quantity: 1 }],
  });
  const { id: shipmentId } = items.find((shipment: { returnId: string | null }) => shipment.returnId === returnId);
  expect(await shop.json('returns', 'cancel-replacement', returnId, shipmentId)).toMatchObject({
    lines: [{ lineNo: 1, replacedQty: 0 }],
  });
});

test('fees as high as the price settle a return without a refund, and the note says so', async () => {
  const returnId = await requestOf(await sentOrder(), '--fault', 'CUSTOMER', '--kept');
  await shop.json('returns', 'approve', returnId);
  const { amount } = await shop.json('returns', 'preview', returnId);
  const { out, err } = await shop.run(
    'returns',
    'refund',
    '--yes',
    returnId,
    '--fee',
    `Worn:${(amount / 100).toFixed(2)}`,
  );
  expect(`${out}${err}`).toContain('Nothing goes back, and these units are settled');
});

test('a return is exchanged for other goods, and the credit and the rest of the money are shown', async () => {
  const orderId = await sentOrder();
  const returnId = await requestOf(orderId);
  await shop.json('returns', 'approve', returnId);
  await shop.json('returns', 'receive', returnId, '--restock', '1:2');
  const { lines } = await shop.json('orders', 'show', orderId).then(({ order }) => order);
  const item = `${lines[0].sku}=1`;
  const exchange = ['returns', 'exchange', returnId, item, '--fee', 'Return label:2.50'];
  expect((await shop.run(...exchange, '--preview')).out).toMatch(
    /CREDIT +Return credit +1 +-12\.50 GBP\n\ntotal +0\.00 GBP\n\nthe return pays +12\.50 GBP\ngoes back +10\.00 GBP$/m,
  );
  const { out } = await shop.run(...exchange, '--yes');
  expect(out).toMatch(/^status +PAID[^]*^the return pays +12\.50 GBP\ngoes back +10\.00 GBP$/m);
  const [credit] = (await shop.json('returns', 'credits', '--return', returnId)).items;
  expect(credit).toMatchObject({ status: 'SPENT', amount: 1_250, fees: [{ name: 'Return label', amount: 250 }] });
  expect((await shop.run('returns', 'credits')).out).toMatch(
    new RegExp(`^${credit.orderId} +SPENT +12\\.50 GBP +0\\.00 GBP`, 'm'),
  );
  const part = await shop.run('returns', 'refund-credit', '--yes', credit.orderId, '--amount', '2.00');
  expect(part.out).toMatch(/ SPENT +12\.50 GBP +2\.00 GBP/);
  expect(await shop.json('returns', 'refund-credit', '--yes', credit.orderId)).toMatchObject({ returnedAmount: 1_250 });
  const again = await shop.run('returns', 'exchange', '--yes', returnId, item);
  expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining('(nothing_to_refund)') });
});

test('a return is declined or canceled, and its units can be requested again', async () => {
  const orderId = await sentOrder();
  const declined = await shop.run('returns', 'decline', '--yes', await requestOf(orderId), '--reason', 'was worn');
  expect(declined.out).toMatch(/^status +DECLINED$[^]*^declined +was worn$/m);
  expect(await shop.json('returns', 'cancel', '--yes', await requestOf(orderId))).toMatchObject({ status: 'CANCELED' });
  const returnId = await requestOf(orderId);
  expect(await shop.json('returns', 'show', returnId)).toMatchObject({ status: 'REQUESTED' });
  const twice = await shop.run('returns', 'request', orderId, '--line', '1:1');
  expect(twice).toMatchObject({ code: 1, out: '', err: expect.stringContaining('(units_not_returnable)') });
});

test.each([
  ['receive', []],
  ['receive', ['--restock', '1']],
  ['refund', ['--fee', '4.90']],
  ['refund', ['--fee', 'label:']],
  ['approve', ['--fault', 'NOBODY']],
])('returns %s exits with 2 for %j', async (command, args) => {
  const returnId = await requestOf(await sentOrder());
  expect(await shop.run('returns', command, returnId, ...args)).toMatchObject({ code: 2, out: '' });
});
