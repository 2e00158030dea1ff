import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDisputedOrder, createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the screen of an order', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  });
  afterAll(async () => pages?.close());

  const rows = async (sql: string, orderId: string): Promise<Record<string, unknown>[]> =>
    (await pages.api.database.pool.query(sql, [orderId])).rows;
  const refundsOf = async (orderId: string) =>
    rows('select amount::int, reason from commerce.refunds where order_id = $1 order by id', orderId);
  const openOrder = async (orderId: string, path = '') => {
    const opened = await pages.openSignedIn(`/admin/orders/${orderId}${path}`);
    await opened.page.getByText('payment.captured').or(opened.page.getByText('payment.authorized')).first().waitFor();
    return opened;
  };

  test('refunds units for the money that it has shown before, and the history has the operator', async () => {
    const { orderId } = await createPaidOrder(pages.api, { quantity: 3 });
    const { page, problems } = await openOrder(orderId);
    await page.getByRole('button', { name: 'Refund' }).click();
    await page.getByLabel('Units of lines').check();
    await page.getByLabel(/Units of A thing/).fill('2');
    await expect.poll(async () => page.getByTestId('preview').textContent()).toBe('₩2,000');
    expect(await page.getByRole('dialog').textContent()).toContain(`refunds create ${orderId} --line 1:2`);
    await page.getByRole('button', { name: 'Refund ₩2,000' }).click();
    await page.getByText('refund.succeeded').waitFor();
    await dialogClosed(page);
    expect(await refundsOf(orderId)).toEqual([{ amount: 2_000, reason: 'requested' }]);
    expect(await page.getByRole('listitem').filter({ hasText: 'refund.requested' }).textContent()).toContain('by Kim');
    expect(problems).toEqual([]);
  });

  test('refunds an amount, refuses one that is none, and shows why the server refuses another', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await openOrder(orderId);
    await page.getByRole('button', { name: 'Refund' }).click();
    await page.getByLabel('An amount').check();
    const submit = page.getByRole('dialog').getByRole('button', { name: /^Refund/ });
    await page.getByLabel('Amount in KRW').fill('12.5');
    expect(await submit.isDisabled()).toBe(true);
    await page.getByLabel('Amount in KRW').fill('9000');
    await page
      .getByText(/refund/i)
      .filter({ hasText: '2000' })
      .or(page.getByText(/exceed|more than/))
      .first()
      .waitFor();
    expect(await submit.isDisabled()).toBe(true);
    await page.getByLabel('Amount in KRW').fill('700');
    await page.getByRole('button', { name: 'Refund ₩700' }).click();
    await page.getByText('refund.succeeded').waitFor();
    expect(await refundsOf(orderId)).toEqual([{ amount: 700, reason: 'requested' }]);
    expect(problems).toEqual([]);
  });

  test('says in an open dialog that the order changed by another operator’s refund, and sends nothing', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, sent } = await openOrder(orderId);
    await page.getByRole('button', { name: 'Refund' }).click();
    await page.getByRole('button', { name: 'Refund ₩2,000' }).waitFor();
    await pages.api.commerce.createRefund({ orderId, amount: 300 });
    await expect
      .poll(async () => page.getByRole('alert').allTextContents())
      .toContainEqual(expect.stringMatching(/changed meanwhile/));
    const submit = page.getByRole('dialog').getByRole('button', { name: /^Refund/ });
    expect(await submit.isDisabled()).toBe(true);
    await page
      .getByRole('dialog')
      .locator('form')
      .evaluate((form) => (form as HTMLFormElement).requestSubmit());
    expect(sent).toEqual([]);
    expect(await refundsOf(orderId)).toEqual([{ amount: 300, reason: 'requested' }]);
  });

  test('sends nothing that the server would take for a changed order, also when its stream is broken', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page } = await openOrder(orderId);
    // Neither the stream nor a query tells the page of the change.
    await page.context().route(/order\.watch|order\.get/, async (route) => route.abort());
    await page.getByRole('button', { name: 'Refund' }).click();
    const submit = page.getByRole('button', { name: 'Refund ₩2,000' });
    await submit.waitFor();
    await page.context().route(/refund\.preview/, async (route) => route.abort());
    await pages.api.commerce.createRefund({ orderId, amount: 300 });
    await submit.click().catch(() => {});
    await expect
      .poll(async () => page.getByRole('alert').allTextContents())
      .toContainEqual(expect.stringMatching(/changed meanwhile/));
    expect(await refundsOf(orderId)).toEqual([{ amount: 300, reason: 'requested' }]);
  });

  test('makes one refund of two clicks, and of a request that the network sends twice', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page } = await openOrder(orderId);
    // The first answer is lost, so the client sends the same request again.
    let lost = 0;
    await page.route('**/trpc/refund.create', async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: 'Refund' }).click();
    await page.getByRole('button', { name: 'Refund ₩2,000' }).dblclick();
    await page.getByText('refund.succeeded').waitFor();
    // The stream may have shown the refund before the request was sent again.
    await expect.poll(() => lost).toBe(2);
    expect(await refundsOf(orderId)).toEqual([{ amount: 2_000, reason: 'requested' }]);
  });

  test('shows after a reload in the middle what has become of a refund', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await openOrder(orderId, '?do=refund');
    const submit = page.getByRole('button', { name: 'Refund ₩2,000' });
    await submit.waitFor();
    const requested = page.waitForRequest('**/trpc/refund.create');
    await submit.click();
    await requested;
    await page.reload();
    await expect.poll(async () => (await refundsOf(orderId)).length).toBe(1);
    await page.getByText('refund.succeeded').waitFor();
    expect(await refundsOf(orderId)).toEqual([{ amount: 2_000, reason: 'requested' }]);
    expect(problems).toEqual([]);
  });

  test('cancels an order and says before what goes back', async () => {
    const { orderId, productId } = await createPaidOrder(pages.api);
    const { page, problems } = await openOrder(orderId);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain('₩2,000 go back to the shopper');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel order' }).click();
    await page.getByText('order.canceled').waitFor();
    expect(await rows('select status from commerce.orders where id = $1', orderId)).toEqual([{ status: 'CANCELED' }]);
    expect(await refundsOf(orderId)).toEqual([{ amount: 2_000, reason: 'order_canceled' }]);
    expect(await pages.api.readStock(productId)).toEqual([100, 0]);
    expect(await page.getByRole('button', { name: 'Cancel order' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('dispatches a shipment in two parcels', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await openOrder(orderId);
    await page.getByRole('button', { name: 'Dispatch' }).click();
    await page.getByLabel('Carrier').fill('Demo Post');
    await page.getByLabel('Tracking number').fill(`A-${orderId}`);
    await page.getByRole('button', { name: 'One more parcel' }).click();
    await page.getByLabel('Tracking number').last().fill(`B-${orderId}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Dispatch' }).click();
    await page.getByText('shipment.dispatched').waitFor();
    expect(
      await rows('select carrier, tracking_number from commerce.parcels where order_id = $1 order by id', orderId),
    ).toEqual([
      { carrier: 'Demo Post', tracking_number: `A-${orderId}` },
      { carrier: 'Demo Post', tracking_number: `B-${orderId}` },
    ]);
    expect(problems).toEqual([]);
  });

  test('captures an authorized payment', async () => {
    const { orderId } = await createPaidOrder(pages.api, { type: 'AUTHORIZED' });
    const { page, problems } = await openOrder(orderId);
    await page.getByRole('button', { name: 'Capture' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain('₩2,000');
    await page.getByRole('dialog').getByRole('button', { name: 'Capture' }).click();
    await page.getByText('payment.captured').waitFor();
    expect(
      await rows('select captured_amount::int as captured from commerce.payments where order_id = $1', orderId),
    ).toEqual([{ captured: 2_000 }]);
    expect(problems).toEqual([]);
  });

  test('keeps a note with the name of its author, once for a click', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await openOrder(orderId);
    await page.getByLabel('Note for operators').fill('Ana is home after six.');
    await page.getByRole('button', { name: 'Add note' }).dblclick();
    const noted = page.getByRole('listitem').filter({ hasText: 'order.noted' });
    await noted.waitFor();
    expect(await noted.textContent()).toMatch(/by Kim.*Ana is home after six\./);
    expect(await rows('select text from commerce.order_notes where order_id = $1', orderId)).toEqual([
      { text: 'Ana is home after six.' },
    ]);
    expect(problems).toEqual([]);
  });

  test('clears the attention of an order whose payment is disputed', async () => {
    const { orderId } = await createDisputedOrder(pages.api);
    const { page, problems } = await openOrder(orderId);
    await page.getByText('A payment is disputed').waitFor();
    await page.getByRole('button', { name: 'Clear attention' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear attention' }).click();
    await page.getByText('order.attention_cleared').waitFor();
    expect(await rows('select needs_attention as reason from commerce.orders where id = $1', orderId)).toEqual([
      { reason: null },
    ]);
    expect(problems).toEqual([]);
  });

  test('shows a change of another operator at once, without a reload', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await openOrder(orderId);
    await pages.api.commerce.noteOrder({ orderId, text: 'written elsewhere' });
    await page.getByText('written elsewhere').waitFor();
    expect(problems).toEqual([]);
  });

  test('of an order that does not exist says so', async () => {
    const { page } = await pages.openSignedIn('/admin/orders/0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90');
    await expect.poll(async () => page.getByRole('heading').textContent()).toBe('There is no such order.');
  });
});
