import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDisputedOrder, createFailedRefund } from '../../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the screen of what waits for a person', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages({ jobs: false });
  });
  afterAll(async () => pages?.close());

  const rows = async (sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await pages.api.database.pool.query(sql, values)).rows;
  const open = async () => {
    const opened = await pages.openSignedIn('/admin');
    await opened.page.getByRole('heading', { name: 'Attention' }).waitFor();
    return opened;
  };

  test('has orders by their reason, with the action for it one click away', async () => {
    const failed = await createFailedRefund(pages.api);
    const disputed = await createDisputedOrder(pages.api);
    const { page, problems } = await open();
    const disputes = page.getByRole('region', { name: 'A payment is disputed' });
    await expect
      .poll(async () => disputes.getByRole('listitem').allTextContents())
      .toEqual([expect.stringContaining(disputed.number)]);
    const refunds = page.getByRole('region', { name: 'A refund failed' });
    expect(await refunds.textContent()).toContain('request it again');
    await refunds
      .getByRole('listitem')
      .filter({ hasText: failed.number })
      .getByRole('link', { name: 'Refund' })
      .click();
    await page.getByRole('button', { name: 'Refund ₩2,000' }).click();
    await page.getByText('refund.requested').nth(1).waitFor();
    expect(
      await rows(
        'select amount::int as amount, status from commerce.refunds where order_id = $1 order by id',
        failed.orderId,
      ),
    ).toEqual([
      { amount: 500, status: 'FAILED' },
      { amount: 2_000, status: 'REQUESTED' },
    ]);
    expect(new URL(page.url()).search).toBe('');
    expect(problems).toEqual([]);
  });

  test.each([
    ['Accept amount', 'PAID', false],
    ['Send back', 'PAYMENT_FAILED', true],
  ])('has payments in review: %s', async (action, orderStatus, surplus) => {
    const { api } = pages;
    const productId = await api.createProduct();
    const lines = [{ productId, quantity: 1 }];
    const { id: orderId, number } = await api.commerce.placeOrder({ customerId: 'ana', lines });
    const { id: paymentId } = await api.commerce.createPayment({ orderId, provider: 'mock' });
    await api.sendWebhook({ type: 'AUTHORIZED', paymentId, amount: 900, currency: 'KRW' });
    const { page, problems } = await open();
    const review = page
      .getByRole('region', { name: 'Payments in review' })
      .getByRole('listitem')
      .filter({ hasText: number });
    await expect.poll(async () => review.textContent()).toMatch(/₩1,000.*₩900/);
    await review.getByRole('button', { name: action }).click();
    await expect
      .poll(async () => rows('select status, surplus from commerce.payments where id = $1', paymentId))
      .toEqual([{ status: 'AUTHORIZED', surplus }]);
    expect(await rows('select status from commerce.orders where id = $1', orderId)).toEqual([{ status: orderStatus }]);
    expect(problems).toEqual([]);
  });

  test.each([
    ['Try again', 'RECEIVED'],
    ['Dismiss', 'DISMISSED'],
  ])('has messages of gateways that were parked: %s', async (action, outcome) => {
    const paymentId = randomUUID();
    await pages.api.sendWebhook({ type: 'CAPTURED', paymentId, amount: 900, currency: 'KRW' });
    await pages.api.database.pool.query(
      `update commerce.gateway_events set outcome = 'PARKED', due_at = null, decided_at = now() where payment_id = $1`,
      [paymentId],
    );
    const { page, problems } = await open();
    const messages = page.getByRole('region', { name: 'Messages of gateways that could not be applied' });
    await messages.getByRole('button', { name: action }).first().click();
    await expect
      .poll(async () => rows('select outcome from commerce.gateway_events where payment_id = $1', paymentId))
      .toEqual([{ outcome }]);
    expect(problems).toEqual([]);
  });

  test('has webhook endpoints that were disabled, and resumes them', async () => {
    const { id } = await pages.api.commerce.createWebhookEndpoint({ url: 'https://merchant.example/events' });
    await pages.api.database.pool.query(
      `update commerce.webhook_endpoints set status = 'DISABLED', disabled_reason = 'gone' where id = $1`,
      [id],
    );
    const { page, problems } = await open();
    const endpoints = page.getByRole('region', { name: 'Webhook endpoints that get nothing' });
    await expect.poll(async () => endpoints.textContent()).toContain('https://merchant.example/events');
    await endpoints.getByRole('button', { name: 'Resume' }).click();
    await expect
      .poll(async () => rows('select status from commerce.webhook_endpoints where id = $1', id))
      .toEqual([{ status: 'ACTIVE' }]);
    await expect.poll(async () => endpoints.count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
