import { carrierActor } from '../../events/actor.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { retryAt } from '../../due-work/retry.ts';
import { isSameNumber } from '../../shipping/carrier.ts';
import { ownSince } from '../../shipping/checkpoint.ts';
import type { Parcel } from '../../shipping/parcel.ts';
import { finishParcelLease, holdParcelLease, type ProviderResult } from '../../shipping/tracked-parcel-repository.ts';
import type { Registration, TrackingProvider, TrackingReport } from '../../shipping/tracking-provider.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { applyReport, type KnownCheckpoints } from './apply-report.ts';
import { lockOrdersOfParcels, readKnown } from './apply-reports.ts';
import type { ConfiguredTracking } from './configured-tracking.ts';

/**
 * A provider's answer about a parcel. `no`: it refuses; `unknown`: it is asked again. `polled` is set when a
 * registration got no answer and a poll did.
 */
export type ProviderAnswer =
  | { answered: 'yes'; registration?: Registration; report: TrackingReport | null }
  | { answered: 'no'; code: string; registers: boolean }
  | { answered: 'unknown'; polled?: TrackingReport | null };

export type Asked = { provider: TrackingProvider; parcel: Parcel; answer: ProviderAnswer };

/** When a provider is asked again that gave no answer. */
const providerRetry = { firstMs: 10_000, maxMs: 60 * 60_000 };

/**
 * Applies a provider's answer about a leased parcel, and says when the parcel is due again. What it reports always
 * counts. The rest counts only while this process has the lease: after it another process may have asked.
 */
export async function finishTracking(tx: Transaction, tracking: ConfiguredTracking, asked: Asked): Promise<void> {
  const { provider, parcel: leased, answer } = asked;
  const work = await lockOrdersOfParcels(tx, [leased]);
  const report = reportOf(answer);
  const [isHeld, known] = await Promise.all([
    holdParcelLease(tx, leased),
    readKnown(tx, provider.name, [leased.id], report ? [report] : []),
  ]);
  const order = work.orders.get(leased.orderId);
  const parcel = order?.parcels.find(({ id }) => id === leased.id);
  // Its number may have been corrected while the provider was asked about the former one.
  if (!order || !parcel || !isSameNumber(parcel, leased)) return;
  work.decideFor({ actor: carrierActor });
  if (report) applyReport(order, parcel.id, { provider: provider.name, ...report }, known);
  work.decideFor({});
  if (isHeld) {
    if (answer.answered === 'no' && answer.registers) noteRefusal(order, parcel.id);
    noteSilence(order, parcel.id, { provider: provider.name, silentMs: tracking.silentMs }, known);
    const now = order.parcels.find(({ id }) => id === leased.id) ?? parcel;
    finishParcelLease(tx, leased, resultOf(tracking, { ...asked, parcel: { ...leased, ...heardOf(now) } }, tx.now));
  }
  work.write();
}

function reportOf(answer: ProviderAnswer): TrackingReport | null {
  if (answer.answered === 'unknown') return answer.polled ?? null;
  return answer.answered === 'yes' ? answer.report : null;
}

/** Ends the lease of a parcel whose answer could not be written because of an error on our side. */
export async function postponeTracking(tx: Transaction, parcel: Parcel): Promise<void> {
  await tx.began;
  const { providerRef, registeredAt, renewAt, attempts } = parcel;
  const dueAt = retryAt(providerRetry, attempts, tx.now);
  finishParcelLease(tx, parcel, { providerRef, registeredAt, renewAt, attempts, failureCode: 'internal_error', dueAt });
}

const heardOf = ({ heardAt, troubled, tracking }: Parcel) => ({ heardAt, troubled, tracking });

/** A provider that refuses a parcel will report nothing about it. The parcel's number is probably wrong. */
function noteRefusal(order: LockedOrder, parcelId: string): void {
  const parcel = order.parcels.find(({ id }) => id === parcelId);
  if (!parcel?.live) return;
  order.setParcel({ ...parcel, troubled: true, updatedAt: order.now });
  order.raiseAttention('parcel_problem');
}

/**
 * A parcel of which its carrier has said nothing new for long is SILENT since the last checkpoint. Without one, it is
 * so since the first time that is its own, so that whatever the carrier says next is later.
 */
function noteSilence(
  order: LockedOrder,
  parcelId: string,
  { provider, silentMs }: { provider: string; silentMs: number },
  known: KnownCheckpoints,
): void {
  const parcel = order.parcels.find(({ id }) => id === parcelId);
  if (!parcel?.live || parcel.troubled || parcel.heardAt === null) return;
  if (parcel.heardAt.getTime() + silentMs > order.now.getTime()) return;
  const checkpointId = `silent:${parcelId}:${parcel.heardAt.toISOString()}`;
  const occurredAt = parcel.checkpointAt ?? ownSince(parcel);
  const silence = { checkpointId, tracking: 'SILENT' as const, occurredAt, detail: null };
  applyReport(order, parcelId, { provider, checkpoints: [silence] }, known);
}

/** What is written about the parcel at the end of the lease. `parcel` is as the answer left it. */
function resultOf(tracking: ConfiguredTracking, { provider, parcel, answer }: Asked, now: Date): ProviderResult {
  const { providerRef, registeredAt, renewAt, attempts } = parcel;
  const kept = { providerRef, registeredAt, renewAt };
  if (answer.answered === 'unknown') {
    const triedAt = retryAt(providerRetry, attempts, now);
    const pollAt = answer.polled === undefined ? triedAt : nextPoll(tracking, parcel, now);
    return { ...kept, attempts, failureCode: 'no_answer', dueAt: triedAt < pollAt ? triedAt : pollAt };
  }
  if (answer.answered === 'no') {
    const refused = { ...kept, ...(answer.registers && { renewAt: null }), attempts: 0, failureCode: answer.code };
    // The provider reports nothing about it, until an operator corrects the number or calls parcel.track.
    const isOver = answer.registers && registeredAt === null;
    return { ...refused, dueAt: isOver ? null : nextDue(tracking, provider, { ...parcel, ...refused }, now) };
  }
  const { registration, report } = answer;
  const known = {
    providerRef: registration?.providerRef ?? report?.providerRef ?? providerRef,
    registeredAt: registration ? now : registeredAt,
    renewAt: registration ? registration.renewAt : renewAt,
    attempts: 0,
    failureCode: null,
  };
  // A registration without a report is followed by a poll at once.
  const asksNow = registration !== undefined && report === null && provider.poll !== undefined;
  return { ...known, dueAt: asksNow ? now : nextDue(tracking, provider, { ...parcel, ...known }, now) };
}

function nextPoll({ pollEveryMs }: ConfiguredTracking, { tracking }: Parcel, now: Date): Date {
  return new Date(now.getTime() + (tracking === 'OUT_FOR_DELIVERY' ? pollEveryMs / 4 : pollEveryMs));
}

/** When a parcel is polled, registered again or found silent next. A live parcel always has such a time. */
function nextDue(tracking: ConfiguredTracking, { poll, register }: TrackingProvider, parcel: Parcel, now: Date): Date {
  const { troubled, heardAt, renewAt } = parcel;
  // While the parcel is in trouble its silence means nothing. A message may end the trouble at any time.
  const silentSince = troubled || heardAt === null ? now : heardAt;
  const times = [
    poll && nextPoll(tracking, parcel, now).getTime(),
    register && renewAt?.getTime(),
    silentSince.getTime() + tracking.silentMs,
  ].filter((time) => typeof time === 'number');
  return new Date(Math.min(...times));
}
