import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import { KeptLeases } from '../../due-work/kept-leases.ts';
import { isUnavailable } from '../../errors.ts';
import {
  assignProviders,
  claimParcels,
  lockDueParcelsWithoutProvider,
  renewParcels,
} from '../../shipping/tracked-parcel-repository.ts';
import { askProvider, type CallObserver } from './ask-provider.ts';
import { providerOf, type ConfiguredTracking } from './configured-tracking.ts';
import { finishTracking, postponeTracking, type Asked } from './finish-tracking.ts';
import type { Tracing } from '../../tracing/tracing.ts';
import { traceParcel } from './trace-tracking.ts';

const dayMs = 24 * 60 * 60_000;

/** A provider that is configured later takes parcels that are younger than this. */
const trackedAgeMaxMs = 30 * dayMs;

export type TrackObserver = {
  observe?: CallObserver['observe'] | undefined;
  /** Called with the errors of calls that brought no answer, each once in a turn. */
  onFault?: ((error: unknown) => void) | undefined;
  tracing?: Tracing | undefined;
};

/**
 * Registers, renews and polls up to `limit` due parcels of one provider, and finds those whose carrier has been silent.
 * One transaction leases the parcels, the provider is called outside of any transaction, and each answer is applied in
 * a transaction of its own. The parcels of a process that dies are taken over after their lease.
 * @returns how many parcels were leased
 * @throws the first error on our side, after all parcels were handled; an unavailable database is not thrown
 */
export async function trackParcels(
  database: Database,
  tracking: ConfiguredTracking,
  name: string,
  limit: number,
  { observe = () => {}, onFault = () => {}, tracing }: TrackObserver = {},
): Promise<number> {
  const provider = tracking.byName.get(name);
  if (!provider) return 0;
  await withTransaction(database, async (tx) => chooseProviders(tx, tracking, limit));
  const claimed = await withTransaction(database, async (tx) => claimParcels(tx, [name], limit));
  if (claimed.length === 0) return 0;
  const leases = new KeptLeases(database, renewParcels, claimed, ({ id }) => id);
  const observer = { observe, noAnswer: reportOnce(name, onFault) };
  const finished = await Promise.allSettled(
    claimed.map(async (parcel) =>
      traceParcel(tracing, parcel, async () => {
        const answer = await askProvider(provider, parcel, observer);
        await finish(database, tracking, { provider, parcel: await leases.release(parcel), answer });
      }),
    ),
  ).finally(() => leases.stop());
  const fault = finished.find((each) => each.status === 'rejected' && !isUnavailable(each.reason));
  if (fault?.status === 'rejected') throw fault.reason;
  return claimed.length;
}

/** Writes an answer. One that can't be written counts as none: the parcel is asked about again, each time later. */
async function finish(database: Database, tracking: ConfiguredTracking, asked: Asked): Promise<void> {
  try {
    await withTransaction(database, async (tx) => finishTracking(tx, tracking, asked));
  } catch (error) {
    if (!isUnavailable(error)) await withTransaction(database, async (tx) => postponeTracking(tx, asked.parcel));
    throw error;
  }
}

/** Reports the errors of one turn. A provider that is down gives the same one for every parcel. */
function reportOnce(name: string, onFault: (error: unknown) => void): CallObserver['noAnswer'] {
  const reported = new Set<string>();
  return (kind, error) => {
    const key = `${kind} ${String(error)}`;
    if (reported.has(key)) return;
    reported.add(key);
    onFault(new Error(`the tracking provider ${name} gave no answer to ${kind}`, { cause: error }));
  };
}

async function chooseProviders(tx: Transaction, tracking: ConfiguredTracking, limit: number): Promise<void> {
  await tx.began;
  const parcels = await lockDueParcelsWithoutProvider(tx, limit);
  assignProviders(
    tx,
    parcels.map(({ id, carrier, createdAt, attempts }) => {
      const provider = providerOf(tracking, carrier)?.name ?? null;
      // An operator who asks for it (`restartTracking`) has an old parcel tracked all the same.
      const isOld = attempts === 0 && createdAt.getTime() < tx.now.getTime() - trackedAgeMaxMs;
      if (provider !== null && !isOld) return { id, provider, dueAt: tx.now };
      return { id, provider: null, dueAt: isOld ? null : new Date(tx.now.getTime() + dayMs) };
    }),
  );
}
