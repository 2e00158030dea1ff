import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDisputedOrder, createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the list of orders', () => {
  let pages: Pages;
  const numbers: string[] = [];
  beforeAll(async () => {
    pages = await openPages();
    for (let n = 1; n <= 3; n += 1) numbers.push((await createPaidOrder(pages.api, { quantity: n })).number);
  });
  afterAll(async () => pages?.close());

  const openList = async (search = '', options = {}) => {
    const opened = await pages.openSignedIn(`/admin/orders${search}`, options);
    await opened.page.getByRole('table').waitFor();
    const shownIds = async () =>
      opened.page.locator('tbody code').evaluateAll((codes) => codes.map(({ textContent }) => textContent));
    return { ...opened, shownIds };
  };

  test('has its filters in the address, which opens the same list again', async () => {
    const { number } = await createDisputedOrder(pages.api);
    const { page, shownIds, problems } = await openList();
    await page.getByLabel('Needs attention').check();
    await page.getByLabel('Status').selectOption('PAID');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/attention=true/);
    await expect.poll(shownIds).toEqual([number]);
    await page.reload();
    await page.getByRole('table').waitFor();
    expect(await shownIds()).toEqual([number]);
    expect(await page.getByText('npx commerce').textContent()).toBe(
      'npx commerce orders list --status PAID --attention',
    );
    await page.getByRole('button', { name: 'Remove filters' }).click();
    await expect.poll(async () => (await shownIds()).length).toBeGreaterThan(3);
    expect(problems).toEqual([]);
  });

  test('is moved through, selected and opened by the keyboard alone', async () => {
    const { page, shownIds, problems } = await openList();
    const listed = await shownIds();
    for (const key of ['j', 'j', 'x', 'k', 'x']) await page.keyboard.press(key);
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(2);
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Order ${listed[1]}` }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByLabel('Order number, id or reference').fill(numbers[0] ?? '');
    await page.getByRole('dialog').getByRole('link').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Order ${numbers[0]}` }).waitFor();
    await page.goBack();
    await page.goBack();
    await page.getByRole('table').waitFor();
    await page.keyboard.press('/');
    expect(await page.getByLabel('Status').evaluate((field) => field === document.activeElement)).toBe(true);
    expect(problems).toEqual([]);
  });

  test('keeps its rows where they are while orders come: the new ones wait behind a button', async () => {
    const { page, shownIds, problems } = await openList();
    const before = await shownIds();
    const newest = [await createPaidOrder(pages.api), await createPaidOrder(pages.api)];
    await page.getByRole('button', { name: '2 new orders' }).waitFor();
    expect(await shownIds()).toEqual(before);
    await page.getByRole('button', { name: '2 new orders' }).click();
    const [second, first] = newest.map(({ number }) => number);
    expect(await shownIds()).toEqual([first, second, ...before]);
    expect(problems).toEqual([]);
  });

  test('shows the change of an order in its row', async () => {
    const { orderId, number } = await createPaidOrder(pages.api);
    const { page, shownIds, problems } = await openList();
    const before = await shownIds();
    await pages.api.commerce.cancelOrder({ orderId });
    const row = page.getByRole('row').filter({ hasText: number });
    await row.getByText('Canceled').waitFor();
    expect(await shownIds()).toEqual(before);
    expect(problems).toEqual([]);
  });

  test('of a key without the scope events is read again and again instead', async () => {
    const { page, problems } = await openList('', { scopes: ['orders'] });
    await page.getByText('Updated every 10 s').waitFor();
    await createPaidOrder(pages.api);
    await page.getByRole('button', { name: '1 new order' }).waitFor();
    expect(problems).toEqual([]);
  });

  test('clears the attention of all orders that are selected', async () => {
    const failed = [await createDisputedOrder(pages.api), await createDisputedOrder(pages.api)];
    const { page, problems } = await openList('?attention=true');
    for (const { number } of failed) await page.getByLabel(`Select order ${number}`).check();
    await page.getByRole('button', { name: 'Clear attention of selected' }).click();
    await expect
      .poll(async () => {
        const { rows } = await pages.api.database.pool.query(
          'select count(*)::int as n from commerce.orders where id = any($1) and needs_attention is not null',
          [failed.map(({ orderId }) => orderId)],
        );
        return rows[0].n;
      })
      .toBe(0);
    expect(problems).toEqual([]);
  });

  test('shows older orders when asked', async () => {
    const productId = await pages.api.createProduct({ quantity: 1_000 });
    for (let n = 0; n < 55; n += 1)
      await pages.api.commerce.placeOrder({ customerId: 'many', lines: [{ productId, quantity: 1 }] });
    const { page, shownIds, problems } = await openList('?customer=many');
    expect(await shownIds()).toHaveLength(50);
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(async () => (await shownIds()).length).toBe(55);
    expect(new Set(await shownIds()).size).toBe(55);
    expect(await page.getByRole('button', { name: 'Show older' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
