import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { trpc } from '../../api.ts';
import { CommandLine, Failure } from '../../components/parts.tsx';
import { Changed, Pager, QueueTabs, useHeldPage, useSelection } from '../../components/queue.tsx';
import { QueueTable, type QueueSelection } from '../../components/queue-table.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import orders from '../orders/orders.module.css';
import { ApproveSelected } from './approve-selected.tsx';
import { unitsOf } from './return-units.ts';
import { inputOfTab, listWords, returnTabs, type ListedReturn } from './returns-tabs.ts';

const pageMax = 50;
const pollMs = 10_000;

/** The returns in one status, page by page. */
export function ReturnsDesk({ status, after }: { status: ListedReturn['status']; after: string | undefined }) {
  const { orders: ordersTexts, queue, loading } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const format = useFormat();
  const { may } = useMe();
  const input = { ...inputOfTab(status), limit: pageMax, ...(after !== undefined && { cursor: after }) };
  const page = useQuery(trpc.return.list.queryOptions(input, { enabled: may('orders'), refetchInterval: pollMs }));
  const list = useHeldPage(page.data);
  const { selected, toggle, select } = useSelection();
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <Link to="/returns/new" className={parts['button']}>
          {texts.request.open}
        </Link>
      </div>
      <QueueTabs to="/returns" tabs={returnTabs.map((one) => [one, format.status(one)])} current={status} />
      {page.error && <Failure error={page.error} retry={() => void page.refetch()} />}
      <div className={`${parts['row']} ${orders['bar']}`} aria-live="polite">
        {list.isChanged && <Changed onShow={list.show} />}
        {selected.size > 0 && <span>{ordersTexts.selected(selected.size)}</span>}
        {selected.size > 0 && status === 'REQUESTED' && (
          <ApproveSelected returns={list.rows.filter(({ id }) => selected.has(id))} onDone={() => select([])} />
        )}
        {!list.isChanged && selected.size === 0 && <span className={orders['keys']}>{queue.keys}</span>}
      </div>
      {!list.isLoaded && !page.error && <p>{loading}</p>}
      {list.isLoaded && list.rows.length === 0 && <p>{texts.none}</p>}
      {list.rows.length > 0 && <ReturnRows list={list} selected={selected} onSelect={toggle} onSelectAll={select} />}
      <Pager to="/returns" tab={status === 'REQUESTED' ? undefined : status} after={after} next={list.nextCursor} />
      <CommandLine words={listWords(status)} />
    </>
  );
}

type ReturnRowsProps = QueueSelection & {
  list: Pick<ReturnType<typeof useHeldPage<ListedReturn>>, 'rows' | 'isGone'>;
};

function ReturnRows({ list: { rows, isGone }, ...selection }: ReturnRowsProps) {
  const { orders: ordersTexts, order } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const navigate = useNavigate();
  return (
    <QueueTable
      {...selection}
      label={texts.title}
      heads={[ordersTexts.order, order.units, texts.reason, texts.fault, texts.goods, ordersTexts.created]}
      rows={rows}
      isGone={isGone}
      onOpen={(returnId) => void navigate({ to: '/returns/$returnId', params: { returnId } })}
      cells={(aReturn) => (
        <ReturnCells
          aReturn={aReturn}
          isGone={isGone(aReturn.id)}
          isSelected={selection.selected.has(aReturn.id)}
          onSelect={selection.onSelect}
        />
      )}
    />
  );
}

type ReturnCellsProps = {
  aReturn: ListedReturn;
  isGone: boolean;
  isSelected: boolean;
  onSelect: (returnId: string) => void;
};

function ReturnCells({ aReturn, isGone, isSelected, onSelect }: ReturnCellsProps) {
  const { orders: ordersTexts, order, queue } = useTexts();
  const texts = useTextsOf(returnsTexts);
  const { time } = useFormat();
  const { id, orderNumber, reason, fault, goods, createdAt } = aReturn;
  return (
    <>
      <td data-label="">
        <input
          type="checkbox"
          aria-label={texts.select(orderNumber)}
          checked={isSelected}
          onChange={() => onSelect(id)}
        />
      </td>
      <td data-label={ordersTexts.order}>
        <span className={parts['row']}>
          <Link to="/returns/$returnId" params={{ returnId: id }}>
            <code>{orderNumber}</code>
          </Link>
          {isGone && <span className={parts['chip']}>{queue.gone}</span>}
        </span>
      </td>
      <td data-label={order.units}>{unitsOf(aReturn)}</td>
      <td data-label={texts.reason}>{reason ?? '–'}</td>
      <td data-label={texts.fault}>{texts.faults[fault]}</td>
      <td data-label={texts.goods}>{texts.kinds[goods]}</td>
      <td data-label={ordersTexts.created}>
        <time dateTime={createdAt}>{time(createdAt)}</time>
      </td>
    </>
  );
}
