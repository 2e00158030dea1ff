import { Link, useNavigate } from '@tanstack/react-router';
import { Status } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import styles from './orders.module.css';
import type { ListedOrder } from './use-live-orders.ts';
import { useRowKeys } from '../../components/use-row-keys.ts';

type OrderRowsProps = {
  orders: readonly ListedOrder[];
  selected: ReadonlySet<string>;
  onSelect: (orderId: string) => void;
};

/** How far an order is: its shipments where something has left, else its status. */
export const farthestStatus = ({
  status,
  fulfillmentStatus,
}: Pick<ListedOrder, 'status' | 'fulfillmentStatus'>): string =>
  fulfillmentStatus === 'UNFULFILLED' ? status : fulfillmentStatus;

export function OrderRows({ orders, selected, onSelect }: OrderRowsProps) {
  const { orders: texts } = useTexts();
  const navigate = useNavigate();
  const { rowProps } = useRowKeys({
    count: orders.length,
    onOpen: (index) => {
      const orderId = orders[index]?.id;
      if (orderId !== undefined) void navigate({ to: '/orders/$orderId', params: { orderId } });
    },
    onSelect: (index) => {
      const orderId = orders[index]?.id;
      if (orderId !== undefined) onSelect(orderId);
    },
  });
  return (
    <table className={parts['table']} aria-label={texts.title}>
      <thead>
        <tr>
          <th scope="col" className={styles['narrow']}>
            <span className={parts['unseen']}>{texts.selection}</span>
          </th>
          <th scope="col">{texts.order}</th>
          <th scope="col">{texts.status}</th>
          <th scope="col">{texts.customer}</th>
          <th scope="col" className={parts['number']}>
            {texts.total}
          </th>
          <th scope="col">{texts.created}</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order, index) => (
          <tr key={order.id} className={styles['row']} {...rowProps(index)}>
            <OrderCells order={order} isSelected={selected.has(order.id)} onSelect={onSelect} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type OrderCellsProps = { order: ListedOrder; isSelected: boolean; onSelect: (orderId: string) => void };

function OrderCells({ order, isSelected, onSelect }: OrderCellsProps) {
  const { orders: texts, reasons } = useTexts();
  const { money, time } = useFormat();
  const { id, number, needsAttention, customerId, totalAmount, currency, createdAt } = order;
  return (
    <>
      <td data-label="">
        <input type="checkbox" aria-label={texts.select(number)} checked={isSelected} onChange={() => onSelect(id)} />
      </td>
      <td data-label={texts.order}>
        <Link to="/orders/$orderId" params={{ orderId: id }}>
          <code>{number}</code>
        </Link>
      </td>
      <td data-label={texts.status}>
        <span className={parts['row']}>
          <Status of={farthestStatus(order)} />
          {needsAttention && (
            <span className={`${parts['chip']} ${parts['warn']}`}>{reasons[needsAttention].title}</span>
          )}
        </span>
      </td>
      <td data-label={texts.customer}>{customerId.startsWith('guest:') ? texts.guest : customerId}</td>
      <td data-label={texts.total} className={parts['number']}>
        {money(totalAmount, currency)}
      </td>
      <td data-label={texts.created}>
        <time dateTime={createdAt}>{time(createdAt)}</time>
      </td>
    </>
  );
}
