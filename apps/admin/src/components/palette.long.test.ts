import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPaidOrder, type PaidOrder } from '../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the palette', () => {
  let pages: Pages;
  let order: PaidOrder;
  beforeAll(async () => {
    pages = await openPages();
    order = await createPaidOrder(pages.api);
    const { commerce } = pages.api;
    const [shipment] = await commerce.listShipments({ orderId: order.orderId });
    await commerce.dispatchShipment({
      shipmentId: shipment?.id ?? '',
      parcels: [{ carrier: 'CJ', trackingNumber: '4711-0815' }],
    });
    await vi.waitUntil(async () => (await commerce.orderStats()).lagEvents === 0, { timeout: 30_000, interval: 100 });
  });
  afterAll(async () => pages?.close());

  const openPalette = async (options = {}) => {
    const opened = await pages.openSignedIn('/admin/system', options);
    await opened.page.getByRole('heading', { name: 'System', exact: true }).waitFor();
    await opened.page.keyboard.press('Control+k');
    return { ...opened, dialog: opened.page.getByRole('dialog') };
  };

  test.each<[string, () => string]>([
    ['number', () => order.number],
    ['the beginning of its id', () => order.orderId.slice(0, 18)],
    ['reference', () => `cart ${order.productId.slice(-4)}`],
    ['e-mail address', () => 'Ana@mail.example'],
    ['tracking number', () => '47110815'],
  ])('goes to an order by its %s', async (_, text) => {
    const { page, dialog, problems } = await openPalette();
    await page.keyboard.type(text());
    await dialog.getByRole('link', { name: `Order ${order.number}` }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Order ${order.number}` }).waitFor();
    expect(problems).toEqual([]);
  });

  test('goes to a desk by the beginning of its name', async () => {
    const { page, dialog, problems } = await openPalette();
    await page.keyboard.type('sal');
    await dialog.getByRole('link', { name: 'Sales' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sales' }).waitFor();
    expect(problems).toEqual([]);
  });

  test('goes to a product by its SKU', async () => {
    const { sku } = await pages.api.commerce.getProduct({ productId: order.productId });
    const { page, dialog, problems } = await openPalette();
    await page.keyboard.type(sku);
    await dialog.getByRole('link', { name: `Product ${sku}` }).click();
    await page.waitForURL(new RegExp(order.productId));
    expect(problems).toEqual([]);
  });

  test('says when nothing is found, and finds no order for a key that may not see any', async () => {
    const { page, dialog, problems } = await openPalette({ scopes: ['stock'] });
    await page.keyboard.type(order.number);
    await dialog.getByText('Nothing found.').waitFor();
    expect(await dialog.getByRole('link').count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
