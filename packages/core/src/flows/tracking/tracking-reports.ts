import type { ReceivedTrackingMessage } from './receive-tracking-message.ts';
import type { ProviderAnswer } from './finish-tracking.ts';

/** One call to a tracking provider: `no` is its refusal; after `unknown` the call is made again. */
export type TrackingCallReport = {
  provider: string;
  kind: 'register' | 'poll';
  answered: ProviderAnswer['answered'];
  tookMs: number;
};

/** The outcome of one message of a tracking provider when it was received. It has no parcel's number. */
export type TrackingMessageReport = { provider: string } & Pick<ReceivedTrackingMessage, 'outcome' | 'duplicate'>;
