import type { RouterOutputs } from '@commerce-core/client';
import type { BookEntry } from '@commerce-core/gateway-simulator';
import { expect, test } from 'vitest';
import type { World } from './world.testing.ts';

type Refund = RouterOutputs['refund']['list']['items'][number];
type Payment = RouterOutputs['payment']['listAll']['items'][number];
/** The money that is left of a payment, in minor units, and the refunds of captured money. */
type Line = { kept: number; refunds: string[] };

/** Adds the file's last test: its cases have broken no invariant, and both books agree. */
export function testThatBooksAgree(world: World): void {
  test('in the end the doctor finds nothing, and shop and gateways agree on all payments and refunds', async () => {
    const { operator, callSimulator } = world;
    await world.runUntilIdle();
    expect((await operator.system.doctor.query()).violations).toEqual([]);
    const refunds = await readAll((cursor) => operator.refund.list.query({ limit: 100, ...cursor }));
    const payments = await readAll((cursor) => operator.payment.listAll.query({ limit: 100, ...cursor }));
    const entries = await readAll<BookEntry>((cursor) =>
      callSimulator(`/book?${new URLSearchParams({ limit: '100', ...cursor }).toString()}`),
    );
    const refundsOf = Map.groupBy(
      refunds.filter(({ status }) => status === 'SUCCEEDED'),
      ({ paymentId }) => paymentId,
    );
    // A void of the shop may be a void or refunds at the gateway. Either way no money is left.
    const voids = new Set(refunds.filter(({ kind }) => kind === 'VOID').map(({ id }) => id));

    const gatewayLines = new Map(
      entries
        .filter(({ authorizedAmount }) => authorizedAmount > 0)
        .map((entry) => [entry.paymentId, gatewayLine(entry, voids)]),
    );
    const shopLines = new Map(
      payments.map((payment) => [payment.id, shopLine(payment, refundsOf.get(payment.id) ?? [])]),
    );
    expect(gatewayLines.size).toBeGreaterThan(0);
    const nothing: Line = { kept: 0, refunds: [] };
    for (const [id, line] of shopLines) expect({ id, ...line }).toEqual({ id, ...(gatewayLines.get(id) ?? nothing) });
    expect([...gatewayLines.keys()].filter((id) => !shopLines.has(id))).toEqual([]);
  });
}

function shopLine(payment: Payment, refunds: readonly Refund[]): Line {
  const sent = refunds.filter(({ kind }) => kind === 'REFUND');
  const { status, authorizedAmount, capturedAmount, refundedAmount, reportedAmount } = payment;
  const isVoided = refunds.length > sent.length;
  const receivedAmount =
    status === 'AUTHORIZED' ? authorizedAmount : status === 'CAPTURED' ? capturedAmount : (reportedAmount ?? 0);
  return {
    kept: isVoided ? 0 : receivedAmount - refundedAmount,
    refunds: sent
      .map(({ id, reason, amount, gatewayRefundId }) => `${amount} ${reason === 'gateway' ? gatewayRefundId : id}`)
      .toSorted(),
  };
}

function gatewayLine(
  { authorizedAmount, releasedAmount, refundedAmount, refunds }: BookEntry,
  voids: ReadonlySet<string>,
): Line {
  const sent = refunds.filter(({ status, refundId }) => status === 'SUCCEEDED' && !voids.has(refundId ?? ''));
  return {
    kept: authorizedAmount - releasedAmount - refundedAmount,
    refunds: sent.map(({ id, refundId, amount }) => `${amount} ${refundId ?? id}`).toSorted(),
  };
}

async function readAll<T>(
  page: (cursor: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { items, nextCursor } = await page(cursor === undefined ? {} : { cursor });
    all.push(...items);
    cursor = nextCursor;
  }
  return all;
}
