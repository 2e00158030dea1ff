import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';
import { openReceiver, type Receiver } from '../../testing/receiver.ts';

describe.skipIf(chromiumPath === undefined)('webhook endpoints', () => {
  let pages: Pages;
  let receiver: Receiver;
  beforeAll(async () => {
    [pages, receiver] = await Promise.all([openPages(), openReceiver()]);
  });
  afterAll(async () => {
    await pages?.close();
    await receiver?.close();
  });
  beforeEach(() => receiver.answer(200));

  const createEndpoint = async () => pages.api.commerce.createWebhookEndpoint({ url: receiver.url });
  const openEndpoint = async (endpointId: string) => {
    const opened = await pages.openSignedIn(`/admin/events?tab=endpoints&endpoint=${endpointId}`);
    await opened.page.getByRole('button', { name: 'Send a test event' }).waitFor();
    return opened;
  };
  const rowOf = async (endpointId: string) => pages.api.commerce.getWebhookEndpoint({ endpointId });

  test('are created once by two clicks, and the secret is shown once', async () => {
    const { page, sent, problems } = await pages.openSignedIn('/admin/events?tab=endpoints');
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByLabel('Types of events').selectOption(['order.paid', 'order.canceled']);
    expect(await page.getByRole('dialog').getByText('npx commerce').textContent()).toBe(
      `npx commerce webhooks create ${receiver.url} --types order.paid,order.canceled`,
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Create endpoint' }).dblclick();
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByText('order.paid, order.canceled').waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(sent.filter((path) => path === 'webhookEndpoint.create')).toHaveLength(1);
    expect((await pages.api.commerce.listWebhookEndpoints()).items).toMatchObject([
      { url: receiver.url, types: ['order.paid', 'order.canceled'], status: 'ACTIVE' },
    ]);
    expect(problems).toEqual([]);
  });

  test('show why the server refuses one, and keep what was typed', async () => {
    const { page } = await pages.openSignedIn('/admin/events?tab=endpoints');
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByLabel('URL').fill('ftp://erp.example/events');
    await page.getByRole('dialog').getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByRole('dialog').getByRole('alert').getByText('https').waitFor();
    expect(await page.getByLabel('URL').inputValue()).toBe('ftp://erp.example/events');
  });

  test('are paused, resumed, changed and deleted', async () => {
    const { id } = await createEndpoint();
    const { page, problems } = await openEndpoint(id);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await rowOf(id)).toMatchObject({ status: 'PAUSED' });
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(await rowOf(id)).toMatchObject({ status: 'ACTIVE' });
    await page.getByRole('button', { name: 'Change settings' }).click();
    await page.getByLabel('What it is for').fill('The warehouse');
    await page.getByLabel('Types of events').selectOption(['order.paid']);
    await page.getByRole('button', { name: 'Save' }).click();
    await dialogClosed(page);
    await page.getByText('The warehouse').waitFor();
    expect(await rowOf(id)).toMatchObject({ description: 'The warehouse', types: ['order.paid'], url: receiver.url });
    await page.getByRole('button', { name: 'Delete endpoint' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete endpoint' }).click();
    await page.getByRole('button', { name: 'Create endpoint' }).waitFor();
    await expect(rowOf(id)).rejects.toMatchObject({ code: 'webhook_endpoint_not_found' });
    expect(problems).toEqual([]);
  });

  test('get a new secret, which is shown once, while the old one still signs', async () => {
    const { id, secret: old } = await createEndpoint();
    const { page, problems } = await openEndpoint(id);
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    expect(secret).not.toBe(old);
    expect((await rowOf(id)).previousSecretUntil).not.toBeNull();
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.content()).not.toContain(secret);
    expect(problems).toEqual([]);
  });

  test('get a test event, and the page says how the exchange ended', async () => {
    const { id } = await createEndpoint();
    const { page, problems } = await openEndpoint(id);
    await page.getByRole('button', { name: 'Send a test event' }).click();
    await page.getByText(/^Delivered: 200/).waitFor();
    expect(receiver.bodies.some((body) => body.includes('endpoint.test'))).toBe(true);
    receiver.answer(503);
    await page.getByRole('button', { name: 'Send a test event' }).click();
    await page.getByText(/^Not delivered: /).waitFor();
    expect(problems).toEqual([]);
  });

  test('show their deliveries, and deliver one event again', async () => {
    const { id } = await createEndpoint();
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await openEndpoint(id);
    const deliveriesOf = async () =>
      (await pages.api.commerce.listDeliveries({ endpointId: id })).items.filter(
        ({ type, aggregateId }) => type === 'order.paid' && aggregateId === orderId,
      );
    await expect.poll(async () => (await deliveriesOf()).length, { timeout: 30_000 }).toBe(1);
    await page.getByRole('link', { name: 'Delivered' }).click();
    await page.waitForURL(/delivery=DELIVERED/);
    await page.getByRole('button', { name: 'order.paid' }).click();
    await page.getByRole('dialog').getByText('answer 200').waitFor();
    await page.getByRole('button', { name: 'Deliver again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deliver again' }).click();
    await expect.poll(async () => (await deliveriesOf()).length, { timeout: 30_000 }).toBe(2);
    expect(problems).toEqual([]);
  });

  test('deliver all that were given up again', async () => {
    const { id } = await createEndpoint();
    receiver.answer(500);
    await createPaidOrder(pages.api);
    await expect.poll(async () => (await rowOf(id)).retrying, { timeout: 30_000 }).toBeGreaterThan(0);
    await pages.api.commerce.pauseWebhookEndpoint({ endpointId: id });
    await pages.api.database.pool.query(
      `update commerce.webhook_deliveries set status = 'PARKED', due_at = null, holds = false where endpoint_id = $1`,
      [id],
    );
    const { parked } = await rowOf(id);
    const { page, problems } = await openEndpoint(id);
    receiver.answer(200);
    await pages.api.commerce.resumeWebhookEndpoint({ endpointId: id });
    await page.getByRole('button', { name: `Deliver ${parked} given-up again` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deliver again' }).click();
    await expect.poll(async () => rowOf(id), { timeout: 30_000 }).toMatchObject({ parked: 0, retrying: 0 });
    expect(problems).toEqual([]);
  });
});
