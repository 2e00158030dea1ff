import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the shipping desk', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  });
  afterAll(async () => pages?.close());

  const rows = async (sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await pages.api.database.pool.query(sql, values)).rows;
  const shipmentsOf = async (orderId: string) =>
    rows('select id, status from commerce.shipments where order_id = $1 order by id', orderId);
  const parcelsOf = async (orderId: string) =>
    rows('select carrier, tracking_number from commerce.parcels where order_id = $1 order by id', orderId);
  const createReady = async (quantity = 2) => {
    const order = await createPaidOrder(pages.api, { quantity });
    const [shipment] = await pages.api.commerce.listShipments({ orderId: order.orderId });
    return { ...order, shipmentId: shipment?.id ?? '' };
  };
  const createSent = async () => {
    const order = await createReady();
    const trackingNumber = `T-${order.number}`;
    await pages.api.commerce.dispatchShipment({ shipmentId: order.shipmentId, carrier: 'DHL', trackingNumber });
    return { ...order, trackingNumber };
  };
  const openQueue = async (search = '', options = {}) => {
    const opened = await pages.openSignedIn(`/admin/shipping${search}`, options);
    await opened.page.getByRole('heading', { name: 'Shipping' }).waitFor();
    return opened;
  };

  test('lists what waits the longest first, with its units and place, and dispatches it from its row', async () => {
    const order = await createReady();
    const later = await createReady();
    const { page, problems } = await openQueue();
    const row = page.getByRole('row').filter({ hasText: order.number });
    await row.getByText('2 × A thing').waitFor();
    expect(await row.textContent()).toContain('Ana, Busan, KR');
    const shown = await page.locator('tbody a code').allTextContents();
    expect(shown.indexOf(order.number)).toBeLessThan(shown.indexOf(later.number));
    await row.getByRole('button', { name: 'Dispatch' }).click();
    await page.getByLabel('Carrier').fill('DHL');
    await page.getByLabel('Tracking number', { exact: true }).fill(`Q-${order.number}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Dispatch' }).dblclick();
    // The row stays where it is, so that no other row comes under the pointer.
    await row.getByText('left this list').waitFor();
    expect(await parcelsOf(order.orderId)).toEqual([{ carrier: 'DHL', tracking_number: `Q-${order.number}` }]);
    await page.getByRole('button', { name: 'Show it as it is now' }).click();
    await expect.poll(async () => row.count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('lets a number that was refused be corrected in the same dialog', async () => {
    const [sent, order] = [await createSent(), await createReady()];
    const { page, problems } = await openQueue();
    const row = page.getByRole('row').filter({ hasText: order.number });
    await row.getByRole('button', { name: 'Dispatch' }).click();
    await page.getByLabel('Carrier').fill('DHL');
    const submit = page.getByRole('dialog').getByRole('button', { name: 'Dispatch' });
    await page.getByLabel('Tracking number', { exact: true }).fill(sent.trackingNumber);
    await submit.click();
    await page.getByRole('alert').filter({ hasText: 'The server refused this' }).waitFor();
    await page.getByLabel('Tracking number', { exact: true }).fill(`R-${order.number}`);
    await submit.click();
    await row.getByText('left this list').waitFor();
    expect(await parcelsOf(order.orderId)).toEqual([{ carrier: 'DHL', tracking_number: `R-${order.number}` }]);
    expect(problems).toEqual([]);
  });

  test('is moved through, selected and opened by the keyboard alone, and prints the selected slips', async () => {
    await createReady();
    await createReady();
    const { page, problems } = await openQueue();
    await page.locator('tbody tr').nth(1).waitFor();
    const shown = await page.locator('tbody a code').allTextContents();
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Shipment of order ${shown[1]}` }).waitFor();
    await page.getByRole('button', { name: '← Back' }).click();
    await page.locator('tbody tr').nth(1).waitFor();
    for (const number of shown.slice(0, 2)) await page.getByLabel(`Select the shipment of order ${number}`).check();
    await page.getByRole('link', { name: 'Packing slips' }).click();
    await expect.poll(async () => page.getByRole('article').count()).toBe(2);
    await page.evaluate(() => {
      globalThis.print = () => document.body.setAttribute('data-printed', 'yes');
    });
    await page.getByRole('button', { name: 'Print 2 slips' }).click();
    expect(await page.locator('body').getAttribute('data-printed')).toBe('yes');
    // A printed page has the slips and nothing else, one on each sheet, and no personal data beyond the address.
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Print 2 slips' }).isVisible()).toBe(false);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(2);
    const text = await page.locator('article').first().innerText();
    expect(text).toMatch(/1 Harbour Street/);
    expect(text).not.toMatch(/mail\.example|₩/);
    expect(problems).toEqual([]);
  });

  test('splits a shipment by units, and merges it again', async () => {
    const { orderId, shipmentId } = await createReady(3);
    const { page, problems } = await pages.openSignedIn(`/admin/shipping/${shipmentId}`);
    await page.getByRole('button', { name: 'Split' }).click();
    const submit = page.getByRole('dialog').getByRole('button', { name: 'Split' });
    expect(await submit.isDisabled()).toBe(true);
    await page.getByLabel(/Units of A thing/).fill('3');
    expect(await submit.isDisabled()).toBe(true);
    await page.getByLabel(/Units of A thing/).fill('2');
    await page.getByText('2 units move to a new shipment, 1 stay').waitFor();
    await submit.dblclick();
    await page.getByText('1 of 2').waitFor();
    expect((await shipmentsOf(orderId)).map(({ status }) => status)).toEqual(['READY', 'READY']);
    await page.getByRole('button', { name: 'Merge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
    await expect
      .poll(async () => (await shipmentsOf(orderId)).map(({ status }) => status))
      .toEqual(['CANCELED', 'READY']);
    expect(problems).toEqual([]);
  });

  test('says that a shipment changed in a dialog left open while another operator dispatches it', async () => {
    const { orderId, shipmentId } = await createReady(3);
    const { page, sent } = await pages.openSignedIn(`/admin/shipping/${shipmentId}`);
    await page.getByRole('button', { name: 'Split' }).click();
    await page.getByLabel(/Units of A thing/).fill('1');
    await pages.api.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: shipmentId });
    await page.getByRole('alert').filter({ hasText: 'changed meanwhile' }).waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Split' }).isDisabled()).toBe(true);
    expect(sent).toEqual([]);
    expect(await shipmentsOf(orderId)).toMatchObject([{ status: 'SHIPPED' }]);
  });

  test.each([
    ['On its way', 'IN_TRANSIT'],
    ['Delivered', 'DELIVERED'],
    ['Lost', 'LOST'],
    ['Came back', 'RETURNED'],
  ])('records with %s that a shipment is %s', async (name, status) => {
    const { orderId, shipmentId } = await createSent();
    const { page, problems } = await pages.openSignedIn(`/admin/shipping/${shipmentId}`);
    await page.getByRole('group').getByRole('button', { name }).click();
    await page.getByRole('dialog').getByRole('button', { name }).click();
    await expect.poll(async () => shipmentsOf(orderId)).toMatchObject([{ status }]);
    await dialogClosed(page);
    expect(problems).toEqual([]);
  });

  test('corrects the number of a parcel and records that it arrived, with its journey', async () => {
    const { orderId, shipmentId, trackingNumber } = await createSent();
    const { page, problems } = await pages.openSignedIn(`/admin/shipping/${shipmentId}`);
    await page.getByText('The carrier has reported nothing.').waitFor();
    await page.getByRole('button', { name: 'Correct number' }).click();
    await page.getByLabel('Tracking number', { exact: true }).fill(`${trackingNumber}-2`);
    await page.getByRole('dialog').getByRole('button', { name: 'Correct number' }).click();
    await page.getByRole('link', { name: `${trackingNumber}-2` }).waitFor();
    expect(await parcelsOf(orderId)).toEqual([{ carrier: 'DHL', tracking_number: `${trackingNumber}-2` }]);
    await page.getByRole('button', { name: 'Arrived' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Arrived' }).click();
    await expect.poll(async () => shipmentsOf(orderId)).toMatchObject([{ status: 'DELIVERED' }]);
    expect(problems).toEqual([]);
  });

  test('finds a shipment by its order and by a tracking number, as a scanner types them', async () => {
    const { number, trackingNumber } = await createSent();
    const { page, problems } = await openQueue();
    await page.getByLabel('Order number, reference or tracking number').fill(number.toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Shipment of order ${number}` }).waitFor();
    await page.getByRole('button', { name: '← Back' }).click();
    await page.getByLabel('Order number, reference or tracking number').fill('no such name');
    await page.keyboard.press('Enter');
    await page.getByText('No shipment has that name.').waitFor();
    await page.getByLabel('Order number, reference or tracking number').fill(trackingNumber);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Shipment of order ${number}` }).waitFor();
    expect(problems).toEqual([]);
  });

  test('has its pages in the address, one after the other without a gap', async () => {
    const productId = await pages.api.createProduct({ quantity: 1_000 });
    for (let n = 0; n < 52; n += 1) {
      const { id: orderId } = await pages.api.commerce.placeOrder({
        customerId: 'many',
        lines: [{ productId, quantity: 1 }],
      });
      const { id: paymentId, amount, currency } = await pages.api.commerce.createPayment({ orderId, provider: 'mock' });
      await pages.api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
    }
    const waiting = await rows(
      `select o.number from commerce.shipments s join commerce.orders o on o.id = s.order_id where s.status = 'READY'
        order by s.id`,
    );
    const { page, problems } = await openQueue();
    await page.locator('tbody tr').nth(49).waitFor();
    const shown = await page.locator('tbody a code').allTextContents();
    await page.getByLabel('Select all of this page').check();
    await page.getByText('50 selected').waitFor();
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.waitForURL(/after=/);
    await expect.poll(async () => page.locator('tbody a code').first().textContent()).toBe(waiting[50]?.['number']);
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    shown.push(...(await page.locator('tbody a code').allTextContents()));
    expect(shown).toEqual(waiting.slice(0, 100).map(({ number }) => number));
    await page.getByRole('link', { name: 'First page' }).click();
    await expect.poll(async () => page.locator('tbody a code').first().textContent()).toBe(shown[0]);
    expect(problems).toEqual([]);
  });

  test('shows nothing of shipments to a key without the scope orders', async () => {
    await createReady();
    const { page } = await openQueue('', { scopes: ['money'] });
    await page.getByText('Your key has no scope “orders”').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Dispatch' }).count()).toBe(0);
  });
});
