import { comparable } from '../shipping/carrier.ts';
import type { Registration, TrackedParcel, TrackingProvider, TrackingReport } from '../shipping/tracking-provider.ts';

/** A provider of the carrier `Scripted` whose answers a test sets. */
export type ScriptedTracking = TrackingProvider & {
  /** The calls so far, like `register` and `poll`, with the parcel's number. */
  calls: { operation: 'register' | 'poll'; parcel: TrackedParcel }[];
  onRegister: (parcel: TrackedParcel) => Promise<Registration>;
  onPoll: (parcel: TrackedParcel) => Promise<TrackingReport | null>;
};

export const scriptedCarrier = 'Scripted Express';

export function scriptedTracking(): ScriptedTracking {
  const scripted: ScriptedTracking = {
    name: 'scripted',
    tracks: (carrier) => comparable(carrier) === comparable(scriptedCarrier),
    isCarrier: (shopCarrier, reportCarrier) => reportCarrier === 'scr' && scripted.tracks(shopCarrier),
    // Its messages are unsigned, and say only that a parcel has changed.
    unsigned: true,
    receive: ({ rawBody }) => ({
      eventId: null,
      reports: [],
      changed: [{ carrier: 'scr', trackingNumber: rawBody.toString() }],
    }),
    calls: [],
    onRegister: async () => ({ providerRef: 'ref', renewAt: null, report: null }),
    onPoll: async () => null,
    async register(parcel) {
      scripted.calls.push({ operation: 'register', parcel });
      return scripted.onRegister(parcel);
    },
    async poll(parcel) {
      scripted.calls.push({ operation: 'poll', parcel });
      return scripted.onPoll(parcel);
    },
  };
  return scripted;
}
