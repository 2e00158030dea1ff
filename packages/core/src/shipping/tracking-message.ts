import { createHash } from 'node:crypto';
import { comparable } from './carrier.ts';
import type { ParcelTracking } from './parcel.ts';
import type { TrackingReport } from './tracking-provider.ts';

/**
 * The outcomes that wait for another attempt: RECEIVED when applying failed, UNMATCHED when no parcel has the number.
 */
export const waitingOutcomes = ['RECEIVED', 'UNMATCHED'] as const;

/**
 * The outcome of a carrier's message. APPLIED: its checkpoints are recorded. IGNORED: it reports about no parcel. A
 * CONFLICT contradicts an earlier message with the same id. PARKED waits for an operator. DISMISSED was ended by one.
 */
export const messageOutcomes = [...waitingOutcomes, 'APPLIED', 'IGNORED', 'CONFLICT', 'PARKED', 'DISMISSED'] as const;
export type MessageOutcome = (typeof messageOutcomes)[number];

/** A report in a message as it is stored: JSON. `number` is the tracking number as it is compared. */
export type StoredReport = {
  carrier: string;
  trackingNumber: string;
  number: string;
  providerRef: string | null;
  checkpoints: { checkpointId: string; tracking: ParcelTracking; occurredAt: string | null; detail: string | null }[];
};

/** A row of the inbox without its raw body. */
export type TrackingMessageRow = {
  id: string;
  provider: string;
  eventId: string;
  reports: StoredReport[];
  fingerprint: string;
  outcome: MessageOutcome;
  attempts: number;
  dueAt: Date | null;
  receivedAt: Date;
  decidedAt: Date | null;
};

export const storedReports = (reports: readonly TrackingReport[]): StoredReport[] =>
  reports.map(({ carrier, trackingNumber, providerRef, checkpoints }) => ({
    carrier,
    trackingNumber,
    number: comparable(trackingNumber),
    providerRef,
    checkpoints: checkpoints.map(({ checkpointId, tracking, occurredAt, detail }) => ({
      checkpointId,
      tracking,
      occurredAt: occurredAt?.toISOString() ?? null,
      detail,
    })),
  }));

export const reportsOf = ({ reports }: Pick<TrackingMessageRow, 'reports'>): TrackingReport[] =>
  reports.map(({ carrier, trackingNumber, providerRef, checkpoints }) => ({
    carrier,
    trackingNumber,
    providerRef,
    checkpoints: checkpoints.map((checkpoint) => ({
      ...checkpoint,
      occurredAt: checkpoint.occurredAt === null ? null : new Date(checkpoint.occurredAt),
    })),
  }));

/** A hash of what a message says, which doesn't depend on its body's white space and order of keys. */
export const messageFingerprint = (reports: readonly StoredReport[]): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        reports.map(({ carrier, trackingNumber, checkpoints }) => [
          carrier,
          trackingNumber,
          checkpoints.map(({ checkpointId, tracking, occurredAt, detail }) => [
            checkpointId,
            tracking,
            occurredAt,
            detail,
          ]),
        ]),
      ),
    )
    .digest('base64url');

/**
 * When a message that can't be applied yet is tried again. Carriers report labels that the shop hasn't dispatched yet,
 * so it waits for about three days before it is PARKED. A dispatch with its number has it tried at once.
 */
export const messageRetry = { attemptsMax: 24, firstMs: 10_000, maxMs: 6 * 60 * 60_000 };
