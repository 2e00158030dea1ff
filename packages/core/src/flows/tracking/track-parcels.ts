import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import { KeptLeases } from '../../due-work/kept-leases.ts';
import { isUnavailable } from '../../errors.ts';
import type { Parcel } from '../../shipping/parcel.ts';
import {
  assignProviders,
  claimParcels,
  lockDueParcelsWithoutProvider,
  renewParcels,
} from '../../shipping/tracked-parcel-repository.ts';
import { TrackingRefusal, type TrackingProvider } from '../../shipping/tracking-provider.ts';
import { storableReports } from '../../shipping/tracking-report.ts';
import { providerOf, type ConfiguredTracking } from './configured-tracking.ts';
import { finishTracking, type ProviderAnswer } from './finish-tracking.ts';
import type { TrackingCallReport } from './tracking-reports.ts';

const dayMs = 24 * 60 * 60_000;

/** A provider that is configured later takes parcels that are younger than this. */
const trackedAgeMaxMs = 30 * dayMs;

/**
 * Registers, renews and polls up to `limit` due parcels of one provider, and finds those whose carrier has been silent.
 * One transaction leases the parcels, the provider is called outside of any transaction, and each answer is applied in a
 * transaction of its own. The parcels of a process that dies are taken over after their lease.
 * @returns how many parcels were leased
 * @throws the first error on our side, after all parcels were handled; an unavailable database is not thrown
 */
export async function trackParcels(
  database: Database,
  tracking: ConfiguredTracking,
  name: string,
  limit: number,
  observe: (report: TrackingCallReport) => void = () => {},
): Promise<number> {
  const provider = tracking.byName.get(name);
  if (!provider) return 0;
  await withTransaction(database, async (tx) => chooseProviders(tx, tracking, limit));
  const claimed = await withTransaction(database, async (tx) => claimParcels(tx, [name], limit));
  if (claimed.length === 0) return 0;
  const leases = new KeptLeases(database, renewParcels, claimed, ({ id }) => id);
  const finished = await Promise.allSettled(
    claimed.map(async (parcel) => {
      const answer = await callProvider(provider, parcel, observe);
      const leased = await leases.release(parcel);
      await withTransaction(database, async (tx) => finishTracking(tx, tracking, { provider, parcel: leased, answer }));
    }),
  ).finally(() => leases.stop());
  const fault = finished.find((each) => each.status === 'rejected' && !isUnavailable(each.reason));
  if (fault?.status === 'rejected') throw fault.reason;
  return claimed.length;
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

/** Registers or polls a parcel. A provider that can't be polled isn't called for a parcel that is registered. */
async function callProvider(
  provider: TrackingProvider,
  parcel: Parcel,
  observe: (report: TrackingCallReport) => void,
): Promise<ProviderAnswer> {
  const registers = provider.register !== undefined && mustRegister(parcel);
  if (!registers && !provider.poll) return { answered: 'yes', report: null };
  const begin = performance.now();
  const answer = await ask(provider, parcel, registers);
  const kind = registers ? 'register' : 'poll';
  observe({ provider: provider.name, kind, answered: answer.answered, tookMs: performance.now() - begin });
  return answer;
}

async function ask(provider: TrackingProvider, parcel: Parcel, registers: boolean): Promise<ProviderAnswer> {
  try {
    if (registers && provider.register) {
      const registration = await provider.register(parcel);
      return { answered: 'yes', registration, report: storable(registration.report) };
    }
    return { answered: 'yes', report: storable((await provider.poll?.(parcel)) ?? null) };
  } catch (error) {
    if (error instanceof TrackingRefusal) return { answered: 'no', code: error.code, registers };
    return { answered: 'unknown' };
  }
}

/** By the database's clock, which said when the parcel was claimed. */
const mustRegister = ({ registeredAt, renewAt, polledAt }: Parcel): boolean =>
  registeredAt === null || (renewAt !== null && polledAt !== null && renewAt <= polledAt);

function storable(report: Parameters<typeof storableReports>[0][number] | null) {
  if (report === null) return null;
  const [stored] = storableReports([report]) ?? [];
  if (stored) return stored;
  throw new Error('the provider reported something that cannot be stored');
}
