import { scopes } from '@commerce-core/core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApi, until, type TestApi } from '../testing/index.ts';

let api: TestApi;
/** Another process of the same shop. */
let other: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  other = await startTestApi({ databaseOf: api });
});
afterAll(async () => {
  await other?.close();
  await api?.close();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Signs an operator in at the page, with a key of the operator's own. */
async function signIn(name: string, allowed = [...scopes]) {
  const { id: apiKeyId, key } = await api.commerce.createApiKey({ name, scopes: allowed });
  const { token, sessionId } = await api.commerce.signIn({ key });
  const headers = { cookie: `commerce_session=${token}`, 'x-commerce-page': '1', 'content-type': 'application/json' };
  return { apiKeyId, sessionId, token, headers };
}
type SignedIn = Awaited<ReturnType<typeof signIn>>;

async function call(
  { headers }: { headers: Record<string, string> },
  path: string,
  input?: object,
  at = api,
): Promise<any> {
  const response = await (input
    ? at.fetch(`/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) })
    : at.fetch(`/trpc/${path}`, { headers }));
  const body: any = await response.json();
  return body.error?.data.commerce.code ?? body.result.data;
}

describe('session.list', () => {
  test('shows all who are signed in, and which session is the own one', async () => {
    const [kim, lee] = [await signIn('Kim'), await signIn('Lee')];
    const { items } = await call(lee, 'session.list');
    expect(items.slice(0, 2)).toMatchObject([
      { sessionId: lee.sessionId, apiKeyId: lee.apiKeyId, name: 'Lee', scopes: [...scopes], isOwn: true },
      { sessionId: kim.sessionId, apiKeyId: kim.apiKeyId, name: 'Kim', isOwn: false },
    ]);
    expect(JSON.stringify(items)).not.toContain(lee.token);
    const withKey = await (await api.operatorClient('keys')).session.list.query();
    expect(withKey.items.map(({ isOwn }) => isOwn)).not.toContain(true);
  });

  test('is not for a session whose key lacks the scope keys, and neither is session.end', async () => {
    const clerk = await signIn('clerk', ['orders']);
    expect(await call(clerk, 'session.list')).toBe('forbidden');
    expect(await call(clerk, 'session.end', { sessionId: clerk.sessionId })).toBe('forbidden');
    expect(await call(clerk, 'session.get')).toMatchObject({ name: 'clerk' });
  });
});

describe('session.end', () => {
  test('ends a session at once in every process, and neither the others of its key nor the key', async () => {
    const { id: apiKeyId, key } = await api.commerce.createApiKey({ name: 'two laptops', scopes: ['keys'] });
    const [lost, kept] = [await api.commerce.signIn({ key }), await api.commerce.signIn({ key })];
    const headersOf = (token: string) => ({ cookie: `commerce_session=${token}`, 'x-commerce-page': '1' });
    const boss = await signIn('boss');
    const ended = await call(boss, 'session.end', { sessionId: lost.sessionId });
    expect(ended).toMatchObject({ sessionId: lost.sessionId, apiKeyId, name: 'two laptops', isOwn: false });
    for (const process of [api, other]) {
      expect(await call({ headers: headersOf(lost.token) }, 'session.get', undefined, process)).toBe('unauthenticated');
      expect(await call({ headers: headersOf(kept.token) }, 'session.get', undefined, process)).toMatchObject({
        apiKeyId,
      });
    }
    expect(await api.commerce.authenticateApiKey(key)).toMatchObject({ id: apiKeyId });
    expect(await call(boss, 'session.end', { sessionId: lost.sessionId })).toBe('session_not_found');
  });

  test('ends the own session, too', async () => {
    const kim = await signIn('Kim');
    const { sessionId } = kim;
    expect(await call(kim, 'session.end', { sessionId })).toMatchObject({ sessionId, isOwn: true });
    expect(await call(kim, 'session.get')).toBe('unauthenticated');
  });
});

describe('an open stream', () => {
  /** Opens a stream of events and collects what it sends. */
  async function openStream({ headers }: SignedIn) {
    const response = await other.fetch('/trpc/event.stream', { headers });
    const stream = { text: '', isOver: false };
    const read = async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) stream.text += chunk;
      stream.isOver = true;
    };
    read().catch(() => undefined);
    await until(() => stream.text.includes('event: connected'));
    return stream;
  }

  test.each<[string, (operator: SignedIn) => Promise<unknown>]>([
    ['whose session was ended', async ({ sessionId }) => api.commerce.endSession({ sessionId })],
    ['whose key was revoked', async ({ apiKeyId }) => api.commerce.revokeApiKey({ apiKeyId })],
  ])('of an operator %s ends within 30 seconds with unauthenticated', async (_, end) => {
    // Streams are checked by an interval, which passes at once here.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [lost, kept] = [await signIn('Kim'), await signIn('Lee')];
    const streams = { lost: await openStream(lost), kept: await openStream(kept) };
    await end(lost);
    vi.advanceTimersByTime(30_000);
    await until(() => streams.lost.isOver);
    expect(streams.lost.text).toContain('event: serialized-error');
    expect(streams.lost.text).toContain('"code":"unauthenticated"');
    expect(streams.kept).toMatchObject({ isOver: false, text: expect.not.stringContaining('error') });
    await end(kept);
    vi.advanceTimersByTime(30_000);
    await until(() => streams.kept.isOver);
  });
});
