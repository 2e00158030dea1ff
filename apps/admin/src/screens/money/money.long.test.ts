import { gatewayFact, mockGateway, type Gateway, type GatewayFact } from '@commerce-core/core';
import { webhookSecret } from '@commerce-core/api/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDisputedOrder, createFailedRefund, createPaidOrder, createReview } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

/** What the gateway knows of payments, by their ids. */
const books = new Map<string, Partial<GatewayFact>[]>();
const captured = { type: 'CAPTURED', amount: 2_000, currency: 'KRW' } as const;

const gateway: Gateway = {
  ...mockGateway([webhookSecret]),
  async retrieve({ id }) {
    const facts = books.get(id);
    if (!facts) throw new Error('the gateway gives no answer');
    return facts.map((fact) => gatewayFact({ type: 'OTHER', paymentId: id, ...fact }));
  },
};

describe.skipIf(chromiumPath === undefined)('the money desk', () => {
  let pages: Pages;
  beforeAll(async () => {
    // Without jobs a refund stays as it was created.
    pages = await openPages({ jobs: false, gateways: [gateway] });
  });
  afterAll(async () => pages?.close());

  const rows = async (sql: string, id: string): Promise<Record<string, unknown>[]> =>
    (await pages.api.database.pool.query(sql, [id])).rows;
  const openDesk = async (search = '', options = {}) => {
    const opened = await pages.openSignedIn(`/admin/money${search}`, options);
    await opened.page.getByRole('heading', { level: 1, name: 'Money' }).waitFor();
    const rowOf = (number: string) => opened.page.getByRole('row').filter({ hasText: number });
    return { ...opened, rowOf };
  };

  test('requests a failed refund again, once for two clicks, for the money that it has shown before', async () => {
    const { orderId, number } = await createFailedRefund(pages.api);
    const { page, rowOf, problems } = await openDesk();
    await rowOf(number).getByRole('button', { name: 'Request again' }).click();
    await expect.poll(async () => page.getByTestId('preview').textContent()).toBe('₩500');
    await page.getByRole('button', { name: 'Refund ₩500' }).dblclick();
    await dialogClosed(page);
    expect(
      await rows('select status, amount::int from commerce.refunds where order_id = $1 order by id', orderId),
    ).toEqual([
      { status: 'FAILED', amount: 500 },
      { status: 'REQUESTED', amount: 500 },
    ]);
    expect(problems).toEqual([]);
  });

  test('refunds nothing when the order has changed since the dialog opened', async () => {
    const { orderId, number } = await createFailedRefund(pages.api);
    const { page, rowOf } = await openDesk('?status=FAILED');
    await rowOf(number).getByRole('button', { name: 'Request again' }).click();
    await page.getByTestId('preview').waitFor();
    await pages.api.commerce.createRefund({ orderId, amount: 300 });
    await page.getByRole('button', { name: 'Refund ₩500' }).click();
    await page.getByText('changed meanwhile').waitFor();
    expect(
      await rows('select amount::int from commerce.refunds where order_id = $1 order by id desc limit 1', orderId),
    ).toEqual([{ amount: 300 }]);
  });

  test('has the gateway asked about a refund, and keeps its part of the desk in the address', async () => {
    const { orderId, paymentId } = await createPaidOrder(pages.api);
    const { id } = await pages.api.commerce.createRefund({ orderId, amount: 700 });
    const { page, problems } = await openDesk();
    await page.getByRole('combobox', { name: 'Status' }).selectOption('REQUESTED');
    await page.waitForURL(/status=REQUESTED/);
    await page.reload();
    const row = page.getByRole('row').filter({ hasText: '₩700' });
    await row.getByRole('button', { name: 'Ask the gateway' }).click();
    await row.getByText('Will be asked').waitFor();
    expect(id).not.toBe('');
    expect(
      await rows(
        `select kind, status from commerce.gateway_calls where payment_id = $1 and kind = 'POLL' and status = 'DUE'`,
        paymentId,
      ),
    ).toEqual([{ kind: 'POLL', status: 'DUE' }]);
    expect(problems).toEqual([]);
  });

  test('shows disputes with the way to their order', async () => {
    const { number } = await createDisputedOrder(pages.api);
    const { page, rowOf, problems } = await openDesk();
    await page.getByRole('link', { name: 'Disputes' }).click();
    const current = page.getByRole('navigation', { name: 'Money' }).locator('[aria-current=page]');
    await expect.poll(async () => current.allTextContents()).toEqual(['Disputes']);
    await rowOf(number).getByText('₩500').waitFor();
    await page.getByRole('link', { name: number }).click();
    await page.getByRole('heading', { name: `Order ${number}` }).waitFor();
    expect(problems).toEqual([]);
  });

  test('accepts a payment of another amount, and captures money that is only authorized', async () => {
    const review = await createReview(pages.api);
    const authorized = await createPaidOrder(pages.api, { type: 'AUTHORIZED' });
    const { page, rowOf, problems } = await openDesk('?tab=payments');
    await rowOf(review.number).getByRole('button', { name: 'Accept amount' }).click();
    await expect
      .poll(async () => rows('select status, amount::int from commerce.payments where id = $1', review.paymentId))
      .toEqual([{ status: 'CAPTURED', amount: 1_500 }]);
    await rowOf(authorized.number).getByRole('button', { name: 'Capture' }).click();
    await page.getByRole('dialog').getByText('₩2,000').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Capture' }).click();
    await expect
      .poll(async () =>
        rows(
          `select kind from commerce.gateway_calls where payment_id = $1 and kind = 'CAPTURE'`,
          authorized.paymentId,
        ),
      )
      .toEqual([{ kind: 'CAPTURE' }]);
    expect(problems).toEqual([]);
  });

  test('shows both books side by side, what differs and what to do, and asks the gateway when told to', async () => {
    const same = await createPaidOrder(pages.api);
    const other = await createPaidOrder(pages.api);
    const silent = await createPaidOrder(pages.api);
    books.set(same.paymentId, [captured]);
    const refund = { type: 'REFUNDED', amount: 400, currency: 'KRW', gatewayObjectId: 're_dashboard' } as const;
    books.set(other.paymentId, [captured, refund]);
    const { page, problems } = await openDesk('?tab=reconcile');
    expect(await page.getByTestId('counts').count()).toBe(0);
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByTestId('counts').waitFor();
    const item = (number: string) => page.getByRole('listitem').filter({ hasText: number });
    await item(other.number).getByText("Made in the gateway's dashboard").waitFor();
    expect(
      await item(other.number)
        .getByRole('row', { name: /^Refunded/ })
        .textContent(),
    ).toBe('Refunded₩0₩400');
    expect(
      await item(other.number)
        .getByRole('row', { name: /^Refund ashboard/ })
        .textContent(),
    ).toContain('Not thereSucceeded ₩400');
    await item(silent.number).getByText('The gateway gave no answer.').waitFor();
    expect(await item(same.number).count()).toBe(0);
    await page.getByLabel('Show those that agree, too').check();
    await item(same.number).getByText('Agrees').waitFor();
    await item(other.number).getByRole('button', { name: 'Ask the gateway' }).click();
    await item(other.number).getByText('Will be asked').waitFor();
    expect(
      await rows(`select status from commerce.gateway_calls where payment_id = $1 and kind = 'POLL'`, other.paymentId),
    ).toEqual([{ status: 'DUE' }]);
    books.set(other.paymentId, [captured]);
    await page.getByRole('button', { name: 'Compare again' }).click();
    await item(other.number).getByText('Agrees').waitFor();
    expect(problems).toEqual([]);
  });

  test('compares the payments of the days and the gateway in the address', async () => {
    const { page, problems } = await openDesk('?tab=reconcile&since=2026-01-02&until=2026-01-03', {
      timezoneId: 'Asia/Seoul',
    });
    await page.getByLabel('Gateway').fill('mock');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('0 compared').waitFor();
    expect(await page.getByText('npx commerce').textContent()).toBe(
      'npx commerce payments reconcile --provider mock ' +
        '--since 2026-01-01T15:00:00.000Z --until 2026-01-03T15:00:00.000Z',
    );
    expect(problems).toEqual([]);
  });

  test('shows nothing of it to a key without the scope money', async () => {
    const { page, sent, problems } = await openDesk('', { scopes: ['orders'] });
    await page.getByText('This desk needs a key with the scope money.').waitFor();
    expect(await page.getByRole('button', { name: 'Request again' }).count()).toBe(0);
    expect(sent).toEqual([]);
    expect(problems).toEqual([]);
  });
});
