import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../../testing/page.ts';

const zone = 'Asia/Seoul';

describe.skipIf(chromiumPath === undefined)('the sales desk', () => {
  let pages: Pages;
  const readSales = async (from: string, to: string) =>
    (await pages.api.commerce.dailySales({ from, to, timeZone: zone, currency: 'KRW' })).items;

  beforeAll(async () => {
    pages = await openPages();
    for (let n = 1; n <= 3; n += 1) await createPaidOrder(pages.api, { quantity: n });
    await vi.waitUntil(async () => (await pages.api.commerce.orderStats()).lagEvents === 0, {
      timeout: 30_000,
      interval: 100,
    });
    // Earlier days, as the job would have written them.
    await pages.api.database.pool.query(
      `insert into commerce.sales_quarters (quarter, currency, orders, units, gross_amount, refund_amount)
       select date_trunc('day', now()) - make_interval(days => d), currency, d, 2 * d, 1000 * d, 100 * d
       from generate_series(1, 60) d, (values ('KRW'), ('EUR')) v(currency)`,
    );
  });
  afterAll(async () => pages?.close());

  const openSales = async (search = `?zone=${zone}`, options = {}) => {
    const opened = await pages.openSignedIn(`/admin/sales${search}`, options);
    await opened.page.locator('svg').waitFor();
    const parts = () => new URL(opened.page.url()).searchParams;
    const range = async () => ({
      from: await opened.page.getByLabel('From', { exact: true }).inputValue(),
      to: await opened.page.getByLabel('To', { exact: true }).inputValue(),
    });
    const rows = async () => opened.page.getByRole('table', { name: 'Numbers by day' }).locator('tbody tr').count();
    return { ...opened, parts, range, rows };
  };

  test('has range, time zone and currency in the address, and adds up the days', async () => {
    const { page, parts, range, rows, problems } = await openSales();
    expect(Object.fromEntries(parts())).toEqual({ days: '30', zone });
    expect(await rows()).toBe(30);
    await page.getByRole('link', { name: 'Last 7 days' }).click();
    await page.waitForURL(/days=7/);
    await expect.poll(rows).toBe(7);
    const { from, to } = await range();
    const days = await readSales(from, to);
    const gross = days.reduce((sum, { grossAmount }) => sum + grossAmount, 0);
    const orders = days.reduce((sum, day) => sum + day.orders, 0);
    const totals = page.getByTestId('totals');
    await totals.getByText(`₩${gross.toLocaleString('en-GB')}`, { exact: true }).waitFor();
    await totals.getByText(String(orders), { exact: true }).waitFor();
    await page.getByLabel('Currency').selectOption('EUR');
    await page.getByLabel('From', { exact: true }).fill('2026-01-01');
    await page.getByLabel('To', { exact: true }).fill(to);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/from=2026-01-01/);
    expect(Object.fromEntries(parts())).toEqual({ from: '2026-01-01', to, zone, currency: 'EUR' });
    await page.reload();
    await page.locator('svg').waitFor();
    expect(await page.getByText('npx commerce sales').textContent()).toBe(
      `npx commerce sales --from 2026-01-01 --to ${to} --time-zone ${zone} --currency EUR`,
    );
    await page.goBack();
    await expect.poll(rows).toBe(7);
    expect(problems).toEqual([]);
  });

  test('lets the keyboard reach the value of each day', async () => {
    const { page, range, problems } = await openSales();
    const { from } = await range();
    const slider = page.getByRole('slider', { name: 'Day of the chart' });
    await slider.focus();
    const today = await slider.getAttribute('aria-valuetext');
    await page.keyboard.press('Home');
    const [first] = await readSales(from, from);
    const firstText = `₩${(first?.grossAmount ?? 0).toLocaleString('en-GB')}`;
    await expect.poll(async () => slider.getAttribute('aria-valuetext')).toContain(`gross ${firstText}`);
    expect(await page.getByTestId('day').textContent()).toBe(await slider.getAttribute('aria-valuetext'));
    await page.keyboard.press('End');
    expect(await slider.getAttribute('aria-valuetext')).toBe(today);
    expect(problems).toEqual([]);
  });

  test('draws each bar as high as its day', async () => {
    const { page, range } = await openSales('?days=7&zone=Asia/Seoul');
    const { from, to } = await range();
    const days = await readSales(from, to);
    const heights = await page
      .locator('svg g rect:first-child')
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('height'))));
    const [top, highest] = [Math.max(...days.map(({ grossAmount }) => grossAmount)), Math.max(...heights)];
    expect(heights.map((height) => Math.round((height / highest) * top))).toEqual(
      days.map(({ grossAmount }) => grossAmount),
    );
  });

  test('downloads what is shown as CSV', async () => {
    const { page, range, problems } = await openSales('?days=7&zone=Asia/Seoul');
    const { from, to } = await range();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`sales_${from}_${to}_KRW.csv`);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    const days = await readSales(from, to);
    expect(lines).toEqual([
      'day,currency,orders,units,gross,refunds,net',
      ...days.map((day) =>
        [day.day, 'KRW', day.orders, day.units, day.grossAmount, day.refundAmount, day.netAmount].join(','),
      ),
    ]);
    expect(problems).toEqual([]);
  });

  test('counts all orders by status for the scope orders, and shows no money without the scope money', async () => {
    const { page, problems } = await pages.openSignedIn('/admin/sales', { scopes: ['orders'] });
    await page.getByRole('table', { name: 'All orders' }).getByRole('row').filter({ hasText: 'Paid' }).waitFor();
    await page.getByText('Your key has no scope “money”').waitFor();
    expect(await page.locator('svg').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('says why a range is refused', async () => {
    const { page } = await pages.openSignedIn('/admin/sales?from=2020-01-01&to=2026-01-01&zone=UTC');
    expect(await page.getByRole('alert').textContent()).toContain('400');
  });
});
