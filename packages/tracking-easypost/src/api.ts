import {
  callGateway,
  type CallPolicy,
  comparable,
  type GatewayAnswer,
  TrackingRefusal,
} from '@commerce-core/core/tracking';
import { z } from 'zod';
import { easyPostTracker, type EasyPostTracker } from './tracker.ts';

export type EasyPostApiOptions = {
  /** `EZAK…` for production, `EZTK…` for tests. */
  apiKey: string;
  /** Where EasyPost's API begins; defaults to `https://api.easypost.com`. */
  url?: string | undefined;
  policy?: CallPolicy;
};

/**
 * The calls of EasyPost's API that the adapter makes. They throw TrackingRefusal for a definite no, and Error for every
 * other failure. https://docs.easypost.com/docs/trackers
 */
export function easyPostApi({ apiKey, url = 'https://api.easypost.com', policy }: EasyPostApiOptions) {
  const authorization = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
  const get = (path: string) => callGateway(url + path, { headers: { authorization } }, policy);

  return {
    /** Creates a tracker. EasyPost returns the one that exists for a carrier's number of the last three months. */
    async createTracker(carrier: string, trackingCode: string): Promise<EasyPostTracker> {
      const headers = { authorization, 'content-type': 'application/json' };
      const body = JSON.stringify({ tracker: { tracking_code: trackingCode, carrier } });
      return readAnswer(
        easyPostTracker,
        await callGateway(`${url}/v2/trackers`, { method: 'POST', headers, body }, policy),
      );
    },

    /** Returns the tracker; undefined when EasyPost doesn't know it. */
    async findTracker(trackerId: string): Promise<EasyPostTracker | undefined> {
      const answer = await get(`/v2/trackers/${encodeURIComponent(trackerId)}`);
      return answer.status === 404 ? undefined : readAnswer(easyPostTracker, answer);
    },

    /** Returns the newest tracker of a carrier's number; undefined when there is none. */
    async findTrackerOf(carrier: string, trackingCode: string): Promise<EasyPostTracker | undefined> {
      const query = new URLSearchParams({ tracking_code: trackingCode, carrier, page_size: '10' });
      const { trackers } = readAnswer(trackerList, await get(`/v2/trackers?${query.toString()}`));
      return trackers.find((one) => comparable(one.tracking_code) === comparable(trackingCode));
    },
  };
}

const trackerList = z.object({ trackers: z.array(easyPostTracker) });

const errorBody = z.object({
  error: z.object({
    code: z.string().regex(/^[\w.-]{1,100}$/),
    message: z
      .string()
      .transform((text) => text.slice(0, 200))
      .catch(''),
  }),
});

// 400 and 422 are about the tracker. The other errors below 500 are about the shop's key, its bill or its rights.
// https://docs.easypost.com/docs/errors
const refusals: readonly number[] = [400, 422];

function readAnswer<S extends z.ZodType>(schema: S, { status, body }: GatewayAnswer): z.output<S> {
  if (status === 200 || status === 201) {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new Error(`EasyPost's answer can't be understood: ${parsed.error.issues[0]?.path.join('.')}`);
  }
  const error = errorBody.safeParse(body).data?.error;
  if (error && refusals.includes(status)) throw new TrackingRefusal(error.code, error.message || error.code);
  throw new Error(`EasyPost responded with ${status} ${error?.code ?? ''}`.trimEnd());
}
