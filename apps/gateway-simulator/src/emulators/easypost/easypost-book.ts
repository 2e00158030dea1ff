import { numberKey, remember } from '../../trackers/tracker-emulator.ts';
import { newId, type EmulatedTracker, type Scan } from './easypost-tracker.ts';

const sameTrackerMs = 91 * 24 * 60 * 60_000;

/** What carriers have scanned, and the trackers that the shop has created. */
export class EasyPostBook {
  readonly #scans = new Map<string, Scan[]>();
  readonly #trackers = new Map<string, EmulatedTracker>();

  find(id: string): EmulatedTracker | undefined {
    return this.#trackers.get(id);
  }

  /** The trackers of a number, the newest first. */
  trackersOf(trackingCode: string | undefined, carrier: string | undefined): EmulatedTracker[] {
    const isAsked = (one: EmulatedTracker) =>
      (trackingCode === undefined || one.trackingCode === trackingCode) &&
      (carrier === undefined || one.carrier.toLowerCase() === carrier.toLowerCase());
    return [...this.#trackers.values()].filter(isAsked).toReversed();
  }

  /** Returns the tracker of a number that is younger than three months, or a new one. */
  create(carrier: string, trackingCode: string, now: Date): { tracker: EmulatedTracker; isNew: boolean } {
    const [known] = this.trackersOf(trackingCode, carrier);
    if (known && now.getTime() - known.createdAt.getTime() < sameTrackerMs) return { tracker: known, isNew: false };
    const scans = this.#scansOf(carrier, trackingCode);
    const tracker = { id: newId('trk'), carrier, trackingCode, createdAt: now, updatedAt: now, scans };
    remember(this.#trackers, tracker.id, tracker);
    return { tracker, isNew: true };
  }

  /** Records a scan. Returns the trackers of the number. */
  scan(carrier: string, trackingCode: string, scan: Scan, now: Date): EmulatedTracker[] {
    this.#scansOf(carrier, trackingCode).push(scan);
    const trackers = this.trackersOf(trackingCode, carrier);
    for (const tracker of trackers) tracker.updatedAt = now;
    return trackers;
  }

  #scansOf(carrier: string, trackingCode: string): Scan[] {
    const key = numberKey(carrier, trackingCode);
    const scans = this.#scans.get(key) ?? [];
    if (scans.length === 0) remember(this.#scans, key, scans);
    return scans;
  }
}
