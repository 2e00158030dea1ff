import { QueryCache, MutationCache, QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { commerceErrorOf, createClient, type AppRouter, type RouterOutputs } from '@commerce-core/client';

/** Says that the page itself has sent a request: the session's cookie counts only with it. */
const pageHeaders = { 'x-commerce-page': '1' };

const fetchFromPage: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value);
  return fetch(input, { ...init, headers });
};

/** The typed client. The browser sends the session's cookie. */
export const client = createClient({ url: location.origin, fetch: fetchFromPage, attemptsMax: 3 });

let endSession = (): void => {};

/** Sets what is done when a call finds that the session has ended. */
export function onSessionEnd(work: () => void): void {
  endSession = work;
}

/** Leads to the sign-in when an error of a call or a stream says that the session has ended. */
export function noteError(error: unknown): void {
  if (commerceErrorOf(error)?.code === 'unauthenticated') endSession();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteError }),
  mutationCache: new MutationCache({ onError: noteError }),
  // The client repeats calls itself.
  defaultOptions: { queries: { retry: false, staleTime: 5_000 }, mutations: { retry: false } },
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });

/** The operator who is signed in. */
export type Me = RouterOutputs['session']['get'];
export type Scope = Me['scopes'][number];

/** The outcome of a sign-in. `waitS` is how long to wait after too many tries. */
export type SignInOutcome = { outcome: 'done' | 'refused' | 'failed' } | { outcome: 'limited'; waitS: number };

/** Signs in by an API key, or by the token of a link. */
export async function signIn(given: { key: string } | { link: string }): Promise<SignInOutcome> {
  try {
    const body = JSON.stringify(given);
    const headers = { 'content-type': 'application/json' };
    const response = await fetchFromPage('/admin/session', { method: 'POST', headers, body });
    if (response.ok) return { outcome: 'done' };
    if (response.status === 429)
      return { outcome: 'limited', waitS: Number(response.headers.get('retry-after') ?? 60) };
    return { outcome: response.status < 500 ? 'refused' : 'failed' };
  } catch {
    return { outcome: 'failed' };
  }
}

/** A file that the shop has refused. `message` and `hint` are the shop's. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  readonly hint: string;

  constructor({ message, hint }: { message: string; hint: string }) {
    super(message);
    this.hint = hint;
  }
}

async function refusalOf(response: Response): Promise<Error> {
  if (response.status === 401) endSession();
  const { error } = (await response.json()) as { error: { message: string; hint: string } };
  return new FileRefusal(error);
}

/**
 * Reads all orders or stocks of a filter as a file of CSV. A plain link can't: the session's cookie counts only with
 * the page's header.
 * @throws FileRefusal when the shop refuses, Error when the file was cut
 */
export async function exportFile(
  of: 'orders' | 'stock',
  input: Record<string, unknown>,
): Promise<{ name: string; content: Blob }> {
  const search = new URLSearchParams(Object.entries(input).map(([name, value]) => [name, String(value)]));
  const response = await fetchFromPage(`/api/v1/export/${of}.csv?${search.toString()}`);
  if (!response.ok) throw await refusalOf(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return { name: name ?? `${of}.csv`, content: await response.blob() };
}

/** Signs out, and forgets everything that was read. */
export async function signOut(): Promise<void> {
  await fetchFromPage('/admin/session', { method: 'DELETE' });
  queryClient.clear();
}

/**
 * Whether the server has refused a call for certain, and done nothing. What is sent after it is another call and needs
 * another key: the server returns the same answer for the same key.
 */
export function isRefusal(error: unknown): boolean {
  const code = commerceErrorOf(error)?.code;
  return code !== undefined && code !== 'outcome_unknown' && code !== 'idempotency_in_progress';
}

/** A key that is not used again: a mutation that is sent twice with it runs once. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export type ImportKind = 'stock' | 'products';

/**
 * What was done with the rows of a file; with `dryRun` what would be done. `errors` are of the first 100 refused rows.
 */
export type ImportReport = {
  dryRun: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  errors: { line: number; sku: string | null; message: string }[];
};

/** Sends a CSV file of products or counted stock. @throws FileRefusal when the shop refuses it */
export async function importFile(kind: ImportKind, file: File, { dryRun }: { dryRun: boolean }): Promise<ImportReport> {
  const headers = {
    'content-type': 'text/csv',
    ...(file.name.endsWith('.gz') && { 'content-encoding': 'gzip' }),
  };
  const response = await fetchFromPage(`/api/v1/import/${kind}.csv?dryRun=${dryRun}`, {
    method: 'POST',
    headers,
    body: file,
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as ImportReport;
}
