import { CommerceError } from '../../errors.ts';
import type { TrackingProvider } from '../../shipping/tracking-provider.ts';

/** The tracking providers of this shop. */
export type ConfiguredTracking = {
  byName: ReadonlyMap<string, TrackingProvider>;
  /** How long a carrier may say nothing about a parcel before the parcel is SILENT. */
  silentMs: number;
  /** How often a parcel is polled whose provider can be. */
  pollEveryMs: number;
};

const dayMs = 24 * 60 * 60_000;

/** @throws Error when two providers have one name, or a time isn't above 0 */
export function configuredTracking(
  providers: readonly TrackingProvider[],
  {
    silentMs = 7 * dayMs,
    pollEveryMs = 4 * 60 * 60_000,
  }: { [name in 'silentMs' | 'pollEveryMs']?: number | undefined },
): ConfiguredTracking {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  if (byName.size < providers.length) throw new Error('two tracking providers have the same name');
  if (!(silentMs > 0 && pollEveryMs > 0)) throw new Error('the times of tracking must be above 0 ms');
  return { byName, silentMs, pollEveryMs };
}

/** The first provider that tracks a carrier; undefined when none does. */
export const providerOf = ({ byName }: ConfiguredTracking, carrier: string): TrackingProvider | undefined =>
  [...byName.values()].find((provider) => provider.tracks(carrier));

/** @throws provider_not_configured when the shop has no tracking provider of this name */
export function requireTracking({ byName }: ConfiguredTracking, name: string): TrackingProvider {
  const provider = byName.get(name);
  if (provider) return provider;
  throw new CommerceError('provider_not_configured', 'this tracking provider is not configured');
}
