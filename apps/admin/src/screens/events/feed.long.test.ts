import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder, type PaidOrder } from '../../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the feed of events', () => {
  let pages: Pages;
  let order: PaidOrder;
  beforeAll(async () => {
    pages = await openPages();
    order = await createPaidOrder(pages.api);
    for (let n = 0; n < 8; n += 1) await createPaidOrder(pages.api);
  });
  afterAll(async () => pages?.close());

  const openFeed = async (search = '', options = {}) => {
    const opened = await pages.openSignedIn(`/admin/events${search}`, options);
    await opened.page.locator('tbody tr').first().waitFor();
    const positions = async () =>
      opened.page.locator('tbody td:last-child code').evaluateAll((all) => all.map(({ textContent }) => textContent));
    return { ...opened, positions };
  };

  test('has the latest event first, and shows older ones when asked', async () => {
    const { page, positions, problems } = await openFeed();
    const { items } = await pages.api.commerce.listEvents({ limit: 500 });
    const latest = items.map(({ position }) => position).toReversed();
    expect(await positions()).toEqual(latest.slice(0, 50));
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(async () => (await positions()).length).toBe(Math.min(latest.length, 100));
    expect(await positions()).toEqual(latest.slice(0, 100));
    expect(problems).toEqual([]);
  });

  test('has its filters in the address: an order by its number, and a type', async () => {
    const { page, positions, problems } = await openFeed();
    await page.getByLabel('Number, reference, SKU or id').fill(order.number);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.waitForURL(/id=/);
    const ofOrder = await pages.api.commerce.listEvents({ aggregateId: order.orderId });
    await expect.poll(positions).toEqual(ofOrder.items.map(({ position }) => position).toReversed());
    await page.getByLabel('Type').selectOption('order.paid');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.waitForURL(/type=order.paid/);
    await expect.poll(async () => (await positions()).length).toBe(1);
    await page.reload();
    await expect.poll(async () => (await positions()).length).toBe(1);
    expect(await page.getByText('npx commerce').textContent()).toBe(
      `npx commerce events list --latest --type order.paid --order ${order.orderId}`,
    );
    expect(problems).toEqual([]);
  });

  test('says so when nothing has a name', async () => {
    const { page, problems } = await openFeed();
    await page.getByLabel('Number, reference, SKU or id').fill('no such order');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByText('Nothing has the name “no such order”.').waitFor();
    expect(problems).toEqual([]);
  });

  test('shows the payload of an event and who made the change', async () => {
    await pages.api.commerce.noteOrder({ orderId: order.orderId, text: 'Ring twice.' });
    const { page, problems } = await openFeed(`?id=${order.orderId}&type=order.paid`);
    await page.getByRole('button', { name: 'order.paid' }).click();
    const dialog = page.getByRole('dialog');
    const { items } = await pages.api.commerce.listEvents({ aggregateId: order.orderId, types: ['order.paid'] });
    expect(JSON.parse((await dialog.locator('pre').textContent()) ?? '')).toEqual(
      JSON.parse(JSON.stringify(items[0]?.data)),
    );
    await dialog.getByText('the gateway').waitFor();
    expect(problems).toEqual([]);
  });

  test('keeps its rows where they are while events come: the new ones wait behind a button', async () => {
    const { page, positions, problems } = await openFeed('?of=order');
    const before = await positions();
    const placed = await createPaidOrder(pages.api);
    await page.getByRole('button', { name: '5 new events' }).waitFor();
    expect(await positions()).toEqual(before);
    await page.getByRole('button', { name: '5 new events' }).click();
    const { items } = await pages.api.commerce.listEvents({ aggregateId: placed.orderId });
    expect((await positions()).slice(0, 5)).toEqual(items.map(({ position }) => position).toReversed());
    expect(problems).toEqual([]);
  });

  test('stays usable at 200 events a second, and shows the newest ones then', async () => {
    const { page, positions, problems } = await openFeed();
    const before = await positions();
    await page.evaluate(() => {
      const kept = globalThis as unknown as { blockedMs: number[] };
      kept.blockedMs = [];
      new PerformanceObserver((list) =>
        kept.blockedMs.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({
        type: 'longtask',
      });
    });
    const seconds = 6;
    const insert = async (count: number) =>
      pages.api.database.pool.query(
        `insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
         select gen_random_uuid(), 'product', p, 1, 'product.archived', jsonb_build_object('productId', p), now()
         from (select gen_random_uuid() as p from generate_series(1, $1)) t`,
        [count],
      );
    const begin = performance.now();
    for (let turn = 0; turn < seconds * 10; turn += 1) {
      await insert(20);
      // Not as a wait for something: this is the pace of the load.
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + (turn + 1) * 100 - performance.now())));
      if (turn % 20 !== 10) continue;
      const clicked = performance.now();
      await page.locator('tbody button').first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      expect(performance.now() - clicked).toBeLessThan(2_000);
      expect(await positions()).toEqual(before);
    }
    await page.getByRole('button', { name: '1200 new events' }).waitFor();
    expect(await positions()).toEqual(before);
    const blockedMs = await page.evaluate(() => (globalThis as unknown as { blockedMs: number[] }).blockedMs);
    expect(blockedMs.reduce((sum, ms) => sum + ms, 0) / (seconds * 1_000)).toBeLessThan(0.5);
    await page.getByRole('button', { name: '1200 new events' }).click();
    await expect.poll(async () => (await positions()).length).toBe(500);
    const { items } = await pages.api.commerce.listEvents({ before: 'now', limit: 500 });
    expect(await positions()).toEqual(items.map(({ position }) => position));
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(async () => (await positions()).length).toBe(550);
    expect(new Set(await positions()).size).toBe(550);
    expect(problems).toEqual([]);
  });

  test('is not shown to a key without the scope events', async () => {
    const { page, problems } = await pages.openSignedIn('/admin/events', { scopes: ['webhooks'] });
    await page.getByText('Your key has no scope “events”').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Feed', exact: true }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(1);
    expect(problems).toEqual([]);
  });
});
