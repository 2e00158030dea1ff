import type { Handler } from 'hono';
import { forbidden, unauthenticated, type authenticator } from '../auth/caller.ts';
import type { AppEnv } from '../http/app-env.ts';
import type { createCallLimits } from '../http/call-limits.ts';
import { headerOf } from '../http/header-of.ts';
import type { Metrics } from './metrics.ts';

/** Serves the metrics to operators only: the metrics show how much a shop sells. */
export const metricsRoute =
  (
    metrics: Metrics,
    limits: ReturnType<typeof createCallLimits>,
    authenticate: ReturnType<typeof authenticator>,
  ): Handler<AppEnv> =>
  async (c) => {
    const credentials = { authorization: headerOf(c, 'authorization') };
    const caller = await limits.identify(c, 1, async () => authenticate(credentials));
    if (caller.kind === 'anonymous') throw unauthenticated('this needs an API key');
    if (caller.kind !== 'operator') throw forbidden('this is for operators');
    return c.text(await metrics.text(), 200, { 'content-type': metrics.contentType });
  };
