import { discounts } from './discounts.ts';
import { events } from './events.ts';
import { failing } from './failing.ts';
import { files } from './files.ts';
import { flashSale } from './flash-sale.ts';
import { flow } from './flow.ts';
import { lineGrowth, orderGrowth, productGrowth } from './growth.ts';
import { halfRate } from './half-rate.ts';
import { lists } from './lists.ts';
import { memory } from './memory.ts';
import { hot, uniform } from './orders.ts';
import { processScenario } from './process.ts';
import { profile } from './profile.ts';
import { replay } from './replay.ts';
import { retention } from './retention.ts';
import type { Scenario } from './scenario.ts';
import { webhooks } from './webhooks.ts';

/** The scenarios in the order in which they run. `hot` and `half-rate` read the outcome of `uniform`. */
export const scenarios: readonly Scenario[] = [
  uniform,
  hot,
  webhooks,
  flow,
  events,
  flashSale,
  failing,
  halfRate,
  processScenario,
  orderGrowth,
  productGrowth,
  lineGrowth,
  discounts,
  replay,
  lists,
  files,
  retention,
  memory,
  profile,
];
