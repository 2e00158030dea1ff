import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { client, trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Field } from '../../components/parts.tsx';
import { usePages } from '../../components/use-pages.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import parts from '../../components/parts.module.css';
import { moneySearch, reconcileInputOf, reconcileWords, type MoneySearch } from './money-filter.ts';
import styles from './money.module.css';
import type { Reconciled } from './reconciled.ts';
import { ReconciledPayment } from './reconciled-payment.tsx';

// Each payment of a page is a call to its gateway.
const pageMax = 20;

/** Both books of payments side by side. Gateways are called when the operator says so, a page at a time. */
export function Reconcile() {
  const texts = useTextsOf(moneyTexts);
  const navigate = useNavigate();
  const search = useSearch({ from: '/signed-in/money' });
  const [asked, setAsked] = useState<MoneySearch>();
  const compare = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted = moneySearch({ ...Object.fromEntries(new FormData(event.currentTarget)), tab: 'reconcile' });
    setAsked(wanted);
    void navigate({ to: '/money', search: wanted, replace: true });
  };
  return (
    <>
      <p className={parts['quiet']}>{texts.reconcileLead}</p>
      <form className={styles['filter']} onSubmit={compare}>
        <Field label={texts.since}>
          <input className={parts['input']} type="date" name="since" defaultValue={search.since ?? ''} />
        </Field>
        <Field label={texts.until}>
          <input className={parts['input']} type="date" name="until" defaultValue={search.until ?? ''} />
        </Field>
        <Field label={texts.provider}>
          <input className={parts['input']} name="provider" maxLength={50} defaultValue={search.provider ?? ''} />
        </Field>
        <div className={parts['row']}>
          <Button type="submit" look="primary">
            {texts.compare}
          </Button>
        </div>
      </form>
      {asked && <Books key={JSON.stringify(asked)} search={asked} />}
      <CommandLine words={reconcileWords(search)} />
    </>
  );
}

function Books({ search }: { search: MoneySearch }) {
  const { loading } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const [isWhole, setWhole] = useState(false);
  const input = { ...reconcileInputOf(search), limit: pageMax };
  const list = usePages<Reconciled>([...trpc.payment.reconcile.queryKey(input), 'pages'], async (cursor) =>
    client.payment.reconcile.query({ ...input, ...cursor }),
  );
  const count = (outcome: Reconciled['outcome']) => list.items.filter((one) => one.outcome === outcome).length;
  const shown = isWhole ? list.items : list.items.filter(({ outcome }) => outcome !== 'AGREES');
  return (
    <>
      <div className={parts['row']} role="status">
        {list.isReading && <span>{list.isLoaded ? texts.comparing : loading}</span>}
        {list.isLoaded && !list.isReading && (
          <span data-testid="counts">
            {texts.counts(list.items.length, count('AGREES'), count('DIFFERS'))}
            {count('NO_ANSWER') > 0 && ` ${texts.noAnswers(count('NO_ANSWER'))}`}
            {count('NOT_COMPARABLE') > 0 && ` ${texts.notComparable(count('NOT_COMPARABLE'))}`}
          </span>
        )}
      </div>
      {list.error && <Failure error={list.error} retry={list.readAgain} />}
      {list.isLoaded && (
        <div className={parts['row']}>
          <label className={parts['check']}>
            <input type="checkbox" checked={isWhole} onChange={(event) => setWhole(event.target.checked)} />
            {texts.alsoAgreeing}
          </label>
          <Button onClick={list.readAgain} disabled={list.isReading}>
            {texts.compareAgain}
          </Button>
        </div>
      )}
      <ul className={styles['books']}>
        {shown.map((payment) => (
          <ReconciledPayment key={payment.id} payment={payment} />
        ))}
      </ul>
      {list.showMore && (
        <div>
          <Button onClick={list.showMore} disabled={list.isReading}>
            {texts.compareMore(pageMax)}
          </Button>
        </div>
      )}
    </>
  );
}
