import type { Commerce, ShopTotals } from '@commerce-core/core';
import type Registry from 'prom-client/lib/registry.js';
import { addReadCounter, addReadGauge } from './read-gauge.ts';

/** What the business gauges read. */
export type WatchedBusiness = Pick<Commerce, 'shopTotals' | 'lastDoctorRun'>;
type ReadWatched = () => WatchedBusiness | undefined;

/** Adds the numbers of the shop itself: orders, sales, refunds, and what the doctor has found. */
export function addBusinessGauges(registry: Registry, readWatched: ReadWatched): void {
  const readTotals = () => readWatched()?.shopTotals();
  addOrderGauges(registry, readTotals);
  addSalesCounters(registry, readTotals);
  addRefundGauges(registry, readTotals);
  addDoctorGauges(registry, readWatched);
}

type ReadTotals = () => Promise<ShopTotals> | undefined;

function addOrderGauges(registry: Registry, readTotals: ReadTotals): void {
  addReadGauge(
    registry,
    {
      name: 'orders_by_status',
      help: 'Orders of all time by status and fulfillment status. Their sum is the number of orders that were placed.',
      labelNames: ['status', 'fulfillment'],
    },
    readTotals,
    ({ orders }) =>
      orders.map(({ status, fulfillmentStatus: fulfillment, orders: count }) => [{ status, fulfillment }, count]),
  );
  addReadGauge(
    registry,
    {
      name: 'orders_needing_attention',
      help: 'Orders that need an operator, by their most urgent reason; of the newest 10,000 such orders.',
      labelNames: ['reason'],
    },
    readTotals,
    ({ attention }) => attention.map(({ reason, orders }) => [{ reason }, orders]),
  );
}

function addSalesCounters(registry: Registry, readTotals: ReadTotals): void {
  const labelNames = ['currency'];
  addReadCounter(
    registry,
    { name: 'sales_orders_total', help: 'Orders that were paid, at their first payment.', labelNames },
    readTotals,
    ({ sales }) => sales.map(({ currency, orders }) => [{ currency }, orders]),
  );
  addReadCounter(
    registry,
    { name: 'sales_amount_total', help: 'The totals of these orders, in minor units (cents).', labelNames },
    readTotals,
    ({ sales }) => sales.map(({ currency, grossAmount }) => [{ currency }, grossAmount]),
  );
  addReadGauge(
    registry,
    {
      name: 'sales_refund_amount',
      help:
        'What went back of these totals, in minor units: refunds and voids that succeeded, ' +
        'and what captures left out.',
      labelNames,
    },
    readTotals,
    ({ sales }) => sales.map(({ currency, refundAmount }) => [{ currency }, refundAmount]),
  );
}

function addRefundGauges(registry: Registry, readTotals: ReadTotals): void {
  const labelNames = ['status', 'currency'];
  addReadGauge(
    registry,
    {
      name: 'refunds_by_status',
      help: 'Refunds that gateways have not ended, and refunds that failed; of the newest 10,000 of each status.',
      labelNames,
    },
    readTotals,
    ({ refunds }) => refunds.map(({ status, currency, refunds: count }) => [{ status, currency }, count]),
  );
  addReadGauge(
    registry,
    { name: 'refund_amount_by_status', help: 'The amounts of these refunds, in minor units.', labelNames },
    readTotals,
    ({ refunds }) => refunds.map(({ status, currency, amount }) => [{ status, currency }, amount]),
  );
}

function addDoctorGauges(registry: Registry, readWatched: ReadWatched): void {
  const readRun = () => readWatched()?.lastDoctorRun();
  addReadGauge(
    registry,
    {
      name: 'doctor_violations',
      help:
        "Rows that break a check's invariant, as the doctor's last run in any process " +
        'found them; 0 where it holds.',
      labelNames: ['check'],
    },
    readRun,
    (run) => Object.entries(run?.counts ?? {}).map(([check, count]) => [{ check }, count]),
  );
  addReadGauge(
    registry,
    { name: 'doctor_run_seconds', help: "How long ago the doctor's last run was (age), and how long it took (took)." },
    readRun,
    (run) =>
      run
        ? [
            [{ of: 'age' }, run.ageSeconds],
            [{ of: 'took' }, run.tookMs / 1_000],
          ]
        : [],
  );
}
