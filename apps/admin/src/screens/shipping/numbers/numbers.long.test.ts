import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('pasted tracking numbers', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  });
  afterAll(async () => pages?.close());

  const parcelsOf = async (orderIds: string[]) =>
    (
      await pages.api.database.pool.query(
        'select order_id, carrier, tracking_number from commerce.parcels where order_id = any($1) order by id',
        [orderIds],
      )
    ).rows.map((row) => [orderIds.indexOf(row.order_id), row.carrier, row.tracking_number]);
  const paste = async (text: string, carrier = '') => {
    const opened = await pages.openSignedIn('/admin/shipping/numbers');
    const { page } = opened;
    const check = async () => {
      await page.getByLabel('Tracking numbers', { exact: true }).fill(text);
      await page.getByLabel('Carrier of lines that name none').fill(carrier);
      await page.getByRole('button', { name: 'Check' }).click();
    };
    await check();
    return { ...opened, check };
  };

  test('dispatch their shipments once, show each line’s outcome, and change nothing when pasted again', async () => {
    const orders = [
      await createPaidOrder(pages.api),
      await createPaidOrder(pages.api),
      await createPaidOrder(pages.api),
    ];
    const [a, b, c] = orders.map(({ number }) => number);
    const text = [
      'Order\tTracking number\tCarrier',
      `${a}\tN-${a}-1\tUPS`,
      `${a}\tN-${a}-2\tUPS`,
      `${b?.toLowerCase()}\tN-${b}\t`,
      `no-such-order\tN-1\tUPS`,
      `${c}\t1.23E+12\tUPS`,
    ].join('\n');
    const { page, sent, problems, check } = await paste(text, 'DHL');
    await page.getByRole('heading', { name: '2 lines are not used' }).waitFor();
    expect(await page.getByRole('table').first().innerText()).toMatch(/5\s.*No shipment has that name[^]*6\s.*cut/);
    expect(sent).toEqual([]);
    await page.getByRole('button', { name: 'Dispatch 2 shipments' }).dblclick();
    await page.getByText('2 of 2 dispatched, 0 not').waitFor();
    const dispatched = [
      [0, 'UPS', `N-${a}-1`],
      [0, 'UPS', `N-${a}-2`],
      [1, 'DHL', `N-${b}`],
    ];
    const ids = orders.map(({ orderId }) => orderId);
    expect(await parcelsOf(ids)).toEqual(dispatched);
    await page.reload();
    await check();
    await page.getByText('3 parcels have left with their numbers already.').waitFor();
    await page.getByText('Nothing would be dispatched.').waitFor();
    expect(await parcelsOf(ids)).toEqual(dispatched);
    expect(problems).toEqual([]);
  });

  test('of which one is refused leave with the others, and the refused one is sent again when it can be', async () => {
    const [used, other, good] = [
      await createPaidOrder(pages.api),
      await createPaidOrder(pages.api),
      await createPaidOrder(pages.api),
    ];
    const [shipment] = await pages.api.commerce.listShipments({ orderId: used.orderId });
    const shipmentId = shipment?.id ?? '';
    await pages.api.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: 'USED-1' });
    const { page, problems } = await paste(`${other.number},DHL,USED-1\n${good.number},DHL,FREE-1`);
    await page.getByRole('button', { name: 'Dispatch 2 shipments' }).click();
    await page.getByText('1 of 2 dispatched, 1 not').waitFor();
    await page.getByText('Refused').waitFor();
    await pages.api.commerce.deliverShipment({ shipmentId });
    await page.getByRole('button', { name: 'Try the other 1 again' }).click();
    await page.getByText('2 of 2 dispatched, 0 not').waitFor();
    expect(await parcelsOf([other.orderId, good.orderId])).toEqual([
      [1, 'DHL', 'FREE-1'],
      [0, 'DHL', 'USED-1'],
    ]);
    expect(problems).toEqual([]);
  });

  test('whose answer is lost are dispatched once', async () => {
    const order = await createPaidOrder(pages.api);
    const { page } = await paste(`${order.number},DHL,LOST-1`);
    let calls = 0;
    await page.route('**/trpc/shipment.dispatch', async (route) => {
      calls += 1;
      if (calls > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: 'Dispatch 1 shipment' }).click();
    await page.getByText('1 of 1 dispatched, 0 not').waitFor();
    expect(calls).toBe(2);
    expect(await parcelsOf([order.orderId])).toEqual([[0, 'DHL', 'LOST-1']]);
  });
});
