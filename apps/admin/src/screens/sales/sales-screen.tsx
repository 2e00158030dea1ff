import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { trpc } from '../../api.ts';
import { download } from '../../components/download.ts';
import { Button, CommandLine, Failure, Panel, Table } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { salesTexts } from '../../texts/sales.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { OrderCounts } from './order-counts.tsx';
import { SalesChart } from './sales-chart.tsx';
import { csvOf, currenciesOf, rangeOf, totalsOf, type Day } from './sales-days.ts';
import { SalesRangeForm } from './sales-range-form.tsx';

const pollMs = 30_000;

/** What was sold and given back by day, and how many orders have which status. */
export function SalesScreen() {
  const texts = useTextsOf(salesTexts);
  const { attention, loading } = useTexts();
  const { may, isKnown } = useMe();
  const search = useSearch({ from: '/signed-in/sales' });
  const { zone } = search;
  const range = rangeOf(search, new Date());
  const options = { enabled: may('money'), refetchInterval: pollMs };
  const sales = useQuery(trpc.sales.daily.queryOptions({ ...range, timeZone: zone }, options));
  const items = sales.data?.items ?? [];
  const sold = currenciesOf(items);
  const currency = search.currency ?? sold[0];
  const currencies = currency === undefined || sold.includes(currency) ? sold : [currency, ...sold];
  const days = items.filter((day) => day.currency === currency);
  const words = ['sales', '--from', range.from, '--to', range.to, '--time-zone', zone];
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <span className={parts['quiet']}>{texts.lead}</span>
      </div>
      {may('money') && <SalesRangeForm search={search} range={range} currencies={currencies} currency={currency} />}
      {sales.error && <Failure error={sales.error} retry={() => void sales.refetch()} />}
      {sales.isLoading && <p>{loading}</p>}
      {sales.isSuccess && days.length === 0 && <p>{texts.none}</p>}
      {days.length > 0 && <SalesOf key={`${range.from} ${range.to} ${currency}`} days={days} />}
      {isKnown && !may('money') && <p className={parts['quiet']}>{attention.hidden('money')}</p>}
      {may('orders') && <OrderCounts />}
      {may('money') && <CommandLine words={currency === undefined ? words : [...words, '--currency', currency]} />}
    </>
  );
}

/** The sales of days in one currency: the totals, the chart, and the table with the same numbers. */
function SalesOf({ days }: { days: readonly Day[] }) {
  const texts = useTextsOf(salesTexts);
  const { money, count, calendarDay: dayText } = useFormat();
  const totals = totalsOf(days);
  const currency = days[0]?.currency ?? '';
  const name = `sales_${days[0]?.day}_${days.at(-1)?.day}_${currency}.csv`;
  const columns = [
    { head: texts.day, cell: ({ day }: Day) => dayText(day) },
    { head: texts.orders, cell: (day: Day) => count(day.orders), isNumber: true },
    { head: texts.units, cell: (day: Day) => count(day.units), isNumber: true },
    { head: texts.gross, cell: (day: Day) => money(day.grossAmount, currency), isNumber: true },
    { head: texts.refunds, cell: (day: Day) => money(day.refundAmount, currency), isNumber: true },
    { head: texts.net, cell: (day: Day) => money(day.netAmount, currency), isNumber: true },
  ];
  const facts: [string, string][] = [
    [texts.orders, count(totals.orders)],
    [texts.units, count(totals.units)],
    [texts.gross, money(totals.grossAmount, currency)],
    [texts.refunds, money(totals.refundAmount, currency)],
    [texts.net, money(totals.netAmount, currency)],
  ];
  return (
    <>
      <Panel title={texts.totals}>
        <dl className={parts['facts']} data-testid="totals">
          {facts.map(([head, value]) => (
            <div key={head}>
              <dt>{head}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title={texts.byDay}>
        <SalesChart days={days} />
      </Panel>
      <Panel
        title={texts.table}
        aside={<Button onClick={() => download(name, 'text/csv', csvOf(days))}>{texts.csv}</Button>}
      >
        <Table label={texts.table} rows={days.toReversed()} keyOf={({ day }) => day} columns={columns} />
      </Panel>
    </>
  );
}
