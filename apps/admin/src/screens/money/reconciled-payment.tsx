import { shortId, useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import parts from '../../components/parts.module.css';
import { AskGateway } from './ask-gateway.tsx';
import { OrderLink } from './order-link.tsx';
import styles from './money.module.css';
import type { Reconciled } from './reconciled.ts';

type Difference = Reconciled['differences'][number];
type Row = { name: string; shop: string; gateway: string; differs: boolean };

const looks = { AGREES: 'good', DIFFERS: 'bad', NO_ANSWER: 'warn', NOT_COMPARABLE: 'warn' } as const;

/** One payment in both books, with what differs and what to do. */
export function ReconciledPayment({ payment }: { payment: Reconciled }) {
  const texts = useTextsOf(moneyTexts);
  const { time } = useFormat();
  const { id, orderId, orderNumber, provider, createdAt, outcome, differences } = payment;
  const kinds = [...new Set(differences.map(adviceOf))];
  return (
    <li className={styles['book']}>
      <div className={parts['row']}>
        <OrderLink orderId={orderId} text={orderNumber} />
        <span className={`${parts['chip']} ${parts[looks[outcome]]}`}>{texts.outcomes[outcome]}</span>
        <span className={parts['quiet']}>
          {provider} · <code title={id}>{shortId(id)}</code> · {time(createdAt)}
        </span>
      </div>
      <Compared payment={payment} />
      {outcome === 'DIFFERS' && (
        <>
          <ul className={styles['advice']}>
            {kinds.map((kind) => (
              <li key={kind}>{texts.advice[kind]}</li>
            ))}
          </ul>
          <div className={parts['row']}>
            <AskGateway paymentId={id} />
          </div>
        </>
      )}
      {(outcome === 'NO_ANSWER' || outcome === 'NOT_COMPARABLE') && (
        <p className={parts['quiet']}>{texts.outcomeAdvice[outcome]}</p>
      )}
    </li>
  );
}

function Compared({ payment }: { payment: Reconciled }) {
  const texts = useTextsOf(moneyTexts);
  const { money, status } = useFormat();
  const { shop, gateway, differences } = payment;
  const differs = (kind: Difference['kind']) => differences.some((one) => one.kind === kind);
  const amount = (book: Reconciled['gateway'], name: 'authorizedAmount' | 'capturedAmount' | 'refundedAmount') =>
    book ? money(book[name], book.currency) : texts.missing;
  const amounts = [
    ['authorized', 'authorizedAmount', differs('authorized') || differs('currency')],
    ['captured', 'capturedAmount', differs('captured')],
    ['refunded', 'refundedAmount', differs('refunded')],
  ] as const;
  const entry = (one: Difference['shop']) => {
    if (!one) return texts.missing;
    const sum = one.amount === null ? '' : money(one.amount, shop.currency);
    return [one.status === null ? '' : status(one.status), sum].filter(Boolean).join(' ');
  };
  const rows: Row[] = [
    {
      name: texts.books.status,
      shop: status(shop.status),
      gateway: gateway ? status(gateway.status) : texts.missing,
      differs: differs('status') || differs('payment'),
    },
    ...amounts.map(([name, field, isOther]) => ({
      name: texts.books[name],
      shop: amount(shop, field),
      gateway: amount(gateway, field),
      differs: isOther,
    })),
    ...differences
      .filter(({ kind }) => kind === 'refund' || kind === 'dispute')
      .map((one) => ({
        name: `${texts.books[one.kind === 'dispute' ? 'dispute' : 'refund']} ${shortId(one.objectId ?? '')}`,
        shop: entry(one.shop),
        gateway: entry(one.gateway),
        differs: true,
      })),
  ];
  return (
    <table className={styles['compared']} aria-label={texts.booksOf(payment.orderNumber)}>
      <thead>
        <tr>
          <th scope="col">{texts.books.what}</th>
          <th scope="col">{texts.books.shop}</th>
          <th scope="col">{texts.books.gateway}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name} className={row.differs ? styles['differs'] : undefined}>
            <th scope="row">{row.name}</th>
            <td>{row.shop}</td>
            <td>{row.gateway}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The advice for a difference. What to do about a refund depends on which book has it. */
function adviceOf({ kind, shop, gateway }: Difference) {
  if (kind === 'refund') return shop === null ? 'refundOfGateway' : gateway === null ? 'refundOfShop' : 'refund';
  if (kind === 'authorized' || kind === 'captured' || kind === 'refunded') return 'amount';
  return kind;
}
