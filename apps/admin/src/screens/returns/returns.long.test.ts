import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the returns desk', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  });
  afterAll(async () => pages?.close());

  const rows = async (sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await pages.api.database.pool.query(sql, values)).rows;
  const statusOf = async (returnId: string) =>
    (await rows('select status from commerce.returns where id = $1', returnId))[0]?.['status'];
  const unitsOf = async (returnId: string) =>
    rows(
      `select requested_qty as requested, restocked_qty as restocked, written_off_qty as "writtenOff",
        missing_qty as missing,
        replaced_qty as replaced from commerce.return_lines where return_id = $1`,
      returnId,
    );
  const refundsOf = async (orderId: string) =>
    rows('select amount::int, return_id as "returnId" from commerce.refunds where order_id = $1', orderId);

  /** An order of three units that was delivered. */
  const createDelivered = async () => {
    const order = await createPaidOrder(pages.api, { quantity: 3 });
    const [shipment] = await pages.api.commerce.listShipments({ orderId: order.orderId });
    const shipmentId = shipment?.id ?? '';
    await pages.api.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: shipmentId });
    await pages.api.commerce.deliverShipment({ shipmentId });
    return order;
  };
  const createRequested = async (goods: 'EXPECTED' | 'KEPT' = 'EXPECTED') => {
    const order = await createDelivered();
    const { id: returnId } = await pages.api.commerce.requestReturn({
      orderId: order.orderId,
      lines: [{ lineNo: 1, quantity: 2 }],
      goods,
      reason: 'too small',
    });
    return { ...order, returnId };
  };
  const createReceived = async () => {
    const order = await createRequested();
    await pages.api.commerce.approveReturn({ returnId: order.returnId });
    await pages.api.commerce.receiveReturn({ returnId: order.returnId, lines: [{ lineNo: 1, restockQty: 2 }] });
    return order;
  };
  const openReturn = async (returnId: string, options = {}) => {
    const opened = await pages.openSignedIn(`/admin/returns/${returnId}`, options);
    await opened.page.getByRole('heading', { name: 'Return of order' }).waitFor();
    const act = async (name: string) => {
      await opened.page.getByRole('group', { name: 'Actions' }).getByRole('button', { name, exact: true }).click();
      return opened.page.getByRole('dialog');
    };
    return { ...opened, act };
  };

  test('opens a return for an order by its number, of units that have left only', async () => {
    const { orderId, number } = await createDelivered();
    const { page, problems } = await pages.openSignedIn('/admin/returns');
    await page.getByRole('link', { name: 'Open a return' }).click();
    await page.getByLabel('Order number, id or reference').fill(number.toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByLabel('Units of A thing (of 3)').fill('9');
    expect(await page.getByLabel('Units of A thing (of 3)').inputValue()).toBe('3');
    await page.getByLabel('Units of A thing (of 3)').fill('2');
    await page.getByLabel('Whose fault').selectOption('SHOP');
    await page.getByLabel('Reason').fill('broken');
    await page.getByRole('button', { name: 'Open the return' }).dblclick();
    await page.waitForURL(/returns\/[\da-f-]{36}$/);
    expect(await rows('select status, fault, reason from commerce.returns where order_id = $1', orderId)).toEqual([
      { status: 'REQUESTED', fault: 'SHOP', reason: 'broken' },
    ]);
    await page.goto(`/admin/returns/new?order=${number}`);
    await page.getByLabel('Units of A thing (of 1)').waitFor();
    expect(problems).toEqual([]);
  });

  test('approves with a label and another fault, and declines with a reason', async () => {
    const [one, other] = [await createRequested(), await createRequested()];
    const { page, act, problems } = await openReturn(one.returnId);
    const dialog = await act('Approve');
    await page.getByLabel('Whose fault').selectOption('CARRIER');
    await page.getByLabel('Return label: Carrier').fill('DHL');
    expect(await dialog.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await page.getByLabel('Return label: Tracking number').fill('4713');
    await dialog.getByRole('button', { name: 'Approve' }).dblclick();
    await expect.poll(async () => statusOf(one.returnId)).toBe('APPROVED');
    expect(
      await rows('select fault, carrier, tracking_number from commerce.returns where id = $1', one.returnId),
    ).toEqual([{ fault: 'CARRIER', carrier: 'DHL', tracking_number: '4713' }]);
    await page.goto(`/admin/returns/${other.returnId}`);
    const declining = await act('Decline');
    await page.getByLabel('Why, for the customer').fill('was worn');
    await declining.getByRole('button', { name: 'Decline' }).click();
    await dialogClosed(page);
    await page.getByText('was worn').waitFor();
    expect(await statusOf(other.returnId)).toBe('DECLINED');
    expect(problems).toEqual([]);
  });

  test('approves all that are selected, by the keyboard alone', async () => {
    await createRequested();
    await createRequested();
    const { page, problems } = await pages.openSignedIn('/admin/returns');
    await page.locator('tbody tr').nth(1).waitFor();
    const numbers = (await page.locator('tbody a code').allTextContents()).slice(0, 2);
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Approve selected' }).click();
    const approved = async () =>
      rows(
        `select r.status from commerce.returns r join commerce.orders o on o.id = r.order_id where o.number = any($1)`,
        numbers,
      );
    await expect.poll(approved).toEqual([{ status: 'APPROVED' }, { status: 'APPROVED' }]);
    await page.getByText('left this list').first().waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Return of order ${numbers[0]}` }).waitFor();
    expect(problems).toEqual([]);
  });

  test('receives units by their condition in two steps, and refunds what came less a fee', async () => {
    const { orderId, returnId, productId } = await createRequested();
    await pages.api.commerce.approveReturn({ returnId });
    const { page, act, problems } = await openReturn(returnId);
    const receive = async (label: string, units: string) => {
      const dialog = await act('Receive');
      await page.getByLabel(label, { exact: true }).fill(units);
      await dialog.getByRole('button', { name: 'Receive' }).dblclick();
      await dialogClosed(page);
    };
    await receive('For sale again', '1');
    expect(await unitsOf(returnId)).toEqual([{ requested: 2, restocked: 1, writtenOff: 0, missing: 0, replaced: 0 }]);
    expect(await pages.api.readStock(productId)).toEqual([98, 0]);
    await receive('Not for sale again', '1');
    await expect
      .poll(async () => unitsOf(returnId))
      .toEqual([{ requested: 2, restocked: 1, writtenOff: 1, missing: 0, replaced: 0 }]);
    await expect.poll(async () => page.getByRole('button', { name: 'Receive' }).count()).toBe(0);
    await expect.poll(async () => page.getByTestId('preview').first().textContent()).toBe('₩2,000');
    const dialog = await act('Refund');
    await dialog.getByRole('button', { name: 'Refund ₩2,000' }).waitFor();
    await page.getByRole('button', { name: 'Keep a fee back' }).click();
    await page.getByLabel('What the fee is for').fill('Label');
    await page.getByLabel('Amount in KRW').fill('490');
    await dialog.getByRole('button', { name: 'Refund ₩1,510' }).dblclick();
    await expect.poll(async () => refundsOf(orderId)).toEqual([{ amount: 1_510, returnId }]);
    await page.getByText('Nothing goes back now').waitFor();
    await (await act('Close return')).getByRole('button', { name: 'Close return' }).click();
    await expect.poll(async () => statusOf(returnId)).toBe('CLOSED');
    expect(problems).toEqual([]);
  });

  test('says that the order changed while another operator refunds the return, and sends nothing', async () => {
    const { orderId, returnId } = await createReceived();
    const { page, act, sent } = await openReturn(returnId);
    const dialog = await act('Refund');
    await dialog.getByRole('button', { name: 'Refund ₩2,000' }).waitFor();
    await pages.api.commerce.createRefund({ orderId, amount: 300 });
    await page.getByRole('alert').filter({ hasText: 'changed meanwhile' }).waitFor();
    expect(await dialog.locator('button[type=submit]').isDisabled()).toBe(true);
    expect(sent).toEqual([]);
    expect(await refundsOf(orderId)).toEqual([{ amount: 300, returnId: null }]);
  });

  test('replaces units in a shipment of their own, and cancels it again', async () => {
    const { orderId, returnId } = await createReceived();
    const { page, act, problems } = await openReturn(returnId);
    const dialog = await act('Replace');
    await page.getByLabel('Units of A thing (of 2)').fill('1');
    await dialog.getByRole('button', { name: 'Replace' }).dblclick();
    await page.getByRole('button', { name: 'Cancel replacement' }).waitFor();
    const replacements = async () =>
      rows('select status from commerce.shipments where order_id = $1 and return_id = $2', orderId, returnId);
    expect(await replacements()).toEqual([{ status: 'READY' }]);
    await page.getByRole('button', { name: 'Cancel replacement' }).click();
    await page.getByRole('dialog').locator('button[type=submit]').click();
    await expect.poll(replacements).toEqual([{ status: 'CANCELED' }]);
    expect(problems).toEqual([]);
  });

  const openExchange = async (returnId: string) => {
    const { sku } = await pages.api.commerce.getProduct({ productId: await pages.api.createProduct({ quantity: 10 }) });
    const opened = await openReturn(returnId);
    const dialog = await opened.act('Exchange');
    await opened.page.getByLabel('Find a product by name or SKU').fill(sku);
    await dialog.getByRole('button', { name: sku }).click();
    const pays = dialog.getByRole('group', { name: 'Units that pay' }).getByLabel('Units of A thing (of 2)');
    const costs = async (money: string) => dialog.getByTestId('preview').filter({ hasText: money }).waitFor();
    return { ...opened, dialog, pays, costs, sku };
  };
  const creditsOf = async (returnId: string) =>
    rows('select amount::int, status from commerce.return_credits where return_id = $1', returnId);

  test('exchanges for another product, with what is left to pay', async () => {
    const { returnId } = await createReceived();
    const { page, dialog, costs, problems } = await openExchange(returnId);
    await dialog.getByLabel('Units of A thing', { exact: true }).fill('3');
    await costs('₩1,000');
    await dialog.getByRole('button', { name: 'Exchange' }).dblclick();
    await page.getByText('Orders that this return pays for').waitFor();
    expect(await creditsOf(returnId)).toEqual([{ amount: 2_000, status: 'RESERVED' }]);
    expect(problems).toEqual([]);
  });

  test('exchanges one of two units less a fee, and the other one stays refundable', async () => {
    const { orderId, returnId } = await createReceived();
    const { page, act, dialog, pays, costs, sku, problems } = await openExchange(returnId);
    expect(await pays.inputValue()).toBe('2');
    await costs('₩1,000');
    await pays.fill('0');
    expect(await dialog.locator('button[type=submit]').isDisabled()).toBe(true);
    await pays.fill('1');
    await costs('₩0');
    await page.getByRole('button', { name: 'Keep a fee back' }).click();
    await page.getByLabel('What the fee is for').fill('Label');
    await page.getByLabel('Amount in KRW').fill('100');
    await costs('₩100');
    await dialog.getByText(`returns exchange ${returnId} ${sku}=1 --line 1:1 --fee Label:100`).waitFor();
    await dialog.getByRole('button', { name: 'Exchange' }).dblclick();
    await dialogClosed(page);
    expect(await creditsOf(returnId)).toEqual([{ amount: 900, status: 'RESERVED' }]);
    await (await act('Refund')).getByRole('button', { name: 'Refund ₩1,000' }).click();
    await expect.poll(async () => refundsOf(orderId)).toEqual([{ amount: 1_000, returnId }]);
    expect(problems).toEqual([]);
  });

  test('settles goods that the customer keeps without a receipt', async () => {
    const { orderId, returnId } = await createRequested('KEPT');
    const { page, act } = await openReturn(returnId);
    await (await act('Approve')).getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Refund' }).waitFor();
    expect(await page.getByRole('button', { name: 'Receive' }).count()).toBe(0);
    await (await act('Refund')).getByRole('button', { name: 'Refund ₩2,000' }).click();
    await expect.poll(async () => refundsOf(orderId)).toEqual([{ amount: 2_000, returnId }]);
  });

  test('shows no money and no refund to a key without the scope money', async () => {
    const { returnId } = await createReceived();
    const { page, problems } = await openReturn(returnId, { scopes: ['orders'] });
    await page.getByRole('button', { name: 'Replace' }).waitFor();
    expect(await page.getByRole('button', { name: /Refund|Exchange/ }).count()).toBe(0);
    expect(await page.getByTestId('preview').count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
