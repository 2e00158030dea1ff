import { callGateway, type CallPolicy, type GatewayAnswer, TrackingRefusal } from '@commerce-core/core/tracking';
import { z } from 'zod';

export type GraphqlOptions = {
  /** The API key of a project, from its console: https://tracker.delivery/docs/authentication */
  clientId: string;
  clientSecret: string;
  /** The address of the API; defaults to `https://apis.tracker.delivery/graphql`. */
  url?: string | undefined;
  policy?: CallPolicy;
};

const answerBody = z.object({
  data: z.unknown(),
  errors: z
    .array(
      z.object({
        message: z.string().catch(''),
        extensions: z
          .object({ code: z.string().regex(/^\w{1,100}$/) })
          .optional()
          .catch(undefined),
      }),
    )
    .nullish(),
});

/**
 * Calls tracker.delivery's GraphQL API, whose errors come with HTTP 200, too.
 *
 * @returns a function that runs a query and returns its data, or undefined for NOT_FOUND: that is the answer about a
 * wrong number, about one that its carrier doesn't know yet, and about one that is forgotten. It throws TrackingRefusal
 * for BAD_REQUEST, and Error for every other failure. https://tracker.delivery/docs/error-handling
 */
export function graphqlClient({
  clientId,
  clientSecret,
  url = 'https://apis.tracker.delivery/graphql',
  policy,
}: GraphqlOptions) {
  const headers = {
    authorization: `TRACKQL-API-KEY ${clientId}:${clientSecret}`,
    'content-type': 'application/json',
  };
  return async <S extends z.ZodType>(data: S, query: string, variables: object): Promise<z.output<S> | undefined> => {
    const body = JSON.stringify({ query, variables });
    return readAnswer(data, await callGateway(url, { method: 'POST', headers, body }, policy));
  };
}
export type GraphqlClient = ReturnType<typeof graphqlClient>;

// FORBIDDEN is also the answer to too many calls, so only the two codes about the parcel count.
const statusesOfErrors: readonly number[] = [200, 400];

function readAnswer<S extends z.ZodType>(schema: S, { status, body }: GatewayAnswer): z.output<S> | undefined {
  const { data, errors } = answerBody.safeParse(body).data ?? {};
  const [error] = errors ?? [];
  if (error) {
    const code = error.extensions?.code ?? '';
    const isAboutParcel = statusesOfErrors.includes(status);
    if (isAboutParcel && code === 'NOT_FOUND') return undefined;
    if (isAboutParcel && code === 'BAD_REQUEST') throw new TrackingRefusal(code, error.message.slice(0, 200) || code);
    throw new Error(`tracker.delivery responded with ${status} ${code}`.trimEnd());
  }
  const read = schema.safeParse(data);
  if (status === 200 && read.success) return read.data;
  throw new Error(`tracker.delivery's answer can't be understood: ${status}`);
}
