import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Tabs } from '../../components/tabs.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { Credits } from './credits.tsx';
import { Disputes } from './disputes.tsx';
import { moneyTabs, type MoneyTab } from './money-filter.ts';
import { PaymentsToWatch } from './payments-to-watch.tsx';
import { Reconcile } from './reconcile.tsx';
import { RefundsByStatus } from './refunds-by-status.tsx';

const screens: Record<MoneyTab, () => ReactNode> = {
  refunds: RefundsByStatus,
  disputes: Disputes,
  payments: PaymentsToWatch,
  credits: Credits,
  reconcile: Reconcile,
};

/** Money that goes back, is contested or waits, and both books of it. */
export function MoneyScreen() {
  const texts = useTextsOf(moneyTexts);
  const { tab: shown = 'refunds' } = useSearch({ from: '/signed-in/money' });
  const { may, isKnown } = useMe();
  const Shown = screens[shown];
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
      </div>
      {isKnown && !may('money') && <p className={parts['notice']}>{texts.noScope}</p>}
      {may('money') && (
        <>
          <Tabs label={texts.title}>
            {moneyTabs.map((tab) => (
              <Link
                key={tab}
                to="/money"
                search={tab === 'refunds' ? {} : { tab }}
                aria-current={tab === shown ? 'page' : undefined}
                activeOptions={{ exact: true, includeSearch: true }}
              >
                {texts.tabs[tab]}
              </Link>
            ))}
          </Tabs>
          <Shown />
        </>
      )}
    </>
  );
}
