import type { Parcel } from '../../shipping/parcel.ts';
import { TrackingRefusal, type TrackingProvider, type TrackingReport } from '../../shipping/tracking-provider.ts';
import { storableReports } from '../../shipping/tracking-report.ts';
import type { ProviderAnswer } from './finish-tracking.ts';
import type { TrackingCallReport } from './tracking-reports.ts';

type Kind = TrackingCallReport['kind'];

/** Who learns of the calls to providers. */
export type CallObserver = {
  observe: (report: TrackingCallReport) => void;
  /** Called with the error of a call that brought no answer: a broken connection, or a fault of the adapter. */
  noAnswer: (kind: Kind, error: unknown) => void;
};

/**
 * Registers or polls a parcel. While a registration gets no answer, the parcel is polled as well: no messages come
 * without it. A provider that can't be polled isn't called for a parcel that is registered.
 */
export async function askProvider(
  provider: TrackingProvider,
  parcel: Parcel,
  observer: CallObserver,
): Promise<ProviderAnswer> {
  const poll = async (): Promise<ProviderAnswer> =>
    provider.poll
      ? call(provider, 'poll', observer, async () => ({
          answered: 'yes',
          report: storable((await provider.poll?.(parcel)) ?? null),
        }))
      : { answered: 'yes', report: null };
  if (!provider.register || !mustRegister(parcel)) return poll();
  const registered = await call(provider, 'register', observer, async () => {
    const registration = await provider.register?.(parcel);
    return { answered: 'yes', report: storable(registration?.report ?? null), ...(registration && { registration }) };
  });
  if (registered.answered !== 'unknown' || !provider.poll) return registered;
  const polled = await poll();
  return polled.answered === 'yes' ? { answered: 'unknown', polled: polled.report } : registered;
}

async function call(
  { name }: TrackingProvider,
  kind: Kind,
  { observe, noAnswer }: CallObserver,
  ask: () => Promise<ProviderAnswer>,
): Promise<ProviderAnswer> {
  const begin = performance.now();
  const answer = await ask().catch((error: unknown): ProviderAnswer => {
    if (error instanceof TrackingRefusal) return { answered: 'no', code: error.code, registers: kind === 'register' };
    noAnswer(kind, error);
    return { answered: 'unknown' };
  });
  observe({ provider: name, kind, answered: answer.answered, tookMs: performance.now() - begin });
  return answer;
}

/** By the database's clock, which said when the parcel was claimed. */
const mustRegister = ({ registeredAt, renewAt, polledAt }: Parcel): boolean =>
  registeredAt === null || (renewAt !== null && polledAt !== null && renewAt <= polledAt);

function storable(report: TrackingReport | null): TrackingReport | null {
  if (report === null) return null;
  const [stored] = storableReports([report]) ?? [];
  if (stored) return stored;
  throw new Error('the provider reported something that cannot be stored');
}
