import type { RouterOutputs } from '@commerce-core/api/client';
import type { BookEntry } from '@commerce-core/gateway-simulator';
import { expect, test } from 'vitest';
import type { World } from './world.testing.ts';

type Refund = RouterOutputs['refund']['list']['items'][number];
type Payment = RouterOutputs['payment']['listAll']['items'][number];
/** What the shop has of a payment's money in the end, in minor units, and the refunds of what was captured. */
type Line = { kept: number; refunds: string[] };

/** The file's last test: nothing that happened in it has broken an invariant, or left the two books apart. */
export function booksMustAgree(world: World): void {
  test('afterwards the doctor is silent, and shop and gateways agree on every payment and refund', async () => {
    const { operator, ask } = world;
    await world.settle();
    expect((await operator.system.doctor.query()).violations).toEqual([]);
    const refunds = await allOf((cursor) => operator.refund.list.query({ limit: 100, ...cursor }));
    const payments = await allOf((cursor) => operator.payment.listAll.query({ limit: 100, ...cursor }));
    const entries = await allOf<BookEntry>((cursor) =>
      ask(`/book?${new URLSearchParams({ limit: '100', ...cursor }).toString()}`),
    );
    const refundsOf = Map.groupBy(
      refunds.filter(({ status }) => status === 'SUCCEEDED'),
      ({ paymentId }) => paymentId,
    );
    // What the shop undid as a whole may have been let go of, or sent back: either way nothing is kept.
    const voids = new Set(refunds.filter(({ kind }) => kind === 'VOID').map(({ id }) => id));

    const theirs = new Map(
      entries
        .filter(({ authorizedAmount }) => authorizedAmount > 0)
        .map((entry) => [entry.paymentId, theirLine(entry, voids)]),
    );
    const ours = new Map(payments.map((payment) => [payment.id, ourLine(payment, refundsOf.get(payment.id) ?? [])]));
    expect(theirs.size).toBeGreaterThan(0);
    const nothing: Line = { kept: 0, refunds: [] };
    for (const [id, line] of ours) expect({ id, ...line }).toEqual({ id, ...(theirs.get(id) ?? nothing) });
    expect([...theirs.keys()].filter((id) => !ours.has(id))).toEqual([]);
  });
}

function ourLine(payment: Payment, refunds: readonly Refund[]): Line {
  const sent = refunds.filter(({ kind }) => kind === 'REFUND');
  const { status, authorizedAmount, capturedAmount, refundedAmount, reportedAmount } = payment;
  const isUndone = refunds.length > sent.length;
  const came =
    status === 'AUTHORIZED' ? authorizedAmount : status === 'CAPTURED' ? capturedAmount : (reportedAmount ?? 0);
  return {
    kept: isUndone ? 0 : came - refundedAmount,
    refunds: sent
      .map(({ id, reason, amount, gatewayRefundId }) => `${amount} ${reason === 'gateway' ? gatewayRefundId : id}`)
      .toSorted(),
  };
}

function theirLine(
  { authorizedAmount, releasedAmount, refundedAmount, refunds }: BookEntry,
  voids: ReadonlySet<string>,
): Line {
  const sent = refunds.filter(({ status, refundId }) => status === 'SUCCEEDED' && !voids.has(refundId ?? ''));
  return {
    kept: authorizedAmount - releasedAmount - refundedAmount,
    refunds: sent.map(({ id, refundId, amount }) => `${amount} ${refundId ?? id}`).toSorted(),
  };
}

async function allOf<T>(
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
