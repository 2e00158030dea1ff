/** What a sender of webhooks is asked to post. */
export type WebhookRequest = { url: string; headers: Readonly<Record<string, string>>; body: string };

/** How an exchange ended. `failure` is null when the answer is complete, whatever its status is. */
export type WebhookAnswer = {
  statusCode: number | null;
  /** `timeout` when the exchange took too long; other failures are named for operators only. */
  failure: string | null;
  /** The start of the answer, at most 1 KiB. */
  answer: string;
  retryAfter: string | null;
  durationMs: number;
};

/** Posts to URLs that merchants have chosen. An implementation must not reach anything that isn't public. */
export type WebhookSender = {
  /** Why a URL can't be used, as the end of a sentence about it; undefined where it can. */
  urlProblem: (url: string) => string | undefined;
  /** Posts, and never throws. `signal` ends the exchange early. */
  send: (request: WebhookRequest, signal?: AbortSignal) => Promise<WebhookAnswer>;
};
