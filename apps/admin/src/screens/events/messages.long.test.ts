import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('messages of payment gateways', () => {
  let pages: Pages;
  beforeAll(async () => {
    // Without jobs, a message stays as it came.
    pages = await openPages({ jobs: false });
    await createPaidOrder(pages.api);
  });
  afterAll(async () => pages?.close());

  /** Sends a message of a payment that the shop does not have, and has the shop give it up. */
  const createParked = async (): Promise<string> => {
    const paymentId = crypto.randomUUID();
    await pages.api.sendWebhook({ type: 'CAPTURED', paymentId, amount: 500, currency: 'KRW' });
    const { rows } = await pages.api.database.pool.query<{ id: string }>(
      `update commerce.gateway_events set outcome = 'PARKED', due_at = null, decided_at = now() where payment_id = $1
       returning id`,
      [paymentId],
    );
    return rows[0]?.id ?? '';
  };
  const outcomeOf = async (gatewayEventId: string) =>
    (await pages.api.commerce.getGatewayEvent({ gatewayEventId })).outcome;

  test('are filtered by their outcome, and shown with their bodies as they came', async () => {
    await createParked();
    const { page, problems } = await pages.openSignedIn('/admin/events?tab=messages');
    await page.getByRole('link', { name: 'Applied' }).click();
    await page.waitForURL(/outcome=APPLIED/);
    await page.getByRole('row').filter({ hasText: '₩2,000' }).waitFor();
    expect(await page.getByRole('row').filter({ hasText: '₩500' }).count()).toBe(0);
    await page.getByRole('button', { name: 'CAPTURED' }).first().click();
    await page.getByRole('dialog').locator('pre').filter({ hasText: '"amount": 2000' }).waitFor();
    expect(problems).toEqual([]);
  });

  test.each([
    ['Try again', 'RECEIVED'],
    ['Dismiss', 'DISMISSED'],
  ])('that were given up have the action %s, which runs once by two clicks', async (name, outcome) => {
    const id = await createParked();
    const { page, sent, problems } = await pages.openSignedIn('/admin/events?tab=messages&outcome=PARKED');
    await page.getByRole('button', { name }).first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByText('npx commerce').textContent()).toContain(id);
    await dialog.getByRole('button', { name }).dblclick();
    await expect.poll(async () => outcomeOf(id)).toBe(outcome);
    await expect.poll(async () => dialog.count()).toBe(0);
    expect(sent.filter((path) => path.startsWith('gatewayEvent.'))).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  test('are not shown to a key without their scope', async () => {
    const { page } = await pages.openSignedIn('/admin/events?tab=messages', { scopes: ['events'] });
    await page.getByText('Your key has no scope “gateway-events”').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
  });
});
