import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouterOutputs } from '@commerce-core/client';
import { trpc } from '../../api.ts';
import { Failure, Panel, Status, Table, type Column } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import dialog from '../../components/dialog.module.css';

type Preview = RouterOutputs['return']['preview'];
type Credit = RouterOutputs['return']['listCredits']['items'][number];

/** What goes back for a return: each part of it, and the sum. */
export function PriceLines({ price: { lines, amount, currency } }: { price: Preview }) {
  const { order } = useTexts();
  const { money: texts } = useTextsOf(returnsTexts);
  const { money } = useFormat();
  const columns: Column<Preview['lines'][number] & { id: number }>[] = [
    { head: order.item, cell: ({ name, kind }) => (kind === 'FEE' ? texts.fee(name) : name) },
    { head: order.units, isNumber: true, cell: ({ quantity }) => quantity },
    { head: texts.amount, isNumber: true, cell: (line) => money(line.amount, currency) },
  ];
  // A fee has no line number, and its name may be there twice.
  const rows = lines.map((line, id) => ({ ...line, id }));
  return (
    <>
      <Table label={texts.title} columns={columns} rows={rows} keyOf={({ id }) => id} />
      <div className={dialog['total']}>
        <span>{texts.total}</span>
        <strong data-testid="preview">{money(amount, currency)}</strong>
      </div>
    </>
  );
}

/** What a return is worth now, and what it pays for. */
export function ReturnMoney({ returnId }: { returnId: string }) {
  const { loading } = useTexts();
  const { money: texts } = useTextsOf(returnsTexts);
  const preview = useQuery(trpc.return.preview.queryOptions({ returnId }));
  const credits = useQuery(trpc.return.listCredits.queryOptions({ returnId }));
  return (
    <Panel title={texts.title}>
      {preview.error && <Failure error={preview.error} retry={() => void preview.refetch()} />}
      {!preview.data && !preview.error && <p>{loading}</p>}
      {preview.data?.lines.length === 0 && <p>{texts.nothing}</p>}
      {preview.data && preview.data.lines.length > 0 && <PriceLines price={preview.data} />}
      {(credits.data?.items.length ?? 0) > 0 && <Credits credits={credits.data?.items ?? []} />}
    </Panel>
  );
}

function Credits({ credits }: { credits: readonly Credit[] }) {
  const { orders } = useTexts();
  const { money: texts } = useTextsOf(returnsTexts);
  const { money } = useFormat();
  const columns: Column<Credit>[] = [
    {
      head: texts.newOrder,
      cell: ({ orderId }) => (
        <Link to="/orders/$orderId" params={{ orderId }}>
          <code>{orderId}</code>
        </Link>
      ),
    },
    { head: orders.status, cell: ({ status }) => <Status of={status} /> },
    { head: texts.amount, isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
  ];
  return (
    <>
      <h3>{texts.credits}</h3>
      <Table label={texts.credits} columns={columns} rows={credits} keyOf={({ id }) => id} />
    </>
  );
}
