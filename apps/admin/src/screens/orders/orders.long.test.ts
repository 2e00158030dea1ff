import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDisputedOrder, createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

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

  test('downloads all orders of its filter as CSV', async () => {
    const { page, shownIds, problems } = await openList('?status=PAID&sort=changed');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download all as CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^orders-.*\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength((await shownIds()).length + 1);
    for (const number of numbers) expect(lines.filter((line) => line.includes(number))).toHaveLength(1);
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
    await page.getByLabel('Order, product or desk').fill(numbers[0] ?? '');
    await page.getByRole('dialog').getByRole('link').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Order ${numbers[0]}` }).waitFor();
    await page.goBack();
    await page.goBack();
    await page.getByRole('table').waitFor();
    await page.keyboard.press('/');
    const words = page.getByLabel('Reference, e-mail or name');
    expect(await words.evaluate((field) => field === document.activeElement)).toBe(true);
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
    await page.getByRole('dialog').getByRole('button', { name: 'Clear attention' }).click();
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

  test('has every filter of the list in the form, in the address and in the command', async () => {
    const { orderId, number, productId } = await createPaidOrder(pages.api, { quantity: 7 });
    const { sku } = await pages.api.commerce.getProduct({ productId });
    const { page, shownIds, problems } = await openList('', { timezoneId: 'Asia/Seoul' });
    await page.getByText('More filters').click();
    await page.getByLabel('Reference, e-mail or name').fill('ana@mail');
    await page.getByRole('combobox', { name: 'Status', exact: true }).selectOption('PAID');
    await page.getByRole('combobox', { name: 'Shipping', exact: true }).selectOption('UNFULFILLED');
    await page.getByLabel('Payment attempt').selectOption('CAPTURED');
    await page.getByLabel('E-mail', { exact: true }).fill('ana@mail.example');
    await page.getByLabel('SKU').fill(sku);
    await page.getByLabel('Total from (KRW)').fill('7000');
    await page.getByLabel('Total up to (KRW)').fill('7000');
    await page.getByLabel('Placed from').fill('2026-01-02');
    await page.getByLabel('Paid until').fill('2090-01-02');
    await page.getByLabel('Order of the list').selectOption('changed');
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Filter', exact: true }).click();
        return shownIds();
      })
      .toEqual([number]);
    const address = page.url();
    const command = await page.getByText('npx commerce').textContent();
    expect(command).toBe(
      `npx commerce orders list --status PAID --fulfillment UNFULFILLED --payment CAPTURED ` +
        `--email ana@mail.example --q ana@mail --sku ${sku} --min-total 7000 --max-total 7000 ` +
        `--since 2026-01-01T15:00:00.000Z --paid-until 2090-01-02T15:00:00.000Z --sort changed`,
    );
    await page.reload();
    await expect.poll(shownIds).toEqual([number]);
    expect(page.url()).toBe(address);
    await page.getByText('More filters (8)').waitFor();
    await page.getByLabel('Reason for attention').selectOption('dispute');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByText('There are no such orders.').waitFor();
    expect(orderId).not.toBe('');
    expect(problems).toEqual([]);
  });

  test('cancels several orders for the money that it has shown before, and leaves one that has changed', async () => {
    const [paid, authorized, changed] = [
      await createPaidOrder(pages.api, { quantity: 3 }),
      await createPaidOrder(pages.api, { type: 'AUTHORIZED' }),
      await createPaidOrder(pages.api),
    ];
    const gone = await createPaidOrder(pages.api);
    await pages.api.commerce.cancelOrder({ orderId: gone.orderId });
    const { page, problems } = await openList();
    for (const { number } of [paid, authorized, changed, gone]) await page.getByLabel(`Select order ${number}`).check();
    await page.getByRole('button', { name: 'Cancel selected' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(async () => page.getByTestId('preview').textContent()).toBe('₩7,000');
    expect(await dialog.getByRole('row').filter({ hasText: gone.number }).textContent()).toContain('Stays');
    await pages.api.commerce.noteOrder({ orderId: changed.orderId, text: 'wait' });
    await dialog.getByRole('button', { name: 'Cancel 3 orders' }).dblclick();
    await dialog.getByText('2 done.').waitFor();
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([`${changed.number} changed meanwhile`]);
    const { rows } = await pages.api.database.pool.query(
      'select id, status from commerce.orders where id = any($1) order by id',
      [[paid, authorized, changed].map(({ orderId }) => orderId)],
    );
    expect(rows).toEqual([
      { id: paid.orderId, status: 'CANCELED' },
      { id: authorized.orderId, status: 'CANCELED' },
      { id: changed.orderId, status: 'PAID' },
    ]);
    expect(problems).toEqual([]);
  });

  test('keeps one note about each of several orders, also when an answer is lost', async () => {
    const noted = [await createPaidOrder(pages.api), await createPaidOrder(pages.api)];
    const { page } = await openList();
    let lost = 0;
    await page.route('**/trpc/order.note', async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    for (const { number } of noted) await page.getByLabel(`Select order ${number}`).check();
    await page.getByRole('button', { name: 'Note on selected' }).click();
    await page.getByLabel('Note for operators').fill('The carrier strikes.');
    await page.getByRole('button', { name: 'Add note' }).click();
    await dialogClosed(page);
    const { rows } = await pages.api.database.pool.query(
      'select text from commerce.order_notes where order_id = any($1)',
      [noted.map(({ orderId }) => orderId)],
    );
    expect(rows).toEqual([{ text: 'The carrier strikes.' }, { text: 'The carrier strikes.' }]);
  });

  test('shows more orders when asked', async () => {
    const productId = await pages.api.createProduct({ quantity: 1_000 });
    for (let n = 0; n < 55; n += 1)
      await pages.api.commerce.placeOrder({ customerId: 'many', lines: [{ productId, quantity: 1 }] });
    const { page, shownIds, problems } = await openList('?customer=many');
    expect(await shownIds()).toHaveLength(50);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(async () => (await shownIds()).length).toBe(55);
    expect(new Set(await shownIds()).size).toBe(55);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
